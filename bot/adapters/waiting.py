"""How long a platform asks us to wait, and waiting so long with an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from math import isfinite

from bot.chat.errors import SendError

ATTEMPTS, LONGEST_WAIT = 3, 20.0  # of an answer; seconds between two


def asked_wait(headers: Mapping[str, str], otherwise: float | None) -> float | None:
    """Retry-After in seconds; `otherwise` where there is none, or it is a date, as a proxy before a platform may write
    (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after)."""
    try:
        seconds = float(headers["Retry-After"])
    except (KeyError, ValueError):
        return otherwise
    return max(0.0, seconds) if isfinite(seconds) else otherwise


async def insist(call: Callable[..., Awaitable[object]], *arguments: object, once: bool = False) -> None:
    """Give an answer, which is in no outbox: a busy or breaking platform is asked again a few times. A second copy is
    no harm, unless it is to be there `once`: then it is not given again where it may have arrived. Raises SendError."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            await call(*arguments)
            return
        except SendError as error:
            if error.permanent or attempt == ATTEMPTS or (once and error.unknown):
                raise
            await asyncio.sleep(min(LONGEST_WAIT, error.retry_after or float(attempt)))
