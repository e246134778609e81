"""`people forget`: erasing who a person is, after asking, and saying where only a human can decide."""

from __future__ import annotations

from bot.chat.commands import Command, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.replies import Reply
from storage import erasure
from storage.queries import people, setup
from storage.queries.people import Person
from storage.queries.setup import Ask, resolve_person
from storage.uow import UnitOfWork

_SHOWN = 15  # rows of a kind that are named


def forget(command: Command, uow: UnitOfWork) -> Reply:
    """Show what would go and what stays, then erase when the name is typed once more. The answer has no name, because
    it is kept like every answer."""
    found = _meant(command, uow)
    _may(uow, found)
    who = erasure.known(uow, found.id)
    if command.source != "form":
        places = erasure.ids(erasure.places(uow, who))
        intro = uow.compose("records/forget", person=found, accounts=len(who.users), places=places, shown=_SHOWN)
        field = Field("name", "To erase them for good, type their name once more", max_length=300)
        hidden = (("person", str(found.id)),)
        return Reply(form=Form("Erase a person", "people forget", (field,), "Erase", hidden, intro.blocks))
    if " ".join(command.values.get("name", "").split()).casefold() != found.name.casefold():
        return Reply(errors=FormErrors((("name", "That is not their name, so nothing was erased."),)))
    counts, named = erasure.forget(uow, found)
    return Reply(uow.compose("records/forgotten", shown=_SHOWN, counts=counts, places=named))


def _meant(command: Command, uow: UnitOfWork) -> Person:
    """Somebody on the list, or who was taken off it: looked for among both, so that several are never one."""
    words = command.values.get("person") or command.values.get("text", "")
    if not words:
        raise UserError("Who? Write for example: /sip people forget Ann Ortiz")
    return resolve_person(uow, command.actor, words, active=None, ask=Ask("people forget", "person"))


def _may(uow: UnitOfWork, found: Person) -> None:
    if found.id == uow.person.id:
        raise UserError("You cannot erase yourself: the log has to say who did it. Ask another administrator, or IT.")
    setup.lock_organization(uow)
    if [one.id for one in people.people_with_role(uow, Role.COORDINATOR)] == [found.id]:
        raise UserError(f"{found.name} is the last one who can set up this county. Make somebody else one first.")
