"""The small readings: numbers of a goal, dates, owners and due dates, counties, references."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bot.domain.plan_import import Line, PlanDocument, is_bare_count, parse_plan
from bot.domain.plan_import.county import find_county
from bot.domain.plan_import.dates import find_dates
from bot.domain.plan_import.numbers import measure_in, read_amount, read_direction, read_pace, read_statement
from bot.domain.plan_import.owners import take_assignment
from bot.domain.plan_import.shared import Reference, find_reference

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("text", "baseline", "target", "pace"),
    [
        ("Increase X to 64% from 40%., improving by 1.0% every 1 month within 2 years (for a total of a 24% improvement)", 40, 64, 1.0),
        ("Reduce the Sanction Rate from 32% to 20% by 0.5% per month", 32, 20, 0.5),
        ("Raise wages from $3,200 to $4,000, improving by $100 each quarter", 3200, 4000, 33.3333),
        ("Cut the wait from 45 days to 30 days", 45, 30, None),
        ("Increase X from a baseline of 18.5 percent to at least 30 percent, by 1.5 percentage points each quarter", 18.5, 30, 0.5),
        ("Increase X from 41% in July 2023 to at least 50% by June 30, 2026, an average of 0.4 points a month", 41, 50, 0.4),
        ("Decrease re-entries from 210 cases to 150 cases, at a rate of 5 cases every two months", 210, 150, 2.5),
        ("Increase from 30.5% to 35.5% at a rate of 2.4% per year", 30.5, 35.5, 0.2),
        ("Decrease X from 28% to 10%, decrease by 0.75% each month over two years", 28, 10, 0.75),
        ("Lower X from 33% to 21%, half a percentage point per month", 33, 21, 0.5),
        ("Increase X from 8% to 14% within 24 months (0.25% per month)", 8, 14, 0.25),
        ("Increase X from 30% to 36% at .25% per month", 30, 36, 0.25),
        ("Increase X: 36% → 48% (+½ percentage point per month)", 36, 48, 0.5),
        ("Decrease X from 17% to 11%, with a monthly decrease of 0.25%", 17, 11, 0.25),
        ("Raise wages from $3,100 to $3,340; $30/quarter", 3100, 3340, 10),
        ("Raise wages from $3,825 per quarter to $4,150 per quarter", 3825, 4150, None),
        ("Reduce the wait from 48 days to 30 days, by one day a month", 48, 30, 1),
        ("Increase X from 12% to 24%, one percent every two months", 12, 24, 0.5),
        ("Raise X from an estimated baseline of = (approximately 12%) to at least ≥ 20%", 12, 20, None),
        ("Improve attendance", None, None, None),
        ("Increase X by June 30, 2026", None, None, None),
        ("Increase X to 64% by 2026", None, 64, None),
    ],
)  # fmt: skip
def test_a_goals_numbers(text: str, baseline: float | None, target: float | None, pace: float | None) -> None:
    said = read_statement(text)
    assert (said.baseline and said.baseline.value, said.target and said.target.value, said.pace_per_month) == (
        baseline,
        target,
        pace,
    )


@pytest.mark.parametrize("filling", ["= ", "a ", "an ", "< ", "~ <", "no < ", "below ", "target is "])
def test_words_before_a_number_that_never_comes_are_read_in_linear_time(filling: str) -> None:
    program = (
        "from bot.domain.plan_import.numbers import measure_in, read_statement\n"
        f"text = 'Increase the rate from ' + {filling!r} * 800 + 'x'\n"
        "assert read_statement(text).baseline is None\n"
        "measure_in(text)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=20, check=True)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [("40%", 40, "percent"), ("$3,200 (FY 2022-23)", 3200, "dollars"), ("45 calendar days", 45, "days"), (".5 percent", 0.5, "percent"),
     ("FY 22-23: 38.25%", 38.25, "percent"), ("1,250 families", 1250, "families"), ("02/01/2024: 12", 12, None)],
)  # fmt: skip
def test_a_labelled_amount(text: str, value: float, unit: str | None) -> None:
    amount = read_amount(text)
    assert amount
    assert (amount.value, amount.unit) == (value, unit)


def test_a_pace_is_by_the_month() -> None:
    assert read_pace("0.3% every quarter", labelled=True) == 0.1
    assert read_pace("6 points annually", labelled=True) == 0.5
    assert read_pace("0.5% / month", labelled=True) == 0.5
    assert read_pace("to $4,000 per quarter") is None


def test_the_verb_gives_the_direction_and_improve_leaves_it_to_the_numbers() -> None:
    assert read_direction("Reduce sanctions", None, None) == ("decrease", True)
    assert read_direction("Improve sanctions", 32, 20) == ("decrease", True)
    assert read_direction("Increase sanctions", 32, 20) == ("increase", False)
    assert read_direction("Something else", None, None) == (None, True)


def test_the_measure_inside_a_statement() -> None:
    assert measure_in("Reduce the Sanction Rate from 32% to 20%") == "Sanction Rate"
    assert (
        measure_in("Cut days from referral to first activity from 45 to 30 days")
        == "days from referral to first activity"
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [("02/1/2024", date(2024, 2, 1)), ("3/15/25", date(2025, 3, 15)), ("2024-02-01", date(2024, 2, 1)), ("July 1, 2026", date(2026, 7, 1)),
     ("1 July 2026", date(2026, 7, 1)), ("1st of July 2026", date(2026, 7, 1)), ("Sept. 30, 2025", date(2025, 9, 30))],
)  # fmt: skip
def test_a_day_however_written(text: str, day: date) -> None:
    assert [d.day for d in find_dates(text)] == [day]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("June 2025", "month"), ("6/2025", "month"), ("Q2 2025", "vague"), ("Summer 2025", "vague"), ("2/30/2025", "vague"), ("Ongoing", "vague"),
     ("TBD", "none"), ("N/A", "none"), ("To be determined", "none")],
)  # fmt: skip
def test_what_is_no_day_is_never_made_one(text: str, kind: str) -> None:
    assert [(d.kind, d.day) for d in find_dates(text)] == [(kind, None)]


@pytest.mark.parametrize(
    ("text", "left", "owner", "due"),
    [
        ("Train staff (Lead: Staff Development; Due: 6/30/2025)", "Train staff", "Staff Development", date(2025, 6, 30)),
        ("Train staff (Lead: Staff Development (SD); Due: 6/30/2025).", "Train staff", "Staff Development (SD)", date(2025, 6, 30)),
        ("Train staff (by March 1, 2025; Lead: Call Center)", "Train staff", "Call Center", date(2025, 3, 1)),
        ("Train staff [Owner: Comms] [Due: 2025-08-01]", "Train staff", "Comms", date(2025, 8, 1)),
        ("Train staff — Lead: Data Team — Due: 5/1/2025", "Train staff", "Data Team", date(2025, 5, 1)),
        ("Train staff. Responsible: IT. Timeline: 5/1/2025", "Train staff.", "IT", date(2025, 5, 1)),
        ("Train staff (WTW Unit, due 1/15/2025)", "Train staff", "WTW Unit", date(2025, 1, 15)),
        ("Train staff by March 31, 2025", "Train staff by March 31, 2025", None, date(2025, 3, 31)),
        ("Train staff (phone and/or email)", "Train staff (phone and/or email)", None, None),
        ("Meet new staff (by phone or in person)", "Meet new staff (by phone or in person)", None, None),
        ("Ask again (due to high demand, in four languages)", "Ask again (due to high demand, in four languages)", None, None),
        ("Send the plan (revised 6/1/2024)", "Send the plan (revised 6/1/2024)", None, None),
        ("Test homes (lead poisoning prevention)", "Test homes (lead poisoning prevention)", None, None),
        ("Write the guide (Ana R., 2/28/2025)", "Write the guide", "Ana R.", date(2025, 2, 28)),
        ("Train staff — IT, due 1/31/2025", "Train staff", "IT", date(2025, 1, 31)),
        ("Train staff – Owner: ETW Supervisors, by TBD", "Train staff", "ETW Supervisors", None),
        ("Lead a group: staff and clients", "Lead a group: staff and clients", None, None),
        ("Work with lead agencies", "Work with lead agencies", None, None),
    ],
)  # fmt: skip
def test_owner_and_due_date_are_taken_out_of_a_step(text: str, left: str, owner: str | None, due: date | None) -> None:
    kept, found = take_assignment(text)
    assert (kept, found.owner, found.due.day if found.due else None) == (left, owner, due)


@pytest.mark.parametrize(
    ("text", "county"),
    [("County: Alder", "Alder"), ("County Name: Alder County", "Alder"), ("COUNTY OF EL ALDER", "El Alder"), ("Submitted by Alder Flats County", "Alder Flats"),
     ("**County:** County of Alder", "Alder"), ("The county will act.", None), ("County: Alder\t1", "Alder")],
)  # fmt: skip
def test_the_county(text: str, county: str | None) -> None:
    assert find_county([Line(1, text)]) == county


@pytest.mark.parametrize(
    ("text", "reference"),
    [("See Strategy 2 of Goal 1", Reference(1, 2)), ("Same as Goal 1 Strategy 3 action steps", Reference(1, 3)), ("(see Goal One, Strategy B)", Reference(1, 2)),
     ("Refer to Strategy 1.5", Reference(1, 5)), ("Same as Strategy 3 above", Reference(None, 3)), ("Same steps as in Goal 1", Reference(1, None)), ("See the attached list", None)],
)  # fmt: skip
def test_a_reference_to_another_strategy(text: str, reference: Reference | None) -> None:
    assert find_reference(text) == reference


def plan(text: str) -> PlanDocument:
    return parse_plan([Line(i, line) for i, line in enumerate(text.split("\n"), 1)])


def test_two_strategies_that_are_merely_alike_are_never_merged() -> None:
    document = plan(
        "Goal 1: Reduce X from 9% to 5%\nStrategy 1: Offer rides to families\nAction Steps\n1. Buy passes\n"
        "Strategy 2: Offer rides to family\nAction Steps\n1. Buy passes\nGoal 2: Reduce Y from 9% to 5%\n"
        "Strategy 1: Offer ride to families\nAction Steps\n1. Buy passes\n"
    )
    assert [[s.title for s in g.strategies] for g in document.goals] == [
        ["Offer rides to families", "Offer rides to family"],
        ["Offer ride to families"],
    ]
    assert not any(s.shared for g in document.goals for s in g.strategies)


def test_the_baseline_row_is_believed_before_the_statement_and_the_conflict_told() -> None:
    document = plan("Goal 1: Raise X from 20% to 35%\nBaseline: 22%\nStrategy 1: Act\nAction Step 1: Go\n")
    assert document.goals[0].baseline == 22
    assert [(w.line, w.code) for w in document.warnings if "mismatch" in w.code] == [(2, "baseline_mismatch")]


def test_a_line_among_the_steps_that_is_none_is_told() -> None:
    document = plan(
        "Goal 1: Raise X from 20% to 35%\nStrategy 1: Act\nAction Steps\n1. Go there.\n\nThe board met twice.\n\n2. Come back\n"
    )
    assert [a.text for a in document.goals[0].strategies[0].action_steps] == ["Go there.", "Come back"]
    assert (6, "unread_text") in [(w.line, w.code) for w in document.warnings]


def test_goals_whose_number_is_used_twice_are_both_kept() -> None:
    goal = "Goal 1: {} from 9% to 5%\nStrategy 1: {}\nAction Steps\n1. {}\n"
    document = plan(goal.format("Reduce sanctions", "Call", "Call") + goal.format("Cut no-shows", "Write", "Write"))
    assert [(g.number, g.statement) for g in document.goals] == [
        (1, "Reduce sanctions from 9% to 5%"),
        (2, "Cut no-shows from 9% to 5%"),
    ]
    assert "number_repeated" in {w.code for w in document.warnings}


@pytest.mark.parametrize(
    ("statement", "unit", "assumed"),
    [
        ("Increase the number of families placed in housing from 4 to 64", None, True),
        ("Increase Employment Placements from 40 to 64", None, True),
        ("Increase the number of families placed in housing from 4 to 64, by 5% a month", None, True),
        ("Increase Engagement Rate from 40 to 64", None, False),
        ("Increase the percentage of families engaged from 40 to 64", None, False),
        ("Increase Engagement from 40% to 64", "percent", False),
        ("Increase Engagement from 40 to 64 by 1% a month", "percent", False),
        ("Increase placements from 40 families to 64 families", "families", False),
    ],
)
def test_numbers_without_a_unit_are_a_count_and_told_unless_they_are_called_a_rate(
    statement: str, unit: str | None, assumed: bool
) -> None:
    document = plan(f"Goal 1: {statement}\nStrategy 1: Act\nAction Step 1: Go\n")
    (goal,) = document.goals
    assert (goal.unit, is_bare_count(goal)) == (unit, assumed)
    assert [w.line for w in document.warnings if w.code == "unit_assumed"] == [1] * assumed
