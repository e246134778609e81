"""How people write a measure's value, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from bot.domain.readings import Said, parse_data_month, parse_people, parse_value, read_line

TODAY = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 47.5% 2026-02", Said("1", "47.5%", "2026-02")),
        ("1 47.5 % Feb 2026", Said("1", "47.5%", "Feb 2026")),
        ("first activity 52 last month", Said("first activity", "52", "last month")),
        ("1 52 for February Spanish speakers", Said("1", "52", "February", "Spanish speakers")),
        ("2 * 2026-02", Said("2", "*", "2026-02")),
        ("2 $3,200 2026-02", Said("2", "$3,200", "2026-02")),
        ("1 −3 2026-02", Said("1", "-3", "2026-02")),
        ("1 lots 2026-02", Said("1", "lots", "2026-02")),
        ("1 2026-02", Said("1", "", "2026-02")),
        ("1 47.5%", Said("1", "47.5%")),
        ("engagement", Said("engagement")),
        ("", Said()),
    ],
)
def test_a_line_is_taken_apart(text, said):
    assert read_line(text, TODAY) == said


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("47.5%", "percent", 47.5),
        ("47", "percent", 47.0),
        ("0", "percent", 0.0),
        ("100%", "percent", 100.0),
        ("0.4%", "percent", 0.4),
        ("$3,200.50", "dollars", 3200.5),
        ("1,234", "count", 1234.0),
        ("-4", "days", -4.0),
        ("*", "percent", None),
        ("not shown", "percent", None),
    ],
)
def test_values_that_are_read(text, unit, value):
    assert parse_value(text, unit) == value


@pytest.mark.parametrize(
    ("text", "unit", "why"),
    [
        ("lots", "percent", "is not a number"),
        ("", "percent", "There is no value"),
        ("47,5", "percent", "is not a number"),
        ("47%%", "percent", "is not a number"),
        ("٤٧", "percent", "is not a number"),
        ("1e3", "count", "is not a number"),
        ("101%", "percent", "between 0 and 100"),
        ("-1%", "percent", "between 0 and 100"),
        ("0.475", "percent", "Do you mean 47.5% or 0.475%?"),
        ("47%", "dollars", "not a percent"),
        ("$47", "percent", "not in dollars"),
    ],
)
def test_values_that_are_refused(text, unit, why):
    with pytest.raises(ValueError, match=why.replace("?", r"\?")):
        parse_value(text, unit)


def test_a_month_to_come_or_long_ago_or_a_quarter_is_no_data_month():
    assert str(parse_data_month("March", TODAY)) == "2026-03"
    assert str(parse_data_month("1996-01", TODAY)) == "1996-01"
    for text, why in (
        ("2026-05", "has not begun"),
        ("1995-12", "more than 30 years ago"),
        ("Q1 2026", "is a quarter"),
        ("soon", "I cannot read"),
    ):
        with pytest.raises(ValueError, match=why):
            parse_data_month(text, TODAY)


@pytest.mark.parametrize(("text", "people"), [("24", 24), ("1,024", 1024), ("*", None), ("", None), ("0", 0)])
def test_people_heard(text, people):
    assert parse_people(text) == people


@pytest.mark.parametrize("text", ["some", "-3", "2.5", "99999999", "٣"])
def test_people_that_are_no_number(text):
    with pytest.raises(ValueError, match="not a number of people"):
        parse_people(text)
