"""What people are called. Slack's events and its forms say ids only, so their names are asked for, once a day each; the
e-mail address comes with them where the app may read it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.kept import Kept
from bot.chat.commands import Command
from bot.chat.errors import SendError

KEPT, KEPT_NOTHING = 24 * 3600.0, 300.0  # seconds a name is kept, and that Slack told none
PATIENCE = 0.4  # seconds; with what a command may take it stays within the three that Slack waits
MOST_ASKED = 25  # mentions of one message: nobody means more, and each is a call
_NAMELESS = re.compile(r"<@([UW][A-Z0-9]{1,20})>")  # what somebody typed between such brackets is no id

Call = Callable[..., Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Known:
    """What Slack tells of somebody; either part may be empty."""

    name: str = ""
    email: str = ""


class Names:
    """The names of one Slack app's people. `call` makes a Web API call; `seconds` is the time since 1970."""

    def __init__(self, call: Call, seconds: Callable[[], float]) -> None:
        self._call = call
        self._known = Kept[Known](seconds)

    async def told(self, command: Command) -> Command:
        """The command with the names of its actor, whose e-mail address comes along, and of whom it mentions (`<@U1>`
        becomes `<@U1|Ann Ortiz>`), as far as Slack tells them in time."""
        actor = command.actor
        texts = (command.text, *command.values.values())
        mentioned = dict.fromkeys(user for text in texts for user in _NAMELESS.findall(text))
        wanted = {*list(mentioned)[:MOST_ASKED], *(() if actor.name else (actor.user,))}
        known = await asyncio.gather(*(self._get(actor.workspace, user) for user in wanted))
        found = dict(zip(wanted, known, strict=True))
        if actor.user in found:
            me = found[actor.user]
            actor = replace(actor, name=actor.name or me.name, email=me.email)

        def called(mention: re.Match[str]) -> str:
            name = found.get(mention[1], Known()).name
            return f"<@{mention[1]}|{name}>" if name else mention[0]

        def named(text: str) -> str:
            return _NAMELESS.sub(called, text)

        return replace(
            command,
            text=named(command.text),
            values={name: named(value) for name, value in command.values.items()},
            actor=actor,
        )

    async def _get(self, workspace: str, user: str) -> Known:
        known = self._known.get((workspace, user))
        if known is None:
            known = await self._ask(workspace, user)
            self._known.put((workspace, user), known, KEPT if known.name else KEPT_NOTHING)
        return known

    async def _ask(self, workspace: str, user: str) -> Known:
        try:
            answer = await asyncio.wait_for(self._call("users.info", workspace, user=user), PATIENCE)
        except (SendError, TimeoutError):
            return Known()
        found = answer.get("user") or {}
        profile = found.get("profile") or {}
        name = re.sub(r"[<>|\s]+", " ", str(profile.get("real_name") or found.get("real_name") or "")).strip()
        return Known(name, str(profile.get("email") or ""))
