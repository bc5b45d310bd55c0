"""Names of files for GDAL: which lead to a file on this computer, and to what kind of file.

Shared by the engine and by QGIS's side; standard library only. A name is what somebody wrote: in a
dialog, on the command line, in a virtual raster, in an index received from somebody else. Allowed
are plain paths, members of local archives and subdatasets of local files; everything else GDAL
takes for a name (URLs, services, XML, ``vrt://``, its other virtual file systems) is refused before
GDAL sees it.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
from pathlib import Path

MAX_NAME = 8192
MAX_TABLE_BYTES = 4 << 30
# What no table needs: an archive of a few kilobytes that unpacks to gigabytes.
_UNPACKED_FREELY, _UNPACKED_TIMES = 256 << 20, 200
# GDAL's file systems on this computer that lead to a file: archives and compressed files, nested.
_LOCAL = re.compile(r"^/?vsi(?:zip|gzip|tar|7z|rar)/", re.IGNORECASE)
_SUBFILE = re.compile(r"^/vsisubfile/\d+(?:_\d+)?,", re.IGNORECASE)
_VSI = re.compile(r"[/\\]vsi([a-z0-9]+)(?:_streaming)?[/\\?]", re.IGNORECASE)
_LOCAL_VSI = ("zip", "gzip", "tar", "7z", "rar", "subfile")
ARCHIVES = {
    ".zip": "/vsizip/", ".tar": "/vsitar/", ".tar.gz": "/vsitar/", ".tgz": "/vsitar/",
}  # fmt: skip
_REMOTE = re.compile(
    r"/vsi(?:curl|s3|gs|az|adls|oss|swift|hdfs|webhdfs)(?:_streaming)?[/?]"
    r"|\b(?:https?|ftp|s3|gs|az|oss|swift|hdfs)(?:\+\w+)?://|\+(?:https?|ftp|s3)://"
    r"|^(?:WMS|WMTS|WCS|WFS|OAPIF|CSW|DAAS|EEDAI?|PLMOSAIC|PLScenes|NGW|STACTA|STACIT|OGCAPI):"
    r"|<(?:GDAL_W|WMS|WCS|TiledW)|^(?:PG|MYSQL|MSSQL|OCI|ES|AmigoCloud|Carto):",
    re.IGNORECASE,
)
# Subdatasets of the formats the engine reads, and rasterio's archive names.
_SUBDATASET = re.compile(
    r"^(?:(?:GTIFF_DIR|NETCDF|PDS4|GPKG):|(?:file|zip|tar|gzip)://)", re.IGNORECASE
)


# What no file of Windows can be called; the part behind a colon would be written unseen.
_FORBIDDEN = '<>:"/\\|?*'
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d)(?:\..*)?", re.IGNORECASE)


class Refused(ValueError):
    """A name or file the engine does not open; the text is a sentence for the user."""


def in_words(text: str, most: int = 60) -> str:
    """A part of a file's name from any text, as every system takes it; "" where nothing is left."""
    return re.sub(r"[^\w\-]+", "_", text).strip("_")[:most]


def unusable(name: str, windows: bool = os.name == "nt") -> str:
    """What in the last part of a path no file can be called, such as ``: ?``; "" where it may."""
    if not windows:
        return ""
    bad = sorted({letter for letter in name if letter in _FORBIDDEN or letter < " "})
    if bad:
        return " ".join(bad)
    if _DEVICES.fullmatch(name):
        return name
    return name[-1] if name.endswith((".", " ")) else ""


def is_remote(name: str) -> bool:
    """Whether a GDAL name leads into the network, from within an archive too."""
    return _REMOTE.search(name) is not None


def check(name: str) -> Path:
    """The file on this computer that a name leads to.

    Raises Refused where the name leads into the network, to nothing, to what is no file (a pipe,
    a device), or is not of the kinds named above.
    """
    if len(name) > MAX_NAME or "\0" in name:
        raise Refused(f"The name {name[:60]!r}... is no file's name. Choose a file.")
    if is_remote(name):
        raise Refused(
            f"{name} is in the network, which the engine never uses by itself. Download it and "
            "name the file, or search what QGIS shows of it."
        )
    if any(prefix.lower() not in _LOCAL_VSI for prefix in _VSI.findall(name)):
        raise Refused(f"There is no file {name}. Name a file, or a member of a zip or tar archive.")
    place = container(name)
    if place is None:
        raise Refused(f"There is no file {_inside(name) or name}. Check the path.")
    check_regular(place, folders=place == Path(name))
    return place


