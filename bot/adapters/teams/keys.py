"""The keys that Teams signs its tokens with, fetched without holding up the event loop.

botframework-connector fetches them with a blocking call. It looks first in a table of its own
(`JwtTokenExtractor.metadataCache`); standing there, these keys are what it uses.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from jwt import PyJWK, PyJWTError

log = logging.getLogger(__name__)

# https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication: at least daily
MAX_AGE = 24 * 3600.0
UNKNOWN_KEY_PAUSE = 3600.0  # seconds between looks for a key that is not there: anybody can invent a key id
FAILED_PAUSE = 5.0  # seconds after a look that failed
TIMEOUT = aiohttp.ClientTimeout(total=10)


class KeysUnavailable(Exception):
    """Nothing can be verified just now."""


@dataclass(frozen=True, slots=True)
class Key:
    """What the SDK expects of a key: `endorsements` are the channels it may sign for."""

    public_key: Any
    endorsements: list[str]


class Keys:
    """The signing keys behind one OpenID metadata address. `seconds` is the time since 1970."""

    def __init__(self, url: str, seconds: Callable[[], float]) -> None:
        self._url = url
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None
        self._known: dict[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to fetch, without waiting: Microsoft's sign-in being away keeps nothing else from starting."""
        self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        self._refresh()

    async def stop(self) -> None:
        """Close the connection."""
        if self._fetching is not None:
            self._fetching.cancel()
        if self._session is not None:
            await self._session.close()

    async def get(self, key_id: str | None) -> Key | None:
        """The key, or None for one that Teams does not have. Raises KeysUnavailable before any were fetched."""
        age = self._seconds() - self._fetched
        found = self._known.get(key_id or "")
        if not self._known or (found is None and age > UNKNOWN_KEY_PAUSE):
            await asyncio.shield(self._refresh())
            found = self._known.get(key_id or "")
        elif age > MAX_AGE:
            self._refresh()  # the old ones serve meanwhile
        if not self._known:
            raise KeysUnavailable(self._url)
        return found

    def _refresh(self) -> asyncio.Task[None]:
        """The fetch under way, or a new one."""
        if self._fetching is None or (self._fetching.done() and self._seconds() - self._tried >= FAILED_PAUSE):
            self._tried = self._seconds()
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            metadata = await self._json(self._url)
            keys = await self._json(str(metadata["jwks_uri"]))
            known = {str(key["kid"]): _key(key) for key in keys["keys"] if key.get("kty") == "RSA" and "kid" in key}
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError, PyJWTError) as error:
            log.warning("the keys of Teams could not be fetched from %s: %r", self._url, error)
            return
        self._known, self._fetched = known, self._seconds()

    async def _json(self, url: str) -> Any:
        if self._session is None:
            raise ValueError("the Teams adapter is not started")
        async with self._session.get(url) as answer:
            answer.raise_for_status()
            return await answer.json(content_type=None)


def _key(found: dict[str, Any]) -> Key:
    return Key(PyJWK.from_dict(found, algorithm="RS256").key, list(found.get("endorsements") or []))
