"""Client surveys and their anonymous answers."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, String, Table

from storage.models.base import UtcDateTime, key, metadata, organization_key, to

survey = Table(
    "survey",
    metadata,
    key(),
    organization_key(),
    Column("token", String(60), nullable=False, unique=True),  # the unguessable part of /survey/<token>
    Column("title", String(200), nullable=False),  # for staff; the page has a heading of its own
    Column("questions", JSON, nullable=False),  # in both languages, as they were when it was made
    Column("created_at", UtcDateTime, nullable=False),
    to("person", "created_by", index=False),
    Column("closes_on", Date, nullable=False),  # the last day it takes answers, where the organization is
    Column("closed_at", UtcDateTime),  # when somebody closed it before that
)

# Whoever answered must stay unknown: no time, no address, no language, and no number that counts up. `submission` is
# the random id of the form that was sent; as the key it keeps a second press of Send from counting twice, and without
# a row id SQLite keeps no order of arrival either.
survey_answer = Table(
    "survey_answer",
    metadata,
    organization_key(),
    Column("survey_id", ForeignKey("survey.id"), primary_key=True),
    Column("submission", String(40), primary_key=True),
    Column("answers", JSON, nullable=False),
    sqlite_with_rowid=False,
)
