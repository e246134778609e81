"""What people do in Teams besides writing: buttons, forms on cards and in dialogs, the message extension."""

from __future__ import annotations

from typing import Any

import pytest

from bot.adapters.teams.inbound import plain
from bot.chat.commands import Command, Place
from bot.chat.forms import FormErrors
from bot.chat.messages import say
from bot.chat.replies import Reply
from tests import teams_house
from tests.teams_house import FORM, PROMPT, House, actor
from tests.teams_people import CHANNEL, Person, shown, words_of

# Fixtures: in this file the house is a Teams adapter's.
house, ann, ben = teams_house.house, teams_house.ann, teams_house.ben


# presses


async def test_a_press_is_the_buttons_verb_and_values(house: House, ann: Person) -> None:
    post = await house.in_channel()
    answer = await ann.presses(post, "Update")
    await house.settled()
    assert house.last == Command(
        "",
        actor(ann),
        Place(CHANNEL, message=post["id"], name="intake"),
        house.last.delivery_id,
        "update",
        {"ref": "1.2.3", "note": "a & <b>"},
        "button",
    )
    assert answer["value"] == "The answer is in your chat with sipbot."
    assert [shown(post) for post in ann.seen] == ["Stored."]
    assert len(house.teams.posts(CHANNEL)) == 1


async def test_a_press_in_the_personal_chat_is_answered_there(house: House, ann: Person) -> None:
    answer = await ann.presses(await house.in_chat(ann), "Update")
    await house.settled()
    assert house.last.place.direct
    assert answer["value"] == "Stored."
    assert [shown(post) for post in ann.seen[1:]] == ["Stored."]


async def test_a_reply_that_replaces_stands_on_the_card_for_everybody(house: House, ann: Person) -> None:
    post = await house.in_channel()
    house.replies(Reply(say("Done: 1.2.3."), replace=True))
    answer = await ann.presses(post, "Update")
    await house.settled()
    assert words_of(answer["value"]) == "Done: 1.2.3."
    assert shown(post) == "Done: 1.2.3."
    assert house.kinds() == ["POST conversations", "PUT activities"]


async def test_what_is_pressed_on_ones_own_view_of_a_card_leaves_it_to_the_others(house: House, ann: Person) -> None:
    post = await opened(house, ann, channel=True)
    house.replies(Reply(PROMPT))
    await ann.fills(post, {"status": "done"})  # what she sees now has buttons too
    house.replies(Reply(say("Taken back."), replace=True))
    answer = await ann.presses(post, "Update")
    await house.settled()
    assert words_of(answer["value"]) == "Taken back."
    assert "Any news" in shown(post)
    assert house.kinds() == ["POST conversations"]


async def test_a_client_without_execute_presses_too(house: House, ann: Person) -> None:
    post = await house.in_chat(ann)
    house.replies(Reply(say("Done: 1.2.3."), replace=True))
    await ann.sends(post, "Update")
    await house.settled()
    assert (house.last.verb, house.last.source, house.last.place.message) == ("update", "button", post["id"])
    assert shown(post) == "Done: 1.2.3."


@pytest.mark.parametrize("value", [None, "x", {}, {"action": None}, {"action": {"data": {"other": 1}}}])
async def test_a_press_that_is_not_ours_is_nothing_to_handle(house: House, ann: Person, value: Any) -> None:
    status, _ = await house.teams.post(ann.activity(type="invoke", name="adaptiveCard/action", value=value))
    assert status == 501
    assert house.commands == []


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "event", "messageUpdate", "something new in 2031"])
async def test_activities_that_are_not_for_us_are_taken(house: House, ann: Person, kind: str) -> None:
    status, _ = await house.teams.post(ann.activity(type=kind))
    assert status == 200
    assert house.commands == []


# forms


async def opened(house: House, ann: Person, channel: bool = False) -> dict[str, Any]:
    post = await (house.in_channel() if channel else house.in_chat(ann))
    house.replies(Reply(form=FORM))
    await ann.presses(post, "Update")
    await house.settled()
    house.replies(Reply(say("Stored."), public=False))
    return post if channel else ann.seen[-1]