def check_regular(path: Path, *, folders: bool = False) -> None:
    """Raise Refused for pipes, sockets and devices, and (without ``folders``) for folders."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise Refused(
            f"{path} cannot be opened ({error.strerror}). Check that it is a file you may read."
        ) from error
    if not (stat.S_ISREG(mode) or (folders and stat.S_ISDIR(mode))):
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
        raise Refused(f"{path} is {kind}, not a file. Choose a file.")


def check_bytes(path: Path, most: int = MAX_TABLE_BYTES) -> None:
    """Raise Refused for a table that is too large to be one."""
    size = path.stat().st_size
    if size > most:
        raise Refused(
            f"{path.name} has {size / 1e9:.1f} GB, more than {most / 1e9:.1f} GB. Save the part "
            "that is needed as a file of its own."
        )


def most_unpacked(packed: int) -> int:
    """Bytes that an archive of ``packed`` bytes may unpack to."""
    return max(_UNPACKED_FREELY, _UNPACKED_TIMES * packed)


def unpacks_too_far(path: Path) -> Refused:
    """The refusal of an archive that unpacks to more than :func:`most_unpacked`."""
    return Refused(
        f"{path.name} unpacks to more than {_UNPACKED_TIMES} times its size. Get the table from "
        "where it was published."
    )


def for_gdal(name: str) -> str:
    """The name as GDAL is to be given it: a plain file's is absolute, so that nothing in it can be
    taken for a service or a driver."""
    return os.path.abspath(name) if Path(name).exists() else name  # noqa: PTH100 - keeps links


def repaired(name: str) -> str:
    """A virtual path that went through ``pathlib``, which turns its slashes and drops doubles."""
    if name.startswith("\\vsi"):
        name = name.replace("\\", "/")
    start = name.rpartition("/vsi")
    prefix = _LOCAL.match("".join(start[1:])) if start[1] else None
    if prefix is None or container(name) is not None:
        return name
    cut = len(start[0]) + prefix.end()
    absolute_name = f"{name[:cut]}/{name[cut:]}"
    return absolute_name if container(absolute_name) is not None else name


def container(name: str) -> Path | None:
    """The file on this computer that a name leads to: itself, or the archive it is a member of."""
    if exists(name):
        return Path(name)
    inner = _inside(name)
    if inner is None:
        return _named_in(name)
    place = Path(inner)
    for candidate in (place, *place.parents):
        if candidate.is_file():
            return candidate
    return None


def is_member(name: str) -> bool:
    """Whether the name leads into an archive or a part of a file."""
    return _inside(name) is not None


def absolute(name: str) -> str:
    """The name as one that holds in any working folder."""
    path = Path(name)
    if exists(name):
        return str(path.resolve())
    place = container(name)
    if place is None or place.is_absolute() or str(place) not in name:
        return name
    return name.replace(str(place), str(place.resolve()), 1)


def is_there(name: str) -> bool:
    """Whether a name is allowed and leads to a file on this computer; asks no network."""
    try:
        check(repaired(name))
    except Refused:
        return False
    return True


def vector_kind(path: Path) -> str:
    """What a vector file is by its first bytes, whatever it is called.

    ``geopackage`` (any SQLite file), ``shapefile``, ``dbf``, ``flatgeobuf``, ``geojson``, ``kml``,
    ``mapinfo``, ``geodatabase`` (a folder), ``zip``, ``empty``; ``""`` for everything else. Raises
    Refused for what is no file, OSError.
    """
    check_regular(path, folders=path.suffix.lower() == ".gdb")
    if path.is_dir():
        return "geodatabase"
    with path.open("rb") as stream:
        return kind_of_bytes(stream.read(1024), path.suffix.lower())


def kind_of_bytes(head: bytes, suffix: str) -> str:
    """:func:`vector_kind` of a file's first kilobyte."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")
    if not head:
        return "empty"
    if head.startswith(b"SQLite format 3\0"):
        return "geopackage"
    if head.startswith(b"\0\0\x27\x0a"):
        return "shapefile"
    if head.startswith(b"fgb"):
        return "flatgeobuf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    if text.startswith((b"{", b"[")):
        return "" if b"<OGRVRT" in head or b"gdal_streamed" in head else "geojson"
    if b"<kml" in text and suffix == ".kml":
        return "kml"
    if suffix == ".dbf" and head[0] in (0x03, 0x04, 0x05, 0x30, 0x31, 0x43, 0x63, 0x83, 0x8B, 0xF5):
        return "dbf"
    if suffix == ".mif" and text[:7].lower() == b"version":
        return "mapinfo"
    return ""


def zip_kinds(path: Path) -> dict[str, str]:
    """The members of a zip archive and :func:`kind_of_bytes` of each. Raises Refused."""
    kinds = {}
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            if len(members) > 1000:
                raise Refused(f"{path} holds {len(members):,} files. Unpack it and choose one.")
            if sum(member.file_size for member in members) > most_unpacked(path.stat().st_size):
                raise unpacks_too_far(path)
            for member in members:
                if not member.is_dir():
                    with archive.open(member) as stream:
                        head = stream.read(1024)
                    kinds[member.filename] = kind_of_bytes(head, Path(member.filename).suffix)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"{path} cannot be unpacked ({error}). Unpack it and choose a file.") from (
            error
        )
    return kinds


def exists(name: str | Path) -> bool:
    """Whether a name leads to anything; False for what can be no name."""
    try:
        return Path(name).exists()
    except (OSError, ValueError):  # longer than a name can be, or with a NUL
        return False


def _named_in(name: str) -> Path | None:
    """The file in the name of a subdataset: ``NETCDF:"f.nc":band``, ``zip://f.zip!f.tif``."""
    if len(name) > MAX_NAME or not _SUBDATASET.match(name):
        return None
    cuts = [mark.start() for mark in re.finditer("[:!]", name)][:16]
    for start in cuts:
        for end in [len(name), *reversed(cuts)]:
            bare = name[start + 1 : end].strip('"')
            for candidate in (bare, bare.removeprefix("//")):
                if candidate and exists(candidate) and Path(candidate).is_file():
                    return Path(candidate)
    return None


def _inside(name: str) -> str | None:
    """What a virtual path leads to, without its prefixes and braces; None for an ordinary name."""
    inner = name
    while name.startswith("/vsi") and (prefix := _LOCAL.match(inner) or _SUBFILE.match(inner)):
        inner = inner[prefix.end() :].lstrip("{")
    return inner.replace("}", "") if inner != name else None
