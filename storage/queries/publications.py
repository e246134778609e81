"""Holds a report's numbers of people against the small-number rule and against what earlier reports showed.

A report keeps what it showed as `shown` in its stored facts; withdrawing it does not take that back from who read it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import func, or_, select

from bot.chat.units import names_people
from bot.domain.frozen_data import from_data
from bot.domain.month_facts import NO_DATA, GoalFacts, MonthFacts
from bot.domain.people_counts import STATE, Heard, may_print, people_words, publication
from bot.domain.small_cells import Decision, Shown, decide
from storage.models import measure, reading, report
from storage.queries.readings import ReadingView, reading_view, readings
from storage.uow import UnitOfWork

_MOMENT = timedelta(microseconds=1)  # what was stored this very moment is known
# Pages ask again and again about the same numbers, and years of them that were never published take seconds.
_decided = lru_cache(maxsize=16)(decide)


@dataclass(frozen=True, slots=True)
class Gate:
    """What of some months' readings and client voice results may be shown. `decision`: of all that hangs together;
    `readings`: those of these months that a report tells; `units`: each measure's."""

    decision: Decision
    readings: tuple[ReadingView, ...]
    units: dict[int, str]

    @property
    def shown(self) -> Shown:
        """To be kept with what is published under this gate."""
        return self.decision.shown

    def lets(self, one: ReadingView) -> bool:
        """Whether the reading's value may be shown."""
        return may_print(self.decision, one.entered(self.units[one.measure_id]))

    def people(self, one: ReadingView) -> str:
        """How many the value is of, as it may be shown; empty where nobody said."""
        return people_words(self.decision, one.entered(self.units[one.measure_id]))

    @property
    def hidden(self) -> frozenset[tuple[int, str, str]]:
        """(measure id, data month, population) of every reading whose value may not be shown, or is withheld by those
        who recorded it."""
        hidden = (one for one in self.readings if not self.lets(one))
        return frozenset((one.measure_id, str(one.month), one.population) for one in hidden)


def gate(uow: UnitOfWork, months: Collection[str], end: datetime, heard: Sequence[Heard] = ()) -> Gate:
    """Judges the readings of these data months as they are known now, and these client voice results, in a number of
    statements that depends on neither. Whatever of it is printed, the answer is the same: whoever reads one page may
    read the next. Numbers of people hang together from one month to the next, so all of theirs that are on record are
    judged, whatever months are asked for. A report tells what was first told before `end`; what came later is judged
    beside it, and a value that was corrected or withheld since is as it should have been."""
    measures = uow.rows(select(measure.c.id, measure.c.unit).where(measure.c.organization_id == uow.organization.id))
    units = {row.id: row.unit for row in measures}
    in_people = [one for one, unit in units.items() if names_people(unit)]
    known = max(end, uow.at + _MOMENT)
    place = (reading.c.measure_id, reading.c.month, reading.c.population)
    asked = (
        reading.c.organization_id == uow.organization.id,
        or_(reading.c.month.in_(sorted(months)), reading.c.measure_id.in_(in_people)),
    )
    first = select(reading.c.id, func.min(reading.c.at).over(partition_by=place).label("at")).where(*asked).subquery()
    rows = uow.rows(
        select(reading, (first.c.at < end).label("told"))
        .join(first, first.c.id == reading.c.id)
        .where(
            *asked,
            reading.c.at < known,
            or_(reading.c.replaced_at.is_(None), reading.c.replaced_at >= known),
        )
        .order_by(reading.c.month, reading.c.id)
    ).all()
    readings = [reading_view(row) for row in rows]
    found = publication((one.entered(units[one.measure_id]) for one in readings), heard)
    earlier = tuple(shown_so_far(uow)) if found.counts else ()
    told = tuple(one for one, row in zip(readings, rows, strict=True) if row.told and str(one.month) in months)
    return Gate(_decided(found, earlier), told, units)


def shown_so_far(uow: UnitOfWork) -> list[Shown]:
    """What all reports let everybody read, in the order they were published. What is known is known for good: a number
    of a month long ago, told once, is what a later one is held against."""
    statement = (
        select(report.c.facts["shown"])
        .where(report.c.organization_id == uow.organization.id, report.c.published_at.is_not(None))
        .order_by(report.c.published_at, report.c.id)
    )
    return [from_data(Shown, data) for data in uow.rows(statement).scalars() if data and any(data.values())]


def readings_of_the_whole(uow: UnitOfWork) -> dict[int, list[ReadingView]]:
    """The whole-population readings that stand, oldest data month first, by measure id; the value of what may not be
    shown is None."""
    standing = [one for one in readings(uow) if not one.population]
    judged = gate(uow, {str(one.month) for one in standing}, uow.at + _MOMENT)
    found: defaultdict[int, list[ReadingView]] = defaultdict(list)
    for one in standing:
        found[one.measure_id].append(one if judged.lets(one) else replace(one, value=None))
    return dict(found)


def without_small_numbers(
    uow: UnitOfWork, facts: MonthFacts, measures: Iterable[tuple[int, int]], end: datetime
) -> MonthFacts:
    """The month's facts with every value masked that may not be shown, with the state's averages beside the others, and
    with what they tell kept in `shown`.
    `measures`: (goal's number, measure's id)."""
    judged, ids = _judged(uow, facts, end), dict(measures)
    state = {(one.measure_id, str(one.month)): one.value for one in judged.readings if one.kind == STATE}
    goals = tuple(
        _beside_the_state(goal, {month: value for (of, month), value in state.items() if of == ids[goal.number]})
        for goal in facts.goals
    )
    return replace(facts, goals=_without_hidden(goals, ids, judged), shown=judged.shown)


def still_shown(uow: UnitOfWork, facts: MonthFacts, measures: Iterable[tuple[int, int]], end: datetime) -> MonthFacts:
    """A published month's facts for another report: without the values that may not be shown any more."""
    return replace(facts, goals=_without_hidden(facts.goals, dict(measures), _judged(uow, facts, end)))


def _judged(uow: UnitOfWork, facts: MonthFacts, end: datetime) -> Gate:
    return gate(uow, {point.month for goal in facts.goals for point in goal.points}, end)


def _without_hidden(goals: Iterable[GoalFacts], ids: Mapping[int, int], judged: Gate) -> tuple[GoalFacts, ...]:
    """`ids`: a goal's measure, by number; the plan may have lost the goal since."""
    hidden = judged.hidden
    return tuple(
        _masked(goal, {month for of, month, population in hidden if of == ids.get(goal.number) and not population})
        for goal in goals
    )


def _beside_the_state(goal: GoalFacts, state: Mapping[str, float | None]) -> GoalFacts:
    return replace(goal, points=tuple(replace(point, state=state.get(point.month)) for point in goal.points))


def _masked(goal: GoalFacts, months: Collection[str]) -> GoalFacts:
    """Without the values of these data months and what would tell them: the gap to what is expected, how it stands."""
    points = tuple(replace(point, value=None) if point.month in months else point for point in goal.points)
    if goal.data_month not in months:
        return replace(goal, points=points)
    return replace(goal, points=points, latest=None, masked=True, gap=None, status=NO_DATA, note="")
