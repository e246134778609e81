"""A workgroup's agenda as its template shows it: gathered from the plan, partitioned by `bot.domain.agenda`.

How long each line may be follows from how many steps are open, so that forty steps still fit one chat message.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import cast

from bot.chat.compose import plural, short
from bot.chat.messages import Message
from bot.domain.agenda import (
    Agenda,
    AgendaFollowUp,
    AgendaMeasure,
    AgendaStep,
    GroupName,
    StepStatus,
    build_agenda,
)
from bot.domain.cadence import WEEKDAYS, local_time, meeting_date
from bot.domain.periods import Month
from bot.domain.rollup import KEPT
from bot.domain.trajectory import format_change, format_value
from storage.queries import meetings, plan, settings, workgroups
from storage.queries.plan import GoalView, StepView, StrategyView
from storage.queries.publications import readings_of_the_whole
from storage.queries.readings import ReadingView, settling_note, trajectory
from storage.queries.workgroups import MemberView, WorkgroupView
from storage.uow import UnitOfWork

# Characters for all step lines of one message. Slack takes about 13,000 with everything (limits.MESSAGE_SIZE in the
# renderer); what is left holds the measures, follow-ups, wins, asks and buttons.
_ROOM = 6_400
_DUE, _MARKS = 24, 10  # characters of a due date, and of what stands between a line's parts
_LONGEST_TEXT, _SHORTEST_TEXT = 100, 28
_FEW, _LONGEST_OF_MANY = 15, 60  # with more than so many steps, texts are shorter: a line or two each on a phone
_LONGEST_NOTE, _SHORTEST_NOTE = 80, 20
_LONGEST_OWNER = 30
_REFS_SHOWN = 2  # of a step that is shared between goals
_WINS_SHOWN = 3
_FOLLOW_UPS_SHOWN = 8
_FIRST_YEAR = 12  # months

_TITLES: Mapping[GroupName, str] = {
    "blocked": "Blocked",
    "overdue": "Overdue",
    "carried over": "Carried over from last time",
    "in progress": "In progress",
    "not started": "Not started",
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step, cut to the room there is."""

    refs: str
    text: str
    owner: str  # "" when nobody has the step
    due: date | None
    note: str


@dataclass(frozen=True, slots=True)
class StepLines:
    """One group of the agenda; `title` says how many steps it holds."""

    title: str
    lines: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure in words: `reading` is the value with its data month, `against` where it should be."""

    name: str
    reading: str
    against: str


@dataclass(frozen=True, slots=True)
class AskLine:
    """People of one name with steps that have no update this month, and how many."""

    people: tuple[MemberView, ...]
    steps: int


@dataclass(frozen=True, slots=True)
class AgendaPage:
    """All that the agenda's template shows. `meeting` is None where no meeting is planned within a year."""

    workgroup_id: int
    workgroup: str
    month: str
    period: str
    meeting: date | None
    weekday: str
    standing: str
    measures: tuple[MeasureLine, ...]
    groups: tuple[StepLines, ...]
    follow_ups: tuple[AgendaFollowUp, ...]
    more_follow_ups: int
    wins: tuple[str, ...]
    more_wins: int
    since: date | None
    asks: tuple[AskLine, ...]
    unowned: int
    sample_ref: str


def agenda_message(
    uow: UnitOfWork,
    group: WorkgroupView,
    month: Month,
    on: date | None,
    template: str,
    read: Callable[[str], str] = str,
) -> Message:
    """The agenda for the meeting of `month`, planned for the date `on`, in the words of `template`. `read`: what is
    shown of a note; in the workgroup's own channel, all of it."""
    return uow.compose(template, page=agenda_page(uow, group, month, on, read), kept=KEPT)


