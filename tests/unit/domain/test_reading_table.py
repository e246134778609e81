"""Tables of readings: three shapes, every fault with its row, nothing guessed and nothing raised."""

from __future__ import annotations

import time
from datetime import date

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.people_counts import STATE
from bot.domain.reading_table import NotATable, Table, read_cells, read_file, read_text

TODAY = date(2026, 3, 2)


def table(text: str, unit: str = "percent", measure: str = "") -> Table:
    return read_text(text, unit, TODAY, measure)


def rows(found: Table) -> list[tuple[str, str, float | None]]:
    assert not found.faults, [str(fault) for fault in found.faults]
    return [(str(row.month), row.population, row.value) for row in found.rows]


def faults(found: Table) -> list[str]:
    return [str(fault) for fault in found.faults]


EXPECTED = [("2026-01", "", 46.0), ("2026-01", "Spanish", 40.0), ("2026-02", "", 47.5), ("2026-02", "Spanish", None)]


@pytest.mark.parametrize(
    "text",
    [
        "month,group,value\n2026-01,,46%\n2026-01,Spanish,40\n2026-02,All,47.5%\n2026-02,Spanish,*\n",
        "Month\tAll\tSpanish\nJan 2026\t46%\t40%\nFeb-26\t47.5%\t*\n",
        "\ufeff2026-01;;46\r\n2026-01;Spanish;40\r\n2/1/2026;total;47.5\r\n2026-02-28;Spanish;*\r\n",
    ],
)
def test_one_reading_a_row_or_months_by_groups(text):
    assert rows(table(text)) == EXPECTED


def test_groups_by_months():
    found = table("Group,2026-01,2026-02\nEverybody,46,47.5\nSpanish,40,*\n")
    assert sorted(rows(found), key=lambda row: row[:2]) == EXPECTED


def test_months_across_below_a_corner_that_is_a_month_are_not_guessed():
    months = "2025-09,2025-10,2025-11,2025-12,2026-01,2026-02"
    (fault,) = table(f"{months}\nAll,41,42,43,44,45\nSpanish,31,32,33,34,35\n").faults
    assert str(fault).startswith("Row 1: “2025-09” stands above the groups")
    assert rows(table(f",{months}\nAll,41,42,43,44,45\n"))[0] == ("2025-09", "", 41.0)


def test_kinds_of_groups_people_and_the_states_average():
    found = table(
        'month,group,kind,value,people\n2026-02,,,47.5%,"1,240"\n2026-02,Spanish,language,40%,310\n'
        "2026-02,Central (office),,45%,\n2026-02,State average,,51.2%,\n"
    )
    assert [(row.population, row.kind, row.people) for row in found.rows] == [
        ("", "", 1240),
        ("Spanish", "language", 310),
        ("Central", "office", None),
        ("State average", STATE, None),
    ]


def test_the_measures_own_name_as_a_heading_is_everybody():
    assert rows(table("Month,Engagement Rate\n2026-01,46\n", measure="Engagement rate")) == [("2026-01", "", 46.0)]


