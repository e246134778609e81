"""Slack posts on their way out: the calls, what their failures mean, and finding a post of unknown fate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.slack import SlackAdapter, SlackSettings
from bot.chat import messages
from bot.chat.commands import Command
from bot.chat.errors import SendError
from bot.chat.messages import Message, Span, say
from bot.chat.ports import Address, Post
from bot.chat.replies import Reply
from tests.fake_slack import TEAM, Fault
from tests.slack_house import ANN, CHANNEL, PROMPT, SECRET, House

# delivery


def post(message: Message | None = PROMPT, **where: Any) -> Post:
    rest = {name: where.pop(name) for name in ("reaction", "target", "mentions") if name in where}
    return Post("k1", Address("slack", TEAM, **where), message, **rest)


async def test_a_post_has_blocks_a_text_and_our_key_and_mentions_people(house: House) -> None:
    message = Message((messages.Text((Span("Thanks, "), Span("Ann", person=7))),))
    found = await house.adapter.send(post(message, channel=CHANNEL, mentions={7: ANN.user}))
    (sent,) = house.slack.called("chat.postMessage")
    assert sent["text"] == "Thanks, Ann"
    assert {"type": "user", "user_id": ANN.user} in sent["blocks"][0]["elements"][0]["elements"]
    assert sent["metadata"] == {"event_type": "sipbot_post", "event_payload": {"key": "k1"}}
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    assert house.slack.posts(CHANNEL)[0]["ts"] == found


async def test_direct_messages_open_the_conversation_once(house: House) -> None:
    await house.adapter.send(post(user=ANN.user))
    await house.adapter.send(post(user=ANN.user))
    assert house.methods() == ["conversations.open", "chat.postMessage", "chat.postMessage"]


async def test_private_posts_reactions_and_new_texts(house: House) -> None:
    await house.adapter.send(post(channel=CHANNEL, user=ANN.user, thread="1.1"))
    assert house.slack.called("chat.postEphemeral")[0]["thread_ts"] == "1.1"
    for _ in range(2):
        assert await house.adapter.send(post(None, channel=CHANNEL, reaction="white_check_mark", target="1.1")) == "1.1"
    sent = await house.adapter.send(post(channel=CHANNEL))
    assert await house.adapter.send(post(say("New"), channel=CHANNEL, target=sent)) == sent
    assert house.slack.posts(CHANNEL)[0]["text"] == "New"


@pytest.mark.parametrize(
    "code", ["message_not_found", "not_reactable", "too_many_reactions", "too_many_emoji", "thread_locked"]
)
async def test_a_message_that_takes_no_reaction_goes_without_one(house: House, code: str) -> None:
    house.slack.fail("reactions.add", Fault(error=code))
    assert await house.adapter.send(post(None, channel=CHANNEL, reaction="white_check_mark", target="1.1")) == "1.1"


async def test_a_channel_that_takes_no_reaction_is_told(house: House) -> None:
    house.slack.fail("reactions.add", Fault(error="channel_not_found"))
    with pytest.raises(SendError):
        await house.adapter.send(post(None, channel=CHANNEL, reaction="white_check_mark", target="1.1"))


async def refused(house: House, fault: Fault) -> SendError:
    house.slack.fail("chat.postMessage", fault)
    with pytest.raises(SendError) as caught:
        await house.adapter.send(post(channel=CHANNEL))
    return caught.value


@pytest.mark.parametrize(
    "code", ["channel_not_found", "is_archived", "not_in_channel", "account_inactive", "token_revoked", "invalid_auth"]
)
async def test_what_cannot_be_healed_is_permanent(house: House, code: str) -> None:
    error = await refused(house, Fault(error=code))
    assert error.permanent
    assert code in str(error)


async def test_a_rate_limit_says_when_to_come_back(house: House) -> None:
    error = await refused(house, Fault(status=429, retry_after=30))
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, 30)


@pytest.mark.parametrize("said", [None, "Wed, 25 Mar 2026 08:00:00 GMT", "soon", "inf"])
async def test_a_rate_limit_that_says_no_seconds_is_one(house: House, said: str | None) -> None:
    error = await refused(house, Fault(status=429, retry_after=said))
    assert (error.permanent, error.unknown, error.retry_after) == (False, False, 1.0)


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=503), Fault(accepted=True), Fault(error="fatal_error")]
)
async def test_what_slack_may_have_accepted_is_unknown_and_never_repeated_here(house: House, fault: Fault) -> None:
    error = await refused(house, fault)
    assert error.unknown
    assert not error.permanent
    assert len(house.slack.called("chat.postMessage")) == 1


async def test_a_slow_slack_is_unknown(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.adapters.slack.outbound.TIMEOUT", 0.1)
    await house.adapter.stop()
    await house.adapter.start()
    assert (await refused(house, Fault(delay=0.5))).unknown


async def test_a_slack_that_cannot_be_reached_took_nothing() -> None:
    async def handle(command: Command) -> Reply:
        return Reply()

    adapter = SlackAdapter(SlackSettings(SECRET, "xoxb", api_url="http://127.0.0.1:9/api/"), handle)
    await adapter.start()
    with pytest.raises(SendError) as caught:
        await adapter.send(post(channel=CHANNEL))
    await adapter.stop()
    assert (caught.value.unknown, caught.value.permanent) == (False, False)


async def test_a_post_whose_reply_was_lost_is_found(house: House) -> None:
    await refused(house, Fault(accepted=True))
    assert await house.adapter.find(post(channel=CHANNEL)) == house.slack.posts(CHANNEL)[0]["ts"]
    assert house.slack.called("conversations.history")[0]["include_all_metadata"] == "true"
    other = Post("k2", Address("slack", TEAM, CHANNEL), PROMPT)
    assert await house.adapter.find(other) is None


async def test_a_look_that_slack_breaks_off_goes_on_where_it_was(house: House) -> None:
    """To apps sold outside the Marketplace it shows 15 messages, and a minute later the next."""
    house.slack.page = 15
    lost = await house.adapter.send(post(channel=CHANNEL))
    for number in range(40):
        await house.adapter.send(Post(f"other {number}", Address("slack", TEAM, CHANNEL), PROMPT))
    house.slack.fail("conversations.history", *[Fault(), Fault(status=429, retry_after=60)] * 3)
    for _ in range(2):
        with pytest.raises(SendError) as caught:
            await house.adapter.find(post(channel=CHANNEL))
        assert caught.value.retry_after == 60
    assert await house.adapter.find(post(channel=CHANNEL)) == lost


async def test_after_another_attempt_to_send_a_look_begins_anew(house: House) -> None:
    house.slack.page = 1
    for number in range(3):
        await house.adapter.send(Post(f"other {number}", Address("slack", TEAM, CHANNEL), PROMPT))
    house.slack.fail("conversations.history", Fault(), Fault(status=429, retry_after=60))
    with pytest.raises(SendError):
        await house.adapter.find(post(channel=CHANNEL))
    lost = await house.adapter.send(post(channel=CHANNEL))
    assert await house.adapter.find(replace(post(channel=CHANNEL), attempt=2)) == lost


async def test_a_lost_post_is_found_in_its_thread_and_in_a_direct_message(house: House) -> None:
    in_thread, direct = post(channel=CHANNEL, thread="1.1"), post(user=ANN.user)
    assert await house.adapter.find(in_thread) is None
    sent = await house.adapter.send(in_thread)
    assert await house.adapter.find(in_thread) == sent
    assert await house.adapter.find(direct) is None
    sent = await house.adapter.send(direct)
    assert await house.adapter.find(direct) == sent


async def test_a_private_post_cannot_be_found(house: House) -> None:
    assert await house.adapter.find(post(channel=CHANNEL, user=ANN.user)) is None
    assert house.slack.calls == []


async def test_where_we_may_not_read_nothing_is_found(house: House) -> None:
    house.slack.fail("conversations.history", Fault(error="not_in_channel"))
    assert await house.adapter.find(post(channel=CHANNEL)) is None
