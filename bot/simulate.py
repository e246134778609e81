"""`sipbot simulate`: a plan file, some months, a folder of what came out."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from rich.console import Console
from rich.progress import Progress

from bot.app import build
from bot.chat.clock import MovableClock
from bot.chat.compose import built_in
from bot.config import alone
from bot.domain.periods import Month
from bot.domain.plan_import import parse_plan, read_document
from bot.simulation import Simulation, end_of, make_cast, write_out
from storage.db import open_engine
from storage.migrate import migrate
from storage.plan_store import Source, organization_name, store_plan
from storage.queries.people import create_organization
from storage.uow import unit_of_work

ZONE = "America/Los_Angeles"
DATABASE = "simulation.sqlite3"  # a name that no county's own database has: the last simulation's is removed


def simulate_plan(plan: Path, start: str, months: int, folder: Path, seed: int, console: Console) -> dict[str, int]:
    """Live through the months and write the folder; counts of posts, acts and reports. Raises NotAPlan for a file
    that is no plan and ValueError for a month that is none."""
    document = parse_plan(read_document(plan))
    first = Month.parse(start)
    settings = alone(database_url=f"sqlite:///{_new_database(folder)}", sipbot_zone=ZONE)
    engine = open_engine(settings.database_url, durable=False)
    migrate(engine)
    clock = MovableClock(datetime.fromisoformat(f"{first}-01T08:00:00+00:00"))
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        name = organization_name(document)
        uow.organization = create_organization(uow.connection, name, ZONE, uow.at)
        store_plan(uow, document, Source.of(plan))
        cast = make_cast(uow, seed, first)
        organization = uow.organization
    application = build(settings, clock=clock, console=True, engine=engine)
    end = end_of(first, months, organization.tz)
    simulation = Simulation(application, clock, organization, cast, end=end, seed=seed)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with Progress(console=console, transient=True) as progress:
        days = (end - clock.read()) / timedelta(days=1)
        task = progress.add_task(f"{name}, {first.title} and on", total=days)
        began = clock.read()
        asyncio.run(simulation.run(lambda at: progress.update(task, completed=(at - began) / timedelta(days=1))))
    counts = write_out(simulation, folder)
    engine.dispose()
    return counts


def _new_database(folder: Path) -> Path:
    """Where a simulation keeps its rows, the last one's removed."""
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / DATABASE
    for old in (database, *(folder / f"{database.name}-{kind}" for kind in ("wal", "shm"))):
        old.unlink(missing_ok=True)
    return database
