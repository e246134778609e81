"""The console: a local web chat, sipbot's third platform besides Slack and Teams, and its demo.

What people do there is in `console_pages.chat`, pages and requests in `console_pages.server`; this file is the way
out, for delivery.
"""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.adapters.console_pages.chat import ConsoleChat, Handle, Where
from bot.adapters.console_pages.server import add_routes
from bot.adapters.console_pages.types import DIRECT, ConsoleChannel, ConsolePerson, ConsoleWorld, Store
from bot.chat.errors import SendError
from bot.chat.ports import Pace, Post

__all__ = ["DIRECT", "ConsoleAdapter", "ConsoleChannel", "ConsolePerson", "ConsoleWorld", "Where"]


class ConsoleAdapter:
    """A ChatAdapter over the console's own chat. `chat` is its Python side: what people say, press and submit."""

    platform = "console"
    pace = Pace()

    def __init__(self, handle: Handle, store: Store, world: ConsoleWorld) -> None:
        self.chat = ConsoleChat(handle, store, world)

    def routes(self, web_app: web.Application) -> None:
        """Serve the console under /console, to this machine only."""
        add_routes(web_app, self.chat)

    async def send(self, post: Post) -> str:
        """Put the post into the chat and return its message's id; the same key again changes nothing."""
        return await asyncio.to_thread(self._deliver, post)

    async def find(self, post: Post) -> str | None:
        """The id of the message with the post's key."""
        return await asyncio.to_thread(self.chat.store.find, post.key)

    def _deliver(self, post: Post) -> str:
        store, address = self.chat.store, post.address
        if post.target:
            if store.get(post.target) is None:
                raise SendError(f"console has no message {post.target}", permanent=True)
            if post.reaction:
                store.react(post.target, post.reaction)
            if post.message:
                store.replace(post.target, post.message)
            return post.target
        if post.message is None:
            raise SendError("a post without words or target", permanent=True)
        parent = store.get(address.thread) if address.thread else None
        if address.thread and parent is None:
            raise SendError(f"console has no message {address.thread} to answer", permanent=True)
        direct = not address.channel or address.channel.startswith(DIRECT)
        return store.add(
            key=post.key,
            channel=address.channel or DIRECT + address.user,
            thread=parent.thread or parent.id if parent else "",
            private_to="" if direct else address.user,
            message=post.message,
            at=self.chat.world.time(),
        )
