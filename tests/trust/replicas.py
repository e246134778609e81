"""Replicas of the whole application that are killed again and again: `python -m tests.trust.replicas URL PLATFORM:SINK
FIRST_PORT COUNT SEED [calm|seldom]`.

One process imports everything and forks the replicas, so that a new one is there within milliseconds. Every 0.05 to
0.35 s one is killed with SIGKILL and another begins on its port. None lives for as long as a lease there, so none may
take over by the clock of life, and they have one that says it never jumped; with `seldom` they have that of life and
live long enough. With `calm` none is killed, and the pace is slower. A line on standard input ends the killing (the
replicas go on); the end of the input ends everything. Prints how many were killed.
"""

from __future__ import annotations

import asyncio
import os
import random
import select
import signal
import sys
from datetime import UTC, datetime, timedelta

from aiohttp import ClientTimeout, web

import bot.adapters.slack.adapter
import bot.adapters.slack.outbound
import bot.adapters.teams.adapter
import bot.adapters.teams.connector
import bot.delivery
import bot.limits
import bot.scheduler
from bot.adapters.teams import TeamsSettings
from bot.app import build
from bot.chat.clock import SteadyClock, SystemClock, TravellingClock
from bot.chat.ports import Pace
from bot.config import load
from storage.db import open_engine, reading, time_of
from tests.fake_teams import APP
from tests.fake_teams import SECRET as TEAMS_SECRET
from tests.teams_people import TENANT

SECRET, TOKEN = "trust-signing-secret", "xoxb-test"  # the fake Slack's
AT = datetime(2026, 3, 5, 17, 1, tzinfo=UTC)  # Thursday 09:01 in California, three working days before 10 March
PACE = Pace(conversation=0.1, workspace=0.02)  # Slack's own, ten times as fast
CALM = Pace(conversation=0.5, workspace=0.1)  # twice as fast: any machine could post quicker
SLOWER = Pace(conversation=0.1, workspace=0.1)  # so that there is something left to take over
OFTEN, SELDOM = (0.05, 0.35), (1.0, 3.0)  # seconds between two kills


def hurry(pace: Pace = PACE) -> None:
    """Shorter waits than in life, in the same order, so that a killed replica's posts are taken over within the test."""
    bot.scheduler.TICK_SECONDS, bot.scheduler.REST = 0.25, timedelta(seconds=0.1)
    bot.delivery.LEASE, bot.delivery.LONGEST_SEND = timedelta(seconds=4), timedelta(seconds=2.5)
    bot.delivery.FIRST_BACKOFF = 0.05
    bot.adapters.slack.outbound.TIMEOUT = 1
    bot.limits.COMMANDS = 10**9  # seven people say it all, which is what is not tested here
    bot.adapters.slack.adapter.SlackAdapter.pace = pace
    bot.adapters.teams.adapter.TeamsAdapter.pace = pace
    bot.adapters.teams.connector.TIMEOUT = ClientTimeout(total=1)


async def replica(url: str, api: str, port: int, shift: timedelta, mode: str) -> None:
    """Everything in one process, until killed."""
    engine = open_engine(url)
    clock = TravellingClock(SteadyClock(time_of(engine, SystemClock().read)) if mode == "seldom" else SystemClock())
    clock.move_to(SystemClock().read() + shift)
    platform, _, sink = api.partition(":")
    if platform == "teams":
        teams = TeamsSettings(APP, TEAMS_SECRET, TENANT, login_url=sink, metadata_url=f"{sink}/openid")
        app = build(load(_env_file=None, database_url=url), clock=clock, engine=engine, teams=teams, console=False)
    else:
        slack = {"slack_bot_token": TOKEN, "slack_signing_secret": SECRET, "slack_api_url": f"{sink}/api/"}
        app = build(load(_env_file=None, database_url=url, **slack), clock=clock, engine=engine)
    runner = web.AppRunner(app.web, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, reuse_address=True, reuse_port=True).start()
    await app.start()
    await asyncio.Event().wait()


def warm(url: str) -> None:
    """The database's driver is imported once, before the fork: no replica lives long enough to do it itself."""
    engine = open_engine(url)
    with reading(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    engine.dispose()


def fork(url: str, api: str, port: int, shift: timedelta, mode: str) -> int:
    """A new replica's process id."""
    if pid := os.fork():
        return pid
    try:
        log = os.open(os.devnull, os.O_WRONLY)
        os.dup2(log, 1)
        os.dup2(log, 2)
        asyncio.run(replica(url, api, port, shift, mode))
    finally:
        os._exit(1)


def told(seconds: float) -> str | None:
    """A line from standard input within so many seconds; "" at its end."""
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    return sys.stdin.readline() if ready else None


def main() -> None:
    url, api, first, count, seed = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
    mode = "".join(sys.argv[6:])
    hurry({"seldom": SLOWER, "calm": CALM}.get(mode, PACE))
    warm(url)
    chance, shift = random.Random(seed), AT - SystemClock().read()
    pids = {port: fork(url, api, port, shift, mode) for port in range(first, first + count)}
    killed, killing = 0, mode != "calm"
    try:
        while (said := told(chance.uniform(*SELDOM if mode == "seldom" else OFTEN))) != "":
            killing = killing and said is None
            port = chance.choice(list(pids))
            if killing:
                os.kill(pids[port], signal.SIGKILL)
                os.waitpid(pids[port], 0)
                killed += 1
                pids[port] = fork(url, api, port, shift, mode)
    finally:
        for pid in pids.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    print(killed, flush=True)


if __name__ == "__main__":
    main()
