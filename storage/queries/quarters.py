"""Gathers a quarter's facts, like storage/queries/facts.py does a month's: a fixed number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select

from bot.domain.month_facts import StepFacts, WinFacts
from bot.domain.people_counts import STATE, Heard, may_print
from bot.domain.periods import Month, Quarter
from bot.domain.quarter_facts import GroupGap, QuarterFacts, VoiceFacts
from bot.domain.small_cells import Decision
from storage.models import meeting
from storage.queries import plan as plans
from storage.queries import reports
from storage.queries import workgroups as groups
from storage.queries.facts import month_facts, window, wins
from storage.queries.publications import Beside, beside, judged
from storage.queries.readings import VoiceView, voice_results
from storage.uow import UnitOfWork


def quarter_facts(uow: UnitOfWork, quarter: Quarter) -> QuarterFacts | None:
    """Everything an edition is compiled from; None without a plan. Its last month is taken as it was published."""
    span = window(uow, quarter)
    last = min(quarter.months[2], max(Month.of(uow.today), quarter.months[0]))
    month = reports.published_facts(uow, last) or month_facts(uow, last)
    if month is None:
        return None
    before = {step.id: step.status for step in plans.steps(uow, before=span.start)}
    now = plans.steps(uow, before=span.end)
    done = [step for step in now if step.status == plans.DONE != before.get(step.id)]
    later = quarter.next()
    ahead = [step for step in now if not step.closed and step.due and later.first <= step.due <= later.last]
    met = _meetings(uow, quarter)
    readings = beside(uow, month.goals, plans.goals(uow), span.end)
    heard = [(one, Heard(one.id, str(one.month), one.responses)) for one in _voices(uow, quarter)]
    decision = judged(uow, [one for _, one in readings], [one for _, one in heard])
    return QuarterFacts(
        organization=uow.organization.name,
        county=month.county,
        quarter=str(quarter),
        as_of=span.last,
        closed=span.closed,
        month=month,
        done=tuple(StepFacts(step.refs, step.text, step.due) for step in done),
        ahead=tuple(StepFacts(step.refs, step.text, step.due) for step in sorted(ahead, key=lambda s: str(s.due))),
        held=met[groups.HELD],
        missed=met[groups.MISSED],
        wins=_untold(uow, quarter, wins(uow, span.start, span.end, told=True)),
        voices=tuple(
            VoiceFacts(one.kind, one.month.title, decision.words(cell.count, one.responses), one.heard, one.did)
            for one, cell in heard
        ),
        gaps=group_gaps(readings, decision),
        shown=decision.shown,
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


def _voices(uow: UnitOfWork, quarter: Quarter) -> list[VoiceView]:
    """The quarter's client voice results, in the order in which people spoke."""
    months = set(quarter.months)
    return sorted((one for one in voice_results(uow) if one.month in months), key=lambda one: (one.month, one.id))


def group_gaps(readings: Iterable[Beside], decision: Decision) -> tuple[GroupGap, ...]:
    """Groups that do worse than the whole population in the latest data month of a measure, the widest gap first.
    The values are the ones people entered; one that may not be shown is not compared."""
    found = []
    for goal, one in readings:
        if goal.latest is None or one.value is None or one.kind == STATE or not one.population:
            continue
        if _worse(goal.direction, one.value, goal.latest) > 0 and may_print(decision, one):
            gap = GroupGap(goal.measure, goal.unit, goal.direction, one.population, one.month, one.value, goal.latest)
            found.append(gap)
    return tuple(sorted(found, key=lambda g: -_worse(g.direction, g.value, g.whole)))


def _worse(direction: str, value: float, whole: float) -> float:
    return value - whole if direction == "decrease" else whole - value
