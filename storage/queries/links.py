"""Two people on one county's list who are one human: who may be, joining them, and taking them apart again
(docs/decisions/0006). Who may do that is for the callers to decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Table, UniqueConstraint, func, select

from storage.models import audit, identity, metadata, person, person_link, review_link
from storage.models import link as link_table
from storage.queries import people
from storage.queries.people import LINKED, Person
from storage.uow import UnitOfWork

PROPOSED, AGREED, REFUSED, UNDONE = "proposed", "agreed", "refused", "undone"
_LISTED = "person.active"
# The audit log says who did what under which name, and is only ever added to; a link to a page is for the one account
# it was sent to, and ends.
_STAYS = (audit, link_table, person_link, review_link)


@dataclass(frozen=True, slots=True)
class Link:
    """`was` is, or may be, the same human as `person`, whose name and role count. `moved` says what became
    `person`'s: "table.column" -> row ids."""

    id: int
    person_id: int
    was_id: int
    state: str
    moved: Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class Account:
    """A chat account of a person, in the platform's ids."""

    id: int
    person_id: int
    platform: str
    workspace: str
    user: str


def accounts(uow: UnitOfWork, *person_ids: int) -> list[Account]:
    """The chat accounts of these people, oldest first."""
    statement = select(identity).where(
        identity.c.organization_id == uow.organization.id, identity.c.person_id.in_(person_ids)
    )
    rows = uow.rows(statement.order_by(identity.c.id))
    return [Account(r.id, r.person_id, r.platform, r.workspace, r.external_id) for r in rows]


def likely(uow: UnitOfWork) -> list[tuple[int, int]]:
    """Pairs (person, was) of people on the list who share an e-mail address with each other and nobody else, have no
    accounts side by side in one workspace, and were never linked or asked. `was` is the newer one, or the one who has
    an account to be asked in."""
    address = func.lower(person.c.email)
    mine = person.c.organization_id == uow.organization.id
    shared = (
        select(address)
        .where(mine, person.c.active, person.c.email != "")
        .group_by(address)
        .having(func.count() == 2)  # of three with one address nobody can tell which two
    )
    rows = uow.rows(
        select(person.c.id, address.label("address"))
        .where(mine, person.c.active, address.in_(shared))
        .order_by(person.c.id)
    )
    pairs: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        pairs[row.address].append(row.id)
    if not pairs:
        return []
    ours = person_link.c.organization_id == uow.organization.id
    asked = {frozenset(row) for row in uow.rows(select(person_link.c.person_id, person_link.c.was_id).where(ours))}
    found = []
    for older, newer in pairs.values():
        if frozenset((older, newer)) in asked:
            continue
        known = accounts(uow, older, newer)
        mine_at, theirs_at = (
            {(a.platform, a.workspace) for a in known if a.person_id == key} for key in (older, newer)
        )
        if known and not mine_at & theirs_at:
            found.append((older, newer) if theirs_at else (newer, older))
    return found


def start(uow: UnitOfWork, person_id: int, was_id: int, state: str = PROPOSED) -> int:
    """Note that two people may be one -> the link's id."""
    return uow.insert(person_link, person_id=person_id, was_id=was_id, state=state, moved={}, at=uow.at)


def link(uow: UnitOfWork, link_id: int | None) -> Link | None:
    """One link of the organization, locked until the transaction ends: two presses are answered one after the other."""
    statement = select(person_link).where(
        person_link.c.organization_id == uow.organization.id, person_link.c.id == link_id
    )
    row = uow.row(statement.with_for_update())
    return Link(row.id, row.person_id, row.was_id, row.state, row.moved) if row else None


def links_of(uow: UnitOfWork, person_id: int) -> list[Link]:
    """The links by which others became this person, newest first."""
    rows = uow.rows(
        select(person_link)
        .where(
            person_link.c.organization_id == uow.organization.id,
            person_link.c.person_id == person_id,
            person_link.c.state == LINKED,
        )
        .order_by(person_link.c.id.desc())
    )
    return [Link(row.id, row.person_id, row.was_id, row.state, row.moved) for row in rows]


def say(uow: UnitOfWork, found: Link, state: str) -> None:
    """Give a link another state."""
    uow.change(person_link, person_link.c.id == found.id, state=state, at=uow.at)


def join(uow: UnitOfWork, found: Link) -> None:
    """Make one person of two: accounts and everything done move; `person` keeps their name and role. Where both have
    a row that can be there once only (an owner of one step, a member of one workgroup), `person`'s counts."""
    moved: dict[str, list[int]] = {}
    if uow.change(person, person.c.id == found.was_id, person.c.active, active=False):
        moved[_LISTED] = [found.was_id]
    for table, column in _mentions():
        ids = _movable(uow, table, column, found)
        if ids:
            uow.change(table, table.c.id.in_(ids), **{column.name: found.person_id})
            moved[f"{table.name}.{column.name}"] = ids
    uow.change(person_link, person_link.c.id == found.id, state=LINKED, moved=moved, at=uow.at)


def brought(found: Link) -> frozenset[int]:
    """The accounts (their row ids) that became `person`'s by this link."""
    return frozenset(found.moved.get("identity.person_id", ()))


def split(uow: UnitOfWork, account: Account, fresh: Person) -> None:
    """Give an account that came by no link to somebody else; the two are not asked whether they are one."""
    uow.change(identity, identity.c.id == account.id, person_id=fresh.id)
    start(uow, account.person_id, fresh.id, UNDONE)


def part(uow: UnitOfWork, found: Link) -> None:
    """Two people again, each with what was theirs before; what was done since stays with `person`."""
    for table, column in _mentions():
        ids = found.moved.get(f"{table.name}.{column.name}", [])
        if ids:
            uow.change(table, table.c.id.in_(ids), column == found.person_id, **{column.name: found.was_id})
    uow.change(person, person.c.id.in_(found.moved.get(_LISTED, [])), active=True)
    say(uow, found, UNDONE)


def became(uow: UnitOfWork, person_id: int) -> Person | None:
    """Who somebody turned out to be: the person that `person_id` was joined to, or None."""
    joined = uow.scalar(
        select(person_link.c.person_id).where(
            person_link.c.organization_id == uow.organization.id,
            person_link.c.was_id == person_id,
            person_link.c.state == LINKED,
        )
    )
    return people.person_by_id(uow, joined) if joined else None


def _mentions() -> Iterator[tuple[Table, Column[int]]]:
    """Every column that says a person, whatever tables there are: nothing is forgotten when one is added."""
    for table in metadata.sorted_tables:
        if table not in _STAYS:
            for column in table.columns:
                if any(key.column is person.c.id for key in column.foreign_keys):
                    yield table, column


def _movable(uow: UnitOfWork, table: Table, column: Column[int], found: Link) -> list[int]:
    """Ids of the rows of `was` that can become `person`'s."""
    mine = table.c.organization_id == uow.organization.id
    others = [
        [one for one in constraint.columns if one is not column]
        for constraint in table.constraints
        if isinstance(constraint, UniqueConstraint) and column.name in constraint.columns
    ]
    ids = list(uow.rows(select(table.c.id).where(mine, column == found.was_id).order_by(table.c.id)).scalars())
    for columns in others:
        taken = {tuple(row) for row in uow.rows(select(*columns).where(mine, column == found.person_id))}
        rows = uow.rows(select(table.c.id, *columns).where(mine, column == found.was_id))
        clash = {row[0] for row in rows if tuple(row[1:]) in taken}
        ids = [key for key in ids if key not in clash]
    return ids
