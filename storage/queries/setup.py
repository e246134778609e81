"""Setting up: who and what people mean by the words, mentions and ids they give, and the reads and writes that the
commands for workgroups, people and settings share. What is still missing is counted here and judged in the domain."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, not_, or_, select

from bot.chat.commands import Actor, Command, Role
from bot.chat.errors import UserError
from bot.chat.messages import Values
from bot.domain import setup as rules
from bot.domain.cadence import Cadence
from bot.domain.setup import ChecklistItem, SetupCounts, matching, nearest, setup_checklist
from storage.models import channel, identity, organization, person, workgroup, workgroup_member, workgroup_strategy
from storage.queries import people, plan, workgroups
from storage.queries.people import Channel, Organization, Person
from storage.queries.settings import channel_ids
from storage.queries.workgroups import LEADER, MemberView, WorkgroupView
from storage.uow import UnitOfWork

# What adapters make of a mention. Ids are no longer than their columns (storage/models/people.py).
MENTION = re.compile(r"<@([^>|\s\x00-\x1f]{1,80})(?:\|([^>]*))?>")
_CHANNEL = re.compile(r"<#([^>|\s\x00-\x1f]{1,120})(?:\|([^>]*))?>")
_DIRECT = (("slack", "D%"), ("console", "dm:%"))  # ids of direct messages; Teams gives no channel there
_CANDIDATES = 4
_AT_ONCE = 50  # people named in one command
_LISTED = 10  # buttons when nothing was said that could choose


@dataclass(frozen=True, slots=True)
class Ask:
    """What a candidate's button sends when words mean several rows: `verb`, `values` and the row's id in `field`."""

    verb: str
    field: str
    values: Values = ()

    def choices(self, rows: Iterable[tuple[int, str]]) -> tuple[tuple[str, str, Values], ...]:
        """Buttons for (row id, label)."""
        return tuple((label, self.verb, (*self.values, (self.field, str(key)))) for key, label in rows)


_STEPS = Ask("steps", "workgroup")


@dataclass(frozen=True, slots=True)
class Named:
    """A row by its id and name."""

    id: int
    name: str


def resolve_person(
    uow: UnitOfWork,
    actor: Actor,
    text: str,
    *,
    create: bool = False,
    active: bool | None = True,
    ask: Ask | None = None,
) -> Person:
    """The person that a mention token (`<@U1|Ann>`), a row id, a name or an e-mail address means.

    `create`: a mention of somebody who is not on the list yet makes a member of them, named after the mention; never
    so for a bare name. `active` False looks among those who were removed, None among all. `ask`: how a candidate's
    button repeats the command. Raises UserError when nobody or more than one person is meant.
    """
    text = " ".join(text.split())
    if not text:
        raise UserError("Who is it? Give an @mention, a name or an e-mail address.")
    mention = MENTION.fullmatch(text)
    if mention:
        return _mentioned(uow, actor, mention[1], mention[2] or "", create=create, active=active)
    listed = [] if active is False else people.all_people(uow)
    removed = [] if active else people.former(uow)
    everyone = [*listed, *removed]
    if text.isdecimal():
        found = [p for p in everyone if str(p.id) == text]
    else:
        found = _named(everyone, text)
    if len(found) == 1:
        return found[0]
    shown = found or [p for name in nearest(text, [p.name for p in everyone]) for p in everyone if p.name == name]
    raise UserError(_who(text, shown, several=bool(found)), _choices(ask, shown))


def readable(uow: UnitOfWork, actor: Actor, text: str) -> str:
    """What people wrote, for keeping: `<@U1|ann>` as `@Ann Ortiz` and `<#C1|forms>` as `#forms`, so that it reads the
    same in a report, in a form and on the other platform."""

    def name(mention: re.Match[str]) -> str:
        known = people.person_by_identity(uow, actor.platform, actor.workspace, mention[1])
        return f"@{known.name if known else mention[2] or mention[1]}"

    return _CHANNEL.sub(lambda mention: f"#{mention[2] or mention[1]}", MENTION.sub(name, text))


def _mentioned(uow: UnitOfWork, actor: Actor, user: str, label: str, *, create: bool, active: bool | None) -> Person:
    found = people.person_by_identity(uow, actor.platform, actor.workspace, user)
    token, name = (
        f"<@{user}|{label}>" if label else f"<@{user}>",
        rules.one_line(label.lstrip("@"), rules.NAME_LENGTH) or user,
    )
    if found is None and create:
        named = Actor(actor.platform, actor.workspace, user, name)
        fresh = people.create_person(
            uow.connection, uow.organization.id, named, name=named.name, role=Role.MEMBER, at=uow.at
        )
        uow.audit("person added", f"{fresh.ref}, by mention")
        return fresh
    if found is None:
        add = ("Add to the list", "people add", (("person", token),))
        raise UserError(f"I do not know {name[:80]} yet. A coordinator can add them to the list.", (add,))
    if active and not found.active:
        back = ("Bring back", "people back", (("person", str(found.id)),))
        raise UserError(f"{found.name} was removed from the list. A coordinator can bring them back.", (back,))
    if active is False and found.active:
        raise UserError(f"{found.name} is on the list already.")
    return found


def _named(everyone: Sequence[Person], text: str) -> list[Person]:
    """By e-mail, else by name: the same one, or one that begins with the words, or has a word that does."""
    bare = text.removeprefix("@")
    by_mail = [p for p in everyone if p.email and p.email.lower() == bare.lower()]
    if by_mail:
        return by_mail
    for words in (bare, bare.replace(".", " ")):
        names = matching(words, {p.name for p in everyone})
        if names:
            return [p for p in everyone if p.name in names]
    return []


def _who(text: str, shown: Sequence[Person], *, several: bool) -> str:
    said = text if len(text) <= 80 else text[:80] + " …"
    names = ", ".join(map(_label, shown[:_CANDIDATES]))
    if several:
        return f"“{said}” could be {names}. Which one? An @mention is always clear."
    near = f" Did you mean {names}?" if names else ""
    return f"I find nobody called “{said}”.{near} Use an @mention, or add them: /sip people add."


def _choices(ask: Ask | None, shown: Sequence[Person]) -> tuple[tuple[str, str, Values], ...]:
    return ask.choices((p.id, _label(p)) for p in shown[:_CANDIDATES]) if ask else ()


def _label(one: Person) -> str:
    return one.name if one.active else f"{one.name} (removed)"


def mention_token(uow: UnitOfWork, actor: Actor, found: Person | MemberView) -> str:
    """What stands for a person in a form's field: their mention where the actor writes, else their row id."""
    user = uow.scalar(
        select(identity.c.external_id)
        .where(
            identity.c.organization_id == uow.organization.id,
            identity.c.person_id == found.id,
            identity.c.platform == actor.platform,
            identity.c.workspace == actor.workspace,
        )
        .order_by(identity.c.id)
        .limit(1)
    )
    return f"<@{user}>" if user else str(found.id)


