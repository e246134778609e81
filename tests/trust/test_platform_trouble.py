"""The platform refuses for good: a dead letter at once, one notice on a way that works, each sent once by command."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.app import build
from bot.chat.commands import Actor, Role
from bot.chat.compose import built_in
from bot.chat.messages import say
from bot.config import load
from storage.models import channel
from storage.queries import people
from storage.uow import Destination, unit_of_work
from tests.builders import a_channel, an_organization
from tests.post_office import PostOffice, open_post_office
from tests.slack_county import serve
from tests.slack_people import TEAM
from tests.trust.table import record
from tests.trust.trouble import RefusingSlack, Troubled

SECRET, MAIL = "a signing secret", "cora@county.example"
CORA, ANN = "U0CORA0001", "U0ANN00001"
PROMPTS = 40 if os.environ.get("SIPBOT_TRUST") == "full" else 12
EVERYWHERE = (
    "token_revoked", "invalid_auth", "account_inactive", "missing_scope", "org_login_required", "ekm_access_denied",
    "team_access_not_granted",
)  # fmt: skip
OF_A_CHANNEL = ("is_archived", "channel_not_found", "not_in_channel", "restricted_action", "msg_too_long")
OF_A_PERSON = ("user_disabled", "user_not_found", "cannot_dm_bot")


class House(Troubled):
    """The application, its Slack and its mail server; Cora coordinates, Ann has a direct channel."""

    def __init__(self, app, slack, office, clock):
        super().__init__(app, clock)
        self.slack, self.office = slack, office

    def told(self):
        """How many notices Cora has, in Slack and by mail."""
        here = [said for said in self.slack.posts("D0CORA0001") if "Send again" in str(said)]
        return len(here) + len(self.office.to(MAIL))

    async def refused(self, code, where, destinations):
        """(dead at once, notices, calls) of prompts to these destinations while Slack refuses."""
        before, calls, dead = self.told(), len(self.slack.calls), self.count("dead")
        with self.work() as uow:
            for number, to in enumerate(destinations):
                uow.post("prompt", to, say(f"{code} {number}"), key=f"{code}:{number}")
        self.slack.code, self.slack.where = code, where
        await self.app.delivery.drain()
        return self.count("dead") - dead, self.told() - before, len(self.slack.calls) - calls

    async def mended(self):
        """(sent, sent twice) once Slack takes posts again and Cora asks for it."""
        self.slack.code = ""
        before = self.count("sent")
        await self.slack.person(CORA, "cora").types("/sip outbox retry")
        await self.app.delivery.drain()
        keys = [
            message["metadata"]["event_payload"]["key"]
            for messages in self.slack.channels.values()
            for message in messages
            if "metadata" in message
        ]
        return self.count("sent") - before, len(keys) - len(set(keys))


@asynccontextmanager
async def a_house(engine, clock):
    async with RefusingSlack(SECRET) as slack:
        with open_post_office(PostOffice()) as office:
            settings = load(
                _env_file=None,
                slack_signing_secret=SECRET,
                slack_bot_token=slack.token,
                slack_api_url=slack.api_url,
                smtp_url=f"smtp://127.0.0.1:{office.port}",
                smtp_from="sip@county.example",
            )
            app = build(settings, clock=clock, console=False, engine=engine)
            await app.start(worker=False)
            runner, slack.app_url = await serve(app.web)
            house = House(app, slack, office, clock)
            with unit_of_work(engine, clock.read(), built_in()) as uow:
                an_organization(uow)
                house.organization = uow.organization
                people.add_workspace(uow.connection, uow.organization.id, "slack", TEAM)
                for user, name, mail, role in ((CORA, "Cora", MAIL, Role.COORDINATOR), (ANN, "Ann", "", Role.MEMBER)):
                    actor = Actor("slack", TEAM, user, name, mail)
                    found = people.create_person(
                        uow.connection, uow.organization.id, actor, name=name, role=role, at=uow.at
                    )
                house.ann = found.id
                house.channels = [a_channel(uow, f"group{number}") for number in range(PROMPTS)]
                uow.change(channel, platform="slack", workspace=TEAM)
            yield house
            await runner.cleanup()
            await app.stop()


async def outcome(house, code, where, destinations):
    """Everything about one cause, on a day of its own."""
    house.clock.move_to(house.clock.read() + timedelta(days=1))
    refused = await house.refused(code, where, destinations)
    return (*refused, *await house.mended())


def noted(fault, setting, found):
    dead, notices, _, sent, doubled = (sum(column) for column in zip(*found, strict=True))
    record(fault, setting, f"{dead} dead letters, {notices} notices, {sent} sent by command, {doubled} doubled")


async def test_slack_takes_nothing_of_ours_any_more(engine, clock):
    async with a_house(engine, clock) as house:
        channels = [Destination(channel_id=one) for one in house.channels]
        found = [await outcome(house, code, "", channels) for code in EVERYWHERE]
    noted("token revoked, bot removed, organization locked", f"Slack, {len(EVERYWHERE)} causes × {PROMPTS} prompts "
          f"({engine.dialect.name}); the notice by e-mail", found)  # fmt: skip
    assert [one[:2] + one[3:] for one in found] == [(PROMPTS, 1, PROMPTS, 0)] * len(EVERYWHERE)
    assert max(one[2] for one in found) <= PROMPTS + 2  # no prompt is tried twice; the notice once, in vain


async def test_a_channel_is_archived_or_closed_to_us(engine, clock):
    async with a_house(engine, clock) as house:
        channels = [Destination(channel_id=house.channels[0])] * 3
        found = [await outcome(house, code, "CGROUP0", channels) for code in OF_A_CHANNEL]
    noted("channel archived, closed or gone", f"Slack, {len(OF_A_CHANNEL)} causes × 3 prompts ({engine.dialect.name})",
          found)  # fmt: skip
    assert [one[:2] + one[3:] for one in found] == [(3, 1, 3, 0)] * len(OF_A_CHANNEL)


async def test_a_person_is_deactivated(engine, clock):
    async with a_house(engine, clock) as house:
        to_ann = [Destination(person_id=house.ann)] * 3
        found = []
        for code in OF_A_PERSON:
            house.app.slack._outbound._direct.clear()
            found.append(await outcome(house, code, ANN, to_ann))
    noted("person deactivated", f"Slack, {len(OF_A_PERSON)} causes × 3 messages ({engine.dialect.name})", found)
    assert [one[:2] + one[3:] for one in found] == [(3, 1, 3, 0)] * len(OF_A_PERSON)


async def test_what_is_out_of_date_is_left_unless_it_is_asked_for(engine, clock):
    async with a_house(engine, clock) as house:
        with house.work() as uow:
            uow.post("nudge", Destination(person_id=house.ann), say("March"), key="n", period="2026-03")
        house.slack.code, house.slack.where = "user_disabled", ANN
        await house.app.delivery.drain()
        house.slack.code = ""
        house.clock.move_to(house.clock.read() + timedelta(days=40))
        cora = house.slack.person(CORA, "cora")
        await cora.types("/sip outbox retry")
        assert "Out of date: 1" in str(cora.seen[-1])
        await house.app.delivery.drain()
        assert house.count("sent", "nudge") == 0
        await cora.presses(cora.seen[-1], "Send those too")
        await house.slack.until(lambda: house.count("pending", "nudge"))
        await house.app.delivery.drain()
        assert house.count("sent", "nudge") == 1
