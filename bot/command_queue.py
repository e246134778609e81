"""From the event loop to the handlers' threads and back: what waits together is handled, and committed, together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from bot.chat.commands import Command
from bot.chat.replies import Reply
from bot.dispatch import Dispatcher

TOGETHER = 16  # commands in one transaction: enough to share a commit, few enough to keep everyone's wait short

# Seconds that the first command waits for others: requests that arrive together are read one after the other, and
# without it each would find the thread just started. Nobody notices a millisecond; the disk is asked once for all.
WINDOW = 0.001

_Waiting = tuple[Command, "asyncio.Future[Reply]"]


class CommandQueue:
    """First in, first out; at most `threads` batches at once."""

    def __init__(self, dispatcher: Dispatcher, *, threads: int) -> None:
        self._dispatcher = dispatcher
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="handle")
        self._free = threads
        self._closed = False
        self._waiting: deque[_Waiting] = deque()

    async def handle(self, command: Command) -> Reply:
        """The reply to a command, when its transaction is committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Reply] = loop.create_future()
        self._waiting.append((command, future))
        if self._free:
            self._free -= 1
            loop.call_later(WINDOW, self._rest, loop)
        return await future

    def close(self) -> None:
        """Finish what is under way and stop; what has not begun is cancelled. From the loop's own thread."""
        self._closed = True
        self._threads.shutdown(wait=True)
        while self._waiting:
            _, future = self._waiting.popleft()
            future.cancel()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """In a thread: batch after batch until nobody waits."""
        batch = self._next()
        if not batch:  # another thread was quicker
            loop.call_soon_threadsafe(self._rest, loop)
        while batch:
            try:
                replies: Sequence[Reply | BaseException] = self._dispatcher.handle_all(
                    [command for command, _ in batch]
                )
            except BaseException as error:
                replies = [error] * len(batch)
            done, batch = batch, self._next()
            loop.call_soon_threadsafe(self._answer, loop, done, replies, not batch)

    def _next(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        while len(batch) < TOGETHER:
            try:
                batch.append(self._waiting.popleft())
            except IndexError:
                break
        return batch

    def _answer(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: Sequence[_Waiting],
        replies: Sequence[Reply | BaseException],
        last: bool,
    ) -> None:
        """On the loop; waking it costs as much as a statement, so that it is told of its free thread with the last."""
        for (_, future), reply in zip(batch, replies, strict=True):
            if future.cancelled():
                continue
            if isinstance(reply, BaseException):
                future.set_exception(reply)
            else:
                future.set_result(reply)
        if last:
            self._rest(loop)

    def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        """On the loop: a thread is free, unless somebody waits whom no other thread has taken meanwhile."""
        if self._closed:
            return
        if self._waiting:
            self._threads.submit(self._work, loop)
        else:
            self._free += 1
