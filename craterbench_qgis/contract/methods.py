"""Every method of the protocol: its parameters, its result, and the lane it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from .build import (
    AddParams,
    Answer,
    BuildEstimate,
    BuildParams,
    BuildReply,
    CatalogueInfo,
    CatalogueParams,
    CircleCheck,
    Devices,
    Encoders,
    EvaluateParams,
    Hello,
    HelloParams,
    IndexInfo,
    IndexParams,
    LookParams,
    MosaicInfo,
    MosaicParams,
    Nothing,
    OpenParams,
    UpgradeParams,
    UpgradeReply,
    VerifyReply,
)
from .demo import Demo, DemoParams
from .duplicates import (
    ApplyParams,
    ApplyReport,
    DuplicateParams,
    DuplicateReport,
    PairPictures,
    PairPicturesParams,
    ReviewReport,
    ReviewReportParams,
)
from .records import Record
from .search import (
    ExplainParams,
    ExplainReply,
    ExportParams,
    Files,
    Preview,
    PreviewParams,
    SearchParams,
    SearchReply,
    SheetParams,
    ThumbnailParams,
    Thumbnails,
)
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


HELLO = Method(HELLO_NAME, HelloParams, Hello)
ENCODERS = Method("encoders.list", Nothing, Encoders)
DEVICES = Method("devices", Nothing, Devices)
DESCRIBE_CATALOGUE = Method("catalogue.describe", CatalogueParams, CatalogueInfo, slow=True)
DESCRIBE_MOSAIC = Method("mosaic.describe", MosaicParams, MosaicInfo, slow=True)
DESCRIBE_INDEX = Method("index.describe", IndexParams, IndexInfo)
OPEN_INDEX = Method("index.open", OpenParams, IndexInfo, slow=True)
CLOSE_INDEX = Method("index.close", IndexParams, Nothing)
ESTIMATE_BUILD = Method("build.estimate", LookParams, BuildEstimate, slow=True)
CHECK_CIRCLES = Method("build.check", LookParams, CircleCheck, Lane.LONG)
BUILD = Method("index.build", BuildParams, BuildReply, Lane.LONG)
ADD = Method("index.add", AddParams, BuildReply, Lane.LONG)
UPGRADE = Method("index.upgrade", UpgradeParams, UpgradeReply, Lane.LONG)
VERIFY = Method("index.verify", IndexParams, VerifyReply, Lane.LONG)
DEMO = Method("demo", DemoParams, Demo, Lane.LONG)
PREVIEW = Method("preview", PreviewParams, Preview)
SEARCH = Method("search", SearchParams, SearchReply)
THUMBNAILS = Method("thumbnails", ThumbnailParams, Thumbnails)
EXPLAIN = Method("explain", ExplainParams, ExplainReply)
EXPORT = Method("export", ExportParams, Files, slow=True)
CONTACT_SHEET = Method("contact_sheet", SheetParams, Files, slow=True)
REPORT = Method("report", SheetParams, Files, slow=True)
EVALUATE = Method("evaluate", EvaluateParams, Answer, Lane.LONG)
FIND_DUPLICATES = Method("duplicates.find", DuplicateParams, DuplicateReport, Lane.LONG)
APPLY_DUPLICATES = Method("duplicates.apply", ApplyParams, ApplyReport, Lane.LONG)
REPORT_DUPLICATES = Method("duplicates.report", ReviewReportParams, ReviewReport, Lane.LONG)
PAIR_PICTURES = Method("duplicates.pictures", PairPicturesParams, PairPictures)

METHODS = {
    method.name: method
    for method in (
        HELLO, ENCODERS, DEVICES, DESCRIBE_CATALOGUE, DESCRIBE_MOSAIC, DESCRIBE_INDEX, OPEN_INDEX,
        CLOSE_INDEX, ESTIMATE_BUILD, CHECK_CIRCLES, BUILD, ADD, UPGRADE, VERIFY, DEMO, PREVIEW,
        SEARCH, THUMBNAILS, EXPLAIN, EXPORT, CONTACT_SHEET, REPORT, EVALUATE, FIND_DUPLICATES,
        APPLY_DUPLICATES, REPORT_DUPLICATES, PAIR_PICTURES,
    )
}  # fmt: skip
