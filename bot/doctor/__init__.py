"""`sipbot doctor`: every common fault in a sentence that says what to do. Nothing is written and nothing is posted."""

from __future__ import annotations

from bot.chat.clock import Clock
from bot.config import Settings
from bot.doctor import here, services
from bot.doctor.findings import Findings
from storage.db import open_engine
from storage.health import database_faults

__all__ = ["Findings", "examine"]


async def examine(settings: Settings, clock: Clock) -> Findings:
    """All that is wrong with settings, database, queue and the services it talks to."""
    found = Findings()
    engine = open_engine(settings.database_url)
    here.settings(found, settings)
    here.disk(found, engine)
    faults = list(database_faults(engine))
    found.faults += faults
    if not faults:
        here.apart(found, engine)
        here.clock(found, engine, clock)
        here.queue(found, engine, clock)
        here.jobs(found, engine, clock)
    await services.slack(found, settings, clock, None if faults else engine)
    await services.teams(found, settings)
    await services.mail(found, settings, clock)
    await services.public_url(found, settings)
    engine.dispose()
    return found
