"""Organizations, people and where they are reached: frozen views and the reads that give them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, bindparam, func, insert, select

from bot.chat.commands import Actor, Role
from storage.models import channel, identity, organization, person, person_link, workspace
from storage.tenancy import across, within

if TYPE_CHECKING:
    from storage.uow import UnitOfWork

LINKED = "linked"  # the state of a person_link whose two people are one


@dataclass(frozen=True, slots=True)
class Organization:
    """A county agency. `settings` holds what a coordinator changed; read it through `storage.queries.settings`."""

    id: int
    name: str
    zone: str
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


@dataclass(frozen=True, slots=True)
class Person:
    id: int
    name: str
    role: Role
    email: str = ""
    active: bool = True
    nudges: bool = True
    snoozed_until: date | None = None
    away_until: date | None = None
    last_platform: str = ""
    refused: bool = False  # the account they speak from was said to take no messages (known of `who` only)

    @property
    def ref(self) -> str:
        """How the audit log says them: it must not keep a name that may have to be erased (storage/audit_log.py)."""
        return f"<person {self.id}>"


@dataclass(frozen=True, slots=True)
class Channel:
    id: int
    platform: str
    workspace: str
    external_id: str
    name: str


_PERSON = (
    person.c.id,
    person.c.name,
    person.c.role,
    person.c.email,
    person.c.active,
    person.c.nudges,
    person.c.snoozed_until,
    person.c.away_until,
    person.c.last_platform,
)
_WHO = (
    select(
        *_PERSON,
        organization.c.id.label("organization_id"),
        organization.c.name.label("organization_name"),
        organization.c.zone,
        organization.c.settings,
        identity.c.refused_at,
    )
    .select_from(identity)
    .join(person, person.c.id == identity.c.person_id)
    .join(organization, organization.c.id == person.c.organization_id)
    .where(
        identity.c.platform == bindparam("platform"),
        identity.c.workspace == bindparam("workspace"),
        identity.c.external_id == bindparam("user"),
    )
)


def _person(row: Any, *more: Any) -> Person:
    """Of a row that begins with _PERSON's columns; `more`: what a Person has after them."""
    return Person(row[0], row[1], Role(row[2]), *row[3 : len(_PERSON)], *more)


def who(connection: Connection, actor: Actor) -> tuple[Organization, Person] | None:
    """The person behind a platform identity and their organization: one read, on the way of every command."""
    across(connection)
    row = connection.execute(
        _WHO, {"platform": actor.platform, "workspace": actor.workspace, "user": actor.user}
    ).first()
    if row is None:
        return None
    found = Organization(row.organization_id, row.organization_name, row.zone, row.settings)
    return found, _person(row, row.refused_at is not None)


def organizations(connection: Connection) -> list[Organization]:
    """All organizations, oldest first."""
    across(connection)
    rows = connection.execute(select(organization).order_by(organization.c.id))
    return [Organization(row.id, row.name, row.zone, row.settings) for row in rows]


def create_organization(connection: Connection, name: str, zone: str, at: datetime) -> Organization:
    """A new county agency with default settings."""
    across(connection)
    statement = insert(organization).values(name=name, zone=zone, settings={}, created_at=at)
    found = connection.execute(statement.returning(organization.c.id)).scalar_one()
    return Organization(found, name, zone)


def is_name_taken(uow: UnitOfWork, name: str) -> bool:
    """Whether some organization is called that: a name is there once in a database."""
    across(uow.connection)
    taken = uow.row(select(organization.c.id).where(organization.c.name == name)) is not None
    within(uow.connection, uow.organization.id)
    return taken


def workspace_owner(connection: Connection, platform: str, external_id: str) -> int | None:
    """Id of the organization that uses this workspace."""
    across(connection)
    return connection.execute(
        select(workspace.c.organization_id).where(
            workspace.c.platform == platform, workspace.c.external_id == external_id
        )
    ).scalar()


def workspaces(connection: Connection, organization_id: int, platform: str) -> list[str]:
    """The organization's workspaces on a platform, by the platform's ids."""
    return list(
        connection.execute(
            select(workspace.c.external_id).where(
                workspace.c.organization_id == organization_id, workspace.c.platform == platform
            )
        ).scalars()
    )


def add_workspace(
    connection: Connection, organization_id: int, platform: str, external_id: str, name: str = ""
) -> None:
    """Say that a workspace belongs to an organization."""
    values = {"organization_id": organization_id, "platform": platform, "external_id": external_id, "name": name}
    connection.execute(insert(workspace).values(values))


def create_person(
    connection: Connection, organization_id: int, actor: Actor | None, *, name: str, role: Role, at: datetime
) -> Person:
    """A new person, with the platform identity of `actor` where there is one."""
    email = actor.email if actor else ""
    values = {"organization_id": organization_id, "name": name, "email": email, "role": int(role), "created_at": at}
    found = connection.execute(insert(person).values(values).returning(person.c.id)).scalar_one()
    if actor is not None:
        add_identity(connection, organization_id, found, actor)
    return Person(found, name, role, email)


