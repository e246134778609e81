"""Pages while the database is away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from storage.db import UNAVAILABLE

log = structlog.get_logger()

AWAY = "sipbot cannot reach its database right now, so nothing was saved. Please go back and try again in a minute."


@web.middleware
async def without_a_database(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """503 with a sentence where the database cannot be reached or written, which is no fault of ours."""
    try:
        return await handler(request)
    except UNAVAILABLE as error:
        log.error("a page without its database", error=type(error).__name__)
        raise web.HTTPServiceUnavailable(text=AWAY, headers={"Retry-After": "60"}) from None
