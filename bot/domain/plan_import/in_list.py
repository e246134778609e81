"""Reads rows while a list or table of action steps is open.

A row that fits nowhere gets a warning, never silence.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.domain.plan_import import markers
from bot.domain.plan_import.fields import label_of
from bot.domain.plan_import.markers import Item, number_of, split_bullet, take_claim
from bot.domain.plan_import.owners import read_labelled
from bot.domain.plan_import.raw import RawGoal, RawStep, RawStrategy, join
from bot.domain.plan_import.reading import Reading
from bot.domain.plan_import.rows import Row
from bot.domain.plan_import.step_list import StepList, is_step_detail, is_whole, item_of, runs_on
from bot.domain.plan_import.tables import StepTable

_OWNER_LINE = 40  # characters; a longer line under "Lead: ..." is no second half of a name


def read_table(r: Reading, row: Row) -> bool:
    """Read a row of a table of action steps, its header included; False when it is none."""
    if not row.cells:
        r.table = None
        return False
    if (table := StepTable.from_header(row)) and (r.strategy or (_has_goal(r, table) and table.names_strategies)):
        r.table = table
        if r.strategy and not table.names_strategies:
            r.open_list = r.open_list or StepList(r.strategy.steps, strong=True)
        return True
    filled = {c for c in row.cells if c}
    if len(filled) == 1 and not (r.table and r.table.is_bare_step(row)):  # a heading across the whole table
        return False
    if r.table and markers.GOAL.match(row.text.lstrip("| ")) and "goal" not in r.table.roles:
        r.table = None
        return False
    return r.table is not None and len(row.cells) >= 2 and _read_step_row(r, r.table, r.table.aligned(row))


def _has_goal(r: Reading, table: StepTable) -> bool:
    return r.goal is not None or "goal" in table.roles


def _read_step_row(r: Reading, table: StepTable, row: Row) -> bool:
    _open_row_goal(r, table, row)
    _open_row_strategy(r, table, row)
    if r.strategy is None:
        return False
    if r.open_list is None:
        r.open_list = StepList(r.strategy.steps, strong=True)
    steps = table.steps(row)
    if steps:
        r.strategy.steps.extend(steps)
    elif r.strategy.steps:
        table.extend(r.strategy.steps[-1], row)
    return True


def _open_row_goal(r: Reading, table: StepTable, row: Row) -> None:
    """Turn to the goal that the row's own cell names, by number or in words; an empty cell means the row above's."""
    cell = table.cell(row, "goal").replace("\v", " ").strip()
    if not cell:
        return
    match = markers.GOAL.match(cell)
    number = number_of(match["num"]) if match else int(cell) if cell.isdigit() else None
    statement = match["rest"].strip() if match else "" if number else cell
    known = [g for g in r.plan.goals if (g.number == number if number else g.statement == statement)]
    if known and known[-1] is r.goal:
        return
    r.close()
    if known:
        r.goal = known[-1]
    else:
        r.open_goal(RawGoal(number, row.number, statement))
    r.table = table


def _open_row_strategy(r: Reading, table: StepTable, row: Row) -> None:
    title = table.cell(row, "strategy").replace("\v", " ").strip()
    match, item = markers.STRATEGY.match(title), markers.list_item(title)
    mark = match["num"] if match else item.mark if item else ""
    name, claimed = take_claim(match["rest"] if match else item.text if item else title)
    if name and (r.strategy is None or name != r.strategy.title):
        r.open_strategy(RawStrategy(number_of(mark) if mark else None, name, row.number, None, claimed))
        r.table, r.tail = table, ""


def read_in_list(r: Reading, row: Row, following: Row | None) -> bool:
    """Read a row while a list is open; False when no list is open or the row ends it and means something else."""
    if r.open_list is None:
        return False
    steps, item = r.open_list.steps, item_of(row)
    if row.heading and not item:
        r.close_list()
        return False
    if steps and not item and _closes_bracket(steps[-1].last_text, row):
        steps[-1].append(row.text)
        return True
    if steps and (assignment := read_labelled(split_bullet(row.text)[1])):
        if _is_for_all(steps, row):
            r.warn(
                row,
                "owner_of_strategy",
                f"Line {row.number} ({row.text[:60]!r}) seems to be about the whole strategy; no action step was given "
                f"this owner or date. Set them where they are right.",
            )
            return True
        steps[-1].assignment = steps[-1].assignment.merged(assignment)
        r.tail = "assignment"
        return True
    after_assignment, r.tail = r.tail == "assignment", ""
    if after_assignment and not (item or is_step_detail(row.text)) and _continue_owner(steps[-1], row):
        return True
    if _ends_list(r, r.open_list, row, item):
        r.close_list()
        return False
    if item:
        _take_item(r, r.open_list, item, row)
        return True
    if steps and is_step_detail(row.text):
        steps[-1].sub_items.append(row.text)
        return True
    if not r.open_list.strong:
        return _read_text_in_weak_list(r, r.open_list, row)
    return _read_text_in_list(r, r.open_list, row, following, after_assignment)


def _is_for_all(steps: list[RawStep], row: Row) -> bool:
    """True for a table row "| Lead | Intake Manager |" below several steps of which no other has an owner or date."""
    earlier = steps[:-1]
    return "|" in row.raw and bool(earlier) and not any(s.assignment.owner or s.assignment.due for s in earlier)


def _closes_bracket(text: str, row: Row) -> bool:
    """True for the next line of "(Responsible: Job Developers; Target / date: 3/31/2026)"."""
    depth = sum(text.count(sign) for sign in "([") - sum(text.count(sign) for sign in ")]")
    if depth <= 0:
        return False
    for sign in re.findall(r"[][()]", row.text):
        depth += 1 if sign in "([" else -1
        if depth == 0:
            return True
    return False


def _continue_owner(step: RawStep, row: Row) -> bool:
    """The second line of a wrapped "Lead: Staff Develop- / ment"."""
    owner = step.assignment.owner
    short = len(row.text) <= _OWNER_LINE and not is_whole(row.text)
    if row.gap or not owner or not (short or runs_on(owner, row.text)):
        return False
    step.assignment = replace(step.assignment, owner=join(owner, row.text).rstrip(" .;"))
    return True


def _take_item(r: Reading, steps: StepList, item: Item, row: Row) -> None:
    if steps.plain and len(steps.steps) == 1 and steps.steps[0].text.endswith(":"):
        steps.steps.clear()  # "The county will:" was an introduction, not a step
        steps.style = None
    if not steps.strong and item.kind == "label" and r.strategy:
        r.open_list = steps = StepList(r.strategy.steps, strong=True)
    steps.take(item, row)


def _ends_list(r: Reading, steps: StepList, row: Row, item: Item | None) -> bool:
    """True for a section, a label such as "Tracking:", a goal's value or date, or the report's own next question."""
    if item:
        asks = row.gap and item.kind == "digit" and markers.QUESTION.search(item.text) is not None
        labels = item.kind == "bullet" and markers.END_LABEL.match(item.text) is not None
        return bool(steps.steps) and ((asks and not steps.follows(item)) or (labels and not steps.goes_on(item, row)))
    if row.text[:1].islower():
        return False
    if markers.SECTION.match(row.text) or markers.END_LABEL.match(row.text):
        return True
    label, colon, _ = row.text[:45].partition(":")
    return bool(colon and label_of(label)) or bool(r.goal and r.goal.dates.feed(row))


def _read_text_in_weak_list(r: Reading, steps: StepList, row: Row) -> bool:
    if not steps.steps or row.cells or (row.gap and not runs_on(steps.steps[-1].last_text, row.text)):
        return False
    if row.gap or row.broken:
        _tell_mended(r, steps, row)
    steps.steps[-1].append(row.text)
    return True


def _read_text_in_list(r: Reading, steps: StepList, row: Row, following: Row | None, after_assignment: bool) -> bool:
    if not steps.steps or steps.plain:
        if r.strategy and markers.REFERENCE_WORDS.search(row.text):
            r.strategy.notes.append((row.number, row.text))
        else:
            steps.take_plain(row, r.previous_length)
        return True
    last = steps.steps[-1]
    if not (row.gap or row.broken or after_assignment or row.raw.lstrip().startswith("|")):
        last.append(row.text)
        return True
    goes_on = following is not None and steps.goes_on(item_of(following), following)
    whole = is_whole(last.last_text) or (after_assignment and not row.text[:1].islower())
    if (not whole and (goes_on or row.broken or runs_on(last.last_text, row.text))) or row.text[:1].islower():
        _tell_mended(r, steps, row)
        last.append(row.text)
        return True
    message = f"Line {row.number} stands among the action steps but is none of them: {row.text[:80]!r}."
    r.warn(row, "unread_text", message + " Add it by hand if it is a step.")
    if row.gap and not goes_on:
        r.close_list()
    return True


def _tell_mended(r: Reading, steps: StepList, row: Row) -> None:
    start = steps.steps[-1].line
    message = f"Line {row.number} was read as the rest of the action step of line {start}: {row.text[:60]!r}."
    r.warn(row, "broken_step", message)
