"""A coordinator says that two on the list are one person, or that they are not: `people link`, `people unlink`.

What people answer about themselves is in `same`; both end in `joining`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.chat.commands import Command, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import Values
from bot.chat.replies import Reply
from bot.domain.setup import NAME_LENGTH
from handlers.people.guards import may
from handlers.people.joining import join, part, tell
from handlers.people.views import cards, receipt, target
from storage.queries import links, people
from storage.queries.ids import row_id
from storage.queries.links import Account
from storage.queries.people import Person
from storage.queries.setup import MENTION, Ask, resolve_person
from storage.uow import UnitOfWork


def link(command: Command, uow: UnitOfWork) -> Reply:
    """Make one person of two, or of a person and an account nobody has used yet: a question first, done when the
    button under it is pressed."""
    who, name = _meant(command)
    if not who:
        return Reply(form=_form()) if command.source != "form" else Reply(errors=_NO_ACCOUNT)
    again: Values = (("who", who),)
    found = target(command, uow, name, "people link", again)
    may(uow, found)
    token = MENTION.fullmatch(who)
    holder = _holder(command, uow, who, found)
    if holder is not None:
        if holder.id == found.id:
            raise UserError(f"That account belongs to {found.name} already. Nothing to do.")
        may(uow, holder)
        _one_each(uow, found, holder)
    if command.values.get("sure") != "yes":
        label = holder.name if holder else (token[2] or token[1] if token else who)
        mine, theirs = cards(uow, [found, holder or found])
        return Reply(uow.compose("people/link", card=mine, holder=theirs if holder else None, label=label, who=who))
    holder = holder or resolve_person(uow, command.actor, who, create=True)
    link_id = links.start(uow, found.id, holder.id)
    join(uow, link_id, found, holder)
    tell(uow, "same_linked", f"link:{link_id}:linked", found, link=link_id, was=holder, by=uow.person)
    return replace(receipt(uow, found.id, "linked", account=holder.name, link=link_id), replace=True)


_NO_ACCOUNT = FormErrors((("who", "Choose the account that is theirs too."),))


def _meant(command: Command) -> tuple[str, str]:
    """(who turns out to be somebody else on the list, that somebody): `<@U2> Ann Ortiz`, `Ann O: Ann Ortiz`."""
    values, text = command.values, command.values.get("text", "")
    if "who" in values:
        return values["who"].strip(), values.get("name", "").strip()
    account = MENTION.search(text)
    if account:
        return account.group(0), (text[: account.start()] + " " + text[account.end() :]).strip(" ,:")
    one, colon, other = text.partition(":")
    if text and not colon:
        raise UserError("Mention the second account, then the person: /sip people link @account Ann Ortiz")
    return one.strip(), other.strip()


def _holder(command: Command, uow: UnitOfWork, who: str, found: Person) -> Person | None:
    """The person behind the account or name, those who were removed among them; None for an account nobody used."""
    token = MENTION.fullmatch(who)
    if token:
        actor = command.actor
        return people.person_by_identity(uow, actor.platform, actor.workspace, token[1])
    if who.isdecimal():
        return people.person_by_id(uow, int(who)) if row_id(who) else None
    ask = Ask("people link", "who", (("person", str(found.id)),))
    return resolve_person(uow, command.actor, who, ask=ask)


def _one_each(uow: UnitOfWork, found: Person, holder: Person) -> None:
    """UserError where joining would be a mistake: two accounts side by side in one workspace are two people's."""
    known = links.accounts(uow, found.id, holder.id)
    theirs = {(a.platform, a.workspace) for a in known if a.person_id == holder.id}
    if holder.active and theirs & {(a.platform, a.workspace) for a in known if a.person_id == found.id}:
        remove = (f"Remove {holder.name}", "people remove", (("person", str(holder.id)),))
        raise UserError(
            f"{holder.name} and {found.name} both have an account in the same workspace, so they look like two people. "
            f"If they are one, remove {holder.name} first, then link the account again.",
            (remove,),
        )


def _form() -> Form:
    return Form(
        "Link accounts",
        "people link",
        (
            Field(
                "who",
                "This account",
                "person",
                hint="An account on the other platform? Type both names instead: /sip people link Ann O: Ann Ortiz",
            ),
            Field("name", "is also", max_length=NAME_LENGTH, placeholder="Their name on the list"),
        ),
        submit="Go on",
    )


def unlink(command: Command, uow: UnitOfWork) -> Reply:
    """Take one account off a person who has several: what came with it goes with it."""
    found = target(command, uow, command.values.get("text", ""), "people unlink")
    may(uow, found)
    known = links.accounts(uow, found.id)
    if len(known) < 2:
        raise UserError(
            f"{found.name} has {'one chat account' if known else 'no chat account'}, so there is nothing to take "
            f"apart. Take them off the list with: /sip people remove {found.name}"
        )
    account = next((a for a in known if a.id == row_id(command.values.get("account", ""))), None)
    if account is None:
        return Reply(uow.compose("people/accounts", person=found, accounts=known))
    fresh = _apart(uow, found, account)
    for one in (found, fresh):
        tell(uow, "same_apart", f"account:{account.id}:apart:{fresh.id}:{one.id}", one, kept=found, by=uow.person)
    return replace(receipt(uow, found.id, "unlinked", fresh=fresh, account=account), replace=True)


def _apart(uow: UnitOfWork, found: Person, account: Account) -> Person:
    """Whose the account is now."""
    for one in links.links_of(uow, found.id):
        if account.id in links.brought(one):
            return part(uow, one, found)
    fresh = people.create_person(
        uow.connection, uow.organization.id, None, name=found.name, role=Role.MEMBER, at=uow.at
    )
    links.split(uow, account, fresh)
    uow.audit("account unlinked", f"{account.platform}: {found.ref} -> {fresh.ref}")
    return fresh
