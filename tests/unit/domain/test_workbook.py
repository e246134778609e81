"""Workbooks that would take the process down, or that are none: a sentence each, and nothing large is ever unpacked."""

from __future__ import annotations

import re
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
import xlsxwriter

from bot.domain.reading_table import NotATable, Table, read_data
from bot.domain.reading_table.workbook import DAMAGED

TODAY = date(2026, 3, 2)
SHEET, TEXTS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    made = BytesIO()
    with xlsxwriter.Workbook(made) as book:
        for name, lines in sheets or (("Readings", [["month", "value"], ["2026-01", 46]]),):
            sheet = book.add_worksheet(name)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
    return made.getvalue()


def changed(part: str, change: Callable[[bytes], bytes], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The plain workbook with one part changed."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(workbook())) as before, zipfile.ZipFile(made, "w", packed) as after:
        for name in before.namelist():
            after.writestr(name, change(before.read(name)) if name == part else before.read(name))
    return made.getvalue()


def swap(pattern: bytes, by: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        found, count = re.subn(pattern, by, content)
        assert count, "nothing to change"
        return found

    return change


def read(data: bytes) -> Table:
    return read_data("r.xlsx", data, "percent", TODAY)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", DAMAGED),
        (b"month,value\n2026-01,46\n", DAMAGED),
        (workbook()[:3000], DAMAGED),
        (changed(SHEET, swap(b'r="B2"', b'r="XFD1048576"')), "fills more than 400,000 cells"),
        (changed(SHEET, swap(b'<row r="2"(.*?)<c r="A2"', rb'<row r="1048576"\1<c')), "fills more than"),
        (changed(SHEET, swap(b"<sheetData>", b"<sheetData><row>" + b"<c/>" * 400_001 + b"</row>")), "fills more"),
        (changed(SHEET, swap(b'<row r="2"', b'<row r="0"')), DAMAGED),
        (changed(SHEET, swap(b'r="B2"', b'r="AAAAAA2"')), DAMAGED),
        (changed(SHEET, swap(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet')), DAMAGED),
        (changed(SHEET, lambda content: content[:-30]), DAMAGED),
        (changed(SHEET, swap(b"UTF-8", b"UTF-80")), DAMAGED),
        (changed(TEXTS, swap(b'uniqueCount="3"', b'uniqueCount="4294967295"')), "fills more than"),
        (changed(TEXTS, swap(b'uniqueCount="3"', b'uniqueCount="-3"')), DAMAGED),
        (changed(SHEET, lambda content: content + b" " * 30_000_000), "more than 25 MB when unpacked"),
        (changed(SHEET, lambda content: content, zipfile.ZIP_BZIP2), DAMAGED),
        (changed(BOOK, swap(b"<sheets>.*</sheets>", b"<sheets/>")), DAMAGED),
    ],
)
def test_a_workbook_that_cannot_be_opened_says_why(data, why):
    with pytest.raises(NotATable, match=re.escape(why)) as told:
        read(data)
    assert str(told.value).startswith("r.xlsx cannot be opened as a workbook (")
    assert str(told.value).endswith("Save it as .xlsx again, please.")


def test_a_part_that_lies_about_its_size_is_not_unpacked_further():
    data = changed(SHEET, lambda content: content + b" " * 100_000_000)
    size = zipfile.ZipFile(BytesIO(data)).getinfo(SHEET).file_size
    lying = data.replace(size.to_bytes(4, "little"), (2000).to_bytes(4, "little"))
    tracemalloc.start()
    try:
        with pytest.raises(NotATable, match=DAMAGED):
            read(lying)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_cells_without_a_place_follow_the_ones_before():
    found = read(changed(SHEET, swap(b'<c r="[A-Z][0-9]"', b"<c")))
    assert [(str(row.month), row.value) for row in found.rows] == [("2026-01", 46.0)]


def test_of_several_sheets_the_first_is_read_and_named():
    found = read(workbook(("2026", [["month", "value"], ["2026-01", 46]]), ("Notes", [["not a table"]])))
    assert found.sheet == "2026"
    assert [row.value for row in found.rows] == [46.0]
    assert read(workbook()).sheet == ""
