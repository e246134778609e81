"""Are you the same? Two people with one e-mail address on two platforms are asked, never joined by themselves.

A job asks the newer account. After its yes the other account is asked, for whoever speaks as it from then on is that
person; where there is no other account, a coordinator vouches. Both are told, and either can take it apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.chat.commands import Command, Role
from bot.chat.errors import UserError
from bot.chat.jobs import Due, JobSpec
from bot.chat.replies import Reply
from handlers.people.guards import may
from handlers.people.joining import SETTLED, join, part, tell
from handlers.people.views import cards
from storage.queries import links, people
from storage.queries.ids import row_id
from storage.queries.links import AGREED, PROPOSED, REFUSED, Link
from storage.queries.people import Person
from storage.uow import Destination, UnitOfWork

JOB, ONCE = "same person", "once"
NOT_YOURS = "That question is for somebody else."


def due(uow: UnitOfWork) -> Iterable[Due]:
    """Pairs who may be one person and were not asked yet."""
    return [Due(f"{kept}:{was}", ONCE, uow.at) for kept, was in links.likely(uow)]


def ask(uow: UnitOfWork, one: Due) -> None:
    """Ask the newer account, privately."""
    kept, was = (people.person_by_id(uow, int(key)) for key in one.subject.split(":"))
    if kept is None or was is None:
        return
    link_id = links.start(uow, kept.id, was.id)
    message = uow.compose("people/same_ask", card=cards(uow, [kept])[0], link=link_id, me=was)
    uow.post("question", Destination(person_id=was.id), message, key=f"link:{link_id}:ask")


def answer(command: Command, uow: UnitOfWork) -> Reply:
    """A press under one of the two questions."""
    found = links.link(uow, row_id(command.values.get("link", "")))
    kept = people.person_by_id(uow, found.person_id) if found else None
    was = people.person_by_id(uow, found.was_id) if found else None
    if found is None or kept is None or was is None:
        raise UserError(SETTLED)
    agreed = found.state == AGREED
    _check(uow, found, kept, was)
    if command.values.get("answer") != "yes":
        links.say(uow, found, REFUSED)
        uow.audit("account not linked", f"{was.ref} is not {kept.ref}")
        if agreed:
            tell(uow, "same_refused", f"link:{found.id}:refused", was, kept=kept)
        return Reply(uow.compose("people/same_no", kept=kept, was=was), replace=True)
    if not agreed:
        return _agree(uow, found, kept, was)
    own = uow.person.id == kept.id
    join(uow, found.id, kept, was)
    here = command.actor.platform if own else ""
    tell(uow, "same_linked", f"link:{found.id}:linked", kept, but=here, link=found.id, was=was, by=uow.person)
    card = cards(uow, [kept])[0]
    return Reply(uow.compose("people/same_linked", card=card, link=found.id, was=was, by=uow.person), replace=True)


def _check(uow: UnitOfWork, found: Link, kept: Person, was: Person) -> None:
    """UserError unless the question is open and for the one who presses."""
    if found.state not in (PROPOSED, AGREED) or not (kept.active and was.active):
        raise UserError(SETTLED)
    me = uow.person
    asked = was if found.state == PROPOSED else kept
    if me.id == asked.id:
        return
    if found.state == PROPOSED or me.id == was.id or me.role < Role.COORDINATOR:
        raise UserError(NOT_YOURS)
    may(uow, kept)
    may(uow, was)


def _agree(uow: UnitOfWork, found: Link, kept: Person, was: Person) -> Reply:
    """The newer account says yes: now the other one is asked, or those who can vouch for it."""
    links.say(uow, found, AGREED)
    uow.audit("account link agreed", f"{was.ref} says to be {kept.ref}")
    mine, theirs = cards(uow, [kept, was])
    asked = [kept]
    if not mine.accounts:
        asked = [p for p in people.people_with_role(uow, max(Role.COORDINATOR, kept.role, was.role)) if p.id != was.id]
    for one in asked:
        message = uow.compose("people/same_confirm", card=mine, was=theirs, link=found.id, own=one.id == kept.id)
        uow.post("question", Destination(person_id=one.id), message, key=f"link:{found.id}:confirm:{one.id}")
    return Reply(uow.compose("people/same_asked", card=mine, asked=asked), replace=True)


def apart(command: Command, uow: UnitOfWork) -> Reply:
    """Undo a link: by the person themselves, from any of their accounts, or by a coordinator."""
    found = links.link(uow, row_id(command.values.get("link", "")))
    kept = people.person_by_id(uow, found.person_id) if found else None
    if found is None or kept is None:
        raise UserError(SETTLED)
    if uow.person.id != kept.id:
        if uow.person.role < Role.COORDINATOR:
            raise UserError(NOT_YOURS)
        may(uow, kept)
    was = part(uow, found, kept)
    for one in (kept, was):
        here = command.actor.platform if one.id == uow.person.id else ""
        tell(uow, "same_apart", f"link:{found.id}:apart:{one.id}", one, but=here, kept=kept, by=uow.person)
    message = uow.compose("people/same_apart", card=cards(uow, [kept])[0], kept=kept, by=uow.person)
    return replace(Reply(message), replace=True)


JOBS = (JobSpec(JOB, due, ask),)
