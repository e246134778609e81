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

PAUSE = 5.0  # seconds between two tries to be connected, and between two looks whether we still are
AWAY = 20.0  # seconds without a connection after which it is told, and another address asked for
PING_SECONDS = 5.0  # a connection that answers no ping for four of these is made anew


class Socket(AsyncSocketModeHandler):
    """Bolt's connection, which knows what it has not answered yet. `address` asks Slack where it takes us; it raises
    SendError."""

    def __init__(self, app: Any, app_token: str, address: Callable[[], Awaitable[str]]) -> None:
        super().__init__(app, app_token, ping_interval=PING_SECONDS)
        self._address = address
        self._under_way: set[asyncio.Task[Any]] = set()
        self.connected = False
        self._keeping = asyncio.create_task(self._keep(), name="slack socket")

    async def _keep(self) -> None:
        """Connected, for good: nobody waits for Slack, and what keeps it away is said once.

        An address is good for one connection and some seconds, but the client tries the one it was given again and
        again (python-slack-sdk issue 1446), so it is given another where it gets nowhere."""
        said, begun = "", False
        while True:
            try:
                self.client.wss_uri = await self._address()
            except SendError as error:
                if str(error) != said:
                    said = str(error)
                    log.warning("not connected to Slack: %s", said)
                await asyncio.sleep(error.retry_after or PAUSE)
                continue
            except Exception as error:  # ours; without this task nobody would be heard until the process ends
                if repr(error) != said:
                    said = repr(error)
                    log.exception("not connected to Slack")
                await asyncio.sleep(PAUSE)
                continue
            said, begun = "", begun or await self._begin()
            if begun:
                await self._while_connected()
            log.warning("no connection to Slack for %d seconds; it is asked for another address", AWAY)

    async def _begin(self) -> bool:
        """Whether the first connection was made in time; the client makes all later ones itself."""
        try:
            async with asyncio.timeout(AWAY):
                await self.connect_async()  # type: ignore[no-untyped-call]
        except TimeoutError:
            return False
        return True

    async def _while_connected(self) -> None:
        """Until there was no connection for a while; it is made anew within a moment when Slack asks for that."""
        moment = asyncio.get_running_loop().time
        seen = moment()
        while moment() - seen < AWAY:
            if await self.client.is_connected():
                self.connected, seen = True, moment()
            await asyncio.sleep(PAUSE)
        self.connected = False

    async def handle(self, client: Any, req: Any) -> None:
        """One payload, from its coming in to its being acknowledged."""
        task = asyncio.current_task()
        if task is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        await super().handle(client, req)

    async def finish(self, seconds: float) -> None:
        """Acknowledge what came in, for so long at most, and close."""
        self._keeping.cancel()
        deadline = asyncio.get_running_loop().time() + seconds
        while not self.client.message_queue.empty() or self._under_way:
            if (left := deadline - asyncio.get_running_loop().time()) <= 0:
                break
            await asyncio.wait(self._under_way or {asyncio.ensure_future(asyncio.sleep(0))}, timeout=left)
        await self.close_async()  # type: ignore[no-untyped-call]
