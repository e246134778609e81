"""A roll-up's counts, worked out a second time from the raw rows of simulated months, with none of the product's reads.

The same rows are read with plain sqlite3 and counted in loops, so a mistake in a join or a window shows.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from bot.chat.compose import built_in
from bot.domain.month_facts import MonthFacts
from bot.domain.periods import Month
from bot.simulate import simulate_plan
from storage.db import open_engine
from storage.queries.facts import month_facts
from storage.queries.people import organizations
from storage.uow import unit_of_work

PLAN = """County: Larkspur

Goal 1: Increase Arrival Rate to 60% from 40%, improving by 1.0% every month
Performance Measure: Arrival Rate
Baseline Result: 40%
Cal-SIP Start: 01/01/2025

Strategy 1: Write shorter letters to new families
- Action Step 1: List every letter that is sent today
- Action Step 2: Rewrite the welcome letter in plain words
- Action Step 3: Ask ten families to read the new letter
Strategy 2: Compare results by language
- Action Step 1: Draw one chart a quarter
- Action Step 2: Ask families about the chart
- Action Step 3: Agree on one change for each language
"""
ZONE = ZoneInfo("America/Los_Angeles")
MONTHS = (Month(2025, 1), Month(2025, 2), Month(2025, 3))
LATER = datetime(2025, 4, 20, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def lived(tmp_path_factory) -> Path:
    """The database of three simulated months, with due dates that fall into, on the end of, and after them."""
    folder = tmp_path_factory.mktemp("counts")
    (folder / "plan.txt").write_text(PLAN)
    simulate_plan(folder / "plan.txt", "2025-01", 3, folder / "out", 3, Console(quiet=True))
    database = folder / "out" / "simulation.sqlite3"
    dues = ("2025-01-20", "2025-01-31", "2025-02-10", "2025-03-31", "2025-04-01", None)
    with sqlite3.connect(database) as connection:
        for number, due in enumerate(dues, 1):
            connection.execute("UPDATE step SET due = ? WHERE id = ?", (due, number))
    return database


@pytest.fixture
def facts(lived, month) -> MonthFacts:
    """What the product says about the month, gathered now from the records."""
    engine = open_engine(f"sqlite:///{lived}")
    with engine.connect() as connection:
        (county,) = organizations(connection)
    with unit_of_work(engine, LATER, built_in(), organization=county) as uow:
        found = month_facts(uow, month)
    assert found is not None
    return found


class Raw:
    """The rows as they lie there, and a month's two ends."""

    def __init__(self, database: Path, month: Month) -> None:
        self.connection = sqlite3.connect(database)
        self.connection.row_factory = sqlite3.Row
        self.month = month
        self.start, self.end = midnight(month.first), midnight(month.last + timedelta(days=1))

    def all(self, table: str) -> list[sqlite3.Row]:
        return list(self.connection.execute(f"SELECT * FROM {table}"))

    def sent(self, table: str) -> list[sqlite3.Row]:
        return [row for row in self.all(table) if self.start <= moment(row["at"]) < self.end]

    def statuses(self, end: datetime) -> dict[int, str]:
        """step -> its status just before `end`."""
        found = {row["id"]: "not started" for row in self.all("step")}
        for row in sorted(self.all("step_update"), key=lambda r: (moment(r["at"]), r["id"])):
            if row["withdrawn_at"] is None and row["status"] and moment(row["at"]) < end:
                found[row["step_id"]] = row["status"]
        return found


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


def texts(raw: Raw, steps: set[int]) -> list[str]:
    return sorted(row["text"] for row in raw.all("step") if row["id"] in steps)


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_steps_done_started_and_late(lived, month, facts):
    raw = Raw(lived, month)
    before, after = raw.statuses(raw.start), raw.statuses(raw.end)
    done = {step for step in after if after[step] == "done" and before[step] != "done"}
    started = {s for s in after if before[s] == "not started" and after[s] in ("in progress", "blocked")}
    due = {row["id"]: row["due"] for row in raw.all("step") if row["due"]}
    late = {s for s in due if due[s] <= month.last.isoformat() and after[s] not in ("done", "dropped")}
    assert sorted(one.text for one in facts.done) == texts(raw, done)
    assert sorted(one.text for one in facts.started) == texts(raw, started)
    assert sorted(one.text for one in facts.late) == texts(raw, late)
    assert facts.steps_done == sum(status == "done" for status in after.values())
    assert facts.steps_total == 6
    assert sorted(one.text for one in facts.risks) == texts(raw, {s for s in after if after[s] == "blocked"})


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_who_replied_and_who_met(lived, month, facts):
    raw = Raw(lived, month)
    members = {row["person_id"] for row in raw.all("workgroup_member")}
    notes = {row["person_id"] for row in raw.all("meeting_note") if row["month"] == str(month)}
    spoke = {row["person_id"] for table in ("step_update", "story") for row in raw.sent(table)}
    assert (facts.members, facts.replied) == (len(members), len(members & (notes | spoke)))
    held = {r["workgroup_id"] for r in raw.all("meeting") if r["month"] == str(month) and r["state"] == "held"}
    groups = {row["id"]: row["name"] for row in raw.all("workgroup")}
    assert {g.name for g in facts.groups if g.state == "met"} == {groups[one] for one in held}
    assert len(facts.groups) == len(groups)


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_each_strategy(lived, month, facts):
    raw = Raw(lived, month)
    after = raw.statuses(raw.end)
    of = defaultdict(set)
    for row in raw.all("step"):
        of[row["strategy_id"]].add(row["id"])
    titles = {row["title"]: row["id"] for row in raw.all("strategy")}
    spoken = {row["step_id"] for row in raw.sent("step_update") if row["withdrawn_at"] is None}
    for one in facts.strategies:
        steps = of[titles[one.title]]
        open_steps = {s for s in steps if after[s] not in ("done", "dropped")}
        days = [moment(r["at"]).astimezone(ZONE).date() for r in raw.all("step_update")
                if r["step_id"] in steps and moment(r["at"]) < raw.end]  # fmt: skip
        assert (one.done, one.total) == (sum(after[s] == "done" for s in steps), len(steps))
        assert (one.open, one.silent_steps) == (len(open_steps), len(open_steps - spoken))
        assert one.last_update == max(days, default=None)


@pytest.mark.parametrize("month", MONTHS, ids=str)
def test_the_latest_reading_and_its_distance_from_the_pace(lived, month, facts):
    raw = Raw(lived, month)
    known = [r for r in raw.all("reading") if r["month"] <= str(month) and moment(r["at"]) < raw.end]
    latest = max((r["month"], r["value"]) for r in known if not r["population"])
    (goal,) = facts.goals
    assert (goal.data_month, goal.latest) == latest
    ahead = Month.parse(goal.data_month).first.month - 1 if goal.data_month >= "2025-01" else None
    assert goal.gap == (None if ahead is None else pytest.approx(goal.latest - (40 + ahead)))
