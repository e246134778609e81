"""Measures shown: the newest readings against the plan; of one measure also its chart and what was changed.

Every value passes the small-number gate, as in a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.chat.commands import Command, Role
from bot.chat.messages import Chart, Message, Table
from bot.chat.replies import Reply
from bot.chat.units import counts_people, is_percent
from bot.domain.charts import MONTHS, measure_chart
from bot.domain.goal_words import baseline_words, reading_words, value_words
from bot.domain.month_facts import PointFacts
from bot.domain.people_counts import STATE
from bot.domain.periods import Month
from bot.domain.trajectory import SETTLING_IN, format_change
from handlers.measures.finding import ReadingLine, find, line, measures
from storage.queries import plan as plans
from storage.queries.plan import GoalView, StrategyView
from storage.queries.publications import Gate, gate
from storage.queries.readings import ReadingView, Revision, readings, revisions, settling_note, trajectory
from storage.uow import UnitOfWork

_MONTHS = 6  # shown of each measure
_GROUPS = 12  # groups shown of each measure, each with its newest reading
_CHANGES = 5  # changed values shown of one measure
_DISPARITY = 5  # points off the whole; Orange County's self-assessment calls that a disparity


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group's reading: `people` it is of, as may be shown; `gap`: against everybody in the same month."""

    group: str
    kind: str
    month: str
    value: str
    people: str
    gap: str


@dataclass(frozen=True, slots=True)
class Change:
    """A value that was replaced: `February 2026`, `46%`, until the day; `value` "" may not be shown."""

    month: str
    group: str
    value: str
    until: str


@dataclass(frozen=True, slots=True)
class MeasureView:
    """A measure with its latest readings, newest first. `states`: the state's average beside each of `whole`, where
    one is known. `settling`: it fell in a strategy's first year."""

    goal: GoalView
    baseline: str
    target: str
    better: str
    whole: tuple[ReadingLine, ...]
    states: tuple[str, ...]
    groups: tuple[GroupLine, ...]
    changes: tuple[Change, ...]
    more: int
    settling: bool
    heard: bool


def show(command: Command, uow: UnitOfWork) -> Reply:
    """`measure [name]`: readings, baseline, target, expected value, gap and status."""
    known = measures(uow)
    named = command.values.get("measure", "").strip()
    wanted = [find(known, named)] if named else known
    stored = readings(uow, wanted[0].measure_id if named else None)
    strategies = plans.strategies(uow)
    found = [_Readings([one for one in stored if one.measure_id == goal.measure_id]) for goal in wanted]
    replaced = revisions(uow, wanted[0].measure_id, _CHANGES) if named else []
    looked_at = [*(one for each in found for one in each.looked_at), *(one.reading for one in replaced)]
    months = {str(one.month) for one in looked_at}
    judged = gate(uow, months, uow.at + timedelta(microseconds=1))
    views = [_view(uow, goal, each, judged, strategies, replaced) for goal, each in zip(wanted, found, strict=True)]
    message = uow.compose("measures/show", measures=views, may_record=uow.person.role >= Role.ANALYST)
    chart = _chart(wanted[0], found[0], judged) if named else None
    return Reply(_with_chart(message, chart) if chart else message)


class _Readings:
    """A measure's readings, newest first, by what they are of."""

    def __init__(self, stored: Sequence[ReadingView]) -> None:
        newest = list(reversed(stored))
        self.standing = {(one.month, one.population): one for one in stored}
        self.whole = [one for one in newest if not one.population]
        self.of_groups = [one for one in newest if one.is_group]
        latest = {one.population: one for one in reversed(self.of_groups)}
        self.groups = sorted(latest.values(), key=lambda one: (one.kind.lower(), one.population.lower()))
        self.state = {one.month: one.value for one in newest if one.kind == STATE}
        self.says_people = any(one.people is not None for one in newest)

    @property
    def looked_at(self) -> Iterable[ReadingView]:
        return (*self.whole[:MONTHS], *self.groups[:_GROUPS])


