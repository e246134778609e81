"""The whole application with every door open at once: Slack and its installation, Teams, the console and all pages, over
a county with a plan, a survey, a newsletter's draft and a reader. Fake are only Slack's and Microsoft's clouds.

    async with open_house(engine) as house:
        before = house.digest()
        status, text = await house.knock("POST", "/slack/events", data=b"…", headers={…})
        assert house.changed(before) == {}
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
from aiohttp import web
from sqlalchemy import Engine, select

from bot.adapters.slack import OAuth, Workspaces
from bot.app import App, build
from bot.chat.clock import MovableClock, SystemClock
from bot.chat.commands import Actor, Command, Place, Role
from bot.chat.compose import built_in
from bot.config import load
from bot.domain.frozen_data import to_data
from bot.domain.survey import QUESTIONS
from bot.install_pages import InstallPages
from bot.keys import Keys
from bot.web import SERVING
from storage.installations import Installations, invite
from storage.models import metadata, subscriber, survey
from storage.queries import people
from storage.queries.archive import archive_token
from storage.uow import unit_of_work
from tests.builders import a_person, a_plan, a_workgroup, an_organization
from tests.desk import words
from tests.fake_slack import FakeSlack
from tests.fake_teams import FakeTeams
from tests.install_house import KEY
from tests.slack_oauth import CLIENT, CLIENT_SECRET, OAuthDesk
from tests.slack_people import TEAM
from tests.teams_people import TENANT

SECRET = "a signing secret of the trust tests"
PUBLIC_URL = "https://sip.larkspur.example"
SURVEY, READER = "survey-token-of-the-trust-tests", "reader-token-of-the-trust-tests"
CORA, ANN = "U0CORA0001", "U0ANN00001"
# What a person must never be shown, whatever was sent.
FAULTS = re.compile(r"Traceback|Something went wrong|Internal Server Error|sqlalchemy|psycopg|File \"/")


@dataclass(eq=False)
class House:
    """`tokens`: of the pages, by the first part of their address."""

    app: App
    engine: Engine
    slack: FakeSlack
    teams: FakeTeams
    session: aiohttp.ClientSession
    url: str
    tokens: dict[str, str]
    desk: OAuthDesk
    answers: int = 0

    async def knock(self, method: str, path: str, **how: Any) -> tuple[int, str]:
        """A request -> (status, text). An address of the internet of its own, so that no limit hides what is behind."""
        self.answers += 1
        headers = {"X-Forwarded-For": f"198.{self.answers >> 16 & 255}.{self.answers >> 8 & 255}.{self.answers & 255}"}
        headers |= how.pop("headers", {})
        url = self.url + path
        async with self.session.request(method, url, headers=headers, allow_redirects=False, **how) as answer:
            return answer.status, (await answer.read()).decode("utf-8", "replace")

    async def installing(self) -> tuple[str, dict[str, str]]:
        """Somebody with IT's link is led to Slack -> what Slack sends back with them (`state`), and their cookie."""
        url = f"{self.url}/slack/install?invite={self.tokens['install']}"
        async with self.session.get(url, allow_redirects=False) as answer:
            state = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))["state"]
            return state, {name: morsel.value for name, morsel in answer.cookies.items()}

    async def settle(self) -> None:
        """What follows an answer in the background is done too."""
        assert self.app.slack
        assert self.app.teams
        await self.app.slack.drain()
        await self.app.teams.drain()

    def digest(self) -> dict[str, tuple[int, str]]:
        """Table -> (rows, digest of all that is in them)."""
        found = {}
        with self.engine.connect() as connection:
            for name, table in metadata.tables.items():
                rows = sorted(repr(tuple(row)) for row in connection.execute(select(table)))
                found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode("utf-8", "replace")).hexdigest())
        return found

    def changed(self, before: Mapping[str, tuple[int, str]]) -> dict[str, int]:
        """Tables that are not as they were -> how many rows more they have."""
        after = self.digest()
        return {name: after[name][0] - before[name][0] for name in after if after[name] != before[name]}


@asynccontextmanager
async def open_house(engine: Engine, *, clock: MovableClock | None = None) -> AsyncIterator[House]:
    """The county, being served on a free port. Its clock is the system's, as signatures and tokens want."""
    tokens = _county(engine)
    async with FakeSlack(SECRET) as slack, FakeTeams() as teams:
        settings = load(
            _env_file=None,
            database_url="sqlite:///unused.sqlite3",
            public_url=PUBLIC_URL,
            slack_signing_secret=SECRET,
            slack_bot_token=slack.token,
            slack_api_url=slack.api_url,
        )
        app = build(settings, clock=clock or SystemClock(), console=True, engine=engine, teams=teams.settings)
        keys = Keys.of(KEY)
        store, desk = Installations(engine, app.clock, keys, "UTC"), OAuthDesk(slack)
        spaces = Workspaces(store, OAuth(CLIENT, CLIENT_SECRET, slack.api_url), app.clock)
        InstallPages(store, spaces, keys, app.clock, app.composer, PUBLIC_URL).routes(app.web)
        runner = web.AppRunner(app.web, shutdown_timeout=0.1, **SERVING)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        slack.app_url, teams.app_url = f"{url}/slack/events", f"{url}/api/messages"
        await app.start(worker=False)
        tokens |= _edition(app)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            yield House(app, engine, slack, teams, session, url, tokens, desk)
        await runner.cleanup()
        await app.slack.stop()  # type: ignore[union-attr]
        await app.teams.stop()  # type: ignore[union-attr]
        app._commands.close()


def _county(engine: Engine) -> dict[str, str]:
    at = SystemClock().read()
    with unit_of_work(engine, at, built_in()) as uow:
        an_organization(uow)
        here = uow.organization.id
        people.add_workspace(uow.connection, here, "slack", TEAM)
        people.add_workspace(uow.connection, here, "teams", TENANT)
        plan = a_plan(uow)
        for user, name, role in ((CORA, "Cora Diaz", Role.COORDINATOR), (ANN, "Ann Ortiz", Role.MEMBER)):
            actor = Actor("slack", TEAM, user, name)
            people.create_person(uow.connection, here, actor, name=name, role=role, at=at)
        maker = a_person(uow, "Dev Rao", Role.ADMIN)
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((maker, "leader"),))
        uow.insert(
            survey, token=SURVEY, title="Lobby", questions=to_data(QUESTIONS), created_at=at, created_by=maker.id,
            closes_on=date(at.year + 1, 12, 31),
        )  # fmt: skip
        uow.insert(subscriber, email="reader@example.org", token=READER, subscribed_at=at)
        install = invite(uow.connection, here, "", at)
        return {"survey": SURVEY, "unsubscribe": READER, "archive": archive_token(uow), "install": install}


def _edition(app: App) -> dict[str, str]:
    """A draft of the newsletter, and Cora's link to its editing page."""
    cora, found = Actor("slack", TEAM, CORA, "cora"), ""
    for number, text in enumerate(("newsletter draft", "newsletter review")):
        reply = app.dispatcher.handle(Command(text, cora, Place(direct=True), f"edition-{number}"))
        links = re.findall(r"/review/([\w-]{16,60})", repr(reply))
        found = links[-1] if links else found
    assert found, words(reply.message)
    return {"review": found}
