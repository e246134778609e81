"""What the services sipbot talks to say of it: Slack, Microsoft's sign-in, the mail server, and its own address."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import aiohttp
from sqlalchemy import Engine, select

from bot.adapters.slack import SlackAdapter, SlackSettings
from bot.adapters.slack.outbound import NOT_INSTALLED, Granted
from bot.adapters.slack.scopes import SCOPES
from bot.chat.clock import Clock
from bot.chat.commands import Command
from bot.chat.errors import SendError
from bot.chat.replies import Reply
from bot.config import Settings
from bot.doctor.findings import Findings
from bot.doctor.here import WRONG_CLOCK
from bot.keys import Keys
from storage.db import reading
from storage.installations import SLACK, Installations, connected
from storage.models import workspace
from storage.tenancy import across

if TYPE_CHECKING:
    from bot.adapters.teams import TeamsSettings

SECONDS = 10  # for an answer from our own address


async def slack(found: Findings, given: Settings, clock: Clock, engine: Engine | None) -> None:
    """The tokens, their workspace, their scopes, and the time. `engine`: a database that can be asked."""
    if given.slack_app_token:
        await _socket(found, given)
    if given.slack_client_id:
        said = await _workspaces(found, given, clock, engine) if engine else None
    elif given.slack_bot_token:
        said = await _granted(found, given, given.slack_bot_token)
        if said and engine and not _knows(engine, said.workspace):
            found.faults.append(
                "SLACK_BOT_TOKEN is of another Slack workspace than the one in this database: take the token of the "
                "first"
            )
    else:
        return
    if said and said.date and (apart := abs(parsedate_to_datetime(said.date) - clock.read())) > WRONG_CLOCK:
        found.faults.append(
            f"this machine's clock and Slack's are {apart.total_seconds():.0f} seconds apart: set it by NTP (from five "
            "minutes on, everything Slack sends is refused)"
        )


async def _workspaces(found: Findings, given: Settings, clock: Clock, engine: Engine) -> Granted | None:
    """The token of every workspace that has not taken sipbot out -> the last answer."""
    store = Installations(engine, clock, Keys.of(given.sipbot_secret_key), given.sipbot_zone)
    with reading(engine) as connection:
        places = [one for _, platform, one, _, state in connected(connection) if platform == SLACK and not state]
    if not places:
        found.notes.append("no Slack workspace has installed sipbot yet: sipbot install link makes the address for it")
    said = None
    for place in places:
        try:
            kept = store.token(place)
        except SendError as error:
            found.faults.append(f"Slack: {error}")
            continue
        if kept is None:
            found.faults.append(f"Slack: {NOT_INSTALLED.format(place)}")
        elif kept.expires_at is None or kept.expires_at > clock.read():
            said = await _granted(found, given, kept.bot, f" in {place}") or said
        # One that has ended is renewed when it is needed: to try that here would use up its refresh token.
    return said


async def _socket(found: Findings, given: Settings) -> None:
    """Whether Slack takes connections of Socket Mode from the app token."""
    try:
        async with _asking(given) as adapter:
            await adapter.check_socket()
    except SendError as error:
        found.faults.append(f"Slack sends nothing to Socket Mode: {error}")


async def _granted(found: Findings, given: Settings, token: str, where: str = "") -> Granted | None:
    """What Slack says of a token, if it takes it."""
    try:
        async with _asking(given, token) as adapter:
            said = await adapter.check()
    except SendError as error:
        found.faults.append(f"Slack{where}: {error}")
        return None
    if said.scopes and (missing := SCOPES.keys() - said.scopes):
        found.faults.append(
            f"the Slack app lacks {', '.join(sorted(missing))}{where}: put the current manifest (sipbot slack "
            "manifest) at api.slack.com/apps and install the app again"
        )
    return said


@asynccontextmanager
async def _asking(given: Settings, token: str = "") -> AsyncIterator[SlackAdapter]:
    """An adapter that only asks Slack, with that bot token."""
    settings = SlackSettings(given.slack_signing_secret, token, given.slack_app_token, given.slack_api_url)
    adapter = SlackAdapter(settings, _nobody)
    await adapter.start(listen=False)
    try:
        yield adapter
    finally:
        await adapter.stop()


async def _nobody(command: Command) -> Reply:
    raise RuntimeError(f"nothing is served here: {command.verb}")


def _knows(engine: Engine, team: str) -> bool:
    """A database without a Slack workspace gets one with the first command."""
    with reading(engine) as connection:
        across(connection)
        known = connection.execute(select(workspace.c.external_id).where(workspace.c.platform == SLACK))
        teams = set(known.scalars())
    return not teams or team in teams


async def teams(found: Findings, given: Settings) -> None:
    """Whether Microsoft gives a token for the app."""
    if not given.teams:
        return
    from bot.adapters.teams import TeamsSettings  # its SDK takes a second to import

    await sign_in(found, TeamsSettings.of(given.teams_app_id, given.teams_app_password, given.tenants))


async def sign_in(found: Findings, registration: TeamsSettings) -> None:
    """The same, at the sign-in that a registration names."""
    from bot.adapters.teams.connector import Connector

    connector = Connector(registration, time.time)
    await connector.start()
    try:
        await connector.check()
    except SendError as error:
        found.faults.append(f"Teams: {error}")
    finally:
        await connector.stop()


async def mail(found: Findings, given: Settings, clock: Clock) -> None:
    """Whether the mail server takes us."""
    if not given.mail:
        return
    from bot.adapters.email import EmailAdapter, MailServer

    try:
        await EmailAdapter(MailServer.of(given.smtp_url, given.smtp_from), clock).check()
    except SendError as error:
        found.faults.append(f"the mail server of SMTP_URL: {error}")


async def public_url(found: Findings, given: Settings) -> None:
    """Whether our own address leads here. A note: some networks do not let a machine reach itself from outside."""
    if not given.public_url:
        return
    address = f"{given.public_url.rstrip('/')}/healthz"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.get(address) as answer,
        ):
            if answer.status == 200 and "ok" in await answer.text():
                return
            why = f"it answers {answer.status}"
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        why = str(error) or type(error).__name__
    found.notes.append(
        f"{address} cannot be reached from here ({why}): is sipbot running, and does the proxy lead to its port?"
    )
