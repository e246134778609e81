"""The Teams adapter over real HTTP: activities become Commands, Replies become Teams' calls and answers."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from bot.adapters.teams.people import MOST_ASKED
from bot.chat.commands import Actor, Command, Place
from bot.chat.compose import compose
from bot.chat.messages import Message, say
from bot.chat.replies import Reply
from bot.renderers.adaptive_card import message_card
from tests import teams_house
from tests.fake_teams import Fault
from tests.teams_house import FORM, PROMPT, House, actor, beside
from tests.teams_people import BOT, CHANNEL, CHANNEL_NAME, GROUP, MENTION, TENANT, Person, shown

# Fixtures: in this file the house is a Teams adapter's.
house, ann, ben = teams_house.house, teams_house.ann, teams_house.ben


# what people say


async def test_words_in_the_personal_chat_are_a_command(house: House, ann: Person) -> None:
    said = await ann.says("update 1.2.3 done Form &lt;piloted&gt; &amp; &quot;liked&quot;")
    await house.settled()
    assert house.commands == [
        Command(
            'update 1.2.3 done Form <piloted> & "liked"',
            actor(ann),
            Place(message=said["id"], direct=True),
            f"teams:a:{ann.user}:{said['id']}",
        )
    ]
    assert [shown(post) for post in ann.seen] == ["Stored."]
    assert ann.seen[0]["summary"] == "Stored."
    assert house.kinds() == ["POST activities"]


async def test_a_command_typed_as_in_slack_is_understood(house: House, ann: Person) -> None:
    await ann.says("/sip me")
    assert house.last.text == "me"


async def test_a_mention_in_a_channel_is_a_command_and_its_answer_is_private(house: House, ann: Person) -> None:
    said = await ann.says("update 1.2.3 done", channel=CHANNEL)
    await house.settled()
    assert house.last == Command(
        "update 1.2.3 done",
        actor(ann),
        Place(CHANNEL, message=said["id"], name=CHANNEL_NAME),
        f"teams:{CHANNEL};messageid={said['id']}:{said['id']}",
        source="mention",
    )
    assert [shown(post) for post in ann.seen] == ["Stored."]
    assert house.teams.posts(CHANNEL) == []


async def test_a_group_chat_has_no_threads(house: House, ann: Person) -> None:
    house.replies(Reply(say("For all."), public=True))
    said = await ann.says("report", channel=GROUP)
    await house.settled()
    assert house.last.place == Place(GROUP, message=said["id"])
    assert [shown(post) for post in house.teams.posts(GROUP)] == ["For all."]


async def test_a_public_reply_is_in_the_thread_of_what_was_said(house: House, ann: Person) -> None:
    house.replies(Reply(say("For all."), public=True))
    said = await ann.says("report", channel=CHANNEL)
    await house.settled()
    assert [post["conversation"] for post in house.teams.posts(CHANNEL)] == [f"{CHANNEL};messageid={said['id']}"]
    assert ann.seen == []


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        (f"{MENTION} help", "help"),
        (f"  {MENTION}\xa0&nbsp;help\n", "help"),
        (f"{MENTION}: help", "help"),
        (f"{MENTION} /sip help", "help"),
        (f"Thanks! {MENTION} help", "help"),
        (f"help {MENTION}", "help"),
        (f"help, {MENTION}!", "!"),
        ('<at id="0">sipbot</at> help', "help"),
        (f"{MENTION} win {MENTION} is great", "win  is great"),
        (f"{MENTION} win <at>Nobody</at> did it", "win Nobody did it"),
        (MENTION, ""),
    ],
)
async def test_the_mention_of_the_bot_is_taken_off(house: House, ann: Person, written: str, understood: str) -> None:
    await ann.says(written, channel=CHANNEL)
    assert house.last.text == understood


async def test_other_mentions_are_tokens_with_lasting_ids(house: House, ann: Person, ben: Person) -> None:
    await ann.says(f"{MENTION} win by <at>{ben.name}</at>", channel=CHANNEL, mentions=(ben,))
    assert house.last.text == f"win by <@{ben.user}|{ben.name}>"


async def test_a_channel_that_is_mentioned_is_a_token_too(house: House, ann: Person) -> None:
    said = ann.activity(type="message", text="settings executive channel <at>Leaders</at>")
    said["entities"] = [
        {"type": "mention", "text": "<at>Leaders</at>", "mentioned": {"id": CHANNEL, "name": "Leaders"}}
    ]
    await house.teams.post(said)
    assert house.last.text == f"settings executive channel <#{CHANNEL}|Leaders>"


async def test_a_mention_of_somebody_teams_does_not_tell_about_is_their_name(house: House, ann: Person) -> None:
    stranger = Person(house.teams, "f00", "Kim Lee")
    await ann.says(f"{MENTION} win by <at>Kim Lee</at>", channel=CHANNEL, mentions=(stranger,))
    assert house.last.text == "win by @Kim Lee"


async def test_all_who_wait_for_a_token_wait_for_one(house: House) -> None:
    house.teams.take_token_back()
    before = house.teams.tokens
    connector = house.adapter._connector
    connector._token_until = 0.0
    asked = [asyncio.create_task(connector.check()) for _ in range(5)]
    await asyncio.sleep(0)
    asked.pop().cancel()
    await asyncio.gather(*asked)
    assert house.teams.tokens == before + 1


async def test_who_somebody_is_is_asked_once(house: House, ann: Person) -> None:
    for _ in range(3):
        await ann.says("me")
    assert len(house.teams.called("GET members")) == 1


async def test_a_slow_directory_does_not_hold_up_a_command(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.teams.people.PATIENCE", 0.05)
    house.teams.fail("GET members", Fault(delay=0.5))
    before = time.monotonic()
    await ann.says("me")
    assert time.monotonic() - before < 0.4
    assert house.last.actor == Actor("teams", TENANT, ann.user, ann.name)


async def test_no_message_has_everybody_asked_about(house: House, ann: Person) -> None:
    await ann.says("win by " + " ".join(f"&lt;@29:{number}|Kim {number}&gt;" for number in range(500)))
    assert len(house.teams.called("GET members")) <= MOST_ASKED + 1
    assert "Kim 499" in house.last.text


async def test_the_bots_name_typed_without_a_mention_is_taken_off(house: House, ann: Person) -> None:
    await ann.says("@sipbot: update 1.2.3 done")
    assert house.last.text == "update 1.2.3 done"


async def test_lines_stay_lines_and_spaces_that_do_not_break_are_spaces(house: House, ann: Person) -> None:
    await ann.says("update\xa01.2.3 done First line\r\nsecond &#39;line&#39;")
    assert house.last.text == "update\xa01.2.3 done First line\r\nsecond 'line'"


# our own words


async def test_help_names_commands_the_way_they_are_typed_there(house: House, ann: Person) -> None:
    help_text = compose("help/all", asked="", first=[], rest=[])
    house.answer = lambda command: Reply(help_text, public=bool(command.place.channel))
    await ann.says("help")
    await ann.says("help", channel=CHANNEL)
    await house.settled()
    assert "More on one verb: “help update”" in shown(ann.seen[-1])
    assert "More on one verb: @sipbot help update" in shown(house.teams.posts(CHANNEL)[-1])


# what is not for us


@pytest.mark.parametrize(
    "told",
    [
        {"type": "messageUpdate", "text": "me", "channelData": {"eventType": "editMessage", "tenant": {"id": TENANT}}},
        {"type": "messageDelete", "channelData": {"eventType": "softDeleteMessage", "tenant": {"id": TENANT}}},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}], "replyToId": "1"},
        {"type": "typing"},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt"},
        {"type": "conversationUpdate", "channelData": {"eventType": "teamRenamed", "tenant": {"id": TENANT}}},
    ],
)
async def test_edits_reactions_and_other_news_are_passed_over(house: House, ann: Person, told: dict[str, Any]) -> None:
    assert (await house.teams.post(ann.activity(**told)))[0] == 200
    await house.settled()
    assert (house.commands, house.kinds()) == ([], [])


# being added


async def test_where_the_app_is_added_it_says_hello_once(house: House, ann: Person) -> None:
    added = {"type": "conversationUpdate", "membersAdded": [{"id": BOT}, {"id": ann.account}]}
    for where in ("", CHANNEL, GROUP):
        first, again = ann.activity(where, **added), ann.activity(where, type="installationUpdate", action="add")
        for activity in (first, first, again):
            assert (await house.teams.post(activity))[0] == 200
    await house.settled()
    posts = [*ann.seen, *house.teams.posts(CHANNEL), *house.teams.posts(GROUP)]
    assert ["Hello, I am sipbot." in shown(post) for post in posts] == [True, True, True]
    assert house.commands == []


async def test_the_buttons_of_the_hello_work(house: House, ann: Person) -> None:
    await house.teams.post(ann.activity(type="installationUpdate", action="add"))
    await house.settled()
    for label, verb in (("What can I say?", "help"), ("My steps", "me"), ("Tell a win", "win")):
        await ann.presses(ann.seen[0], label)
        assert house.last.verb == verb


async def test_somebody_else_being_added_is_no_hello(house: House, ann: Person) -> None:
    await house.teams.post(ann.activity(CHANNEL, type="conversationUpdate", membersAdded=[{"id": ann.account}]))
    await house.settled()
    assert house.kinds() == []


async def test_added_again_it_says_hello_again(house: House, ann: Person) -> None:
    for action in ("add", "remove", "add"):
        await house.teams.post(ann.activity(CHANNEL, type="installationUpdate", action=action))
        await house.settled()
    assert len(house.teams.posts(CHANNEL)) == 2


async def test_removed_by_one_replica_it_is_known_again_by_another(house: House, ann: Person) -> None:
    house.replies(Reply())
    await ann.says("me", channel=CHANNEL)
    async with beside(house):
        await house.teams.post(ann.activity(CHANNEL, type="conversationUpdate", membersRemoved=[{"id": BOT}]))
    assert house.store.recall(TENANT, CHANNEL) is None
    await house.teams.post(ann.activity(CHANNEL, type="conversationUpdate", membersAdded=[{"id": BOT}]))
    await house.settled()
    assert house.store.recall(TENANT, CHANNEL) is not None
    assert ["Hello, I am sipbot." in shown(post) for post in house.teams.posts(CHANNEL)] == [True]


async def test_a_mention_makes_a_channel_known_that_another_replica_forgot(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.teams.known.LEARNED", 0.0)
    await ann.says("me", channel=CHANNEL)
    async with beside(house):
        await house.teams.post(ann.activity(CHANNEL, type="conversationUpdate", membersRemoved=[{"id": BOT}]))
    await ann.says("me", channel=CHANNEL)
    assert house.store.recall(TENANT, CHANNEL) is not None


async def test_what_a_channel_is_called_is_asked_once(house: House, ann: Person) -> None:
    general = "19:general@thread.tacv2"
    house.teams.conversations[general] = []
    for channel in (CHANNEL, general, CHANNEL):
        await ann.says("me", channel=channel)
    assert [command.place.name for command in house.commands] == ["intake", "General", "intake"]
    assert len(house.teams.called("GET conversations")) == 1


async def test_a_channel_whose_name_is_not_told_is_a_place_without_one(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.teams.channels.KEPT_NOTHING", 0.0)
    house.teams.fail("GET conversations", Fault(403))
    for _ in range(2):
        await ann.says("me", channel=CHANNEL)
    assert [command.place.name for command in house.commands] == ["", "intake"]


# replies to a prompt


async def test_a_mention_in_a_prompts_thread_is_a_reply(house: House, ann: Person) -> None:
    prompt = await house.in_channel()
    house.store.posted_ids.add(prompt["id"])
    said = await ann.says(f"1.2.3 is done {MENTION} and we liked it", channel=CHANNEL, thread=prompt["id"])
    await house.settled()
    assert house.last == Command(
        "1.2.3 is done and we liked it",
        actor(ann),
        Place(CHANNEL, prompt["id"], said["id"], name=CHANNEL_NAME),
        f"teams:{CHANNEL};messageid={prompt['id']}:{said['id']}",
        "reply",
        source="thread",
        answerable=False,
    )


async def test_a_command_in_a_prompts_thread_is_a_command(house: House, ann: Person) -> None:
    prompt = await house.in_channel()
    house.store.posted_ids.add(prompt["id"])
    await ann.says("update 1.2.3 done", channel=CHANNEL, thread=prompt["id"])
    assert (house.last.verb, house.last.source, house.last.answerable) == ("", "mention", True)
    assert house.last.place.thread == prompt["id"]


async def test_a_mention_in_somebody_elses_thread_is_answered_as_a_command(house: House, ann: Person) -> None:
    await ann.says("what now?", channel=CHANNEL, thread="1699")
    assert (house.last.text, house.last.source) == ("what now?", "mention")


# redelivery and slowness


async def test_a_second_delivery_is_the_same_command_and_is_answered_once(house: House, ann: Person) -> None:
    said = await ann.says("update 1.2.3 done")
    for _ in range(2):
        assert (await house.teams.post(said))[0] == 200
    await house.settled()
    assert len(house.commands) == 1
    assert len(ann.seen) == 1


async def test_a_second_delivery_of_a_press_gets_the_first_answer(house: House, ann: Person) -> None:
    post = await house.in_chat(ann)
    data = {"verb": "update", "values": {"ref": "1.2.3"}}
    value = {"action": {"type": "Action.Execute", "data": data}}
    fields: dict[str, Any] = {"type": "invoke", "name": "adaptiveCard/action", "value": value}
    press = ann.activity(replyToId=post["id"], **fields)
    first, again = await house.teams.post(press), await house.teams.post(press)
    await house.settled()
    assert first == again
    assert len(house.commands) == 1
    assert [shown(post) for post in ann.seen[1:]] == ["Stored."]


async def test_what_takes_too_long_goes_on_and_is_answered_when_it_is_done(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.teams.adapter.PATIENCE", 0.05)
    post = await house.in_chat(ann)
    house.delay = 0.3
    assert "Working on it" in (await ann.presses(post, "Update"))["value"]
    await house.settled()
    assert [shown(post) for post in ann.seen[1:]] == ["Stored."]


async def test_a_slow_teams_does_not_hold_up_the_response(house: House, ann: Person) -> None:
    house.teams.fail("POST activities", Fault(delay=0.5))
    before = time.monotonic()
    await ann.says("me")
    assert time.monotonic() - before < 0.4
    await asyncio.wait_for(house.settled(), 2)
    assert len(ann.seen) == 1


@pytest.mark.parametrize("fault", [Fault(429, retry_after=0), Fault(503), Fault(502), Fault(412)])
async def test_an_answer_is_said_again_when_teams_is_busy(
    house: House, ann: Person, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.waiting.LONGEST_WAIT", 0.01)
    house.teams.fail("POST activities", fault, fault)
    await ann.says("me")
    await house.settled()
    assert len(ann.seen) == 1


async def test_somebody_without_a_chat_is_told_in_the_channel_that_there_is_an_answer(
    house: House, ann: Person
) -> None:
    house.teams.uninstalled.add(ann.user)
    await ann.says("me", channel=CHANNEL)
    await house.settled()
    told = shown(house.teams.posts(CHANNEL)[-1])
    assert "Stored." not in told
    assert "add sipbot" in told


async def test_a_slash_command_is_answered_for_the_person_alone(house: House, ann: Person) -> None:
    activity = ann.activity(CHANNEL, "1699", type="message", text="me")
    activity["recipient"]["isTargeted"] = True
    await house.teams.post(activity)
    await house.settled()
    assert [shown(post) for post in ann.whispers] == ["Stored."]
    assert (ann.seen, house.teams.posts(CHANNEL)) == ([], [])


async def test_the_form_a_slash_command_asks_for_is_offered_to_the_person_alone(house: House, ann: Person) -> None:
    house.replies(Reply(form=FORM))
    activity = ann.activity(CHANNEL, "1699", type="message", text="win Something not for all")
    activity["recipient"]["isTargeted"] = True
    await house.teams.post(activity)
    await house.settled()
    assert (len(ann.whispers), house.teams.posts(CHANNEL)) == (1, [])
    assert (await ann.opens(ann.whispers[0], "Open the form"))["type"] == "continue"
    assert house.last.text == "win Something not for all"


async def test_a_card_for_one_person_is_replaced_for_them_alone(house: House, ann: Person) -> None:
    house.replies(Reply(PROMPT))
    activity = ann.activity(CHANNEL, "1699", type="message", text="me")
    activity["recipient"]["isTargeted"] = True
    await house.teams.post(activity)
    await house.settled()
    house.replies(Reply(say("Undone."), replace=True))
    data = {"verb": "undo", "values": {}}
    press = ann.activity(CHANNEL, "1699", type="message", value=data, replyToId=ann.whispers[0]["id"])
    press["recipient"]["isTargeted"] = True
    await house.teams.post(press)
    await house.settled()
    assert [shown(post) for post in ann.whispers] == ["Undone."]
    assert (ann.seen, house.teams.posts(CHANNEL)) == ([], [])


async def test_where_messages_for_one_are_not_taken_the_chat_is(house: House, ann: Person) -> None:
    house.teams.targeted = False
    activity = ann.activity(CHANNEL, "1699", type="message", text="me")
    activity["recipient"]["isTargeted"] = True
    await house.teams.post(activity)
    await house.settled()
    assert [shown(post) for post in ann.seen] == ["Stored."]
    assert house.teams.posts(CHANNEL) == []


async def test_an_answer_that_cannot_be_shown_is_not_silence(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(message: Message, mentions: Any) -> Any:
        if message == say("Stored."):
            raise RuntimeError("a fault of ours")
        return message_card(message, mentions)

    monkeypatch.setattr("bot.adapters.teams.cards.message_card", broken)
    await ann.says("me")
    await house.settled()
    assert "could not be shown" in shown(ann.seen[-1])


async def test_an_answer_that_is_too_large_is_not_silence(house: House, ann: Person) -> None:
    house.teams.fail("POST activities", Fault(413))
    await ann.says("me")
    await house.settled()
    assert ["could not be shown" in shown(post) for post in ann.seen] == [True]


async def test_words_in_a_thread_are_asked_for_again_while_the_database_is_away(house: House, ann: Person) -> None:
    def away(*_: object) -> bool:
        raise RuntimeError("the database is away")

    house.store.posted = away  # type: ignore[method-assign]
    said = ann.activity(CHANNEL, "1699", type="message", text="1.2.3 is done")
    assert (await house.teams.post(said))[0] == 503
    assert house.commands == []


async def test_a_reply_in_a_thread_that_could_not_be_saved_is_asked_for_again(house: House, ann: Person) -> None:
    prompt = await house.in_channel()
    house.store.posted_ids.add(prompt["id"])
    house.replies(Reply(say("Not saved."), unsaved=True))
    reply = ann.activity(CHANNEL, prompt["id"], type="message", text="1.2.3 is done")
    assert (await house.teams.post(reply))[0] == 503


async def test_a_reply_that_is_nothing_says_nothing(house: House, ann: Person) -> None:
    house.replies(Reply())
    await ann.says("me", channel=CHANNEL)
    await house.settled()
    assert house.kinds() == []
