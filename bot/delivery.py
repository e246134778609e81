"""The outbox is delivered: claim, resolve the address, send, mark (DESIGN §9).

At least once always, exactly once where the platform can be asked: before a second attempt the adapter looks for our
key in the channel and adopts what is already there.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Iterable
from datetime import timedelta

import structlog
from sqlalchemy import Engine

from bot.chat.clock import Clock
from bot.chat.codec import from_json
from bot.chat.compose import Composer
from bot.chat.errors import SendError
from bot.chat.ports import Address, ChatAdapter, Post
from storage import outbox
from storage.db import UNAVAILABLE
from storage.queries import subscribers
from storage.queries.people import organizations
from storage.uow import Destination, unit_of_work

log = structlog.get_logger()

LEASE = timedelta(seconds=60)  # outlasts the adapters' HTTP time-outs
BATCH = 20
IDLE_SECONDS = 1.0
GIVE_UP = timedelta(days=3)  # a long weekend of somebody else's trouble
FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 3600.0
DEAD_LETTER = "dead_letter"


class Delivery:
    """One replica's delivery loop. Any number may run against one database."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        adapters: Iterable[ChatAdapter],
        *,
        composer: Composer,
        public_url: str = "",
    ) -> None:
        self._engine, self._clock, self._composer = engine, clock, composer
        self._public_url = public_url.rstrip("/")
        self._adapters = {adapter.platform: adapter for adapter in adapters}
        self._owner = str(uuid.uuid4())
        self._wake = asyncio.Event()
        self._closing = False

    def wake(self) -> None:
        """There may be something to deliver: do not wait for the next look. From the loop's own thread."""
        self._wake.set()

    def close(self) -> None:
        """Finish what is being sent, then let `run` end. From the loop's own thread."""
        self._closing = True
        self._wake.set()

    async def run(self) -> None:
        """Deliver until closed. Nothing that goes wrong ends it."""
        while not self._closing:
            self._wake.clear()
            try:
                sent = await self.once()
            except Exception:
                log.exception("outbox cannot be read")
                sent = 0
            if not sent:
                try:
                    await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def drain(self) -> int:
        """Deliver until nothing is due; how many rows were tried."""
        total = 0
        while tried := await self.once():
            total += tried
        return total

    async def once(self) -> int:
        """Claim one batch and deliver it; how many rows were tried."""
        rows = await asyncio.to_thread(outbox.claim, self._engine, self._owner, self._clock.read(), LEASE, BATCH)
        await asyncio.gather(*(self._deliver(row) for row in rows))
        return len(rows)

    async def _deliver(self, row: outbox.Row) -> None:
        """One row. If even its outcome cannot be written, the lease lapses and the next attempt asks the platform."""
        try:
            await self._attempt(row)
        except UNAVAILABLE:
            log.exception("outcome not written", outbox=row.id, kind=row.kind)

    async def _attempt(self, row: outbox.Row) -> None:
        try:
            remote_id = await self._by_some_way(row)
        except SendError as error:
            await asyncio.to_thread(self._failed, row, error)
        except Exception as error:
            log.exception("delivery failed", outbox=row.id, kind=row.kind)
            await asyncio.to_thread(self._failed, row, SendError(type(error).__name__, unknown=True))
        else:
            await asyncio.to_thread(outbox.mark_sent, self._engine, row, self._owner, self._clock.read(), remote_id)

    async def _by_some_way(self, row: outbox.Row) -> str:
        """Send it; where one account of a person refuses it for good, to their next one -> the platform's id."""
        ways = await asyncio.to_thread(outbox.ways, self._engine, row, frozenset(self._adapters), self._public_url)
        if not ways:
            raise SendError("there is no chat account or channel to reach them", permanent=True)
        *others, last = ways
        for to in others:
            try:
                return await self._send(await asyncio.to_thread(self._post, row, to), row)
            except SendError as error:
                if not error.permanent:
                    raise
                log.warning("refused; trying another account", outbox=row.id, platform=to.platform, error=str(error))
        return await self._send(await asyncio.to_thread(self._post, row, last), row)

    async def _send(self, post: Post, row: outbox.Row) -> str:
        adapter = self._adapters[post.address.platform]
        if row.attempts > 1 and (found := await adapter.find(post)) is not None:
            log.info("adopted a post that had got through", outbox=row.id)
            return found
        return await adapter.send(post)

    def _post(self, row: outbox.Row, to: outbox.Reach) -> Post:
        message = from_json(row.message) if row.message else None
        people = message.people() if message else frozenset()
        there = to.channel or (row.channel_id is None and to.platform == row.platform)
        return Post(
            key=row.dedupe_key,
            address=Address(to.platform, to.workspace, to.channel, to.user, row.thread if there else ""),
            message=message,
            reaction=row.reaction,
            target=row.target,
            mentions=outbox.mentions(self._engine, to, people),
            mailing=to.mailing,
        )

    def _failed(self, row: outbox.Row, error: SendError) -> None:
        if error.permanent or self._clock.read() - row.created_at >= GIVE_UP:
            self._bury(row, error)
            return
        wait = error.retry_after if error.retry_after is not None else backoff(row.attempts)
        log.warning("will be sent again", outbox=row.id, kind=row.kind, error=str(error), seconds=round(wait, 1))
        later = self._clock.read() + timedelta(seconds=wait)
        outbox.put_back(self._engine, row, self._owner, later, str(error))

    def _bury(self, row: outbox.Row, error: SendError) -> None:
        """A dead letter, and one notice to those who can mend it; a notice that dies is only logged. An e-mail that
        comes back is noted with its reader instead: the newsletter sums them up for its coordinator."""
        log.error("dead letter", outbox=row.id, kind=row.kind, error=str(error))
        with unit_of_work(self._engine, self._clock.read(), self._composer) as uow:
            uow.organization = next(o for o in organizations(uow.connection) if o.id == row.organization_id)
            if not outbox.give_up(uow.connection, row, self._owner, str(error)) or row.kind == DEAD_LETTER:
                return
            if row.subscriber_id is not None:
                if error.bounced:
                    subscribers.bounced(uow, row.subscriber_id, str(error))
                return
            to, platform = outbox.addressee(uow.connection, row)
            why = str(error).rstrip(".")
            kind = row.kind.replace("_", " ")
            message = uow.compose("delivery/dead_letter", kind=kind, to=to, platform=platform, error=why)
            for person_id in outbox.to_tell(uow.connection, row.organization_id):
                uow.post(DEAD_LETTER, Destination(person_id=person_id), message, key=f"dead:{row.id}:{person_id}")


def backoff(attempts: int) -> float:
    """Seconds before the next attempt: doubling, with full jitter so that replicas do not march in step.
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/"""
    most = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2**attempts)
    return random.uniform(most / 2, most)
