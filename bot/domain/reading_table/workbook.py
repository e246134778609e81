"""The first sheet of an XLSX file as cells, by calamine (https://github.com/tafia/calamine), which runs nothing in it.

calamine makes room for whatever rectangle a sheet says it fills, and for as many texts as are announced: a file of 5 KB
can ask for 500 GB, and then the process ends. So a workbook is unpacked and measured here first, and calamine sees only
what was measured.
"""

from __future__ import annotations

import re
import zlib
from datetime import date, datetime
from io import BytesIO
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from bot.domain.reading_table.model import Cell

LARGEST = 25_000_000  # bytes unpacked; 20,000 rows of four cells are about four million
MOST_CELLS = 400_000  # of the rectangle that a sheet fills; two seconds
DAMAGED = "it is damaged, locked with a password, or no workbook"
_NEEDED = (".xml", ".rels")  # no pictures and macros; and no parts of the other formats calamine would try
_BROKEN = (BadZipFile, expat.ExpatError, zlib.error, OSError, EOFError, LookupError, RuntimeError, ValueError)
_PLACE = re.compile(r"([A-Za-z]{1,3})([1-9][0-9]{0,6})")


class Unreadable(Exception):
    """Why a workbook cannot be read, as a part of a sentence: `it is damaged`."""


def first_sheet(data: bytes) -> tuple[str, list[list[Cell]]]:
    """(name of the sheet, "" where the workbook has no other; its rows). Raises Unreadable."""
    from python_calamine import CalamineError, CalamineWorkbook  # imported when the first workbook comes

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(_measured(data)))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, *_BROKEN):
        raise Unreadable(DAMAGED) from None
    return sheet.name if len(book.sheet_names) > 1 else "", [[_cell(value) for value in row] for row in rows]


def _measured(data: bytes) -> bytes:
    """The workbook anew, unpacked, with only what is needed to read its cells. Raises Unreadable where it is too large,
    and what zipfile and expat raise."""
    plain = BytesIO()
    with ZipFile(BytesIO(data)) as packed, ZipFile(plain, "w") as made:
        parts = [part for part in packed.infolist() if part.filename.lower().endswith(_NEEDED)]
        if sum(part.file_size for part in parts) > LARGEST:
            raise Unreadable(f"it has more than {LARGEST // 1_000_000} MB when unpacked")
        for part in parts:
            if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or part.flag_bits & 1:
                raise Unreadable(DAMAGED)
            with packed.open(part) as stream:
                content = stream.read(part.file_size)  # never more, whatever is behind it
            if (b"sheetData" in content or b"uniqueCount" in content) and _Extent().of(content) > MOST_CELLS:
                raise Unreadable(f"a sheet of it fills more than {MOST_CELLS:,} cells")
            made.writestr(part.filename, content)
    return plain.getvalue()


class _Extent:
    """How far the cells of a sheet's XML reach, counted as calamine does, for which a cell without a place follows the
    one before: https://github.com/tafia/calamine/blob/master/src/xlsx/cells_reader.rs"""

    def __init__(self) -> None:
        self._row = self._column = 0  # of the next cell, from 0
        self._rows = self._columns = self._texts = 0

    def of(self, sheet: bytes) -> int:
        """The cells of the rectangle from A1 to the last row and the last column, or the texts that a part with the
        texts of cells announces. Raises ExpatError or
        Unreadable."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._begins
        parser.EndElementHandler = self._ends
        parser.StartDoctypeDeclHandler = self._refuse
        parser.Parse(sheet, True)
        return max(self._rows * self._columns, self._texts)

    def _begins(self, tag: str, attributes: dict[str, str]) -> None:
        place = attributes.get("r", "")
        match tag.rpartition(":")[2]:
            case "sst":
                self._texts = max(self._texts, _count(attributes.get("uniqueCount", "0")))
            case "row" if place:
                self._row = _coordinates(f"A{place}")[0]
            case "c":
                row = self._row
                if place:
                    row, self._column = _coordinates(place)
                self._rows, self._columns = max(self._rows, row + 1), max(self._columns, self._column + 1)
                self._column += 1

    def _ends(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "row":
            self._row += 1
            self._column = 0

    def _refuse(self, *_: object) -> None:
        raise Unreadable(DAMAGED)


def _count(digits: str) -> int:
    if not re.fullmatch("[0-9]{1,20}", digits):
        raise Unreadable(DAMAGED)
    return int(digits)


def _coordinates(place: str) -> tuple[int, int]:
    """`C3` -> (2, 2)."""
    found = _PLACE.fullmatch(place)
    if not found:
        raise Unreadable(DAMAGED)
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _cell(value: object) -> Cell:
    if isinstance(value, bool) or value is None:
        return str(value) if value is not None else None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, int | float):
        return float(value)
    return value if isinstance(value, str | date) else str(value)
