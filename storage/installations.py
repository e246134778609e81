"""Invitations, and the Slack workspaces that sipbot is installed in. Each function is one short transaction.

The tokens are sealed with what they belong to. Nothing here speaks with Slack: while a token is being renewed no
transaction is open, only a lease stands in its row.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.chat.clock import Clock
from bot.chat.commands import Actor, Role
from bot.chat.errors import SendError
from bot.chat.grants import Grant, Kept, NotGranted, Tokens
from bot.keys import SLACK_TOKENS, Keys, Unsealed
from storage.db import UNAVAILABLE, insert_into, reading
from storage.models import audit, inbox, invitation, person, slack_installation, workspace
from storage.queries import people
from storage.tenancy import across
from storage.tokens import digest_of
from storage.writing import CANNOT

SLACK = "slack"
INVITED = timedelta(days=7)  # how long an invitation can be used
RENEWING = timedelta(seconds=60)  # a replica that has not renewed a token by then is taken for dead
SILENT = "the database does not answer"
_BOT, _REFRESH = "bot", "refresh"
_there = slack_installation.c


@dataclass(frozen=True, slots=True)
class Invitation:
    """Connects one workspace to an organization, or, where that is None, to a new one of this name."""

    id: int
    organization_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Connected:
    """What an installation came to."""

    organization: str
    workspace: str
    is_admin: bool  # the person who installed it administers the organization


def invite(connection: Connection, organization_id: int | None, name: str, at: datetime) -> str:
    """A new invitation's token."""
    across(connection)
    token = secrets.token_urlsafe(24)
    values = {"organization_id": organization_id, "name": name, "expires_at": at + INVITED}
    connection.execute(insert(invitation).values(digest=digest_of(token), **values))
    return token


