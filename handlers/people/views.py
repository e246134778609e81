"""The people of a county as a coordinator sees them, and which person a command means."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.messages import Values
from bot.chat.replies import Reply
from storage.queries import people
from storage.queries.ids import row_id
from storage.queries.people import Person
from storage.queries.setup import Ask, Membership, memberships, platforms_by_person, resolve_person
from storage.uow import UnitOfWork

PAGE = 25  # people a message: one line each, so that a page fits a phone's second screen


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person for templates. `accounts`: the platforms they are on. `missing`: words for what is still to do."""

    id: int
    name: str
    email: str
    role: str
    active: bool
    accounts: tuple[str, ...]
    groups: tuple[Membership, ...]
    refused: bool = False  # none of the accounts takes messages

    @property
    def a_role(self) -> str:
        """`an analyst`, `a member`, `leadership`"""
        return self.role if self.role == "leadership" else f"{'an' if self.role[0] == 'a' else 'a'} {self.role}"

    @property
    def missing(self) -> tuple[str, ...]:
        return (
            *(() if self.accounts else ("no chat account",)),
            *(("takes no messages",) if self.refused else ()),
            *(() if self.groups else ("in no workgroup",)),
        )


def cards(uow: UnitOfWork, found: Iterable[Person]) -> list[PersonCard]:
    """Cards in the given order: three statements for any number of people."""
    groups, accounts, gone = memberships(uow), platforms_by_person(uow), people.unreachable(uow)
    return [
        PersonCard(
            p.id, p.name, p.email, p.role.word, p.active, accounts.get(p.id, ()), groups.get(p.id, ()), p.id in gone
        )
        for p in found
    ]


def show(command: Command, uow: UnitOfWork) -> Reply:
    """Everybody on the list, or one person."""
    who = command.values.get("person") or command.values.get("who", "")
    if who:
        one = resolve_person(uow, command.actor, who, ask=Ask("people", "person"))
        return Reply(uow.compose("people/one", card=cards(uow, [one])[0], me=uow.person.id))
    everyone = people.all_people(uow)
    asked = command.values.get("page", "")
    page = row_id(asked) or 1
    start = max(0, min((page - 1) * PAGE, len(everyone) - 1))
    found = cards(uow, everyone)
    return Reply(
        uow.compose(
            "people/list",
            cards=found[start : start + PAGE],
            total=len(found),
            first=start + 1,
            page=start // PAGE + 1,
            more=start + PAGE < len(found),
            former=len(people.former(uow)),
            unreached=sum(not card.accounts for card in found),
            refused=sum(card.refused for card in found),
            idle=sum(not card.groups for card in found),
        )
    )


def target(
    command: Command, uow: UnitOfWork, words: str, verb: str, values: Values = (), *, active: bool = True
) -> Person:
    """The person a command is about: a button's or form's row, else whom the words mean. UserError with candidates,
    whose buttons send `verb` and `values`."""
    who = command.values.get("person") or words
    if not who:
        raise UserError(f"Who? Write for example: /sip {verb} @name")
    return resolve_person(uow, command.actor, who, active=active, ask=Ask(verb, "person", values))


def receipt(uow: UnitOfWork, person_id: int, event: str, **data: object) -> Reply:
    """What happened (`event` in templates/people/saved) and the person as they stand now."""
    found = people.person_by_id(uow, person_id)
    if found is None:
        raise UserError("That person is not on the list. See who is: /sip people")
    return Reply(uow.compose("people/saved", event=event, card=cards(uow, [found])[0], data=data))
