"""Mosaics and pictures that write, fetch, read along or swallow memory, as somebody could send."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.engine import scene

SRS = "<SRS>+proj=longlat +R=1737400 +no_defs</SRS><GeoTransform>0,1,0,8,0,-1</GeoTransform>"


def vrt(source: str, band: str = 'dataType="Byte" band="1"', inner: str = "") -> str:
    """A virtual raster of 24 x 16 pixels over one source."""
    return (
        f'<VRTDataset rasterXSize="24" rasterYSize="16">{SRS}<VRTRasterBand {band}>{inner}'
        f'<SimpleSource><SourceFilename relativeToVRT="0">{source}</SourceFilename>'
        "<SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"
    )


def texts(url: str, secret: Path, canary: Path) -> dict[str, str]:
    """Files of text, by name: every one is refused."""
    curl = f"/vsicurl/{url}/a.tif"
    escaped = "".join(f"&#x{ord(letter):x};" for letter in curl)
    wms = (
        f'<GDAL_WMS><Service name="TMS"><ServerUrl>{url}/${{z}}/${{x}}/${{y}}</ServerUrl></Service>'
        "<DataWindow><UpperLeftX>0</UpperLeftX><UpperLeftY>8</UpperLeftY><LowerRightX>24"
        "</LowerRightX><LowerRightY>-8</LowerRightY><SizeX>24</SizeX><SizeY>16</SizeY><TileLevel>0"
        "</TileLevel></DataWindow><Projection>EPSG:4326</Projection><BandsCount>1</BandsCount>"
        "</GDAL_WMS>"
    )
    mrf = (
        "<MRF_META><Raster><Size x='24' y='16'/><PageSize x='24' y='16'/><Compression>NONE"
        "</Compression><DataFile>{0}</DataFile><IndexFile>{1}</IndexFile></Raster>{2}</MRF_META>"
    )
    cached = f"<CachedSource><Source>{curl}</Source></CachedSource>"
    python = (
        "<PixelFunctionType>f</PixelFunctionType><PixelFunctionLanguage>Python"
        "</PixelFunctionLanguage><PixelFunctionCode><![CDATA[\ndef f(a,o,*x,**k):\n"
        f"  open('{canary}/ran','w').write('x')\n]]></PixelFunctionCode>"
    )
    derived = 'dataType="Byte" band="1" subClass="VRTDerivedRasterBand"'
    raw = (
        f'<VRTDataset rasterXSize="24" rasterYSize="16">{SRS}<VRTRasterBand dataType="Byte" '
        f'band="1" subClass="VRTRawRasterBand"><SourceFilename relativetoVRT="0">{secret}'
        "</SourceFilename>"
        "<ImageOffset>0</ImageOffset><PixelOffset>1</PixelOffset><LineOffset>24</LineOffset>"
        "</VRTRasterBand></VRTDataset>"
    )
    warped = (
        f'<VRTDataset rasterXSize="24" rasterYSize="16" subClass="VRTWarpedDataset">{SRS}'
        '<VRTRasterBand dataType="Byte" band="1" subClass="VRTWarpedRasterBand"/><GDALWarpOptions>'
        f'<SourceDataset relativeToVRT="0">{curl}</SourceDataset></GDALWarpOptions></VRTDataset>'
    )
    deep = "<a>" * 5000 + "</a>" * 5000
    return {
        "plain.tif": vrt(curl),
        "named.vrt": vrt(curl),
        "http.vrt": vrt(f"{url}/a.tif"),
        "entities.tif": vrt(escaped),
        "cdata.vrt": vrt(f"<![CDATA[{curl}]]>"),
        "comment.vrt": vrt(f"/vsi<!-- -->curl/{url}/a.tif"),
        "padded.tif": f"<VRTDataset><!--{'x' * (5 << 20)}-->" + vrt(curl)[len("<VRTDataset") :],
        "padded-after.vrt": vrt(curl).replace("<SRS>", f"<!--{'x' * (5 << 20)}--><SRS>"),
        "doctype.vrt": f'<!DOCTYPE a [<!ENTITY e "{curl}">]>' + vrt("&e;"),
        "external.vrt": f'<!DOCTYPE a [<!ENTITY e SYSTEM "{url}/e">]>' + vrt("&e;"),
        "laughs.vrt": "<!DOCTYPE a ["
        + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "x" * 10}">' for n in range(10))
        + "]>"
        + vrt("&a9;"),
        "instruction.vrt": vrt("none.tif").replace("<SRS>", f"<?x {curl}?><SRS>"),
        "upper.vrt": vrt(curl).replace("SourceFilename", "SOURCEFILENAME"),
        "utf7.vrt": '<?xml version="1.0" encoding="UTF-7"?>' + vrt(curl),
        "streaming.vrt": vrt(f"/vsicurl_streaming/{url}/a.tif"),
        "question.vrt": vrt(f"/vsicurl?url={url}/a.tif"),
        "zipped.vrt": vrt(f"/vsizip//vsicurl/{url}/a.zip/b.tif"),
        "cached.vrt": vrt(f"/vsicached?file={curl}"),
        "s3.vrt": vrt("/vsis3/bucket/a.tif"),
        "hdfs.vrt": vrt(f"/vsiwebhdfs/{url}/a.tif"),
        "nested-name.vrt": vrt(f"vrt://{curl}"),
        "inline.vrt": vrt(vrt(curl).replace("<", "&lt;").replace(">", "&gt;")),
        "inline-wms.vrt": vrt(wms.replace("<", "&lt;").replace(">", "&gt;")),
        "derived-name.vrt": vrt(f"DERIVED_SUBDATASET:AMPLITUDE:{curl}"),
        "wms-name.vrt": vrt(f"WMS:{url}/?LAYERS=x"),
        "gti-name.vrt": vrt(f"GTI:{curl}"),
        "zarr-name.vrt": vrt(f'ZARR:"{curl}"'),
        "stdin.vrt": vrt("/vsistdin/"),
        "python.vrt": vrt("none.tif", derived, python),
        "expression.vrt": vrt(
            "none.tif",
            derived,
            "<PixelFunctionType>expression</PixelFunctionType><PixelFunctionArguments "
            'expression="1"/>',
        ),
        "raw.vrt": raw,
        "raw.tif": raw,
        "warped.vrt": warped,
        "options.vrt": vrt("none.tif").replace(
            "<SourceBand>", '<OpenOptions><OOI key="x">y</OOI></OpenOptions><SourceBand>'
        ),
        "overviews.vrt": vrt("none.tif").replace(
            "<SRS>",
            f'<Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">{curl}</MDI></Metadata><SRS>',
        ),
        "deep.vrt": vrt("none.tif").replace("<SRS>", f"<Metadata>{deep}</Metadata><SRS>"),
        "wms.tif": wms,
        "wms.xml": wms,
        "wmts.tif": f"<GDAL_WMTS><GetCapabilitiesUrl>{url}</GetCapabilitiesUrl></GDAL_WMTS>",
        "wcs.tif": f"<WCS_GDAL><ServiceURL>{url}/?</ServiceURL><CoverageName>a</CoverageName>"
        "</WCS_GDAL>",
        "tiles.tif": f"<GDALTileIndexDataset><IndexDataset>/vsicurl/{url}/a.gpkg</IndexDataset>"
        "</GDALTileIndexDataset>",
        "writes.tif": mrf.format(f"{canary}/profile", f"{canary}/index", cached),
        "writes.mrf": mrf.format(f"{canary}/profile", f"{canary}/index", cached),
        "fetches.tif": mrf.format(curl, f"/vsicurl/{url}/i.idx", ""),
        "caches.tif": mrf.format("", "", cached),
        "stacta.json": '{"stac_extensions":["https://stac-extensions.github.io/tiled-assets/v1.0.0/'
        f'schema.json"],"assets":{{"a":{{"href":"{url}/a.tif"}}}},"links":[]}}',
        "stacit.json": '{"stac_version":"1.0.0","type":"FeatureCollection","features":[{"assets":'
        f'{{"a":{{"href":"{url}/a.tif"}}}}}}]}}',
        "overlay.kml": f"<kml><Document><Region/><NetworkLink><Link><href>{url}/a.kml</href></Link>"
        "</NetworkLink></Document></kml>",
        "algorithm.json": '{"type":"gdal_streamed_alg","command_line":"gdal raster pipeline read '
        f'{curl} ! write {canary}/written.tif"}}',
        "cube.cub": "Object = IsisCube\n Object = Core\n  StartByte = 1\n  ^Core = "
        f'"{curl}"\n  Format = GeoTIFF\n End_Object\nEnd_Object\nEnd\n',
    }


def names(url: str) -> list[str]:
    """What is no file at all but GDAL would take for a name."""
    return [
        f"/vsicurl/{url}/a.tif",
        f"{url}/a.tif",
        f"/vsizip//vsicurl/{url}/a.zip/b.tif",
        f"WMS:{url}/?LAYERS=x",
        f"WCS:{url}/?",
        f"<GDAL_WMS><Service name='TMS'><ServerUrl>{url}</ServerUrl></Service></GDAL_WMS>",
        vrt(f"/vsicurl/{url}/a.tif"),
        f"vrt:///vsicurl/{url}/a.tif",
        f"DERIVED_SUBDATASET:AMPLITUDE:/vsicurl/{url}/a.tif",
        f'ZARR:"/vsicurl/{url}/a.zarr"',
        f'STACIT:"{url}/a.json":asset=a',
        f'STACTA:"{url}/a.json"',
        f"OGCAPI:{url}",
        f"NETCDF:{url}/a.nc:b",
        f"GTI:/vsicurl/{url}/a.gpkg",
        f"/vsicrypt/key=x,file=/vsicurl/{url}/a.tif",
        f"/vsisubfile/0_9,/vsicurl/{url}/a.tif",
        "PLMOSAIC:api_key=x,mosaic=y",
        "/vsistdin/",
        "/dev/zero",
        "x" * 20_000,
        "a\0b.tif",
    ]


def mosaics(folder: Path, url: str, secret: Path, canary: Path) -> Iterator[tuple[str, str]]:
    """(label, name) of every hostile mosaic, written into ``folder``."""
    for name, text in texts(url, secret, canary).items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        yield name, str(path)
    for number, name in enumerate(names(url)):
        yield f"name {number} {name[:40]!r}", name
    utf16 = folder / "utf16.vrt"
    utf16.write_bytes(vrt(f"/vsicurl/{url}/a.tif").encode("utf-16"))
    yield "utf16.vrt", str(utf16)
    inner = folder / "inner.tif"
    inner.write_text(vrt(f"/vsicurl/{url}/a.tif"), encoding="utf-8")
    outer = folder / "outer.vrt"
    outer.write_text(vrt(str(inner)), encoding="utf-8")
    yield "outer.vrt over inner.tif", str(outer)
    loop = folder / "loop.vrt"
    loop.write_text(vrt(str(loop)), encoding="utf-8")
    yield "loop.vrt", str(loop)
    sparse = folder / "sparse.xml"
    sparse.write_text(
        f"<VSISparseFile><Length>9</Length><SubfileRegion><Filename>/vsicurl/{url}/a</Filename>"
        "<DestinationOffset>0</DestinationOffset><SourceOffset>0</SourceOffset><RegionLength>9"
        "</RegionLength></SubfileRegion></VSISparseFile>"
    )
    yield "sparse", f"/vsisparse/{sparse}"
    with_sidecar = scene.write_mosaic(folder / "sidecar.tif")
    with_sidecar.with_name("sidecar.tif.aux.xml").write_text(
        '<PAMDataset><Metadata domain="OVERVIEWS"><MDI key="OVERVIEW_FILE">'
        f"/vsicurl/{url}/a.ovr</MDI></Metadata></PAMDataset>"
    )
    yield "sidecar.tif", str(with_sidecar)
    if hasattr(os, "mkfifo"):
        pipe = folder / "pipe.tif"
        os.mkfifo(pipe)
        yield "pipe.tif", str(pipe)
        beside = scene.write_mosaic(folder / "beside.tif")
        os.mkfifo(beside.with_name("beside.tif.aux.xml"))
        yield "beside.tif", str(beside)
        yield from with_pipes(folder)
    block = folder / "block.tif"
    block.write_bytes(giant_tiff(200_000, 200_000))
    yield "block.tif", str(block)


def with_pipes(folder: Path) -> Iterator[tuple[str, str]]:
    """Rasters beside which a pipe or a device stands where GDAL looks for a companion, or whose
    label names one."""
    grid = "NROWS 8\nNCOLS 16\nNBANDS 1\nNBITS 8\nLAYOUT BIL\n"
    for number, (ending, companion) in enumerate(
        [("png", ".pgw"), ("png", ".WLD"), ("tif", ".aux"), ("tif", "_RPC.TXT"), ("bil", ".prj"),
         ("bil", ".clr"), ("bin", ".hdr")]
    ):  # fmt: skip
        path = folder / f"companion{number}.{ending}"
        if ending == "tif":
            scene.write_mosaic(path)
        else:
            path.write_bytes(png(64, 64) if ending == "png" else bytes(200))
        if ending == "bil":
            path.with_suffix(".hdr").write_text(grid)
        os.mkfifo(path.with_name(path.stem + companion))
        yield f"{path.name} beside {companion}", str(path)
    header = folder / "device.bin"
    header.write_bytes(bytes(200))
    header.with_suffix(".hdr").symlink_to("/dev/zero")
    yield "device.bin beside a device", str(header)
    (folder / "inner").mkdir()
    os.mkfifo(folder / "inner" / "pipe")
    cube = (
        "Object = IsisCube\n Object = Core\n  StartByte = 1\n  ^Core = inner/pipe\n  Format = "
        "BandSequential\n  Group = Dimensions\n   Samples = 16\n   Lines = 8\n   Bands = 1\n"
        "  End_Group\n  Group = Pixels\n   Type = UnsignedByte\n   ByteOrder = Lsb\n   Base = 0.0\n"
        "   Multiplier = 1.0\n  End_Group\n End_Object\nEnd_Object\nEnd\n"
    )
    archive = (
        "PDS_VERSION_ID = PDS3\nRECORD_TYPE = FIXED_LENGTH\nRECORD_BYTES = 16\nFILE_RECORDS = 8\n"
        '^IMAGE = ("inner/pipe", 1)\nOBJECT = IMAGE\n LINES = 8\n LINE_SAMPLES = 16\n'
        " SAMPLE_TYPE = UNSIGNED_INTEGER\n SAMPLE_BITS = 8\nEND_OBJECT = IMAGE\nEND\n"
    )
    axis = (
        "<Axis_Array><axis_name>{0}</axis_name><elements>16</elements><sequence_number>{1}"
        "</sequence_number></Axis_Array>"
    )
    product = (
        '<?xml version="1.0"?><Product_Observational xmlns="http://pds.nasa.gov/pds4/pds/v1">'
        "<File_Area_Observational><File><file_name>inner/pipe</file_name></File><Array_2D_Image>"
        '<offset unit="byte">0</offset><axes>2</axes><axis_index_order>Last Index Fastest'
        "</axis_index_order><Element_Array><data_type>UnsignedByte</data_type></Element_Array>"
        f"{axis.format('Line', 1)}{axis.format('Sample', 2)}</Array_2D_Image>"
        "</File_Area_Observational></Product_Observational>"
    )
    for name, text in (("piped.lbl", cube), ("pds.lbl", archive), ("pds.xml", product)):
        (folder / name).write_text(text)
        yield name, str(folder / name)
    through = folder / "through.vrt"
    through.write_text(vrt(str(folder / "companion2.tif")))
    yield "a virtual raster over one beside a pipe", str(through)


def giant_tiff(width: int, height: int) -> bytes:
    """A georeferenced TIFF whose one strip claims the whole picture."""
    tags = [
        (256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
        (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, 100),
    ]  # fmt: skip
    rows = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + b"\0\0\0\0"


def png(width: int, height: int) -> bytes:
    """A black picture: a few kilobytes for any number of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer = zlib.compressobj(9)
    row = bytes(1 + width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def images(folder: Path, url: str, canary: Path) -> Iterator[tuple[str, str]]:
    """(label, name) of every hostile picture."""
    script = (
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n"
        f"(%pipe%touch {canary}/ran) (w) file closefile\nshowpage\n%%EOF\n"
    )
    files = {
        "postscript.png": script.encode(),
        "postscript.eps": script.encode(),
        "huge.png": png(13_000, 13_000),
        "giant.tif": giant_tiff(60_000, 60_000),
        "vector.svg": f'<svg><image href="{url}/a.png"/></svg>'.encode(),
        "virtual.png": vrt(f"/vsicurl/{url}/a.tif").encode(),
        "cut.png": png(64, 64)[:60],
        "cut.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
        yield name, str(folder / name)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.png")
        yield "pipe.png", str(folder / "pipe.png")
        yield "/dev/zero", "/dev/zero"
    yield "a url", f"{url}/a.png"
