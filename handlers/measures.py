"""Readings of the goals' measures: recorded by data month, shown beside what the plan expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.commands import Arg, Command, CommandSpec, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain.goal_words import value_words
from bot.domain.periods import Month
from bot.domain.readings import SHAPE, Said, parse_data_month, parse_value, read_line
from bot.domain.small_cells import NOT_SHOWN
from bot.domain.trajectory import format_change, format_value
from storage.models import reading
from storage.queries import plan as plans
from storage.queries.ids import row_id
from storage.queries.plan import GoalView
from storage.queries.readings import ReadingView, readings, trajectory
from storage.uow import UnitOfWork

NO_PLAN = "There is no plan here yet, so there are no measures. IT can load it with: sipbot plan import FILE."
_MONTHS = 6  # shown of each measure
_GROUPS = 12  # group readings shown of each measure
_NAME = 120  # characters of a group's name
_ELSEWHERE = "write * as its value if it should not be shown, and record the other one anew: measure record."


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """A reading in words, against what the plan expects for its month."""

    month: str
    group: str
    value: str
    expected: str
    gap: str
    status: str


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure with its latest readings, newest first."""

    goal: GoalView
    baseline: str
    target: str
    better: str
    whole: tuple[ReadingLine, ...]
    groups: tuple[ReadingLine, ...]
    more: int


def show(command: Command, uow: UnitOfWork) -> Reply:
    """`measure [name]`: readings, baseline, target, expected value, gap and status."""
    known = _measures(uow)
    named = command.values.get("measure", "").strip()
    wanted = [_find(known, named)] if named else known
    stored = readings(uow, wanted[0].measure_id if named else None)
    views = [_view(goal, [one for one in stored if one.measure_id == goal.measure_id]) for goal in wanted]
    return Reply(uow.compose("measures/show", measures=views, may_record=uow.person.role >= Role.ANALYST))


def _measures(uow: UnitOfWork) -> list[GoalView]:
    found = plans.goals(uow)
    if not found:
        raise UserError(NO_PLAN)
    return found


def _find(known: Sequence[GoalView], words: str) -> GoalView:
    """The measure of goal `1`, or the one whose name has these words. Raises UserError."""
    folded = " ".join(words.lower().lstrip("#").split())
    numbered = [goal for goal in known if str(goal.number) == folded.removeprefix("goal ").removeprefix("measure ")]
    exact = [goal for goal in known if goal.measure.lower() == folded]
    found = numbered or exact or [goal for goal in known if folded and folded in goal.measure.lower()]
    if len(found) == 1:
        return found[0]
    names = "; ".join(f"{goal.number} is {goal.measure}" for goal in known)
    which = f"“{words}” fits more than one measure" if found else f"There is no measure “{words}”"
    raise UserError(f"{which}. Name it by its goal's number: {names}.")


def _view(goal: GoalView, stored: Sequence[ReadingView]) -> MeasureView:
    newest = list(reversed(stored))
    whole = [one for one in newest if not one.population]
    groups = [one for one in newest if one.population]
    return MeasureView(
        goal,
        value_words(goal.baseline, goal.unit),
        value_words(goal.target, goal.unit),
        "down is better" if goal.direction == "decrease" else "up is better",
        tuple(_line(goal, one) for one in whole[:_MONTHS]),
        tuple(_line(goal, one) for one in groups[:_GROUPS]),
        max(0, len(whole) - _MONTHS) + max(0, len(groups) - _GROUPS),
    )


def _line(goal: GoalView, one: ReadingView) -> ReadingLine:
    way = trajectory(goal)
    expected = way.expected(one.month) if way else None
    gap = way.gap(one.value, one.month) if way and one.value is not None else None
    return ReadingLine(
        one.month.title,
        one.population,
        NOT_SHOWN if one.value is None else format_value(one.value, goal.unit),
        value_words(expected, goal.unit),
        "–" if gap is None else format_change(gap, goal.unit).replace("no change", "as expected"),
        way.status(one.value, one.month) if way else "no data",
    )


