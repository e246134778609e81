"""Delivery to Teams: where posts go, what is learned about where that is, and what becomes of faults."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from bot.chat.clock import MovableClock
from bot.chat.commands import Actor, Role
from bot.chat.compose import built_in
from bot.chat.errors import SendError
from bot.chat.messages import Message, Span, Text, say
from bot.chat.ports import Address, Post
from bot.delivery import Delivery
from storage.models import outbox
from storage.queries import people
from storage.queries.people import channel_for
from storage.references import References
from storage.uow import Destination
from tests import teams_house
from tests.conftest import Work
from tests.fake_teams import Fault
from tests.teams_house import PROMPT, House
from tests.teams_people import BOT, CHANNEL, GROUP, TENANT, Person, chat_of, shown

# Fixtures: in this file the house is a Teams adapter's.
house, ann, ben = teams_house.house, teams_house.ann, teams_house.ben

IN_CHANNEL = Address("teams", TENANT, CHANNEL)


async def meet(house: House, person: Person, where: str = CHANNEL) -> None:
    """Anything that comes shows the way."""
    await house.teams.post(person.activity(where, type="typing"))


# where posts go


async def test_a_post_to_a_channel_begins_a_thread(house: House, ann: Person) -> None:
    await meet(house, ann)
    sent = await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    [call] = house.teams.calls
    assert call["kind"] == "POST conversations"
    assert {name: call["body"][name] for name in ("isGroup", "bot", "tenantId", "channelData")} == {
        "isGroup": True,
        "bot": {"id": BOT},
        "tenantId": TENANT,
        "channelData": {"channel": {"id": CHANNEL}, "tenant": {"id": TENANT}},
    }
    [post] = house.teams.posts(CHANNEL)
    assert (post["id"], post["summary"]) == (sent, "Any news on 1.2.3?")


async def test_a_post_to_a_thread_is_a_reply(house: House, ann: Person) -> None:
    await meet(house, ann)
    root = await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    sent = await house.adapter.send(Post("k2", Address("teams", TENANT, CHANNEL, thread=root), say("More.")))
    assert [(post["id"], post["conversation"]) for post in house.teams.posts(CHANNEL)] == [
        (root, f"{CHANNEL};messageid={root}"),
        (sent, f"{CHANNEL};messageid={root}"),
    ]


async def test_a_post_to_a_group_chat_is_a_message(house: House, ann: Person) -> None:
    await meet(house, ann, GROUP)
    sent = await house.adapter.send(Post("k1", Address("teams", TENANT, GROUP, thread="1"), PROMPT))
    assert [post["id"] for post in house.teams.posts(GROUP)] == [sent]


@pytest.mark.parametrize("channel", ["", CHANNEL])
async def test_a_post_to_a_person_is_in_their_own_chat(house: House, ann: Person, ben: Person, channel: str) -> None:
    await meet(house, ann)
    for key in ("k1", "k2"):
        await house.adapter.send(Post(key, Address("teams", TENANT, channel, ben.user, "9"), say("Yours.")))
    assert [shown(post) for post in ben.seen] == ["Yours.", "Yours."]
    assert house.kinds() == ["POST conversations", "POST activities", "POST activities"]
    assert house.teams.posts(CHANNEL) == []


async def test_a_chat_with_somebody_met_in_a_channel_is_begun_with_what_teams_calls_them(
    house: House, ann: Person
) -> None:
    await meet(house, ann)
    await house.adapter.send(Post("k1", Address("teams", TENANT, user=ann.user), PROMPT))
    assert house.teams.calls[0]["body"]["members"] == [{"id": ann.account}]
    assert len(ann.seen) == 1


async def test_a_chat_that_is_known_is_not_begun_again(house: House, ann: Person) -> None:
    await meet(house, ann, chat_of(ann.user))
    await meet(house, ann, CHANNEL)
    await house.adapter.send(Post("k1", Address("teams", TENANT, user=ann.user), PROMPT))
    assert house.kinds() == ["POST activities"]


async def test_a_message_is_changed_where_it_stands(house: House, ann: Person) -> None:
    await meet(house, ann)
    sent = await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    assert await house.adapter.send(Post("k2", IN_CHANNEL, say("Closed."), target=sent)) == sent
    assert [shown(post) for post in house.teams.posts(CHANNEL)] == ["Closed."]
    yours = Address("teams", TENANT, user=ann.user)
    mine = await house.adapter.send(Post("k3", yours, say("Once.")))
    await house.adapter.send(Post("k4", yours, say("Twice."), target=mine))
    assert [shown(post) for post in ann.seen] == ["Twice."]


async def test_a_reaction_is_one_that_teams_has(house: House, ann: Person) -> None:
    await meet(house, ann)
    for name in ("white_check_mark", "memo", "tada"):
        await house.adapter.send(Post("k1", IN_CHANNEL, reaction=name, target="17"))
    assert house.teams.reactions == [("17", "checkmark"), ("17", "pushpin"), ("17", "like")]


async def test_a_reaction_that_is_not_taken_is_left_out(house: House, ann: Person) -> None:
    await meet(house, ann)
    house.teams.fail("PUT reactions", Fault(405), Fault(503))
    post = Post("k1", IN_CHANNEL, reaction="memo", target="17")
    assert await house.adapter.send(post) == "17"
    with pytest.raises(SendError) as raised:
        await house.adapter.send(post)
    assert not raised.value.permanent


async def test_people_are_mentioned_by_their_id(house: House, ann: Person) -> None:
    await meet(house, ann)
    message = Message((Text((Span("Thanks, "), Span("Ann", person=7))),))
    await house.adapter.send(Post("k1", IN_CHANNEL, message, mentions={7: ann.user}))
    card = house.teams.posts(CHANNEL)[-1]["attachments"][0]["content"]
    [entity] = card["msteams"]["entities"]
    assert (entity["type"], entity["mentioned"]["id"]) == ("mention", ann.user)


async def test_a_post_cannot_be_looked_for(house: House) -> None:
    assert await house.adapter.find(Post("k1", IN_CHANNEL, PROMPT)) is None


# faults


@pytest.mark.parametrize(
    ("fault", "permanent", "retry_after", "unknown"),
    [
        (Fault(429, retry_after=7), False, 7.0, False),
        (Fault(429), False, 1.0, False),
        (Fault(429, retry_after="Wed, 25 Mar 2026 08:00:00 GMT"), False, 1.0, False),
        (Fault(412), False, None, False),
        (Fault(500), False, None, True),
        (Fault(502), False, None, True),
        (Fault(503), False, None, False),
        (Fault(503, retry_after=3), False, 3.0, False),
        (Fault(504), False, None, True),
        (Fault(400), True, None, False),
        (Fault(403), True, None, False),
        (Fault(404), True, None, False),
        (Fault(413), True, None, False),
    ],
)
async def test_what_teams_refuses_says_what_comes_next(
    house: House, ann: Person, fault: Fault, permanent: bool, retry_after: float | None, unknown: bool
) -> None:
    await meet(house, ann)
    house.teams.fail("POST conversations", fault)
    with pytest.raises(SendError) as raised:
        await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    error = raised.value
    assert (error.permanent, error.retry_after, error.unknown) == (permanent, retry_after, unknown)
    assert str(fault.status) in str(error)
    assert house.kinds() == ["POST conversations"]  # nothing is repeated here


@pytest.mark.parametrize(
    ("status", "remedy"), [(403, "add the app again"), (404, "add the app again"), (413, "larger")]
)
async def test_a_dead_letter_says_what_to_do(house: House, ann: Person, status: int, remedy: str) -> None:
    await meet(house, ann)
    house.teams.fail("POST conversations", Fault(status))
    with pytest.raises(SendError, match=remedy):
        await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))


async def test_a_lost_reply_leaves_the_post_unknown(house: House, ann: Person) -> None:
    await meet(house, ann)
    house.teams.fail("POST conversations", Fault(accepted=True))
    with pytest.raises(SendError) as raised:
        await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    assert raised.value.unknown
    assert not raised.value.permanent
    assert len(house.teams.posts(CHANNEL)) == 1


async def test_a_teams_that_does_not_answer_leaves_the_post_unknown(
    house: House, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await meet(house, ann)
    await house.adapter.send(Post("k0", IN_CHANNEL, PROMPT))
    house.teams.fail("POST conversations", Fault(delay=1))
    session: Any = house.adapter._connector._session
    monkeypatch.setattr(session, "_timeout", type(session._timeout)(total=0.1))
    with pytest.raises(SendError) as raised:
        await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    assert raised.value.unknown


async def test_a_teams_that_is_away_is_tried_again(house: House) -> None:
    way = {"service_url": "http://127.0.0.1:9/", "conversation_id": CHANNEL, "account_id": "", "bot_id": BOT}
    house.store.remember(TENANT, "channel", CHANNEL, **way)
    with pytest.raises(SendError, match="cannot be reached") as raised:
        await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    assert (raised.value.permanent, raised.value.unknown) == (False, False)


async def test_one_token_serves_many_calls_and_one_taken_back_is_renewed(house: House, ann: Person) -> None:
    await meet(house, ann)
    for key in ("k1", "k2"):
        await house.adapter.send(Post(key, IN_CHANNEL, PROMPT))
    assert house.teams.tokens == 1
    house.teams.take_token_back()
    await house.adapter.send(Post("k3", IN_CHANNEL, PROMPT))
    assert house.teams.tokens == 2
    assert len(house.teams.posts(CHANNEL)) == 3


async def test_a_wrong_secret_is_said_and_is_about_everything(house: House, ann: Person) -> None:
    await meet(house, ann)
    house.teams.fail("POST conversations", Fault(401), Fault(401))
    with pytest.raises(SendError, match="TEAMS_APP_PASSWORD") as raised:
        await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    assert raised.value.permanent
    assert raised.value.everywhere


async def test_nobody_can_be_reached_before_anything_is_learned(house: House, ann: Person) -> None:
    for address in (IN_CHANNEL, Address("teams", TENANT, user=ann.user)):
        with pytest.raises(SendError, match="add the app") as raised:
            await house.adapter.send(Post("k1", address, PROMPT))
        assert raised.value.permanent
    assert house.teams.calls == []


async def test_a_post_with_nothing_in_it_is_refused(house: House) -> None:
    with pytest.raises(SendError, match="nothing in it"):
        await house.adapter.send(Post("k1", IN_CHANNEL))


# what is learned


async def test_the_way_is_learned_from_an_installation_and_forgotten_with_it(house: House, ann: Person) -> None:
    await house.teams.post(ann.activity(CHANNEL, type="installationUpdate", action="add"))
    await house.adapter.send(Post("k1", IN_CHANNEL, PROMPT))
    await house.teams.post(ann.activity(CHANNEL, type="installationUpdate", action="remove"))
    with pytest.raises(SendError, match="add the app"):
        await house.adapter.send(Post("k2", IN_CHANNEL, PROMPT))


async def test_the_way_is_forgotten_when_the_bot_is_taken_out(house: House, ann: Person) -> None:
    await house.teams.post(ann.activity(CHANNEL, type="conversationUpdate", membersAdded=[{"id": BOT}]))
    assert (TENANT, CHANNEL) in house.store.found
    await house.teams.post(ann.activity(CHANNEL, type="conversationUpdate", membersRemoved=[{"id": ann.account}]))
    assert (TENANT, CHANNEL) in house.store.found
    await house.teams.post(ann.activity(CHANNEL, type="conversationUpdate", membersRemoved=[{"id": BOT}]))
    assert (TENANT, CHANNEL) not in house.store.found


async def test_what_is_known_is_not_written_again(house: House, ann: Person) -> None:
    for where in (chat_of(ann.user), CHANNEL, chat_of(ann.user), CHANNEL):
        await meet(house, ann, where)
    assert house.store.writes == 2
    moved = ann.activity(CHANNEL, type="typing")
    house.teams.service_url += "new/"
    moved["serviceUrl"] = house.teams.service_url
    await house.teams.post(moved)
    assert house.store.writes == 4
    assert house.store.found[TENANT, ann.user]["conversation_id"] == chat_of(ann.user)


# a bot that was removed


@pytest.fixture
def county(work: Work, ann: Person, ben: Person) -> None:
    """Ann, a member, and Ada, an administrator, in Teams, and a workgroup's channel there."""
    with work() as uow:
        people.add_workspace(uow.connection, uow.organization.id, "teams", TENANT)
        for user, name, role in ((ann.user, "Ann Ortiz", Role.MEMBER), (ben.user, "Ada Root", Role.ADMIN)):
            actor = Actor("teams", TENANT, user, name)
            people.create_person(uow.connection, uow.organization.id, actor, name=name, role=role, at=uow.at)
        channel_for(uow, "teams", TENANT, CHANNEL, "intake")


