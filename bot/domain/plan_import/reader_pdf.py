"""PDF documents: the lines of each page as laid out, so that columns keep their distance; pages parted by a form feed.

Rejoining wrapped lines and dropping headers and footers is left to `rows` and `outline`.
"""

from __future__ import annotations

import logging
from pathlib import Path

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from bot.domain.plan_import.model import Line, NotAPlan

_MOST_PAGES = 2_000  # the longest plans have about 100
_UNUSED_CODE = "\x7f"  # WinAnsiEncoding shows its unused codes as bullets: PDF 32000-1, Annex D.2, note 3
_BROKEN = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError)


def read_pdf(path: Path) -> list[Line]:
    """Lines numbered through the whole document; NotAPlan when it is locked, damaged or a scan."""
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # its notes on sloppy files help nobody here
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise NotAPlan(f"{path.name} is locked with a password. Save a copy without one and import that.")
        if len(reader.pages) > _MOST_PAGES:
            raise NotAPlan(
                f"{path.name} has more than {_MOST_PAGES:,} pages, which no plan has. Import the plan alone."
            )
        pages = [page.extract_text(extraction_mode="layout") for page in reader.pages]
    except _BROKEN as error:
        raise NotAPlan(
            f"{path.name} is a PDF that cannot be opened. Save it again as PDF or Word and import that."
        ) from error
    if not any(page.strip() for page in pages):
        raise NotAPlan(
            f"{path.name} is a PDF without text: a scan. Run text recognition on it, or import the Word file."
        )
    lines: list[Line] = []
    for i, page in enumerate(pages):
        for text in ([] if i == 0 else ["\f"]) + page.split("\n"):
            lines.append(Line(len(lines) + 1, text.replace(_UNUSED_CODE, "•").rstrip()))
    return lines
