"""Socket Mode: Slack sends each payload to one of our connections, of which every replica has one.

Slack takes a payload for delivered when it is acknowledged, which is after its commit; one that was not is sent again,
to whichever connection is there. So a connection that has to close first answers what it was given.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.chat.errors import SendError

log = logging.getLogger(__name__)

PAUSE = 5.0  # seconds between two tries to be connected
PING_SECONDS = 5.0  # a connection that answers no ping for four of these is made anew


class Socket(AsyncSocketModeHandler):
    """Bolt's connection, which knows what it has not answered yet. `address` asks Slack where it takes us; it raises
    SendError."""

    def __init__(self, app: Any, app_token: str, address: Callable[[], Awaitable[str]]) -> None:
        super().__init__(app, app_token, ping_interval=PING_SECONDS)
        self._address = address
        self._under_way: set[asyncio.Task[Any]] = set()
        self.connected = False
        self._connecting = asyncio.create_task(self._connect(), name="slack socket")

    async def _connect(self) -> None:
        """Until Slack is there: nobody waits for it, and what keeps it away is said once."""
        said = ""
        while True:
            try:
                self.client.wss_uri = await self._address()
                break
            except SendError as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("not connected to Slack yet: %s", said)
                await asyncio.sleep(error.retry_after or PAUSE)
        await self.connect_async()  # type: ignore[no-untyped-call]
        self.connected = True

    async def handle(self, client: Any, req: Any) -> None:
        """One payload, from its coming in to its being acknowledged."""
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        await super().handle(client, req)

    async def finish(self, seconds: float) -> None:
        """Acknowledge what came in, for so long at most, and close."""
        self._connecting.cancel()
        deadline = asyncio.get_running_loop().time() + seconds
        while not self.client.message_queue.empty() or self._under_way:
            if (left := deadline - asyncio.get_running_loop().time()) <= 0:
                break
            await asyncio.wait(self._under_way or {asyncio.ensure_future(asyncio.sleep(0))}, timeout=left)
        await self.close_async()  # type: ignore[no-untyped-call]