async def test_a_channel_it_was_removed_from_is_a_dead_letter_that_says_where_and_what_to_do(
    house: House, ann: Person, ben: Person, county: None, engine: Engine, clock: MovableClock, work: Work
) -> None:
    delivery = Delivery(engine, clock, [house.adapter], composer=built_in())
    await meet(house, ann)
    await meet(house, ben, chat_of(ben.user))
    await house.teams.post(ann.activity(CHANNEL, type="conversationUpdate", membersRemoved=[{"id": BOT}]))
    with work() as uow:
        here = channel_for(uow, "teams", TENANT, CHANNEL)
        uow.post("prompt", Destination(channel_id=here.id), PROMPT, key="p1")
    await delivery.drain()
    [told] = ben.seen
    assert "A prompt for #intake in Teams could not be delivered" in shown(told)
    assert "add the app to it, and mention @sipbot there once" in shown(told)
    assert house.teams.posts(CHANNEL) == []


async def test_a_person_who_removed_it_is_a_dead_letter_that_names_them(
    house: House, ann: Person, ben: Person, county: None, engine: Engine, clock: MovableClock, work: Work
) -> None:
    delivery = Delivery(engine, clock, [house.adapter], composer=built_in())
    await meet(house, ben, chat_of(ben.user))
    await meet(house, ann, chat_of(ann.user))
    house.teams.uninstalled.add(ann.user)
    await house.teams.post(ann.activity(type="installationUpdate", action="remove"))
    assert (TENANT, ann.user) not in house.store.found
    with work() as uow:
        found = people.person_by_identity(uow, "teams", TENANT, ann.user)
        assert found is not None
        uow.post("nudge", Destination(person_id=found.id), PROMPT, key="n1")
    await delivery.drain()
    [told] = ben.seen
    assert "A nudge for Ann Ortiz" in shown(told)
    assert "add the app again" in shown(told)
    assert ann.seen == []


