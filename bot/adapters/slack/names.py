"""What people are called. Slack's events and its forms say ids only, so their names are asked for, once a day each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.chat.commands import Command
from bot.chat.errors import SendError

KEPT, KEPT_NOTHING = 24 * 3600.0, 300.0  # seconds a name is kept, and that Slack told none
PATIENCE = 0.4  # seconds; with what a command may take it stays within the three that Slack waits
_NAMELESS = re.compile(r"<@(\w+)>")

Call = Callable[..., Awaitable[dict[str, Any]]]


class Names:
    """The names of one Slack app's people. `call` makes a Web API call; `seconds` is the time since 1970."""

    def __init__(self, call: Call, seconds: Callable[[], float]) -> None:
        self._call = call
        self._seconds = seconds
        self._known: dict[tuple[str, str], tuple[float, str]] = {}

    async def told(self, command: Command) -> Command:
        """The command with the name of its actor and of whom it mentions (`<@U1>` becomes `<@U1|Ann Ortiz>`), as far
        as Slack tells them in time."""
        actor = command.actor
        texts = (command.text, *command.values.values())
        wanted = {user for text in texts for user in _NAMELESS.findall(text)}
        if not actor.name:
            wanted.add(actor.user)
        names = await asyncio.gather(*(self._get(actor.workspace, user) for user in wanted))
        found = dict(zip(wanted, names, strict=True))

        def named(text: str) -> str:
            return _NAMELESS.sub(lambda at: f"<@{at[1]}|{found[at[1]]}>" if found[at[1]] else at[0], text)

        return replace(
            command,
            text=named(command.text),
            values={name: named(value) for name, value in command.values.items()},
            actor=actor if actor.name else replace(actor, name=found[actor.user]),
        )

    async def _get(self, workspace: str, user: str) -> str:
        """The person's name; "" where Slack does not tell."""
        until, name = self._known.get((workspace, user), (0.0, ""))
        if until <= self._seconds():
            name = await self._ask(workspace, user)
            self._known[workspace, user] = (self._seconds() + (KEPT if name else KEPT_NOTHING), name)
        return name

    async def _ask(self, workspace: str, user: str) -> str:
        try:
            answer = await asyncio.wait_for(self._call("users.info", workspace, user=user), PATIENCE)
        except (SendError, TimeoutError):
            return ""
        found = answer.get("user") or {}
        name = (found.get("profile") or {}).get("real_name") or found.get("real_name") or ""
        return re.sub(r"[<>|\s]+", " ", str(name)).strip()
