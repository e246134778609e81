"""What the calendar does about meetings: the prompt before one, the question about a missed one, the month's close.

Prompts and questions follow the workgroup's own zone, the month's close the organization's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from bot.chat.commands import Role
from bot.chat.jobs import Due, JobSpec
from bot.domain.cadence import WEEKDAYS, local_time, missed_meeting_due, prompt_due
from bot.domain.periods import Month
from handlers.meetings.agenda import agenda_message
from storage.models import meeting
from storage.queries import meetings, people, reports, settings, workgroups
from storage.queries.meetings import PlannedMeeting
from storage.queries.workgroups import EXCUSED, HELD, LEADER, MANAGER, MISSED, PROMPTED
from storage.uow import Destination, UnitOfWork

PROMPT, NO_CHANNEL, MISSED_MEETING, CLOSE = "prompt", "no_channel", "missed_meeting", "month_close"
_DAY = timedelta(days=1)
_CLOSES_BACK = 12  # months: how long the bot may have been down and still mark what was missed


def prompts_due(uow: UnitOfWork) -> list[Due]:
    """Workgroups with a channel whose prompt's time has come, until the end of the meeting's day."""
    return [due for due, found in _prompts(uow, PROMPT) if found.workgroup.channel_id is not None]


def channels_missing(uow: UnitOfWork) -> list[Due]:
    """Workgroups without a channel, at the time their prompt would be posted. A job of its own: once the channel is
    set, the month's prompt is still due."""
    return [due for due, found in _prompts(uow, NO_CHANNEL) if found.workgroup.channel_id is None]


def _prompts(uow: UnitOfWork, job: str) -> list[tuple[Due, PlannedMeeting]]:
    at, days, calendar = settings.send_at(uow), settings.number(uow, "prompt_days"), settings.work_calendar(uow)
    months = sorted({Month.of(uow.today - _DAY), Month.of(uow.today), Month.of(uow.today).next()})
    found = []
    for one in meetings.planned(uow, *months):
        due = prompt_due(one.on, calendar, one.workgroup.tz, at, days)
        if due <= uow.at and one.on >= _today(uow, one):
            found.append((Due(str(one.workgroup.id), str(one.month), due), one))
    return _undecided(uow, job, found)


def _undecided(uow: UnitOfWork, job: str, found: list[tuple[Due, PlannedMeeting]]) -> list[tuple[Due, PlannedMeeting]]:
    """Those that are not in the ledger and whose meeting is neither held nor excused."""
    left = []
    for month in {one.month for _, one in found}:
        settled = {m.workgroup_id for m in workgroups.meetings(uow, month) if m.state in (HELD, EXCUSED)}
        decided = uow.decided(job, str(month))
        left += [
            (due, one)
            for due, one in found
            if one.month == month and one.workgroup.id not in settled and due.subject not in decided
        ]
    return left


def post_prompt(uow: UnitOfWork, due: Due) -> None:
    """The agenda with its buttons in the workgroup's channel, and the meeting's row."""
    one = _planned(uow, due)
    if one is None:
        return
    group = one.workgroup
    if workgroups.meeting_of(uow, group.id, one.month) is None:
        uow.insert(meeting, workgroup_id=group.id, month=due.period, held_on=one.on, state=PROMPTED)
    message = agenda_message(uow, group, one.month, one.on, "meetings/prompt")
    to = Destination(channel_id=group.channel_id)
    uow.post(PROMPT, to, message, key=f"prompt:{group.id}:{due.period}", period=due.period, subject_id=group.id)


def tell_channel_missing(uow: UnitOfWork, due: Due) -> None:
    """A direct message to those who lead the workgroup: nobody sees an agenda that has no channel."""
    one = _planned(uow, due)
    if one is None:
        return
    data = {"group": one.workgroup, "on": one.on, "weekday": WEEKDAYS[one.on.weekday()]}
    message = uow.compose("meetings/no_channel", **data)
    for person_id in _leads(uow, one.workgroup.id):
        key = f"no_channel:{one.workgroup.id}:{due.period}:{person_id}"
        uow.post("notice", Destination(person_id=person_id), message, key=key, period=due.period)


