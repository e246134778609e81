"""Who people are and what channels are called. A mention carries Teams' own id, and no activity says an e-mail
address or a channel's name: the conversation's members and the team's channels are asked for, once a day for each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.teams.inbound import Body, actor_id, tenant_id
from bot.chat.commands import Command, Place
from bot.chat.errors import SendError

KEPT, KEPT_NOTHING = 24 * 3600.0, 300.0  # seconds what was told is kept, and that nothing was
PATIENCE = 0.8  # seconds; Teams waits fifteen, but a person looks at the clock
GENERAL = "General"  # the channel that Teams tells no name of; clients show it in their own language
_TOKEN = re.compile(r"<@([^>|\s]+)\|([^>]*)>")
_ENTRA_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.I)

Call = Callable[..., Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Member:
    """What Teams tells of somebody; every part may be empty."""

    user: str = ""
    email: str = ""


class People:
    """The people and channels of one tenant. `call` calls the connector; `seconds` is the time since 1970."""

    def __init__(self, call: Call, seconds: Callable[[], float]) -> None:
        self._call = call
        self._seconds = seconds
        self._known: dict[tuple[str, str], tuple[float, Member]] = {}
        self._channels: dict[tuple[str, str], tuple[float, str]] = {}

    async def told(self, command: Command, body: Body) -> Command:
        """The command with the actor's e-mail address, its channel's name and the lasting ids of those it mentions, as
        far as Teams tells them in time. Somebody who stays unknown is a name, not an id that nobody else has."""
        accounts = {found[1] for found in _TOKEN.finditer(command.text) if not _ENTRA_ID.fullmatch(found[1])}
        sender = body["from"]["id"]
        asked = [sender, *(accounts - {sender})]
        members = dict(zip(asked, await asyncio.gather(*(self._get(body, one) for one in asked)), strict=True))
        members[sender] = replace(members[sender], user=actor_id(body["from"]))

        def named(token: re.Match[str]) -> str:
            user = token[1] if token[1] not in accounts else members[token[1]].user
            return f"<@{user}|{token[2]}>" if user else f"@{token[2]}"

        actor = replace(command.actor, email=members[sender].email)
        place = replace(command.place, name=await self._channel(body, command.place))
        return replace(command, text=_TOKEN.sub(named, command.text), actor=actor, place=place)

    async def _get(self, body: Body, account: str) -> Member:
        key = (tenant_id(body), account)
        until, member = self._known.get(key, (0.0, Member()))
        if until <= self._seconds():
            member = await self._ask(body, account)
            self._known[key] = (self._seconds() + (KEPT if member.user else KEPT_NOTHING), member)
        return member

    async def _channel(self, body: Body, place: Place) -> str:
        """The name of the channel that the command is in; "" for what has none."""
        inside = body.get("channelData")
        team = inside.get("team") if isinstance(inside, dict) else None
        if place.name or not place.channel or not isinstance(team, dict) or not isinstance(team.get("id"), str):
            return place.name
        key = (tenant_id(body), place.channel)
        until, name = self._channels.get(key, (0.0, ""))
        if until <= self._seconds():
            name = await self._ask_name(body, team["id"], place.channel)
            self._channels[key] = (self._seconds() + (KEPT if name else KEPT_NOTHING), name)
        return name

    async def _ask_name(self, body: Body, team: str, channel: str) -> str:
        """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context#get-the-list-of-channels-in-a-team"""
        try:
            asking = self._call("GET", body["serviceUrl"], "teams", team, "conversations")
            found = (await asyncio.wait_for(asking, PATIENCE)).get("conversations")
        except (SendError, TimeoutError):
            return ""
        names = {one.get("id"): one.get("name") or GENERAL for one in found or () if isinstance(one, dict)}
        return str(names.get(channel, ""))

    async def _ask(self, body: Body, account: str) -> Member:
        """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context"""
        conversation = str(body["conversation"]["id"]).partition(";")[0]
        try:
            asking = self._call("GET", body["serviceUrl"], "conversations", conversation, "members", account)
            found = await asyncio.wait_for(asking, PATIENCE)
        except (SendError, TimeoutError):
            return Member()
        user = found.get("aadObjectId") or found.get("objectId") or ""
        return Member(str(user), str(found.get("email") or found.get("userPrincipalName") or ""))
