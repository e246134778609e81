"""Personal links to an edition's editing page. The table has a digest of the token, not the token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select

from bot.chat.commands import Actor, Role
from storage.db import reading
from storage.models import identity, organization, person, review_link
from storage.queries.people import Organization, Person
from storage.tenancy import across
from storage.tokens import digest_of
from storage.uow import UnitOfWork

LASTS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ReviewLink:
    """Whose link it is, to which edition, and as whom the page speaks to the dispatcher."""

    organization: Organization
    report_id: int
    person: Person
    actor: Actor


def new_link(uow: UnitOfWork, report_id: int) -> str:
    """A fresh token for the person who asks; earlier ones of theirs for this edition, and all that expired, end."""
    token = secrets.token_urlsafe(32)
    mine = (review_link.c.report_id == report_id) & (review_link.c.person_id == uow.person.id)
    ours = review_link.c.organization_id == uow.organization.id
    uow.rows(delete(review_link).where(ours, mine | (review_link.c.expires_at <= uow.at)))
    uow.rows(
        insert(review_link).values(
            digest=digest_of(token),
            organization_id=uow.organization.id,
            report_id=report_id,
            person_id=uow.person.id,
            expires_at=uow.at + LASTS,
        )
    )
    return token


def link_by_token(engine: Engine, token: str, at: datetime) -> ReviewLink | None:
    """The link, as long as it lasts and its person may still edit newsletters."""
    statement = (
        select(
            review_link.c.report_id,
            person.c.id.label("person_id"),
            person.c.name.label("person_name"),
            person.c.role,
            identity.c.platform,
            identity.c.workspace,
            identity.c.external_id,
            organization,
        )
        .join(person, person.c.id == review_link.c.person_id)
        .join(identity, identity.c.person_id == person.c.id)
        .join(organization, organization.c.id == review_link.c.organization_id)
        .where(
            review_link.c.digest == digest_of(token),
            review_link.c.expires_at > at,
            person.c.active,
            person.c.role >= int(Role.COORDINATOR),
        )
        .order_by(identity.c.id)
        .limit(1)
    )
    with reading(engine) as connection:
        across(connection)
        row = connection.execute(statement).first()
    if row is None:
        return None
    who = Person(row.person_id, row.person_name, Role(row.role))
    here = Organization(row.id, row.name, row.zone, row.settings)
    return ReviewLink(here, row.report_id, who, Actor(row.platform, row.workspace, row.external_id))
