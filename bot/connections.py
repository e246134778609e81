"""How many connections are open at once: in all, and from one address. Whoever opens more is not let in; those that are
open go on.

A process has a number of files it may open, often 1,024, and needs some for the database and for calls of its own. What
comes through a proxy on this machine has this machine's address, so only the whole is counted there, and the proxy
counts addresses (docs/operations.md). How long a connection may take for what it sends: bot/web.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog
from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.peers import is_loopback

log = structlog.get_logger()

MOST = 800
FROM_ONE_ADDRESS = 200  # Slack and Teams keep a handful open, an office that reads a page some dozens


def bound(server: web.Server) -> None:
    """Hold what is opened at this server to it."""
    note = server.connection_made

    def connection_made(handler: RequestHandler, transport: asyncio.Transport) -> None:
        note(handler, transport)
        known = [_address(one.transport) for one in server.connections]
        if not admitted(known, _address(transport)):
            log.warning("a connection was not let in", open=len(known))
            transport.abort()

    server.connection_made = connection_made  # type: ignore[method-assign]


def admitted(known: Sequence[str], address: str) -> bool:
    """Whether one from `address` may stay. `known`: the addresses of all that are open, it among them."""
    return len(known) <= MOST and (is_loopback(address) or known.count(address) <= FROM_ONE_ADDRESS)


def _address(transport: asyncio.BaseTransport | None) -> str:
    """The other end's; "" where it is gone."""
    peer = transport.get_extra_info("peername") if transport else None
    return str(peer[0]) if isinstance(peer, tuple) else ""
