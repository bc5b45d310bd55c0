"""Numbers other people published, as data, so that a report can print them beside ours."""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = (
    'Fang, Zhang, Phillips, Luo 2026, "CraterBench-R: Instance-Level Crater Retrieval for '
    'Planetary Scale", arXiv 2604.06245'
)
NO_CLAIM = (
    "No match with the paper is claimed: it does not say whether R@K is a hit rate or a true "
    "recall, nor at which level its mAP is taken. Both kinds stand here side by side; they can "
    "be told apart once one public row (ViT-S/16 DINO, CLS) has been reproduced with one of them."
)


@dataclass(frozen=True)
class GlobalRow:
    """One vector per image, ranked by cosine."""

    backbone: str
    pooling: str
    recall_1: float
    recall_5: float
    mean_ap: float


@dataclass(frozen=True)
class TokenRow:
    """Late interaction with ViT-B/16 MarsDINO. ``k`` None: all 196 tokens."""

    method: str
    k: int | None
    mean_ap: float


@dataclass(frozen=True)
class RecoveryRow:
    """Two-stage search: per cent of full late interaction, as a range."""

    shortlist: int
    low: float
    high: float


GLOBAL_ROWS = (
    GlobalRow("EfficientNet-B0", "GAP", 0.150, 0.214, 0.248),
    GlobalRow("ResNet-50", "GeM", 0.142, 0.217, 0.244),
    GlobalRow("ViT-S/16 DINO", "CLS", 0.273, 0.360, 0.420),
    GlobalRow("ViT-B/8 DINO", "GeM", 0.304, 0.379, 0.461),
    GlobalRow("ViT-B/14 DINOv2", "Max", 0.240, 0.323, 0.377),
    GlobalRow("ViT-7B/16 DINOv3-sat", "Max", 0.330, 0.416, 0.505),
    GlobalRow("ViT-B/16 MAE", "GeM", 0.022, 0.042, 0.043),
    GlobalRow("ViT-B/16 CLIP", "GeM", 0.058, 0.091, 0.107),
    GlobalRow("ViT-S/16 MarsDINO", "GeM", 0.269, 0.356, 0.412),
    GlobalRow("ViT-B/16 MarsDINO", "CLS", 0.374, 0.472, 0.553),
)
TOKEN_ROWS = (
    TokenRow("raw", 16, 0.444),
    TokenRow("aggregated", 16, 0.623),
    TokenRow("raw", 64, 0.716),
    TokenRow("aggregated", 64, 0.760),
    TokenRow("all", None, 0.744),
)
RECOVERY_ROWS = (RecoveryRow(100, 89.0, 94.0), RecoveryRow(500, 96.0, 96.0))
