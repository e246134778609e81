"""The plan: goals with their measures, strategies (one row, several places), action steps, and what changed in them.

A row that a later import no longer lists is retired, never deleted: updates and reports keep pointing at it.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Float, Index, Integer, String, Table, Text, UniqueConstraint

from storage.models.base import UtcDateTime, key, metadata, organization_key, to

plan = Table(
    "plan",
    metadata,
    key(),
    organization_key(),
    Column("county", String(200), nullable=False, default=""),
    Column("source_name", String(300), nullable=False),
    Column("source_sha256", String(64), nullable=False),
    Column("imported_at", UtcDateTime, nullable=False),
    UniqueConstraint("organization_id"),
)

goal = Table(
    "goal",
    metadata,
    key(),
    organization_key(),
    to("plan"),
    Column("number", Integer, nullable=False),
    Column("statement", Text, nullable=False),
    Column("retired_at", UtcDateTime),
)

measure = Table(
    "measure",
    metadata,
    key(),
    organization_key(),
    to("goal", unique=True),
    Column("name", String(300), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("direction", String(16), nullable=False),
    Column("baseline", Float),
    Column("target", Float),
    Column("pace_per_month", Float),
    Column("start", Date),
    Column("progress_report_1", Date),
    Column("progress_report_2", Date),
    Column("cycle_end", Date),
)

reading = Table(
    "reading",
    metadata,
    key(),
    organization_key(),
    to("measure"),
    Column("month", String(7), nullable=False),  # data month, never the report month
    Column("population", String(120), nullable=False, default=""),  # "" is the whole population, else a group's name
    # What kind of group the population is: "language", whatever the county says; "state" is the state's average.
    Column("kind", String(60), nullable=False, default="", server_default=""),
    Column("value", Float),  # null: "not shown" (`*` on input)
    Column("people", Integer),  # how many people the value is of, as entered; null: nobody said
    to("person", nullable=True),  # null: imported on the command line
    Column("at", UtcDateTime, nullable=False),
    Column("replaced_at", UtcDateTime),
)
Index("ix_reading_organization_id_month", reading.c.organization_id, reading.c.month)

strategy = Table(
    "strategy",
    metadata,
    key(),
    organization_key(),
    to("plan"),
    Column("title", Text, nullable=False),
    Column("started_on", Date),
    Column("retired_at", UtcDateTime),
)

# Where a strategy stands in the plan. A shared strategy has one row here for each goal it serves.
strategy_place = Table(
    "strategy_place",
    metadata,
    key(),
    organization_key(),
    to("strategy"),
    to("goal"),
    Column("number", Integer, nullable=False),
)

step = Table(
    "step",
    metadata,
    key(),
    organization_key(),
    to("strategy"),
    Column("number", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("owner", String(300), nullable=False, default=""),  # as the plan says it; people are in step_owner
    Column("due", Date),
    Column("sub_items", JSON, nullable=False),
    Column("retired_at", UtcDateTime),
)

step_owner = Table(
    "step_owner",
    metadata,
    key(),
    organization_key(),
    to("step"),
    to("person"),
    UniqueConstraint("step_id", "person_id"),
)

plan_change = Table(
    "plan_change",
    metadata,
    key(),
    organization_key(),
    to("plan"),
    to("person", nullable=True),
    to("strategy", nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("what", String(16), nullable=False),
    Column("ref", String(24), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("reason", Text, nullable=False, default=""),
)
