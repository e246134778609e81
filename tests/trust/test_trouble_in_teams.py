"""Teams refuses for good, or the platform the notice would go by does: who hears of it, and what is sent once mended."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from bot.chat.messages import say
from bot.delivery import GIVE_UP, LEAST_ATTEMPTS
from storage.models import channel, identity, workgroup
from storage.queries import people
from storage.queries.settings import change_setting
from storage.uow import Destination
from tests.trust.table import record
from tests.trust.trouble import CORA, LOGIN, PROMPTS, both_houses

# https://learn.microsoft.com/microsoftteams/platform/bots/build-notification-capability#status-codes-from-bot-conversational-apis
EVERYWHERE = ((401, LOGIN), (401, "BotNotRegistered"))
OF_A_CHANNEL = (
    (403, "BotNotInConversationRoster"), (403, "BotDisabledByAdmin"), (404, "ConversationNotFound"),
    (413, "MessageSizeTooBig"),
)  # fmt: skip
OF_A_PERSON = (
    (403, "ConversationBlockedByUser"), (403, "MessageWritesBlocked"), (403, "ForbiddenOperationException"),
    (404, "ConversationNotFound"),
)  # fmt: skip
DAY = timedelta(days=1)


async def outcome(house, cause, where, destinations):
    """(dead letters, notices to each coordinator, sent by command, doubled) of one cause, on a day of its own."""
    house.clock.move_to(house.clock.read() + DAY)
    dead, told, sent = house.count("dead"), house.told(), house.count("sent")
    house.teams.refuses(*cause, where)
    await house.posts(cause[1], destinations)
    dead, heard = house.count("dead") - dead, [now - before for now, before in zip(house.told(), told, strict=True)]
    house.teams.takes()
    await house.says(house.cora, "outbox retry")
    return dead, heard, house.count("sent") - sent, house.doubled(cause[1], len(destinations))


def noted(fault, setting, found):
    dead, notices = sum(one[0] for one in found), sum(max(one[1]) for one in found)
    sent, doubled = sum(one[2] for one in found), sum(one[3] for one in found)
    record(fault, setting, f"{dead} dead letters, {notices} notices, {sent} sent by command, {doubled} doubled")


async def test_teams_takes_nothing_of_ours_any_more(engine, clock):
    async with both_houses(engine, clock) as house:
        channels = [Destination(channel_id=one) for one in house.channels]
        found = [await outcome(house, cause, "", channels) for cause in EVERYWHERE]
    setting = f"Teams, {len(EVERYWHERE)} causes × {PROMPTS} prompts ({engine.dialect.name}); the notice in Slack"
    noted("token revoked, bot removed, organization locked", setting, found)
    # Cora hears of it in Slack; Dora, who has Teams alone, when it is back (an hour is not over yet).
    assert found == [(PROMPTS, [1, 0, 0], PROMPTS, 0)] * len(EVERYWHERE)


async def test_the_bot_is_out_of_a_team_or_the_channel_is_gone(engine, clock):
    async with both_houses(engine, clock) as house:
        channels = [Destination(channel_id=house.channels[0])] * 3
        found = [await outcome(house, cause, "19:group00", channels) for cause in OF_A_CHANNEL]
    setting = f"Teams, {len(OF_A_CHANNEL)} causes × 3 prompts ({engine.dialect.name})"
    noted("channel archived, closed or gone", setting, found)
    assert found == [(3, [0, 1, 1], 3, 0)] * len(OF_A_CHANNEL)


async def test_a_person_blocked_the_bot_or_has_it_no_more(engine, clock):
    async with both_houses(engine, clock) as house:
        to_ann = [Destination(person_id=house.ids["ann"])] * 3
        found = [await outcome(house, cause, house.ann.user, to_ann) for cause in OF_A_PERSON]
    setting = f"Teams, {len(OF_A_PERSON)} causes × 3 messages ({engine.dialect.name})"
    noted("person deactivated", setting, found)
    assert found == [(3, [0, 1, 1], 3, 0)] * len(OF_A_PERSON)


# whom the notice reaches


async def test_a_notice_about_slack_that_takes_nothing_reaches_a_linked_coordinator_in_teams(engine, clock):
    async with both_houses(engine, clock) as house:
        with house.work() as uow:
            people.learn(uow, house.ids["cora"], last_platform="slack")
            uow.change(channel, platform="slack", workspace="T0COUNTY01", external_id=channel.c.name)
        house.slack.code = "token_revoked"
        await house.posts("revoked", [Destination(channel_id=one) for one in house.channels])
        told = house.told()
    record("the platform of the notice is the one that is down", f"Slack revoked, Teams linked ({engine.dialect.name})",
           f"{PROMPTS} dead letters, {told[1]} notice in Teams")  # fmt: skip
    assert told == (0, 1, 1)


async def test_who_has_only_the_platform_that_is_down_hears_of_it_within_an_hour_of_its_return(engine, clock):
    async with both_houses(engine, clock) as house:
        house.teams.refuses(401, "BotNotRegistered")
        await house.posts("gone", [Destination(channel_id=house.channels[0])])
        for _ in range(5):
            house.clock.move_to(house.clock.read() + timedelta(hours=1))
            await house.app.delivery.drain()
        house.teams.takes()
        before = house.told()
        house.clock.move_to(house.clock.read() + timedelta(hours=1))
        await house.app.delivery.drain()
        after = house.told()
    record("the platform of the notice is the one that is down", f"Teams alone ({engine.dialect.name})",
           f"{after[2]} notice once it is back")  # fmt: skip
    assert (before, after) == ((1, 0, 0), (1, 0, 1))


async def test_a_notice_that_nobody_can_be_told_is_given_up_after_some_days(engine, clock):
    async with both_houses(engine, clock) as house:
        house.teams.refuses(401, "BotNotRegistered")
        await house.posts("gone", [Destination(channel_id=house.channels[0])])
        for _ in range(LEAST_ATTEMPTS):
            house.clock.move_to(house.clock.read() + GIVE_UP / LEAST_ATTEMPTS)
            await house.app.delivery.drain()
        assert house.count("dead", "dead_letter") == 1
        assert house.count("pending", "dead_letter") == 0


# somebody who is gone


def refused(house):
    """Whose accounts take no messages."""
    with house.work() as uow:
        return {name for name, row in house.ids.items() if row in people.unreachable(uow)}


async def test_a_month_of_prompts_to_somebody_who_is_gone_is_one_dead_letter_until_they_write(engine, clock):
    async with both_houses(engine, clock) as house:
        ann = [Destination(person_id=house.ids["ann"])]
        house.teams.refuses(403, "ConversationBlockedByUser", house.ann.user)
        for month in range(6):
            house.clock.move_to(house.clock.read() + timedelta(days=30))
            await house.posts(f"nudge {month}", ann, "nudge")
        dead, told, gone = house.count("dead", "nudge"), house.told(), refused(house)
        await house.says(house.dora, "people")
        listed = str(house.dora.seen[-1])
        house.teams.takes()
        await house.says(house.ann, "me")
        back = refused(house)
        await house.posts("after", ann, "nudge")
        seen = sum("after 00" in str(post) for post in house.ann.seen)
    record("person deactivated", f"Teams, one prompt a month for half a year ({engine.dialect.name})",
           f"{dead} dead letter, {told[2]} notice; {seen} of 1 received after they wrote")  # fmt: skip
    assert (dead, told, gone, back, seen) == (1, (0, 1, 1), {"ann"}, set(), 1)
    assert "1 takes no messages from sipbot" in listed


async def test_somebody_who_adds_the_app_again_is_written_to_again(engine, clock):
    async with both_houses(engine, clock) as house:
        house.teams.refuses(403, "BotNotInConversationRoster", house.ann.user)
        await house.posts("lost", [Destination(person_id=house.ids["ann"])])
        assert refused(house) == {"ann"}
        house.teams.takes()
        for action in ("remove", "add"):
            await house.teams.post(house.ann.activity(type="installationUpdate", action=action))
        await house.app.teams.drain()
        assert refused(house) == set()


async def test_what_is_sent_again_and_arrives_shows_that_they_are_back(engine, clock):
    async with both_houses(engine, clock) as house:
        house.teams.refuses(403, "MessageWritesBlocked", house.ann.user)
        await house.posts("lost", [Destination(person_id=house.ids["ann"])])
        house.teams.takes()
        await house.says(house.dora, "outbox retry")
        assert house.count("sent") == 1
        assert refused(house) == set()


async def test_an_administrator_who_stops_the_app_makes_nobody_unreachable(engine, clock):
    async with both_houses(engine, clock) as house:
        house.teams.refuses(403, "BotDisabledByAdmin")
        await house.posts("stopped", [Destination(person_id=house.ids["ann"])])
        assert house.count("dead") == 1
        assert refused(house) == set()


async def test_one_account_of_two_that_is_gone_leaves_the_other(engine, clock):
    async with both_houses(engine, clock) as house:
        with house.work() as uow:
            people.learn(uow, house.ids["cora"], last_platform="slack")
        house.slack.code, house.slack.where = "user_disabled", CORA
        await house.posts("hello", [Destination(person_id=house.ids["cora"])] * 2)
        tried = len(house.slack.called("conversations.open"))
        with house.app.engine.connect() as connection:
            marked = connection.execute(select(identity.c.external_id).where(identity.c.refused_at.is_not(None)))
            assert marked.scalars().all() == [CORA]
        assert (house.count("sent"), house.count("dead"), tried) == (2, 0, 1)
        assert refused(house) == set()


# a channel that is gone for good


async def test_what_could_not_be_delivered_follows_its_workgroup_to_another_channel(engine, clock):
    async with both_houses(engine, clock) as house:
        with house.work() as uow:
            old = house.channels[0]
            group = uow.insert(
                workgroup, name="Intake", channel_id=old, cadence="monthly:2:1:2026-01", created_at=uow.at
            )
            house.teams.refuses(404, "ConversationNotFound", "19:group00")
            on_time = {"period": "2026-03", "subject_id": group}
            uow.post("prompt", Destination(channel_id=old), say("March agenda"), key="p", **on_time)
            uow.post("receipt", Destination(channel_id=old, thread="170"), say("Meeting held"), key="r", **on_time)
            uow.post("prompt", Destination(channel_id=old), say("Of others"), key="o", subject_id=group + 1)
        await house.app.delivery.drain()
        assert house.count("dead") + house.count("dead", "receipt") == 3
        await house.dora.says("workgroup channel Intake", channel="19:group01@thread.tacv2")
        await house.app.teams.drain()
        await house.app.delivery.drain()
        await house.says(house.dora, "outbox retry")
        there = [str(post) for post in house.teams.posts("19:group01@thread.tacv2")]
    found = [sum(words in one for one in there) for words in ("March agenda", "Meeting held", "Of others")]
    record("channel archived, then another chosen", f"Teams, a prompt and a note ({engine.dialect.name})",
           f"{found[0] + found[1]} of 2 in the new channel, {found[2]} of another workgroup")  # fmt: skip
    assert found == [1, 1, 0]


async def test_a_roll_up_that_could_not_be_delivered_follows_the_executives_to_another_channel(engine, clock):
    async with both_houses(engine, clock) as house:
        with house.work() as uow:
            change_setting(uow, "executive_channel", str(house.channels[0]))
            house.teams.refuses(404, "ConversationNotFound", "19:group00")
            uow.post("rollup", Destination(channel_id=house.channels[0]), say("March roll-up"), key="r", subject_id=1)
        await house.app.delivery.drain()
        await house.dora.says("settings executive channel", channel="19:group01@thread.tacv2")
        await house.app.teams.drain()
        await house.app.delivery.drain()
        assert sum("March roll-up" in str(post) for post in house.teams.posts("19:group01@thread.tacv2")) == 1
        assert house.count("dead", "rollup") == 0
