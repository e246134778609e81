"""The bot token of a workspace: the only one there is, or one of many that our store knows.

Never asks Slack whether a token is good, as installation stores do for every request: a token is good until Slack says
otherwise, and what the store said is kept for `TTL`, longer where the store does not answer.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Protocol

from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncAuthorize

from bot.chat.errors import SendError

log = logging.getLogger(__name__)

TTL = 300.0  # seconds a token is kept before it is looked up again
TTL_NOTHING = 5.0  # and that there is none: it may be installed any moment
PATIENCE = 0.4  # seconds; with what a command may take it stays within the three that Slack waits


class Installed(Protocol):
    """Many workspaces' tokens; `bot.adapters.slack.installed` has one."""

    async def token(self, workspace: str, refused: str = "") -> str | None:
        """The token, or None where sipbot is not installed. `refused`: one that Slack just said has ended. Raises
        SendError."""

    async def revoked(self, workspace: str, at: datetime) -> None:
        """The workspace took sipbot out."""

    async def stop(self) -> None:
        """Let what is under way finish."""


class Tokens(AsyncAuthorize):
    """Bolt's `authorize`, and what every call to Slack asks. `seconds` is the time since 1970."""

    def __init__(self, single: str, installed: Installed | None, seconds: Callable[[], float]) -> None:
        self._single, self._installed, self._seconds = single, installed, seconds
        self._known: dict[str, tuple[float, str | None]] = {}

    async def __call__(self, *, context: Any, enterprise_id: Any, team_id: Any, user_id: Any, **_: Any) -> Any:
        """Bolt's question, for every request: are we installed there? What is said is stored without a token, so where
        none can be had just now that is no reason not to listen."""
        workspace = team_id or enterprise_id or ""
        try:
            async with asyncio.timeout(PATIENCE):
                token = await self.get(workspace)
        except (SendError, TimeoutError) as error:
            log.warning("no token of the Slack workspace %s for now: %s", workspace, error or "it takes too long")
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id)
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token) if token else None

    async def get(self, workspace: str) -> str | None:
        """The token, or None where we are not installed. Raises SendError where none can be had and none is known."""
        if self._single or self._installed is None:
            return self._single or None
        until, token = self._known.get(workspace, (0.0, None))
        if until > self._seconds():
            return token
        try:
            return await self._look(self._installed, workspace)
        except SendError:
            if token is None:
                raise
            return token

    async def instead_of(self, refused: str, workspace: str) -> str | None:
        """Another token than the one that Slack refused, or that was not known, if there is one by now: another
        replica may have installed or renewed it. Raises SendError."""
        if self._single or self._installed is None:
            return None
        self.forget(workspace)
        token = await self._look(self._installed, workspace, refused)
        return token if token != refused else None

    async def revoked(self, workspace: str, at: float) -> None:
        """Slack told that the workspace revoked our token, or took us out. `at`: when, in seconds since 1970."""
        self.forget(workspace)
        if self._installed is not None:
            await self._installed.revoked(workspace, datetime.fromtimestamp(at, UTC))
            self.forget(workspace)  # what was asked meanwhile may have heard the old one

    def forget(self, workspace: str) -> None:
        """The next look is at the store."""
        self._known.pop(workspace, None)

    async def stop(self) -> None:
        """Let what is under way finish."""
        if self._installed is not None:
            await self._installed.stop()

    async def _look(self, installed: Installed, workspace: str, refused: str = "") -> str | None:
        token = await installed.token(workspace, refused)
        self._known[workspace] = (self._seconds() + (TTL if token else TTL_NOTHING), token)
        return token
