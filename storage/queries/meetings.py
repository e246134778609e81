"""What a meeting needs and leaves behind: planned dates, attendance, follow-ups, wins."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from bot.domain.cadence import meeting_date
from bot.domain.follow_ups import task
from bot.domain.periods import Month
from storage.models import (
    attendance as attendance_table,
)
from storage.models import (
    follow_up,
    meeting,
    meeting_note,
    outbox,
    person,
    report,
    step,
    story,
    workgroup,
    workgroup_strategy,
)
from storage.queries import settings
from storage.queries.workgroups import HELD, MeetingView, WorkgroupView, workgroups
from storage.uow import UnitOfWork

GUEST = "guest"  # the role of somebody who attended without being a member


@dataclass(frozen=True, slots=True)
class PlannedMeeting:
    """A workgroup's meeting of a month by its cadence; `on` is a date in the workgroup's zone."""

    workgroup: WorkgroupView
    month: Month
    on: date


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """What somebody took on in a meeting; `text` is the whole line as it was written."""

    id: int
    workgroup_id: int
    meeting_id: int
    text: str
    owner_id: int | None
    owner: str | None
    due: date | None
    done: bool

    @property
    def task(self) -> str:
        """The text without the owner and the due date, for where they are shown beside it."""
        return task(self.text, self.owner, self.due)


@dataclass(frozen=True, slots=True)
class AttendanceView:
    """One person at one meeting, with the role they had there: a member's role or `guest`."""

    meeting_id: int
    person_id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """What somebody said in a prompt's thread that names no step."""

    author: str
    text: str


def planned(uow: UnitOfWork, *months: Month) -> list[PlannedMeeting]:
    """The active workgroups that meet in each of the months, with their dates, month by month.

    A workgroup made after a month's date had no meeting then. Two statements, however many months.
    """
    rows = uow.rows(
        select(workgroup.c.id, workgroup.c.created_at).where(workgroup.c.organization_id == uow.organization.id)
    )
    made = {row.id: row.created_at for row in rows}
    calendar, groups = settings.work_calendar(uow), workgroups(uow)
    found = ((group, month, meeting_date(group.cadence, month, calendar)) for month in months for group in groups)
    return [
        PlannedMeeting(group, month, on)
        for group, month, on in found
        if on is not None and made[group.id].astimezone(group.tz).date() <= on
    ]


def last_held(uow: UnitOfWork, workgroup_id: int, before: Month) -> MeetingView | None:
    """The workgroup's latest held meeting of a month before `before`."""
    row = uow.row(
        select(meeting)
        .where(
            meeting.c.organization_id == uow.organization.id,
            meeting.c.workgroup_id == workgroup_id,
            meeting.c.state == HELD,
            meeting.c.month < str(before),
        )
        .order_by(meeting.c.month.desc())
        .limit(1)
    )
    if row is None:
        return None
    month = Month.parse(row.month)
    return MeetingView(
        row.id, row.workgroup_id, month, row.held_on, row.state, row.decisions, row.reason, row.recorded_by
    )


def follow_ups(
    uow: UnitOfWork,
    workgroup_id: int | None = None,
    open_only: bool = False,
    *,
    owner_id: int | None = None,
    follow_up_id: int | None = None,
) -> list[FollowUpView]:
    """Follow-ups in the order they were taken on: a workgroup's, an owner's, or the one with an id."""
    statement = (
        select(follow_up, person.c.name.label("owner"))
        .select_from(follow_up)
        .outerjoin(person, person.c.id == follow_up.c.owner_id)
        .where(follow_up.c.organization_id == uow.organization.id)
        .order_by(follow_up.c.id)
    )
    if workgroup_id is not None:
        statement = statement.where(follow_up.c.workgroup_id == workgroup_id)
    if owner_id is not None:
        statement = statement.where(follow_up.c.owner_id == owner_id)
    if follow_up_id is not None:
        statement = statement.where(follow_up.c.id == follow_up_id)
    if open_only:
        statement = statement.where(follow_up.c.done_at.is_(None))
    return [
        FollowUpView(r.id, r.workgroup_id, r.meeting_id, r.text, r.owner_id, r.owner, r.due, done=r.done_at is not None)
        for r in uow.rows(statement)
    ]


