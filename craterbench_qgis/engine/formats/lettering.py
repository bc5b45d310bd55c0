"""Text on pictures: a font that has the letters crater names need, and text that fits its space."""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from importlib.resources import files

from PIL import ImageFont

# Letters that no decomposition makes plain.
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae", "Æ": "AE"}
    | {"œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ð": "d", "ı": "i", "ʻ": "'", "ʼ": "'"}
    | {"−": "-", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "×": "x", "\t": " "}
)


@lru_cache(maxsize=32)
def lettering(size: int, strong: bool = False) -> Lettering:
    """The :class:`Lettering` of a size; fonts are read once."""
    return Lettering(size, strong)


class Lettering:
    """Source Sans Pro (Adobe, SIL Open Font License 1.1) at one size: Latin, Greek, Cyrillic.

    ``size`` in pixels. Pillow's own default font has ASCII only; system fonts differ by machine.
    """

    def __init__(self, size: int, strong: bool = False) -> None:
        name = f"SourceSansPro-{'Semibold' if strong else 'Regular'}.otf"
        data = (files(__package__) / "fonts" / name).read_bytes()
        self.font = ImageFont.truetype(io.BytesIO(data), size)
        self._missing = self._shape("\U0010fffe")
        self._known: dict[str, bool] = {}

    def legible(self, text: str) -> str:
        """``text`` on one line without a character the font draws as an empty box.

        Accents the font lacks are dropped; letters of other scripts become ``?``.
        """
        lettered = []
        for char in unicodedata.normalize("NFC", " ".join(text.split())):
            if self._has(char):
                lettered.append(char)
                continue
            plain = unicodedata.normalize("NFKD", char.translate(_PLAIN))
            kept = "".join(c for c in plain if not unicodedata.combining(c) and self._has(c))
            invisible = unicodedata.category(char) in ("Cc", "Cf", "Mn", "Me")
            lettered.append(kept if kept or invisible else "?")
        return "".join(lettered)

    def width(self, text: str) -> float:
        """Pixels from the start of ``text`` to the start of what would follow it."""
        return float(self.font.getlength(text))

    def fit(self, text: str, width: float) -> str:
        """:meth:`legible` text, shortened with an ellipsis where wider than ``width`` pixels."""
        text = self.legible(text)
        if self.width(text) <= width:
            return text
        while text and self.width(text + "…") > width:
            text = text[:-1]
        return text.rstrip(" ,·") + "…"

    def wrap(self, text: str, width: float) -> list[str]:
        """Lines of :meth:`legible` text at most ``width`` pixels wide; newlines are kept.

        Words wider than a line (paths, hashes) are broken.
        """
        lines: list[str] = []
        for paragraph in text.splitlines():
            line = ""
            for word in self.legible(paragraph).split():
                longer = f"{line} {word}" if line else word
                if self.width(longer) <= width:
                    line = longer
                    continue
                if line:
                    lines.append(line)
                while self.width(word) > width and len(word) > 1:
                    cut = next(
                        n
                        for n in range(len(word) - 1, 0, -1)
                        if n == 1 or self.width(word[:n]) <= width
                    )
                    lines.append(word[:cut])
                    word = word[cut:]
                line = word
            lines.append(line)
        return lines

    def _has(self, char: str) -> bool:
        if char not in self._known:
            self._known[char] = char == " " or self._shape(char) != self._missing
        return self._known[char]

    def _shape(self, char: str) -> tuple[tuple[int, int], bytes]:
        mask = self.font.getmask(char)
        return mask.size, bytes(mask)
