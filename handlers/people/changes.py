"""Roles, names, leaving and coming back."""

from __future__ import annotations

from bot.chat.commands import Command, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.replies import Reply
from bot.domain.setup import COLUMN_LENGTH, NAME_LENGTH, clean_name, leading_name
from handlers.people.guards import give_role, may, not_last
from handlers.people.views import receipt, target
from handlers.people.words import ROLE_SPELLINGS, take_role
from storage.models import person
from storage.queries import people, plan, setup
from storage.queries.people import Person
from storage.queries.setup import MENTION
from storage.queries.workgroups import LEADER
from storage.uow import UnitOfWork


def role(command: Command, uow: UnitOfWork) -> Reply:
    """Give a person another role."""
    words, wanted = take_role(command.values.get("text", ""))
    if "role" in command.values:
        wanted = ROLE_SPELLINGS.get(command.values["role"].lower())
    found = target(command, uow, words, "people role", (("role", wanted.word),) if wanted else ())
    if wanted is None:
        return Reply(form=_role_form(uow, found))
    give_role(uow, found, wanted)
    return receipt(uow, found.id, "role", before=found.role.word)


def rename(command: Command, uow: UnitOfWork) -> Reply:
    """Change a person's name."""
    who, name = _renamed(command, uow)
    found = target(command, uow, who, "people rename", (("name", name[:COLUMN_LENGTH]),) if name else ())
    may(uow, found)
    if not name and command.source != "form":
        field = Field("name", "Name", value=found.name[:NAME_LENGTH], max_length=NAME_LENGTH)
        return Reply(form=Form("Rename", "people rename", (field,), hidden=(("person", str(found.id)),)))
    try:
        fresh = clean_name(name)
    except ValueError as fault:
        if command.source == "form":
            return Reply(errors=FormErrors((("name", str(fault)),)))
        raise UserError(str(fault)) from None
    uow.change(person, person.c.id == found.id, name=fresh)
    uow.audit("person renamed", found.ref)
    return receipt(uow, found.id, "renamed", before=found.name)


def _renamed(command: Command, uow: UnitOfWork) -> tuple[str, str]:
    """Who, and the new name: `<@U1> Ann Ortiz`, `Ann Ortiz: Ann Silva`, or an old name the text begins with."""
    text = command.values.get("text", "")
    mention = MENTION.search(text)
    if mention:
        return mention.group(0), (text[: mention.start()] + text[mention.end() :]).strip(" :,")
    old, colon, new = text.partition(":")
    if colon:
        return old.strip(), new.strip()
    if "name" in command.values:
        return "", command.values["name"]
    known, new = leading_name(text, {p.name for p in people.all_people(uow)})
    return (known, new) if known else (text, "")


def remove(command: Command, uow: UnitOfWork) -> Reply:
    """Take a person off the list: nobody prompts them, they cannot write any more; all they did stays."""
    found = target(command, uow, command.values.get("text", ""), "people remove")
    may(uow, found)
    not_last(uow, found)
    owned = [step for step in plan.steps(uow, owner_id=found.id) if not step.closed]
    led = [m.workgroup for m in setup.memberships(uow).get(found.id, ()) if m.role == LEADER]
    uow.change(person, person.c.id == found.id, active=False)
    uow.audit("person removed", found.ref)
    alone = [step for step in owned if step.owner_ids == (found.id,)]
    return receipt(uow, found.id, "removed", alone=alone, shared=len(owned) - len(alone), led=led)


def back(command: Command, uow: UnitOfWork) -> Reply:
    """Bring a removed person back, with the role, workgroups and steps they had."""
    if not command.values.get("text") and not command.values.get("person"):
        return Reply(uow.compose("people/former", former=people.former(uow)))
    found = target(command, uow, command.values.get("text", ""), "people back", active=False)
    may(uow, found)
    uow.change(person, person.c.id == found.id, active=True)
    uow.audit("person back", found.ref)
    return receipt(uow, found.id, "back")


def _role_form(uow: UnitOfWork, found: Person) -> Form:
    options = tuple(Option(one.word, one.word) for one in Role if one <= uow.person.role)
    field = Field("role", f"{found.name} may do what a … may", "select", options, found.role.word)
    return Form("Role", "people role", (field,), hidden=(("person", str(found.id)),))
