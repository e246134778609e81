"""People at a fake Slack's clients: they type, press, submit and say, and see what they are shown."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fake_slack import FakeSlack

Json = dict[str, Any]

BOT_USER = "U0SIPBOT01"
TEAM = "T0LARKSPUR"


def direct_channel(user: str) -> str:
    """The channel of somebody's direct messages with the bot."""
    return "D" + user[1:]


@dataclass(eq=False)
class Person:
    """Somebody at a Slack client. `seen`: what only they were shown, oldest first. `modal`: the form open now."""

    slack: FakeSlack
    user: str
    name: str
    channel: str
    team: str = TEAM
    seen: list[Json] = field(default_factory=list)
    modal: Json | None = None

    async def types(self, text: str, *, channel: str = "", **how: Any) -> Json:
        """A slash command -> the body of the response ({} when it is empty)."""
        command, _, rest = text.partition(" ")
        channel = channel or self.channel
        fields = {
            "command": command,
            "text": rest,
            "team_id": self.team,
            "channel_id": channel,
            "channel_name": self._name_of(channel),
            "user_id": self.user,
            "user_name": self.name,
            "trigger_id": self.slack.trigger(self),
            "response_url": self._response_url(channel, "0"),
        }
        status, answer = await self.slack.post_form(fields, **how)
        assert status == 200, (status, answer)
        body: Json = json.loads(answer) if answer else {}
        return self.slack.show(self, channel, body) if body else {}

    async def presses(self, post: Json, label: str) -> None:
        """A button of a message that was posted or shown."""
        channel = post.get("channel", self.channel)
        payload = self._interaction("block_actions") | {
            "actions": [_button(post["blocks"], label)],
            "channel": {"id": channel, "name": self._name_of(channel)},
            "message": {key: post[key] for key in ("ts", "thread_ts", "text") if key in post},
            "container": {"type": "message", "message_ts": post["ts"], "channel_id": channel},
            "response_url": self._response_url(channel, post["ts"]),
        }
        await self._interacts(payload)

    async def presses_at_home(self, label: str) -> None:
        """A button of the App Home."""
        home = self.slack.homes[self.user]
        payload = self._interaction("block_actions") | {
            "actions": [_button(home["blocks"], label)],
            "view": {**home, "id": "V0HOME"},
            "container": {"type": "view", "view_id": "V0HOME"},
        }
        await self._interacts(payload)

    async def submits(self, modal: Json | None, values: dict[str, Any]) -> Json:
        """Fill in inputs (field name -> text, option value, list of values, user id or ids, list of uploads) and press Submit -> the
        body of the response: {} when the modal closes."""
        assert modal is not None, "no modal is open"
        inputs = {block["block_id"]: block["element"] for block in modal["blocks"] if block["type"] == "input"}
        assert values.keys() <= inputs.keys(), f"the form has {sorted(inputs)}"
        state = {
            name: {element["action_id"]: _filled(element, values.get(name, _initial(element)))}
            for name, element in inputs.items()
        }
        payload = self._interaction("view_submission") | {"view": {**modal, "state": {"values": state}}}
        body = await self._interacts(payload)
        if body.get("response_action") == "update":
            self.modal = {**body["view"], "id": modal["id"], "hash": "2.b"}
        elif not body:
            self.modal = None
        return body

    async def replies(self, post: Json, text: str, **how: Any) -> Json:
        """In the thread of a message -> the event's message."""
        thread = post.get("thread_ts", post["ts"])
        first = next((one for one in self.slack.posts(post["channel"]) if one["ts"] == thread), {})
        begun_by = {"parent_user_id": first["user"]} if "user" in first else {}
        return await self._says(text, {"channel": post["channel"], "thread_ts": thread, **begun_by}, **how)

    async def says(self, text: str, *, channel: str = "", **how: Any) -> Json:
        """A direct message to the bot, or a message in a channel (with `<@BOT>` in it, a mention too)."""
        message = await self._says(text, {"channel": channel or direct_channel(self.user)}, **how)
        if channel and f"<@{BOT_USER}>" in text:
            await self.slack.event({**message, "type": "app_mention"}, team=self.team, **how)
        return message

    async def opens_home(self) -> None:
        """The bot's home tab."""
        await self.slack.event({"type": "app_home_opened", "user": self.user, "tab": "home", "channel": "D1"})

    async def shortcut(self, callback_id: str, post: Json | None = None) -> None:
        """A shortcut, on a message or without one."""
        if post is None:
            await self._interacts(self._interaction("shortcut") | {"callback_id": callback_id})
            return
        payload = self._interaction("message_action") | {
            "callback_id": callback_id,
            "channel": {"id": post["channel"], "name": self._name_of(post["channel"])},
            "message": post,
            "message_ts": post["ts"],
            "response_url": self._response_url(post["channel"], post["ts"]),
        }
        await self._interacts(payload)

    async def _says(self, text: str, where: Json, **how: Any) -> Json:
        kind = "im" if where["channel"].startswith("D") else "channel"
        message = {
            "type": "message",
            "user": self.user,
            "text": text,
            "ts": self.slack.timestamp(),
            "team": self.team,
            **where,
        }
        self.slack.channels.setdefault(where["channel"], []).append(message)
        status, answer = await self.slack.event({**message, "channel_type": kind}, team=self.team, **how)
        assert status == 200, (status, answer)
        return message

    def _interaction(self, kind: str) -> Json:
        return {
            "type": kind,
            "team": {"id": self.team, "domain": "larkspur"},
            "user": {"id": self.user, "username": self.name, "team_id": self.team},
            "trigger_id": self.slack.trigger(self),
        }

    async def _interacts(self, payload: Json) -> Json:
        status, answer = await self.slack.interaction(payload)
        assert status == 200, (status, answer)
        return json.loads(answer) if answer else {}

    def _name_of(self, channel: str) -> str:
        return "directmessage" if channel.startswith("D") else self.slack.names.get(channel, "intake")

    def _response_url(self, channel: str, timestamp: str) -> str:
        return f"{self.slack.url}/respond/{self.user}/{channel}/{timestamp}"


def _button(blocks: list[Json], label: str) -> Json:
    elements = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    for element in elements:
        if element["text"]["text"] == label:
            return {**element, "block_id": "b1"}
    raise AssertionError(f"no button {label!r} among {[element['text']['text'] for element in elements]}")


def _initial(element: Json) -> Any:
    """What an input holds when nobody touches it."""
    for name in ("initial_value", "initial_date", "initial_user", "initial_users"):
        if name in element:
            return element[name]
    if "initial_option" in element:
        return element["initial_option"]["value"]
    return [option["value"] for option in element.get("initial_options", [])]


def _filled(element: Json, value: Any) -> Json:
    """An input's part of view.state."""
    kind = element["type"]
    options = {option["value"]: option for option in _options(element)}
    match kind:
        case "plain_text_input":
            return {"type": kind, "value": value or None}
        case "static_select":
            return {"type": kind, "selected_option": options[value] if value else None}
        case "multi_static_select" | "checkboxes":
            return {"type": kind, "selected_options": [options[one] for one in value or []]}
        case "users_select":
            return {"type": kind, "selected_user": value or None}
        case "multi_users_select":
            return {"type": kind, "selected_users": value or []}
        case "datepicker":
            return {"type": kind, "selected_date": value or None}
        case "file_input":
            return {"type": kind, "files": value or []}
    raise AssertionError(f"an input Slack does not have here: {kind}")


def _options(element: Json) -> list[Json]:
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]
