"""The Slack adapter over real HTTP: signed payloads become Commands, Replies become Slack's calls."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import datetime
from typing import Any

import pytest

from bot.adapters.slack import SlackAdapter, SlackSettings
from bot.chat.commands import Command, Place
from bot.chat.errors import SendError
from bot.chat.forms import Form
from bot.chat.messages import Message, say
from bot.chat.ports import Address, Post
from bot.chat.replies import Reply
from tests.fake_slack import BOT_USER, TEAM, FakeSlack, Fault, Person
from tests.slack_house import ANN, CHANNEL, FORM, PROMPT, SECRET, House, in_channel, serve

# who gets in


async def test_a_typed_command_is_answered_in_the_response_without_any_call(house: House, ann: Person) -> None:
    body = await ann.types("/sip update 1.2.3 done Form &lt;piloted&gt; by <@U0BOB00001|bob>")
    assert body["response_type"] == "ephemeral"
    assert body["text"] == "Stored."
    assert house.slack.calls == []
    assert house.slack.responses == []
    assert house.last == Command(
        "update 1.2.3 done Form <piloted> by <@U0BOB00001|bob>",
        ANN,
        Place(CHANNEL, name="intake"),
        house.last.delivery_id,
    )


@pytest.mark.parametrize("how", [{"secret": "another secret"}, {"at": 0}, {"at": 9_999_999_999}])
async def test_forged_and_stale_payloads_are_refused_and_never_handled(house: House, how: dict[str, Any]) -> None:
    status, _ = await house.slack.post_form({"command": "/sip", "text": "me", "user_id": "U1"}, **how)
    assert status == 401
    event = {"type": "app_mention", "channel": CHANNEL, "user": "U1", "ts": "1.2", "text": "me"}
    status, _ = await house.slack.event(event, **how)
    assert status == 401
    assert house.commands == []


async def test_a_signature_six_minutes_old_is_refused(house: House) -> None:
    status, _ = await house.slack.event({"type": "team_join"}, at=time.time() - 361)
    assert status == 401


async def test_an_unsigned_payload_is_refused(house: House) -> None:
    async with house.slack.session.post(house.slack.app_url, data={"command": "/sip", "text": "me"}) as answer:
        assert answer.status == 401
    assert house.commands == []


@pytest.mark.parametrize("body", ["{", "null", "[]", '"x"', "payload={", "payload=null", "payload=%5B%5D"])
async def test_a_body_that_is_no_payload_is_refused_without_a_fault(house: House, body: str) -> None:
    kind = "application/x-www-form-urlencoded" if body.startswith("payload") else "application/json"
    for secret in (SECRET, "another secret"):
        status, _ = await house.slack.post_raw(body, kind, secret=secret)
        assert status in (400, 401)
    assert house.commands == []


async def test_a_replayed_command_carries_the_same_delivery_id(house: House, ann: Person) -> None:
    fields = {
        "command": "/sip", "text": "me", "team_id": TEAM, "channel_id": CHANNEL, "channel_name": "intake",
        "user_id": ann.user, "user_name": "ann", "trigger_id": "1.2.3", "response_url": house.slack.url,
    }  # fmt: skip
    await house.slack.post_form(fields)
    await house.slack.post_form(fields)
    await ann.types("/sip me")
    first, again, other = (command.delivery_id for command in house.commands)
    assert first == again != other


async def test_slacks_own_questions_are_answered(house: House) -> None:
    verification = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    status, text = await house.slack.post_raw(verification, "application/json")
    assert (status, json.loads(text)) == (200, {"challenge": "abc"})
    async with house.slack.session.get(house.slack.app_url) as answer:
        assert answer.status == 405
    status, _ = await house.slack.post_form({"ssl_check": "1", "token": "x"})
    assert status == 200
    assert house.commands == []


@pytest.mark.parametrize(
    "event",
    [
        {"type": "member_joined_channel", "user": "U1", "channel": CHANNEL},
        {"type": "something_new_in_2031"},
        {"type": "app_home_opened", "user": "U1", "tab": "messages", "channel": "D1"},
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"bot": ["U1"]}},
    ],
)
async def test_events_that_are_not_for_us_are_taken_with_200(house: House, event: dict[str, Any]) -> None:
    status, _ = await house.slack.event(event)
    assert status == 200
    assert house.commands == []


async def test_interactions_we_know_nothing_of_are_taken_with_200(house: House, ann: Person) -> None:
    for payload in (
        {"type": "block_suggestion", "action_id": "x", "value": "a"},
        {"type": "view_closed", "view": {"callback_id": "update", "id": "V1"}},
        {"type": "message_action", "callback_id": "other", "trigger_id": "1"},
        {"type": "something_new_in_2031"},
    ):
        status, _ = await house.slack.interaction({"team": {"id": TEAM}, "user": {"id": ann.user}, **payload})
        assert status == 200, payload
    assert house.commands == []


# typed commands


async def test_a_public_reply_is_for_the_channel(house: House, ann: Person) -> None:
    house.replies(Reply(say("For all."), public=True))
    assert (await ann.types("/sip report"))["response_type"] == "in_channel"


async def test_a_command_that_asks_opens_a_form_and_answers_nothing(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    assert await ann.types("/sip update") == {}
    await house.slack.until(lambda: ann.modal)
    assert house.methods() == ["views.open"]


async def test_an_expired_trigger_tells_what_to_type(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    house.slack.fail("views.open", Fault(error="expired_trigger_id"))
    await ann.types("/sip update")
    await house.slack.until(lambda: ann.seen)
    assert "/sip update" in json.dumps(ann.seen[-1]["blocks"])
    assert house.slack.responses[0]["response_type"] == "ephemeral"


async def test_a_form_too_large_for_slack_tells_what_to_type(house: House, ann: Person) -> None:
    house.replies(Reply(form=Form("Update", "update", FORM.fields, hidden=(("note", "x" * 3000),))))
    await ann.types("/sip update")
    await house.slack.until(lambda: ann.seen)
    assert house.slack.calls == []


async def test_a_command_typed_in_a_direct_message_is_direct(house: House, ann: Person) -> None:
    await ann.types("/sip me", channel="D0ANN00001")
    assert house.last.place == Place("D0ANN00001", direct=True)


# many workspaces


async def test_the_token_of_a_workspace_is_looked_up_once_until_it_is_revoked() -> None:
    asked: list[str] = []
    clock = [1000.0]

    class Installed:
        async def token(self, workspace: str, refused: str = "") -> str | None:
            asked.append(workspace)
            return "xoxb-test" if workspace == TEAM else None

        async def revoked(self, workspace: str, at: datetime) -> None:
            asked.append("revoked")

        async def stop(self) -> None: ...

    async def handle(command: Command) -> Reply:
        return Reply(say("Stored."))

    async with FakeSlack(SECRET) as slack:
        settings = SlackSettings(SECRET, api_url=slack.api_url)
        adapter = SlackAdapter(settings, handle, Installed(), seconds=lambda: clock[0])
        await adapter.start()
        runner, slack.app_url = await serve(adapter)
        ann = slack.person(ANN.user, ANN.name)
        for _ in range(3):
            await ann.types("/sip me")
        assert asked == [TEAM]
        await slack.event({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}})  # somebody's own: none of ours
        assert asked == [TEAM]
        await slack.event({"type": "tokens_revoked", "tokens": {"bot": [BOT_USER]}})
        await ann.types("/sip me")
        assert asked == [TEAM, "revoked", TEAM]
        clock[0] += 301
        await ann.types("/sip me")
        assert asked == [TEAM, "revoked", TEAM, TEAM]
        with pytest.raises(SendError, match="not installed"):
            await adapter.send(Post("k", Address("slack", "T0OTHER", CHANNEL), PROMPT))
        assert slack.calls == []
        await adapter.stop()
        await runner.cleanup()


async def test_a_slow_answer_to_a_press_does_not_hold_up_the_response(house: House, ann: Person) -> None:
    house.slack.fail("views.open", Fault(delay=0.5))
    house.replies(Reply(form=FORM))
    before = time.monotonic()
    await ann.types("/sip update")
    assert time.monotonic() - before < 0.4
    await asyncio.wait_for(house.adapter.drain(), 2)
    assert ann.modal


async def test_what_takes_longer_than_slack_waits_is_answered_when_it_is_done(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.slack.adapter.PATIENCE", 0.05)
    house.delay = 0.3
    assert await ann.types("/sip report") == {}
    await house.slack.until(lambda: ann.seen)
    assert [answer["text"] for answer in house.slack.responses] == ["Stored."]
    await ann.presses(await in_channel(house), "Update")
    await house.slack.until(lambda: len(ann.seen) == 2)


# Socket Mode


async def test_in_socket_mode_the_same_payloads_come_without_an_address() -> None:
    commands: list[Command] = []

    async def handle(command: Command) -> Reply:
        commands.append(command)
        return Reply(say("Stored."))

    async with FakeSlack(SECRET) as slack:
        settings = SlackSettings(SECRET, slack.token, slack.app_token, slack.api_url)
        adapter = SlackAdapter(settings, handle)
        await adapter.start()
        await slack.until(lambda: slack.socket_is_open)
        fields = {"command": "/sip", "text": "me", "team_id": TEAM, "channel_id": CHANNEL, "user_id": ANN.user}
        body = await slack.through_socket("slash_commands", {**fields, "trigger_id": "1.2.3"})
        assert body["text"] == "Stored."
        event = {"type": "app_mention", "user": ANN.user, "text": "<@U0SIPBOT01> help", "ts": "9.1", "channel": CHANNEL}
        outer = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}
        assert await slack.through_socket("events_api", outer) == {}
        assert await slack.through_socket("events_api", {**outer, "event": {"type": "new_in_2031"}}) == {}
        assert [command.text for command in commands] == ["me", "help"]
        await adapter.stop()


async def test_in_socket_mode_an_event_that_cannot_be_saved_is_not_acknowledged_until_it_is_told() -> None:
    async def handle(command: Command) -> Reply:
        return Reply(say("Not saved."), unsaved=True)

    async with FakeSlack(SECRET) as slack:
        adapter = SlackAdapter(SlackSettings(SECRET, slack.token, slack.app_token, slack.api_url), handle)
        await adapter.start()
        await slack.until(lambda: slack.socket_is_open)
        event = {"type": "app_mention", "user": ANN.user, "text": "<@U0SIPBOT01> help", "ts": "9.1", "channel": CHANNEL}
        outer = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "event": event}
        for attempt in (0, 1, 2):
            with pytest.raises(TimeoutError):
                await slack.through_socket("events_api", outer, patience=0.2, retry_attempt=attempt)
        assert await slack.through_socket("events_api", outer, retry_attempt=3) == {}
        await adapter.drain()
        assert [told["text"] for told in slack.called("chat.postEphemeral")] == ["Not saved."]
        await adapter.stop()


async def test_an_answer_that_cannot_be_shown_is_not_silence(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(message: Message) -> list[Any]:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("bot.adapters.slack.adapter.message_blocks", broken)
    assert "could not be shown" in (await ann.types("/sip me"))["text"]
