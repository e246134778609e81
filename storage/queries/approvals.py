"""Who approved an edition of the newsletter, as it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, select

from storage.models import person, person_link, report_approval
from storage.queries.people import LINKED
from storage.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class Approval:
    person_id: int
    name: str
    at: datetime


def approvals(uow: UnitOfWork, report_id: int) -> list[Approval]:
    """The approvals that count, first one first: one human with two accounts that were linked since counts once."""
    somebody_else = exists().where(person_link.c.was_id == person.c.id, person_link.c.state == LINKED)
    rows = uow.rows(
        select(report_approval.c.person_id, person.c.name, report_approval.c.at)
        .join(person, person.c.id == report_approval.c.person_id)
        .where(
            report_approval.c.organization_id == uow.organization.id,
            report_approval.c.report_id == report_id,
            ~somebody_else,
        )
        .order_by(report_approval.c.id)
    )
    return [Approval(row.person_id, row.name, row.at) for row in rows]


def forget(uow: UnitOfWork, report_id: int) -> None:
    """The edition changed: whoever approved it approved other words."""
    mine = report_approval.c.organization_id == uow.organization.id
    uow.rows(delete(report_approval).where(mine, report_approval.c.report_id == report_id))
