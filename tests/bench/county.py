"""A made county with years of history, by bulk inserts: what the benchmarks of reports look at."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from bot.domain.periods import Month
from storage.models import (
    attendance,
    follow_up,
    goal,
    measure,
    meeting,
    meeting_note,
    person,
    plan,
    reading,
    step,
    story,
    strategy,
    strategy_place,
    update,
    voice_result,
    workgroup,
    workgroup_member,
    workgroup_strategy,
)
from storage.queries.people import Organization, create_organization

LAST = Month(2026, 10)  # the month that is reported
YEARS, UPDATES, GROUPS, PEOPLE, STRATEGIES, STEPS = 5, 20_000, 10, 40, 10, 42
_CHUNK = 5000  # rows of one insert
_NOTES = (
    "The unit tried the new form on Tuesday and gave back twelve remarks.",
    "Waiting for IT to open the test system; we call them every Friday.",
    "Two supervisors read the draft and asked for larger print.",
    "",
)
_STATUSES = ("in progress", "in progress", "blocked", "done", None)
Row = dict[str, Any]
Add = Callable[..., list[int]]


def make_county(connection: Connection, name: str, times: int = 1, updates: int = UPDATES) -> Organization:
    """Five years of history, or `times` as many; `updates` of them in five years, spread evenly, so that the reported
    month has as many whatever came before."""
    rng = random.Random(name)
    months = [LAST.plus(-back) for back in range(12 * YEARS * times - 1, -1, -1)]
    organization = create_organization(connection, name, "America/Los_Angeles", _at(months[0], 1))

    def add(table: Table, rows: list[Row], **same: Any) -> list[int]:
        """The rows with what is the same for all; their ids, given out here because bulk inserts return none."""
        first = (connection.execute(select(func.max(table.c.id))).scalar() or 0) + 1
        common = {"organization_id": organization.id, **same}
        for at in range(0, len(rows), _CHUNK):
            chunk = rows[at : at + _CHUNK]
            connection.execute(insert(table), [{"id": first + at + n, **common, **row} for n, row in enumerate(chunk)])
        return list(range(first, first + len(rows)))

    began = _at(months[0], 1)
    people = add(person, [{"name": f"Person Number{n}"} for n in range(PEOPLE)], role=1, created_at=began)
    strategies, steps, measures = _plan(add, months[0])
    groups = _groups(add, people, strategies, began)
    told = [
        {"step_id": rng.choice(steps), "person_id": rng.choice(people), "at": _at(month, 1 + n % 28, n % 600),
         "status": rng.choice(_STATUSES), "note": rng.choice(_NOTES)}
        for month in months
        for n in range(updates // (12 * YEARS))
    ]  # fmt: skip
    add(update, told, source="typed")
    _meetings(add, rng, people, groups, months)
    _rest(add, rng, people, measures, months)
    return organization


def _at(month: Month, day: int, minutes: int = 0) -> datetime:
    return datetime(month.year, month.number, day, 18, tzinfo=UTC) + timedelta(minutes=minutes)


def _plan(add: Add, start: Month) -> tuple[list[int], list[int], list[int]]:
    """Ids of its strategies, steps and measures; every seventh step is late."""
    source = {"source_name": "plan.txt", "source_sha256": "0", "imported_at": _at(start, 1)}
    (made,) = add(plan, [{"county": "Larkspur", **source}])
    goals = add(goal, [{"number": n} for n in (1, 2)], plan_id=made, statement="Raise it")
    way = {"baseline": 40.0, "target": 64.0, "pace_per_month": 0.5, "start": start.first}
    rates = [{"goal_id": one, "name": f"Rate {n}"} for n, one in enumerate(goals, 1)]
    measures = add(measure, rates, unit="percent", direction="increase", **way)
    title = "Review disaggregated data and take appropriate action to ensure similar performance"
    strategies = add(strategy, [{"title": title}] * STRATEGIES, plan_id=made, started_on=start.first)
    places = [{"strategy_id": one, "goal_id": goals[n % 2], "number": 1 + n // 2} for n, one in enumerate(strategies)]
    add(strategy_place, places)
    words = "Write to every regional office about the new orientation letter"
    rows = [
        {"strategy_id": strategies[n % STRATEGIES], "number": 1 + n // STRATEGIES,
         "due": None if n % 7 else date(2026, 6, 30)}
        for n in range(STEPS)
    ]  # fmt: skip
    return strategies, add(step, rows, text=words, owner="", sub_items=[]), measures


def _groups(add: Add, people: list[int], strategies: list[int], began: datetime) -> list[int]:
    rows = [{"name": f"Workgroup {n}"} for n in range(GROUPS)]
    groups = add(workgroup, rows, cadence="monthly:2:1:2020-01", zone="", active=True, created_at=began)
    add(
        workgroup_member,
        [{"workgroup_id": groups[n % GROUPS], "person_id": p} for n, p in enumerate(people)],
        role="staff",
    )
    served = [{"workgroup_id": groups[n % GROUPS], "strategy_id": one} for n, one in enumerate(strategies)]
    add(workgroup_strategy, served)
    return groups


def _meetings(add: Add, rng: random.Random, people: list[int], groups: list[int], months: list[Month]) -> None:
    """Every group meets every month, with attendance, a note in the thread and a follow-up that is kept."""
    held = [(month, group) for month in months for group in groups]
    rows = [
        {"workgroup_id": g, "month": str(m), "held_on": date(m.year, m.number, 12), "recorded_at": _at(m, 13)}
        for m, g in held
    ]
    meetings = add(meeting, rows, state="held", decisions="Pilot the letter in the north office.", reason="")
    came = [{"meeting_id": one, "person_id": p} for one in meetings for p in rng.sample(people, 4)]
    add(attendance, came, role="staff")
    notes = [{"workgroup_id": g, "month": str(m), "person_id": rng.choice(people), "at": _at(m, 14)} for m, g in held]
    add(meeting_note, notes, text="Good morning, everybody")
    tasks = [
        {"workgroup_id": g, "meeting_id": one, "owner_id": rng.choice(people), "due": date(m.year, m.number, 20),
         "created_at": _at(m, 13), "done_at": _at(m, 19)}
        for one, (m, g) in zip(meetings, held, strict=True)
    ]  # fmt: skip
    add(follow_up, tasks, text="Ask the vendor")


def _rest(add: Add, rng: random.Random, people: list[int], measures: list[int], months: list[Month]) -> None:
    """Stories, readings of both measures, client voice."""
    who = {"person_id": people[0]}
    told = {"text": "One form now, not three.", "original_text": "One form now, not three.", "consent": "staff"}
    kept = {"credit": "", "release_ref": "", "state": "approved", "verdict": "ok", "findings": [], "reason": ""}
    stories = [{"at": _at(m, 5, n), "reviewed_at": _at(m, 6, n)} for m in months for n in range(3)]
    add(story, stories, linkages=False, **who, **told, **kept)
    heard = [{"month": str(m), "at": _at(m, 8)} for m in months]
    add(voice_result, heard, kind="survey", heard="Letters are long", did="", responses=40, **who)
    read = [
        {"measure_id": one, "month": str(m), "value": 40 + rng.random(), "at": _at(m, 20)}
        for m in months
        for one in measures
    ]
    add(reading, read, population="", **who)
