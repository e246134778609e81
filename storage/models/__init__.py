"""The tables, one file per aggregate (SQLAlchemy Core; docs/decisions/0001-core-not-orm.md says why not the ORM)."""

from __future__ import annotations

from storage.models.base import metadata
from storage.models.console import console_message, console_reaction, console_read
from storage.models.delivery import inbox, ledger, outbox, pace
from storage.models.people import audit, channel, identity, organization, person, workspace
from storage.models.plan import (
    goal,
    measure,
    plan,
    plan_change,
    reading,
    step,
    step_owner,
    strategy,
    strategy_place,
)
from storage.models.progress import report, story, update, voice_result
from storage.models.references import conversation_reference
from storage.models.workgroups import (
    attendance,
    follow_up,
    meeting,
    meeting_note,
    workgroup,
    workgroup_member,
    workgroup_strategy,
)

__all__ = [
    "attendance",
    "audit",
    "channel",
    "console_message",
    "console_reaction",
    "console_read",
    "conversation_reference",
    "follow_up",
    "goal",
    "identity",
    "inbox",
    "ledger",
    "measure",
    "meeting",
    "meeting_note",
    "metadata",
    "organization",
    "outbox",
    "pace",
    "person",
    "plan",
    "plan_change",
    "reading",
    "report",
    "step",
    "step_owner",
    "story",
    "strategy",
    "strategy_place",
    "update",
    "voice_result",
    "workgroup",
    "workgroup_member",
    "workgroup_strategy",
    "workspace",
]
