"""The clock pokes, the database decides: APScheduler only calls `JobRunner.tick`, which may run anywhere, any time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine, delete

from bot.chat.clock import Clock
from bot.chat.compose import Composer
from bot.chat.jobs import Due, JobSpec
from storage import restored
from storage.db import reading
from storage.models import inbox
from storage.queries.people import Organization, organizations
from storage.uow import UnitOfWork, reading_work, unit_of_work

log = structlog.get_logger()

TICK_SECONDS = 20
# No platform delivers again after a day; the replies kept for it are private, so not longer than needed.
REMEMBERED = timedelta(days=3)
FORGET_EVERY = timedelta(hours=1)


class JobRunner:
    """Runs what is due: each due thing in a transaction of its own, together with its ledger row."""

    def __init__(
        self, engine: Engine, clock: Clock, jobs: Iterable[JobSpec], *, composer: Composer, public_url: str = ""
    ) -> None:
        self._engine, self._clock, self._composer = engine, clock, composer
        self._jobs, self._public_url = tuple(jobs), public_url
        self._forgot = datetime.min.replace(tzinfo=UTC)

    def tick(self) -> int:
        """Do all that is due now in every organization; how many things were done."""
        with reading(self._engine) as connection:
            known = organizations(connection)
        self._forget()
        return sum(self._run(organization, job) for organization in known for job in self._jobs)

    def _forget(self) -> None:
        """Once an hour, let go of deliveries too old to come again."""
        at = self._clock.read()
        if at - self._forgot < FORGET_EVERY:
            return
        self._forgot = at
        with self._engine.begin() as connection:
            connection.execute(delete(inbox).where(inbox.c.at < at - REMEMBERED))

    def _run(self, organization: Organization, job: JobSpec) -> int:
        try:
            with reading_work(self._engine, self._clock.read(), self._composer, organization) as uow:
                due = list(job.due(uow))
        except Exception:
            log.exception("job cannot say what is due", job=job.name, organization=organization.id)
            return 0
        return sum(self._do(organization, job, one) for one in due)

    def _do(self, organization: Organization, job: JobSpec, due: Due) -> bool:
        """One due thing; False if another replica was first or it failed (then it stays due)."""
        try:
            with self._open(organization) as uow:
                if not uow.once(job.name, due.subject, due.period):
                    return False
                uow.may_be_there = restored.lately(uow.connection, organization.id, uow.at)
                job.run(uow, due)
        except Exception:
            log.exception("job failed", job=job.name, subject=due.subject, period=due.period)
            return False
        log.info("job done", job=job.name, subject=due.subject, period=due.period)
        return True

    def _open(self, organization: Organization) -> AbstractContextManager[UnitOfWork]:
        return unit_of_work(self._engine, self._clock.read(), self._composer, self._public_url, organization)


class Scheduler:
    """APScheduler, poking the job runner every few seconds. Its memory store holds nothing we need: a stopped or a
    doubled scheduler changes no outcome."""

    def __init__(self, runner: JobRunner, then: Callable[[], None]) -> None:
        self._runner, self._then = runner, then
        self._scheduler = AsyncIOScheduler(timezone="UTC")

    def start(self) -> None:
        """Needs a running event loop."""
        self._scheduler.add_job(
            self._poke, "interval", seconds=TICK_SECONDS, max_instances=1, coalesce=True, misfire_grace_time=None
        )
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    async def _poke(self) -> None:
        await asyncio.to_thread(self._runner.tick)
        self._then()
