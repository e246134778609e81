"""The newsletter's archive: the link of an organization, and the editions it lists."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.models import link, organization, report
from storage.queries.reports import NEWSLETTER, PUBLISHED, WITHDRAWN
from storage.tenancy import across, within
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Archived:
    """An edition in the archive. `withdrawn`: then `note` is the reason, else why it was corrected, or ""."""

    period: str
    token: str
    published_at: datetime
    withdrawn: bool
    note: str


@dataclass(frozen=True, slots=True)
class Archive:
    organization: str
    zone: str
    editions: tuple[Archived, ...]


def archive_token(uow: UnitOfWork, *, fresh: bool = False) -> str:
    """The unguessable part of the archive's address, made when it is first asked for; `fresh` ends the one before."""
    mine = organization.c.id == uow.organization.id
    known = uow.scalar(select(organization.c.archive_token).where(mine))
    if known and not fresh:
        return str(known)
    token = secrets.token_urlsafe(24)
    uow.rows(update(organization).where(mine).values(archive_token=token))
    uow.audit(f"newsletter archive link {'changed' if known else 'made'}")
    return token


def archive_by_token(connection: Connection, token: str) -> Archive | None:
    """What the link shows: published and withdrawn editions, the newest quarter first. One that was corrected is shown
    as the edition in its place; one whose links were ended, not at all, until another revision goes out."""
    across(connection)
    here = connection.execute(select(organization).where(organization.c.archive_token == token)).first()
    if here is None:
        return None
    within(connection, here.id)
    everybodys = (link.c.organization_id == here.id, link.c.report_id.is_not(None), link.c.person_id.is_(None))
    ended = select(link.c.report_id).where(*everybodys, link.c.revoked_at.is_not(None))
    rows = connection.execute(
        select(report)
        .where(
            report.c.organization_id == here.id,
            report.c.kind == NEWSLETTER,
            report.c.state.in_((PUBLISHED, WITHDRAWN)),
            report.c.id.not_in(ended),
        )
        .order_by(report.c.period.desc(), report.c.revision.desc())
    )
    editions = tuple(
        Archived(
            row.period,
            row.token,
            row.published_at,
            row.state == WITHDRAWN,
            row.reason if row.state == WITHDRAWN else (row.content.get("correction") or {}).get("reason", ""),
        )
        for row in rows
    )
    return Archive(here.name, here.zone, editions)
