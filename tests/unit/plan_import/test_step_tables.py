"""Tables of action steps: merged cells, a table inside a table, and two columns that mean the same lose no word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches

from bot.domain.plan_import import Line, StepDocument, parse_plan, read_document

HEAD = ("Goal 1: Increase the Engagement Rate from 20% to 30%", "Strategy 1: Act early", "Action Steps:")
DAY = date(2026, 6, 30)
Told = list[tuple[str, str | None, date | None]]


def found(lines: Sequence[Line]) -> list[StepDocument]:
    return [a for g in parse_plan(lines).goals for s in g.strategies for a in s.action_steps]


def steps(*rows: str) -> list[StepDocument]:
    return found([Line(i, text) for i, text in enumerate((*HEAD, *rows), 1)])


def told(read: Sequence[StepDocument]) -> Told:
    return [(step.text, step.owner, step.due) for step in read]


def a_document() -> Any:
    document = docx.Document()
    for text in HEAD[:2]:
        document.add_paragraph(text)
    return document


def a_table(document: Any, columns: int, *rows: Sequence[tuple[str, int]]) -> Any:
    """A Word table; of each cell its text and over how many columns it goes."""
    table = document.add_table(rows=0, cols=columns)
    for row in rows:
        cells = table.add_row().cells
        at = 0
        for text, span in row:
            cells[at].merge(cells[at + span - 1]).text = text
            at += span
    return table


def in_word(document: Any, folder: Path) -> list[StepDocument]:
    document.save(str(folder / "plan.docx"))
    return found(read_document(folder / "plan.docx"))


def plain(*texts: str) -> list[tuple[str, int]]:
    return [(text, 1) for text in texts]


def test_a_heading_over_the_number_and_the_text_is_of_both(tmp_path: Path) -> None:
    document = a_document()
    heading = [("Action Steps", 2), ("Lead", 1), ("Due", 1)]
    first = plain("1", "Train staff in coaching", "Ana Ruiz", "6/30/2026")
    a_table(document, 4, heading, first, plain("2", "Pilot the form", "Intake", "TBD"))
    read = in_word(document, tmp_path)
    assert told(read) == [("Train staff in coaching", "Ana Ruiz", DAY), ("Pilot the form", "Intake", None)]
    assert [step.number for step in read] == [1, 2]
    assert not any(step.sub_items for step in read)


def test_a_cell_over_the_text_and_the_lead_leaves_the_date_a_date(tmp_path: Path) -> None:
    document = a_document()
    heading = plain("#", "Action Step", "Lead", "Due")
    merged = [("2", 1), ("Pilot the form", 2), ("6/30/2026", 1)]
    a_table(document, 4, heading, plain("1", "Train staff", "Ana Ruiz", "6/30/2026"), merged)
    assert told(in_word(document, tmp_path)) == [("Train staff", "Ana Ruiz", DAY), ("Pilot the form", None, DAY)]


def test_a_row_that_begins_a_column_later_is_read_from_there(tmp_path: Path) -> None:
    document = a_document()
    rows = (plain("#", "Action Step", "Lead", "Due"), plain("1", "Train staff", "Ana Ruiz", "6/30/2026"))
    table = a_table(document, 4, *rows)
    later = table.rows[1]._tr
    later.remove(later.tc_lst[0])
    before = OxmlElement("w:gridBefore")
    before.set(qn("w:val"), "1")
    later.get_or_add_trPr().append(before)
    assert told(in_word(document, tmp_path)) == [("Train staff", "Ana Ruiz", DAY)]


@pytest.mark.parametrize("other_rows", [(), ([("The steps of this year", 4)],), ([("Rides", 3), ("", 1)],)])
def test_borders_drawn_askew_are_no_columns(other_rows: Any, tmp_path: Path) -> None:
    """Word makes a column of each place where a border stands, be it a hair's breadth beside another."""
    document = a_document()
    rows = ([("Action Step", 2), ("Lead", 1), ("Due", 1)], [("Train staff", 1), ("Ana Ruiz", 2), ("6/30/2026", 1)])
    table = a_table(document, 4, *other_rows, *rows)
    table.columns[1].width = Inches(0.05)
    assert told(in_word(document, tmp_path))[-1:] == [("Train staff", "Ana Ruiz", DAY)]


def test_as_many_cells_in_each_row_are_its_columns_wherever_the_borders_are(tmp_path: Path) -> None:
    document = a_document()
    a_table(document, 3, [("Action Step", 2), ("Lead", 1)], [("Train staff", 1), ("Ana Ruiz", 2)])
    assert told(in_word(document, tmp_path)) == [("Train staff", "Ana Ruiz", None)]


def test_a_table_inside_a_table_is_read_once(tmp_path: Path) -> None:
    document = a_document()
    cell = document.add_table(rows=1, cols=2).rows[0].cells[0]
    cell.text = "Action Steps"
    inner = cell.add_table(rows=0, cols=2)
    for row in (("Action Step", "Lead"), ("Train staff", "Ana Ruiz"), ("Pilot the form", "Intake")):
        for into, text in zip(inner.add_row().cells, row, strict=True):
            into.text = text
    document.save(str(tmp_path / "plan.docx"))
    words = "\n".join(line.text for line in read_document(tmp_path / "plan.docx"))
    assert [words.count(text) for text in ("Train staff", "Ana Ruiz", "Pilot the form", "Intake")] == [1] * 4
    assert told(in_word(document, tmp_path)) == [("Train staff", "Ana Ruiz", None), ("Pilot the form", "Intake", None)]


def test_a_cell_over_a_billion_columns_takes_no_memory(tmp_path: Path) -> None:
    document = a_document()
    rows = (plain("Action Step", "Lead"), plain("Train staff", "Ana Ruiz"), plain("Pilot the form", "Intake"))
    table = a_table(document, 2, *rows)
    table.rows[1]._tr.tc_lst[1].grid_span = 10**9
    table.rows[2]._tr.remove(table.rows[2]._tr.tc_lst[1])
    document.save(str(tmp_path / "plan.docx"))
    assert max(len(line.text) for line in read_document(tmp_path / "plan.docx")) < 500


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


def test_a_column_we_do_not_know_stands_below_the_step() -> None:
    (step,) = steps(
        "| Action Step | Lead | Due | Budget line | |", "| Train staff | Ana Ruiz | 6/30/2026 | 5.1 | ask Bo |"
    )
    assert (step.text, step.owner, step.due) == ("Train staff", "Ana Ruiz", DAY)
    assert step.sub_items == ("Budget line: 5.1", "ask Bo")
