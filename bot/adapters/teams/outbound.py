"""Posts on their way to Teams: a conversation's thread, a new thread, somebody's own chat, a changed card, a reaction.

What goes to one person within a channel goes to their chat with the bot: nobody else can ever see it there. Nothing is
repeated here; `bot.delivery` decides from the SendError what happens next.
"""

from __future__ import annotations

from typing import Any

from bot.adapters.teams import cards
from bot.adapters.teams.connector import BY_ADMIN, Connector, Refused
from bot.adapters.teams.inbound import in_thread
from bot.adapters.teams.known import CHANNEL, USER, Known, Reference
from bot.adapters.teams.wording import worded
from bot.chat.errors import SendError
from bot.chat.ports import Address, Post

Json = dict[str, Any]

# Our receipts, among what Teams has (https://learn.microsoft.com/microsoftteams/platform/teams-sdk/in-depth-guides/message-reactions).
REACTIONS = {"white_check_mark": "checkmark", "memo": "pushpin"}
# https://learn.microsoft.com/microsoftteams/platform/agents-in-teams/targeted-messages
FOR_ONE = "?isTargetedActivity=true"
GONE = (403, 404)  # blocked us, or has not the app; the account or the chat is not there any more
NOT_THERE = "sipbot does not know this {what} in Teams: add the app to it, and mention @sipbot there once"


class Outbound:
    """Everything we send."""

    def __init__(self, connector: Connector, known: Known) -> None:
        self._connector = connector
        self._known = known

    async def send(self, post: Post) -> str:
        """Deliver -> the message's id. Raises SendError."""
        address = post.address
        if post.reaction:
            return await self._react(post)
        if post.message is None:
            raise SendError(f"the post {post.key} has nothing in it", permanent=True)
        activity = cards.activity(worded(post.message, direct=bool(address.user)), post.mentions)
        if address.user:
            return await self._to_person(post, activity)
        here = await self._here(address)
        if post.target:
            return await self.change(here.service_url, here.conversation_id, post.target, activity)
        if address.thread:
            thread = in_thread(address.channel, address.thread) if here.kind == CHANNEL else address.channel
            return await self.say(here.service_url, thread, activity)
        if here.kind != CHANNEL:
            return await self.say(here.service_url, here.conversation_id, activity)
        return await self._new_thread(here, address, activity)

    async def say(self, service_url: str, conversation: str, activity: Json) -> str:
        """Into a conversation, as Teams gave its id -> the message's id. Raises SendError."""
        found = await self._connector.call(
            "POST", service_url, "conversations", conversation, "activities", body=activity
        )
        return str(found.get("id", ""))

    async def whisper(self, service_url: str, conversation: str, account: str, activity: Json) -> str:
        """Into a conversation, for one account only: where Teams shows such messages. Raises SendError."""
        found = await self._connector.call(
            "POST",
            service_url,
            "conversations",
            conversation,
            "activities",
            body={**activity, "recipient": {"id": account, "isTargeted": True}},
            query=FOR_ONE,
        )
        return str(found.get("id", ""))

    async def tell(self, workspace: str, user: str, activity: Json) -> str:
        """Into somebody's own chat -> the message's id. Raises SendError."""
        service_url, chat = await self.chat_with(workspace, user)
        return await self.say(service_url, chat, activity)

    async def change(
        self, service_url: str, conversation: str, message: str, activity: Json, whispered: bool = False
    ) -> str:
        """Put another card in a message's place, for everybody who has it. Raises SendError."""
        await self._connector.call(
            "PUT",
            service_url,
            "conversations",
            conversation,
            "activities",
            message,
            body={**activity, "id": message},
            query=FOR_ONE if whispered else "",
        )
        return message

    async def chat_with(self, workspace: str, user: str) -> tuple[str, str]:
        """(service address, conversation) of the chat with one person; begun where there is none. Raises SendError."""
        known = await self._known.recall(workspace, user)
        if known is not None and known.conversation_id:
            return known.service_url, known.conversation_id
        way = known or await self._known.into(workspace)
        if way is None:
            raise SendError(NOT_THERE.format(what="person"), permanent=True)
        account = known.account_id if known else ""
        asked = {
            "isGroup": False,
            "bot": {"id": way.bot_id},
            "members": [{"id": account or user}],
            "tenantId": workspace,
            "channelData": {"tenant": {"id": workspace}},
        }
        found = await self._connector.call("POST", way.service_url, "conversations", body=asked)
        chat = str(found.get("id", ""))
        await self._known.remember_chat(workspace, user, Reference(USER, way.service_url, chat, account, way.bot_id))
        return way.service_url, chat

    async def _here(self, address: Address) -> Reference:
        known = await self._known.recall(address.workspace, address.channel)
        if known is None:
            raise SendError(NOT_THERE.format(what="channel"), permanent=True)
        return known

    async def _to_person(self, post: Post, activity: Json) -> str:
        """Teams says the same of a chat as of a channel; of a chat it means that this person gets no messages, unless
        an administrator has stopped us for everybody."""
        try:
            service_url, chat = await self.chat_with(post.address.workspace, post.address.user)
            return await self._put_or_post(service_url, chat, activity, post.target)
        except Refused as refused:
            refused.bounced = refused.status in GONE and refused.reason != BY_ADMIN and not post.target
            raise

    async def _put_or_post(self, service_url: str, chat: str, activity: Json, target: str) -> str:
        if target:
            return await self.change(service_url, chat, target, activity)
        return await self.say(service_url, chat, activity)

    async def _new_thread(self, here: Reference, address: Address, activity: Json) -> str:
        """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/channel-and-group-conversations"""
        asked = {
            "isGroup": True,
            "bot": {"id": here.bot_id},
            "tenantId": address.workspace,
            "channelData": {"channel": {"id": address.channel}, "tenant": {"id": address.workspace}},
            "activity": activity,
        }
        found = await self._connector.call("POST", here.service_url, "conversations", body=asked)
        return str(found.get("activityId") or str(found.get("id", "")).rpartition("=")[2])

    async def _react(self, post: Post) -> str:
        """A reaction is only an ornament beside a receipt: where Teams does not take it, it is left out."""
        here = await self._here(post.address)
        kind = REACTIONS.get(post.reaction, "like")
        path = ("conversations", here.conversation_id, "activities", post.target, "reactions", kind)
        try:
            await self._connector.call("PUT", here.service_url, *path)
        except Refused as refused:
            if not refused.permanent:
                raise
        return post.target
