"""Data out and who did what: `export` and `audit`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.chat.commands import Arg, Command, CommandSpec, Role
from bot.chat.errors import UserError
from bot.chat.replies import Reply
from bot.domain.periods import Month, parse_period
from storage.models import audit, person
from storage.queries.reports import NEWSLETTER, PUBLISHED, ROLLUP, latest
from storage.uow import UnitOfWork

_ENTRIES = 25


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit log, in the organization's time."""

    at: datetime
    who: str
    action: str
    detail: str


def show_audit(_: Command, uow: UnitOfWork) -> Reply:
    """The latest entries of the audit log, newest first."""
    rows = uow.rows(
        select(audit, person.c.name)
        .select_from(audit)
        .outerjoin(person, person.c.id == audit.c.person_id)
        .where(audit.c.organization_id == uow.organization.id)
        .order_by(audit.c.id.desc())
        .limit(_ENTRIES)
    )
    zone = uow.organization.tz
    entries = [Entry(r.at.astimezone(zone), r.name or "sipbot", r.action, r.detail) for r in rows]
    return Reply(uow.compose("records/audit", entries=entries))


def export(command: Command, uow: UnitOfWork) -> Reply:
    """The files of a published month or quarter, behind their unguessable links."""
    words = command.values.get("period", "")
    try:
        period = parse_period(words, uow.today) if words else Month.of(uow.today).previous()
    except ValueError as error:
        raise UserError(str(error)) from None
    kind = ROLLUP if isinstance(period, Month) else NEWSLETTER
    found = latest(uow, kind, str(period), PUBLISHED)
    if found is None:
        raise UserError(f"Nothing was published for {period.title}. Ask for another, like: export 2026-03.")
    uow.audit("report exported", f"{kind} {period}")
    page = uow.page(f"/r/{found.token}") if uow.public_url else ""
    shown = {"title": period.title, "period": str(period), "page": page, "numbers": kind == ROLLUP}
    return Reply(uow.compose("records/export", **shown))


COMMANDS = (
    CommandSpec(
        "export",
        export,
        "The files of a published month or quarter",
        role=Role.COORDINATOR,
        args=(Arg("period", "rest"),),
        examples=("export", "export 2026-03", "export 2026-Q1"),
    ),
    CommandSpec("audit", show_audit, "Who did what", role=Role.COORDINATOR, examples=("audit",)),
)
