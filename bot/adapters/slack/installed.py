"""The tokens of many workspaces: kept by a store, renewed with Slack before they end, by one replica at a time.

Slack takes a refresh token once. So a replica first puts a lease into the row, then asks Slack with no transaction
open, then stores what it got, again and again where the store does not take it; the others use the old token, which is
good until its end. If the replica dies between Slack's answer and its commit, the next tokens are lost and the old
token serves until its end, `EARLY` at most; then Slack refuses the renewal, and the workspace installs sipbot again
(docs/decisions/0009).
"""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime
from time import monotonic
from typing import Protocol

import aiohttp

from bot.adapters.slack.oauth import OAuth
from bot.adapters.slack.outbound import TIMEOUT
from bot.adapters.slack.scopes import SCOPES
from bot.chat.clock import Clock
from bot.chat.errors import SendError
from bot.chat.grants import Grant, Kept, Tokens

log = logging.getLogger(__name__)

EARLY = 2 * 3600.0  # seconds before its end that a token of twelve hours is renewed
PATIENCE, PAUSE = 2.0, 0.1  # seconds to wait for another replica's renewal, and between two looks
# Seconds between two tries to store, doubled each time: often enough to come before the lease ends or soon after.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
STOPPING = TIMEOUT + 5.0  # seconds for the renewals under way at the end: Slack's answer, and to store it
NOT_RENEWED = "Slack does not renew the token of the workspace {}; install sipbot there again (`sipbot install link`)"
LOST = "the next token of the Slack workspace {} is lost: the database did not take it until the end of this process"


class InstallationStore(Protocol):
    """storage/installations.py is one. Called from threads."""

    # These three raise SendError where the database is away.

    def token(self, workspace_id: str) -> Kept | None: ...

    def begin_renewal(self, workspace_id: str, generation: int) -> str | None: ...

    def renewed(self, workspace_id: str, generation: int, tokens: Tokens) -> None: ...

    def revoked(self, workspace_id: str, at: datetime) -> bool: ...


class Workspaces:
    """Many workspaces of one Slack app."""

    def __init__(self, store: InstallationStore, oauth: OAuth, clock: Clock) -> None:
        self._store, self._oauth, self._clock = store, oauth, clock
        self._session: aiohttp.ClientSession | None = None
        self._renewing: dict[str, asyncio.Task[str | None]] = {}

    def address(self, state: str, redirect_uri: str) -> str:
        """Where somebody says yes to all that the manifest asks for."""
        return self._oauth.address(state, sorted(SCOPES), redirect_uri)

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        """The code that came with somebody's yes -> the installation. Raises NotGranted and SendError."""
        return await self._oauth.exchange(self._open(), code, redirect_uri)

    async def token(self, workspace: str, refused: str = "") -> str | None:
        """The token, or None where sipbot is not installed. `refused`: one that Slack just said has ended. Raises
        SendError."""
        until = monotonic() + PATIENCE
        while True:
            kept = await asyncio.to_thread(self._store.token, workspace)
            if kept is None or kept.expires_at is None:
                return kept.bot if kept else None
            left = (kept.expires_at - self._clock.read()).total_seconds()
            if left > EARLY and kept.bot != refused:
                return kept.bot
            renewing = self._renew(workspace, kept)
            if left > 0 and kept.bot != refused:
                return kept.bot  # nobody waits for the next one as long as this one is good
            await asyncio.wait((renewing,), timeout=TIMEOUT)
            if renewing.done() and (found := renewing.result()) is not None:
                return found
            if monotonic() >= until:
                raise SendError(f"the token of the Slack workspace {workspace} is being renewed", retry_after=5.0)
            await asyncio.sleep(PAUSE)

    async def revoked(self, workspace: str, at: datetime) -> None:
        """The workspace took sipbot out."""
        await asyncio.to_thread(self._store.revoked, workspace, at)

    async def stop(self) -> None:
        """Let the renewals under way finish, for so long at most: what Slack gave must be stored."""
        if self._renewing:
            await asyncio.wait(self._renewing.values(), timeout=STOPPING)
        for workspace, renewing in self._renewing.items():
            log.error(LOST.format(workspace))
            renewing.cancel()
        if self._session is not None:
            await self._session.close()

    def _renew(self, workspace: str, kept: Kept) -> asyncio.Task[str | None]:
        """The renewal under way in this process, or a new one."""
        found = self._renewing.get(workspace)
        if found is None:
            found = self._renewing[workspace] = asyncio.create_task(self._renewed(workspace, kept))
            found.add_done_callback(lambda _: self._renewing.pop(workspace, None))
            found.add_done_callback(_noted)
        return found

    async def _renewed(self, workspace: str, kept: Kept) -> str | None:
        """The next token; None where another replica fetches it, or has. Raises SendError."""
        refresh = await asyncio.to_thread(self._store.begin_renewal, workspace, kept.generation)
        if refresh is None:
            return None
        try:
            tokens = await self._oauth.renew(self._open(), refresh)
        except SendError as error:
            if error.permanent:
                raise SendError(f"{NOT_RENEWED.format(workspace)}: {error}", permanent=True) from None
            raise
        await self._keep(workspace, kept.generation, tokens)
        return tokens.bot

    async def _keep(self, workspace: str, generation: int, tokens: Tokens) -> None:
        """Slack gives them once, so the store is asked until it has them; to ask it twice does no harm. Longer than the
        old token is good: the next refresh token is among them, and without it sipbot must be installed again."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await asyncio.to_thread(self._store.renewed, workspace, generation, tokens)
            except SendError as error:
                log.warning("the next token of the Slack workspace %s is not stored yet: %s", workspace, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT))
        return self._session


def _noted(renewal: asyncio.Task[str | None]) -> None:
    """Most renewals have nobody waiting for them."""
    error = None if renewal.cancelled() else renewal.exception()
    if error is not None:
        log.warning("a Slack token was not renewed: %s", error)
