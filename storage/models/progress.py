"""What people report: updates about steps, stories, what clients said; and what is published of it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, String, Table, Text, UniqueConstraint

from storage.models.base import UtcDateTime, key, metadata, organization_key, to

# An update is never changed: an edit is a new row that supersedes the old one, undo sets withdrawn_at.
update = Table(
    "step_update",
    metadata,
    key(),
    organization_key(),
    to("step", index=False),
    to("person"),
    Column("at", UtcDateTime, nullable=False),
    Column("status", String(16)),  # null: a note that leaves the status as it was
    Column("note", Text, nullable=False, default=""),
    Column("source", String(16), nullable=False),
    Column("withdrawn_at", UtcDateTime),
    to("step_update", "supersedes_id", nullable=True, index=False),
    Column("told_at", UtcDateTime),  # when it was said, where `at` is in an earlier month that it counts in
)
Index("ix_step_update_step_id_at", update.c.step_id, update.c.at)
Index("ix_step_update_organization_id_at", update.c.organization_id, update.c.at)

# What trying something taught (plan, do, study, act). Never changed: an edit is a new row, the old one is withdrawn.
learning = Table(
    "learning",
    metadata,
    key(),
    organization_key(),
    to("strategy"),
    to("person"),
    Column("at", UtcDateTime, nullable=False),
    Column("expected", Text, nullable=False, default=""),  # the prediction, before it was tried
    Column("found", Text, nullable=False),  # what happened
    Column("verdict", String(8), nullable=False),  # adopt, adapt, abandon
    Column("withdrawn_at", UtcDateTime),
)

story = Table(
    "story",
    metadata,
    key(),
    organization_key(),
    to("person"),
    to("workgroup", nullable=True),
    to("step", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("original_text", Text, nullable=False),  # as it was told, before any edit in review
    Column("credit", Text, nullable=False, default=""),  # staff who agreed to be named
    Column("consent", String(16), nullable=False),  # staff, release, composite
    Column("release_ref", String(200), nullable=False, default=""),
    Column("release_on", Date),  # when the release was signed
    # in review, sent back, approved, declined, withdrawn
    Column("state", String(12), nullable=False),
    Column("verdict", String(8), nullable=False),  # ok, review, block
    Column("findings", JSON, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    to("person", "reviewed_by", nullable=True, index=False),
    Column("reviewed_at", UtcDateTime),
    Column("linkages", Boolean, nullable=False, default=False),
    # Who agreed for each program to a story in which child welfare has a part; empty until the story is approved.
    Column("agreed_calworks", String(200), nullable=False, default="", server_default=""),
    Column("agreed_child_welfare", String(200), nullable=False, default="", server_default=""),
)

# A person whom a story credits, and what they said to it.
story_credit = Table(
    "story_credit",
    metadata,
    key(),
    organization_key(),
    to("story"),
    to("person"),
    Column("state", String(8), nullable=False),  # asked, agreed, declined
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("story_id", "person_id"),
)
Index("ix_story_organization_id_reviewed_at", story.c.organization_id, story.c.reviewed_at)
Index("ix_story_organization_id_at", story.c.organization_id, story.c.at)

voice_result = Table(
    "voice_result",
    metadata,
    key(),
    organization_key(),
    to("person"),
    to("step", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("month", String(7), nullable=False),
    Column("kind", String(16), nullable=False),  # survey, phone calls, focus group, interview
    to("survey", nullable=True, index=False),  # our own survey it was read from
    Column("responses", Integer),  # people heard; null: not shown
    Column("heard", Text, nullable=False),  # "you said"
    Column("did", Text, nullable=False, default=""),  # "we did"; empty: not yet addressed
    Column("withdrawn_at", UtcDateTime),
)
Index("ix_voice_result_organization_id_month", voice_result.c.organization_id, voice_result.c.month)

# A published or drafted report. `facts` is what it was made from, frozen; `content` its sections or its Message.
report = Table(
    "report",
    metadata,
    key(),
    organization_key(),
    Column("kind", String(16), nullable=False),  # rollup, newsletter
    Column("period", String(8), nullable=False),
    Column("revision", Integer, nullable=False, default=1),
    Column("state", String(12), nullable=False),  # draft, approved, published, corrected, withdrawn
    Column("facts", JSON, nullable=False),
    Column("content", JSON, nullable=False),
    Column("token", String(60), nullable=False, unique=True),  # the unguessable part of /r/<token>
    Column("created_at", UtcDateTime, nullable=False),
    to("person", "approved_by", nullable=True, index=False),
    Column("approved_at", UtcDateTime),
    Column("published_at", UtcDateTime),
    Column("reason", Text, nullable=False, default=""),
    to("report", "corrects_id", nullable=True, index=False),  # the published revision this one takes the place of
    UniqueConstraint("organization_id", "kind", "period", "revision"),
)
