"""Days and follow-ups as people write them."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.days import parse_day
from bot.domain.follow_ups import read_follow_ups, task

MONDAY = date(2026, 3, 2)
PEOPLE = {1: "Ann Ortiz", 2: "Lee Park", 3: "Lee Parker", 4: "Ann Smith"}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 3, 2)),
        ("Tomorrow", date(2026, 3, 3)),
        ("monday", date(2026, 3, 9)),
        ("Fri.", date(2026, 3, 6)),
        ("next friday", date(2026, 3, 13)),
        ("next week", date(2026, 3, 9)),
        ("in 3 days", date(2026, 3, 5)),
        ("2 weeks", date(2026, 3, 16)),
        ("end of the month", date(2026, 3, 31)),
        ("12 March", date(2026, 3, 12)),
        ("1 March", date(2027, 3, 1)),
        ("the 12th of March, 2027", date(2027, 3, 12)),
        ("Mar 12", date(2026, 3, 12)),
        ("3/12", date(2026, 3, 12)),
        ("3/12/27", date(2027, 3, 12)),
        ("2026‑03‑12", date(2026, 3, 12)),
        ("29 February", date(2028, 2, 29)),
    ],
)
def test_a_day_is_read_as_people_write_it(text, day):
    assert parse_day(text, MONDAY) == day


@pytest.mark.parametrize("text", ["", "soon", "31 June", "13/45", "2026-02-30", "12 Foo", "9999 days", "3"])
def test_what_is_no_day_is_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match="Write for example"):
        parse_day(text, MONDAY)


@given(st.text(max_size=40), st.dates())
def test_any_text_is_a_day_or_refused(text, today):
    with contextlib.suppress(ValueError):
        assert isinstance(parse_day(text, today), date)


@pytest.mark.parametrize(
    ("line", "owner", "due"),
    [
        ("@Ann Ortiz: draft the letter by 12 March", 1, date(2026, 3, 12)),
        ("@Ann Ortiz draft the letter by Friday.", 1, date(2026, 3, 6)),
        ("Ann Ortiz - draft it", 1, None),
        ("ann: draft it", None, None),
        ("Ann O: draft it", None, None),
        ("Lee Park: call by phone", 2, None),
        ("@Lee Parker call", 3, None),
        ("lee park: read the plan by the team by next friday", 2, date(2026, 3, 13)),
        ("Order paper (due 3/20)", None, date(2026, 3, 20)),
        ("Decide: who owns this?", None, None),
    ],
)
def test_owner_and_due_date_are_found_where_they_are_clear(line, owner, due):
    (found,) = read_follow_ups(line, PEOPLE, MONDAY)
    assert (found.text, found.owner, found.due) == (line, owner, due)


def test_each_line_is_a_follow_up_and_bullets_come_off():
    found = read_follow_ups("- one\n\n  2. two\n• three", PEOPLE, MONDAY)
    assert [f.text for f in found] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("line", "owner", "due", "rest"),
    [
        ("@Ann Ortiz: draft the letter by 12 March", "Ann Ortiz", MONDAY, "draft the letter"),
        ("@Ann Ortiz draft it", "Ann Ortiz", None, "draft it"),
        ("lee - call (due 3/20)", "Lee Park", MONDAY, "call"),
        ("call by phone", None, None, "call by phone"),
        ("Ann Ortiz: by Friday", "Ann Ortiz", None, "by Friday"),
        ("Ann Ortiz", "Ann Ortiz", None, "Ann Ortiz"),
    ],
)
def test_the_task_is_what_is_left_of_a_follow_up(line, owner, due, rest):
    assert task(line, owner, due) == rest
