"""Virtual rasters (VRT): read by our own eyes before GDAL sees them.

GDAL follows every name in a VRT. Here the file is read with a real XML parser, without entities
and document types, within bounds; every element has to be one that is known to be harmless, and
every source a local file that passes the same check (``contract.names``), virtual
rasters among the sources too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.parsers import expat

from ...contract import names
from ..errors import MosaicError
from .companions import Companions

MAX_BYTES = 32 << 20
MAX_ELEMENTS = 2_000_000
MAX_SOURCES = 100_000
MAX_DEPTH = 24
MAX_NESTING = 4

_HEAD = 4096
_FILE_ELEMENTS = {"SourceFilename", "SourceDataset"}
# What GDAL, QGIS and gdalwarp write; without raw bands, pixel functions, other tables of overviews
# and places, nested options and data sets in text.
_KNOWN = frozenset(
    """
    VRTDataset SRS GeoTransform Metadata MDI GCPList GCP VRTRasterBand ColorInterp NoDataValue
    HideNoDataValue Scale Offset UnitType Description CategoryNames Category ColorTable Entry
    Histograms HistItem HistMin HistMax BucketCount IncludeOutOfRange Approximate HistCounts
    MaskBand Overview OverviewList SimpleSource ComplexSource AveragedSource KernelFilteredSource
    NoDataFromMaskSource SourceFilename SourceBand SourceProperties SrcRect DstRect NODATA
    UseMaskBand ScaleOffset ScaleRatio LUT ColorTableComponent Exponent SrcMin SrcMax DstMin
    DstMax Clamp Kernel Size Coefs MaskValueThreshold RemappedValue BlockXSize BlockYSize
    GDALWarpOptions WarpMemoryLimit ResampleAlg WorkingDataType Option SourceDataset Transformer
    ApproxTransformer MaxError BaseTransformer GenImgProjTransformer SrcGeoTransform
    SrcInvGeoTransform DstGeoTransform DstInvGeoTransform ReprojectTransformer
    ReprojectionTransformer SourceSRS TargetSRS Options BandList BandMapping SrcNoDataReal
    SrcNoDataImag DstNoDataReal DstNoDataImag SrcAlphaBand DstAlphaBand InitDestNoData Cutline
    CutlineBlendDist GDALRasterAttributeTable FieldDefn Name Type Usage Row F
    """.split()  # noqa: SIM905 - a list of eighty words
)
# Of metadata: kept, not followed. Not: OVERVIEWS, GEOLOCATION, vrt_sources, xml:VRT.
_DOMAINS = re.compile(r"(?:IMAGE_STRUCTURE|IMAGERY|RPC|COLOR_PROFILE|(?:xml|json):(?!VRT)\w+)?")
_CLASSES = {
    "VRTDataset": ("", "VRTDataset", "VRTWarpedDataset"),
    "VRTRasterBand": ("", "VRTRasterBand", "VRTSourcedRasterBand", "VRTWarpedRasterBand"),
}


@dataclass
class _Reading:
    """One pass over a file: what is open, what was seen."""

    name: str
    open_elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    sources: list[tuple[str, bool]] = field(default_factory=list)
    elements: int = 0


def is_virtual(path: Path) -> bool:
    """Whether GDAL would take the file for a VRT; by content, and by its name."""
    if path.is_dir():
        return False
    with path.open("rb") as stream:
        return b"<VRTDataset" in stream.read(_HEAD) or path.suffix.lower() == ".vrt"


def check_virtual(
    path: Path, companions: Companions, nesting: int = 0, budget: list[int] | None = None
) -> None:
    """Raise MosaicError for a VRT that does anything but put together pixels of local files."""
    budget = [MAX_SOURCES] if budget is None else budget
    if nesting > MAX_NESTING:
        raise MosaicError(
            f"{path.name} is a virtual raster of virtual rasters, more than {MAX_NESTING} deep. "
            "Save what it shows as a GeoTIFF."
        )
    whole = (str(path.parent / name) if beside else name for name, beside in sources(path))
    for source in dict.fromkeys(whole):
        budget[0] -= 1
        if budget[0] < 0:
            raise MosaicError(
                f"{path.name} has more than {MAX_SOURCES:,} sources. Save what it shows as a "
                "GeoTIFF."
            )
        place = _checked(path, source)
        if place is None:
            continue
        try:
            companions.check(place)
        except names.Refused as error:
            raise MosaicError(str(error)) from error
        if is_virtual(place):
            check_virtual(place, companions, nesting + 1, budget)


def sources(path: Path) -> list[tuple[str, bool]]:
    """The names in a VRT and whether each is relative to it, in their order. Raises MosaicError."""
    return _read(path).sources


def check_sidecar(path: Path) -> None:
    """Raise MosaicError where the ``.aux.xml`` beside a raster leads to other files."""
    sidecar = path.with_name(path.name + ".aux.xml")
    if sidecar.is_file() and b"OVERVIEW_FILE" in _bytes(sidecar):
        raise MosaicError(
            f"{sidecar.name} names another file for the overviews of {path.name}. Remove it, or "
            "save the raster as a GeoTIFF with overviews of its own."
        )


def _checked(path: Path, source: str) -> Path | None:
    """The file of a source; None where it is not there, which shows as empty."""
    place = names.container(source)
    if place is None and not re.search(r"[<>|?]|://|^\w{2,}:", source) and "/vsi" not in source:
        return None
    try:
        return names.check(source)
    except names.Refused as error:
        where = "from the network" if names.is_remote(source) else "from what is no local file"
        raise MosaicError(
            f"{path.name} takes its pixels {where} ({source[:80]}), which the engine never does by "
            "itself. Download them and name the file, or search what QGIS shows of it."
        ) from error


def _bytes(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise MosaicError(
            f"{path.name} is larger than {MAX_BYTES >> 20} MiB, too large for a description. Save "
            "what it shows as a GeoTIFF."
        )
    return data


def _read(path: Path) -> _Reading:
    data = _bytes(path)
    try:
        data.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "iso-8859-1"
    reading = _Reading(path.name)
    # The encoding is ours, whatever the file says: GDAL reads bytes.
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, given: _start(reading, tag, given)
    parser.EndElementHandler = lambda tag: _end(reading, tag)
    parser.CharacterDataHandler = reading.text.append
    parser.StartDoctypeDeclHandler = lambda *_: _refuse(reading, "a document type")
    parser.EntityDeclHandler = lambda *_: _refuse(reading, "an entity")
    parser.ProcessingInstructionHandler = lambda *_: _refuse(reading, "a processing instruction")
    try:
        parser.Parse(data.lstrip(b"\xef\xbb\xbf \t\r\n"), True)
    except expat.ExpatError as error:
        raise MosaicError(
            f"{path.name} is no well-formed virtual raster ({error}). Write it anew, or save what "
            "it shows as a GeoTIFF."
        ) from error
    return reading


def _start(reading: _Reading, tag: str, given: dict[str, str]) -> None:
    reading.elements += 1
    stack = reading.open_elements
    if reading.elements > MAX_ELEMENTS or len(stack) >= MAX_DEPTH:
        _refuse(reading, "too many elements")
    inner = stack[-1][0] if stack else ""
    if (not stack and tag != "VRTDataset") or inner in _FILE_ELEMENTS:
        _refuse(reading, f"<{tag[:40]}>")
    if tag not in _KNOWN and not any(outer == "Metadata" for outer, _ in stack):
        _refuse(reading, f"<{tag[:40]}>")
    if given.get("subClass", "") not in _CLASSES.get(tag, (given.get("subClass", ""),)):
        _refuse(reading, f"a {given['subClass'][:40]}")
    if tag == "Metadata" and not _DOMAINS.fullmatch(given.get("domain", "")):
        _refuse(reading, f"metadata of {given['domain'][:40]}")
    stack.append((tag, given))
    reading.text.clear()


def _end(reading: _Reading, tag: str) -> None:
    _, given = reading.open_elements.pop()
    if tag in _FILE_ELEMENTS and not any(outer == "Metadata" for outer, _ in reading.open_elements):
        if len(reading.sources) >= MAX_SOURCES * 20:
            _refuse(reading, "too many sources")
        relative = given.get("relativeToVRT", given.get("relativetoVRT", "0")) == "1"
        reading.sources.append(("".join(reading.text).strip(), relative))
    reading.text.clear()


def _refuse(reading: _Reading, what: str) -> Any:
    raise MosaicError(
        f"{reading.name} is a virtual raster with {what}, which the engine does not follow. Save "
        "what it shows as a GeoTIFF (in QGIS: Export > Save As)."
    )
