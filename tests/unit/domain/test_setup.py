"""Names, times, zones and dates as people write them; what setting up still needs."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cadence import WorkCalendar
from bot.domain.setup import (
    TITLE_LENGTH,
    NearestZones,
    SetupCounts,
    clean_name,
    leading_name,
    name_from_title,
    next_meeting,
    read_cadence,
    read_dates,
    read_days,
    read_time,
    read_zone,
    setup_checklist,
)

CALENDAR, TODAY = WorkCalendar(), date(2026, 3, 2)
NAMES = ["Forms team", "Equity", "Equity data", "Client voice"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Forms team second Tuesday", ("Forms team", "second Tuesday")),
        ("FORMS second Tuesday", ("Forms team", "second Tuesday")),
        ("forms-team: <@U1> lead", ("Forms team", "<@U1> lead")),
        ("equity data 1.1 1.2", ("Equity data", "1.1 1.2")),
        ("equity 1.1", ("Equity", "1.1")),
        ("voice 2.2", ("Client voice", "2.2")),
        ("team", ("Forms team", "")),
        ("froms second Tuesday", ("", "froms second Tuesday")),
        ("", ("", "")),
    ],
)
def test_a_name_at_the_start_ends_where_the_words_stop_meaning_it(text: str, found: tuple[str, str]) -> None:
    assert leading_name(text, NAMES) == found


@given(st.lists(st.text(max_size=300), max_size=6))
def test_workgroups_named_after_strategies_are_short_and_all_different(titles: list[str]) -> None:
    taken: list[str] = []
    for number, title in enumerate([*titles, *titles], 1):
        name = name_from_title(title, taken, f"1.{number}")
        assert 0 < len(name) <= TITLE_LENGTH
        assert name.casefold() not in {other.casefold() for other in taken}
        taken.append(name)


def test_a_title_is_cut_where_a_reader_would_stop() -> None:
    title = "Provide additional and regular staff training that includes trauma informed care, harm reduction"
    assert name_from_title(title, []) == "Provide additional and regular staff training"
    assert name_from_title(title, ["provide additional and regular STAFF training"], "2.3").endswith("(2.3)")


@pytest.mark.parametrize("text", ["", "  \n ", "***", "\x00", "x" * 81])
def test_a_name_without_a_letter_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"at least one|at most"):
        clean_name(text)


def test_a_name_becomes_one_line() -> None:
    assert clean_name(" Forms\n\tteam\x00 2 ") == "Forms team 2"


@pytest.mark.parametrize(
    ("text", "found"),
    [("9", time(9)), ("9:00", time(9)), ("9am", time(9)), ("4.30 p.m.", time(16, 30)), ("12am", time(0)), ("noon", time(12))],
)  # fmt: skip
def test_times_of_day_as_people_write_them(text: str, found: time) -> None:
    assert read_time(text) == found


@pytest.mark.parametrize("text", ["25:00", "13pm", "9:60", "soon", "", "9" * 5000])
def test_what_is_no_time_of_day_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="9:00"):
        read_time(text)


def test_working_days_are_one_to_fifteen() -> None:
    assert [read_days(text) for text in ("1", "3 days", "15 working days")] == [1, 3, 15]
    for text in ("0", "16", "-1", "many", ""):
        with pytest.raises(ValueError, match="from 1 to 15"):
            read_days(text)


def test_dates_are_sorted_and_a_wrong_one_is_named() -> None:
    assert read_dates("12/24/2026, 2026-11-27 and 2026-11-27") == (date(2026, 11, 27), date(2026, 12, 24))
    with pytest.raises(ValueError, match="2026-02-30"):
        read_dates("2026-12-24, 2026-02-30")


def test_zones_by_any_spelling_and_the_nearest_for_a_wrong_one() -> None:
    for text in ("america/los_angeles", "Pacific time", "Los Angeles", "california"):
        assert read_zone(text) == "America/Los_Angeles"
    with pytest.raises(NearestZones) as caught:
        read_zone("Pacfic")
    assert caught.value.near[0] == "America/Los_Angeles"
    with pytest.raises(NearestZones):
        read_zone("../../etc/passwd")


def test_a_cadence_reads_back_what_it_says_of_itself() -> None:
    for text in ("second Tuesday", "last Friday every two months", "quarterly, third Wednesday from April"):
        found = read_cadence(text, TODAY, CALENDAR)
        assert read_cadence(found.describe(), TODAY, CALENDAR).to_text() == found.to_text()


def test_a_new_rhythm_starts_with_the_first_meeting_that_is_not_over() -> None:
    first_monday = read_cadence("quarterly first Monday", date(2026, 3, 3), CALENDAR)
    assert next_meeting(first_monday, date(2026, 3, 3), CALENDAR) == date(2026, 4, 6)
    assert next_meeting(read_cadence("quarterly first Monday", TODAY, CALENDAR), TODAY, CALENDAR) == TODAY


def test_the_checklist_names_what_is_missing_in_order() -> None:
    empty = setup_checklist(SetupCounts(0, 0, 0, 0, 0, 0, 1))
    assert not any(item.done for item in empty)
    half = setup_checklist(SetupCounts(5, 2, 1, 3, 1, 0, 9))
    assert [item.verb for item in half if not item.done] == ["workgroup setup", "workgroup"]
    assert all(item.done for item in setup_checklist(SetupCounts(5, 0, 1, 5, 0, 0, 9)))
