"""Gathers a quarter's facts, like storage/queries/facts.py does a month's: a fixed number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select

from bot.domain.month_facts import GoalFacts, MonthFacts, WinFacts
from bot.domain.people_counts import Heard
from bot.domain.periods import Month, Quarter
from bot.domain.quarter_facts import GroupGap, QuarterFacts, VoiceFacts
from storage.models import meeting
from storage.queries import plan as plans
from storage.queries import reports
from storage.queries import workgroups as groups
from storage.queries.facts import due_in, month_facts, step_facts, wins
from storage.queries.publications import Gate, gate, still_shown
from storage.queries.readings import VoiceView, voice_results
from storage.queries.windows import window
from storage.uow import UnitOfWork


def quarter_facts(uow: UnitOfWork, quarter: Quarter) -> QuarterFacts | None:
    """Everything an edition is compiled from; None without a plan. Its last month is taken as it was published, but for
    values that may not be shown any more."""
    span = window(uow, quarter)
    last = min(quarter.months[2], max(Month.of(uow.today), quarter.months[0]))
    measures = {goal.measure_id: goal.number for goal in plans.goals(uow)}
    month = _as_published(uow, last, measures, span.end) or month_facts(uow, last)
    if month is None:
        return None
    before = plans.statuses(uow, before=span.start)
    now = plans.steps(uow, before=span.end)
    done = [step for step in now if step.status == plans.DONE != before.get(step.id)]
    later = quarter.next()
    met = _meetings(uow, quarter)
    voices = _voices(uow, quarter)
    heard = [Heard(one.id, str(one.month), one.responses) for one in voices]
    judged = gate(uow, {goal.data_month for goal in month.goals if goal.data_month}, span.end, heard)
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
        voices=tuple(
            VoiceFacts(one.kind, one.month.title, judged.decision.words(cell.count, cell.people), one.heard, one.did)
            for one, cell in zip(voices, heard, strict=True)
        ),
        gaps=group_gaps(judged, month.goals, measures),
        shown=judged.shown,
    )


def _as_published(uow: UnitOfWork, month: Month, measures: Mapping[int, int], end: datetime) -> MonthFacts | None:
    """`measures`: as in `group_gaps`."""
    published = reports.published_facts(uow, month)
    ids = [(number, key) for key, number in measures.items()]
    return still_shown(uow, published, ids, end) if published else None


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


def _voices(uow: UnitOfWork, quarter: Quarter) -> list[VoiceView]:
    """The quarter's client voice results, in the order in which people spoke."""
    return sorted(
        (one for one in voice_results(uow) if one.month in quarter.months), key=lambda one: (one.month, one.id)
    )


def group_gaps(judged: Gate, goals: Iterable[GoalFacts], measures: Mapping[int, int]) -> tuple[GroupGap, ...]:
    """Groups that do worse than the whole population in the latest data month of a measure, the widest gap first.
    The values are the ones people entered; one that may not be shown is not compared. `measures`: a measure's goal."""
    latest = {goal.number: goal for goal in goals if goal.latest is not None}
    found = []
    for one in judged.readings:
        goal = latest.get(measures.get(one.measure_id, 0))
        if goal is None or goal.latest is None or str(one.month) != goal.data_month:
            continue
        if one.value is None or not one.is_group or not judged.lets(one):
            continue
        if _worse(goal.direction, one.value, goal.latest) > 0:
            gap = GroupGap(
                goal.measure, goal.unit, goal.direction, one.population, goal.data_month, one.value, goal.latest
            )
            found.append(gap)
    return tuple(sorted(found, key=lambda g: -_worse(g.direction, g.value, g.whole)))


def _worse(direction: str, value: float, whole: float) -> float:
    return value - whole if direction == "decrease" else whole - value
