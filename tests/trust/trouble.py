"""Both platforms refusing for good: the application with a fake Slack and a fake Teams that say no on demand.

Cora coordinates and has one account on each, Dora coordinates in Teams alone, Ann is a member in Teams.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from sqlalchemy import func, select

from bot.adapters.teams.adapter import PATH
from bot.app import build
from bot.chat.commands import Actor, Role
from bot.chat.compose import built_in
from bot.chat.messages import say
from bot.config import load
from storage.models import outbox
from storage.queries import people
from storage.references import References
from storage.uow import unit_of_work
from tests.builders import an_organization
from tests.fake_slack import FakeSlack
from tests.fake_teams import FakeTeams
from tests.slack_county import serve
from tests.slack_people import TEAM
from tests.teams_people import BOT, TENANT, chat_of

SECRET = "a signing secret"
CORA = "U0CORA0001"
LOGIN = "login"  # the code of a sign-in that gives no token
PROMPTS = 12


class RefusingSlack(FakeSlack):
    """Answers every call about `where` with `code`; "" is everything."""

    code = where = ""

    def _do(self, method, args):
        if self.code and self.where in (args.get("channel") or args.get("users") or ""):
            return {"error": self.code}
        return super()._do(method, args)


class RefusingTeams(FakeTeams):
    """Answers every call about `where` with (status, code); LOGIN: Microsoft gives no token."""

    status, code, where = 0, "", ""

    def _do(self, kind, path, body, query):
        if self.status and self.where in json.dumps([path, body.get("channelData"), body.get("members")]):
            return self.status, {"error": {"code": self.code}}
        return super()._do(kind, path, body, query)

    async def _sign_in(self, request):
        if self.code == LOGIN:
            return web.json_response({"error": "invalid_client"}, status=401)
        return await super()._sign_in(request)

    def refuses(self, status, code, where=""):
        """From now on; with LOGIN the token that was given is taken back too."""
        self.status, self.code, self.where = (0 if code == LOGIN else status), code, where
        if code == LOGIN:
            self.take_token_back()

    def takes(self):
        """Everything, again."""
        self.status, self.code, self.where = 0, "", ""


class Troubled:
    """An application of one organization, whose outbox is looked into."""

    def __init__(self, app, clock):
        self.app, self.clock = app, clock

    def work(self):
        return unit_of_work(self.app.engine, self.clock.read(), built_in(), "", self.organization)

    def count(self, state, kind="prompt"):
        with self.app.engine.connect() as connection:
            wanted = (outbox.c.state == state, outbox.c.kind == kind)
            return connection.execute(select(func.count()).select_from(outbox).where(*wanted)).scalar_one()


class Houses(Troubled):
    """The application and both fakes."""

    def __init__(self, app, slack, teams, clock):
        super().__init__(app, clock)
        self.slack, self.teams = slack, teams
        self.cora, self.dora, self.ann = (teams.person(name) for name in ("cora", "dora", "ann"))
        self.channels, self.ids = [], {}

    def settle_in(self):
        """The county, its people and its channels in Teams."""
        names = [f"group{number:02}" for number in range(PROMPTS)]
        with unit_of_work(self.app.engine, self.clock.read(), built_in()) as uow:
            an_organization(uow)
            self.organization = uow.organization
            people.add_workspace(uow.connection, uow.organization.id, "slack", TEAM)
            people.add_workspace(uow.connection, uow.organization.id, "teams", TENANT)
            ranks = (("cora", Role.COORDINATOR), ("dora", Role.COORDINATOR), ("ann", Role.MEMBER))
            for name, role in ranks:
                actor = Actor("teams", TENANT, getattr(self, name).user, name.title())
                here = (uow.connection, uow.organization.id)
                self.ids[name] = people.create_person(*here, actor, name=name.title(), role=role, at=uow.at).id
            people.add_identity(*here, self.ids["cora"], Actor("slack", TEAM, CORA, "Cora"))
            for name in names:
                self.channels.append(people.channel_for(uow, "teams", TENANT, f"19:{name}@thread.tacv2", name).id)
        for name in names:
            self._known("channel", f"19:{name}@thread.tacv2", f"19:{name}@thread.tacv2")
        for who in (self.cora, self.dora, self.ann):
            self._known("user", who.user, chat_of(who.user), who.account)

    def _known(self, kind, external_id, conversation, account=""):
        if kind == "channel":
            self.teams.conversations[conversation] = []
        ways = {"service_url": self.teams.service_url, "conversation_id": conversation, "account_id": account}
        References(self.app.engine).remember(TENANT, kind, external_id, bot_id=BOT, **ways)

    def told(self):
        """How many notices (Cora has in Slack, Cora has in Teams, Dora has in Teams)."""
        in_slack = [said for said in self.slack.posts("D0CORA0001") if "Send again" in str(said)]
        in_teams = ([post for post in who.seen if "Send again" in str(post)] for who in (self.cora, self.dora))
        return (len(in_slack), *map(len, in_teams))

    async def posts(self, word, destinations, kind="prompt"):
        """Prompts to these destinations, tried."""
        with self.work() as uow:
            for number, to in enumerate(destinations):
                uow.post(kind, to, say(f"{word} {number:02}"), key=f"{word}:{number}")
        await self.app.delivery.drain()

    def doubled(self, word, destinations):
        """Of these prompts, how many are there more than once."""
        shown = [str(post) for posts in self.teams.conversations.values() for post in posts]
        times = Counter({number: sum(f"{word} {number:02}" in one for one in shown) for number in range(destinations)})
        return sum(number - 1 for number in times.values() if number)

    async def says(self, who, text):
        """Somebody writes to the bot in their own chat, and what that queued is delivered."""
        await who.says(text)
        await self.app.teams.drain()
        await self.app.delivery.drain()


@asynccontextmanager
async def both_houses(engine, clock) -> AsyncIterator[Houses]:
    async with RefusingSlack(SECRET) as slack, RefusingTeams() as teams:
        settings = load(
            _env_file=None, slack_signing_secret=SECRET, slack_bot_token=slack.token, slack_api_url=slack.api_url
        )
        app = build(settings, clock=clock, console=False, engine=engine, teams=teams.settings)
        await app.start(worker=False)
        runner, slack.app_url = await serve(app.web)
        teams.app_url = slack.app_url.replace("/slack/events", PATH)
        house = Houses(app, slack, teams, clock)
        house.settle_in()
        yield house
        await runner.cleanup()
        await app.stop()