def change_role(uow: UnitOfWork, found: Person, role: Role) -> None:
    """Give a person another role; who may do so is for the caller to decide."""
    uow.change(person, person.c.id == found.id, role=int(role))
    uow.audit("person role", f"{found.ref}: {found.role.word} -> {role.word}")


def resolve_people(uow: UnitOfWork, actor: Actor, text: str, *, create: bool = False) -> tuple[Person, ...]:
    """Everybody that mention tokens, ids or names mean, joined by commas (mentions also by spaces); each one once."""
    parts = [part.strip() for part in re.split(r",|(?<=>)\s*(?=<@)", text) if part.strip()]
    if len(parts) > _AT_ONCE:
        raise UserError(f"Those are {len(parts)} people; please name at most {_AT_ONCE} at once.")
    found = [resolve_person(uow, actor, part, create=create) for part in parts]
    return tuple({one.id: one for one in found}.values())


def lock_organization(uow: UnitOfWork) -> None:
    """Go on with the organization as it is stored now, locked until the transaction ends: what two coordinators decide
    at the same moment about all of it (a setting among others, the last coordinator) is decided one after the other."""
    row = uow.rows(select(organization).where(organization.c.id == uow.organization.id).with_for_update()).one()
    uow.organization = Organization(row.id, row.name, row.zone, row.settings)


