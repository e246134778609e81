"""What can be told on this machine and from the database: settings, disk, clock, queue and calendar."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import Engine, func, select

import handlers
from bot.chat.clock import Clock
from bot.chat.compose import built_in
from bot.config import Settings
from bot.doctor.findings import Findings
from storage.db import reading
from storage.disk import nearly_full, sqlite_file
from storage.models import outbox
from storage.outbox import DEAD, DEAD_LETTER, PENDING, SENT, WITHDRAWN
from storage.queries.people import organizations
from storage.tenancy import across, rls_fault
from storage.uow import reading_work

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECRET = re.compile(r"[0-9a-f]{32}")  # as Slack shows it under Basic Information
WRONG_CLOCK = timedelta(minutes=1)  # at five, signed requests are refused
OVERDUE = timedelta(minutes=10)
LATE = timedelta(hours=1)


def console_fault(found: Settings) -> str:
    """The console lets anyone be anyone; what is wrong with where it is served, or ""."""
    if found.sipbot_console and found.host not in LOOPBACK:
        return "SIPBOT_CONSOLE lets anyone be anyone: it is served on HOST=127.0.0.1 only"
    if found.sipbot_console and found.public_url and urlsplit(found.public_url).hostname not in LOOPBACK:
        return "SIPBOT_CONSOLE lets anyone be anyone: turn it off where PUBLIC_URL lets others in"
    return ""


def settings(found: Findings, given: Settings) -> None:
    """What the settings' own checks cannot know."""
    chat = given.slack or given.teams
    if not chat:
        found.faults.append("no chat platform is set up: SLACK_BOT_TOKEN and TEAMS_APP_ID are empty")
    if chat and not given.public_url:
        found.faults.append("PUBLIC_URL is empty: links to published reports will not work")
    if given.mail and not given.public_url:
        found.faults.append(
            "SMTP_URL is set but PUBLIC_URL is empty: no e-mail goes out without its link to unsubscribe"
        )
    address = urlsplit(given.public_url)
    if chat and address.scheme == "http" and address.hostname not in LOOPBACK:
        found.faults.append(
            "PUBLIC_URL is not https: Slack and Teams send nothing there; put a proxy with TLS before it"
        )
    if given.slack_signing_secret and not SECRET.fullmatch(given.slack_signing_secret):
        found.faults.append(
            "SLACK_SIGNING_SECRET does not look like one (32 of 0-9 and a-f): copy it anew from Basic Information"
        )
    if fault := console_fault(given):
        found.faults.append(fault)


def disk(found: Findings, engine: Engine) -> None:
    """Room for the database to grow and be copied."""
    file = sqlite_file(engine.url)
    if file and file.parent.is_dir() and (left := nearly_full(file)):
        found.faults.append(f"the disk of {file} is nearly full ({left} left): make room before nothing can be stored")


def apart(found: Findings, engine: Engine) -> None:
    """Whether the database, too, keeps counties apart. With one there is nothing to keep apart yet."""
    if fault := rls_fault(engine):
        with reading(engine) as connection:
            several = len(organizations(connection)) > 1
        (found.faults if several else found.notes).append(fault)


def clock(found: Findings, engine: Engine, ours: Clock) -> None:
    """A database server has a clock of its own."""
    if engine.dialect.name == "sqlite":
        return
    with reading(engine) as connection:
        apart = abs(connection.execute(select(func.current_timestamp())).scalar_one() - ours.read())
    if apart > WRONG_CLOCK:
        found.faults.append(
            f"this machine's clock and the database's are {apart.total_seconds():.0f} seconds apart: set both by NTP"
        )


def queue(found: Findings, engine: Engine, ours: Clock) -> None:
    """Messages that wait too long, or for good."""
    overdue = (outbox.c.state == PENDING, outbox.c.available_at < ours.read() - OVERDUE)
    dead = (outbox.c.state == DEAD, outbox.c.error != WITHDRAWN, outbox.c.kind != DEAD_LETTER)
    notices = (outbox.c.kind == DEAD_LETTER, outbox.c.state != SENT, outbox.c.error.not_in(("", WITHDRAWN)))
    with reading(engine) as connection:
        across(connection)
        waiting, since = connection.execute(select(func.count(), func.min(outbox.c.available_at)).where(*overdue)).one()
        lost = connection.execute(select(func.count()).select_from(outbox).where(*dead)).scalar_one()
        why = connection.execute(select(outbox.c.error).where(*dead).order_by(outbox.c.id.desc()).limit(1)).scalar()
        untold = connection.execute(select(func.count()).select_from(outbox).where(*notices)).scalar_one()
    if waiting:
        found.faults.append(
            f"{waiting} messages are overdue since {since:%Y-%m-%d %H:%M} UTC: is `sipbot serve` or `sipbot worker` "
            "running, and what does its log say?"
        )
    if lost:
        found.faults.append(
            f"{lost} messages were given up, the last because: {str(why).rstrip('.')}. "
            + (f"{untold} notices of it could not reach their coordinators. " if untold else "Coordinators were told. ")
            + "Mend it, then run sipbot outbox retry"
        )


def jobs(found: Findings, engine: Engine, ours: Clock) -> None:
    """What the calendar wanted done long ago."""
    at = ours.read()
    with reading(engine) as connection:
        known = organizations(connection)
    for organization in known:
        with reading_work(engine, at, built_in(), organization) as uow:
            late = [(job.name, due.at) for job in handlers.JOBS for due in job.due(uow) if due.at < at - LATE]
        if late:
            name, since = min(late, key=lambda one: one[1])
            found.faults.append(
                f"{len(late)} jobs of {organization.name} are late, the first ({name}) since "
                f"{since.astimezone(organization.tz):%Y-%m-%d %H:%M}: no worker is at work; start `sipbot serve` or "
                "`sipbot worker`"
            )
