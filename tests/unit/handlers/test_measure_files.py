"""Tables of readings uploaded in the form: all of a file is stored, or nothing, and the form stays open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat.commands import Role
from bot.chat.uploads import Upload, to_value
from handlers import measures
from tests.builders import a_person, a_plan
from tests.desk import Desk, words
from tests.unit.domain.test_workbook import workbook
from tests.unit.handlers.test_measure_tables import stored

ANA = "Ana Lytic"
TABLE = b"Month,All,Spanish\n2026-01,41%,31%\n2026-02,42%,*\n"
ROWS = [
    ("2026-01", "", "", 41.0, None),
    ("2026-01", "Spanish", "", 31.0, None),
    ("2026-02", "", "", 42.0, None),
    ("2026-02", "Spanish", "", None, None),
]


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        a_plan(uow)
        a_person(uow, ANA, Role.ANALYST)
        a_person(uow, "Mem Ber")
    return Desk(engine, clock, measures)


def uploaded(desk, name, data, **values):
    file = to_value(Upload(name, data))
    return desk.submits(ANA, desk.says(ANA, "/sip measure record"), measure="1", file=file, **values)


def why(reply, field="file"):
    """What the form says to be wrong, which belongs to `field`."""
    assert reply.errors is not None, words(reply.message)
    ((name, sentence),) = reply.errors.errors
    assert name == field
    return sentence


def test_a_csv_file_is_stored(desk, work):
    reply = uploaded(desk, "readings.csv", TABLE)
    assert "Saved: 4 readings of Measure 1 Rate, January 2026 to February 2026." in words(reply.message)
    assert stored(work) == ROWS


def test_a_workbook_is_stored_and_the_receipt_says_how_it_was_read(desk, work):
    lines = [["Month", "All", "Spanish"], ["2026-01", 0.41, 0.31], ["2026-02", 0.42, "*"]]
    text = words(uploaded(desk, "readings.xlsx", workbook(("Data", lines), ("Notes", [["x"]]))).message)
    assert "The workbook has several sheets; the first, “Data”, was read." in text
    assert "0.475 was read as 47.5%" in text
    assert stored(work) == ROWS


def test_a_file_can_be_taken_back(desk, work, clock):
    reply = uploaded(desk, "readings.csv", TABLE)
    clock.move_to(clock.read() + timedelta(minutes=1))
    assert "Taken back: 4 readings." in words(desk.presses(ANA, reply.message, "Take it back").message)
    assert not stored(work)


def test_every_row_with_a_fault_is_told_and_nothing_is_stored(desk, work):
    lines = [[f"20{10 + n % 16}-0{1 + n % 9}", f"group {n // 144}", n % 100] for n in range(9_984)]
    lines += [["2026-02", "last", "many"], ["2026-13", "", 1]] * 8
    sentence = why(uploaded(desk, "r.xlsx", workbook(("A", [["month", "group", "value"], *lines]), ("B", []))))
    assert sentence.startswith("Nothing was stored. I read the first sheet, “A”. Row 9986: “many” is not a number.")
    assert "Row 9987: “2026-13” is not a month." in sentence
    assert sentence.endswith("And 4 more.")
    assert not stored(work)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("plan.pdf", b"%PDF", "plan.pdf is no table I can read. Save it as .xlsx or .csv, please."),
        ("r.xlsx", b"PK broken", "r.xlsx cannot be opened as a workbook"),
        ("r.csv", b"\x81\x8d\xff", "r.csv is not a text file."),
        ("r.csv", b"", "The table is empty."),
        ("r.csv", b"x" * 1_000_003, "r.csv has more than 1 MB."),
        ("<!channel>.pdf", b"x", "<!channel>.pdf is no table"),
    ],
)
def test_a_file_that_is_no_table_is_refused_and_the_form_stays(desk, work, name, data, told):
    assert why(uploaded(desk, name, data)).startswith(f"Nothing was stored. {told}")
    assert not stored(work)


def test_one_way_at_a_time(desk, work):
    assert "not both" in why(uploaded(desk, "r.csv", TABLE, table="month,value\n2026-01,41%"), "table")
    assert "not both" in why(uploaded(desk, "r.csv", TABLE, value="40"), "value")
    assert not stored(work)


def test_who_may_not_record_cannot_upload(desk, work):
    values = {"measure": "1", "file": to_value(Upload("r.csv", TABLE))}
    reply = desk.sends("Mem Ber", verb="measure record", values=values, source="form")
    assert "measure record” is for a" in why(reply, "")
    assert not stored(work)
