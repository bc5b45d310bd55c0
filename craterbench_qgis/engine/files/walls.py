"""What GDAL, PROJ and their like may do in the engine's process at all.

rasterio's and pyogrio's wheels each carry a GDAL of their own, and an allowed driver may open
further files by itself (the sources of a virtual raster, overviews named in a sidecar). So beside
the door's lists for each call there is this second wall: drivers that reach out, write while
reading or run commands are not registered in the process, nothing answers under ``/vsicurl/``,
and what still asks for the network meets a proxy that is not there.

The environment is set when the engine is imported, before either GDAL is loaded; the drivers when
the door is first used.
"""

from __future__ import annotations

import os

RASTER_DRIVERS = (
    "GTiff", "VRT", "ISIS3", "ISIS2", "PDS4", "PDS", "VICAR", "JP2OpenJPEG", "JPEG", "PNG", "BMP",
    "GIF", "WEBP", "HFA", "ENVI", "EHdr", "AAIGrid", "GRASSASCIIGrid", "SAGA", "RST", "PCIDSK",
    "NITF", "netCDF", "GPKG", "MBTiles", "USGSDEM", "DTED", "SRTMHGT", "XYZ", "GSBG", "GSAG",
    "GS7BG", "PNM", "RMF", "SGI", "BIGGIF",
)  # fmt: skip
VECTOR_DRIVERS = (
    "GPKG", "SQLite", "ESRI Shapefile", "GeoJSON", "GeoJSONSeq", "FlatGeobuf", "CSV", "KML",
    "MapInfo File", "OpenFileGDB", "MEM", "Memory",
)  # fmt: skip
# Only for writing, or in memory.
_ALSO = ("COG", "MEM", "Memory", "ESRI Shapefile", "GeoJSON")

# GDAL 3.10's and 3.11's other raster drivers, and those a raster could be led to by content.
OTHER_RASTER_DRIVERS = (
    "ACE2", "ADBC", "ADRG", "AIG", "AVCBin", "AVCE00", "AirSAR", "BAG", "BLX", "BSB", "BT", "BYN",
    "CALS", "CEOS", "COASP", "COSAR", "CPG", "CTG", "CTable2", "DAAS", "DERIVED", "DIMAP", "DIPEx",
    "DOQ1", "DOQ2", "ECRGTOC", "EEDA", "EEDAI", "EIR", "ELAS", "ERS", "ESAT", "ESRIC", "ESRIJSON",
    "Elasticsearch", "FAST", "FIT", "GDALG", "GFF", "GML", "GNMDatabase", "GNMFile", "GRIB", "GSC",
    "GTI", "GTX", "GXF", "GenBin", "GeoJSONSeq", "HDF5", "HDF5Image", "HF2", "HTTP", "ILWIS",
    "IRIS", "ISCE", "ISG", "JAXAPALSAR", "JDEM", "KMLSUPEROVERLAY", "KRO", "L1B", "LAN", "LCP",
    "LOSLAS", "Leveller", "MAP", "MFF", "MFF2", "MRF", "MSGN", "MVT", "NDF", "NGSGEOID", "NGW",
    "NOAA_B", "NSIDCbin", "NTv2", "NWT_GRC", "NWT_GRD", "OGCAPI", "OGR_VRT", "OSM", "OZI", "PAux",
    "PCRaster", "PDF", "PLMOSAIC", "PLSCENES", "PRF", "R", "RIK", "ROI_PAC", "RPFTOC", "RRASTER",
    "RS2", "Rasterlite", "S102", "S104", "S111", "SAFE", "SAR_CEOS", "SDTS", "SENTINEL2", "SIGDEM",
    "SNAP_TIFF", "SNODAS", "SQLite", "SRP", "STACIT", "STACTA", "TGA", "TIL", "TSX", "Terragen",
    "TopoJSON", "WCS", "WFS", "WMS", "WMTS", "XPM", "ZMap", "Zarr",
)  # fmt: skip

CACHE_MB = 512
"""Of raster blocks; without it a twentieth of the memory."""
_ENVIRONMENT = {
    "GDAL_CACHEMAX": f"{CACHE_MB}",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",  # the one name that may be opened by curl
    "GDAL_HTTP_PROXY": "http://127.0.0.1:9",  # nobody listens on the discard port
    "GDAL_HTTPS_PROXY": "http://127.0.0.1:9",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "GDAL_DRIVER_PATH": "disable",
    "GDAL_PYTHON_DRIVER_PATH": "",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_RAWRASTERBAND_ALLOWED_SOURCE": "",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    "OGR_GEOCODE_APPLICATION": "none",
    "PROJ_NETWORK": "OFF",
}


def raise_walls() -> None:
    """Set the environment both GDALs read; before they are loaded."""
    os.environ.update(_ENVIRONMENT)


def rasterio_options() -> dict[str, str]:
    """What rasterio's first environment is opened with."""
    return {"GDAL_SKIP": ",".join(OTHER_RASTER_DRIVERS)}


def strangers_among(drivers: set[str], allowed: tuple[str, ...]) -> set[str]:
    """Those of a process's registered drivers that should not be there."""
    return drivers - {*allowed, *_ALSO}
