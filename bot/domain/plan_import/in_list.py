"""Reads rows while a list or table of action steps is open.

A row that fits nowhere gets a warning, never silence.
"""

from __future__ import annotations

from dataclasses import replace

from bot.domain.plan_import import markers
from bot.domain.plan_import.fields import label_of
from bot.domain.plan_import.markers import Item, number_of, split_bullet, take_claim
from bot.domain.plan_import.owners import read_labelled
from bot.domain.plan_import.raw import RawStep, RawStrategy, join
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
    if (table := StepTable.from_header(row)) and (r.strategy or (r.goal and "strategy" in table.roles)):
        r.table = table
        if r.strategy:
            r.open_list = r.open_list or StepList(r.strategy.steps, strong=True)
        return True
    filled = {c for c in row.cells if c}
    if len(filled) == 1:  # a heading across the whole table
        return False
    if r.table and len(row.cells) >= 2:
        return _read_step_row(r, row)
    return False


def _read_step_row(r: Reading, row: Row) -> bool:
    if r.table is None:
        return False
    table = r.table
    title = table.cell(row, "strategy").replace("\v", " ").strip()
    match = markers.STRATEGY.match(title)
    name, claimed = take_claim(match["rest"] if match else title)
    if name and (r.strategy is None or name != r.strategy.title):
        r.open_strategy(RawStrategy(number_of(match["num"]) if match else None, name, row.number, None, claimed))
        r.table, r.tail = table, ""
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


def read_in_list(r: Reading, row: Row, following: Row | None) -> bool:
    """Read a row while a list is open; False when no list is open or the row ends it and means something else."""
    if r.open_list is None:
        return False
    steps, item = r.open_list.steps, item_of(row)
    if row.heading and not item:
        r.close_list()
        return False
    if steps and (assignment := read_labelled(split_bullet(row.text)[1])):
        steps[-1].assignment = steps[-1].assignment.merged(assignment)
        r.tail = "assignment"
        return True
    after_assignment, r.tail = r.tail == "assignment", ""
    if after_assignment and not item and _continue_owner(steps[-1], row):
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
