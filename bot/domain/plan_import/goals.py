"""Merges the places where a goal is described into one GoalDocument, and says where they disagree."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.domain.plan_import.markers import GOAL_VERB
from bot.domain.plan_import.model import GoalDocument, PlanDates, PlanWarning
from bot.domain.plan_import.numbers import (
    Amount,
    StatementNumbers,
    measure_in,
    read_amount,
    read_direction,
    read_named_numbers,
    read_pace,
    read_statement,
)
from bot.domain.plan_import.raw import RawGoal
from bot.domain.plan_import.wording import plain, similarity
from bot.domain.trajectory import Direction

_DATE_NAMES = ("start", "progress_report_1", "progress_report_2", "cycle_end")
_DATE_WORDS = dict(
    zip(_DATE_NAMES, ("start", "first progress report", "second progress report", "cycle end"), strict=True)
)

_COUNTED = re.compile(r"\b(?:number|count)s? of\b", re.I)
_RATE = re.compile(r"\b(?:rates?|per\s?cent(?:age)?s?|proportions?|shares?)\b", re.I)


def group_places(goals: Sequence[RawGoal], warnings: list[PlanWarning]) -> list[list[RawGoal]]:
    """The places of one goal together, in the order of first mention.

    Two places are one goal when they have the same number, unless both list steps and state different things.
    """
    groups: list[list[RawGoal]] = []
    for goal in goals:
        home = next((g for g in groups if g[0].number == goal.number or _same_statement(g[0], goal)), None)
        if home is None or (goal.number is None and not _same_statement(home[0], goal)):
            groups.append([goal])
        elif _is_other_goal(home, goal):
            warnings.append(
                PlanWarning(
                    goal.line,
                    "number_repeated",
                    f"Goal {goal.number} on line {goal.line} is another goal than goal {goal.number} on line "
                    f"{home[0].line}; both are kept.",
                )
            )
            groups.append([goal])
        else:
            home.append(goal)
    return groups


def _same_statement(one: RawGoal, other: RawGoal) -> bool:
    return bool(one.statement and other.statement) and plain(one.statement) == plain(other.statement)


def _is_other_goal(home: list[RawGoal], goal: RawGoal) -> bool:
    told = next((g for g in home if _has_steps(g)), None)
    if told is None or not _has_steps(goal):
        return False
    return bool(told.statement and goal.statement) and similarity(told.statement, goal.statement) < 80


def _has_steps(goal: RawGoal) -> bool:
    return any(s.steps for s in goal.strategies)


def build_goal(places: list[RawGoal], number: int, front: RawGoal, warnings: list[PlanWarning]) -> GoalDocument:
    """A goal without its strategies; the place that lists action steps is believed before the others."""
    ordered = sorted(places, key=lambda g: (not _has_steps(g), not g.values, g.line))
    main = ordered[0]
    statement, line = _statement(ordered), main.line
    values = _Values(ordered)
    said = _fill_from_paragraphs(read_statement(statement), ordered)
    baseline = _choose("baseline", values.amount("baseline"), said.baseline, line, number, warnings)
    target = _choose("target", values.amount("target"), said.target, line, number, warnings)
    direction = _direction(statement, values, baseline, target, line, number, warnings)
    if target is None and baseline and said.change:
        step = said.change.value if direction == "increase" else -said.change.value
        target = Amount(round(baseline.value + step, 6), baseline.unit)
    pace = values.pace() if values.text("pace") else said.pace_per_month or _pace_in_paragraphs(ordered)
    _tell_missing(number, line, baseline, target, pace, warnings)
    goal = GoalDocument(
        number=number, statement=statement, measure=values.measure() or measure_in(statement),
        unit=_unit(baseline, target, statement), direction=direction,
        baseline=baseline.value if baseline else None, target=target.value if target else None,
        pace_per_month=pace, dates=_dates([*ordered, front], line, number, warnings), strategies=(), line=line,
    )  # fmt: skip
    if is_bare_count(goal):
        warnings.append(_bare_count(goal))
    return goal


def _statement(places: Sequence[RawGoal]) -> str:
    """The longest-informed telling: the first place whose statement (or a paragraph of it) has numbers."""
    candidates: list[str] = []
    for place in places:
        stated = [v.text for v in place.values if v.name == "statement"]
        candidates += [t for t in (place.statement, *stated) if t]
        candidates += [text for _, text in place.paragraphs if GOAL_VERB.match(text) and len(text) < 400]
    with_target = [c for c in candidates if read_statement(c).target]
    as_goal = [c for c in candidates if GOAL_VERB.match(c)]
    return next(iter([*with_target, *as_goal, *candidates]), "")


def _pace_in_paragraphs(places: Sequence[RawGoal]) -> float | None:
    """The pace of a sentence of its own below the goal: "Improve by 0.5% each month"."""
    texts = [text for place in places for _, text in place.paragraphs if GOAL_VERB.match(text)]
    return next((pace for text in texts if (pace := read_pace(text)) is not None), None)


def _fill_from_paragraphs(said: StatementNumbers, places: Sequence[RawGoal]) -> StatementNumbers:
    """Numbers the statement lacks, from a sentence below it that names them: "Currently 32.5%; target 25%"."""
    for text in (text for place in places for _, text in place.paragraphs if len(text) < 400):
        baseline, target = read_named_numbers(text)
        said = replace(said, baseline=said.baseline or baseline, target=said.target or target)
    return said


class _Values:
    """The labelled values of all places of a goal, the most trusted place first."""

    def __init__(self, places: Sequence[RawGoal]) -> None:
        self._all = [value for place in places for value in place.values]

    def text(self, name: str) -> str | None:
        """The first value with that name, as written."""
        return next((v.text for v in self._all if v.name == name), None)

    def amount(self, name: str) -> tuple[Amount, int] | None:
        """The first readable number with that name, and its line."""
        for value in self._all:
            if value.name == name and (amount := read_amount(value.text)):
                return amount, value.line
        return None

    def measure(self) -> str | None:
        """The name of the measure; a bare number is never one."""
        for value in self._all:
            if value.name == "measure" or (
                value.name == "target" and "measure" in value.label.lower() and not read_amount(value.text)
            ):
                name = re.sub(r"\s+", " ", value.text).strip(" .;:")
                if name and not re.fullmatch(r"[\d.,%$ ]+", name):
                    return name
        return None

    def pace(self) -> float | None:
        """The first readable pace, by the month; "Monthly improvement: 0.5%" has its period in the label."""
        for value in self._all:
            if value.name == "pace":
                word = re.search(r"\b(?:month|quarter|annual|year)ly\b|\bannual\b", value.label, re.I)
                adverb = (
                    {"a": "annually", "m": "monthly", "q": "quarterly", "y": "yearly"}[word[0][0].lower()]
                    if word
                    else ""
                )
                pace = read_pace(value.text, labelled=True) or read_pace(f"{value.text} {adverb}", labelled=True)
                if pace is not None:
                    return pace
        return None


def _choose(
    name: str, row: tuple[Amount, int] | None, said: Amount | None, line: int, number: int, warnings: list[PlanWarning]
) -> Amount | None:
    """The labelled row is believed before the statement; a disagreement is told, not settled silently."""
    if row and said and row[0].value != said.value:
        message = (
            f"Goal {number}: line {row[1]} gives the {name} as {row[0].value:g}, the goal's statement says "
            f"{said.value:g}; {row[0].value:g} is used. Check which is right."
        )
        warnings.append(PlanWarning(row[1], f"{name}_mismatch", message))
    if row is None:
        return said
    return row[0] if row[0].unit or not said else replace(row[0], unit=said.unit)


def _direction(
    statement: str,
    values: _Values,
    baseline: Amount | None,
    target: Amount | None,
    line: int,
    number: int,
    warnings: list[PlanWarning],
) -> Direction:
    b, t = baseline.value if baseline else None, target.value if target else None
    label = values.text("direction") or ""
    if re.search(r"lower|decreas|down|reduc", label, re.I):
        return "decrease"
    if re.search(r"higher|increas|up\b", label, re.I):
        return "increase"
    direction, agrees = read_direction(statement or values.measure() or "", b, t)
    if direction is None:
        direction = read_direction(values.measure() or "", b, t)[0]
    if not agrees:
        warnings.append(
            PlanWarning(
                line,
                "direction_mismatch",
                f"Goal {number} says '{direction}' but goes from {b:g} to {t:g}. Check baseline and target.",
            )
        )
    if direction is None:
        warnings.append(
            PlanWarning(
                line,
                "direction_assumed",
                f"Goal {number} does not say which way is better; 'increase' is assumed. Correct it if lower is "
                f"better.",
            )
        )
    return direction or "increase"


def _unit(baseline: Amount | None, target: Amount | None, statement: str) -> str | None:
    for amount in (target, baseline):
        if amount and amount.unit:
            return amount.unit
    if _COUNTED.search(_before_numbers(statement)):
        return None  # a % behind it is its pace
    return "percent" if re.search(r"percentage points?|%", statement) and (baseline or target) else None


def _before_numbers(statement: str) -> str:
    return re.split(r"\d", statement, maxsplit=1)[0]


def is_bare_count(goal: GoalDocument) -> bool:
    """Whether its numbers were given without a unit, of something that is not called a rate."""
    if goal.unit or (goal.baseline is None and goal.target is None):
        return False
    words = f"{goal.measure or ''} {_before_numbers(goal.statement)}"
    return bool(_COUNTED.search(words)) or not _RATE.search(words)


def _bare_count(goal: GoalDocument) -> PlanWarning:
    numbers = [f"{value:g}" for value in (goal.baseline, goal.target) if value is not None]
    message = (
        f"Goal {goal.number} gives {' and '.join(numbers)} without a unit; a count is assumed, of which reports do not "
        f"show small numbers. If it is a percent, write {numbers[-1]}% in the plan and import it again."
    )
    return PlanWarning(goal.line, "unit_assumed", message)


def _tell_missing(
    number: int,
    line: int,
    baseline: Amount | None,
    target: Amount | None,
    pace: float | None,
    warnings: list[PlanWarning],
) -> None:
    missing = [name for name, value in (("baseline", baseline), ("target", target), ("pace", pace)) if value is None]
    for name in missing:
        warnings.append(
            PlanWarning(
                line, f"{name}_missing", f"Goal {number} gives no {name} that could be read. Enter it after the import."
            )
        )


def _dates(places: Sequence[RawGoal], line: int, number: int, warnings: list[PlanWarning]) -> PlanDates:
    found: dict[str, date | None] = {}
    if not any(p.dates.found or p.dates.lines for p in places):
        warnings.append(
            PlanWarning(
                line,
                "date_missing",
                f"Goal {number} gives no dates: start, progress reports, cycle end. Enter them after the import.",
            )
        )
        return PlanDates()
    for name in _DATE_NAMES:
        place = next((p for p in places if name in p.dates.found), None)
        written, at = place.dates.found[name] if place else (None, line)
        found[name] = written.day if written else None
        if written and written.kind in ("month", "vague"):
            message = (
                f"Goal {number}: '{written.text}' (line {at}) is no day, so the {_DATE_WORDS[name]} date is left "
                f"open. Set it when it is known."
            )
            warnings.append(PlanWarning(at, "date_unreadable", message))
        elif written is None or written.kind == "none":
            at = next((p.dates.lines[name] for p in places if name in p.dates.lines), at) if written is None else at
            warnings.append(PlanWarning(at, "date_missing", f"Goal {number} has no {_DATE_WORDS[name]} date yet."))
    return PlanDates(**found)