def missed_due(uow: UnitOfWork) -> list[Due]:
    """Workgroups whose meeting day has passed without a word, from `missed_days` working days before the month's end
    to its end; where the meeting itself is that late, from the working day after it."""
    at, days, calendar = settings.send_at(uow), settings.number(uow, "missed_days"), settings.work_calendar(uow)
    found = []
    for one in meetings.planned(uow, *sorted({Month.of(uow.today - _DAY), Month.of(uow.today)})):
        tz = one.workgroup.tz
        morning_after = local_time(calendar.add_working_days(one.on, 1), at, tz)
        due = max(missed_meeting_due(one.month, calendar, tz, at, days), morning_after)
        if due <= uow.at and one.month.contains(_today(uow, one)):
            found.append((Due(str(one.workgroup.id), str(one.month), due), one))
    return [due for due, _ in _undecided(uow, MISSED_MEETING, found)]


def ask_about_missed(uow: UnitOfWork, due: Due) -> None:
    """A private question to those who lead the workgroup: did you meet?"""
    one = _planned(uow, due)
    if one is None:
        return
    data = {"group": one.workgroup, "month": one.month, "on": one.on, "weekday": WEEKDAYS[one.on.weekday()]}
    message = uow.compose("meetings/missed", **data)
    for person_id in _leads(uow, one.workgroup.id):
        key = f"missed_meeting:{one.workgroup.id}:{due.period}:{person_id}"
        uow.post(MISSED_MEETING, Destination(person_id=person_id), message, key=key, period=due.period)


def closes_due(uow: UnitOfWork) -> list[Due]:
    """Ended months that are not closed, back to the first workgroup's or twelve months, whichever is later."""
    this = Month.of(uow.today)
    first = meetings.first_workgroup_month(uow)
    if first is None or first >= this:
        return []
    ended = [month for back in range(_CLOSES_BACK, 0, -1) if (month := this.plus(-back)) >= first]
    closed = reports.decided_periods(uow, CLOSE, map(str, ended))
    return [Due("all", str(month), _month_end(uow, month)) for month in ended if str(month) not in closed]


def close_month(uow: UnitOfWork, due: Due) -> None:
    """What was neither held nor excused was missed: said plainly, for the roll-up. It can still be recorded."""
    month = Month.parse(due.period)
    known = {found.workgroup_id for found in workgroups.meetings(uow, month)}
    uow.change(meeting, meeting.c.month == due.period, meeting.c.state == PROMPTED, state=MISSED)
    for one in meetings.planned(uow, month):
        if one.workgroup.id not in known:
            uow.insert(meeting, workgroup_id=one.workgroup.id, month=due.period, held_on=one.on, state=MISSED)


def _month_end(uow: UnitOfWork, month: Month) -> datetime:
    return local_time(month.next().first, time(0), uow.organization.tz)


def _planned(uow: UnitOfWork, due: Due) -> PlannedMeeting | None:
    """The meeting a due thing is about, read again in the transaction that does it."""
    found: Iterable[PlannedMeeting] = meetings.planned(uow, Month.parse(due.period))
    return next((one for one in found if str(one.workgroup.id) == due.subject), None)


def _today(uow: UnitOfWork, one: PlannedMeeting) -> date:
    return uow.at.astimezone(one.workgroup.tz).date()


def _leads(uow: UnitOfWork, workgroup_id: int) -> list[int]:
    """Person ids of the leaders; without one the managers, without one the coordinators."""
    members = workgroups.members(uow, workgroup_id)
    for role in (LEADER, MANAGER):
        if found := [member.id for member in members if member.role == role]:
            return found
    return [person.id for person in people.people_with_role(uow, Role.COORDINATOR)]


JOBS: tuple[JobSpec, ...] = (
    JobSpec(CLOSE, closes_due, close_month),
    JobSpec(PROMPT, prompts_due, post_prompt),
    JobSpec(NO_CHANNEL, channels_missing, tell_channel_missing),
    JobSpec(MISSED_MEETING, missed_due, ask_about_missed),
)
