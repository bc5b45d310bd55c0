"""A PDF of pictures, one to a page, written page by page.

Pillow writes such files too, but keeps every page in memory until the last one is there.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO

from PIL import Image

_A4_WIDTH_PT = 210 / 25.4 * 72
_QUALITY = 88


def write_pdf(path: Path, pages: Iterable[Image.Image], *, title: str, subject: str) -> int:
    """Write ``pages`` (RGB), each as wide as A4, and return how many there were.

    Only one page is held at a time. Raises OSError.
    """
    with path.open("wb") as file:
        pdf = _Objects(file)
        tree, kids = pdf.reserve(), []
        for page in pages:
            width, height = _A4_WIDTH_PT, _A4_WIDTH_PT * page.height / page.width
            data = io.BytesIO()
            page.save(data, format="JPEG", quality=_QUALITY)
            image = pdf.add(
                f"/Type /XObject /Subtype /Image /Width {page.width} /Height {page.height} "
                "/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode",
                data.getvalue(),
            )
            drawing = pdf.add("", f"{width:.3f} 0 0 {height:.3f} 0 0 cm /I Do".encode())
            kids.append(
                pdf.add(
                    f"/Type /Page /Parent {tree} 0 R /MediaBox [0 0 {width:.3f} {height:.3f}] "
                    f"/Contents {drawing} 0 R /Resources << /XObject << /I {image} 0 R >> >>"
                )
            )
        pdf.fill(tree, f"/Type /Pages /Count {len(kids)} /Kids [{_references(kids)}]")
        root = pdf.add(f"/Type /Catalog /Pages {tree} 0 R")
        created = f"{datetime.now(timezone.utc):%Y%m%d%H%M%SZ}"
        about = pdf.add(
            f"/Title {_string(title)} /Subject {_string(subject)} /CreationDate (D:{created})"
        )
        pdf.close(root, about)
    return len(kids)


class _Objects:
    """The numbered objects of a PDF file, and where they stand in it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._places: list[int] = []
        file.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")

    def reserve(self) -> int:
        """The number of an object that is written later."""
        self._places.append(0)
        return len(self._places)

    def add(self, entries: str, stream: bytes | None = None) -> int:
        """Write an object, and return its number."""
        number = self.reserve()
        self.fill(number, entries, stream)
        return number

    def fill(self, number: int, entries: str, stream: bytes | None = None) -> None:
        """Write the object that has this number."""
        self._places[number - 1] = self._file.tell()
        length = "" if stream is None else f" /Length {len(stream)}"
        self._file.write(f"{number} 0 obj\n<< {entries}{length} >>\n".encode("ascii"))
        if stream is not None:
            self._file.write(b"stream\n" + stream + b"\nendstream\n")
        self._file.write(b"endobj\n")

    def close(self, root: int, about: int) -> None:
        """Write the table of all objects."""
        start, count = self._file.tell(), len(self._places) + 1
        table = "".join(f"{place:010d} 00000 n \n" for place in self._places)
        self._file.write(f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode("ascii"))
        trailer = f"<< /Size {count} /Root {root} 0 R /Info {about} 0 R >>"
        self._file.write(f"trailer\n{trailer}\nstartxref\n{start}\n%%EOF\n".encode("ascii"))


def _references(numbers: list[int]) -> str:
    return " ".join(f"{number} 0 R" for number in numbers)


def _string(text: str) -> str:
    """A PDF text string of any letters."""
    return "<" + ("\ufeff" + text).encode("utf-16-be", "replace").hex() + ">"
