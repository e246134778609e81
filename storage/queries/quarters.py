"""Gathers a quarter's facts, like storage/queries/facts.py does a month's: a fixed number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import select

from bot.domain.goal_words import reading_words
from bot.domain.month_facts import GoalFacts, MonthFacts, WinFacts
from bot.domain.people_counts import Heard
from bot.domain.periods import Month, Quarter
from bot.domain.quarter_facts import GroupGap, QuarterFacts, Stale, VoiceFacts
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
    voices, heard = voices_of(uow, quarter)
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
        voices=_voice_facts(judged, voices, heard),
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


def voices_of(uow: UnitOfWork, quarter: Quarter) -> tuple[list[VoiceView], list[Heard]]:
    """The quarter's client voice results, in the order in which people spoke, and how many each is from."""
    of_quarter = (one for one in voice_results(uow) if one.month in quarter.months)
    found = sorted(of_quarter, key=lambda one: (one.month, one.id))
    return found, [Heard(one.id, str(one.month), one.responses) for one in found]


def _voice_facts(judged: Gate, voices: Iterable[VoiceView], heard: Iterable[Heard]) -> tuple[VoiceFacts, ...]:
    return tuple(
        VoiceFacts(one.kind, one.month.title, judged.decision.words(cell.count, cell.people), one.heard, one.did)
        for one, cell in zip(voices, heard, strict=True)
    )


def no_longer_so(uow: UnitOfWork, facts: QuarterFacts) -> tuple[Stale, ...]:
    """What these facts tell that was changed since, or may not be shown any more; each once. A value that was corrected
    is told as the month's roll-up has it until that is revised."""
    quarter = Quarter.parse(facts.quarter)
    voices, heard = voices_of(uow, quarter)
    points = [(goal, point) for goal in facts.month.goals for point in goal.points if point.value is not None]
    months = {point.month for _, point in points} | {gap.data_month for gap in facts.gaps}
    judged = gate(uow, months, window(uow, quarter).end, heard)
    now = {(one.measure_id, str(one.month), one.population): one.value for one in judged.readings if judged.lets(one)}
    published = reports.published_facts(uow, Month.parse(facts.month.month))
    out = {
        (goal.number, point.month, point.value)
        for goal in (published.goals if published else ())
        for point in goal.points
    }
    goals = plans.goals(uow)
    numbers, names = {goal.number: goal.measure_id for goal in goals}, {goal.measure: goal.measure_id for goal in goals}
    found = []
    for goal, point in points:
        value = now.get((numbers.get(goal.number, 0), point.month, ""))
        if value is None or (value != point.value and (goal.number, point.month, point.value) not in out):
            found.append(Stale("numbers", reading_words(point.value, goal.unit)))
    found += [
        Stale("equity", reading_words(gap.value, gap.unit))
        for gap in facts.gaps
        if now.get((names.get(gap.measure, 0), gap.data_month, gap.group)) != gap.value
    ]
    said = {(one.kind, one.month, one.people) for one in _voice_facts(judged, voices, heard)}
    found += [
        Stale("voice", f"people heard: {one.people}")
        for one in facts.voices
        if (one.kind, one.month, one.people) not in said
    ]
    return tuple(dict.fromkeys(found))


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
