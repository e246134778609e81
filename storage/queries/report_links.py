"""Links to reports and exports: whose they are, until when they count, and ending them (docs/decisions/0011).

A report's own token names the link that is posted for everybody; it needs no row until it is ended. Whoever asks for a
report alone gets a link of their own, so that what is read by it is known to be theirs.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, select

from bot.chat.commands import Role
from storage.models import link, organization, person, report
from storage.queries.people import Organization
from storage.queries.reports import NEWSLETTER, PROGRESS, REPORT_OUT, ReportView
from storage.queries.settings import DEFAULTS, number
from storage.tenancy import across
from storage.uow import UnitOfWork

WORKING_PAPER = timedelta(days=30)
EXPORT = timedelta(hours=1)
EXPIRED, REVOKED = "expired", "revoked"
_PAPERS = (REPORT_OUT, PROGRESS)
# Links of one's own are made by a coordinator's verbs; who is removed, or is none any more, has none either.
_MAY_HAVE = and_(person.c.active, person.c.role >= int(Role.COORDINATOR))


@dataclass(frozen=True, slots=True)
class FoundLink:
    """What a name opens. `person_id`: whose own it is. `ended`: "", expired or revoked. `old`: made before links were
    signed."""

    organization: Organization
    link_id: int | None
    report_id: int | None
    what: str
    person_id: int | None
    ended: str
    old: bool


@dataclass(frozen=True, slots=True)
class LiveLink:
    """A link of somebody's own that still opens."""

    id: int
    person_name: str
    created_at: datetime
    expires_at: datetime


def own_link(uow: UnitOfWork, view: ReportView) -> str:
    """The name of a link of the asker's own to this report: the one they have, until half of its time is over."""
    lasts = WORKING_PAPER if view.kind in _PAPERS else timedelta(days=number(uow, "link_days"))
    known = uow.scalar(
        select(link.c.name).where(
            link.c.organization_id == uow.organization.id,
            link.c.report_id == view.id,
            link.c.person_id == uow.person.id,
            link.c.revoked_at.is_(None),
            link.c.expires_at > uow.at + lasts / 2,
        )
    )
    return str(known) if known else _made(uow, view.id, lasts)


def export_link(uow: UnitOfWork) -> str:
    """The name of a link to an export of everything, for the asker alone and for an hour."""
    return _made(uow, None, EXPORT)


def _made(uow: UnitOfWork, report_id: int | None, lasts: timedelta) -> str:
    name = secrets.token_urlsafe(24)
    given = {"report_id": report_id, "person_id": uow.person.id, "created_at": uow.at, "expires_at": uow.at + lasts}
    uow.insert(link, name=name, **given)
    uow.audit("link made", "export" if report_id is None else f"report {report_id}")
    return name


def live_links(uow: UnitOfWork, report_ids: Collection[int]) -> list[LiveLink]:
    """People's own links to these reports that still open, the oldest first."""
    rows = uow.rows(
        select(link.c.id, person.c.name, link.c.created_at, link.c.expires_at)
        .join(person, person.c.id == link.c.person_id)
        .where(
            link.c.organization_id == uow.organization.id,
            link.c.report_id.in_(report_ids),
            link.c.revoked_at.is_(None),
            link.c.expires_at > uow.at,
            _MAY_HAVE,
        )
        .order_by(link.c.id)
    )
    return [LiveLink(row.id, row.name, row.created_at, row.expires_at) for row in rows]


def revoke_one(uow: UnitOfWork, link_id: int) -> bool:
    """End one link; False where there is none that still opens."""
    return uow.change(link, link.c.id == link_id, link.c.revoked_at.is_(None), revoked_at=uow.at) > 0


def revoke_all(uow: UnitOfWork, report_ids: Collection[int]) -> int:
    """End every link to these reports, the posted ones too; how many of people's own there were."""
    count = uow.change(link, link.c.report_id.in_(report_ids), link.c.revoked_at.is_(None), revoked_at=uow.at)
    named = select(report.c.id, report.c.token).where(
        report.c.organization_id == uow.organization.id, report.c.id.in_(report_ids)
    )
    for row in uow.rows(named).all():
        known = select(link.c.id).where(link.c.organization_id == uow.organization.id, link.c.name == row.token)
        if uow.scalar(known) is None:
            given = {"report_id": row.id, "created_at": uow.at, "expires_at": uow.at, "revoked_at": uow.at}
            uow.insert(link, name=row.token, **given)
        uow.change(report, report.c.id == row.id, token=secrets.token_urlsafe(24))
    return count


def link_by_name(connection: Connection, name: str, at: datetime) -> FoundLink | None:
    """What is behind a name, in whatever organization; None for one that was never given."""
    across(connection)
    columns = (report.c.kind, report.c.period, report.c.revision, report.c.published_at, report.c.created_at)
    here = (organization.c.id, organization.c.name, organization.c.zone, organization.c.settings)
    row = connection.execute(
        select(
            link,
            _MAY_HAVE.label("may"),
            *(column.label(f"report_{column.name}") for column in columns[:3]),
            *_labelled(here),
        )
        .join(organization, organization.c.id == link.c.organization_id)
        .outerjoin(person, person.c.id == link.c.person_id)
        .outerjoin(report, report.c.id == link.c.report_id)
        .where(link.c.name == name)
    ).first()
    if row is not None:
        gone = row.person_id is not None and not row.may
        ended = REVOKED if gone or row.revoked_at is not None else EXPIRED if row.expires_at <= at else ""
        what = _what(row) if row.report_id is not None else "export"
        old = row.person_id is None and row.report_id is not None
        return FoundLink(_organization(row), row.id, row.report_id, what, row.person_id, ended, old)
    row = connection.execute(
        select(report.c.id, *(column.label(f"report_{column.name}") for column in columns), *_labelled(here))
        .join(organization, organization.c.id == report.c.organization_id)
        .where(report.c.token == name, report.c.kind.not_in(_PAPERS))
    ).first()
    if row is None:
        return None
    found = _organization(row)
    days = int(found.settings.get("link_days", DEFAULTS["link_days"]))
    over = (row.report_published_at or row.report_created_at) + timedelta(days=days) <= at
    public = row.report_kind == NEWSLETTER  # the archive leads to every edition there was
    return FoundLink(found, None, row.id, _what(row), None, EXPIRED if over and not public else "", False)


def _labelled(columns: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(column.label(f"here_{column.name}") for column in columns)


def _organization(row: Any) -> Organization:
    return Organization(row.here_id, row.here_name, row.here_zone, row.here_settings)


def _what(row: Any) -> str:
    return f"{row.report_kind} {row.report_period} revision {row.report_revision}"
