"""Who people are. A mention carries Teams' own id, a picked person no name, and no activity says an e-mail address: the
conversation's members are asked, once a day for each person."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.kept import Kept
from bot.adapters.teams.inbound import Body, actor_id, tenant_id
from bot.chat.commands import Command
from bot.chat.errors import SendError

KEPT, KEPT_NOTHING = 24 * 3600.0, 300.0  # seconds what was told is kept, and that nothing was
PATIENCE = 0.8  # seconds; Teams waits fifteen, but a person looks at the clock
MOST_ASKED = 25  # mentioned or picked in one message: nobody means more, and each is a call
_TOKEN = re.compile(r"<@([^>|\s]+)\|([^>]*)>")
_UNSAFE = re.compile(r"[<>|\s]+")
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_ENTRA_ID = re.compile(_UUID, re.I)
_PICKED = re.compile(rf"<@({_UUID})>", re.I)
_ALL_PICKED = re.compile(rf"<@{_UUID}>(?:,<@{_UUID}>)*", re.I)  # what a form's people field holds

Call = Callable[..., Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Member:
    """What Teams tells of somebody; every part may be empty."""

    user: str = ""
    email: str = ""
    name: str = ""


class People:
    """The people of one tenant. `call` calls the connector; `seconds` is the time since 1970."""

    def __init__(self, call: Call, seconds: Callable[[], float]) -> None:
        self._call = call
        self._known = Kept[Member](seconds)

    async def told(self, command: Command, body: Body) -> Command:
        """The command with the actor's e-mail address, the lasting ids of those it mentions and the names of those who
        were picked in a form, as far as Teams tells them in time. Somebody mentioned who stays unknown is a name, not
        an id that nobody else has."""
        fields = {name: value for name, value in command.values.items() if _ALL_PICKED.fullmatch(value)}
        picked = {found[1] for value in fields.values() for found in _PICKED.finditer(value)}
        accounts = {found[1] for found in _TOKEN.finditer(command.text) if not _ENTRA_ID.fullmatch(found[1])}
        sender = body["from"]["id"]
        others = sorted((accounts | picked) - {sender})
        asked = [sender, *others[:MOST_ASKED]]
        members: dict[str, Member] = dict(
            zip(asked, await asyncio.gather(*(self._get(body, one) for one in asked)), strict=True)
        )
        members[sender] = replace(members[sender], user=actor_id(body["from"]))

        def of(account: str) -> Member:
            return members.get(account, Member())

        def named(token: re.Match[str]) -> str:
            user = token[1] if token[1] not in accounts else of(token[1]).user
            return f"<@{user}|{token[2]}>" if user else f"@{token[2]}"

        def called(token: re.Match[str]) -> str:
            name = of(token[1]).name
            return f"<@{token[1]}|{name}>" if name else token[0]

        values = (
            {name: _PICKED.sub(called, value) for name, value in command.values.items()} if picked else command.values
        )
        actor = replace(command.actor, email=members[sender].email)
        return replace(command, text=_TOKEN.sub(named, command.text), actor=actor, values=values)

    async def _get(self, body: Body, account: str) -> Member:
        key = (tenant_id(body), account)
        member = self._known.get(key)
        if member is None:
            member = await self._ask(body, account)
            self._known.put(key, member, KEPT if member.user else KEPT_NOTHING)
        return member

    async def _ask(self, body: Body, account: str) -> Member:
        """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/get-teams-context"""
        conversation = str(body["conversation"]["id"]).partition(";")[0]
        try:
            asking = self._call("GET", body["serviceUrl"], "conversations", conversation, "members", account)
            found = await asyncio.wait_for(asking, PATIENCE)
        except (SendError, TimeoutError):
            return Member()
        user = found.get("aadObjectId") or found.get("objectId") or ""
        name = _UNSAFE.sub(" ", str(found.get("name") or "")).strip()
        return Member(str(user), str(found.get("email") or found.get("userPrincipalName") or ""), name)
