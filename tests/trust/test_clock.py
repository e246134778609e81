"""The calendar in ten time zones, through changed clocks and missed ticks: every month once, in its local day."""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

import handlers
from bot.chat.clock import MovableClock
from bot.chat.compose import built_in
from bot.chat.messages import say
from bot.chat.ports import Pace
from bot.delivery import LEASE
from bot.scheduler import JobRunner
from storage import outbox as rows
from storage import pacing
from storage.db import open_engine
from storage.models import ledger, report
from storage.queries.settings import work_calendar
from storage.uow import Destination, unit_of_work
from tests.builders import a_channel, a_plan, a_workgroup, an_organization
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
MONTHS = 60 if FULL else 8
ZONES = (
    "America/Los_Angeles", "America/Phoenix", "Pacific/Honolulu", "America/Anchorage", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo", "Europe/London", "Pacific/Chatham",
)  # fmt: skip


def month_after(day: date, months: int) -> date:
    """The first of a month, so many months later."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


@pytest.mark.parametrize("zone", ZONES)
def test_each_month_once_in_its_local_day(zone, tmp_path, empty_sqlite):
    path = tmp_path / "sipbot.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    engine, tz, chance = open_engine(f"sqlite:///{path}", durable=False), ZoneInfo(zone), random.Random(zone)
    clock = MovableClock(datetime(2026, 1, 15, 12, tzinfo=tz))
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        an_organization(uow, zone=zone)
        a_workgroup(uow, "Forms", (a_plan(uow).strategies["1.1"],))
        calendar = work_calendar(uow)
    outcomes: list[tuple[str, float | None]] = []
    told = {"composer": built_in(), "told": lambda *one: outcomes.append(one)}
    replicas = [JobRunner(engine, clock, handlers.JOBS, **told) for _ in range(2)]
    wanted = {}
    for number in range(MONTHS):
        month, day = month_after(date(2026, 1, 1), number), month_after(date(2026, 1, 1), number + 1)
        while day.weekday() >= 5 or calendar.is_day_off(day):  # is_day_off knows nothing of weekends
            day += timedelta(days=1)
        wanted[f"{month:%Y-%m}"] = datetime.combine(day, time(9), tz).astimezone(UTC)
    for due in wanted.values():
        # Around the moment, with the clock put two hours forward and back again; and now and then not before evening.
        late = timedelta(hours=chance.choice((0, 0, 0, 9)))
        for moment in (timedelta(hours=-2.01), timedelta(seconds=-1), late, timedelta(hours=-2), timedelta(hours=2)):
            clock.move_to(due + moment)
            for replica in chance.sample(replicas, 2):
                replica.tick()
    with engine.connect() as connection:
        done = connection.execute(select(report.c.period, report.c.published_at).where(report.c.kind == "rollup")).all()
        closed = connection.execute(select(ledger.c.period, ledger.c.at).where(ledger.c.job == "month_close")).all()
    engine.dispose()
    wrong = [p for p, at in done if not wanted[p] <= at or at.astimezone(tz).date() != wanted[p].astimezone(tz).date()]
    failed = [job for job, late in outcomes if late is None]
    early = [p for p, at in closed if f"{at.astimezone(tz):%Y-%m}" <= p]
    record(
        "month ends, DST, missed ticks and clock jumps of ±2 h: the roll-up",
        f"{zone}, {MONTHS} months, two replicas",
        f"{len(done)} of {MONTHS} published, {len(done) - len({p for p, _ in done})} doubled, "
        f"{len(wrong)} early or on another day, {len(failed)} jobs failed",
    )
    assert sorted(p for p, _ in done) == sorted(wanted)
    assert (wrong, early, failed) == ([], [], [])


def test_a_clock_that_was_wrong_holds_up_nobody(engine, work, clock):
    """Moments and rows written two hours ahead do not stall the queue once the clock is put right."""
    right = clock.read()
    clock.move_to(right + timedelta(hours=2))
    with work() as uow:
        uow.post("prompt", Destination(channel_id=a_channel(uow, "forms")), say("one"), key="one")
    pace = Pace(conversation=1.0, workspace=0.25)
    ahead = clock.read().timestamp()
    pacing.take(engine, pace, "T1", "T1:C1", ahead, ahead + 60)
    clock.move_to(right)
    turn = pacing.take(engine, pace, "T1", "T1:C1", right.timestamp(), right.timestamp() + 60)
    claimed = len(rows.claim(engine, "right", right, LEASE, 5))
    record(
        "clock put back by 2 h",
        f"delivery ({engine.dialect.name})",
        f"next post after {turn.at - right.timestamp():.2f} s; {claimed} of 1 row due at once",
    )
    assert (turn, claimed) == (pacing.Turn(right.timestamp(), ours=True), 1)


def test_a_clock_two_hours_ahead_does_not_take_back_what_is_claimed_for_ever(engine, work, clock):
    """A lease written by it ends when it says; nobody else sends the row meanwhile."""
    with work() as uow:
        uow.post("prompt", Destination(channel_id=a_channel(uow, "forms")), say("one"), key="one")
    assert len(rows.claim(engine, "ahead", clock.read() + timedelta(hours=2), LEASE, 5)) == 1
    assert rows.claim(engine, "right", clock.read(), LEASE, 5) == []
