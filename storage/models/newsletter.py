"""The newsletter's readers by e-mail, who approved an edition, and the personal links to its editing page."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text, UniqueConstraint

from storage.models.base import UtcDateTime, key, metadata, organization_key, to

# A row is never deleted: who unsubscribed must not be written to because somebody pastes an old list.
subscriber = Table(
    "subscriber",
    metadata,
    key(),
    organization_key(),
    Column("email", String(320), nullable=False),  # lower case
    Column("name", String(200), nullable=False, default=""),
    Column("language", String(2), nullable=False, default="en"),  # en, es
    Column("token", String(60), nullable=False, unique=True),  # the unguessable part of /unsubscribe/<token>
    Column("subscribed_at", UtcDateTime, nullable=False),
    Column("unsubscribed_at", UtcDateTime),
    Column("bounced_at", UtcDateTime),
    Column("bounce_reason", Text, nullable=False, default=""),
    UniqueConstraint("organization_id", "email"),
)

# An approval counts for the words that were approved: a change of the edition deletes its rows; the audit log keeps
# all of them.
report_approval = Table(
    "report_approval",
    metadata,
    key(),
    organization_key(),
    to("report"),
    to("person", index=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("report_id", "person_id"),
)

# A random token, kept as its digest, rather than a signed one: it can be ended, and there is no secret to set up.
review_link = Table(
    "review_link",
    metadata,
    Column("digest", String(64), primary_key=True),
    organization_key(),
    Column("report_id", ForeignKey("report.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)