def test_people_beside_the_measures_own_name_are_people_and_beside_groups_it_is_everybody():
    found = table("Month,Engagement Rate,Denominator\n2026-01,47.5,85\n", measure="Engagement Rate")
    assert [(row.population, row.value, row.people) for row in found.rows] == [("", 47.5, 85)]
    assert not found.faults
    found = table("Month,Engagement Rate,Spanish\n2026-01,46,40\n", measure="Engagement Rate")
    assert rows(found) == EXPECTED[:2]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Month,Rate,State\n2026-01,47,50\n2026-02,48,51\n", ["“State” is beside “Rate”"]),
        ("Month,Percent,Spanish,English\n2026-01,47,50,40\n", ["“Spanish” is beside “Percent”", "“English” is beside “Percent”"]),
        ("Month,Rate,,Notes\n2026-01,47,50,\n", ["Column 3 has no heading"]),
        ("Month,Rate,Percent\n2026-01,47,50\n", ["“Rate” and “Percent” are both the value"]),
        ("2026-01,47\n2026-02,48,50\n", ["Column 3 has no heading"]),
        ("Month,Engagement,Denominator\n2026-01,47.5,85\n", ["“Denominator” is no group"]),
        ("Month,Numerator,Denominator\n2026-01,40,85\n", ["“Numerator” is no group", "“Denominator” is no group"]),
        ("Month,All,Target,N,Count\n2026-01,46,50,85,40\n", ["“Target” is no group", "“N” is no group", "“Count” is no group"]),
    ],
)  # fmt: skip
def test_a_column_that_is_no_reading_is_told_by_its_heading_and_never_taken_for_one(text, told):
    found = table(text)
    assert [fault.line for fault in found.faults] == [1] * len(told)
    for fault, words in zip(found.faults, told, strict=True):
        assert words in fault.text
        assert fault.text.endswith(".")


@pytest.mark.parametrize(
    ("text", "line", "group"),
    [
        ("2026-01,1,240\n2026-02,1,310\n", 1, "1"),
        ("2026-01,45%,80\n", 1, "45%"),
        ("2026-01,Spanish,40\n2026-01,*,80\n", 2, "*"),
        ("2026-01,1,240,30\n", 1, "1"),
    ],
)
def test_a_number_without_a_heading_is_no_group(text, line, group):
    told = [str(fault) for fault in table(text, "families").faults if "look for a group" in fault.text]
    assert [words[: words.index("stands")] for words in told] == [f"Row {line}: “{group}” "]


def test_below_headings_a_group_may_be_a_number():
    assert rows(table("month,group,value\n2026-01,1,45%\n")) == [("2026-01", "1", 45.0)]


def test_a_row_of_people_among_months_is_no_group():
    found = table("Group,2026-01,2026-02\nAll,46,47.5\nDenominator,85,90\n")
    assert [(fault.line, fault.text[:28]) for fault in found.faults] == [(3, "“Denominator” is no group. L")]


def test_a_column_without_a_word_in_it_is_left_out():
    assert rows(table("Month,Rate,Notes\n2026-01,46,\n")) == EXPECTED[:1]


def test_empty_rows_and_empty_cells_are_no_readings():
    assert rows(table("\nMonth,All,Spanish\n\n2026-01,46,\n,,\n2026-02,47.5,40\n")) == [
        ("2026-01", "", 46.0),
        ("2026-02", "", 47.5),
        ("2026-02", "Spanish", 40.0),
    ]


def test_every_row_with_a_fault_is_named():
    found = table(
        "month,group,value\n2026-13,,46\n2026-05,,46\n2026-Q1,,46\nlast June,,46\n1926-01,,40\n2026-01,,many\n"
        "2026-01,,<11\n2026-01,,0.46\n2026-01,,46\n2026-01,all,47\n2026-02,Spanish,\n,,44\nFebruary,,44\n"
    )
    told = faults(found)
    assert [fault.line for fault in found.faults] == [2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14]
    assert told[0] == "Row 2: “2026-13” is not a month. Write it like 2026-03."
    assert "Row 3: May 2026 has not begun" in told[1]
    assert "is a quarter" in told[2]
    assert "Row 6: January 1926 is more than 30 years ago" in told[4]
    assert "“many” is not a number. Write for example 47.5%, or * for “not shown”." in told[5]
    assert "“<11” is not a number" in told[6]
    assert "Do you mean 46% or 0.46%?" in told[7]
    assert told[8] == "Row 11: January 2026, everybody, stands in row 10 already. Keep one of them."
    assert "There is no value" in told[9]
    assert "“February” has no year" in told[11]


def test_a_wrong_month_of_a_grid_is_told_once():
    assert len(table("Month,All,Spanish\n2026-05,46,40\n2026-01,45,39\n").faults) == 1
    assert len(table("Group,2026-05,2026-01\nAll,46,40\nSpanish,45,39\n").faults) == 1


