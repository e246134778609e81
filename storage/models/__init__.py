"""The tables, one file per aggregate (SQLAlchemy Core; docs/decisions/0001-core-not-orm.md says why not the ORM)."""

from __future__ import annotations

from storage.models.audit import audit, link
from storage.models.base import metadata
from storage.models.console import console_message, console_reaction, console_read
from storage.models.delivery import heartbeat, inbox, ledger, outbox, pace
from storage.models.installs import invitation, slack_installation
from storage.models.newsletter import report_approval, review_link, subscriber
from storage.models.people import channel, identity, organization, person, person_link, workspace
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
from storage.models.progress import learning, report, story, story_credit, update, voice_result
from storage.models.references import conversation_reference
from storage.models.surveys import survey, survey_answer
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
    "heartbeat",
    "identity",
    "inbox",
    "invitation",
    "learning",
    "ledger",
    "link",
    "measure",
    "meeting",
    "meeting_note",
    "metadata",
    "organization",
    "outbox",
    "pace",
    "person",
    "person_link",
    "plan",
    "plan_change",
    "reading",
    "report",
    "report_approval",
    "review_link",
    "slack_installation",
    "step",
    "step_owner",
    "story",
    "story_credit",
    "strategy",
    "strategy_place",
    "subscriber",
    "survey",
    "survey_answer",
    "update",
    "voice_result",
    "workgroup",
    "workgroup_member",
    "workgroup_strategy",
    "workspace",
]
