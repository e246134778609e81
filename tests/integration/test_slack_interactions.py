"""What people do in Slack besides typing commands: buttons, forms, shortcuts, App Home, mentions, replies in threads."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.slack.inbound import unescape
from bot.chat.commands import Command, Place
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import Button, say
from bot.chat.replies import Reply
from tests.fake_slack import BOT_USER, Fault, Person
from tests.slack_house import ANN, ANN_IN_EVENTS, CHANNEL, FORM, PROMPT, House, in_channel

# buttons


async def test_a_press_is_the_buttons_verb_and_values(house: House, ann: Person) -> None:
    post = await in_channel(house)
    await ann.presses(post, "Update")
    assert house.last == Command(
        "",
        ANN,
        Place(CHANNEL, message=post["ts"], name="intake"),
        house.last.delivery_id,
        "update",
        {"ref": "1.2.3", "note": "a & <b>"},
        "button",
    )
    await house.slack.until(lambda: ann.seen)
    assert house.slack.responses[0]["response_type"] == "ephemeral"
    assert house.slack.responses[0]["replace_original"] is False


async def test_a_press_in_a_thread_is_answered_in_the_thread(house: House, ann: Person) -> None:
    first = await in_channel(house)
    post = await in_channel(house, thread=first["ts"])
    await ann.presses(post, "Update")
    assert house.last.place.thread == first["ts"]
    await house.slack.until(lambda: house.slack.responses)
    assert house.slack.responses[0]["thread_ts"] == first["ts"]


async def test_a_press_on_the_first_message_of_a_thread_is_answered_in_the_channel(house: House, ann: Person) -> None:
    post = await in_channel(house)
    await ann.presses({**post, "thread_ts": post["ts"]}, "Update")
    assert house.last.place.thread == ""


async def test_a_reply_that_replaces_takes_the_place_of_the_message(house: House, ann: Person) -> None:
    post = await in_channel(house)
    house.replies(Reply(say("Done: 1.2.3."), replace=True))
    await ann.presses(post, "Update")
    await house.slack.until(lambda: house.slack.responses)
    assert house.slack.responses[0]["replace_original"] is True
    assert "response_type" not in house.slack.responses[0]
    assert post["text"] == "Done: 1.2.3."


async def test_a_press_can_open_a_form(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    await ann.presses(await in_channel(house), "Update")
    await house.slack.until(lambda: ann.modal)
    assert house.slack.responses == []


async def test_a_button_that_opens_a_page_is_nothing_to_handle(house: House, ann: Person) -> None:
    post = await in_channel(house, say("See", Button("Open", url="https://example.org")))
    await ann.presses(post, "Open")
    assert house.commands == []


async def test_an_answer_the_response_url_refuses_is_posted_instead(house: House, ann: Person) -> None:
    post = await in_channel(house)
    house.slack.fail("response_url", Fault(status=404))
    await ann.presses(post, "Update")
    await house.slack.until(lambda: ann.seen)
    assert house.slack.called("chat.postEphemeral")[0]["user"] == ann.user


@pytest.mark.parametrize("address", ["", 7, ["http://127.0.0.1:1/x"], "nowhere", "http://[::1"])
async def test_an_address_that_is_none_is_not_answered_at(
    house: House, ann: Person, address: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await in_channel(house)
    monkeypatch.setattr(ann, "_response_url", lambda *_: address)
    await ann.presses(post, "Update")
    await house.slack.until(lambda: ann.seen)
    assert house.slack.called("chat.postEphemeral")[0]["user"] == ann.user


# forms


async def opened(house: House, ann: Person) -> dict[str, Any]:
    house.replies(Reply(form=FORM))
    await ann.types("/sip update")
    modal: dict[str, Any] = await house.slack.until(lambda: ann.modal)
    house.replies(Reply(say("Stored.")))
    return modal


async def test_a_submitted_form_comes_from_where_it_was_opened(house: House, ann: Person) -> None:
    modal = await opened(house, ann)
    assert await ann.submits(modal, {"status": "done", "note": "It works"}) == {}
    assert house.last == Command(
        "",
        ANN,
        Place(CHANNEL, name="intake"),
        house.last.delivery_id,
        "update",
        {"ref": "1.2.3", "status": "done", "note": "It works"},
        "form",
    )
    await house.slack.until(lambda: ann.seen)
    told = house.slack.called("chat.postEphemeral")[0]
    assert (told["channel"], told["user"]) == (CHANNEL, ann.user)


async def test_faults_keep_the_form_open_and_stand_under_their_inputs(house: House, ann: Person) -> None:
    modal = await opened(house, ann)
    house.replies(Reply(errors=FormErrors((("note", "Say a little more."), ("ref", "There is no step 1.2.3.")))))
    body = await ann.submits(modal, {"status": "done"})
    assert body == {
        "response_action": "errors",
        "errors": {"note": "Say a little more.", "status": "There is no step 1.2.3."},
    }
    assert ann.modal is modal


async def test_faults_of_a_form_without_inputs_are_told(house: House, ann: Person) -> None:
    house.replies(Reply(form=Form("Really withdraw?", "withdraw", ())))
    await ann.types("/sip newsletter withdraw")
    await house.slack.until(lambda: ann.modal)
    house.replies(Reply(errors=FormErrors((("", "It is published already."),))))
    assert await ann.submits(ann.modal, {}) == {}
    await house.slack.until(lambda: ann.seen)
    assert ann.seen[-1]["text"] == "It is published already."


TROUBLE = [
    Fault(status=429, retry_after=0),
    Fault(status=503),
    Fault(error="fatal_error"),
    Fault(accepted=True),
]


@pytest.mark.parametrize("fault", TROUBLE)
async def test_the_receipt_of_a_form_is_said_again_when_slack_is_busy(
    house: House, ann: Person, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.waiting.LONGEST_WAIT", 0.01)
    modal = await opened(house, ann)
    house.slack.fail("chat.postEphemeral", fault, fault)
    await ann.submits(modal, {"status": "done", "note": "It works"})
    await house.adapter.drain()
    assert {shown["text"] for shown in ann.seen} == {"Stored."}
    assert len(house.slack.called("chat.postEphemeral")) == 3


async def test_an_answer_for_a_response_url_is_said_again_when_slack_is_busy(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.waiting.LONGEST_WAIT", 0.01)
    house.replies(Reply(say("Done: 1.2.3."), replace=True))
    post = await in_channel(house)
    house.slack.fail("response_url", Fault(status=503), Fault(status=503))
    await ann.presses(post, "Update")
    await house.adapter.drain()
    assert post["text"] == "Done: 1.2.3."


async def test_what_everybody_reads_is_not_posted_again_where_it_may_have_arrived(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.waiting.LONGEST_WAIT", 0.01)
    modal = await opened(house, ann)
    house.replies(Reply(say("For all."), public=True))
    house.slack.fail("chat.postMessage", Fault(status=429, retry_after=0), Fault(accepted=True))
    await ann.submits(modal, {"status": "done", "note": "It works"})
    await house.adapter.drain()
    assert [post["text"] for post in house.slack.posts(CHANNEL)] == ["For all."]


async def test_saving_twice_is_one_delivery_and_a_changed_form_another(house: House, ann: Person) -> None:
    modal = await opened(house, ann)
    await ann.submits(modal, {"status": "done"})
    await ann.submits(modal, {"status": "done"})
    await ann.submits(modal, {"status": "blocked"})
    first, again, changed = (command.delivery_id for command in house.commands[-3:])
    assert first == again != changed


async def test_a_form_can_lead_to_another_form(house: House, ann: Person) -> None:
    modal = await opened(house, ann)
    house.replies(Reply(form=Form("Which step?", "update", (Field("ref", "Step"),))))
    body = await ann.submits(modal, {"status": "done"})
    assert body["response_action"] == "update"
    await ann.submits(ann.modal, {"ref": "1.2.3"})
    assert house.last.place.channel == CHANNEL


async def test_who_is_not_in_the_channel_is_told_in_a_direct_message(house: House, ann: Person) -> None:
    house.slack.members[CHANNEL] = set()
    await ann.submits(await opened(house, ann), {"status": "done"})
    await house.slack.until(lambda: ann.seen)
    assert house.slack.called("chat.postMessage")[0]["channel"] == "D0ANN00001"


# shortcuts and home


async def test_tell_a_win_takes_the_text_of_the_message(house: House, ann: Person) -> None:
    bob = house.slack.person("U0BOB00001", "bob")
    said = await bob.says("We reunited &amp; celebrated <https://example.org|example.org>", channel=CHANNEL)
    house.replies(Reply(form=FORM))
    await ann.shortcut("win", said)
    assert house.last == Command(
        "",
        ANN,
        Place(CHANNEL, message=said["ts"], name="intake"),
        house.last.delivery_id,
        "win",
        {"text": "We reunited & celebrated example.org"},
        "shortcut",
    )
    await house.slack.until(lambda: ann.modal)


async def test_give_an_update_works_anywhere_and_answers_in_a_direct_message(house: House, ann: Person) -> None:
    await ann.shortcut("update")
    assert (house.last.verb, house.last.source, house.last.place) == ("update", "shortcut", Place(direct=True))
    await house.slack.until(lambda: ann.seen)
    assert house.methods() == ["conversations.open", "chat.postMessage"]


async def test_opening_the_home_publishes_it_and_its_buttons_replace_it(house: House, ann: Person) -> None:
    house.replies(Reply(PROMPT, replace=True))
    await ann.opens_home()
    assert house.last == Command("", ANN_IN_EVENTS, Place(direct=True), house.last.delivery_id, "home", source="home")
    await house.slack.until(lambda: ann.user in house.slack.homes)
    await ann.presses_at_home("Update")
    await house.slack.until(lambda: len(house.slack.called("views.publish")) == 2)
    assert house.last.place == Place(direct=True)


# what people say


async def test_a_mention_is_a_command_answered_through_the_outbox(house: House, ann: Person) -> None:
    said = await ann.says(f"Hello <@{BOT_USER}>: update 1.2.3 done a &lt; b", channel=CHANNEL)
    assert house.commands == [
        Command(
            "update 1.2.3 done a < b",
            ANN_IN_EVENTS,
            Place(CHANNEL, message=said["ts"]),
            f"message:{CHANNEL}:{said['ts']}",
            source="mention",
            answerable=False,
        )
    ]
    assert house.methods() == ["users.info"]  # whose words these are; the answer is not posted from here


async def test_a_reply_in_a_thread(house: House, ann: Person) -> None:
    post = await in_channel(house)
    said = await ann.replies(post, "1.2.3 is done, thanks to <@U0BOB00001>")
    assert house.last == Command(
        "1.2.3 is done, thanks to <@U0BOB00001>",
        ANN_IN_EVENTS,
        Place(CHANNEL, post["ts"], said["ts"], ours=True),
        f"message:{CHANNEL}:{said['ts']}",
        "reply",
        source="thread",
        answerable=False,
    )


async def test_a_reply_in_somebody_elses_thread(house: House, ann: Person) -> None:
    said = await ann.says("Anybody for lunch?", channel=CHANNEL)
    await house.slack.person("U0BOB00001", "bob").replies(said, "Me.")
    assert house.last.place.thread == said["ts"]
    assert not house.last.place.ours


async def test_a_mention_in_a_thread_is_one_command(house: House, ann: Person) -> None:
    post = await in_channel(house)
    text = f"<@{BOT_USER}> update 1.2.3 done"
    message = {
        "type": "message",
        "user": ann.user,
        "text": text,
        "ts": "9.1",
        "thread_ts": post["ts"],
        "channel": CHANNEL,
    }
    await house.slack.event({**message, "channel_type": "channel"})
    await house.slack.event({**message, "type": "app_mention"})
    assert [(c.text, c.source, c.place.thread) for c in house.commands] == [
        ("update 1.2.3 done", "mention", post["ts"])
    ]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("update 1.2.3 done", "update 1.2.3 done"),
        ("/sip me", "me"),
        (f"<@{BOT_USER}> help", "help"),
        ("hi *you*", "hi *you*"),
    ],
)
async def test_a_direct_message_is_a_command_without_the_slash(house: House, ann: Person, said: str, text: str) -> None:
    await ann.says(said)
    assert (house.last.text, house.last.source, house.last.answerable) == (text, "typed", False)
    assert house.last.place.direct


NOT_SAVED = Reply(say("Not saved."), unsaved=True)


async def unsaved(house: House, said: dict[str, Any], retry: str = "") -> int:
    """Slack delivers a message that could not be saved -> what it is answered. `retry`: which time again."""
    house.replies(NOT_SAVED)
    event = {"channel_type": "im" if said["channel"].startswith("D") else "channel", **said}
    status, _ = await house.slack.event(event, headers={"X-Slack-Retry-Num": retry} if retry else {})
    await house.adapter.drain()
    return status


async def test_what_cannot_be_saved_is_asked_for_again_and_at_last_told_where_it_was_said(
    house: House, ann: Person
) -> None:
    post = await in_channel(house)
    said = await ann.replies(post, "1.2.3 is done")
    for retry in ("", "1", "2", "x"):
        assert await unsaved(house, said, retry) == 503
    assert ann.seen == []
    assert await unsaved(house, said, "3") == 200
    (told,) = house.slack.called("chat.postEphemeral")
    assert (told["text"], told["user"]) == ("Not saved.", ann.user)
    assert (told["channel"], told["thread_ts"]) == (CHANNEL, post["ts"])


async def test_a_direct_message_that_cannot_be_saved_is_told_there(house: House, ann: Person) -> None:
    said = await ann.says("update 1.2.3 done")
    assert await unsaved(house, said, "3") == 200
    assert [shown["text"] for shown in ann.seen] == ["Not saved."]


async def test_people_talking_among_themselves_are_not_told_that_it_is_not_saved(house: House, ann: Person) -> None:
    said = await ann.says("Anybody for lunch?", channel=CHANNEL)
    reply = await house.slack.person("U0BOB00001", "bob").replies(said, "Me.")
    calls = len(house.slack.calls)
    assert await unsaved(house, reply, "3") == 200
    home = {"type": "app_home_opened", "user": ann.user, "tab": "home", "channel": "D1"}
    assert await unsaved(house, home, "3") == 200
    assert [call["method"] for call in house.slack.calls[calls:] if call["method"] != "users.info"] == []


async def test_a_retried_event_carries_the_same_delivery_id(house: House, ann: Person) -> None:
    message = {"type": "message", "user": ann.user, "text": "me", "ts": "9.1", "channel": "D1", "channel_type": "im"}
    await house.slack.event(message, "Ev1")
    await house.slack.event(message, "Ev1", headers={"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"})
    assert len({command.delivery_id for command in house.commands}) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"subtype": "bot_message", "bot_id": "B1"},
        {"bot_id": "B0OTHER"},
        {"user": BOT_USER},
        {"subtype": "message_changed", "message": {"text": "x"}, "hidden": True},
        {"subtype": "message_deleted", "hidden": True},
        {"subtype": "channel_join"},
        {"thread_ts": None, "channel_type": "channel"},
    ],
)
async def test_what_bots_say_and_edits_and_joins_and_chatter_are_ignored(house: House, odd: dict[str, Any]) -> None:
    message = {
        "type": "message", "user": "U1", "text": "done", "ts": "9.2", "thread_ts": "9.1", "channel": "D1", "channel_type": "im",
    }  # fmt: skip
    found = {name: value for name, value in {**message, **odd}.items() if value is not None}
    status, _ = await house.slack.event(found)
    assert status == 200
    assert house.commands == []


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a &amp; b &lt;c&gt; &amp;lt;", "a & b <c> &lt;"),
        ("<https://a.org/x?a=1&amp;b=2>", "https://a.org/x?a=1&b=2"),
        ("see <http://a.org|a.org>", "see a.org"),
        ("<https://a.org|the page>", "the page (https://a.org)"),
        ("<mailto:a@b.org|a@b.org>", "a@b.org"),
        ("<!here> <!channel> <!subteam^S1|@team> <!date^1^{date}|today>", "@here @channel @team today"),
        ("<@U1|ann> <@U2> <#C1|forms> <#C2|>", "<@U1|ann> <@U2> <#C1|forms> <#C2|>"),
    ],
)
def test_slacks_escapes_are_undone_and_mentions_stay(sent: str, typed: str) -> None:
    assert unescape(sent) == typed
