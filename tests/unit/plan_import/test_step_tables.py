"""Tables of action steps: two columns that mean the same lose no word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from bot.domain.plan_import import Line, StepDocument, parse_plan

HEAD = ("Goal 1: Increase the Engagement Rate from 20% to 30%", "Strategy 1: Act early", "Action Steps:")
DAY = date(2026, 6, 30)
Told = list[tuple[str, str | None, date | None]]


def found(lines: Sequence[Line]) -> list[StepDocument]:
    return [a for g in parse_plan(lines).goals for s in g.strategies for a in s.action_steps]


def steps(*rows: str) -> list[StepDocument]:
    return found([Line(i, text) for i, text in enumerate((*HEAD, *rows), 1)])


def told(read: Sequence[StepDocument]) -> Told:
    return [(step.text, step.owner, step.due) for step in read]


@pytest.mark.parametrize(
    ("rows", "expected", "details"),
    [
        (("Step | Activity | What | Who | When", "1 | Train staff | 3 sessions | Ana | 6/30/2026"), ("Train staff: 3 sessions", "Ana", DAY), ()),
        (("Action Step | Description | Lead", "Train staff. | Three sessions in May | Ana"), ("Train staff: Three sessions in May", "Ana", None), ()),
        (("Task | Lead | Description", "Train staff | Ana | "), ("Train staff", "Ana", None), ()),
        (("Task | Lead | Description", " | Ana | Three sessions"), ("Three sessions", "Ana", None), ()),
        (("Task | Lead | Description", "Train staff | Ana | Train staff"), ("Train staff", "Ana", None), ()),
        (("Task | Lead | Description", "Train staff | Ana | • May<br>• June"), ("Train staff", "Ana", None), ("Description: • May • June",)),
        (("Step | Timeframe | Target", "Train staff | 6/30/2026 | 50 staff"), ("Train staff", None, DAY), ("Target: 50 staff",)),
        (("Step | Timeframe | Target", "Train staff | Ongoing | 6/30/2026"), ("Train staff", None, DAY), ("Timeframe: Ongoing",)),
        (("Step | Lead Agency | Staff Responsible", "Train staff | DSS | "), ("Train staff", "DSS", None), ()),
        (("Step | Lead Agency | Staff Responsible", "Train staff | DSS | Ana"), ("Train staff", "Ana", None), ("Lead Agency: DSS",)),
    ],
)  # fmt: skip
def test_two_columns_that_mean_the_same_are_both_kept(
    rows: tuple[str, ...], expected: tuple[str, str | None, date | None], details: tuple[str, ...]
) -> None:
    (step,) = steps(*(f"| {row} |" for row in rows))
    assert (step.text, step.owner, step.due, step.sub_items) == (*expected, details)


def test_a_number_beside_the_step_is_its_number() -> None:
    read = steps("| Step | What | Who |", "| 2 | Train staff | Ana |", "| Step 3 | Pilot the form | Intake |")
    assert [(step.text, step.owner) for step in read] == [("Train staff", "Ana"), ("Pilot the form", "Intake")]


def test_a_list_of_steps_beside_a_second_text_keeps_both() -> None:
    read = steps("| Action Steps | Description | Lead |", "| 1. Train<br>2. Pilot | All of May | Ana |")
    assert [(step.text, step.owner, step.sub_items) for step in read] == [
        ("Train", "Ana", ("Description: All of May",)),
        ("Pilot", "Ana", ("Description: All of May",)),
    ]


def test_a_label_and_an_empty_cell_are_no_heading() -> None:
    read = steps("| Task | Lead |", "| Train staff | Ana |", "| Tasks | |", "| Pilot the form | Intake |")
    assert told(read) == [("Train staff", "Ana", None), ("Pilot the form", "Intake", None)]


def test_a_row_that_goes_on_with_the_step_above_loses_nothing() -> None:
    (step,) = steps("| Task | Lead | Status |", "| Train staff | Ana | Begun |", "| | Ruiz | Two of five |")
    assert (step.owner, step.sub_items) == ("Ana Ruiz", ("Status: Begun", "Status: Two of five"))
