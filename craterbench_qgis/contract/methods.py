"""Every method of the protocol: its parameters, its result, and the lane it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from . import atlas, build, demo, duplicates, engine, kinds, search, why
from .records import Record
from .vocabulary import Word
from .wire import HELLO as HELLO_NAME

P = TypeVar("P", bound=Record)
R = TypeVar("R", bound=Record)


class Lane(Word):
    """Each does one request at a time; a long one never holds up a short one."""

    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True)
class Method(Generic[P, R]):
    """``name`` on the wire; ``slow``: a short one that may take minutes."""

    name: str
    params: type[P]
    result: type[R]
    lane: Lane = Lane.SHORT
    slow: bool = False


HELLO = Method(HELLO_NAME, engine.HelloParams, engine.Hello)
ENCODERS = Method("encoders.list", engine.Nothing, engine.Encoders)
DEVICES = Method("devices", engine.Nothing, engine.Devices)
DESCRIBE_CATALOGUE = Method(
    "catalogue.describe", build.CatalogueParams, build.CatalogueInfo, slow=True
)
DESCRIBE_MOSAIC = Method("mosaic.describe", build.MosaicParams, build.MosaicInfo, slow=True)
DESCRIBE_INDEX = Method("index.describe", build.IndexParams, build.IndexInfo)
OPEN_INDEX = Method("index.open", build.OpenParams, build.IndexInfo, slow=True)
CLOSE_INDEX = Method("index.close", build.IndexParams, engine.Nothing)
ESTIMATE_BUILD = Method("build.estimate", build.LookParams, build.BuildEstimate, slow=True)
CHECK_CIRCLES = Method("build.check", build.LookParams, build.CircleCheck, Lane.LONG)
BUILD = Method("index.build", build.BuildParams, build.BuildReply, Lane.LONG)
ADD = Method("index.add", build.AddParams, build.BuildReply, Lane.LONG)
UPGRADE = Method("index.upgrade", build.UpgradeParams, build.UpgradeReply, Lane.LONG)
MAKE_ATLAS = Method("atlas.make", atlas.AtlasParams, atlas.AtlasInfo, Lane.LONG)
DESCRIBE_ATLAS = Method("atlas.describe", atlas.AtlasParams, atlas.AtlasInfo)
ATLAS_PICTURE = Method("atlas.picture", atlas.AtlasPictureParams, atlas.AtlasPicture)
SELECT_IN_ATLAS = Method("atlas.select", atlas.AtlasSelectParams, atlas.AtlasSelection)
ATLAS_AT = Method("atlas.at", atlas.AtlasAtParams, atlas.AtlasAt)
EXPORT_ATLAS = Method("atlas.export", atlas.AtlasExportParams, search.Files, slow=True)
VERIFY = Method("index.verify", build.IndexParams, build.VerifyReply, Lane.LONG)
DEMO = Method("demo", demo.DemoParams, demo.Demo, Lane.LONG)
PREVIEW = Method("preview", search.PreviewParams, search.Preview)
WARP = Method("warp", search.WarpParams, search.Warped)
SEARCH = Method("search", search.SearchParams, search.SearchReply)
THUMBNAILS = Method("thumbnails", search.ThumbnailParams, search.Thumbnails)
EXPLAIN = Method("explain", why.ExplainParams, why.ExplainReply)
EXPORT = Method("export", search.ExportParams, search.Files, slow=True)
CONTACT_SHEET = Method("contact_sheet", search.SheetParams, search.Files, slow=True)
REPORT = Method("report", search.SheetParams, search.Files, slow=True)
LEARN_KIND = Method("kinds.learn", kinds.KindParams, kinds.LearntKindReply, Lane.LONG)
LIST_KINDS = Method("kinds.list", build.IndexParams, kinds.KeptKinds)
REMOVE_KIND = Method("kinds.remove", kinds.KindName, engine.Nothing)
EVALUATE = Method("evaluate", build.EvaluateParams, build.Answer, Lane.LONG)
FIND_DUPLICATES = Method(
    "duplicates.find", duplicates.DuplicateParams, duplicates.DuplicateReport, Lane.LONG
)
APPLY_DUPLICATES = Method(
    "duplicates.apply", duplicates.ApplyParams, duplicates.ApplyReport, Lane.LONG
)
REPORT_DUPLICATES = Method(
    "duplicates.report", duplicates.ReviewReportParams, duplicates.ReviewReport, Lane.LONG
)
PAIR_PICTURES = Method(
    "duplicates.pictures", duplicates.PairPicturesParams, duplicates.PairPictures
)

METHODS = {value.name: value for value in list(vars().values()) if isinstance(value, Method)}
"""All methods above, by their names on the wire."""
