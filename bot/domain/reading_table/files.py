"""Files of tables: CSV as text, XLSX by calamine (https://github.com/tafia/calamine), which runs nothing in them."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from bot.domain.reading_table.model import Cell, Table
from bot.domain.reading_table.parse import read_cells, read_text

LARGEST = 5_000_000  # bytes; months × groups of a measure are a few thousand
_ENCODINGS = ("utf-8-sig", "cp1252")  # what Excel saves


class NotATable(Exception):
    """The file is no table; the sentence says why."""


def read_file(path: Path, unit: str, today: date, measure: str = "") -> Table:
    """The readings of a .csv, .tsv, .txt or .xlsx file; of a workbook its first sheet. Raises NotATable."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotATable(f"{path} cannot be read: {error.strerror}.") from None
    return read_data(path.name, data, unit, today, measure)


def read_data(name: str, data: bytes, unit: str, today: date, measure: str = "") -> Table:
    """The same from the content of a file."""
    if len(data) > LARGEST:
        raise NotATable(f"{name} has more than {LARGEST // 1_000_000} MB. Send the table alone, please.")
    ending = Path(name).suffix.lower()
    if ending == ".xlsx":
        return read_cells(_workbook(name, data), unit, today, measure)
    if ending not in (".csv", ".tsv", ".txt"):
        raise NotATable(f"{name} is no table I can read. Save it as .xlsx or .csv, please.")
    for encoding in _ENCODINGS:
        try:
            return read_text(data.decode(encoding), unit, today, measure)
        except UnicodeDecodeError:
            continue
    raise NotATable(f"{name} is not a text file. Save it as .csv in UTF-8, or as .xlsx, please.")


def _workbook(name: str, data: bytes) -> list[list[Cell]]:
    from io import BytesIO

    from python_calamine import CalamineError, CalamineWorkbook  # imported when the first workbook comes

    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise NotATable(f"{name} cannot be opened as a workbook ({error}). Save it as .xlsx again, please.") from None
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: object) -> Cell:
    if isinstance(value, bool) or value is None:
        return str(value) if value is not None else None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, int | float):
        return float(value)
    return value if isinstance(value, str | date) else str(value)
