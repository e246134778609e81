"""Lines that end in awkward places, and lines that come back: a step keeps its words, its owner and its date."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import docx
import pytest

from bot.domain.plan_import import Line, StepDocument, parse_plan, read_document

HEAD = ("Goal 1: Increase the Engagement Rate from 20% to 30%", "Strategy 1: Act early", "Action Steps:")


def steps(*lines: str) -> list[StepDocument]:
    document = parse_plan([Line(i, text) for i, text in enumerate((*HEAD, *lines), 1)])
    return [a for g in document.goals for s in g.strategies for a in s.action_steps]


@pytest.mark.parametrize(
    "lines",
    [
        ("1. Train staff (Lead: Data Analyst (Cal-OAR); Due:", "3/31/2025)"),
        ("1. Train staff (Lead: Data Analyst", "(Cal-OAR); Due: 3/31/2025)"),
        ("1. Train staff (Lead: Data Analyst (Cal-OAR); Target", "date: 3/31/2025)"),
        ("1. Train staff [Lead: Data Analyst", "(Cal-OAR); by 3/31/2025]"),
        ("1. Train staff –", "   Owner: Data Analyst (Cal-OAR), by 3/31/2025"),
        ("1. Train staff (Lead: Data Analyst (Cal-", "OAR); Due: March 31, 2025)"),
    ],
)
def test_an_owner_and_date_cut_by_a_line_end_are_read_whole(lines: tuple[str, ...]) -> None:
    (step,) = steps(*lines)
    assert (step.text, step.owner, step.due) == ("Train staff", "Data Analyst (Cal-OAR)", date(2025, 3, 31))


def test_a_line_that_starts_with_a_heading_word_in_lower_case_goes_on_with_the_step() -> None:
    (step,) = steps("1. Give gas cards to those who complete three", "activities (Lead: Fiscal; Due: TBD)")
    assert (step.text, step.owner) == ("Give gas cards to those who complete three activities", "Fiscal")


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("Agree on a form for all depart-", "ments", "Agree on a form for all departments"),
        ("Call Hmong-", "speaking families", "Call Hmong-speaking families"),
        ("Report to Cal-", "OAR staff", "Report to Cal-OAR staff"),
        ("Plan short-", "and long-term work", "Plan short- and long-term work"),
    ],
)
def test_a_word_cut_at_a_line_end_is_made_whole_and_a_compound_keeps_its_hyphen(
    first: str, second: str, whole: str
) -> None:
    assert [s.text for s in steps(f"1. {first}", second)] == [whole]


def test_a_table_row_with_only_a_step_is_a_step_without_owner() -> None:
    found = steps("| Action Step | Lead | Due |", "|:--|:-:|--:|", "| 1. Call | Ann | 3/1/2025 |", "| 2. Write | | |")
    assert [(s.text, s.owner, s.due) for s in found] == [("Call", "Ann", date(2025, 3, 1)), ("Write", None, None)]


def test_a_status_line_below_the_owner_is_no_part_of_the_name() -> None:
    (step,) = steps("Action Step 1: Call", "Lead: Unit Supervisors", "Due: 9/30/2024", "Status: Completed 9/15/2024")
    assert (step.owner, step.due, step.sub_items) == (
        "Unit Supervisors",
        date(2024, 9, 30),
        ("Status: Completed 9/15/2024",),
    )


def test_a_lead_for_a_whole_strategy_is_told_and_given_to_no_step() -> None:
    lines = (*HEAD[:2], "| Action Steps | 1. Call<br>2. Write |", "| Lead | Intake Manager |")
    document = parse_plan([Line(i, text) for i, text in enumerate(lines, 1)])
    assert [s.owner for s in document.goals[0].strategies[0].action_steps] == [None, None]
    assert (4, "owner_of_strategy") in [(w.line, w.code) for w in document.warnings]


def test_what_a_word_file_says_three_times_is_not_taken_for_page_furniture(tmp_path: Path) -> None:
    document = docx.Document()
    for goal in (1, 2, 3):
        document.add_paragraph(f"Goal {goal}: Increase measure {goal} from 20% to 30%")
        document.add_paragraph("Strategy 1: Review results with families")
        document.add_paragraph("Action Steps:")
        document.add_paragraph("Publish the results")
        document.add_paragraph("Responsible Party: Data Unit")
        document.add_paragraph("Completion Date: 12/5/2025")
    document.save(str(tmp_path / "plan.docx"))
    goals = parse_plan(read_document(tmp_path / "plan.docx")).goals
    assert [(a.text, a.owner, a.due) for g in goals for s in g.strategies for a in s.action_steps] == [
        ("Publish the results", "Data Unit", date(2025, 12, 5))
    ] * 3
