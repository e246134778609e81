"""Holds a report's numbers of people against the small-number rule and against what earlier reports showed.

A report keeps what it showed as `shown` in its stored facts; withdrawing it does not take that back from who read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, or_, select

from bot.domain.frozen_data import from_data
from bot.domain.month_facts import NO_DATA, GoalFacts, MonthFacts
from bot.domain.people_counts import Entered, Heard, may_print, publication
from bot.domain.periods import Month
from bot.domain.small_cells import Decision, Shown, decide
from storage.models import reading, report
from storage.queries.plan import GoalView
from storage.queries.readings import reading_view
from storage.queries.reports import NEWSLETTER, ROLLUP
from storage.uow import UnitOfWork

Beside = tuple[GoalFacts, Entered]


def judged(uow: UnitOfWork, entered: Sequence[Entered], heard: Sequence[Heard] = ()) -> Decision:
    """What of these readings and client voice results may be shown."""
    months = [*(one.month for one in entered), *(one.month for one in heard)]
    earlier = shown_since(uow, Month.parse(min(months))) if months else ()
    return decide(publication(entered, heard), earlier)


def shown_since(uow: UnitOfWork, since: Month) -> list[Shown]:
    """What the reports since a month let everybody read, in the order they were published. A number is first shown in
    its own month or later, so earlier reports cannot have it."""
    statement = (
        select(report.c.facts["shown"])
        .where(
            report.c.organization_id == uow.organization.id,
            report.c.published_at.is_not(None),
            or_(
                and_(report.c.kind == ROLLUP, report.c.period >= str(since)),
                and_(report.c.kind == NEWSLETTER, report.c.period >= str(since.quarter)),
            ),
        )
        .order_by(report.c.published_at, report.c.id)
    )
    return [from_data(Shown, data) for data in uow.rows(statement).scalars() if data and data["counts"]]


def beside(uow: UnitOfWork, facts: Iterable[GoalFacts], goals: Iterable[GoalView], end: datetime) -> tuple[Beside, ...]:
    """Each goal with the readings of its data month, whole and by group, as they stood at `end`."""
    measures = {goal.number: goal.measure_id for goal in goals}
    wanted = {(measures[one.number], one.data_month): one for one in facts if one.data_month and one.number in measures}
    if not wanted:
        return ()
    rows = uow.rows(
        select(reading)
        .where(
            reading.c.organization_id == uow.organization.id,
            reading.c.month.in_({month for _, month in wanted}),
            reading.c.at < end,
            or_(reading.c.replaced_at.is_(None), reading.c.replaced_at >= end),
        )
        .order_by(reading.c.id)
    )
    found = [(wanted.get((row.measure_id, row.month)), reading_view(row)) for row in rows]
    return tuple((goal, one.entered(goal.unit)) for goal, one in found if goal)


def without_small_numbers(uow: UnitOfWork, facts: MonthFacts, goals: Iterable[GoalView], end: datetime) -> MonthFacts:
    """The month's facts with every value masked that may not be shown, and with what they tell kept in `shown`."""
    readings = beside(uow, facts.goals, goals, end)
    decision = judged(uow, [one for _, one in readings])
    hidden = {
        goal.number
        for goal, one in readings
        if not one.population and one.value is not None and not may_print(decision, one)
    }
    masked = (_masked(goal) if goal.number in hidden else goal for goal in facts.goals)
    return replace(facts, goals=tuple(masked), shown=decision.shown)


def _masked(goal: GoalFacts) -> GoalFacts:
    """Without the value and what would tell it: the gap to what is expected, and how it stands."""
    return replace(goal, latest=None, masked=True, gap=None, status=NO_DATA, note="")
