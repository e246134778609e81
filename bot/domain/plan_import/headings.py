"""Reads the lines that announce a goal, a strategy or a list of action steps.

The same goal is usually described more than once; every place is kept, and `goals` merges them.
"""

from __future__ import annotations

import re

from bot.domain.plan_import import markers
from bot.domain.plan_import.fields import Value
from bot.domain.plan_import.markers import list_item, number_of, split_bullet, split_outline_mark, take_claim
from bot.domain.plan_import.raw import RawGoal, RawStrategy
from bot.domain.plan_import.reading import Reading
from bot.domain.plan_import.rows import Row
from bot.domain.plan_import.step_list import StepList

_NOT_A_STATEMENT = re.compile(
    r"^\W*(?:strateg(?:y|ies)\b.*|action steps?.*|summary|overview|continued|cont[.’']?d?\.?"
    r"|description|narrative)\W*$",
    re.I,
)
_INLINE_STEP = re.compile(r"(?:(?<=^)|(?<=[;,.]\s)|(?<=\s))(?=\(?\d{1,2}[.)]\s+[A-Z])")


def read_heading(r: Reading, row: Row) -> bool:
    """Read a row that announces a goal, a strategy or a list of steps; False when it does not."""
    if r.open_list and r.open_list.steps and not row.gap and row.text[:1].islower():
        return False  # "... who complete three / activities" is a step's next line
    text = split_bullet(row.text)[1] if row.heading or _is_outside_list(r, row) else row.text
    item = list_item(text)
    is_next_step = bool(item and not row.heading and r.open_list and r.open_list.follows(item))
    mark, text = ("", text) if is_next_step else split_outline_mark(text)
    return _read_strategy(r, row, text, mark) or _read_goal(r, row, text, mark) or _read_steps_heading(r, row, text)


def _is_outside_list(r: Reading, row: Row) -> bool:
    """True when a bullet before "Strategy 2:" is an outer list's: none is open, or its steps are labelled or set in."""
    steps = r.open_list
    return not (steps and steps.steps) or row.indent < steps.indent or bool(steps.style and steps.style.kind == "label")


def _read_goal(r: Reading, row: Row, text: str, mark: str) -> bool:
    match = markers.GOAL.match(text)
    if not match:
        return _read_bare_goal(r, row, text, mark)
    number, rest = number_of(match["num"]), match["rest"].strip()
    is_measure = match["word"].lower() != "goal"
    if is_measure and r.goal and (match["colon"] or not r.goal.strategies):
        if not match["colon"]:
            r.goal.values.append(Value("measure", "measure", rest, row.number))
        return not match["colon"]
    if _NOT_A_STATEMENT.match(rest) or markers.CONTINUED.match(rest):
        rest = ""
        if r.goal and r.goal.number == number:
            return True
    if r.goal and r.goal.number == number and not r.goal.strategies and not is_measure:
        r.goal.statement = r.goal.statement or rest
    else:
        r.open_goal(RawGoal(number, row.number, "" if is_measure else rest))
    if is_measure and rest and r.goal:
        r.goal.values.append(Value("measure", "measure", rest, row.number))
    r.tail = "statement"
    return True


def _read_bare_goal(r: Reading, row: Row, text: str, mark: str) -> bool:
    match = markers.BARE_GOAL.match(text)
    if not match or row.cells:
        return False
    rest = match["rest"].strip()
    if r.goal is None or r.goal.strategies:
        if len(rest) < 12:
            return False
        r.open_goal(RawGoal(number_of(mark) if mark else None, row.number, rest))
    elif re.match(r"^\W*\$?\d[\d.,]*\s?(?:%|percent|days)?\W*$", rest):
        r.goal.values.append(Value("target", "goal", rest, row.number))
    elif r.goal.statement:
        r.goal.paragraphs.append((row.number, rest))
    else:
        r.goal.statement = rest
    r.tail = "statement"
    return True


def _read_strategy(r: Reading, row: Row, text: str, mark: str) -> bool:
    match = markers.STRATEGY.match(text) or markers.BARE_STRATEGY.match(text)
    if not match or markers.STEPS.match(text) or markers.STEP.match(text):  # "Strategy 1 Action Steps:" is no title
        return False
    groups = match.groupdict()
    rest = match["rest"].strip()
    if markers.CONTINUED.match(rest or groups.get("note") or ""):
        return True
    if groups.get("note") and not markers.REFERENCE_WORDS.search(groups["note"]):
        rest = rest or groups["note"].strip()
    title, claimed = take_claim(rest)
    goal_number = number_of(groups["goal"]) if groups.get("goal") else None
    number = groups.get("num") or mark
    r.open_strategy(RawStrategy(number_of(number) if number else None, title, row.number, goal_number, claimed))
    return True


def _read_steps_heading(r: Reading, row: Row, text: str) -> bool:
    match = markers.STEPS.match(text)
    if not match or r.strategy is None or (r.goal is None and not r.plan.front.strategies):
        return False
    named = match["num"] or match["before"]
    number = number_of(named) if named else None
    siblings = (r.goal or r.plan.front).strategies
    if number and r.strategy.number not in (None, number):
        r.strategy = next((s for s in reversed(siblings) if s.number == number), r.strategy)
    r.close_list()
    r.open_list = StepList(r.strategy.steps, strong=True)
    if rest := (match["rest"] or "").strip():
        _read_inline_steps(r, row, rest)
    return True


def _read_inline_steps(r: Reading, row: Row, rest: str) -> None:
    """ "Action Steps: 1) Train staff; 2) Pilot the form" on one line, or a first step after the colon."""
    if r.open_list is None:
        return
    if r.strategy is None:
        return
    if markers.REFERENCE_WORDS.search(rest):
        r.strategy.notes.append((row.number, rest))
        return
    for part in [p.strip(" ;") for p in _INLINE_STEP.split(rest) if p.strip(" ;")]:
        if item := list_item(part):
            r.open_list.take(item, row)
        elif not part.endswith(":"):
            r.open_list.take_plain(row, 0)
            r.open_list.steps[-1].text = part
