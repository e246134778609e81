"""Workgroups, their members and strategies, their meetings and what a meeting left behind."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, String, Table, Text, UniqueConstraint

from storage.models.base import UtcDateTime, key, metadata, organization_key, to

workgroup = Table(
    "workgroup",
    metadata,
    key(),
    organization_key(),
    Column("name", String(200), nullable=False),
    to("channel", nullable=True),
    Column("cadence", String(60), nullable=False),  # Cadence.to_text()
    Column("zone", String(64), nullable=False, default=""),  # "" is the organization's
    Column("active", Boolean, nullable=False, default=True),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("organization_id", "name"),
)

workgroup_strategy = Table(
    "workgroup_strategy",
    metadata,
    key(),
    organization_key(),
    to("workgroup"),
    to("strategy"),
    UniqueConstraint("workgroup_id", "strategy_id"),
)

workgroup_member = Table(
    "workgroup_member",
    metadata,
    key(),
    organization_key(),
    to("workgroup"),
    to("person"),
    Column("role", String(16), nullable=False),  # leader, manager, equity member, staff
    UniqueConstraint("workgroup_id", "person_id"),
)

meeting = Table(
    "meeting",
    metadata,
    key(),
    organization_key(),
    to("workgroup"),
    Column("month", String(7), nullable=False),
    Column("held_on", Date),  # the planned date until the meeting is held
    Column("state", String(12), nullable=False),  # prompted, held, missed, excused
    Column("decisions", Text, nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),  # why it was excused
    to("person", "recorded_by", nullable=True, index=False),
    Column("recorded_at", UtcDateTime),
    UniqueConstraint("workgroup_id", "month"),
)
Index("ix_meeting_organization_id_month", meeting.c.organization_id, meeting.c.month)

attendance = Table(
    "attendance",
    metadata,
    key(),
    organization_key(),
    to("meeting"),
    to("person"),
    Column("role", String(16), nullable=False),
    UniqueConstraint("meeting_id", "person_id"),
)

follow_up = Table(
    "follow_up",
    metadata,
    key(),
    organization_key(),
    to("workgroup"),
    to("meeting"),
    to("person", "owner_id", nullable=True),
    Column("text", Text, nullable=False),
    Column("due", Date),
    Column("created_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
)
Index("ix_follow_up_organization_id_done_at", follow_up.c.organization_id, follow_up.c.done_at)

# What somebody said in a prompt's thread that names no step: kept as it was said.
meeting_note = Table(
    "meeting_note",
    metadata,
    key(),
    organization_key(),
    to("workgroup"),
    to("person"),
    Column("month", String(7), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),  # taken back by its author, or turned into an update
)
Index("ix_meeting_note_organization_id_month", meeting_note.c.organization_id, meeting_note.c.month)
