"""Walks the rows once and sorts them into goals, strategies and steps as written.

Headings are read in `headings`, lists of steps in `in_list`; here is the order of the questions asked of a row, and
what is left: a goal's values, summaries, running text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.domain.plan_import import markers
from bot.domain.plan_import.fields import Value, header_names, read_values
from bot.domain.plan_import.headings import read_heading
from bot.domain.plan_import.in_list import read_in_list, read_table
from bot.domain.plan_import.markers import split_bullet, take_claim
from bot.domain.plan_import.raw import RawGoal, RawStep, join
from bot.domain.plan_import.reading import Reading
from bot.domain.plan_import.rows import Row
from bot.domain.plan_import.step_list import SHORT_LINE, StepList, is_whole, item_of, runs_on
from bot.domain.plan_import.wording import plain

_LABELLED = re.compile(r"[A-Z][\w #./-]{2,40}:\s*\S")
_HEADING_LENGTH = 60  # characters; a goal's heading shorter than this may be followed by the goal itself


def read_outline(rows: Sequence[Row]) -> Reading:
    """Sort all rows; the plan as written is in the result's `plan`, with its `warnings`."""
    r = Reading()
    for i, row in enumerate(rows):
        _read_row(r, row, rows[i + 1] if i + 1 < len(rows) else None)
        r.previous_length = len(row.text)
    return r


def _read_row(r: Reading, row: Row, following: Row | None) -> None:
    if read_table(r, row) or read_heading(r, row):
        return
    if r.open_list and read_in_list(r, row, following):
        return
    if _read_end(r, row) or _read_values(r, row) or _read_item(r, row):
        return
    _read_text(r, row)


def _read_end(r: Reading, row: Row) -> bool:
    if markers.SECTION.match(row.text):
        r.close()
        r.plan.loose.append(row)
        return True
    if (row.heading or markers.END_LABEL.match(row.text)) and r.tail != "statement":
        r.close_list()
        r.tail = ""
        if r.strategy:
            r.strategy.in_narrative = True
    return False


def _read_values(r: Reading, row: Row) -> bool:
    parts = row.text.split("; ")
    if not row.cells and len(parts) > 1 and all(_LABELLED.match(part) for part in parts):
        read = [_read_values(r, replace(row, text=part)) for part in parts]
        return any(read)
    home = r.goal or r.plan.front
    if r.headers and row.cells and len(row.cells) == len(r.headers):
        for name, cell in zip(r.headers, row.cells, strict=True):
            if name and cell:
                home.values.append(Value(name, name, cell, row.number))
        dates_too = [c for c, n in zip(row.cells, r.headers, strict=True) if n is None]
        r.headers = None
        if any(dates_too) and home.dates.waiting:
            home.dates.feed(Row(row.number, " | ".join(dates_too), cells=tuple(dates_too)))
        return True
    bare = split_bullet(row.text)[1]
    if row.cells and (headers := header_names(row)):
        r.headers = headers
        home.dates.feed(Row(row.number, " | ".join(c for c, n in zip(row.cells, headers, strict=True) if n is None)))
        return True
    if home.dates.feed(Row(row.number, bare, cells=row.cells)):
        r.tail = ""
        return True
    values = read_values(Row(row.number, bare, cells=row.cells))
    if not values or (values[0].name == "statement" and r.goal is None):
        return _read_waiting(r, row)
    home.values += [v for v in values if v.text]
    r.waiting = values[-1] if not values[-1].text else None
    r.tail = "value" if values[-1].text else ""
    return True


def _read_waiting(r: Reading, row: Row) -> bool:
    waiting, r.waiting = r.waiting, None
    if not waiting or len(row.text) > 160:
        return False
    (r.goal or r.plan.front).values.append(Value(waiting.name, waiting.label, row.text, row.number))
    return True


def _read_item(r: Reading, row: Row) -> bool:
    item = item_of(row)
    if not item:
        return False
    if r.strategy is None or r.goal is None:
        r.plan.loose.append(row)
        return True
    if item.kind == "label" and (item.mark or item.bullet):
        r.open_list = StepList(r.strategy.steps, strong=True)
        r.open_list.take(item, row)
    elif _may_be_weak_steps(r, item.text):
        r.open_list = StepList(r.strategy.weak, strong=False)
        r.open_list.take(item, row)
    else:
        r.plan.loose.append(row)
    r.tail = ""
    return True


def _may_be_weak_steps(r: Reading, text: str) -> bool:
    """True for the first list right under a strategy, before any of the report's own questions."""
    if r.strategy is None:
        return False
    r.strategy.in_narrative |= bool(markers.QUESTION.search(text))
    return not (r.strategy.in_narrative or r.strategy.weak or r.strategy.steps)


def _read_text(r: Reading, row: Row) -> None:
    adjoining = not (row.gap or row.broken)
    if r.strategy and r.tail == "title":
        title = r.strategy.title
        if title and markers.REFERENCE_WORDS.search(row.text):
            r.tail = ""
        elif not title or _continues_title(r, title, row, adjoining):
            if title and not adjoining:
                r.warn(
                    row,
                    "broken_text",
                    f"Line {row.number} was read as the rest of the strategy's title of line {r.strategy.line}.",
                )
            joined, claimed = take_claim(join(title, row.text))
            r.strategy.title, r.strategy.claimed = joined, r.strategy.claimed or claimed
            return
        r.tail = ""
    if r.strategy:
        r.strategy.notes.append((row.number, row.text))
    elif r.goal:
        _read_goal_text(r, row, adjoining)
    elif adjoining and r.plan.loose and item_of(r.plan.loose[-1]):
        r.plan.loose[-1] = replace(r.plan.loose[-1], text=join(r.plan.loose[-1].text, row.text))
    else:
        r.plan.loose.append(row)


def _continues_title(r: Reading, title: str, row: Row, adjoining: bool) -> bool:
    """A line cut by the margin, or one that can only be the rest of a sentence, belongs to the title above it."""
    if adjoining and r.previous_length >= SHORT_LINE:
        return True
    return runs_on(title, row.text) and (adjoining or not is_whole(title))


def _read_goal_text(r: Reading, row: Row, adjoining: bool) -> None:
    if r.goal is None:
        return
    goal = r.goal
    if r.tail == "value" and adjoining and goal.values and _continues_value(goal, row.text):
        last = goal.values[-1]
        goal.values[-1] = Value(last.name, last.label, join(last.text, row.text), last.line)
    elif r.tail == "statement" and _continues_statement(r, goal.statement, row, adjoining):
        goal.statement = join(goal.statement, row.text)
    elif r.tail == "paragraph" and adjoining and goal.paragraphs:
        line, text = goal.paragraphs[-1]
        goal.paragraphs[-1] = line, join(text, row.text)
    else:
        goal.paragraphs.append((row.number, row.text))
        r.tail = "paragraph"


def _continues_value(goal: RawGoal, text: str) -> bool:
    """A value's next line; of a name cut in two ("First Activity Attendance / Rate") the statement holds the whole."""
    value = goal.values[-1].text
    return runs_on(value, text) or plain(join(value, text)) in plain(goal.statement)


def _continues_statement(r: Reading, statement: str, row: Row, adjoining: bool) -> bool:
    if not statement or runs_on(statement, row.text):
        return True
    return adjoining and not (len(statement) < _HEADING_LENGTH and markers.GOAL_VERB.match(row.text))


def is_question_list(steps: list[RawStep]) -> bool:
    """True for the report template's own numbered questions, which stand where a list of steps might."""
    return any(markers.QUESTION.search(step.text) for step in steps[:2])
