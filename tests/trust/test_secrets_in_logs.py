"""Many things go wrong in the real application, and everything that is logged meanwhile is searched for its secrets and
for what people wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import Integer, cast, insert, literal, select

from bot.app import build
from bot.chat.commands import Command, Role
from bot.chat.messages import say
from bot.chat.replies import Reply
from bot.config import load
from storage.models import inbox
from storage.queries.people import learn, organizations, people_with_role
from storage.uow import Destination, UnitOfWork
from tests.fake_slack import FakeSlack, Fault
from tests.fake_teams import FakeTeams
from tests.logbook import logbook
from tests.slack_county import PEOPLE, County, serve
from tests.trust.table import record

SIGNING, MAIL, TEAMS = "sentinel-signing-5e1f", "sentinel-mail-77aa", "sentinel-teams-c0de"
TOKEN = "xoxb-sentinel-b0b0"
TYPED = "Maria G. moved in with her aunt"
RESPONSE_URL = "https://hooks.slack.com/commands/T0SENTINEL/123/ResponseSecret"
SENTINELS = (SIGNING, MAIL, TEAMS, TOKEN, TYPED, "Maria", "ResponseSecret")


@pytest.fixture
async def county(engine, clock) -> AsyncIterator[County]:
    """The application with every secret it can have, Slack and Teams before it."""
    async with FakeSlack(SIGNING, token=TOKEN) as slack, FakeTeams() as teams:
        settings = load(
            _env_file=None, slack_signing_secret=SIGNING, slack_bot_token=TOKEN, slack_api_url=slack.api_url,
            teams_app_id="app", teams_app_password=TEAMS, teams_tenant_id="tenant",
            smtp_url=f"smtp://news:{MAIL}@127.0.0.1:9", smtp_from="news@county.example", sipbot_admins=PEOPLE["ida"],
        )  # fmt: skip
        registered = replace(teams.settings, app_password=TEAMS, login_url=f"http://127.0.0.1:9/{TEAMS}")
        app = build(settings, clock=clock, console=False, engine=engine, teams=registered)
        await app.start(worker=False)
        runner, slack.app_url = await serve(app.web)
        yield County(app, slack, clock)
        await runner.cleanup()
        await app.stop()


def in_handlers() -> list:
    """Ways in which a handler fails with somebody's words in its hands."""

    def quotes(command: Command, uow: UnitOfWork) -> Reply:
        raise ValueError(f"cannot read {command.values} or {TYPED}")

    def twice(command: Command, uow: UnitOfWork) -> Reply:
        for _ in range(2):
            uow.rows(insert(inbox).values(delivery_id=TYPED, at=uow.at, reply=TYPED))
        raise AssertionError

    def no_number(command: Command, uow: UnitOfWork) -> Reply:
        uow.rows(select(cast(literal(TYPED), Integer)))
        raise LookupError(TYPED)  # SQLite finds 0 there

    def nested(command: Command, uow: UnitOfWork) -> Reply:
        try:
            return quotes(command, uow)
        except ValueError as error:
            raise RuntimeError(f"{error} {TOKEN}") from error

    def unreachable(command: Command, uow: UnitOfWork) -> Reply:
        """The machine's words are told, unlike people's; they quote what they could not use."""
        raise OSError(f"no way to smtp://news:{MAIL}@127.0.0.1 with {SIGNING}, {TEAMS}, {TOKEN} or {RESPONSE_URL}")

    return [quotes, twice, no_number, nested, unreachable]


async def test_no_secret_and_nothing_anybody_wrote_is_logged(county: County):
    app, slack, ida = county.app, county.slack, county.person("ida")
    await ida.types("/sip help")
    specs = dict(app.dispatcher.specs)
    faults = 0
    with logbook(app.settings.hidden) as book:
        for fails in in_handlers():
            app.dispatcher.specs = specs | {"win": replace(specs["win"], run=fails)}
            await ida.types(f"/sip win {TYPED}")
            faults += 1
        app.dispatcher.specs = specs
        await ida.types(f"/sip {TYPED}")
        await slack.post_raw(f'{{"text": "{TYPED}", ', "application/json")
        await slack.post_form({"command": "/sip", "text": TYPED}, secret="wrong")
        await slack.post_form({"payload": f"{{{TYPED}"})
        with app.dispatcher._open() as uow:
            uow.organization = organizations(uow.connection)[0]
            (who, *_) = people_with_role(uow, Role.ADMIN)
            learn(uow, who.id, email="ida@county.example")
            for number, platform in enumerate(("", "", "", "email")):
                uow.post("notice", Destination(person_id=who.id, platform=platform), say(TYPED), key=f"k{number}")
        slack.fail("chat.postMessage", Fault(error="invalid_auth"), Fault(500), Fault(status=429, retry_after=1))
        for _ in range(4):
            await app.delivery.once()
        app.teams._later(app.teams._connector.call("POST", "http://127.0.0.1:9/", "conversations", body=TYPED))
        await app.teams.drain()
        app.slack._follow(app.slack._outbound.respond(RESPONSE_URL, {"text": TYPED}))
        await app.slack.drain()
        faults += 4 + 4 + 2
    text = book.getvalue()
    found = [sentinel for sentinel in SENTINELS if sentinel in text]
    record(
        "secrets and people's words in the log", f"{county.app.engine.dialect.name}, {faults} faults",
        f"{len(found)} of {len(SENTINELS)} sentinels in {len(book.lines())} lines",
    )  # fmt: skip
    assert found == []
    assert len(book.said("command failed")) == len(in_handlers())
    events = ("request", "command", "command failed", "will be sent again", "dead letter")
    assert all(line["reference"] for event in events for line in book.said(event))
