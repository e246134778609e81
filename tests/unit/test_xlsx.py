"""Workbooks: read back by another library, numbers are numbers, dates are dates, and nothing is a formula."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from bot.renderers.xlsx import Sheet, to_xlsx
from tests.golden.cases import HOSTILE

FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://evil.example","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "http://evil.example",
    "12",
)
BOOK = to_xlsx(
    "Larkspur County: March 2026",
    date(2026, 3, 31),
    (
        Sheet(
            "Goals",
            ("Goal", "Rate", "Data month", "Note"),
            ((1, 39.5, date(2026, 2, 1), "behind"), (2, None, None, ""), (3, 0.0, None, "x" * 40_000)),
        ),
        Sheet("Steps", ("Step",), ()),
    ),
)


def parts(book: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        return {name: files.read(name).decode() for name in files.namelist()}


def test_numbers_and_dates_are_what_they_are():
    book = CalamineWorkbook.from_filelike(io.BytesIO(BOOK))
    assert book.sheet_names == ["Goals", "Steps"]
    head, first, second, third = book.get_sheet_by_name("Goals").to_python()
    assert head == ["Goal", "Rate", "Data month", "Note"]
    assert first[:2] + first[3:] == [1, 39.5, "behind"]
    assert first[2] in (date(2026, 2, 1), datetime(2026, 2, 1))  # noqa: DTZ001  a day, with or without its midnight
    assert second == [2, "", "", ""], "what is not known is empty, never 0"
    assert third[1] == 0
    assert len(third[3]) == 32_767, "as much as a cell holds"
    assert book.get_sheet_by_name("Steps").to_python() == [["Step"]]


@pytest.mark.parametrize("text", [*FORMULAS, *HOSTILE])
def test_text_is_only_ever_text(text):
    made = to_xlsx("Hostile", date(2026, 3, 31), (Sheet("Hostile", (text,), ((text,),)),))
    files = parts(made)
    sheet = files["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert not any("externalLink" in name for name in files)
    found = CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()[1][0]
    assert isinstance(found, str)
    assert found.split()[-1] == text.replace("\u202e", "").replace("\u202c", "").split()[-1]


def test_the_head_stays_in_sight_and_the_title_is_a_property():
    files = parts(BOOK)
    assert 'state="frozen"' in files["xl/worksheets/sheet1.xml"]
    assert "<autoFilter" in files["xl/worksheets/sheet1.xml"]
    assert "<dc:title>Larkspur County: March 2026</dc:title>" in files["docProps/core.xml"]
    assert "2026-03-31T00:00:00Z" in files["docProps/core.xml"]


def test_the_same_numbers_give_the_same_bytes():
    sheet = Sheet("One", ("A",), ((1,),))
    assert to_xlsx("x", date(2026, 1, 1), (sheet,)) == to_xlsx("x", date(2026, 1, 1), (sheet,))
