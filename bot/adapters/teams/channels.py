"""What channels are called. No activity tells the name of the channel it comes from: the team's channels are asked,
once a day for each team."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.adapters.teams.inbound import Body, team_id
from bot.chat.commands import Command
from bot.chat.errors import SendError

KEPT, KEPT_NOTHING = 24 * 3600.0, 300.0  # seconds what was told is kept, and that nothing was
PATIENCE = 0.8  # seconds; Teams waits fifteen, but a person looks at the clock
GENERAL = "General"  # Teams gives this channel no name, for it has one in every language

Call = Callable[..., Awaitable[dict[str, Any]]]


class Channels:
    """The channels of one tenant's teams. `call` calls the connector; `seconds` is the time since 1970."""

    def __init__(self, call: Call, seconds: Callable[[], float]) -> None:
        self._call = call
        self._seconds = seconds
        self._known: dict[str, tuple[float, dict[str, str]]] = {}

    async def told(self, command: Command, body: Body) -> Command:
        """The command with the name of the channel it was said in, as far as Teams tells it in time."""
        place, team = command.place, team_id(body)
        if place.direct or place.name or not team:
            return command
        until, names = self._known.get(team, (0.0, {}))
        if until <= self._seconds() or place.channel not in names:
            names = await self._ask(body, team)
            kept = KEPT if place.channel in names else KEPT_NOTHING
            self._known[team] = (self._seconds() + kept, {place.channel: "", **names})
        return replace(command, place=replace(place, name=names.get(place.channel, "")))

    async def _ask(self, body: Body, team: str) -> dict[str, str]:
        """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#get-the-list-of-channels-in-a-team"""
        try:
            found = await asyncio.wait_for(
                self._call("GET", body["serviceUrl"], "teams", team, "conversations"), PATIENCE
            )
        except (SendError, TimeoutError):
            return {}
        listed = found.get("conversations")
        channels = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        return {str(one["id"]): str(one.get("name") or GENERAL) for one in channels if one.get("id")}
