"""The database goes away, fills up, is locked or lost, while people write: no receipt without a commit, nothing lost."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.trust.cluster import Wire
from tests.trust.outage import NOTHING_WRONG, a_house, compared, each, hurry, prepare, prompts_sent
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
RESTARTS, COMMANDS, EVENTS, PROMPTS = (30, 1500, 300, 300) if FULL else (4, 80, 20, 20)
CUTS = 40 if FULL else 4


@pytest.fixture(autouse=True)
def _hurry(monkeypatch):
    hurry(monkeypatch)


@pytest.fixture
def fresh(cluster):
    """The cluster's address, with an empty database behind it."""
    cluster.empty()
    return cluster.url


@pytest.mark.slow
async def test_postgresql_restarted_again_and_again(cluster, fresh):
    engine = prepare(fresh, PROMPTS)
    commands, events = range(COMMANDS), range(COMMANDS, COMMANDS + EVENTS)
    async with a_house(fresh) as house:
        writing = asyncio.gather(each(house.tell, commands, 0.05), each(house.mention, events, 0.1))
        restarts = 0
        for number in range(RESTARTS):
            await asyncio.sleep(0.4)
            await asyncio.to_thread(cluster.restart, ("fast", "immediate")[number % 2])
            restarts += 1
        await writing
        await house.settled(prompts_sent(engine, PROMPTS))
        found = compared(engine, house, PROMPTS, events)
    told = house.told
    engine.dispose()
    record(
        "database restarted",
        f"PostgreSQL, {restarts} restarts (fast, immediate), {COMMANDS} commands, {EVENTS} events, {PROMPTS} prompts",
        f"{found.receipts_without_a_row} receipts without a row, {found.rows_called_not_saved} rows called not saved, "
        f"{found.doubled} doubled, {found.events_lost} events and {found.prompts_lost} prompts lost, "
        f"{found.prompts_doubled} prompts doubled; {len(told.saved)} saved, {len(told.not_saved)} told “not saved”, "
        f"{len(told.not_known)} told it is not known",
    )
    assert (found, told.else_, told.commands) == (NOTHING_WRONG, [], COMMANDS)
    assert len(told.saved) > COMMANDS / 4


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_connection_lost_at_the_commit_is_looked_into(cluster, fresh, moment):
    """The same answer whether the server did it or not: it is asked."""
    engine = prepare(fresh, 0)
    async with Wire(cluster.port) as wire, a_house(fresh.replace(str(cluster.port), str(wire.port))) as house:
        house.app.scheduler.stop()
        for number in range(CUTS):
            await asyncio.sleep(0.1)
            wire.cut = [moment]
            await house.tell(number)
        house.app.scheduler.start()
        found = compared(engine, house, 0)
    told, broken = house.told, wire.broken
    engine.dispose()
    record(
        "connection lost at the commit",
        f"PostgreSQL, {CUTS} times {moment} the server did it",
        f"{len(told.saved)} answered with a receipt after a second look, {found.receipts_without_a_row} of them without "
        f"a row, {found.doubled} doubled",
    )
    assert (found, told.else_, len(told.saved), broken) == (NOTHING_WRONG, [], CUTS, CUTS)