# the references in the database


def test_references_are_kept_and_the_newest_counts(engine: Engine) -> None:
    kept = References(engine)
    assert kept.recall(TENANT, "u1") is None
    assert kept.latest(TENANT) is None
    kept.remember(TENANT, "user", "u1", service_url="https://a/", conversation_id="a:1", account_id="29:1", bot_id=BOT)
    kept.remember(TENANT, "user", "u1", service_url="https://b/", conversation_id="", account_id="29:1", bot_id=BOT)
    found = {"kind": "user", "service_url": "https://b/", "conversation_id": "a:1", "account_id": "29:1", "bot_id": BOT}
    assert kept.recall(TENANT, "u1") == found
    assert kept.latest(TENANT) == found
    assert kept.recall("another", "u1") is None
    kept.forget(TENANT, "u1")
    assert kept.recall(TENANT, "u1") is None


def test_a_place_is_welcomed_once_until_it_is_forgotten(engine: Engine) -> None:
    kept = References(engine)
    assert not kept.welcome(TENANT, CHANNEL)
    way = {"service_url": "https://a/", "conversation_id": CHANNEL, "account_id": "", "bot_id": BOT}
    kept.remember(TENANT, "channel", CHANNEL, **way)
    assert [kept.welcome(TENANT, CHANNEL), kept.welcome(TENANT, CHANNEL)] == [True, False]
    kept.remember(TENANT, "channel", CHANNEL, **way)
    assert not kept.welcome(TENANT, CHANNEL)
    kept.forget(TENANT, CHANNEL)
    kept.remember(TENANT, "channel", CHANNEL, **way)
    assert kept.welcome(TENANT, CHANNEL)


def test_a_message_is_ours_when_the_outbox_delivered_it(work: Work, engine: Engine) -> None:
    with work() as uow:
        here = channel_for(uow, "teams", TENANT, CHANNEL)
        values = {"dedupe_key": "1:k", "kind": "prompt", "channel_id": here.id, "state": "sent", "remote_id": "17"}
        uow.insert(outbox, **values, created_at=uow.at, available_at=uow.at)
    kept = References(engine)
    assert kept.posted(TENANT, CHANNEL, "17")
    assert not kept.posted(TENANT, CHANNEL, "18")
    assert not kept.posted(TENANT, GROUP, "17")
    assert not kept.posted("another", CHANNEL, "17")


async def test_a_store_that_fails_keeps_nobody_from_being_heard(house: House, ann: Person) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the database is away")

    house.store.remember = broken  # type: ignore[method-assign]
    await ann.says("me")
    assert house.last.text == "me"
