"""People at a fake Teams' clients: they write, press, fill in and reply, and see what they are shown."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fake_teams import FakeTeams

Json = dict[str, Any]

TENANT = "0f0e0d0c-1111-4222-8333-444455556666"
BOT = "28:11111111-2222-4333-8444-555555555555"
CHANNEL = "19:intake@thread.tacv2"
TEAM = "19:team@thread.tacv2"
GROUP = "19:leads@thread.v2"
MENTION = "<at>sipbot</at>"


def chat_of(user: str) -> str:
    """The conversation of somebody's own chat with the bot."""
    return f"a:{user}"


@dataclass(eq=False)
class Person:
    """Somebody at a Teams client. `user` is their Entra object id, `account` Teams' own. `dialog`: the one open now.
    `views`: the cards only they see in place of a message's, by its id."""

    teams: FakeTeams
    user: str
    name: str
    whispers: list[Json] = field(default_factory=list)
    views: dict[str, Json] = field(default_factory=dict)
    dialog: Json | None = None

    @property
    def account(self) -> str:
        return f"29:1{self.user}"

    @property
    def seen(self) -> list[Json]:
        """What the bot said in their own chat, oldest first."""
        return self.teams.posts(chat_of(self.user))

    def activity(self, conversation: str = "", thread: str = "", **fields: Any) -> Json:
        """What every activity of theirs has, in their own chat or in a channel's thread."""
        name = conversation or chat_of(self.user)
        kind = {"a": "personal"}.get(name[0], "channel" if name.endswith("tacv2") else "groupChat")
        inside: Json = {"tenant": {"id": TENANT}}
        if kind == "channel":
            inside |= {"team": {"id": TEAM}, "channel": {"id": name}}
        return {
            "id": self.teams.next_id(),
            "channelId": "msteams",
            "serviceUrl": self.teams.service_url,
            "timestamp": time.time(),
            "from": {"id": self.account, "name": self.name, "aadObjectId": self.user},
            "recipient": {"id": BOT, "name": "sipbot"},
            "conversation": {
                "id": f"{name};messageid={thread}" if thread else name,
                "conversationType": kind,
                "tenantId": TENANT,
            },
            "channelData": inside,
            **fields,
        }

    async def says(self, text: str, *, channel: str = "", thread: str = "", mentions: tuple[Person, ...] = ()) -> Json:
        """In their own chat; or in a channel or group chat, with the mention of the bot. -> the activity."""
        names = [("sipbot", BOT), *((who.name, who.account) for who in mentions)]
        activity = self.activity(
            channel, thread, type="message", text=text, entities=[_mention(*name) for name in names]
        )
        if channel:
            activity["text"] = text if MENTION in text else f"{MENTION}&nbsp;{text}"
            if activity["conversation"]["conversationType"] == "channel" and not thread:
                activity["conversation"]["id"] += f";messageid={activity['id']}"
        status, _ = await self.teams.post(activity)
        assert status == 200, status
        return activity

    async def presses(self, post: Json, label: str) -> Json:
        """A button of a card, by Action.Execute -> what it is answered with."""
        return await self._executes(post, self._action(post, label, "Action.Execute")["data"])

    async def fills(self, post: Json, values: Json) -> Json:
        """Fill in the form on a card and send it -> what it is answered with."""
        card = self.card(post)
        return await self._executes(post, {**card["actions"][0]["data"], **_filled(card, values)})

    async def sends(self, post: Json, label: str, values: Json | None = None) -> None:
        """The same from a client that knows no Action.Execute."""
        card = self.card(post)
        action = self._action(post, label, "Action.Execute")["fallback"]
        data = {**action["data"], **_filled(card, values or {})}
        await self._send(self._in(post, type="message", value=data))

    async def opens(self, post: Json, label: str) -> Json:
        """A button that opens a dialog -> what it is answered with."""
        data = self._action(post, label, "Action.Submit")["data"]
        assert data["msteams"] == {"type": "task/fetch"}
        return await self._dialogs(self._in(post, type="invoke", name="task/fetch", value={"data": data}))

    async def extends(self, command: str, text: str = "", channel: str = CHANNEL, message: str = "1699") -> Json:
        """The message extension's action on a message of a channel."""
        value: Json = {"commandId": command, "commandContext": "message" if text else "compose"}
        if text:
            value["messagePayload"] = {"id": message, "body": {"contentType": "html", "content": text}}
        self._extension = self.activity(channel, message, type="invoke", name="composeExtension/fetchTask", value=value)
        return await self._dialogs(self._extension)

    async def submits(self, values: Json, name: str = "task/submit") -> Json:
        """Fill in the dialog that is open and send it."""
        assert self.dialog is not None, "no dialog is open"
        card, where = self.dialog["card"], self.dialog["where"]
        data = {**card["actions"][0]["data"], **_filled(card, values)}
        fields = {"type": "invoke", "name": name, "value": {"data": data}, "id": self.teams.next_id()}
        return await self._dialogs({**where, **fields})

    def _in(self, post: Json, **fields: Any) -> Json:
        name, _, thread = post["conversation"].partition(";messageid=")
        return self.activity(name, thread, replyToId=post["id"], **fields)

    async def _executes(self, post: Json, data: Json) -> Json:
        action = {"type": "Action.Execute", "verb": "sipbot", "data": data}
        value = {"action": action, "trigger": "manual"}
        answer = await self._send(self._in(post, type="invoke", name="adaptiveCard/action", value=value))
        assert answer["statusCode"] == 200
        if answer["type"] == "application/vnd.microsoft.card.adaptive":
            self.views[post["id"]] = answer["value"]
        else:
            assert isinstance(answer["value"], str)
        return answer

    async def _dialogs(self, activity: Json) -> Json:
        answer = (await self._send(activity))["task"]
        self.dialog = None
        if answer["type"] == "continue":
            assert len(answer["value"]["title"]) <= 64
            card = answer["value"]["card"]["content"]
            assert all(action["type"] != "Action.Execute" for action in card.get("actions", []))
            self.dialog = {"card": card, "where": activity}
        return answer

    async def _send(self, activity: Json) -> Json:
        status, answer = await self.teams.post(activity)
        assert status == 200, (status, answer)
        return answer

    def card(self, post: Json) -> Json:
        """The card of a message as this person sees it."""
        return self.views.get(post["id"]) or post["attachments"][0]["content"]

    def _action(self, post: Json, label: str, kind: str) -> Json:
        found = [one for one in _within(self.card(post)) if one.get("type") == kind]
        for action in found:
            if action["title"] == label:
                return action
        raise AssertionError(f"no {kind} {label!r} among {[action.get('title') for action in found]}")


def words_of(card: Json) -> str:
    """Every text on a card."""
    return " ".join(one["text"] for one in _within(card) if "text" in one)


def shown(post: Json) -> str:
    """Every text of a message."""
    return words_of(post["attachments"][0]["content"])


def _within(card: Any) -> list[Json]:
    """Every object in a card."""
    if isinstance(card, list):
        return [found for one in card for found in _within(one)]
    if not isinstance(card, dict):
        return []
    return [card, *(found for value in card.values() for found in _within(value))]


def _filled(card: Json, values: Json) -> Json:
    """The inputs of a card, with what is typed and what they hold when nobody touches them."""
    inputs = {one["id"].partition(":")[2]: one for one in _within(card) if str(one.get("type")).startswith("Input.")}
    assert values.keys() <= inputs.keys(), f"the form has {sorted(inputs)}"
    found = {one["id"]: values.get(name, one.get("value", "")) for name, one in inputs.items()}
    assert json.dumps(found)
    return found


def _mention(name: str, account: str) -> Json:
    return {"type": "mention", "text": f"<at>{name}</at>", "mentioned": {"id": account, "name": name}}