def next_meeting(uow: UnitOfWork, group: WorkgroupView) -> tuple[Month, date | None]:
    """The month and date the agenda is for now: the first meeting, from today on, that is not held or excused."""
    today = uow.at.astimezone(group.tz).date()
    calendar, this = settings.work_calendar(uow), Month.of(today)
    row = workgroups.meeting_of(uow, group.id, this)
    over = row is not None and row.state in (workgroups.HELD, workgroups.EXCUSED)
    for ahead in range(1 if over else 0, _FIRST_YEAR + 1):
        on = meeting_date(group.cadence, this.plus(ahead), calendar)
        if on is not None and on >= today:
            return this.plus(ahead), on
    return this, None


def agenda_page(
    uow: UnitOfWork, group: WorkgroupView, month: Month, on: date | None, read: Callable[[str], str] = str
) -> AgendaPage:
    """Gather, partition, and cut each line to the room there is."""
    today = uow.at.astimezone(group.tz).date()
    last = meetings.last_held(uow, group.id, month)
    since = last.held_on if last else None
    steps = plan.steps(uow, workgroup_id=group.id)
    open_follow_ups = meetings.follow_ups(uow, group.id, open_only=True)
    wins = _wins(uow, group, since, month)
    agenda = build_agenda(
        min(month, Month.of(today)),  # a prompt may come in the month before: updates are asked for the current one
        today,
        [_agenda_step(uow, step, read) for step in steps],
        measures=_measures(uow, group),
        follow_ups=[
            AgendaFollowUp(replace(f, text=read(f.text)).task, f.owner, f.due, f.done) for f in open_follow_ups
        ],
        wins=wins,
        last_meeting=since,
    )
    return AgendaPage(
        workgroup_id=group.id,
        workgroup=group.name,
        month=month.title,
        period=str(month),
        meeting=on,
        weekday=WEEKDAYS[on.weekday()] if on else "",
        standing=_standing(agenda),
        measures=tuple(map(_measure_line, agenda.measures)),
        groups=_groups(agenda, {step.ref: step for step in steps}),
        follow_ups=agenda.follow_ups[:_FOLLOW_UPS_SHOWN],
        more_follow_ups=max(0, len(agenda.follow_ups) - _FOLLOW_UPS_SHOWN),
        wins=agenda.wins[:_WINS_SHOWN],
        more_wins=max(0, len(agenda.wins) - _WINS_SHOWN),
        since=since,
        asks=_asks(agenda, steps),
        unowned=sum(not step.owners for step in agenda.steps),
        sample_ref=agenda.steps[0].ref if agenda.steps else "",
    )


def _agenda_step(uow: UnitOfWork, step: StepView, read: Callable[[str], str]) -> AgendaStep:
    return AgendaStep(
        ref=step.ref,
        text=step.text,
        status=cast(StepStatus, step.status),
        due=step.due,
        last_update=step.updated_at.astimezone(uow.organization.tz).date() if step.updated_at else None,
        last_note=read(step.note),
        owners=step.owner_names,
        closed=step.closed,
    )


def _standing(agenda: Agenda) -> str:
    """`12 steps are open: 1 blocked, 2 overdue.`"""
    total = len(agenda.steps)
    if not total:
        return "No step is open."
    urgent = [f"{len(g.steps)} {g.name}" for g in agenda.groups if g.name in ("blocked", "overdue")]
    is_open = f"{plural(total, 'step')} {'is' if total == 1 else 'are'} open"
    return f"{is_open}: {', '.join(urgent)}." if urgent else f"{is_open}, none blocked or overdue."


def _groups(agenda: Agenda, views: Mapping[str, StepView]) -> tuple[StepLines, ...]:
    room = _ROOM // max(1, len(agenda.steps))
    longest = _LONGEST_TEXT if len(agenda.steps) <= _FEW else _LONGEST_OF_MANY
    return tuple(
        StepLines(
            f"{_TITLES[group.name]} ({len(group.steps)})",
            tuple(_step_line(step, views[step.ref], room, longest) for step in group.steps),
        )
        for group in agenda.groups
    )


