"""Larkspur County's plan, for the tests that live in it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine

from bot.chat.compose import built_in
from bot.domain.plan_import import Line, parse_plan
from storage.plan_store import Source, store_plan
from storage.queries.people import organizations
from storage.uow import unit_of_work

PLAN = """\
County: Larkspur

Goal 1: Raise the share of families who come to their first appointment to 62% from 44%, by 1.5 points every month.
Performance Measure: First Appointment Rate
Baseline Result: 44%
Plan start: 01/01/2026
Cycle End: 01/31/2027

Strategy 1: Make the first contact short and in the family's own language
Action Steps for Strategy 1:
Action Step 1: Call every new family within two working days
Action Step 2: Rewrite the welcome letter in plain words, in English and Spanish (Due: 02/27/2026)
Action Step 3: Send a text reminder the day before the appointment

Strategy 2: Ask for each paper once
Action Steps for Strategy 2:
Action Step 1: List every form a family fills in during the first sixty days
Action Step 2: Pilot one shared intake form with two units (Due: 05/29/2026)

Goal 2: Reduce the share of families who return to aid within a year to 14% from 21%, by 0.5 points every month.
Performance Measure: Return to Aid Rate
Baseline Result: 21%
Plan start: 01/01/2026
Cycle End: 01/31/2027

Strategy 1: Stay in touch for six months after a family's first job
Action Steps for Strategy 1:
Action Step 1: Name a coach for every family that starts work
"""


def store_the_plan(engine: Engine, at: datetime, text: str = PLAN) -> None:
    """What `sipbot plan import` does, into the one county that exists."""
    document = parse_plan([Line(number, line) for number, line in enumerate(text.splitlines(), 1)])
    with unit_of_work(engine, at, built_in()) as uow:
        (uow.organization,) = organizations(uow.connection)
        store_plan(uow, document, Source("plan.txt", ""))
