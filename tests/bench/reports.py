"""`python -m tests.bench.reports`: what a roll-up costs for one county, for longer histories and for a whole state.

Measured is gathering the facts, composing the page and the digest, and rendering both (Slack blocks and HTML), without
the chart's picture. Every figure is the fastest of some rounds, as CPU time of this process and as wall clock: other
work on the machine makes the clock slower, not the work longer. PostgreSQL does its part in a process of its own, so
there the wall clock counts.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine, event

from bot.chat.compose import built_in
from bot.chat.markdown import to_blocks
from bot.chat.messages import Chart, Message
from bot.renderers.html import page as html_page
from bot.renderers.html import to_html
from bot.renderers.slack_blocks import message_blocks
from handlers.rollup import pages
from storage.db import open_engine
from storage.migrate import migrate
from storage.queries.facts import month_facts
from storage.queries.people import Organization
from storage.uow import reading_work
from tests.bench.county import LAST, UPDATES, make_county
from tests.bench.databases import analyze, databases
from tests.bench.processes import ROOT

ROUNDS = 7
NOW = datetime(2026, 11, 2, 17, tzinfo=UTC)
HISTORIES = (1, 4, 16)  # times five years
COUNTIES = 58


def rollup(engine: Engine, organization: Organization) -> int:
    """The whole way of one roll-up; how many characters came out."""
    with reading_work(engine, NOW, built_in(), organization) as uow:
        facts = month_facts(uow, LAST)
        assert facts is not None
        page, digest = pages.page(uow, facts), pages.digest(uow, facts, "token", "")
    html = html_page(page.short(), to_html(_without_chart(page)))
    return len(html) + len(str(message_blocks(_without_chart(digest))))


def _without_chart(message: Message) -> Message:
    return replace(message, blocks=tuple(block for block in message.blocks if not isinstance(block, Chart)))


def best(engine: Engine, organization: Organization) -> tuple[float, float, int]:
    """(CPU milliseconds, wall milliseconds, statements) of one roll-up, the fastest of ROUNDS."""
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    rollup(engine, organization)  # templates and statements are compiled once a process
    cpu, wall = [], []
    for _ in range(ROUNDS):
        statements.clear()
        to_blocks.cache_clear()  # another month's text would have to be parsed
        began, worked = time.perf_counter(), time.process_time()
        rollup(engine, organization)
        cpu.append(time.process_time() - worked)
        wall.append(time.perf_counter() - began)
    return min(cpu) * 1000, min(wall) * 1000, len(statements)


def bench_history() -> None:
    """One county, with one, four and sixteen times five years behind it."""
    for times in HISTORIES:
        with databases() as urls:
            for name, url in urls.items():
                engine = open_engine(url)
                migrate(engine)
                with engine.begin() as connection:
                    county = make_county(connection, "Larkspur County", times)
                analyze(engine)
                cpu, wall, statements = best(engine, county)
                print(
                    f"roll-up on {name}, {UPDATES * times:,} updates in {5 * times} years: {cpu:.0f} ms CPU, "
                    f"{wall:.0f} ms wall, {statements} statements (under 150 ms)"
                )
                engine.dispose()


PDF = """
import time
began = time.perf_counter()
from tests.golden.test_pdf import NEWSLETTER
from bot.renderers.pdf import to_pdf
loaded = time.perf_counter()
to_pdf(NEWSLETTER)
first = time.perf_counter()
to_pdf(NEWSLETTER)
print(first - loaded, time.perf_counter() - first)
"""


def bench_pdf() -> None:
    """A newsletter of some 650 words with its chart, in fresh processes: the first, with its libraries and fonts to be
    loaded, and the next."""
    runs = [
        subprocess.run([sys.executable, "-c", PDF], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
        for _ in range(5)
    ]
    first, later = (statistics.median(float(run[number]) for run in runs) for number in (0, 1))
    print(f"newsletter as PDF: {first:.2f} s the first time, {later * 1000:.0f} ms after it (under 1 s)")


def bench_state() -> None:
    """58 counties, one after the other in one worker."""
    with databases() as urls:
        engine = open_engine(urls["SQLite"])
        migrate(engine)
        with engine.begin() as connection:
            counties = [make_county(connection, f"County {n}", updates=UPDATES // 10) for n in range(COUNTIES)]
        began, worked = time.perf_counter(), time.process_time()
        for county in counties:
            rollup(engine, county)
        cpu, wall = time.process_time() - worked, time.perf_counter() - began
        print(f"roll-ups of {COUNTIES} counties: {cpu:.1f} s CPU, {wall:.1f} s wall (under 30 s)")
        engine.dispose()


if __name__ == "__main__":
    bench_history()
    bench_pdf()
    bench_state()