def learn(uow: UnitOfWork, person_id: int, **told: str) -> None:
    """Keep what a platform tells of a person: `name`, `email`, or `last_platform`, the one they speak on."""
    uow.change(person, person.c.id == person_id, **told)


def reached(uow: UnitOfWork, actor: Actor) -> None:
    """An account that took no messages is in use again."""
    account = (identity.c.workspace == actor.workspace, identity.c.external_id == actor.user)
    uow.change(identity, identity.c.platform == actor.platform, *account, refused_at=None)


def unreachable(uow: UnitOfWork, *who: ColumnElement[bool]) -> frozenset[int]:
    """Ids of the people (all, or those `who` says of their `identity`) of whose accounts none takes messages."""
    mine = identity.c.organization_id == uow.organization.id
    accounts = select(identity.c.person_id).where(mine, *who).group_by(identity.c.person_id)
    return frozenset(uow.rows(accounts.having(func.count() == func.count(identity.c.refused_at))).scalars())


def with_email(connection: Connection, organization_id: int, email: str) -> list[Person]:
    """The organization's people with this e-mail address, those who were removed among them; not those who turned out
    to be somebody else on the list."""
    statement = select(*_PERSON).where(
        person.c.organization_id == organization_id,
        func.lower(person.c.email) == email.lower(),
        _is_themselves(organization_id),
    )
    return [_person(row) for row in connection.execute(statement.order_by(person.c.id))]


def add_identity(connection: Connection, organization_id: int, person_id: int, actor: Actor) -> None:
    """Say that a platform's user is this person."""
    connection.execute(
        insert(identity).values(
            organization_id=organization_id,
            person_id=person_id,
            platform=actor.platform,
            workspace=actor.workspace,
            external_id=actor.user,
        )
    )


def all_people(uow: UnitOfWork, *, active_only: bool = True) -> list[Person]:
    """The organization's people by name."""
    statement = select(*_PERSON).where(person.c.organization_id == uow.organization.id)
    if active_only:
        statement = statement.where(person.c.active)
    return [_person(row) for row in uow.rows(statement.order_by(func.lower(person.c.name), person.c.id))]


def person_by_id(uow: UnitOfWork, person_id: int) -> Person | None:
    """One person of the organization."""
    statement = select(*_PERSON).where(person.c.organization_id == uow.organization.id, person.c.id == person_id)
    row = uow.row(statement)
    return _person(row) if row else None


def person_by_identity(uow: UnitOfWork, platform: str, workspace_id: str, user: str) -> Person | None:
    """The person of the organization behind a platform's user id."""
    statement = (
        select(*_PERSON)
        .join(identity, identity.c.person_id == person.c.id)
        .where(
            person.c.organization_id == uow.organization.id,
            identity.c.platform == platform,
            identity.c.workspace == workspace_id,
            identity.c.external_id == user,
        )
    )
    row = uow.row(statement)
    return _person(row) if row else None


def former(uow: UnitOfWork) -> list[Person]:
    """Who was removed from the list, by name; not those who turned out to be somebody else on it."""
    statement = select(*_PERSON).where(
        person.c.organization_id == uow.organization.id,
        ~person.c.active,
        person.c.erased_at.is_(None),
        _is_themselves(uow.organization.id),
    )
    return [_person(row) for row in uow.rows(statement.order_by(func.lower(person.c.name), person.c.id))]


def _is_themselves(organization_id: int) -> ColumnElement[bool]:
    ours = person_link.c.organization_id == organization_id
    linked = select(person_link.c.was_id).where(ours, person_link.c.state == LINKED)
    return person.c.id.not_in(linked)


def people_with_role(uow: UnitOfWork, role: Role) -> list[Person]:
    """Active people who may do what `role` may."""
    return [p for p in all_people(uow) if p.role >= role]


def channel_for(uow: UnitOfWork, platform: str, workspace_id: str, external_id: str, name: str = "") -> Channel:
    """The row of a platform's channel; made when it is new, renamed when `name` is given and differs."""
    statement = select(channel).where(
        channel.c.organization_id == uow.organization.id,
        channel.c.platform == platform,
        channel.c.workspace == workspace_id,
        channel.c.external_id == external_id,
    )
    row = uow.row(statement)
    if row is None:
        found = uow.insert(channel, platform=platform, workspace=workspace_id, external_id=external_id, name=name)
        return Channel(found, platform, workspace_id, external_id, name)
    if name and name != row.name:
        uow.change(channel, channel.c.id == row.id, name=name)
    return Channel(row.id, platform, workspace_id, external_id, name or row.name)


def channel_by_id(uow: UnitOfWork, channel_id: int) -> Channel | None:
    """One channel of the organization."""
    row = uow.row(select(channel).where(channel.c.organization_id == uow.organization.id, channel.c.id == channel_id))
    return Channel(row.id, row.platform, row.workspace, row.external_id, row.name) if row else None
