"""A query as the plugin holds it: which raster, where, how large, and how it was asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class RasterSource:
    """A raster the engine can read by itself: ``path`` (or a GDAL name), ``band``, ``nodata``.

    ``layer_id`` and ``name`` say which QGIS layer it is (may be gone later).
    """

    path: str
    name: str = ""
    layer_id: str = ""
    band: int | None = None
    nodata: float | None = None

    def to_params(self) -> dict[str, Any]:
        """SOURCE of the protocol."""
        return {"path": self.path, "band": self.band, "nodata": self.nodata}


@dataclass(frozen=True)
class QueryRequest:
    """What the user asked. Degrees (east, planetocentric) and metres.

    ``kind``: ``area`` (a box: the square of ``side_m`` is the view), ``crater`` (``diameter_m``
    known, the view is ``context`` times as wide), ``indexed`` (``crater_id`` of the index), or
    ``image`` (``image`` is a square picture QGIS rendered, of ``side_m``). ``outline``: what was
    drawn, a closed ring of (lon, lat). ``label``: how it is called in lists, already translated.
    """

    kind: str
    source: RasterSource | None = None
    lon: float | None = None
    lat: float | None = None
    side_m: float | None = None
    diameter_m: float | None = None
    context: float | None = None
    crater_id: str = ""
    image: str = ""
    label: str = ""
    outline: tuple[tuple[float, float], ...] = field(default_factory=tuple)
    accepted: tuple[str, ...] = ()
    """Ids of craters that refine the query; so do the ``rejected`` ones."""
    rejected: tuple[str, ...] = ()
    base_label: str = ""
    """Of a refined query: how the query was called at first."""

    @property
    def is_refined(self) -> bool:
        """Whether decisions about matches take part in it."""
        return bool(self.accepted or self.rejected)

    def feedback(self) -> dict[str, list[str]]:
        """The protocol's feedback, empty where there is none."""
        if not self.is_refined:
            return {}
        return {"accepted": list(self.accepted), "rejected": list(self.rejected)}

    def to_params(self) -> dict[str, Any]:
        """The protocol's query object."""
        mosaic = self.source.to_params() if self.source else None
        own: dict[str, Any] = {"kind": self.kind}
        if self.kind == "indexed":
            own.update(crater_id=self.crater_id, context=self.context)
            return {**own, "mosaic": mosaic} if mosaic else own
        own.update(lon=self.lon, lat=self.lat, diameter_m=self.diameter_m)
        if self.kind == "crater":
            return {**own, "mosaic": mosaic, "context": self.context}
        own["side_m"] = self.side_m
        return {**own, "mosaic": mosaic} if self.kind == "area" else {**own, "path": self.image}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON for the project's store."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> QueryRequest:
        """The other way; unknown members are ignored."""
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        if known.get("source"):
            fields = RasterSource.__dataclass_fields__
            known["source"] = RasterSource(
                **{k: v for k, v in known["source"].items() if k in fields}
            )
        known["outline"] = tuple(tuple(point) for point in known.get("outline") or ())
        for name in ("accepted", "rejected"):
            known[name] = tuple(map(str, known.get(name) or ()))
        return cls(**known)
