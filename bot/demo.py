"""`sipbot demo`: Larkspur County up to today, in a SQLite file of its own, and the application that serves it.

It answers the local console and, on this machine, Microsoft's Agents Playground, whose person is an administrator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import time
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from bot.adapters.console import DIRECT
from bot.app import App, build
from bot.chat.clock import Clock, MovableClock, TravellingClock
from bot.chat.compose import built_in
from bot.config import alone
from bot.domain.cadence import local_time
from bot.domain.periods import Month
from bot.domain.plan_import import Line, parse_plan
from bot.sample.words import LARKSPUR_GROUPS
from bot.simulation import Cast, Simulation, make_cast
from storage.db import open_engine
from storage.migrate import migrate
from storage.plan_store import Source, store_plan
from storage.queries.people import Organization, create_organization
from storage.queries.plan import StrategyView, strategies
from storage.uow import UnitOfWork, unit_of_work

ZONE = "America/Los_Angeles"
HISTORY = 5  # months
SEED = 7
_ORGANIZED_AT = time(8)
# Whoever sits in front of the Playground as it comes: https://www.npmjs.com/package/@microsoft/m365agentsplayground
PLAYGROUND_USER = "00000000-0000-0000-0000-0000000000020"
_WARNING = 30  # log level: the history of a demo is not news


def prepare_demo(folder: Path, clock: Clock, port: int) -> App:
    """Make the demo's database anew, live through its history, and wire the application with a clock to travel on."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("demo.sqlite3*"):
        old.unlink()
    settings = alone(
        database_url=f"sqlite:///{folder / 'demo.sqlite3'}",
        public_url=f"http://127.0.0.1:{port}",
        sipbot_zone=ZONE,
        sipbot_admins=PLAYGROUND_USER,
    )
    engine = open_engine(settings.database_url, durable=False)
    migrate(engine)
    start = Month.of(clock.read().date()).plus(-HISTORY)
    past = MovableClock(local_time(start.first, _ORGANIZED_AT, ZoneInfo(ZONE)))
    with unit_of_work(engine, past.read(), built_in()) as uow:
        organization, cast = _county(uow, start)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(_WARNING))
    from bot.adapters.teams import TeamsSettings  # its SDK takes a second to import

    before = build(settings, clock=past, console=True, engine=engine)
    asyncio.run(Simulation(before, past, organization, cast, end=clock.read(), seed=SEED).run())
    application = build(settings, clock=TravellingClock(clock), console=True, engine=engine, teams=TeamsSettings())
    _mark_read(application)
    return application


def _mark_read(application: App) -> None:
    """Five months are behind everybody: what is unread from here on has happened since."""
    if application.console is None:
        return
    chat = application.console.chat
    for person in chat.world.people():
        places = [channel.id for channel in chat.world.channels(person.user)]
        for place in (*places, DIRECT + person.user):
            chat.store.mark_read(person.user, place)


def _county(uow: UnitOfWork, start: Month) -> tuple[Organization, Cast]:
    text = files("bot.sample").joinpath("plan.md").read_text("utf-8").format(**_dates(start))
    document = parse_plan([Line(number, line) for number, line in enumerate(text.splitlines(), 1)])
    uow.organization = create_organization(uow.connection, "Larkspur County", ZONE, uow.at)
    store_plan(uow, document, Source("plan.md", ""))
    by_ref: dict[str, StrategyView] = {ref: s for s in strategies(uow) for ref in s.refs}
    groups: dict[str, Sequence[StrategyView]] = {
        name: [by_ref[ref] for ref in refs] for name, refs in LARKSPUR_GROUPS.items()
    }
    cast = make_cast(uow, SEED, start, groups=groups, members=4, step=2)
    return uow.organization, cast


def _dates(start: Month) -> dict[str, str]:
    """The sample plan's dates, counted in months from its start, as its tables write them."""
    months = {
        "start": 0, "due_2": 2, "due_3": 3, "due_4": 4, "due_5": 5, "due_6": 6, "due_8": 9,
        "report_1": 12, "report_2": 24, "end": 25,
    }  # fmt: skip
    found = {name: start.plus(count).last for name, count in months.items()} | {"start": start.first}
    return {name: f"{day:%m/%d/%Y}" for name, day in found.items()}
