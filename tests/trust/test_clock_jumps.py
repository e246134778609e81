"""Two replicas share a queue while a clock is wrong, or jumps: what one of them is sending the other does not send."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.chat.clock import SteadyClock, SystemClock
from bot.chat.compose import built_in
from bot.chat.messages import say
from bot.chat.ports import Pace
from bot.delivery import LEASE, Delivery
from bot.keys import Keys
from storage import outbox as rows
from storage import pacing
from storage.db import insert_into, time_of
from storage.installations import RENEWING, Installations
from storage.models import outbox, slack_installation
from storage.uow import Destination
from tests.builders import a_channel
from tests.install_house import KEY
from tests.trust.table import record

AHEAD = timedelta(hours=2)
LOOKS = 6
SHIFTS = pytest.mark.parametrize("shift", [AHEAD, -AHEAD], ids=["forward", "back"])


class World:
    """The time that everybody goes by, which may jump, and seconds, which do not."""

    def __init__(self) -> None:
        self.passed, self.shift = 0.0, timedelta(0)

    def time(self) -> datetime:
        return datetime(2026, 3, 2, 18, tzinfo=UTC) + timedelta(seconds=self.passed) + self.shift

    def seconds(self) -> float:
        return self.passed

    def clock(self) -> SteadyClock:
        return SteadyClock(self.time, self.seconds)


class Slow:
    """A platform that takes a post when it is let, and cannot be asked for it."""

    platform, pace = "console", Pace()

    def __init__(self) -> None:
        self.begun, self.letting = 0, asyncio.Event()

    async def send(self, post):
        self.begun += 1
        await self.letting.wait()
        return f"t{self.begun}"

    async def find(self, post):
        return None


@pytest.fixture
def looks(monkeypatch):
    """Counts the looks into the queue."""
    claim, seen = rows.claim, []

    def counted(*arguments, **how):
        seen.append(1)
        return claim(*arguments, **how)

    monkeypatch.setattr(rows, "claim", counted)
    return seen


@pytest.fixture
def a_post(work):
    with work() as uow:
        uow.post("prompt", Destination(channel_id=a_channel(uow, "forms")), say("one"), key="one")


@asynccontextmanager
async def running(engine, clock, platform):
    """A replica's delivery; killed at the end where it is not done."""
    delivery = Delivery(engine, clock, [platform], composer=built_in())
    task = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        delivery.close()
        await asyncio.wait({task}, timeout=5)
        task.cancel()


async def until(delivery, true):
    for _ in range(500):
        if true():
            return
        delivery.wake()
        await asyncio.sleep(0.01)
    raise AssertionError("it does not come")


def state(engine):
    with engine.connect() as connection:
        return connection.execute(select(outbox.c.state)).scalar_one()


async def test_a_replica_whose_machine_is_two_hours_ahead_takes_nothing_from_another(engine, a_post, looks):
    """On PostgreSQL it goes by the server's clock. On SQLite both are on one machine, whose clock was just put ahead."""
    platform = Slow()
    right = SteadyClock(time_of(engine, SystemClock().read))
    ahead = SteadyClock(time_of(engine, lambda: SystemClock().read() + AHEAD))
    async with running(engine, right, platform) as first:
        await until(first, lambda: platform.begun)
        async with running(engine, ahead, platform) as second:
            before = len(looks)
            await until(second, lambda: len(looks) > before + LOOKS)
        platform.letting.set()
        await until(first, lambda: state(engine) == "sent")
    apart = abs(ahead.read() - right.read()) < timedelta(minutes=1)
    kind = engine.dialect.name
    setting = f"{kind}, a slow post under way, {LOOKS} looks of the other"
    record("a replica whose machine is 2 h ahead", setting, f"{platform.begun - 1} doubled")
    assert platform.begun == 1
    assert apart == (kind == "postgresql")


@SHIFTS
async def test_when_the_time_jumps_nothing_under_way_is_taken_over(engine, a_post, looks, shift):
    """Both replicas have lived for an hour; the jump comes in the middle of a post."""
    platform, world = Slow(), World()
    clocks = [world.clock(), world.clock()]
    world.passed += 3600
    async with running(engine, clocks[0], platform) as first, running(engine, clocks[1], platform) as second:
        await until(first, lambda: platform.begun)
        world.shift = shift
        for _ in range(2):
            before = len(looks)
            await until(first, lambda before=before: len(looks) > before + LOOKS)
            await until(second, lambda before=before: len(looks) > before + 2 * LOOKS)
            world.passed += LEASE.total_seconds() / 2 - 1
        platform.letting.set()
        await until(first, lambda: state(engine) == "sent")
        world.passed += LEASE.total_seconds()
        before = len(looks)
        await until(second, lambda: len(looks) > before + LOOKS)
    record(
        f"the clock all replicas go by jumps 2 h {'forward' if shift == AHEAD else 'back'}",
        f"{engine.dialect.name}, two replicas, a slow post under way",
        f"{platform.begun - 1} doubled, {int(state(engine) != 'sent')} lost",
    )
    assert platform.begun == 1


@SHIFTS
async def test_what_a_dead_replica_left_is_taken_over_one_lease_after_the_jump(engine, a_post, looks, shift):
    platform, world = Slow(), World()
    clock = world.clock()
    world.passed += 3600
    assert len(rows.claim(engine, "dead", world.time(), LEASE, 1)) == 1
    world.shift = shift
    platform.letting.set()
    async with running(engine, clock, platform) as living:
        await until(living, lambda: len(looks) > LOOKS)
        world.passed += LEASE.total_seconds() - 1
        await until(living, lambda: len(looks) > 2 * LOOKS)
        assert platform.begun == 0
        world.passed += 2
        await until(living, lambda: state(engine) == "sent")
    assert platform.begun == 1


async def test_who_comes_for_a_moment_only_takes_what_a_dead_replica_left(engine, a_post):
    """`sipbot worker --once` never lives as long as a lease."""
    platform, world = Slow(), World()
    rows.claim(engine, "dead", world.time(), LEASE, 1)
    world.passed += LEASE.total_seconds()
    platform.letting.set()
    clock = world.clock()
    clock.steady_for()  # as an application that starts does
    await Delivery(engine, clock, [platform], composer=built_in()).drain()
    assert (platform.begun, state(engine)) == (1, "sent")


@SHIFTS
def test_a_token_that_one_replica_renews_no_other_does_after_a_jump(engine, work, shift):
    world, keys = World(), Keys.of(KEY)
    stores = [Installations(engine, world.clock(), keys, "UTC") for _ in range(2)]
    world.passed += 3600
    with work() as uow:
        _install(uow, keys)
    assert stores[0].begin_renewal("T1", 1) == "refresh"
    world.shift = shift
    assert [store.begin_renewal("T1", 1) for store in stores] == [None, None]
    world.passed += RENEWING.total_seconds() + 1  # it is dead
    assert [store.begin_renewal("T1", 1) for store in stores] == ["refresh", None]


def _install(uow, keys):
    sealed = keys.seal("slack tokens", "slack T1 refresh", "refresh")
    values = {"organization_id": uow.organization.id, "workspace": "T1", "generation": 1, "refresh_token": sealed}
    values |= {"app_id": "A1", "bot_user": "U1", "scopes": "", "installed_by": "U2", "installed_at": uow.at}
    values |= {"bot_token": "", "expires_at": uow.at}
    uow.rows(insert_into(uow.connection, slack_installation).values(values))


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
