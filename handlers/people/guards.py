"""What protects the list of people: who may change whom, and that somebody who can set up the county stays."""

from __future__ import annotations

from bot.chat.commands import Role
from bot.chat.errors import UserError
from handlers.people.words import refusal
from storage.queries import people, setup
from storage.queries.people import Person
from storage.uow import UnitOfWork


def may(uow: UnitOfWork, found: Person | None, wanted: Role | None = None) -> None:
    """UserError when the one who asks may not change this person (None: a new one), or not give the role `wanted`."""
    target_id, target = (found.id, found.role) if found else (0, Role.MEMBER)
    why_not = refusal(uow.person.id, uow.person.role, target_id, target, wanted)
    if why_not:
        raise UserError(why_not)


def not_last(uow: UnitOfWork, found: Person) -> None:
    """Refuse to take away the last coordinator or administrator; two of them cannot remove each other at once."""
    setup.lock_organization(uow)
    able = people.people_with_role(uow, Role.COORDINATOR)
    if [p.id for p in able] == [found.id]:
        who = "You are" if found.id == uow.person.id else f"{found.name} is"
        raise UserError(f"{who} the last one who can set up this county. Make somebody else a coordinator first.")


def give_role(uow: UnitOfWork, found: Person, wanted: Role) -> None:
    """Change a person's role where that is allowed; nothing happens when they have it already."""
    may(uow, found, wanted)
    if wanted < Role.COORDINATOR:
        not_last(uow, found)
    if wanted != found.role:
        setup.change_role(uow, found, wanted)
