"""Gathers what a month says of workgroups and people: who met, who was heard, what was decided, who needs help."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select

from bot.domain.cadence import meeting_date
from bot.domain.follow_ups import task
from bot.domain.month_facts import (
    EXCUSED,
    MET,
    NOT_DUE,
    NOT_MET,
    TO_COME,
    DecisionFacts,
    GroupFacts,
    HelpFacts,
)
from bot.domain.periods import Month
from bot.domain.rollup import said_outside, shareable
from storage.models import (
    attendance,
    follow_up,
    meeting,
    meeting_note,
    person,
    story,
    update,
    workgroup_member,
)
from storage.queries import settings
from storage.queries import workgroups as groups
from storage.queries.windows import Window
from storage.queries.workgroups import MeetingView, WorkgroupView
from storage.uow import UnitOfWork


def groups_of(uow: UnitOfWork, span: Window, met: dict[int, MeetingView]) -> list[WorkgroupView]:
    """The workgroups there were: made before the period's end, and active since or with a meeting on record in it."""
    return [
        group
        for group in groups.workgroups(uow, active_only=False)
        if group.created_at < span.end and (group.active or group.id in met)
    ]


def group_facts(
    uow: UnitOfWork,
    month: Month,
    span: Window,
    known: Iterable[WorkgroupView],
    met: dict[int, MeetingView],
    members: dict[int, set[int]],
    heard: set[int],
    staff: frozenset[str],
) -> tuple[GroupFacts, ...]:
    """Each workgroup's month. `heard`: person ids of those who sent something or came; `staff`: as for decisions."""
    calendar = settings.work_calendar(uow)
    found = []
    for group in known:
        planned = meeting_date(group.cadence, month, calendar)
        if planned and planned < group.created_at.astimezone(group.tz).date():
            planned = None
        state, day, reason = _meeting_state(met.get(group.id), planned, span)
        silent = not members[group.id] & heard
        found.append(GroupFacts(group.name, state, day, said_outside(reason, staff), silent))
    return tuple(found)


def _meeting_state(held: MeetingView | None, planned: date | None, span: Window) -> tuple[str, date | None, str]:
    """A meeting is only called missing once its day is over."""
    if held and held.state == groups.HELD:
        return MET, held.held_on, ""
    if held and held.state == groups.EXCUSED:
        return EXCUSED, planned, held.reason
    if planned is None and not (held and held.state == groups.MISSED):
        return NOT_DUE, None, ""
    if not span.closed and planned is not None and planned >= span.last:
        return TO_COME, planned, ""
    return NOT_MET, planned, ""


def meetings_ahead(uow: UnitOfWork, month: Month, known: Iterable[WorkgroupView]) -> list[date]:
    """The days on which the active workgroups meet in a month to come."""
    calendar = settings.work_calendar(uow)
    days = (meeting_date(group.cadence, month, calendar) for group in known if group.active)
    return [day for day in days if day]


def voices_heard(
    uow: UnitOfWork, month: Month, span: Window, known: Iterable[int], counted: datetime
) -> tuple[dict[int, set[int]], set[int], set[int]]:
    """Person ids: the members of each workgroup in `known`; all who sent an update, a note or a win; all who came to a
    meeting. Somebody who joined the bot after the period is no member of it; a note to the month's meeting counts until
    `counted`."""
    mine = uow.organization.id
    members: defaultdict[int, set[int]] = defaultdict(set)
    rows = uow.rows(
        select(workgroup_member.c.workgroup_id, person.c.id)
        .join(person, person.c.id == workgroup_member.c.person_id)
        .where(
            person.c.organization_id == mine,
            person.c.active,
            person.c.created_at < span.end,
            workgroup_member.c.workgroup_id.in_(known),
        )
    )
    for row in rows:
        members[row.workgroup_id].add(row.id)
    updated = select(update.c.person_id).where(
        update.c.organization_id == mine,
        update.c.at >= span.start,
        update.c.at < span.end,
        update.c.withdrawn_at.is_(None),
    )
    told = select(story.c.person_id).where(
        story.c.organization_id == mine,
        story.c.at >= span.start,
        story.c.at < span.end,
        story.c.state != "withdrawn",
    )
    noted = select(meeting_note.c.person_id).where(
        meeting_note.c.organization_id == mine,
        meeting_note.c.month == str(month),
        meeting_note.c.at < counted,
        meeting_note.c.withdrawn_at.is_(None),
    )
    came = (
        select(attendance.c.person_id)
        .join(meeting, meeting.c.id == attendance.c.meeting_id)
        .where(meeting.c.organization_id == mine, meeting.c.month == str(month), meeting.c.state == groups.HELD)
    )
    return members, set(uow.rows(updated.union(told, noted)).scalars()), set(uow.rows(came).scalars())


def decisions(
    meetings: Iterable[MeetingView], names: dict[int, str], staff: frozenset[str]
) -> tuple[DecisionFacts, ...]:
    """What the held meetings decided. `names`: of the workgroups that count; `staff`: full names that may be said."""
    held = [m for m in meetings if m.state == groups.HELD and m.decisions.strip() and m.workgroup_id in names]
    found = []
    for one in held:
        share = shareable(one.decisions, staff)
        text = one.decisions if share else ""
        found.append(DecisionFacts(names[one.workgroup_id], one.held_on, text, not share))
    return tuple(found)


def calls_for_help(
    uow: UnitOfWork, span: Window, names: dict[int, str], staff: frozenset[str]
) -> tuple[tuple[HelpFacts, ...], int]:
    """Open follow-ups that are past their date or have nobody: those that became so in this period, the oldest date
    first, and how many more there were before."""
    mine = follow_up.c.organization_id == uow.organization.id
    rows = uow.rows(
        select(follow_up, person.c.name)
        .outerjoin(person, person.c.id == follow_up.c.owner_id)
        .where(
            # Said twice, so that both halves find the index on (organization_id, done_at): most follow-ups are done.
            or_(
                and_(mine, follow_up.c.done_at.is_(None)),
                and_(mine, follow_up.c.done_at >= span.end),
            ),
            follow_up.c.created_at < span.end,
            or_(follow_up.c.owner_id.is_(None), follow_up.c.due <= span.over),
        )
        .order_by(follow_up.c.due.is_(None), follow_up.c.due, follow_up.c.id)
    )
    first = span.start.astimezone(uow.organization.tz).date()
    found, before = [], 0
    for row in (row for row in rows if row.workgroup_id in names):
        if row.created_at < span.start and not (row.due and first <= row.due <= span.over):
            before += 1
            continue
        share = shareable(row.text, staff)
        text = task(row.text, row.name, row.due) if share else ""
        found.append(HelpFacts(names[row.workgroup_id], text, row.name or "", row.due, not share))
    return tuple(found), before


def count_notes(uow: UnitOfWork, month: Month, counted: datetime) -> int:
    """How many notes to the month's meetings were said before `counted` and stand."""
    return int(
        uow.scalar(
            select(func.count()).where(
                meeting_note.c.organization_id == uow.organization.id,
                meeting_note.c.month == str(month),
                meeting_note.c.at < counted,
                meeting_note.c.withdrawn_at.is_(None),
            )
        )
    )
