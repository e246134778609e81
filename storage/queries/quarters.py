"""Gathers a quarter's facts, like storage/queries/facts.py does a month's: a fixed number of statements."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import or_, select

from bot.domain.month_facts import MonthFacts, WinFacts
from bot.domain.periods import Month, Quarter
from bot.domain.quarter_facts import GroupGap, QuarterFacts, VoiceFacts
from bot.domain.small_cells import show_count
from storage.models import meeting, reading, voice_result
from storage.queries import plan as plans
from storage.queries import reports
from storage.queries import workgroups as groups
from storage.queries.facts import due_in, month_facts, step_facts, wins
from storage.queries.windows import window
from storage.uow import UnitOfWork


def quarter_facts(uow: UnitOfWork, quarter: Quarter) -> QuarterFacts | None:
    """Everything an edition is compiled from; None without a plan. Its last month is taken as it was published."""
    span = window(uow, quarter)
    last = min(quarter.months[2], max(Month.of(uow.today), quarter.months[0]))
    month = reports.published_facts(uow, last) or month_facts(uow, last)
    if month is None:
        return None
    before = plans.statuses(uow, before=span.start)
    now = plans.steps(uow, before=span.end)
    done = [step for step in now if step.status == plans.DONE != before.get(step.id)]
    later = quarter.next()
    met = _meetings(uow, quarter)
    return QuarterFacts(
        organization=uow.organization.name,
        county=month.county,
        quarter=str(quarter),
        as_of=span.last,
        closed=span.closed,
        month=month,
        done=step_facts(done),
        ahead=due_in(now, later.first, later.last),
        held=met[groups.HELD],
        missed=met[groups.MISSED],
        wins=_untold(uow, quarter, wins(uow, span.start, span.end, told=True)),
        voices=_voices(uow, quarter),
        gaps=group_gaps(uow, month, span.end),
    )


def _meetings(uow: UnitOfWork, quarter: Quarter) -> Counter[str]:
    """How many workgroup meetings of the quarter are in each state."""
    months = [str(month) for month in quarter.months]
    rows = uow.rows(
        select(meeting.c.state).where(meeting.c.organization_id == uow.organization.id, meeting.c.month.in_(months))
    )
    return Counter(rows.scalars())


def _untold(uow: UnitOfWork, quarter: Quarter, found: tuple[WinFacts, ...]) -> tuple[WinFacts, ...]:
    """Without the stories that another quarter's published edition has."""
    editions = [one for one in reports.published(uow, reports.NEWSLETTER) if one.period != str(quarter)]
    told = {int(story) for one in editions for story in one.content.get("stories", ())}
    return tuple(win for win in found if win.story not in told)


def _voices(uow: UnitOfWork, quarter: Quarter) -> tuple[VoiceFacts, ...]:
    rows = uow.rows(
        select(voice_result)
        .where(
            voice_result.c.organization_id == uow.organization.id,
            voice_result.c.month.in_([str(month) for month in quarter.months]),
            voice_result.c.withdrawn_at.is_(None),
        )
        .order_by(voice_result.c.month, voice_result.c.id)
    )
    return tuple(VoiceFacts(r.kind, Month.parse(r.month).title, show_count(r.responses), r.heard, r.did) for r in rows)


def group_gaps(uow: UnitOfWork, month: MonthFacts, end: datetime) -> tuple[GroupGap, ...]:
    """Groups that do worse than the whole population in the latest data month of a measure, the widest gap first.
    The values are the ones people entered; a group entered as “not shown” is not compared."""
    latest = {goal.measure: goal for goal in month.goals if goal.latest is not None}
    named = {goal.measure_id: goal.measure for goal in plans.goals(uow)}
    rows = uow.rows(
        select(reading).where(
            reading.c.organization_id == uow.organization.id,
            reading.c.population != "",
            reading.c.value.is_not(None),
            reading.c.month.in_({goal.data_month for goal in latest.values()}),
            reading.c.at < end,
            or_(reading.c.replaced_at.is_(None), reading.c.replaced_at >= end),
        )
    )
    found = []
    for row in rows:
        goal = latest.get(named.get(row.measure_id, ""))
        if goal is None or goal.latest is None or goal.data_month != row.month:
            continue
        if _worse(goal.direction, row.value, goal.latest) > 0:
            gap = GroupGap(goal.measure, goal.unit, goal.direction, row.population, row.month, row.value, goal.latest)
            found.append(gap)
    return tuple(sorted(found, key=lambda g: -_worse(g.direction, g.value, g.whole)))


def _worse(direction: str, value: float, whole: float) -> float:
    return value - whole if direction == "decrease" else whole - value
