"""Making one person of two, and two of one: what is checked, noted and told each time."""

from __future__ import annotations

from bot.chat.errors import UserError
from handlers.people.guards import not_last
from handlers.people.views import cards
from storage.queries import links, people
from storage.queries.links import Link
from storage.queries.people import Person
from storage.uow import Destination, UnitOfWork

SETTLED = "That was settled in the meantime. Nothing to do."


def join(uow: UnitOfWork, link_id: int, kept: Person, was: Person) -> None:
    """`was` is `kept` from now on; `kept`'s name and role count, so nobody gains a role by it."""
    found = links.link(uow, link_id)
    if found is None or not kept.active or links.became(uow, was.id):
        raise UserError(SETTLED)
    if was.active:
        not_last(uow, was)
    links.join(uow, found)
    uow.audit("account linked", f"{was.ref}, {was.role.word} -> {kept.ref}, {kept.role.word}")


def part(uow: UnitOfWork, found: Link, kept: Person) -> Person:
    """Two people again -> the other one."""
    was = people.person_by_id(uow, found.was_id)
    if found.state != people.LINKED or was is None:
        raise UserError(SETTLED)
    later = links.became(uow, kept.id)
    if later is not None:
        raise UserError(f"{kept.name} is {later.name} now. Take that apart first: /sip people unlink {later.name}")
    links.part(uow, found)
    uow.audit("account unlinked", f"{kept.ref} -> {was.ref}")
    return was


def tell(uow: UnitOfWork, event: str, key: str, to: Person, *, but: str = "", **data: object) -> None:
    """Tell a person in each of their chat accounts, but for the platform where they are told already."""
    for platform in {account.platform: None for account in links.accounts(uow, to.id)}:
        if platform != but:
            message = uow.compose(f"people/{event}", card=cards(uow, [to])[0], **data)
            uow.post("notice", Destination(person_id=to.id, platform=platform), message, key=f"{key}:{platform}")
