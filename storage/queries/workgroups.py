"""Workgroups, their members and meetings: frozen views and the reads that give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.domain.cadence import Cadence
from bot.domain.periods import Month
from storage.models import meeting, person, workgroup, workgroup_member
from storage.uow import UnitOfWork

LEADER, MANAGER, EQUITY, STAFF = "leader", "manager", "equity member", "staff"
MEMBER_ROLES = (LEADER, MANAGER, EQUITY, STAFF)

PROMPTED, HELD, MISSED, EXCUSED = "prompted", "held", "missed", "excused"


@dataclass(frozen=True, slots=True)
class WorkgroupView:
    """A workgroup. `tz` is its own zone, or the organization's where it has none."""

    id: int
    name: str
    channel_id: int | None
    cadence: Cadence
    tz: ZoneInfo
    created_at: datetime
    active: bool


@dataclass(frozen=True, slots=True)
class MemberView:
    """A person in a workgroup; `id` is the person's."""

    id: int
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class MeetingView:
    id: int
    workgroup_id: int
    month: Month
    held_on: date | None
    state: str
    decisions: str
    reason: str
    recorded_by: int | None


def workgroups(uow: UnitOfWork, *, active_only: bool = True) -> list[WorkgroupView]:
    """The workgroups, in the order they were made."""
    statement = select(workgroup).where(workgroup.c.organization_id == uow.organization.id)
    if active_only:
        statement = statement.where(workgroup.c.active)
    rows = uow.rows(statement.order_by(workgroup.c.id))
    return [
        WorkgroupView(
            r.id,
            r.name,
            r.channel_id,
            Cadence.from_text(r.cadence),
            ZoneInfo(r.zone) if r.zone else uow.organization.tz,
            r.created_at,
            r.active,
        )
        for r in rows
    ]


def workgroup_by_id(uow: UnitOfWork, workgroup_id: int) -> WorkgroupView | None:
    """One active workgroup."""
    return next((w for w in workgroups(uow) if w.id == workgroup_id), None)


def workgroups_of(uow: UnitOfWork, person_id: int) -> list[WorkgroupView]:
    """The active workgroups a person is a member of."""
    mine = set(
        uow.rows(
            select(workgroup_member.c.workgroup_id).where(
                workgroup_member.c.organization_id == uow.organization.id, workgroup_member.c.person_id == person_id
            )
        ).scalars()
    )
    return [w for w in workgroups(uow) if w.id in mine]


def members(uow: UnitOfWork, workgroup_id: int) -> list[MemberView]:
    """Active members: leaders first, then by role and name."""
    rows = uow.rows(
        select(person.c.id, person.c.name, workgroup_member.c.role)
        .select_from(person)
        .join(workgroup_member, workgroup_member.c.person_id == person.c.id)
        .where(
            person.c.organization_id == uow.organization.id,
            workgroup_member.c.workgroup_id == workgroup_id,
            person.c.active,
        )
    )
    found = [MemberView(row.id, row.name, row.role) for row in rows]
    return sorted(found, key=lambda m: (MEMBER_ROLES.index(m.role), m.name.lower(), m.id))


def lock_workgroup(uow: UnitOfWork, workgroup_id: int) -> None:
    """Until this command is done nobody else records a meeting of the workgroup."""
    statement = select(workgroup.c.id).where(
        workgroup.c.organization_id == uow.organization.id, workgroup.c.id == workgroup_id
    )
    # What only points at the workgroup (an update's receipt, a note) is not held up by it.
    uow.rows(statement.with_for_update(key_share=True))


def meeting_of(uow: UnitOfWork, workgroup_id: int, month: Month) -> MeetingView | None:
    """A workgroup's meeting of a month, if it was prompted or recorded."""
    found = meetings(uow, month, workgroup_id)
    return found[0] if found else None


def meetings(uow: UnitOfWork, month: Month, workgroup_id: int | None = None) -> list[MeetingView]:
    """The meetings of a month: all, or one workgroup's."""
    statement = select(meeting).where(meeting.c.organization_id == uow.organization.id, meeting.c.month == str(month))
    if workgroup_id is not None:
        statement = statement.where(meeting.c.workgroup_id == workgroup_id)
    return [
        MeetingView(
            r.id, r.workgroup_id, Month.parse(r.month), r.held_on, r.state, r.decisions, r.reason, r.recorded_by
        )
        for r in uow.rows(statement.order_by(meeting.c.workgroup_id))
    ]
