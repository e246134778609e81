"""`people add`: somebody with a chat account by their mention, somebody without one by name and e-mail address."""

from __future__ import annotations

from bot.chat.commands import Command, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.replies import Reply
from bot.domain.setup import NAME_LENGTH, clean_name
from handlers.people.guards import give_role, may
from handlers.people.views import receipt
from handlers.people.words import EMAIL_LENGTH, ROLE_SPELLINGS, PersonWords, read_person, refusal, valid_email
from storage.models import person
from storage.queries import people, setup
from storage.queries.setup import MENTION
from storage.uow import UnitOfWork


def add(command: Command, uow: UnitOfWork) -> Reply:
    """Put a person on the list, or open the form for one."""
    if command.source == "form":
        return _from_form(command, uow)
    words = read_person(command.values.get("text") or command.values.get("person", ""))
    if mention := MENTION.fullmatch(words.who):
        return _mentioned(command, uow, words, mention[1])
    if words.who and (words.email or words.role):
        return _named(uow, words)
    return Reply(form=form(uow, words))


def _mentioned(command: Command, uow: UnitOfWork, words: PersonWords, user: str) -> Reply:
    """The person behind an account: found, or made."""
    known = people.person_by_identity(uow, command.actor.platform, command.actor.workspace, user)
    may(uow, known, words.role)
    try:
        _free_email(uow, words.email or "", known.id if known else 0)
    except ValueError as fault:
        raise UserError(str(fault)) from None
    found = setup.resolve_person(uow, command.actor, words.who, create=True)
    if words.role is not None:
        give_role(uow, found, words.role)
    if words.email and not found.email:
        uow.change(person, person.c.id == found.id, email=words.email)
    return receipt(uow, found.id, "known" if known else "added")


def _named(uow: UnitOfWork, words: PersonWords) -> Reply:
    """A person without a chat account, typed in one go."""
    try:
        name = clean_name(words.who)
        _free_email(uow, words.email or "")
    except ValueError as fault:
        raise UserError(str(fault)) from None
    return _create(uow, name, words.email or "", words.role or Role.MEMBER)


def _from_form(command: Command, uow: UnitOfWork) -> Reply:
    values, faults = command.values, {}
    name, email = "", values.get("email", "").strip()
    if email and not valid_email(email):
        faults["email"] = "That does not look like an e-mail address, for example ann@county.example."
    try:
        name = clean_name(values.get("name", ""))
    except ValueError as fault:
        faults["name"] = str(fault)
    wanted = ROLE_SPELLINGS.get(values.get("role", "").lower() or "member")
    why_not = refusal(uow.person.id, uow.person.role, 0, Role.MEMBER, wanted) if wanted else "Choose a role."
    if why_not:
        faults["role"] = why_not
    if not faults:
        try:
            _free_email(uow, email)
        except ValueError as fault:
            faults["email"] = str(fault)
    if faults or wanted is None:
        return Reply(errors=FormErrors(tuple(faults.items())))
    return _create(uow, name, email.lower(), wanted)


def _create(uow: UnitOfWork, name: str, email: str, wanted: Role) -> Reply:
    may(uow, None, wanted)
    fresh = people.create_person(uow.connection, uow.organization.id, None, name=name, role=wanted, at=uow.at)
    if email:
        uow.change(person, person.c.id == fresh.id, email=email)
    uow.audit("person added", f"{fresh.ref} as {wanted.word}")
    same = [p.name for p in people.all_people(uow) if p.name.casefold() == name.casefold() and p.id != fresh.id]
    return receipt(uow, fresh.id, "added", same=same)


def _free_email(uow: UnitOfWork, email: str, but: int = 0) -> None:
    """ValueError when somebody else on the list has this address, or it is longer than an address can be."""
    if len(email) > EMAIL_LENGTH:
        raise ValueError(f"An e-mail address has at most {EMAIL_LENGTH} characters.")
    other = next((p for p in people.all_people(uow) if email and p.email.lower() == email.lower()), None)
    if other is not None and other.id != but:
        raise ValueError(f"{other.name} has that e-mail address already. See them: /sip people {other.name}")


def form(uow: UnitOfWork, words: PersonWords) -> Form:
    """For a person without a chat account; with one, a mention is quicker."""
    options = tuple(Option(role.word, role.word) for role in Role if role <= uow.person.role)
    return Form(
        "Add a person",
        "people add",
        (
            Field("name", "Name", value=words.who[:NAME_LENGTH], max_length=NAME_LENGTH),
            Field(
                "email",
                "E-mail address",
                value=words.email or "",
                optional=True,
                max_length=EMAIL_LENGTH,
                hint="Somebody with a chat account? Type instead: /sip people add @name",
            ),
            Field("role", "May do", "select", options, (words.role or Role.MEMBER).word),
        ),
        submit="Add",
    )
