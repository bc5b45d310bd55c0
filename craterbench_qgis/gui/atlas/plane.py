"""What part of the atlas's plane a widget shows: plain numbers, no widgets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from qgis.PyQt.QtCore import QPointF, QRectF

_LARGEST, _SMALLEST = 0.05, 1e-6
_WHOLE = 2.1
"""Side of the plane, with a margin."""


@dataclass(frozen=True)
class Plane:
    """The place (``x``, ``y``), y upwards, is in the middle of ``width`` x ``height`` pixels;
    ``scale`` of the plane to a pixel."""

    x: float
    y: float
    scale: float
    width: float
    height: float

    @classmethod
    def whole(cls, width: float, height: float) -> Plane:
        """All of the atlas."""
        return cls(0.0, 0.0, _WHOLE / max(1.0, min(width, height)), width, height)

    def pixel(self, x: float, y: float) -> QPointF:
        """Where a place of the plane is."""
        return QPointF(
            (x - self.x) / self.scale + self.width / 2, (self.y - y) / self.scale + self.height / 2
        )

    def place(self, pixel: QPointF) -> tuple[float, float]:
        """Which place of the plane is at a pixel."""
        return (
            self.x + (pixel.x() - self.width / 2) * self.scale,
            self.y - (pixel.y() - self.height / 2) * self.scale,
        )

    def moved(self, pixels: QPointF) -> Plane:
        """As when it is dragged by so many pixels; its middle stays in the atlas."""
        x, y = self.x - pixels.x() * self.scale, self.y + pixels.y() * self.scale
        return replace(self, x=min(1.0, max(-1.0, x)), y=min(1.0, max(-1.0, y)))

    def zoomed(self, factor: float, about: QPointF) -> Plane:
        """``factor`` times as large; the place at ``about`` stays where it is."""
        scale = min(_LARGEST, max(_SMALLEST, self.scale / factor))
        x, y = self.place(about)
        near = replace(self, scale=scale)
        back = near.pixel(x, y) - about
        return near.moved(QPointF(-back.x(), -back.y()))

    def sized(self, width: float, height: float) -> Plane:
        """The same middle and scale in a widget of another size."""
        return replace(self, width=width, height=height)

    def wider(self, share: float) -> Plane:
        """The same middle and scale, ``share`` of width and height more on each side."""
        return self.sized(self.width * (1 + 2 * share), self.height * (1 + 2 * share))

    def covers(self, other: Plane) -> bool:
        """Whether all that ``other`` shows is in this one."""
        return self.rect_in(other).contains(QRectF(0, 0, other.width, other.height))

    def rect_in(self, other: Plane) -> QRectF:
        """Where what this one shows lies in the pixels of ``other``."""
        half_x, half_y = self.width / 2 * self.scale, self.height / 2 * self.scale
        return QRectF(
            other.pixel(self.x - half_x, self.y + half_y),
            other.pixel(self.x + half_x, self.y - half_y),
        )
