"""Where people and conversations are reached: learned from every activity, kept by a `ReferenceStore`.

Teams tells with each activity which of its services to call back and in which conversation; a bot can write to nobody
it has no such reference for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.adapters.kept import Kept
from bot.adapters.teams.inbound import Body, actor_id, conversation_id, is_direct, tenant_id

USER, CHANNEL, GROUP = "user", "channel", "group"
LEARNED = 300.0  # seconds a reference is not looked at again: another replica may have heard that we were removed there


class ReferenceStore(Protocol):
    """Kept references; storage/references.py is one. Called from threads."""

    def remember(
        self,
        workspace: str,
        kind: str,
        external_id: str,
        *,
        service_url: str,
        conversation_id: str,
        account_id: str,
        bot_id: str,
    ) -> None:
        """Keep the newest way to a person or conversation; an empty `conversation_id` leaves a known one."""

    def recall(self, workspace: str, external_id: str) -> Mapping[str, str] | None:
        """`kind`, `service_url`, `conversation_id`, `account_id` and `bot_id`, or None."""

    def latest(self, workspace: str) -> Mapping[str, str] | None:
        """Some way into the tenant, the newest first, or None."""

    def forget(self, workspace: str, external_id: str) -> None:
        """We were removed from there."""

    def welcome(self, workspace: str, external_id: str) -> bool:
        """True once for each place that is known, until it is forgotten."""

    def posted(self, workspace: str, channel_id: str, message_id: str) -> bool:
        """Whether a message of a channel is one the outbox delivered."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A way to somebody: `conversation_id` is empty for a person whose chat with us is not known. `account_id`: what
    Teams itself calls the person, for beginning one; empty for a conversation."""

    kind: str
    service_url: str
    conversation_id: str
    account_id: str
    bot_id: str


class Known:
    """The references, with what this process has learned in front of the store: most activities teach nothing new.
    `seconds` is the time since 1970."""

    def __init__(self, store: ReferenceStore, seconds: Callable[[], float]) -> None:
        self._store = store
        self._learned = Kept[Reference](seconds)

    async def learn(self, body: Body) -> None:
        """Whatever came, it shows the way to where it came from, and to who sent it."""
        if _was_removed(body):
            await self._forget(tenant_id(body), _place(body))
            return
        if _was_added(body):
            self._learned.drop((tenant_id(body), _place(body)))  # whoever removed us may have told another replica
        service_url, bot_id = str(body["serviceUrl"]), str(body["recipient"]["id"])
        kind = {"personal": USER, "channel": CHANNEL}.get(body["conversation"].get("conversationType", ""), GROUP)
        here = conversation_id(body)
        if kind != USER:
            await self._learn(tenant_id(body), here, Reference(kind, service_url, here, "", bot_id))
        if body["from"]["id"] != bot_id:
            chat = body["conversation"]["id"] if kind == USER else ""
            person = Reference(USER, service_url, chat, str(body["from"]["id"]), bot_id)
            await self._learn(tenant_id(body), actor_id(body["from"]), person)

    async def remember_chat(self, workspace: str, user: str, found: Reference) -> None:
        """A chat that we began."""
        await self._learn(workspace, user, found)

    async def recall(self, workspace: str, external_id: str) -> Reference | None:
        """The way to a person or a conversation."""
        found = self._learned.get((workspace, external_id))
        if found is not None and (found.conversation_id or found.kind != USER):
            return found
        row = await asyncio.to_thread(self._store.recall, workspace, external_id)
        return Reference(**row) if row else None

    async def into(self, workspace: str) -> Reference | None:
        """Some way into the tenant, to begin a conversation there."""
        row = await asyncio.to_thread(self._store.latest, workspace)
        return Reference(**row) if row else None

    async def welcome(self, body: Body) -> bool:
        """Whether we were just added where this comes from, and nobody was welcomed there yet."""
        if not _was_added(body):
            return False
        return await asyncio.to_thread(self._store.welcome, tenant_id(body), _place(body))

    async def posted(self, workspace: str, channel: str, message: str) -> bool:
        """Whether the message is one of ours that waits for replies."""
        return await asyncio.to_thread(self._store.posted, workspace, channel, message)

    async def _learn(self, workspace: str, external_id: str, found: Reference) -> None:
        before = self._learned.get((workspace, external_id))
        if before is not None and found in (before, replace(before, conversation_id="")):
            return
        await asyncio.to_thread(
            self._store.remember,
            workspace,
            found.kind,
            external_id,
            service_url=found.service_url,
            conversation_id=found.conversation_id,
            account_id=found.account_id,
            bot_id=found.bot_id,
        )
        if found.conversation_id or before is None:
            self._learned.put((workspace, external_id), found, LEARNED)
        else:
            self._learned.drop((workspace, external_id))  # the store has put the old chat and the new way together

    async def _forget(self, workspace: str, external_id: str) -> None:
        self._learned.drop((workspace, external_id))
        await asyncio.to_thread(self._store.forget, workspace, external_id)


def _place(body: Body) -> str:
    """What we keep it under: the conversation, or the person whose own chat it is."""
    return actor_id(body["from"]) if is_direct(body) else conversation_id(body)


def _was_added(body: Body) -> bool:
    """An installation, or a change of members that is ours; Teams tells both of one installation."""
    return _changed(body, "add", "membersAdded")


def _was_removed(body: Body) -> bool:
    """An uninstallation, or a change of members that is ours."""
    return _changed(body, "remove", "membersRemoved")


def _changed(body: Body, action: str, members: str) -> bool:
    """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events"""
    if body["type"] == "installationUpdate":
        return str(body.get("action", "")).startswith(action)
    told: Any = body.get(members) if body["type"] == "conversationUpdate" else None
    bot = body["recipient"]["id"]
    return isinstance(told, list) and any(isinstance(one, dict) and one.get("id") == bot for one in told)
