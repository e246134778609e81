"""The clock pokes, the database decides: APScheduler only calls `JobRunner.tick`, which may run anywhere, any time."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Engine, delete
from structlog.contextvars import bound_contextvars

from bot import watch
from bot.chat.clock import Clock
from bot.chat.compose import Composer
from bot.chat.jobs import Due, JobSpec
from bot.logs import new_reference
from bot.watch import GAP, Ran, Tick
from storage import restored
from storage.db import reading
from storage.models import inbox
from storage.queries.people import Organization, organizations
from storage.uow import reading_work, unit_of_work
from storage.watching import beat, take_looks

log = structlog.get_logger()

TICK_SECONDS = 20
REST = timedelta(seconds=TICK_SECONDS / 2)  # after a look at an organization's calendar, before any replica's next
AT_ONCE = 20  # organizations that a replica takes for itself: seconds of work
# No platform delivers again after a day; the replies kept for it are private, so not longer than needed.
REMEMBERED = timedelta(days=3)
FORGET_EVERY = timedelta(hours=1)

Told = Callable[[str, float | None], None]


def _nobody(_job: str, _lag: float | None) -> None:
    """Nobody counts."""


class JobRunner:
    """Runs what is due: each due thing in a transaction of its own, together with its ledger row. `told` hears of every
    one that was done how many seconds after it was due, or None of one that failed."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        jobs: Iterable[JobSpec],
        *,
        composer: Composer,
        public_url: str = "",
        told: Told = _nobody,
    ) -> None:
        self._engine, self._clock, self._composer = engine, clock, composer
        self._jobs, self._public_url, self._told = tuple(jobs), public_url, told
        self._forgot = datetime.min.replace(tzinfo=UTC)

    def tick(self) -> int:
        """Do all that is due now in every organization; how many things were done."""
        now = self._clock.read()
        return sum(len(self._looked(one, now, now).done) for one in self._known())

    def watchful_tick(self) -> None:
        """A tick of a process that goes on: what came late, or waits too long, is told to those who can mend it."""
        since = beat(self._engine, self._clock.read(), GAP)
        for organization, looked in self._shared(self._known()):
            for job in watch.jobs(self._looked(organization, since, looked)):
                self._run(organization, job)

    def _known(self) -> list[Organization]:
        self._forget()
        with reading(self._engine) as connection:
            return organizations(connection)

    def _shared(self, known: Sequence[Organization]) -> Iterator[tuple[Organization, datetime]]:
        """Those that no other replica has just looked at, each with its last look; beginning anywhere so that all
        replicas are of use."""
        start = random.randrange(len(known) or 1)
        turned = [*known[start:], *known[:start]]
        for at in range(0, len(turned), AT_ONCE):
            some = turned[at : at + AT_ONCE]
            ours = take_looks(self._engine, [one.id for one in some], self._clock.read(), REST)
            yield from ((one, ours[one.id]) for one in some if one.id in ours)

    def _looked(self, organization: Organization, since: datetime, looked: datetime) -> Tick:
        stopped = looked if self._clock.read() - looked > GAP else None
        ran = {job.name: self._run(organization, job) for job in self._jobs}
        unclear = frozenset(name for name, found in ran.items() if found is None)
        all_ran = [(Ran(name, due), done) for name, found in ran.items() for due, done in found or ()]
        failed = [one for one, done in all_ran if done is None]
        return Tick(since, stopped, failed, [one for one, done in all_ran if done], unclear)

    def _forget(self) -> None:
        """Once an hour, let go of deliveries too old to come again."""
        at = self._clock.read()
        if at - self._forgot < FORGET_EVERY:
            return
        self._forgot = at
        with self._engine.begin() as connection:
            connection.execute(delete(inbox).where(inbox.c.at < at - REMEMBERED))

    def _run(self, organization: Organization, job: JobSpec) -> list[tuple[Due, bool | None]] | None:
        """What was due and what came of it; None where the job cannot say what is due. It is done by the same time by
        which it was due: a job that finds itself early does nothing, and would be noted as done."""
        at = self._clock.read()
        try:
            with reading_work(self._engine, at, self._composer, organization) as uow:
                due = list(job.due(uow))
        except Exception:
            log.exception(
                "job cannot say what is due", job=job.name, organization=organization.id, reference=new_reference()
            )
            self._told(job.name, None)
            return None
        return [(one, self._do(organization, job, one, at)) for one in due]

    def _do(self, organization: Organization, job: JobSpec, due: Due, at: datetime) -> bool | None:
        """One due thing; False if another replica was first, None if it failed (then it stays due)."""
        with bound_contextvars(reference=new_reference()):
            return self._done(organization, job, due, at)

    def _done(self, organization: Organization, job: JobSpec, due: Due, at: datetime) -> bool | None:
        try:
            with unit_of_work(self._engine, at, self._composer, self._public_url, organization) as uow:
                if not uow.once(job.name, due.subject, due.period):
                    return False
                uow.may_be_there = restored.lately(uow.connection, organization.id, uow.at)
                job.run(uow, due)
        except Exception:
            log.exception("job failed", job=job.name, subject=due.subject, period=due.period)
            self._told(job.name, None)
            return None
        self._told(job.name, (self._clock.read() - due.at).total_seconds())
        log.info("job done", job=job.name, subject=due.subject, period=due.period)
        return True


class Scheduler:
    """APScheduler, poking the job runner every few seconds. Its memory store holds nothing we need: a stopped or a
    doubled scheduler changes no outcome. `tick` in a thread, `then` on the loop."""

    def __init__(self, tick: Callable[[], object], then: Callable[[], None]) -> None:
        self._tick, self._then = tick, then
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
        await asyncio.to_thread(self._tick)
        self._then()