def workgroup_names(uow: UnitOfWork, *, active: bool = True) -> list[Named]:
    """The workgroups that are open, or those that are closed, by name."""
    statement = select(workgroup.c.id, workgroup.c.name).where(
        workgroup.c.organization_id == uow.organization.id, workgroup.c.active == active
    )
    return [Named(row.id, row.name) for row in uow.rows(statement.order_by(func.lower(workgroup.c.name)))]


def resolve_workgroup(uow: UnitOfWork, words: str, ask: Ask, *, active: bool = True) -> Named:
    """The one workgroup that `words` mean, whatever their case; part of the name is enough when it fits only one.
    Raises UserError with the nearest ones as buttons."""
    known = workgroup_names(uow, active=active)
    if not known:
        raise UserError(
            "There is no workgroup yet. A coordinator can add one: /sip workgroup add."
            if active
            else "No workgroup has been closed."
        )
    found = matching(words, [one.name for one in known])
    if len(found) == 1:
        return next(one for one in known if one.name == found[0])
    near = found or nearest(words, [one.name for one in known], _CANDIDATES) or [one.name for one in known][:_LISTED]
    offered = [(one.id, one.name) for name in near for one in known if one.name == name]
    said = words if len(words) <= 80 else words[:80] + " …"
    sentence = f"I find no workgroup “{said}”. Did you mean one of these?" if said and not found else "Which workgroup?"
    raise UserError(sentence, ask.choices(offered))


def find_workgroup(uow: UnitOfWork, text: str, ask: Ask = _STEPS) -> WorkgroupView:
    """The open workgroup whose row id this is, or that the words mean (see resolve_workgroup for the errors)."""
    known = {str(group.id): group for group in workgroups.workgroups(uow)}
    named = text.strip()
    return known[named] if named in known else known[str(resolve_workgroup(uow, named, ask).id)]


def resolve_channel(uow: UnitOfWork, command: Command, text: str) -> Channel:
    """The channel that a token (`<#C1|name>`), one of our row ids or a known `#name` means; with nothing said, or
    `here`, the channel the command was typed in. Raises UserError, also for a direct message: no group reads there."""
    actor, place, said = command.actor, command.place, text.strip()
    token = _CHANNEL.fullmatch(said)
    if token:
        return people.channel_for(uow, actor.platform, actor.workspace, token[1], rules.one_line(token[2] or ""))
    if said.lower() in ("", "here", "this", "this channel"):
        if place.direct or not place.channel:
            raise UserError("Type this in the channel you mean, or name the channel: #channel.")
        return people.channel_for(uow, actor.platform, actor.workspace, place.channel, rules.one_line(place.name))
    known = channels(uow)
    name = said.removeprefix("#").lower()
    found = [c for c in known if (str(c.id) == said if said.isdecimal() else c.name.lower() == name)]
    if len(found) == 1:
        return found[0]
    raise UserError(f"I do not know the channel “{said[:80]}”. Pick it with #, or type the command in that channel.")


def channels(uow: UnitOfWork) -> list[Channel]:
    """The channels the organization's people have used sipbot in or named to it, by name; nobody's direct messages."""
    direct = [(channel.c.platform == platform) & channel.c.external_id.like(ids) for platform, ids in _DIRECT]
    rows = uow.rows(
        select(channel)
        .where(channel.c.organization_id == uow.organization.id, not_(or_(*direct)))
        .order_by(func.lower(channel.c.name), channel.c.id)
    )
    return [Channel(r.id, r.platform, r.workspace, r.external_id, r.name) for r in rows]


def create_workgroup(
    uow: UnitOfWork, name: str, cadence: Cadence, *, channel_id: int | None = None, zone: str = ""
) -> int:
    """A new workgroup's row id. The name is free: ask `workgroup_names` first, closed ones keep theirs."""
    values = {"name": name, "cadence": cadence.to_text(), "channel_id": channel_id, "zone": zone}
    return uow.insert(workgroup, active=True, created_at=uow.at, **values)


