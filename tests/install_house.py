"""The whole application with many Slack workspaces, a fake Slack with OAuth, and people of two counties."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, Table, func, select

from bot.app import App, build
from bot.chat.clock import Clock
from bot.config import Settings, load
from storage.installations import invite
from storage.models import invitation, organization, person, slack_installation, workspace
from tests.fake_slack import FakeSlack
from tests.slack_county import serve
from tests.slack_larkspur import assert_calls_are_slacks
from tests.slack_oauth import CLIENT, CLIENT_SECRET, Browser, OAuthDesk
from tests.slack_people import Person

SECRET = "a signing secret"
KEY = "a-3PnYfcWQ8xkZ0m5vUeRtLbHg7aJsD2iO"
URL = "https://sip.example.org"
LARKSPUR, MEADOW = "T0LARKSPUR", "T0MEADOW01"


@dataclass(eq=False)
class House:
    """What a test needs at hand."""

    app: App
    slack: FakeSlack
    desk: OAuthDesk
    url: str

    def invite(self, organization_id: int | None = None, name: str = "Larkspur County") -> str:
        """As `sipbot install link` does."""
        with self.app.engine.begin() as connection:
            at = self.app.clock.read()
            return invite(connection, organization_id, "" if organization_id else name, at)

    async def install(self, team: str, name: str, installer: str, token: str, /, **differs: Any) -> tuple[int, str]:
        """The whole way through one browser -> the last page."""
        browser = Browser(self.url)
        state = await browser.begin(token)
        return await browser.back(state=state, code=self.desk.code(team, name, installer, **differs))

    def person(self, user: str, name: str, team: str) -> Person:
        return self.slack.person(user, name, f"C{team[1:]}", team)

    async def settle(self) -> None:
        """What is under way is answered, what is queued is delivered."""
        await self.app.slack.drain()  # type: ignore[union-attr]
        await self.app.delivery.drain()

    async def pass_time(self, **much: float) -> None:
        """Let the clock go on, and do what is due by then."""
        self.app.clock.move_to(self.app.clock.read() + timedelta(**much))  # type: ignore[attr-defined]
        await self.settle()

    def rows(self, table: Table) -> list[Any]:
        with self.app.engine.connect() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))

    def stored(self) -> tuple[int, ...]:
        """How many organizations, workspaces, people, installations and used invitations there are."""
        used = select(func.count()).where(invitation.c.used_at.is_not(None))
        tables = (organization, workspace, person, slack_installation)
        with self.app.engine.connect() as connection:
            counts = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
            return (*counts, connection.execute(used).scalar_one())


def settings_for(slack: FakeSlack, **more: Any) -> Settings:
    given = {
        "slack_signing_secret": SECRET,
        "slack_client_id": CLIENT,
        "slack_client_secret": CLIENT_SECRET,
        "slack_api_url": slack.api_url,
        "sipbot_secret_key": KEY,
        "public_url": URL,
    }
    return load(_env_file=None, **{**given, **more})


@asynccontextmanager
async def install_house(engine: Engine, clock: Clock) -> AsyncIterator[House]:
    async with FakeSlack(SECRET, token="xoxb-of-nobody") as slack:
        desk = OAuthDesk(slack)
        app = build(settings_for(slack), clock=clock, console=False, engine=engine)
        await app.start(worker=False)
        runner, slack.app_url = await serve(app.web)
        yield House(app, slack, desk, slack.app_url.removesuffix("/slack/events"))
        await runner.cleanup()
        await app.stop()
        slack.calls = [call for call in slack.calls if call["method"] != "oauth.v2.access"]
        assert_calls_are_slacks(slack)
