"""When workgroups meet, working days around holidays and month ends, and due times in every zone."""

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.cadence import (
    Cadence,
    WorkCalendar,
    local_time,
    meeting_date,
    missed_meeting_due,
    newsletter_draft_due,
    nudge_due,
    parse_cadence,
    prompt_due,
    rollup_due,
)
from bot.domain.periods import Month, Quarter

PACIFIC = ZoneInfo("America/Los_Angeles")
CALIFORNIA = WorkCalendar()
NOVEMBER = Month(2026, 11)

months = st.builds(Month, st.integers(2020, 2035), st.integers(1, 12))
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
closures = st.frozensets(days, max_size=20)
calendars = st.builds(WorkCalendar, extra_days_off=closures)
zones = st.sampled_from(sorted(name for name in available_timezones() if "/" in name)).map(ZoneInfo)
cadences = st.builds(
    Cadence,
    st.sampled_from(["monthly", "every_two_months", "quarterly"]),
    st.integers(0, 6),
    st.sampled_from([1, 2, 3, 4, -1]),
    months,
)


# Cadence


@pytest.mark.parametrize(
    ("text", "kind", "weekday", "nth"),
    [
        ("second tuesday", "monthly", 1, 2),
        ("2nd Tue", "monthly", 1, 2),
        ("every month on the last friday", "monthly", 4, -1),
        ("every two months on the first Monday", "every_two_months", 0, 1),
        ("first Monday, every other month", "every_two_months", 0, 1),
        ("every second month, second Thurs.", "every_two_months", 3, 2),
        ("bi-monthly 4th weds", "every_two_months", 2, 4),
        ("quarterly third wed", "quarterly", 2, 3),
        ("the 3rd Wednesday of every quarter", "quarterly", 2, 3),
        ("1st thursday monthly", "monthly", 3, 1),
        ("We meet on the last Saturday of the month", "monthly", 5, -1),
    ],
)
def test_cadences_are_read_as_people_write_them(text: str, kind: str, weekday: int, nth: int) -> None:
    cadence = parse_cadence(text, NOVEMBER)
    assert (cadence.kind, cadence.weekday, cadence.nth, cadence.anchor) == (kind, weekday, nth, NOVEMBER)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Name one weekday"),
        ("monthly", "Name one weekday"),
        ("tuesday", "Name one weekday"),
        ("first and third tuesday", "Name one weekday"),
        ("second tuesday and friday", "Name one weekday"),
        ("fifth tuesday", "fourth or the last"),
        ("every week on monday", "at most one meeting a month"),
        ("every other tuesday", "at most one meeting a month"),
        ("biweekly monday", "at most one meeting a month"),
        ("second tuesday at 10am", "“at”"),
        ("second blursday", "“blursday”"),
    ],
)
def test_unclear_cadences_are_refused_with_an_example(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        parse_cadence(text, NOVEMBER)
    assert "Write for example" in str(refused.value)


def test_a_cadence_describes_itself() -> None:
    assert str(parse_cadence("2nd tue", NOVEMBER)) == "the second Tuesday of every month"
    assert (
        parse_cadence("quarterly last fri", NOVEMBER).describe()
        == "the last Friday of every third month, counted from November 2026"
    )


@given(cadences)
def test_a_stored_cadence_comes_back_the_same(cadence: Cadence) -> None:
    assert Cadence.from_text(cadence.to_text()) == cadence


@pytest.mark.parametrize(
    "text", ["", "weekly:1:1:2026-11", "monthly:5:1:2026-11", "monthly:2:7:2026-11", "monthly:2:1"]
)
def test_a_damaged_stored_cadence_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Cadence.from_text(text)


# Meetings


def test_the_second_tuesday_of_november() -> None:
    assert meeting_date(parse_cadence("second tuesday", NOVEMBER), NOVEMBER, CALIFORNIA) == date(2026, 11, 10)


def test_a_meeting_on_a_holiday_moves_to_the_next_working_day() -> None:
    thanksgiving = parse_cadence("fourth thursday", NOVEMBER)
    assert meeting_date(thanksgiving, NOVEMBER, CALIFORNIA) == date(2026, 11, 30)


def test_a_meeting_moved_by_a_holiday_stays_in_its_month() -> None:
    memorial_day = parse_cadence("last monday", NOVEMBER)
    assert meeting_date(memorial_day, Month(2027, 5), CALIFORNIA) == date(2027, 5, 28)


def test_a_saturday_meeting_stays_on_saturday() -> None:
    assert meeting_date(parse_cadence("first sat", NOVEMBER), NOVEMBER, CALIFORNIA) == date(2026, 11, 7)


def test_a_month_that_is_closed_throughout_has_no_meeting() -> None:
    closed = WorkCalendar(extra_days_off=frozenset(date(2026, 11, day) for day in range(1, 31)))
    assert meeting_date(parse_cadence("second tuesday", NOVEMBER), NOVEMBER, closed) is None


@given(cadences, months, calendars)
def test_a_meeting_belongs_to_its_month_and_never_falls_on_a_day_off(
    cadence: Cadence, month: Month, calendar: WorkCalendar
) -> None:
    meeting = meeting_date(cadence, month, calendar)
    assert (meeting is not None) == cadence.meets_in(month)
    if meeting:
        assert month.contains(meeting)
        assert not calendar.is_day_off(meeting)


@given(cadences, months)
def test_meetings_come_in_the_rhythm_of_the_cadence(cadence: Cadence, month: Month) -> None:
    apart = {"monthly": 1, "every_two_months": 2, "quarterly": 3}[cadence.kind]
    assert sum(cadence.meets_in(month.plus(step)) for step in range(12)) == 12 // apart
    assert cadence.meets_in(cadence.anchor)


# Working days


def test_thanksgiving_friday_is_off_and_susan_b_anthony_day_is_not() -> None:
    assert not CALIFORNIA.is_working_day(date(2026, 11, 27))
    assert CALIFORNIA.is_working_day(date(2022, 2, 15))
    assert not CALIFORNIA.is_working_day(date(2021, 2, 15))  # the same day was also Presidents' Day


def test_a_countys_own_days_off_are_not_worked() -> None:
    closed = WorkCalendar(extra_days_off=frozenset({date(2026, 11, 23)}))
    assert CALIFORNIA.is_working_day(date(2026, 11, 23))
    assert not closed.is_working_day(date(2026, 11, 23))


def test_new_year_that_is_observed_in_the_old_year_is_off() -> None:
    assert CALIFORNIA.is_day_off(date(2021, 12, 31))


def test_another_country_has_other_holidays() -> None:
    assert WorkCalendar("GB", "ENG").is_day_off(date(2026, 12, 26))
    assert WorkCalendar("US", None).is_working_day(date(2026, 11, 27))


@pytest.mark.parametrize(("country", "subdivision"), [("XX", None), ("US", "QQ")])
def test_an_unknown_place_is_named(country: str, subdivision: str | None) -> None:
    with pytest.raises(ValueError, match=r"no holiday calendar for .*ISO 3166"):
        WorkCalendar(country, subdivision).is_working_day(date(2026, 1, 5))


def test_working_days_before_month_end_around_thanksgiving() -> None:
    counted = [CALIFORNIA.working_days_before_month_end(NOVEMBER, n).day for n in range(1, 6)]
    assert counted == [30, 25, 24, 23, 20]


@pytest.mark.parametrize("n", [0, -1])
def test_working_days_of_a_month_are_counted_from_one(n: int) -> None:
    with pytest.raises(ValueError, match="from 1"):
        CALIFORNIA.nth_working_day(NOVEMBER, n)
    with pytest.raises(ValueError, match="from 1"):
        CALIFORNIA.working_days_before_month_end(NOVEMBER, n)


@given(calendars, days, st.integers(-30, 30))
def test_adding_working_days_passes_exactly_that_many(calendar: WorkCalendar, day: date, n: int) -> None:
    reached = calendar.add_working_days(day, n)
    passed = range(1, (reached - day).days + 1) if n > 0 else range((reached - day).days, 0)
    assert sum(calendar.is_working_day(day + timedelta(days=step)) for step in passed) == abs(n)
    assert n == 0 or calendar.is_working_day(reached)


@given(calendars, months, st.integers(1, 12))
def test_counting_from_either_end_of_a_month_meets_in_the_middle(calendar: WorkCalendar, month: Month, n: int) -> None:
    worked = [day for day in _days_of(month) if calendar.is_working_day(day)]
    if n <= len(worked):
        assert calendar.nth_working_day(month, n) == worked[n - 1]
        assert calendar.working_days_before_month_end(month, n) == worked[-n]
    assert calendar.first_working_day(month) == calendar.nth_working_day(month, 1)


def test_a_decade_of_month_ends_is_cheap_once_the_years_are_known() -> None:
    start = perf_counter()
    for year in range(2026, 2036):
        for number in range(1, 13):
            CALIFORNIA.working_days_before_month_end(Month(year, number), 5)
    assert perf_counter() - start < 1


def test_importing_the_rules_does_not_load_the_holiday_library() -> None:
    code = "import sys, bot.domain.cadence; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# Due times


def test_due_times_of_november_2026_in_california() -> None:
    assert prompt_due(date(2026, 11, 12), CALIFORNIA, PACIFIC) == _nine(2026, 11, 6)  # Veterans Day between
    assert nudge_due(NOVEMBER, CALIFORNIA, PACIFIC) == _nine(2026, 11, 20)
    assert missed_meeting_due(NOVEMBER, CALIFORNIA, PACIFIC) == _nine(2026, 11, 24)
    assert rollup_due(NOVEMBER, CALIFORNIA, PACIFIC) == _nine(2026, 12, 1)
    assert newsletter_draft_due(Quarter(2026, 4), CALIFORNIA, PACIFIC) == _nine(2027, 1, 8)


def test_a_county_may_set_its_own_days_and_times() -> None:
    at = time(7, 30)
    assert nudge_due(NOVEMBER, CALIFORNIA, PACIFIC, at, days=1) == datetime(2026, 11, 30, 7, 30, tzinfo=PACIFIC)
    assert newsletter_draft_due(Quarter(2026, 3), CALIFORNIA, PACIFIC, at, day=1).date() == date(2026, 10, 1)


def test_nine_o_clock_is_nine_o_clock_on_both_sides_of_a_clock_change() -> None:
    before, after = date(2026, 10, 30), date(2026, 11, 2)
    assert local_time(before, time(9), PACIFIC).astimezone(UTC).hour == 16
    assert local_time(after, time(9), PACIFIC).astimezone(UTC).hour == 17


def test_a_time_that_never_comes_moves_on_by_the_gap() -> None:
    due = local_time(date(2026, 3, 8), time(2, 30), PACIFIC)
    assert due.isoformat() == "2026-03-08T03:30:00-07:00"


def test_a_time_that_comes_twice_is_the_first() -> None:
    due = local_time(date(2026, 11, 1), time(1, 30, fold=1), PACIFIC)
    assert due.isoformat() == "2026-11-01T01:30:00-07:00"


@given(zones, days)
def test_nine_local_is_nine_local_in_every_zone(zone: ZoneInfo, day: date) -> None:
    due = local_time(day, time(9), zone)
    assert (due.date(), due.time(), due.tzinfo) == (day, time(9), zone)
    assert due == due.astimezone(UTC)


@given(zones, days, st.times(timezones=st.none()))
def test_any_due_time_exists_on_the_local_clock(zone: ZoneInfo, day: date, at: time) -> None:
    due = local_time(day, at, zone)
    assert due.astimezone(UTC).astimezone(zone).replace(fold=0) == due.replace(fold=0)
    assert due.date() in (day, day + timedelta(days=1))


def test_jobs_of_every_month_from_2020_to_2035_fall_in_order_on_working_days() -> None:
    for year in range(2020, 2036):
        for number in range(1, 13):
            _assert_jobs_in_order(Month(year, number))


def _assert_jobs_in_order(month: Month) -> None:
    nudge = nudge_due(month, CALIFORNIA, PACIFIC)
    missed = missed_meeting_due(month, CALIFORNIA, PACIFIC)
    rollup = rollup_due(month, CALIFORNIA, PACIFIC)
    draft = newsletter_draft_due(month.quarter, CALIFORNIA, PACIFIC)
    assert nudge < missed < rollup
    assert month.contains(nudge.date())
    assert month.contains(missed.date())
    assert month.next().contains(rollup.date())
    assert month.quarter.next().contains(draft.date())
    for due in (nudge, missed, rollup, draft):
        assert CALIFORNIA.is_working_day(due.date())
        assert (due.hour, due.minute) == (9, 0)
    left = [day for day in _days_of(month) if day >= nudge.date() and CALIFORNIA.is_working_day(day)]
    assert len(left) == 5


def _days_of(month: Month) -> list[date]:
    return [month.first + timedelta(days=step) for step in range(month.last.day)]


def _nine(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 9, tzinfo=PACIFIC)