def _step_line(step: AgendaStep, view: StepView, room: int, longest: int) -> StepLine:
    """A line of about `room` characters, at most `longest` of them the step's own text, which goes before the note
    where they do not both fit."""
    refs, owner = " / ".join(view.refs[:_REFS_SHOWN]), short(", ".join(step.owners), _LONGEST_OWNER)
    left = room - len(refs) - len(owner) - (_DUE if step.due else 0) - _MARKS
    text = short(step.text, min(longest, max(_SHORTEST_TEXT, left * 2 // 3 if step.last_note else left)))
    note = min(_LONGEST_NOTE, left - len(text))
    return StepLine(
        refs, text, owner, step.due, short(step.last_note, note) if step.last_note and note >= _SHORTEST_NOTE else ""
    )


def _asks(agenda: Agenda, steps: Sequence[StepView]) -> tuple[AskLine, ...]:
    """The agenda asks by name; here the people of that name are found among the owners of the steps it names."""
    owners = {step.ref: tuple(zip(step.owner_ids, step.owner_names, strict=True)) for step in steps}
    found = []
    for ask in agenda.asks:
        if ask.owner is not None:
            ids = dict.fromkeys(i for ref in ask.refs for i, name in owners[ref] if name == ask.owner)
            found.append(AskLine(tuple(MemberView(i, ask.owner, "") for i in ids), len(ask.refs)))
    return tuple(found)


def _wins(uow: UnitOfWork, group: WorkgroupView, since: date | None, month: Month) -> list[str]:
    """Since the last meeting held; before there was one, since the month before this meeting's began."""
    start = since + timedelta(days=1) if since else month.previous().first
    return meetings.wins_since(uow, group.id, local_time(start, time(0), group.tz))


def _measures(uow: UnitOfWork, group: WorkgroupView) -> list[AgendaMeasure]:
    """The measures of the goals that the workgroup's strategies serve."""
    strategies = plan.strategies(uow)
    mine = [s for s in strategies if any(found == group.id for found, _ in s.workgroups)]
    served = {goal for s in mine for goal, _ in s.places}
    known = readings_of_the_whole(uow)
    goals = [goal for goal in plan.goals(uow) if goal.number in served]
    return [_measure(goal, known.get(goal.measure_id, []), strategies, Month.of(uow.today)) for goal in goals]


def _measure(
    goal: GoalView, known: Sequence[ReadingView], strategies: Sequence[StrategyView], this: Month
) -> AgendaMeasure:
    latest = known[-1] if known else None
    month = latest.month if latest else this
    value = latest.value if latest else None
    way = trajectory(goal)
    return AgendaMeasure(
        name=goal.measure,
        baseline=goal.baseline,
        latest=value,
        data_month=latest.month if latest else None,
        target=goal.target,
        expected=way.expected(month) if way else None,
        unit=goal.unit,
        status=way.status(value, month) if way else "no data",
        note=settling_note(goal, strategies, month, [one.value for one in known]),
    )


def _measure_line(measure: AgendaMeasure) -> MeasureLine:
    expected = "" if measure.expected is None else format_value(measure.expected, measure.unit)
    if measure.data_month is None:
        return MeasureLine(measure.name, "no reading yet", f"{expected} expected by now" if expected else "")
    month = measure.data_month.title
    if measure.latest is None:
        return MeasureLine(measure.name, f"not shown for {month}", f"{expected} expected" if expected else "")
    reading = f"{format_value(measure.latest, measure.unit)} in {month}"
    status = f"{measure.status}, {measure.note}" if measure.note else measure.status
    if measure.expected is None:
        return MeasureLine(measure.name, reading, "" if measure.status == "no data" else status)
    gap = format_change(measure.latest - measure.expected, measure.unit)
    apart = "" if gap == "no change" else f" ({gap})"
    return MeasureLine(measure.name, reading, f"{expected} expected{apart}: {status}")