def attendance(uow: UnitOfWork, meeting_ids: Collection[int]) -> list[AttendanceView]:
    """Who was at these meetings, by meeting and name; people who have left since included."""
    table = attendance_table
    rows = uow.rows(
        select(table.c.meeting_id, table.c.person_id, person.c.name, table.c.role)
        .join(person, person.c.id == table.c.person_id)
        .where(table.c.organization_id == uow.organization.id, table.c.meeting_id.in_(meeting_ids))
        .order_by(table.c.meeting_id, func.lower(person.c.name), table.c.person_id)
    )
    return [AttendanceView(row.meeting_id, row.person_id, row.name, row.role) for row in rows]


def thread_notes(uow: UnitOfWork, workgroup_id: int, month: Month) -> list[NoteView]:
    """What was said in the thread of a month's prompt and stands, oldest first."""
    rows = uow.rows(
        select(person.c.name, meeting_note.c.text)
        .join(person, person.c.id == meeting_note.c.person_id)
        .where(
            meeting_note.c.organization_id == uow.organization.id,
            meeting_note.c.workgroup_id == workgroup_id,
            meeting_note.c.month == str(month),
            meeting_note.c.withdrawn_at.is_(None),
        )
        .order_by(meeting_note.c.at, meeting_note.c.id)
    )
    return [NoteView(row.name, row.text) for row in rows]


def prompt_thread(uow: UnitOfWork, workgroup_id: int, month: Month, channel_id: int) -> str:
    """The platform's id of the month's prompt in this channel, which is its thread's; "" while there is none."""
    found = uow.scalar(
        select(outbox.c.remote_id).where(
            outbox.c.organization_id == uow.organization.id,
            outbox.c.kind == "prompt",
            outbox.c.subject_id == workgroup_id,
            outbox.c.period == str(month),
            outbox.c.channel_id == channel_id,
        )
    )
    return found or ""


def notes_posted(uow: UnitOfWork, meeting_id: int) -> int:
    """How many public notes about a meeting have been queued; the next one's revision is one more."""
    prefix = f"{uow.organization.id}:meeting:{meeting_id}:"
    posted = (
        outbox.c.organization_id == uow.organization.id,
        outbox.c.dedupe_key.startswith(prefix, autoescape=True),
    )
    return int(uow.scalar(select(func.count()).select_from(outbox).where(*posted)))


def rollup_published(uow: UnitOfWork, month: Month) -> bool:
    """Whether the month's roll-up has been published, so that what is recorded now comes late."""
    statement = select(report.c.id).where(
        report.c.organization_id == uow.organization.id,
        report.c.kind == "rollup",
        report.c.period == str(month),
        report.c.published_at.is_not(None),
    )
    return uow.row(statement) is not None


def wins_since(uow: UnitOfWork, workgroup_id: int, since: datetime) -> list[str]:
    """The workgroup's stories approved from `since` on: told for it, or about a step of its strategies. Who takes one
    back meanwhile waits until this transaction ends and finds what it posted, as in `told_stories.hold`."""
    its_steps = (
        select(step.c.id)
        .join(workgroup_strategy, workgroup_strategy.c.strategy_id == step.c.strategy_id)
        .where(
            workgroup_strategy.c.organization_id == uow.organization.id,
            workgroup_strategy.c.workgroup_id == workgroup_id,
        )
    )
    statement = (
        select(story.c.text)
        .where(
            story.c.organization_id == uow.organization.id,
            story.c.state == "approved",
            story.c.reviewed_at >= since,
            or_(story.c.workgroup_id == workgroup_id, story.c.step_id.in_(its_steps)),
        )
        .order_by(story.c.reviewed_at, story.c.id)
        .with_for_update(read=True, of=story)
    )
    return list(uow.rows(statement).scalars())


def first_workgroup_month(uow: UnitOfWork) -> Month | None:
    """The month, in the organization's zone, in which its first active workgroup was made."""
    made = uow.scalar(
        select(workgroup.c.created_at)
        .where(workgroup.c.organization_id == uow.organization.id, workgroup.c.active)
        .order_by(workgroup.c.created_at)
        .limit(1)
    )
    return Month.of(made.astimezone(uow.organization.tz).date()) if made else None
