"""The outbox is delivered: claim, resolve the address, wait for its moment, send, mark (DESIGN §9).

At least once always, exactly once where the platform can be asked: before a second attempt the adapter looks for our
key in the channel and adopts what is already there.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine
from structlog.contextvars import bound_contextvars

from bot.chat.clock import Clock
from bot.chat.codec import from_json
from bot.chat.compose import Composer
from bot.chat.errors import SendError
from bot.chat.ports import Address, ChatAdapter, Pace, Post
from bot.links import Links
from bot.logs import new_reference
from storage import outbox, pacing, restored
from storage.db import UNAVAILABLE
from storage.outbox import DEAD_LETTER
from storage.queries import subscribers
from storage.queries.people import organizations
from storage.uow import Destination, unit_of_work

log = structlog.get_logger()

LEASE = timedelta(seconds=60)  # outlasts waiting for our moment and the adapters' HTTP time-outs
LONGEST_SEND = timedelta(seconds=35)  # a look for our key and a send; with less of the lease left, none is begun
AT_ONCE = 500  # posts under way in one process, most of them waiting for their turn
IDLE_SECONDS = 1.0
GATHER_SECONDS = 0.02  # in which posts come to an end before the next claim, which costs as much for one as for many
NOTE_AGAIN = 1.0  # seconds, after which an outcome that could not be written is written again
GIVE_UP = timedelta(days=3)  # a long weekend of somebody else's trouble
FIRST_BACKOFF, LONGEST_BACKOFF = 2.0, 3600.0
LEAST_ATTEMPTS = 12  # before we give up, though the days went by while we were down; by then the pause is the longest


class _Later(Exception):
    """The post's turn comes too late for this lease."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(f"not before {moment}")
        self.moment = moment


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
        links: Links = Links(),  # noqa: B008 - it has no state
        told: Callable[[str, str], None] = lambda platform, outcome: None,
    ) -> None:
        """`told` hears what became of every attempt: sent, adopted, retried or dead."""
        self._engine, self._clock, self._composer, self._told = engine, clock, composer, told
        self._links = links
        self._public_url = public_url.rstrip("/")
        self._adapters = {adapter.platform: adapter for adapter in adapters}
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self._under_way: Counter[int] = Counter()  # posts of each organization

    def wake(self) -> None:
        """There may be something to deliver: do not wait for the next look. From the loop's own thread."""
        self._wake.set()

    def close(self) -> None:
        """Give back what waits for its turn, finish what is being sent, then let `run` end; no later than a LEASE from
        now. From the loop's own thread."""
        self._closing.set()
        self._wake.set()

    async def run(self) -> None:
        """Deliver until closed; a slow post holds up nobody but its own conversation. Nothing that goes wrong ends
        it."""
        sending: set[asyncio.Task[None]] = set()
        while not self._closing.is_set():
            self._wake.clear()
            try:
                rows = await self._claim(AT_ONCE - len(sending), stays=True)
            except Exception:
                log.exception("outbox cannot be read")
                rows = []
            sending |= {asyncio.create_task(self._deliver(row)) for row in rows}
            if not rows:
                waking = asyncio.create_task(self._wake.wait())
                await asyncio.wait({waking, *sending}, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
                waking.cancel()
                await asyncio.sleep(GATHER_SECONDS)
            sending = {task for task in sending if not task.done()}
        await asyncio.gather(*sending)

    async def drain(self) -> int:
        """Deliver until nothing is due; how many rows were tried."""
        total = 0
        while tried := await self.once():
            total += tried
        return total

    async def once(self) -> int:
        """Claim one batch and deliver it; how many rows were tried. Who comes for a moment only cannot wait and see
        whether somebody still has what is left over."""
        rows = await self._claim(AT_ONCE, stays=False)
        await asyncio.gather(*(self._deliver(row) for row in rows))
        return len(rows)

    async def _claim(self, limit: int, *, stays: bool) -> list[outbox.Row]:
        if limit <= 0:
            return []
        busy = [one for one, posts in self._under_way.items() if posts >= outbox.PER_ORGANIZATION]
        rows = await asyncio.to_thread(self._claimed, limit, busy, stays)
        self._under_way.update(row.organization_id for row in rows)
        return rows

    def _claimed(self, limit: int, busy: list[int], stays: bool) -> list[outbox.Row]:
        """A lease that was given before our clock jumped, or before we began, is over one LEASE after that, whatever
        our clock says of it: until then nothing is taken over."""
        steady = self._clock.steady_for()
        take_over = not stays or steady >= LEASE.total_seconds()
        claim = str(uuid.uuid4())  # one of its own, so that what is left of an earlier one changes nothing of it
        return outbox.claim(self._engine, claim, self._clock.read(), LEASE, limit, busy, take_over=take_over)

    async def _deliver(self, row: outbox.Row) -> None:
        """One row. If its outcome cannot be written at all, the lease lapses and the next attempt asks the platform."""
        with bound_contextvars(reference=new_reference()):
            try:
                await self._attempt(row, row.available_at - LONGEST_SEND)
            except Exception:
                log.exception("outcome not written", outbox=row.id, kind=row.kind)
            finally:
                self._under_way[row.organization_id] -= 1

    async def _attempt(self, row: outbox.Row, latest: datetime) -> None:
        """Send when it is the row's turn; given back to the queue where that is after `latest`."""
        try:
            remote_id = await self._by_some_way(row, latest)
        except _Later as later:
            await asyncio.to_thread(outbox.release, self._engine, row, later.moment)
        except SendError as error:
            await asyncio.to_thread(self._failed, row, error)
        except Exception as error:
            log.exception("delivery failed", outbox=row.id, kind=row.kind)
            await asyncio.to_thread(self._failed, row, SendError(type(error).__name__, unknown=True))
        else:
            await self._sent(row, remote_id)

    async def _sent(self, row: outbox.Row, remote_id: str) -> None:
        """Mark it. A database that takes nothing just now is asked again as long as the row is ours: a post that its
        platform cannot be asked for would go out a second time."""
        for left in reversed(range(int(LEASE.total_seconds() / NOTE_AGAIN) + 1)):
            at = self._clock.read()
            try:
                await asyncio.to_thread(outbox.mark_sent, self._engine, row, at, remote_id)
            except UNAVAILABLE:
                if not left or at >= row.available_at:
                    raise
            else:
                log.info("delivered", outbox=row.id, kind=row.kind, attempts=row.attempts)
                return
            await self._clock.sleep(NOTE_AGAIN)

    async def _by_some_way(self, row: outbox.Row, latest: datetime) -> str:
        """Send it; where one account of a person refuses it for good, to their next one -> the platform's id."""
        ways = await asyncio.to_thread(outbox.ways, self._engine, row, frozenset(self._adapters), self._public_url)
        if not ways:
            raise SendError("there is no chat account or channel to reach them", permanent=True, cause="no way")
        *others, last = ways
        for to in others:
            try:
                return await self._by(to, row, latest)
            except SendError as error:
                if not error.permanent:
                    raise
                log.warning("refused; trying another account", outbox=row.id, platform=to.platform, error=str(error))
        return await self._by(last, row, latest)

    async def _by(self, to: outbox.Reach, row: outbox.Row, latest: datetime) -> str:
        """Send it this way, and note whether a person's account takes messages, where that has changed."""
        account = bool(to.user) and to.mailing is None
        try:
            sent = await self._send(await asyncio.to_thread(self._post, row, to), row, latest)
        except SendError as error:
            if account and error.bounced and not to.refused:
                await self._beside(outbox.note_account, self._engine, row, to, self._clock.read())
            raise
        if account and to.refused:
            await self._beside(outbox.note_account, self._engine, row, to, None)
        return sent

    async def _beside(self, note: Callable[..., None], *values: Any) -> None:
        """Write something down that must not change what becomes of the post."""
        try:
            await asyncio.to_thread(note, *values)
        except Exception:
            log.exception("not noted")

    async def _wait_for_turn(self, post: Post, latest: datetime) -> None:
        """Keep the platform's pace, and away while it asked us to wait. Raises _Later where the post's turn comes after
        `latest`."""
        pace, now, end = self._adapters[post.address.platform].pace, self._clock.read().timestamp(), latest.timestamp()
        if pace == Pace():
            return
        workspace, conversation = _workspace(post.address), _conversation(post.address)
        while True:
            turn = await asyncio.to_thread(pacing.take, self._engine, pace, workspace, conversation, now, end)
            now = await self._at(turn.at, latest)
            held = await asyncio.to_thread(pacing.held, self._engine, workspace, now)
            if held > now:
                now = await self._at(held, latest)
            elif turn.ours:
                if (late := self._clock.read()) > latest:  # the database took so long to say it
                    raise _Later(late)
                return

    async def _still_free(self, post: Post, row: outbox.Row) -> None:
        """Looking for a post takes its time. Raises _Later where the platform asked us to wait meanwhile, and where too
        little of the lease is left to send in."""
        read = self._clock.read()
        if read > row.available_at - LONGEST_SEND / 2:
            raise _Later(read)
        await self._unless_held(_workspace(post.address))

    async def _unless_held(self, what: str) -> None:
        now = self._clock.read().timestamp()
        if (held := await asyncio.to_thread(pacing.held, self._engine, what, now)) > now:
            raise _Later(datetime.fromtimestamp(held, UTC))

    async def _at(self, moment: float, latest: datetime) -> float:
        """Wait for a moment -> the time. A clock that stands still is there too. Raises _Later where it is too late, or
        we are closing: another replica may have it."""
        start = datetime.fromtimestamp(moment, UTC)
        if start > latest:
            raise _Later(start)
        if (wait := (start - self._clock.read()).total_seconds()) > 0:
            await self._sleep(wait)
        if self._closing.is_set():
            raise _Later(self._clock.read())
        return max(moment, self._clock.read().timestamp())

    async def _sleep(self, seconds: float) -> None:
        """Not beyond our closing."""
        ends = {asyncio.ensure_future(end) for end in (self._clock.sleep(seconds), self._closing.wait())}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()

    async def _send(self, post: Post, row: outbox.Row, latest: datetime) -> str:
        """Send it, or adopt what an earlier attempt has brought there -> the platform's id."""
        adapter = self._adapters[post.address.platform]
        await self._wait_for_turn(post, latest)
        left = row.available_at - LEASE / 20 - self._clock.read()
        try:
            async with asyncio.timeout(left.total_seconds()):
                return await self._found_or_sent(post, row, adapter)
        except TimeoutError as error:  # another replica may have it by now
            raise SendError(f"{adapter.platform} took too long", unknown=True) from error
        except SendError as error:
            error.platform = adapter.platform
            if error.retry_after is not None:
                await self._hold(_workspace(post.address), error.retry_after)
            raise

    async def _hold(self, what: str, seconds: float) -> None:
        await self._beside(pacing.hold, self._engine, what, self._clock.read().timestamp(), seconds)

    async def _found_or_sent(self, post: Post, row: outbox.Row, adapter: ChatAdapter) -> str:
        if row.attempts > 1:
            if (found := await self._look(post, adapter)) is not None:
                await self._bring_up_to_date(post, found, row)
                log.info("adopted a post that had got through", outbox=row.id)
                self._told(adapter.platform, "adopted")
                return found
            await self._still_free(post, row)
        sent = await adapter.send(post)
        self._told(adapter.platform, "sent")
        return sent

    async def _look(self, post: Post, adapter: ChatAdapter) -> str | None:
        """The id of what an earlier attempt has brought there. Where we are asked to wait, other looks wait, not what
        is sent to the workspace: https://docs.slack.dev/apis/web-api/rate-limits. Raises _Later then."""
        looking = f"looking:{_workspace(post.address)}"
        await self._unless_held(looking)
        try:
            return await adapter.find(post)
        except SendError as error:
            if error.retry_after is None:
                raise
            await self._hold(looking, error.retry_after)
            raise _Later(self._clock.read() + timedelta(seconds=min(error.retry_after, pacing.LONGEST))) from error

    async def _bring_up_to_date(self, post: Post, found: str, row: outbox.Row) -> None:
        """What is adopted gets the words of today: a story may have been taken back since, and after a restore its
        links and buttons are of rows that are gone. Where the platform does not let it be changed, it stays."""
        if row.channel_id is None and not await self._restored_lately(row):
            return  # told privately, it is there for good
        try:
            await self._adapters[post.address.platform].send(replace(post, target=found))
        except SendError as error:
            if not error.permanent:
                raise

    async def _restored_lately(self, row: outbox.Row) -> bool:
        return await asyncio.to_thread(restored.is_fresh, self._engine, row.organization_id, self._clock.read())

    def _post(self, row: outbox.Row, to: outbox.Reach) -> Post:
        message = self._links.signed(row.message, from_json(row.message)) if row.message else None
        people = message.people() if message else frozenset()
        there = to.channel or (row.channel_id is None and to.platform == row.platform)
        return Post(
            key=row.dedupe_key,
            address=Address(to.platform, to.workspace, to.channel, to.user, row.thread if there else ""),
            message=message,
            reaction=row.reaction,
            target=row.target,
            mentions=outbox.mentions(self._engine, row, to, people),
            mailing=to.mailing,
            attempt=row.attempts,
        )

    def _failed(self, row: outbox.Row, error: SendError) -> None:
        # Nobody would hear of a platform that is gone altogether, were the notice given up with it.
        hopeless = error.permanent and not (row.kind == DEAD_LETTER and error.everywhere)
        if hopeless or (row.attempts >= LEAST_ATTEMPTS and self._clock.read() - row.created_at >= GIVE_UP):
            self._bury(row, error)
            return
        self._told(error.platform, "retried")
        wait = _pause(row, error)
        log.warning("will be sent again", outbox=row.id, kind=row.kind, error=str(error), seconds=round(wait, 1))
        later = self._clock.read() + timedelta(seconds=wait)
        outbox.put_back(self._engine, row, later, str(error))

    def _bury(self, row: outbox.Row, error: SendError) -> None:
        """A dead letter, and one notice a day and cause to those who can mend it; a notice that dies is only logged. An
        e-mail that comes back is noted with its reader instead: the newsletter sums them up for its coordinator."""
        self._told(error.platform, "dead")
        log.error("dead letter", outbox=row.id, kind=row.kind, error=str(error))
        with unit_of_work(self._engine, self._clock.read(), self._composer) as uow:
            uow.organization = next(o for o in organizations(uow.connection) if o.id == row.organization_id)
            if not outbox.give_up(uow.connection, row, str(error)) or row.kind == DEAD_LETTER:
                return
            if row.subscriber_id is not None:
                if error.bounced:
                    subscribers.bounced(uow, row.subscriber_id, str(error))
                return
            to, platform = outbox.addressee(uow.connection, row)
            why = str(error).rstrip(".")
            kind = row.kind.replace("_", " ")
            data = {"kind": kind, "to": to, "platform": platform, "error": why, "everywhere": error.everywhere}
            message = uow.compose("delivery/dead_letter", **data)
            about = f"{platform}:{_cause(row, error)}:{uow.today}"
            for person_id in outbox.to_tell(uow.connection, row.organization_id):
                uow.post(DEAD_LETTER, Destination(person_id=person_id), message, key=f"dead:{about}:{person_id}")


def _pause(row: outbox.Row, error: SendError) -> float:
    """Seconds before the next attempt: as the platform asks, else as `backoff` has it."""
    if error.permanent:
        return LONGEST_BACKOFF
    return min(LONGEST_BACKOFF, backoff(row.attempts) if error.retry_after is None else error.retry_after)


def _cause(row: outbox.Row, error: SendError) -> str:
    """The same for all rows that one thing, once mended, lets through."""
    cause = (error.cause or str(error))[:60]
    return cause if error.everywhere else f"{cause}:{row.channel_id or ''}:{row.person_id or ''}"


def _workspace(address: Address) -> str:
    return f"{address.platform}:{address.workspace}"


def _conversation(address: Address) -> str:
    return f"{address.platform}:{address.workspace}:{address.channel or address.user}"


def backoff(attempts: int) -> float:
    """Seconds before the next attempt: doubling, with full jitter so that replicas do not march in step.
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/"""
    most = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2**attempts)
    return random.uniform(most / 2, most)
