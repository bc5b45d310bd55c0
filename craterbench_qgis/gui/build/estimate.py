"""What a build will take (views, bytes, seconds), before it is started. None: not known."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...contract.build import SIZE, TOKENS, BuildEstimate
from ...contract.vocabulary import Size
from ...core.settings import Settings
from ...core.words import quantities
from ...core.words.reasons import skip_counts
from ...i18n import tr

# Numbers per token of the encoders that come with the plugin; a ViT has 192 to 1024.
_TOKEN_DIMS = {"craterbench-conv": 128, "hog-unsigned": 36, "hog": 216, "ncc": 64}
_UNKNOWN_DIM = 768
# Seeds, patches, descriptor, table row, JPEG thumbnail and the crater's row in the catalogue.
_BYTES_BESIDE_TOKENS = 6_000


@dataclass(frozen=True)
class Estimate:
    """``views``: at most; ``exact``: whether diameters and region were counted; ``seconds`` is
    None where this encoder was never timed on this computer."""

    views: int
    size_bytes: int
    seconds: float | None
    exact: bool
    skipped: dict[str, int] = field(default_factory=dict)
    sampled: bool = False

    def text(self) -> str:
        """For the dialog."""
        what = tr("Views: {n}") if self.exact else tr("Views: at most {n}")
        if self.sampled:
            what = tr("Views: about {n}")
        views = what.format(n=quantities.number(self.views))
        if self.skipped:
            views += " " + tr("(not: {reasons})").format(reasons=skip_counts(self.skipped))
        parts = [
            views,
            tr("space: about {size}").format(size=quantities.size(self.size_bytes)),
        ]
        if self.seconds is None:
            parts.append(tr("time: shown once the build runs"))
        else:
            about = quantities.duration(self.seconds)
            parts.append(tr("time: about {time}, as in the last build here").format(time=about))
        return " · ".join(parts)


def bytes_per_view(encoder: str, tokens: int = TOKENS, size: Size = SIZE) -> int:
    """Bytes an index needs for one view, rounded up; checked against a real one in the tests."""
    known = [dim for name, dim in _TOKEN_DIMS.items() if encoder.startswith(name)]
    dim = known[0] if known else _UNKNOWN_DIM
    # Each token: int8 numbers, a float32 scale, a uint16 seed; or two bits a number, a float16.
    token = dim + 6 if size is Size.STANDARD else -(-dim // 4) + 4
    return tokens * token + _BYTES_BESIDE_TOKENS


def estimate(
    craters: int,
    mosaics: int,
    contexts: int,
    encoder: str,
    tokens: int,
    size: Size,
    rate: float | None,
    exact: bool,
    forecast: BuildEstimate | None = None,
) -> Estimate:
    """``rate``: views a second measured before, or None; ``forecast``: what the engine says can be
    cut, None while it has not answered."""
    views = craters * mosaics * contexts if forecast is None else forecast.views
    skipped = {} if forecast is None else forecast.skipped
    sampled = forecast is not None and not forecast.exact
    exact = exact and forecast is not None
    seconds = views / rate if rate else None
    return Estimate(
        views, views * bytes_per_view(encoder, tokens, size), seconds, exact, skipped, sampled
    )


def remembered_rate(settings: Settings, encoder: str) -> float | None:
    """Views a second of the last build with ``encoder`` on the device chosen, if there was one."""
    try:
        rate = float(settings.value(_key(settings, encoder), 0.0))
    except (TypeError, ValueError):
        return None
    return rate if rate > 0 else None


def remember_rate(settings: Settings, encoder: str, rate: float) -> None:
    """For the next estimate."""
    settings.set_value(_key(settings, encoder), float(rate))


def _key(settings: Settings, encoder: str) -> str:
    name = (encoder or "default").replace("/", "_").replace("\\", "_")
    return f"build/rates/{settings.device}/{name}"