def set_strategies(uow: UnitOfWork, workgroup_id: int, strategy_ids: Iterable[int]) -> None:
    """Make these the workgroup's strategies, and no others."""
    mine = (
        workgroup_strategy.c.organization_id == uow.organization.id,
        workgroup_strategy.c.workgroup_id == workgroup_id,
    )
    uow.rows(delete(workgroup_strategy).where(*mine))
    for strategy_id in dict.fromkeys(strategy_ids):
        uow.insert(workgroup_strategy, workgroup_id=workgroup_id, strategy_id=strategy_id)


def set_member(uow: UnitOfWork, workgroup_id: int, person_id: int, role: str) -> str:
    """Make a person a member in this role; the role they had before, or "" for a new member."""
    mine = (workgroup_member.c.workgroup_id == workgroup_id, workgroup_member.c.person_id == person_id)
    before = uow.scalar(
        select(workgroup_member.c.role).where(workgroup_member.c.organization_id == uow.organization.id, *mine)
    )
    if before is None:
        uow.insert(workgroup_member, workgroup_id=workgroup_id, person_id=person_id, role=role)
        return ""
    uow.change(workgroup_member, *mine, role=role)
    return str(before)


def drop_member(uow: UnitOfWork, workgroup_id: int, person_id: int) -> str:
    """Take a person out of a workgroup; the role they had, or "" if they were not in it. Attendance stays."""
    return str(
        uow.scalar(
            delete(workgroup_member)
            .where(
                workgroup_member.c.organization_id == uow.organization.id,
                workgroup_member.c.workgroup_id == workgroup_id,
                workgroup_member.c.person_id == person_id,
            )
            .returning(workgroup_member.c.role)
        )
        or ""
    )


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in an open workgroup."""

    workgroup: str
    role: str


def memberships(uow: UnitOfWork) -> Mapping[int, tuple[Membership, ...]]:
    """Person id -> their open workgroups, by name."""
    found: defaultdict[int, list[Membership]] = defaultdict(list)
    rows = uow.rows(
        select(workgroup_member.c.person_id, workgroup_member.c.role, workgroup.c.name)
        .join(workgroup, workgroup.c.id == workgroup_member.c.workgroup_id)
        .where(workgroup_member.c.organization_id == uow.organization.id, workgroup.c.active)
        .order_by(func.lower(workgroup.c.name))
    )
    for row in rows:
        found[row.person_id].append(Membership(row.name, row.role))
    return {key: tuple(value) for key, value in found.items()}


def platforms_by_person(uow: UnitOfWork) -> Mapping[int, tuple[str, ...]]:
    """Person id -> the platforms they have an account on, one entry an account."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows = uow.rows(
        select(identity.c.person_id, identity.c.platform)
        .where(identity.c.organization_id == uow.organization.id)
        .order_by(identity.c.platform, identity.c.id)
    )
    for row in rows:
        found[row.person_id].append(row.platform)
    return {key: tuple(value) for key, value in found.items()}


def checklist(uow: UnitOfWork) -> tuple[ChecklistItem, ...]:
    """What is done and what is still to do until the county's prompts and roll-ups arrive, in order."""
    led = set(
        uow.rows(
            select(workgroup_member.c.workgroup_id)
            .join(person, person.c.id == workgroup_member.c.person_id)
            .where(
                workgroup_member.c.organization_id == uow.organization.id,
                workgroup_member.c.role == LEADER,
                person.c.active,
            )
        ).scalars()
    )
    groups, strategies = workgroups.workgroups(uow), plan.strategies(uow)
    counts = SetupCounts(
        strategies=len(strategies),
        open_strategies=sum(not s.workgroups for s in strategies),
        executive_channels=len(channel_ids(uow, "executive_channel")),
        workgroups=len(groups),
        without_channel=sum(g.channel_id is None for g in groups),
        without_leader=sum(g.id not in led for g in groups),
        people=len(people.all_people(uow)),
    )
    return setup_checklist(counts)