def record(command: Command, uow: UnitOfWork) -> Reply:
    """`measure record 1 47.5% 2026-02`, or the form. A second value for the same month and group replaces the first."""
    known = _measures(uow)
    said = _said(command, uow)
    instead = command.values.get("instead", "")
    whole = said.measure and said.value and said.month
    if command.source == "button" or (not whole and command.source != "form"):
        return Reply(form=_form(known, said, instead))
    faults: list[tuple[str, str]] = []
    goal, value, month = None, None, None
    try:
        goal = _find(known, said.measure)
        value = parse_value(said.value, goal.unit)
    except UserError as error:
        faults.append(("measure", error.text))
    except ValueError as error:
        faults.append(("value", str(error)))
    try:
        month = parse_data_month(said.month, uow.today)
    except ValueError as error:
        faults.append(("month", str(error)))
    if len(said.population) > _NAME:
        faults.append(("population", f"A group's name holds {_NAME} characters. Shorten it, please."))
    corrected = _corrected(uow, instead)
    if goal and corrected and corrected.measure_id != goal.measure_id:
        name = next((one.measure for one in known if one.measure_id == corrected.measure_id), "another measure")
        faults.append(("measure", f"You are changing a reading of {name}. Keep that measure here; {_ELSEWHERE}"))
    if faults or goal is None or month is None:
        return _refuse(command, faults)
    if corrected:
        uow.change(reading, reading.c.id == corrected.id, replaced_at=uow.at)
    return _store(uow, goal, month, " ".join(said.population.split()), value)


def _corrected(uow: UnitOfWork, instead: str) -> ReadingView | None:
    """The reading that an Edit button names, while it stands."""
    wanted = row_id(instead)
    return next((one for one in readings(uow) if one.id == wanted), None) if wanted else None


def _said(command: Command, uow: UnitOfWork) -> Said:
    values = command.values
    if values.get("reading"):
        return read_line(values["reading"], uow.today)
    return Said(*(values.get(name, "").strip() for name in Said.__slots__))


def _refuse(command: Command, faults: list[tuple[str, str]]) -> Reply:
    if command.source == "form":
        return Reply(errors=FormErrors(tuple(faults)))
    raise UserError(f"{faults[0][1]} {SHAPE}", (("Open the form", "measure record", ()),))


def _form(known: Sequence[GoalView], said: Said, instead: str) -> Form:
    """`instead`: id of the reading that this one corrects, whatever its month or group."""
    options = tuple(Option(str(goal.number), f"{goal.number}. {goal.measure}"[:75]) for goal in known)
    named = next((option.value for option in options if said.measure == option.value), "")
    measure = named or (options[0].value if len(options) == 1 else "")
    month = "The month it was measured in, for example 2026-02."
    return Form(
        "Record a reading",
        "measure record",
        (
            Field("measure", "Measure", "select", options, value=measure),
            Field("value", "Value", value=said.value, hint="Such as 47.5%. Write * for “not shown”.", max_length=30),
            Field("month", "Data month", value=said.month, hint=month, max_length=30),
            Field("population", "Group", value=said.population, optional=True, hint="Empty: all.", max_length=_NAME),
        ),
        hidden=(("instead", instead),) if instead else (),
    )


def _store(uow: UnitOfWork, goal: GoalView, month: Month, population: str, value: float | None) -> Reply:
    standing = readings(uow, goal.measure_id)
    before = next((r for r in standing if r.month == month and r.population.lower() == population.lower()), None)
    if before is not None:
        population = before.population
        same = (
            reading.c.measure_id == goal.measure_id,
            reading.c.month == str(month),
            reading.c.population == population,
            reading.c.replaced_at.is_(None),
        )
        uow.change(reading, *same, replaced_at=uow.at)
    key = uow.insert(
        reading,
        measure_id=goal.measure_id,
        month=str(month),
        population=population,
        value=value,
        person_id=uow.person.id,
        at=uow.at,
    )
    now = ReadingView(key, goal.measure_id, month, population, value, uow.at)
    uow.audit("reading recorded", f"measure {goal.number}, {month}{f', {population}' if population else ''}")
    newest = max((r.month for r in standing if not r.population), default=month)
    return Reply(_receipt(uow, goal, now, before, newest))


def _receipt(uow: UnitOfWork, goal: GoalView, now: ReadingView, before: ReadingView | None, newest: Month) -> Message:
    """What was stored, and whether the roll-up will show it: of a measure it shows the newest data month's whole."""
    return uow.compose(
        "measures/saved",
        goal=goal,
        line=_line(goal, now),
        before=_line(goal, before) if before else None,
        reading=now,
        typed="*" if now.value is None else f"{now.value:.6f}".rstrip("0").rstrip("."),
        report=Month.of(uow.today).title,
        newer=newest.title if newest > now.month else "",
    )


COMMANDS = (
    CommandSpec(
        "measure",
        show,
        "The goals' measures: readings, target, expected value, gap",
        args=(Arg("measure", "rest"),),
        examples=("measure", "measure 1"),
    ),
    CommandSpec(
        "measure show",
        show,
        "The same as measure",
        args=(Arg("measure", "rest"),),
        examples=("measure show", "measure show engagement"),
    ),
    CommandSpec(
        "measure record",
        record,
        "Record a measure's value for a data month",
        role=Role.ANALYST,
        args=(Arg("reading", "rest"),),
        examples=("measure record", "measure record 1 47.5% 2026-02", "measure record 1 * Feb 2026 Spanish speakers"),
    ),
)
