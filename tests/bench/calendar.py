"""What it costs to look at a county's calendar where nothing is due: a worker does it for every county, every 20 seconds."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime

import handlers
from bot.chat.clock import MovableClock
from bot.chat.compose import built_in
from bot.scheduler import TICK_SECONDS, JobRunner
from storage.db import open_engine
from storage.migrate import migrate
from storage.queries import people
from storage.uow import unit_of_work
from tests.bench.databases import databases
from tests.builders import a_plan, a_workgroup

COUNTIES, WORKGROUPS, ROUNDS = 100, 9, 5
NOW = datetime(2026, 3, 2, 18, tzinfo=UTC)


def bench_calendar() -> None:
    with databases() as urls:
        for name, url in urls.items():
            engine = open_engine(url)
            migrate(engine)
            for number in range(COUNTIES):
                with unit_of_work(engine, NOW, built_in()) as uow:
                    uow.organization = people.create_organization(uow.connection, f"County {number}", "UTC", uow.at)
                    strategy = a_plan(uow).strategies["1.1"]
                    for group in range(WORKGROUPS):
                        a_workgroup(uow, f"Group {number}.{group}", () if group else (strategy,))
            runner = JobRunner(engine, MovableClock(NOW), handlers.JOBS, composer=built_in())
            runner.tick()
            looks = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                runner.tick()
                looks.append((time.perf_counter() - began) / COUNTIES)
            engine.dispose()
            one = statistics.median(looks)
            print(
                f"a look at a county's calendar, {name}: {one * 1000:.1f} ms, "
                f"so one worker looks at {TICK_SECONDS / one:,.0f} counties every {TICK_SECONDS} s"
            )


if __name__ == "__main__":
    bench_calendar()
