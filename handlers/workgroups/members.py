"""Who is in a workgroup and in which role: a coordinator says it of others, everybody of themselves."""

from __future__ import annotations

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.replies import Reply
from handlers.workgroups.views import card, chosen
from handlers.workgroups.words import ROLE_SPELLINGS, split_member
from storage.queries import setup
from storage.queries.setup import Ask, resolve_people, resolve_person
from storage.queries.workgroups import LEADER, MEMBER_ROLES, STAFF, WorkgroupView, members
from storage.uow import UnitOfWork

_LONGEST = 1500  # what a button may carry: https://docs.slack.dev/reference/block-kit/block-elements/button-element


def member(command: Command, uow: UnitOfWork) -> Reply:
    """Put people into a workgroup, or give them another role there."""
    said, values = command.values, dict(command.values)
    if said.get("text"):
        words = split_member(said["text"], [known.name for known in setup.workgroup_names(uow)])
        values |= {"name": words.name, "people": words.people, "role": words.role}
    who = values.get("people", "") or values.get("person", "")
    if not who:
        if command.source == "form":
            return Reply(errors=FormErrors((("people", "Choose at least one person."),)))
        return Reply(form=_form(command, uow, values.get("name", "")))
    if len(who) > _LONGEST:
        raise UserError("Those are too many people for one command; please name a few at a time.")
    again = {"people": who, "role": values.get("role", "")}
    group = chosen(command, uow, values.get("name", ""), "workgroup member", **again)
    role = ROLE_SPELLINGS.get(values.get("role", "").lower() or STAFF)
    if role is None:
        raise UserError(f"I do not know that role. Use one of: {', '.join(MEMBER_ROLES)}.")
    if "," in who:
        found = resolve_people(uow, command.actor, who, create=True)
    else:
        ask = Ask("workgroup member", "people", (("workgroup", str(group.id)), ("role", role)))
        found = (resolve_person(uow, command.actor, who, create=True, ask=ask),)
    for one in found:
        before = setup.set_member(uow, group.id, one.id, role)
        uow.audit("workgroup member", f"{group.name} ({group.id}): {one.ref} {before or 'new'} -> {role}")
    return _receipt(uow, group, "set", people=found, role=role)


def remove(command: Command, uow: UnitOfWork) -> Reply:
    """Take a person out of a workgroup; what they reported and attended stays."""
    values = dict(command.values)
    if values.get("text"):
        words = split_member(values["text"], [known.name for known in setup.workgroup_names(uow)])
        values |= {"name": words.name, "person": words.people}
    who = values.get("person", "")
    group = chosen(command, uow, values.get("name", ""), "workgroup remove", person=who)
    inside = members(uow, group.id)
    if not who:
        choices = Ask("workgroup remove", "person", (("workgroup", str(group.id)),)).choices(
            (one.id, one.name) for one in inside[:10]
        )
        raise UserError(f"Who leaves {group.name}?" if inside else f"Nobody is in {group.name}.", choices)
    ask = Ask("workgroup remove", "person", (("workgroup", str(group.id)),))
    return _drop(uow, group, resolve_person(uow, command.actor, who, ask=ask).id, "removed")


def join(command: Command, uow: UnitOfWork) -> Reply:
    """Become staff of a workgroup; a role one has there already stays."""
    group = chosen(command, uow, command.values.get("name", ""), "workgroup join")
    if any(one.id == uow.person.id for one in members(uow, group.id)):
        return _receipt(uow, group, "already")
    setup.set_member(uow, group.id, uow.person.id, STAFF)
    uow.audit("workgroup joined", f"{group.name} ({group.id})")
    return _receipt(uow, group, "joined")


def leave(command: Command, uow: UnitOfWork) -> Reply:
    """Leave a workgroup."""
    group = chosen(command, uow, command.values.get("name", ""), "workgroup leave")
    return _drop(uow, group, uow.person.id, "left")


def _drop(uow: UnitOfWork, group: WorkgroupView, person_id: int, event: str) -> Reply:
    inside = {one.id: one for one in members(uow, group.id)}
    if person_id not in inside:
        who = "You are" if event == "left" else "They are"
        raise UserError(f"{who} not in {group.name}. See who is: /sip workgroup {group.name}")
    role = setup.drop_member(uow, group.id, person_id)
    uow.audit(f"workgroup {event}", f"{group.name} ({group.id}): <person {person_id}>, was {role}")
    return _receipt(uow, group, event, people=(inside[person_id],), role=role)


def _receipt(
    uow: UnitOfWork, group: WorkgroupView, event: str, people: tuple[object, ...] = (), role: str = ""
) -> Reply:
    found = card(uow, group)
    mine = next((one.role for one in found.members if one.id == uow.person.id), "")
    message = uow.compose(
        "workgroups/members",
        event=event, card=found, people=people, role=role, mine=mine, leader=LEADER,
    )  # fmt: skip
    return Reply(message)


def _form(command: Command, uow: UnitOfWork, name: str) -> Form:
    """Who joins which workgroup as what; the workgroup is asked for where it is not clear."""
    known = setup.workgroup_names(uow)
    if not known:
        raise UserError("There is no workgroup yet. Add one first: /sip workgroup add.")
    chosen_id = command.values.get("workgroup", "")
    if name:
        chosen_id = str(chosen(command, uow, name, "workgroup member").id)
    groups = tuple(Option(str(one.id), one.name) for one in known)
    return Form(
        "Members of a workgroup",
        "workgroup member",
        (
            Field("workgroup", "Workgroup", "select", groups, chosen_id),
            Field("people", "People", "people"),
            Field("role", "Role", "select", tuple(Option(role, role) for role in MEMBER_ROLES), STAFF),
        ),
    )
