"""Tables -> an Excel workbook: numbers and dates are what they are, and text that looks like a formula is text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from bot.renderers.safety import clean

Cell = str | int | float | date | None

_NARROW, _WIDE = 9, 60  # characters: no column is narrower or wider
_LONGEST = 32_767  # characters of a cell: https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d
_HEAD = {"bold": True, "font_color": "white", "bg_color": "#17624a", "text_wrap": True, "valign": "top"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a name of at most 31 characters; every row has as many cells as there are columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def to_xlsx(title: str, made: date, sheets: Sequence[Sheet]) -> bytes:
    """A workbook of at least one sheet. `title` and `made`, the day it tells of, are among its properties."""
    from xlsxwriter import Workbook  # type: ignore[import-untyped]

    buffer = io.BytesIO()
    book = Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "created": datetime.combine(made, time())})
    for sheet in sheets:
        _fill(book, book.add_worksheet(sheet.name), sheet)
    book.close()
    return buffer.getvalue()


def _fill(book: Any, page: Any, sheet: Sheet) -> None:
    head = book.add_format(_HEAD)
    texts = book.add_format({"text_wrap": True, "valign": "top"})
    days = book.add_format({"num_format": "d mmm yyyy", "align": "left", "valign": "top"})
    for at, name in enumerate(sheet.columns):
        page.write_string(0, at, name, head)
        page.set_column(at, at, _width([name, *(row[at] for row in sheet.rows)]))
    for line, row in enumerate(sheet.rows, 1):
        for at, cell in enumerate(row):
            _write(page, line, at, cell, days if isinstance(cell, date) else texts)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(1)  # US Letter
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_footer("&L&A&RPage &P of &N")


def _write(page: Any, line: int, at: int, cell: Cell, look: Any) -> None:
    match cell:
        case None:
            page.write_blank(line, at, None, look)
        case date():
            page.write_datetime(line, at, cell, look)
        case str():
            page.write_string(line, at, clean(cell)[:_LONGEST], look)
        case _:
            page.write_number(line, at, cell, look)


def _width(cells: Sequence[Cell]) -> int:
    longest = max(len(line) for cell in cells for line in str("" if cell is None else cell).split("\n"))
    return min(max(longest + 3, _NARROW), _WIDE)  # 3: the filter's arrow
