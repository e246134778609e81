"""What people do in the console becomes the right Command, and the Reply lands where it belongs."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Engine

from bot.adapters.console import ConsoleChannel
from bot.adapters.console_pages.chat import Where
from bot.chat.commands import Command
from bot.chat.errors import SendError, UserError
from bot.chat.messages import say
from bot.chat.ports import Address, Post
from bot.renderers.text import to_text
from storage.console import ConsoleStore
from tests.browser.stub_county import StubCounty, county_with
from tests.chat import Chat

HERE = "reunification"


@pytest.fixture
def county(engine: Engine) -> StubCounty:
    return county_with(ConsoleStore(engine))


@pytest.fixture
def chat(county: StubCounty) -> Chat:
    return Chat(county.adapter.chat)


def last(county: StubCounty) -> Command:
    return county.commands_seen[-1]


def send(county: StubCounty, post: Post) -> str:
    return asyncio.run(county.adapter.send(post))


def test_a_slash_command_is_seen_by_its_author_only(county: StubCounty, chat: Chat) -> None:
    ann, ben = chat.person("Ann"), chat.person("Ben")
    ann.says("/sip update 1.2.3 done Form piloted", channel=HERE)
    command = last(county)
    assert (command.text, command.source, command.place.channel, command.place.name) == (
        "update 1.2.3 done Form piloted",
        "typed",
        "c-reunification",
        HERE,
    )
    assert (command.actor.platform, command.actor.workspace, command.actor.user) == ("console", "local", "ann")
    assert "Stored. It appears in the March roll-up" in ann.text
    assert len(ann.sees(HERE)) == 2
    assert ben.sees(HERE) == []


def test_words_in_a_channel_are_for_colleagues(county: StubCounty, chat: Chat) -> None:
    chat.person("Ann").says("Good morning!", channel=HERE)
    assert county.commands_seen == []
    assert [said.text for said in chat.person("Ben").sees(HERE)] == ["Good morning!"]


def test_words_in_a_direct_message_are_a_command(county: StubCounty, chat: Chat) -> None:
    ann = chat.person("Ann").says("plan")
    assert (last(county).text, last(county).place.direct, last(county).source) == ("plan", True, "typed")
    assert ann.text.startswith("The plan at a glance")
    assert not ann.sees("")[-1].private_to


def test_calling_the_bot_anywhere_in_a_message_is_a_mention(county: StubCounty, chat: Chat) -> None:
    ann = chat.person("Ann").says("@sipbot, plan", channel=HERE)
    assert (last(county).text, last(county).source) == ("plan", "mention")
    assert last(county).place.message == ann.sees(HERE)[0].id


def test_a_reply_in_a_thread_is_stored_and_answered_through_the_outbox(county: StubCounty, chat: Chat) -> None:
    prompt = send(county, Post("p1", Address("console", "local", "c-reunification"), say("Your agenda")))
    ann = chat.person("Ann")
    ann.replies(ann.sees(HERE)[0], "1.2.3 done")
    command = last(county)
    assert (command.verb, command.source, command.answerable) == ("reply", "thread", False)
    assert command.place.thread == prompt
    own = next(said for said in ann.sees(HERE) if said.text == "1.2.3 done")
    assert command.place.message == own.id
    assert own.reactions == ("white_check_mark",)
    assert ann.text.startswith("Stored for 1.2.3.")
    assert [said.text for said in chat.person("Ben").sees(HERE)] == ["", "1.2.3 done"]


def test_a_public_reply_is_posted_for_all(chat: Chat) -> None:
    chat.person("Ann").says("/sip announce", channel=HERE)
    assert [to_text(post) for post in chat.posts(HERE)] == ["March closes on Tuesday."]


def test_a_button_that_replaces_changes_the_message_pressed(county: StubCounty, chat: Chat) -> None:
    asyncio.run(county.travel("prompt"))
    ben = chat.person("Ben").presses("Excuse")
    assert last(county).source == "button"
    assert [to_text(post) for post in chat.posts(HERE)] == ["Excused by Ann Alvarez."]
    assert ben.sees(HERE)[0].edited


def test_a_button_sends_its_values_and_may_react(county: StubCounty, chat: Chat) -> None:
    asyncio.run(county.travel("prompt"))
    ann = chat.person("Ann").presses("Record the meeting")
    assert last(county).values == {"id": "4"}
    assert ann.sees(HERE)[0].reactions == ("white_check_mark",)
    assert ann.text == "Meeting 4 recorded."


def test_a_form_with_a_fault_stays_open(county: StubCounty, chat: Chat) -> None:
    ann = chat.person("Ann").says("/sip update", channel=HERE)
    ann.submits(note="Form piloted")
    assert ann.errors == {"status": "Choose one."}, "a required field is asked for without asking the bot"
    assert last(county).source == "typed"
    ann.submits(note="ok", status="done")
    assert ann.errors == {"note": "Say in a few words what happened."}
    assert ann.form is not None
    ann.submits(note="Form piloted", status="done")
    assert (ann.errors, ann.form) == ({}, None)
    assert (last(county).source, last(county).verb, last(county).values["ref"]) == ("form", "update", "1.2.3")
    assert "Form piloted" in ann.text


def test_telling_a_win_takes_the_words_of_the_message(county: StubCounty, chat: Chat) -> None:
    chat.person("Ann").says("A family is together again.", channel=HERE)
    ben = chat.person("Ben")
    ben.tells_win(ben.sees(HERE)[0])
    assert (last(county).source, last(county).verb) == ("shortcut", "win")
    assert ben.form is not None
    assert ben.form.fields[0].value == "A family is together again."


def test_the_home_page_is_the_reply_to_the_home_command(county: StubCounty, chat: Chat) -> None:
    home = chat.person("Ann").home
    assert last(county).source == "home"
    assert home is not None
    assert to_text(home).startswith("Good morning, Ann")


def test_names_and_channels_become_tokens(county: StubCounty, chat: Chat) -> None:
    chat.person("Ann").says("thanks @Ben Okafor and #kinship-care, not ben@Ben Okafor or @Benny")
    assert last(county).text == ("thanks <@ben|Ben Okafor> and <#c-kinship|kinship-care>, not ben@Ben Okafor or @Benny")


def test_the_same_submit_again_stores_nothing_twice(county: StubCounty, chat: Chat) -> None:
    talk = county.adapter.chat
    where = Where("ann", "c-reunification")
    for _ in range(2):
        asyncio.run(talk.says(where, "/sip plan", "d-1"))
    assert len(chat.person("Ann").sees(HERE)) == 2
    assert [command.delivery_id for command in county.commands_seen] == ["d-1", "d-1"]


@pytest.mark.parametrize(
    "where",
    [
        Where("nobody", "c-reunification"),
        Where("ben", "c-kinship"),
        Where("ben", "dm:ann"),
        Where("ben", "c-nowhere"),
    ],
)
def test_nobody_speaks_where_they_are_not(county: StubCounty, where: Where) -> None:
    with pytest.raises(UserError):
        asyncio.run(county.adapter.chat.says(where, "hello", "d-1"))
    with pytest.raises(UserError):
        asyncio.run(county.adapter.chat.presses(where, "help", {}, "d-2"))
    assert county.commands_seen == []
    assert county.adapter.chat.store.get("1") is None


def test_direct_messages_stay_private_even_where_the_world_lists_them(county: StubCounty, chat: Chat) -> None:
    chat.person("Ann").says("plan")
    county.channels = lambda user: [ConsoleChannel("dm:ann", "")]  # type: ignore[method-assign]
    with pytest.raises(UserError):
        asyncio.run(county.adapter.chat.says(Where("ben", "dm:ann"), "hello", "d-1"))
    assert county.adapter.chat.channels("ben") == []


def test_a_button_of_somebody_elses_private_message_is_refused(county: StubCounty, chat: Chat) -> None:
    chat.person("Ann").says("/sip update 1.2.3 done x", channel=HERE)
    private = chat.person("Ann").sees(HERE)[-1]
    with pytest.raises(UserError, match="not there any more"):
        asyncio.run(county.adapter.chat.presses(Where("ben", private.channel, "", private.id), "undo", {}, "d-1"))


@pytest.mark.parametrize("thread", ["99", "not an id", "private", "elsewhere"])
def test_a_thread_that_is_not_there_for_the_person_is_refused(county: StubCounty, chat: Chat, thread: str) -> None:
    chat.person("Ann").says("/sip plan", channel=HERE).says("hello", channel="kinship-care")
    private, elsewhere = chat.person("Ann").sees(HERE)[-1].id, chat.person("Ann").sees("kinship-care")[0].id
    where = Where("ben", "c-reunification", {"private": private, "elsewhere": elsewhere}.get(thread, thread))
    with pytest.raises(UserError, match="not there any more"):
        asyncio.run(county.adapter.chat.says(where, "hello", "d-1"))
    assert chat.person("Ben").sees(HERE) == []


def test_empty_words_are_refused_with_what_to_do(county: StubCounty) -> None:
    with pytest.raises(UserError, match="type a message first"):
        asyncio.run(county.adapter.chat.says(Where("ann", "dm:ann"), "  \n", "d-1"))


# The way out: delivery's port


def test_a_post_with_a_known_key_is_found_and_not_posted_again(county: StubCounty) -> None:
    post = Post("rollup:2026-02", Address("console", "local", "c-reunification"), say("February"))
    assert asyncio.run(county.adapter.find(post)) is None
    first = send(county, post)
    assert send(county, post) == first == asyncio.run(county.adapter.find(post))


def test_a_post_to_a_person_is_a_direct_message(county: StubCounty, chat: Chat) -> None:
    send(county, Post("n1", Address("console", "local", user="ann"), say("Two steps wait for news.")))
    assert chat.person("Ann").text == "Two steps wait for news."
    assert county.adapter.chat.store.unread("ann") == {"dm:ann": 1}
    county.adapter.chat.store.mark_read("ann", "dm:ann")
    assert county.adapter.chat.store.unread("ann") == {}


def test_a_post_to_a_person_in_a_channel_is_seen_by_nobody_else(county: StubCounty, chat: Chat) -> None:
    send(county, Post("n1", Address("console", "local", "c-reunification", "ann"), say("Only you.")))
    assert chat.person("Ann").text == "Only you."
    assert chat.person("Ben").sees(HERE) == []
    assert county.adapter.chat.store.unread("ben") == {}


def test_a_post_with_a_target_changes_that_message(county: StubCounty, chat: Chat) -> None:
    to = Address("console", "local", "c-reunification")
    first = send(county, Post("a", to, say("Draft")))
    assert send(county, Post("b", to, say("Final"), target=first)) == first
    assert send(county, Post("c", to, reaction="eyes", target=first)) == first
    assert send(county, Post("c", to, reaction="eyes", target=first)) == first
    said = chat.person("Ann").sees(HERE)[0]
    assert said.message is not None
    assert (to_text(said.message), said.reactions) == ("Final", ("eyes",))


@pytest.mark.parametrize(
    "post",
    [
        Post("a", Address("console", "local", "c-reunification"), reaction="eyes", target="99"),
        Post("a", Address("console", "local", "c-reunification", thread="99"), say("x")),
        Post("a", Address("console", "local", "c-reunification", thread="not an id"), say("x")),
        Post("a", Address("console", "local", "c-reunification")),
    ],
)
def test_a_post_that_cannot_ever_arrive_fails_for_good(county: StubCounty, post: Post) -> None:
    with pytest.raises(SendError) as caught:
        send(county, post)
    assert caught.value.permanent