def test_a_column_without_a_heading_is_not_guessed():
    assert faults(table("Month,All,\n2026-01,46,40\n")) == [
        "Row 2: Column 3 has no heading, so I do not know what it is of."
    ]


@pytest.mark.parametrize("text", ["", "\n\n", "hello", "a,b\nc,d", "group,value\nSpanish,40"])
def test_what_is_no_table_is_said_in_a_sentence(text):
    (fault,) = table(text).faults
    assert fault.line == 0
    assert fault.text.endswith(".")


def workbook(path, lines: list[list[object]]):
    book = xlsxwriter.Workbook(path)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "mmm yyyy"})
    for r, line in enumerate(lines):
        for c, value in enumerate(line):
            sheet.write(r, c, value, day) if isinstance(value, date) else sheet.write(r, c, value)
    book.close()
    return path


def test_a_workbook_with_dates_and_percents_as_fractions(tmp_path):
    lines = [["Month", "All", "Spanish"], [date(2026, 1, 1), 0.46, 0.4], [date(2026, 2, 1), 0.475, "*"]]
    found = read_file(workbook(tmp_path / "readings.xlsx", lines), "percent", TODAY)
    assert rows(found) == EXPECTED
    assert found.fractions


def test_numbers_of_a_workbook_that_are_no_fractions_stay_what_they_are(tmp_path):
    lines = [["month", "value", "people"], ["2026-01", 46, 1240], ["2026-02", 47.5, 1250]]
    found = read_file(workbook(tmp_path / "readings.xlsx", lines), "percent", TODAY)
    assert rows(found) == [("2026-01", "", 46.0), ("2026-02", "", 47.5)]
    assert [row.people for row in found.rows] == [1240, 1250]


def test_files_that_are_no_tables_are_refused_in_a_sentence(tmp_path):
    for name, data in (
        ("plan.pdf", b"%PDF"),
        ("broken.xlsx", b"not a workbook"),
        ("picture.csv", bytes(range(256)) * 9),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(NotATable, match=name):
            read_file(path, "percent", TODAY)
    with pytest.raises(NotATable, match="cannot be read"):
        read_file(tmp_path / "none.csv", "percent", TODAY)


def test_ten_thousand_rows_are_read_in_about_a_second():
    lines = ["month,group,value"]
    lines += [f"20{10 + n % 16}-0{1 + n % 9},group {n // 144},{n % 100}" for n in range(10_000)]
    began = time.process_time()
    found = table("\n".join(lines))
    assert time.process_time() - began < 3
    assert len(found.rows) + len(found.faults) == 10_000
    assert not [fault for fault in found.faults if "stands in row" not in fault.text]


def test_more_rows_than_a_table_may_have_are_refused_as_a_whole():
    (fault,) = table("month,value\n" + "2026-01,46\n" * 20_001).faults
    assert "Split it" in fault.text


_CELLS = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.sampled_from(["month", "value", "group", "2026-01", "Feb 2026", "2026-13", "46%", "*", "all", "=1+1", "people"]),
    st.floats(),
    st.dates(),
)


@given(st.lists(st.lists(_CELLS, max_size=5), max_size=8), st.sampled_from(["percent", "dollars", "count", "days"]))
def test_no_cells_bring_the_reader_down(cells, unit):
    found = read_cells(cells, unit, TODAY)
    assert found.rows or found.faults or not any(any(row) for row in cells) or len(cells) > 0
    assert len({(row.month, row.population.lower()) for row in found.rows}) == len(found.rows)


@given(st.text())
def test_no_text_brings_the_reader_down(text):
    found = table(text)
    assert all(str(fault) for fault in found.faults)


def test_a_formula_is_no_number():
    assert "is not a number" in faults(table("month,value\n2026-01,=1+1\n"))[0]
