"""Names of rasters: files, members of archives, subdatasets; never anything in the network."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from ..errors import MosaicError

# GDAL's file systems on this computer that lead to a file: archives and compressed files, nested.
_LOCAL = re.compile(r"^/?vsi(?:zip|gzip|tar|7z|rar|cached|sparse|crypt)/", re.IGNORECASE)
_SUBFILE = re.compile(r"^/vsisubfile/\d+(?:_\d+)?,", re.IGNORECASE)
_ARCHIVES = {
    ".zip": "/vsizip/", ".tar": "/vsitar/", ".tar.gz": "/vsitar/", ".tgz": "/vsitar/",
}  # fmt: skip
_REMOTE = re.compile(
    r"/vsi(?:curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(?:_streaming)?[/?]"
    r"|\b(?:https?|ftp|s3|gs|az|oss|swift|hdfs)(?:\+\w+)?://|\+(?:https?|ftp|s3)://"
    r"|^(?:WMS|WMTS|WCS|WFS|DAAS|EEDAI?|PLMOSAIC|PLScenes|NGW):|<(?:GDAL_W|WMS|WCS|TiledW)",
    re.IGNORECASE,
)
_DESCRIPTIONS = (".vrt", ".xml", ".wms", ".wmts", ".json")
_DESCRIPTION_BYTES = 4 << 20
_HASHED_BYTES = 1 << 20
_SOURCE = re.compile(r'<SourceFilename(?:[^>]*relativeToVRT="(\d)")?[^>]*>([^<]*)')


def repaired(text: str) -> str:
    """A virtual path that went through ``pathlib``, which turns its slashes and drops doubles."""
    if text.startswith("\\vsi"):
        text = text.replace("\\", "/")
    start = text.rpartition("/vsi")
    found = _LOCAL.match("".join(start[1:])) if start[1] else None
    if found is None or container(text) is not None:
        return text
    cut = len(start[0]) + found.end()
    absolute = f"{text[:cut]}/{text[cut:]}"
    return absolute if container(absolute) is not None else text


def check(text: str) -> None:
    """Raise MosaicError for a name that leads into the network or to a file that is not there."""
    refuse_network(text)
    inner = _inside(text)
    if container(text) is not None:
        return
    if inner is not None or ":" not in text:
        raise MosaicError(f"There is no file {inner or text}. Check the path of the mosaic.")


def refuse_network(text: str) -> None:
    """Raise MosaicError where a name, or the description it names, leads into the network."""
    if _REMOTE.search(text):
        raise MosaicError(
            f"The mosaic {text} is in the network, which the engine never uses by itself. Download "
            "it and name the file, or search what QGIS shows of it."
        )
    path = Path(text)
    if path.suffix.lower() not in _DESCRIPTIONS or not path.is_file():
        return
    with path.open("rb") as stream:
        start = stream.read(_DESCRIPTION_BYTES).decode("utf-8", "replace")
    source = re.search(r"<(?:SourceFilename|SourceDataset|GDAL_W|WMS|WCS|TiledW)[^<]*", start)
    if source is None:
        return
    for found in re.finditer(r"<(?:SourceFilename|SourceDataset)[^>]*>([^<]*)|<GDAL_W\w+", start):
        if _REMOTE.search(found.group(1) or found.group(0)):
            raise MosaicError(
                f"{path.name} takes its pixels from the network, which the engine never uses by "
                "itself. Download them and name the file, or search what QGIS shows of it."
            )


def container(text: str) -> Path | None:
    """The file on this computer that a name leads to: itself, or the archive it is a member of."""
    if Path(text).exists():
        return Path(text)
    inner = _inside(text)
    if inner is None:
        return _named_in(text)
    place = Path(inner)
    for candidate in (place, *place.parents):
        if candidate.is_file():
            return candidate
    return None


def _named_in(text: str) -> Path | None:
    """The file in the name of a subdataset: ``NETCDF:"f.nc":band``, ``zip://f.zip!f.tif``."""
    cuts = [found.start() for found in re.finditer("[:!]", text)]
    for start in cuts:
        for end in [len(text), *reversed(cuts)]:
            bare = text[start + 1 : end].strip('"')
            for name in (bare, bare.removeprefix("//")):
                if name and Path(name).is_file():
                    return Path(name)
    return None


def absolute(text: str) -> str:
    """The name as one that holds in any working folder."""
    path = Path(text)
    if path.exists():
        return str(path.resolve())
    found = container(text)
    if found is None or found.is_absolute() or str(found) not in text:
        return text
    return text.replace(str(found), str(found.resolve()), 1)


def is_there(text: str) -> bool:
    """Whether a name leads to a file on this computer; asks no network."""
    return container(repaired(text)) is not None


def advice(text: str) -> str:
    """What to do where GDAL cannot open this name."""
    for suffix, system in _ARCHIVES.items():
        if text.lower().endswith(suffix) and not text.startswith("/vsi"):
            return f"Name the raster in the archive: {system}{Path(text).resolve()}/NAME.tif"
    archive = container(text)
    if archive is not None and archive != Path(text) and _inside(text) is not None:
        return f"Check its name within {archive.name}."
    return "Give a GeoTIFF, VRT, ISIS cube or another raster GDAL reads."


def add_content(digest: hashlib._Hash, text: str) -> None:
    """Feed the size and the first and last MiB of the file behind a name to ``digest``.

    Of a member of an archive: the archive's, which ends with its table of contents and check sums,
    and the member's name.
    """
    path = container(text)
    if path is None or not path.is_file():
        return
    if path.suffix.lower() == ".vrt" and _add_sources(digest, path):
        return
    size = path.stat().st_size
    digest.update(str(size).encode())
    with path.open("rb") as stream:
        digest.update(stream.read(_HASHED_BYTES))
        stream.seek(max(0, size - _HASHED_BYTES))
        digest.update(stream.read(_HASHED_BYTES))
    if path != Path(text):
        digest.update(text.partition(path.name)[2].replace(os.sep, "/").encode())


def _add_sources(digest: hashlib._Hash, path: Path) -> bool:
    """Feed the sources of a virtual raster; False where it names none.

    Not its bytes: QGIS writes statistics into it, and the whole file anew.
    """
    sources = _SOURCE.findall(path.read_text(encoding="utf-8", errors="replace"))
    for relative, name in sources:
        file = path.parent / name if relative == "1" else Path(name)
        size = file.stat().st_size if file.is_file() else -1
        digest.update(f"{name}\n{size}\n".encode())
    return bool(sources)


def _inside(text: str) -> str | None:
    """What a virtual path leads to, without its prefixes and braces; None for an ordinary name."""
    inner = text
    while text.startswith("/vsi") and (found := _LOCAL.match(inner) or _SUBFILE.match(inner)):
        inner = inner[found.end() :].lstrip("{")
    return inner.replace("}", "") if inner != text else None