async def test_a_form_asked_for_in_words_is_in_the_chat(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    await ann.says("update")
    await house.settled()
    assert ann.seen[-1]["summary"] == "Record an update"
    house.replies(Reply(say("Stored.")))
    answer = await ann.fills(ann.seen[-1], {"status": "done", "note": "It works"})
    await house.settled()
    assert (house.last.verb, house.last.source) == ("update", "form")
    assert house.last.values == {"ref": "1.2.3", "status": "done", "note": "It works"}
    assert words_of(answer["value"]) == "Stored."
    assert [shown(post) for post in ann.seen] == ["Stored."]  # in place of the form


async def test_a_form_asked_for_in_a_channel_is_a_dialog_for_whoever_opens_it(
    house: House, ann: Person, ben: Person
) -> None:
    house.replies(Reply(form=FORM))
    await ann.says("update 1.2.3", channel=CHANNEL)
    await house.settled()
    post = house.teams.posts(CHANNEL)[-1]
    assert (await ben.opens(post, "Open the form"))["value"]["title"] == "Record an update"
    assert (house.last.text, house.last.verb, house.last.actor) == ("update 1.2.3", "", actor(ben))
    house.replies(Reply(say("Stored.")))
    answer = await ben.submits({"status": "done"})
    await house.settled()
    assert house.last.values == {"ref": "1.2.3", "status": "done", "note": ""}
    assert answer == {"type": "message", "value": "Stored."}
    assert [shown(post) for post in ben.seen] == ["Stored."]
    assert len(house.teams.posts(CHANNEL)) == 1


async def test_a_form_opened_by_a_press_in_a_channel_is_on_the_persons_own_card(house: House, ann: Person) -> None:
    post = await opened(house, ann, channel=True)
    assert "Any news" in shown(post)
    answer = await ann.fills(post, {"status": "done"})
    await house.settled()
    assert words_of(answer["value"]) == "Stored."
    assert "Any news" in shown(post)
    assert house.kinds() == ["POST conversations"]


async def test_faults_are_shown_on_the_form_with_what_was_typed(house: House, ann: Person) -> None:
    post = await opened(house, ann)
    house.replies(Reply(errors=FormErrors((("note", "Say a little more."),))))
    answer = await ann.fills(post, {"status": "done", "note": "x<y"})
    assert "Say a little more." in words_of(answer["value"])
    assert '"x<y"' in str(answer["value"]).replace("'", '"')
    house.replies(Reply(say("Stored.")))
    await ann.fills(post, {"note": "It works in two offices"})
    assert house.last.values["status"] == "done"
    assert [command.source for command in house.commands] == ["button", "form", "form"]


async def test_faults_in_a_dialog_keep_it_open(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    await ann.extends("win", "<p>It <b>worked</b></p>")
    house.replies(Reply(errors=FormErrors((("", "Not today."),))))
    answer = await ann.submits({"status": "done", "note": "kept"}, "composeExtension/submitAction")
    assert answer["type"] == "continue"
    assert "Not today." in words_of(answer["value"]["card"]["content"])
    assert "kept" in str(answer)


async def test_faults_keep_a_dialog_open_where_nothing_can_be_asked_of_the_database(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    await ann.extends("win")
    house.answered.clear()
    house.replies(Reply(errors=FormErrors((("", "Not saved."),))))
    answer = await ann.submits({"status": "done", "note": "kept"}, "composeExtension/submitAction")
    assert (answer["type"], len(house.commands)) == ("continue", 2)
    assert "kept" in str(answer)


async def test_faults_sent_by_a_client_without_execute_come_with_the_form(house: House, ann: Person) -> None:
    post = await opened(house, ann)
    house.replies(Reply(errors=FormErrors((("note", "Say a little more."),))))
    await ann.sends(post, "Save", {"status": "done", "note": "x"})
    await house.settled()
    assert "Say a little more." in shown(ann.seen[-1])


async def test_somebody_elses_form_cannot_be_had_with_forged_data(house: House, ann: Person, ben: Person) -> None:
    post = await opened(house, ann)
    data = post["attachments"][0]["content"]["actions"][0]["data"]
    house.replies(Reply(errors=FormErrors((("note", "Say a little more."),))))
    value = {"action": {"type": "Action.Execute", "data": data}}
    _, answer = await house.teams.post(ben.activity(type="invoke", name="adaptiveCard/action", value=value))
    assert answer["value"] == "Not stored yet. Say a little more."


async def test_a_form_can_lead_to_another(house: House, ann: Person) -> None:
    post = await opened(house, ann)
    house.replies(Reply(form=FORM))
    answer = await ann.fills(post, {"status": "done"})
    assert "Record an update" in words_of(answer["value"])


# the message extension


async def test_telling_a_win_from_a_message_begins_with_its_words(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    answer = await ann.extends("win", "<p>Hi&nbsp;all,</p><ul><li>it <b>worked</b></li></ul>", message="1699")
    assert answer["value"]["title"] == "Record an update"
    assert house.last == Command(
        "",
        actor(ann),
        Place(CHANNEL, message="1699", name="intake"),
        house.last.delivery_id,
        "win",
        {"text": "Hi all,\nit worked"},
        "shortcut",
    )
    house.replies(Reply(say("Stored.")))
    assert (await ann.submits({"status": "done"}, "composeExtension/submitAction"))["value"] == "Stored."
    await house.settled()
    assert [shown(post) for post in ann.seen] == ["Stored."]


async def test_telling_a_win_without_a_message_begins_empty(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    await ann.extends("win")
    assert house.last.values == {}


@pytest.mark.parametrize(
    ("markup", "words"),
    [("a &lt;b&gt; c", "a <b> c"), ("<div>a<br>b</div>", "a\nb"), ('<b onclick="x">y', "y"), ("", "")],
)
def test_a_messages_markup_is_read_as_words(markup: str, words: str) -> None:
    assert plain(markup) == words