class Installations:
    """Every workspace's installation. `engine` and `clock`: the application's; `zone`: a new organization's."""

    def __init__(self, engine: Engine, clock: Clock, keys: Keys, zone: str) -> None:
        self._engine, self._clock, self._keys, self._zone = engine, clock, keys, zone

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Whose workspace it is, is what is asked for here."""
        with reading(self._engine) as connection:
            across(connection)
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            across(connection)
            yield connection

    # installing

    def invited(self, token: str) -> Invitation | None:
        """The invitation, if it can still be used."""
        return self._invitation(invitation.c.digest == digest_of(token))

    def invited_as(self, invitation_id: int) -> Invitation | None:
        """The same by its id."""
        return self._invitation(invitation.c.id == invitation_id)

    def _invitation(self, which: Any) -> Invitation | None:
        usable = (invitation.c.used_at.is_(None), invitation.c.expires_at > self._clock.read())
        statement = select(invitation.c.id, invitation.c.organization_id, invitation.c.name).where(which, *usable)
        with self._reading() as connection:
            row = connection.execute(statement).first()
        return Invitation(*row) if row else None

    def take(self, delivery: str) -> bool:
        """True for the first who comes back from Slack with this state, on any replica; False for all others."""
        with self._writing() as connection:
            statement = insert_into(connection, inbox).values(delivery_id=delivery, at=self._clock.read(), reply="")
            taken = statement.on_conflict_do_nothing().returning(inbox.c.delivery_id)
            return connection.execute(taken).first() is not None

    def install(self, invitation_id: int, grant: Grant) -> Connected:
        """Use the invitation up and connect the workspace. Raises NotGranted, and then nothing is stored."""
        try:
            return self._install(invitation_id, grant)
        except IntegrityError:  # another installation of this workspace, or of this name, was a moment quicker
            raise NotGranted("meanwhile") from None

    def _install(self, invitation_id: int, grant: Grant) -> Connected:
        at = self._clock.read()
        with self._writing() as connection:
            invited = _use(connection, invitation_id, at)
            _check_app(connection, grant)
            owner = people.workspace_owner(connection, SLACK, grant.workspace)
            if owner is not None and owner != invited.organization_id:
                raise NotGranted("elsewhere")
            home = self._home(connection, invited, at)
            if owner is None:
                people.add_workspace(connection, home.id, SLACK, grant.workspace, grant.name)
            self._keep(connection, home.id, grant, at)
            admin = _make_admin(connection, home.id, grant, at)
            detail = f"{grant.workspace} {grant.name}, by {grant.installer}"
            _note(connection, home.id, at, "slack installed", detail)
        return Connected(home.name, grant.name, admin)

    def _home(self, connection: Connection, invited: Invitation, at: datetime) -> people.Organization:
        """The organization of an invitation; a new one is made."""
        for known in people.organizations(connection):
            if known.id == invited.organization_id:
                return known
            if invited.organization_id is None and known.name == invited.name:
                raise NotGranted("name")
        return people.create_organization(connection, invited.name, self._zone, at)

    def _keep(self, connection: Connection, organization_id: int, grant: Grant, at: datetime) -> None:
        values = {
            **self._sealed(grant.workspace, grant.tokens, at),
            "organization_id": organization_id,
            "app_id": grant.app,
            "bot_user": grant.bot_user,
            "scopes": grant.scopes,
            "installed_by": grant.installer,
            "installed_at": at,
            "revoked_at": None,
        }
        statement = insert_into(connection, slack_installation).values(
            workspace=grant.workspace, generation=1, **values
        )
        again = {**values, "generation": _there.generation + 1}
        connection.execute(statement.on_conflict_do_update(index_elements=[_there.workspace], set_=again))

    def _sealed(self, workspace_id: str, tokens: Tokens, at: datetime) -> dict[str, Any]:
        refresh = self._keys.seal(SLACK_TOKENS, _about(workspace_id, _REFRESH), tokens.refresh)
        return {
            "bot_token": self._keys.seal(SLACK_TOKENS, _about(workspace_id, _BOT), tokens.bot),
            "refresh_token": refresh if tokens.refresh else "",
            "expires_at": None if tokens.lives is None else at + timedelta(seconds=tokens.lives),
            "renewing_until": None,
        }

    # using

    def token(self, workspace_id: str) -> Kept | None:
        """The bot token of a workspace, or None where sipbot is not installed (any more). Raises SendError for one that
        no secret opens, or that was sealed for another workspace, and where the database is away."""
        statement = select(_there.bot_token, _there.generation, _there.expires_at, _there.refresh_token).where(
            _there.workspace == workspace_id, _there.revoked_at.is_(None)
        )
        with _unless_away(SILENT), self._reading() as connection:
            row = connection.execute(statement).first()
        if row is None:
            return None
        bot = self._unsealed(workspace_id, _BOT, row.bot_token)
        return Kept(bot, row.generation, row.expires_at if row.refresh_token else None)

    def begin_renewal(self, workspace_id: str, generation: int) -> str | None:
        """The refresh token, for the one replica that may use it now; None for all others, and for whoever has seen an
        older generation than the one that is there. Raises SendError where the database is away."""
        free: ColumnElement[bool] = _there.renewing_until.is_(None)
        steady, at = self._clock.steady_for(), self._clock.read()
        if steady >= RENEWING.total_seconds():  # no lease of another time, before our clock jumped, is good any more
            free = or_(free, _there.renewing_until <= at, _there.renewing_until > at + 2 * RENEWING)
        statement = (
            update(slack_installation)
            .where(_there.workspace == workspace_id, _there.generation == generation, _there.revoked_at.is_(None), free)
            .values(renewing_until=at + RENEWING)
            .returning(_there.refresh_token)
        )
        with _unless_away(CANNOT), self._writing() as connection:
            sealed = connection.execute(statement).scalar()
        return self._unsealed(workspace_id, _REFRESH, sealed) if sealed else None

    def _unsealed(self, workspace_id: str, kind: str, sealed: str) -> str:
        try:
            return self._keys.unseal(SLACK_TOKENS, _about(workspace_id, kind), sealed)
        except Unsealed as error:
            raise SendError(f"the token of the Slack workspace {workspace_id}: {error}", permanent=True) from None

    def renewed(self, workspace_id: str, generation: int, tokens: Tokens) -> None:
        """Keep the next tokens, unless another installation has come between. Raises SendError where the database is
        away, or does not say whether it was done: to do it once more does no harm."""
        values = self._sealed(workspace_id, tokens, self._clock.read())
        statement = (
            update(slack_installation)
            .where(_there.workspace == workspace_id, _there.generation == generation)
            .values(generation=generation + 1, **values)
        )
        with _unless_away(CANNOT), self._writing() as connection:
            connection.execute(statement)

    def revoked(self, workspace_id: str, at: datetime) -> bool:
        """The workspace took sipbot out at that time; not if it was put in again since. True where that changed
        something."""
        statement = (
            update(slack_installation)
            .where(_there.workspace == workspace_id, _there.revoked_at.is_(None), _there.installed_at <= at)
            .values(revoked_at=at)
            .returning(_there.organization_id)
        )
        with self._writing() as connection:
            home = connection.execute(statement).scalar()
            if home is not None:
                _note(connection, home, self._clock.read(), "slack uninstalled", workspace_id)
        return home is not None

    # new keys

    def reseal(self) -> tuple[int, int]:
        """Seal every token with the first key -> how many installations were, and how many no key opens. What changes
        meanwhile is left alone: whoever changed it had the first key already."""
        with self._reading() as connection:
            rows = connection.execute(select(_there.id, _there.bot_token, _there.refresh_token)).all()
        done = closed = 0
        for row in rows:
            sealed = [self._keys.reseal(SLACK_TOKENS, text) if text else "" for text in row[1:]]
            if None in sealed:
                closed += 1
                continue
            same = (_there.id == row.id, _there.bot_token == row.bot_token, _there.refresh_token == row.refresh_token)
            values = dict(zip(("bot_token", "refresh_token"), sealed, strict=True))
            with self._writing() as connection:
                done += connection.execute(update(slack_installation).where(*same).values(values)).rowcount
        return done, closed


@contextmanager
def _unless_away(words: str) -> Iterator[None]:
    """Who wants a token to send with is told as of a platform that is away."""
    try:
        yield
    except UNAVAILABLE as error:
        raise SendError(f"{words} ({type(error).__name__})") from error


def _about(workspace_id: str, kind: str) -> str:
    return f"{SLACK} {workspace_id} {kind}"


def _use(connection: Connection, invitation_id: int, at: datetime) -> Invitation:
    """The invitation, which nobody else can use from now on."""
    statement = (
        update(invitation)
        .where(invitation.c.id == invitation_id, invitation.c.used_at.is_(None), invitation.c.expires_at > at)
        .values(used_at=at)
        .returning(invitation.c.id, invitation.c.organization_id, invitation.c.name)
    )
    row = connection.execute(statement).first()
    if row is None:
        raise NotGranted("invitation")
    return Invitation(*row)


def _check_app(connection: Connection, grant: Grant) -> None:
    """All workspaces have one and the same Slack app: requests of another one could not be checked."""
    other = (_there.workspace != grant.workspace, _there.app_id != grant.app, _there.revoked_at.is_(None))
    if connection.execute(select(_there.id).where(*other).limit(1)).first():
        raise NotGranted("app")


def _make_admin(connection: Connection, organization_id: int, grant: Grant, at: datetime) -> bool:
    """Where nobody administers the organization yet, whoever installed sipbot does."""
    admins = (person.c.organization_id == organization_id, person.c.active, person.c.role >= int(Role.ADMIN))
    if connection.execute(select(person.c.id).where(*admins).limit(1)).first():
        return False
    actor = Actor(SLACK, grant.workspace, grant.installer)
    known = people.who(connection, actor)
    if known is None:
        name = grant.installer  # until they speak: Slack tells it then
        people.create_person(connection, organization_id, actor, name=name, role=Role.ADMIN, at=at)
    else:
        connection.execute(update(person).where(person.c.id == known[1].id).values(role=int(Role.ADMIN), active=True))
    return True


def _note(connection: Connection, organization_id: int, at: datetime, action: str, detail: str) -> None:
    values = {"organization_id": organization_id, "person_id": None, "at": at, "action": action, "detail": detail}
    connection.execute(insert(audit).values(values))


def connected(connection: Connection) -> list[tuple[int, str, str, str, str]]:
    """Every workspace: organization id, platform, its id, its name, and "uninstalled" or ""."""
    across(connection)
    statement = (
        select(workspace, _there.revoked_at)
        .outerjoin(slack_installation, _there.workspace == workspace.c.external_id)
        .order_by(workspace.c.organization_id, workspace.c.id)
    )
    return [
        (row.organization_id, row.platform, row.external_id, row.name, "uninstalled" if row.revoked_at else "")
        for row in connection.execute(statement)
    ]
