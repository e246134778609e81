"""Months and quarters: reading them, stepping through them, naming them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.periods import Month, Quarter, months_between, parse_period

TODAY = date(2026, 11, 22)

months = st.builds(Month, st.integers(1900, 2200), st.integers(1, 12))
quarters = st.builds(Quarter, st.integers(1900, 2200), st.integers(1, 4))


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2026-11", Month(2026, 11)),
        (" 2026‑11 ", Month(2026, 11)),  # a non-breaking hyphen, as phones type it
        ("2026/3", Month(2026, 3)),
        ("3/2026", Month(2026, 3)),
        ("202603", Month(2026, 3)),
        ("nov 2026", Month(2026, 11)),
        ("Nov. 2026", Month(2026, 11)),
        ("NOVEMBER, 2026", Month(2026, 11)),
        ("Sept-2025", Month(2025, 9)),
        ("2025 feb", Month(2025, 2)),
        ("November", Month(2026, 11)),
        ("december", Month(2025, 12)),
        ("may", Month(2026, 5)),
        ("last month", Month(2026, 10)),
        ("This  Month", Month(2026, 11)),
        ("next month", Month(2026, 12)),
        ("Q4 2026", Quarter(2026, 4)),
        ("2026q4", Quarter(2026, 4)),
        ("2026 - Q4", Quarter(2026, 4)),
        ("4Q 2026", Quarter(2026, 4)),
        ("q4", Quarter(2026, 4)),
        ("last quarter", Quarter(2026, 3)),
        ("this quarter", Quarter(2026, 4)),
        ("current quarter", Quarter(2026, 4)),
    ],
)
def test_periods_are_read_as_people_write_them(text: str, period: Month | Quarter) -> None:
    assert parse_period(text, TODAY) == period


def test_a_name_without_a_year_is_the_latest_one_that_has_begun() -> None:
    new_year = date(2026, 1, 1)
    assert parse_period("January", new_year) == Month(2026, 1)
    assert parse_period("February", new_year) == Month(2025, 2)
    assert parse_period("Q1", new_year) == Quarter(2026, 1)
    assert parse_period("Q2", new_year) == Quarter(2025, 2)
    assert parse_period("last quarter", new_year) == Quarter(2025, 4)
    assert parse_period("last month", new_year) == Month(2025, 12)


@pytest.mark.parametrize(
    "text", ["", "soon", "2026", "2026-13", "2026-00", "0000-01", "ma", "novem ber", "Q5 2026", "q0", "2026-Q44"]
)
def test_what_is_no_period_is_refused_with_the_forms_understood(text: str) -> None:
    with pytest.raises(ValueError, match=r"2026-11, Nov 2026, .* Q4 2026"):
        parse_period(text, TODAY)


@pytest.mark.parametrize("text", ["2026-1", "2026-13", "2026-Q4", "2026-11\n", "٢٠٢٦-١١", ""])
def test_a_stored_month_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="month"):
        Month.parse(text)


@pytest.mark.parametrize("text", ["2026-Q5", "2026-q4", "2026-11", "2026-Q4\n", ""])
def test_a_stored_quarter_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match="quarter"):
        Quarter.parse(text)


def test_titles_name_the_months() -> None:
    assert Month(2026, 11).title == "November 2026"
    assert Quarter(2026, 4).title == "Q4 2026, October–December"
    assert (str(Month(2026, 3)), str(Quarter(2026, 1))) == ("2026-03", "2026-Q1")


def test_february_ends_on_the_29th_in_leap_years() -> None:
    assert Month(2028, 2).last == date(2028, 2, 29)
    assert Month(2100, 2).last == date(2100, 2, 28)


@given(months)
def test_month_text_steps_and_bounds_agree(month: Month) -> None:
    assert Month.parse(str(month)) == month == parse_period(str(month), TODAY) == parse_period(month.title, TODAY)
    assert month.next().previous() == month
    assert month.previous() < month < month.next()
    assert month.last + timedelta(days=1) == month.next().first
    assert Month.of(month.first) == Month.of(month.last) == month
    assert month.contains(month.first)
    assert month.contains(month.last)
    assert not month.contains(month.next().first)
    assert month in month.quarter.months


@given(quarters)
def test_quarter_text_steps_and_bounds_agree(quarter: Quarter) -> None:
    assert Quarter.parse(str(quarter)) == quarter == parse_period(str(quarter), TODAY)
    assert quarter.next().previous() == quarter
    assert quarter.previous() < quarter < quarter.next()
    assert quarter.last + timedelta(days=1) == quarter.next().first
    assert Quarter.of(quarter.first) == Quarter.of(quarter.last) == quarter
    assert quarter.contains(quarter.last)
    assert not quarter.contains(quarter.previous().last)
    assert [month.quarter for month in quarter.months] == [quarter] * 3


@given(months, months)
def test_months_between_is_the_number_of_steps(start: Month, end: Month) -> None:
    assert start.plus(months_between(start, end)) == end
    assert months_between(start, end) == -months_between(end, start)