def _view(
    uow: UnitOfWork,
    goal: GoalView,
    found: _Readings,
    judged: Gate,
    strategies: Sequence[StrategyView],
    replaced: Sequence[Revision],
) -> MeasureView:
    shown = {one.id: one.value for one in found.looked_at if judged.lets(one)}
    lines = [line(goal, one, shown.get(one.id)) for one in found.whole[:_MONTHS]]
    note = None
    if found.whole:
        values = [shown.get(one.id) for one in reversed(found.whole[:MONTHS])]
        note = settling_note(goal, strategies, found.whole[0].month, values)
        lines[0] = replace(lines[0], status=f"{lines[0].status}, {note}") if note else lines[0]
    states = tuple(value_words(found.state.get(one.month), goal.unit) for one in found.whole[:_MONTHS])
    everybody = {one.month: shown.get(one.id) for one in found.whole}
    groups = tuple(_group(goal, one, shown, judged, everybody) for one in found.groups[:_GROUPS])
    return MeasureView(
        goal,
        baseline_words(goal.baseline, goal.unit),
        value_words(goal.target, goal.unit),
        "down is better" if goal.direction == "decrease" else "up is better",
        tuple(lines),
        states if found.state else (),
        groups,
        _changes(uow, goal, found, judged, replaced),
        max(0, len(found.whole) - _MONTHS) + len(found.of_groups) - min(len(found.groups), _GROUPS),
        note == SETTLING_IN,
        any(one.people for one in groups),
    )


def _group(
    goal: GoalView,
    one: ReadingView,
    shown: Mapping[int, float | None],
    judged: Gate,
    everybody: Mapping[Month, float | None],
) -> GroupLine:
    value, whole = shown.get(one.id), everybody.get(one.month)
    gap = "–"
    if value is not None and whole is not None:
        off = value - whole
        gap = format_change(off, goal.unit).replace("no change", "the same")
        worse = off > 0 if goal.direction == "decrease" else off < 0
        if worse and is_percent(goal.unit) and abs(off) >= _DISPARITY:
            gap += ", a disparity"
    return GroupLine(
        one.population, one.kind, one.month.title, reading_words(value, goal.unit), judged.people(one), gap
    )


def _changes(
    uow: UnitOfWork, goal: GoalView, found: _Readings, judged: Gate, replaced: Sequence[Revision]
) -> tuple[Change, ...]:
    """What was replaced. Where numbers of people are behind a measure's values, an old one is not told at all: beside
    the one that stands, or the groups next to it, it tells how many came or went. Nor is it where what stands in its
    place may not be shown: to withhold a value is to take back the one before."""
    may = not (counts_people(goal.unit) or found.says_people or any(one.reading.people is not None for one in replaced))
    changes = []
    for one in replaced:
        old, until = one.reading, one.until.astimezone(uow.organization.tz)
        now = found.standing.get((old.month, old.population))
        value = reading_words(old.value, goal.unit) if may and now and judged.lets(now) else ""
        changes.append(Change(old.month.title, old.population, value, f"{until.day} {until:%B %Y}"))
    return tuple(changes)


def _chart(goal: GoalView, found: _Readings, judged: Gate) -> Chart | None:
    """The newest year of the whole, oldest first, beside the plan, the target and the state."""
    way = trajectory(goal)
    points = tuple(
        PointFacts(str(one.month), one.value if judged.lets(one) else None, way.expected(one.month) if way else None)
        for one in reversed(found.whole[:MONTHS])
    )
    state = {str(month): value for month, value in found.state.items()}
    return measure_chart(goal.measure, goal.unit, points, goal.target, state)


def _with_chart(message: Message, chart: Chart) -> Message:
    """The chart stands before the numbers it is drawn from."""
    place = next((at for at, block in enumerate(message.blocks) if isinstance(block, Table)), len(message.blocks))
    return replace(message, blocks=(*message.blocks[:place], chart, *message.blocks[place:]))
