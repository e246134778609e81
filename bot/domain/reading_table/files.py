"""Files of tables: text such as CSV, and XLSX workbooks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.domain.reading_table.model import Table
from bot.domain.reading_table.parse import read_cells, read_text
from bot.domain.reading_table.workbook import Unreadable, first_sheet

LARGEST = 5_000_000  # bytes; months × groups of a measure are a few thousand
_ENCODINGS = ("utf-8-sig", "cp1252")  # what Excel saves


class NotATable(Exception):
    """The file is no table; the sentence says why."""


def read_file(path: Path, unit: str, today: date, measure: str = "") -> Table:
    """The readings of a .csv, .tsv, .txt or .xlsx file; of a workbook its first sheet. Raises NotATable."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)  # whatever the file has beyond, it is too large
    except OSError as error:
        raise NotATable(f"{path} cannot be read: {error.strerror}.") from None
    return read_data(path.name, data, unit, today, measure)


def read_data(name: str, data: bytes, unit: str, today: date, measure: str = "") -> Table:
    """The same from a file's name and content."""
    if len(data) > LARGEST:
        raise NotATable(f"{name} has more than {LARGEST // 1_000_000} MB. Send the table alone, please.")
    ending = Path(name).suffix.lower()
    if ending == ".xlsx":
        return _read_workbook(name, data, unit, today, measure)
    if ending not in (".csv", ".tsv", ".txt"):
        raise NotATable(f"{name} is no table I can read. Save it as .xlsx or .csv, please.")
    for encoding in _ENCODINGS:
        try:
            return read_text(data.decode(encoding), unit, today, measure)
        except UnicodeDecodeError:
            continue
    raise NotATable(f"{name} is not a text file. Save it as .csv in UTF-8, or as .xlsx, please.")


def _read_workbook(name: str, data: bytes, unit: str, today: date, measure: str) -> Table:
    try:
        sheet, rows = first_sheet(data)
    except Unreadable as error:
        raise NotATable(f"{name} cannot be opened as a workbook ({error}). Save it as .xlsx again, please.") from None
    return replace(read_cells(rows, unit, today, measure), sheet=sheet)
