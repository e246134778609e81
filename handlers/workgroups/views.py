"""Workgroups as people see them: what a template is given of one, and which one a command means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bot.chat.commands import Command, Role
from bot.chat.errors import UserError
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain.setup import next_meeting
from storage.queries import people, plan
from storage.queries.ids import row_id
from storage.queries.plan import StrategyView
from storage.queries.settings import work_calendar
from storage.queries.setup import Ask, checklist, find_workgroup
from storage.queries.workgroups import LEADER, MemberView, WorkgroupView, members, workgroup_by_id, workgroups
from storage.uow import UnitOfWork

PAGE = 12  # workgroups a message: three blocks each, with the checklist below Slack's 50


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A workgroup for templates. `strategies`: (references, title) of each; `channel` is its name, "" for none."""

    id: int
    name: str
    strategies: tuple[tuple[str, str], ...]
    members: tuple[MemberView, ...]
    channel: str
    cadence: str
    next: date | None
    zone: str

    @property
    def leaders(self) -> tuple[MemberView, ...]:
        return tuple(member for member in self.members if member.role == LEADER)

    @property
    def refs(self) -> str:
        """`1.1, 1.5 = 2.2`"""
        return ", ".join(refs for refs, _ in self.strategies)


def card(uow: UnitOfWork, group: WorkgroupView, strategies: list[StrategyView] | None = None) -> GroupCard:
    """Everything there is to say about one workgroup."""
    known = plan.strategies(uow) if strategies is None else strategies
    mine = [s for s in known if any(key == group.id for key, _ in s.workgroups)]
    channel = people.channel_by_id(uow, group.channel_id) if group.channel_id else None
    return GroupCard(
        id=group.id,
        name=group.name,
        strategies=tuple((" = ".join(s.refs), s.title) for s in mine),
        members=tuple(members(uow, group.id)),
        channel=(channel.name or channel.external_id) if channel else "",
        cadence=group.cadence.describe(),
        next=next_meeting(group.cadence, uow.at.astimezone(group.tz).date(), work_calendar(uow)),
        zone="" if group.tz.key == uow.organization.zone else group.tz.key,
    )


def show(command: Command, uow: UnitOfWork) -> Reply:
    """All workgroups, or the one that is named."""
    if command.values.get("name") or command.values.get("workgroup"):
        return Reply(_detail(uow, chosen(command, uow, command.values.get("name", ""), "workgroup")))
    found, strategies = workgroups(uow), plan.strategies(uow)
    asked = command.values.get("page", "")
    page = row_id(asked) or 1
    start = max(0, min((page - 1) * PAGE, len(found) - 1))
    coordinator = uow.person.role >= Role.COORDINATOR
    message = uow.compose(
        "workgroups/list",
        cards=[card(uow, group, strategies) for group in found[start : start + PAGE]],
        total=len(found),
        first=start + 1,
        more=start + PAGE < len(found),
        page=start // PAGE + 1,
        coordinator=coordinator,
        without=[s for s in strategies if not s.workgroups],
    )
    return Reply(message.plus(*_checklist(uow).blocks) if coordinator else message)


def _detail(uow: UnitOfWork, group: WorkgroupView) -> Message:
    found = card(uow, group)
    mine = next((member for member in found.members if member.id == uow.person.id), None)
    return uow.compose("workgroups/one", card=found, mine=mine, coordinator=uow.person.role >= Role.COORDINATOR)


def _checklist(uow: UnitOfWork) -> Message:
    items = checklist(uow)
    return Message(()) if all(item.done for item in items) else uow.compose("settings/checklist", items=items)


def chosen(command: Command, uow: UnitOfWork, words: str, verb: str, **values: str) -> WorkgroupView:
    """The workgroup a command is about: the button's or form's row; else the one the words mean; else the one whose
    channel this is; else the only one there is. UserError with candidates, whose buttons send `verb` and `values`."""
    row = command.values.get("workgroup", "")
    if row:
        number = row_id(row)
        found = workgroup_by_id(uow, number) if number is not None else None
        if found is None:
            raise UserError("That workgroup is not open any more. See the list: /sip workgroup.")
        return found
    if not words:
        here = _here(command, uow)
        if here is not None:
            return here
    return find_workgroup(uow, words, Ask(verb, "workgroup", tuple(values.items())))


def _here(command: Command, uow: UnitOfWork) -> WorkgroupView | None:
    known = workgroups(uow)
    if len(known) == 1:
        return known[0]
    actor, place = command.actor, command.place
    if place.direct or not place.channel:
        return None
    channel = people.channel_for(uow, actor.platform, actor.workspace, place.channel)
    found = [group for group in known if group.channel_id == channel.id]
    return found[0] if len(found) == 1 else None


def stored(uow: UnitOfWork, workgroup_id: int, event: str, **data: object) -> Reply:
    """The receipt: what happened (`event` in templates/workgroups/saved) and the workgroup as it stands now."""
    group = workgroup_by_id(uow, workgroup_id)
    if group is None:
        raise UserError("That workgroup is not open any more. See the list: /sip workgroup.")
    shared = [g.name for g in workgroups(uow) if g.id != group.id and g.channel_id and g.channel_id == group.channel_id]
    return Reply(uow.compose("workgroups/saved", event=event, card=card(uow, group), shared=shared, data=data))
