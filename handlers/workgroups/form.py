"""`workgroup add` and `workgroup edit`: one form for a workgroup, read and stored."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option, marked, up_to_date
from bot.chat.replies import Reply
from bot.domain.cadence import Cadence
from bot.domain.setup import NAME_LENGTH, clean_name, read_cadence, read_zone
from handlers.workgroups.views import card, chosen, stored
from storage.dead_letters import redirect_group
from storage.models import workgroup
from storage.queries import plan, setup
from storage.queries.people import Channel
from storage.queries.settings import work_calendar
from storage.queries.workgroups import LEADER, STAFF, WorkgroupView, members
from storage.uow import UnitOfWork

USUAL = "second Tuesday of every month"
_OFFERED = 100  # options of a select: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element


@dataclass(frozen=True, slots=True)
class Draft:
    """A form read without a fault. `strategies`, `channel_id`, `leader`: None where the form did not ask or nothing
    was chosen, which leaves them as they are."""

    name: str
    cadence: Cadence
    zone: str
    strategies: tuple[int, ...] | None
    channel_id: int | None
    leader: str


def add(command: Command, uow: UnitOfWork) -> Reply:
    """Open the form for a new workgroup, or store it."""
    if command.source != "form":
        return Reply(form=_form(command, uow, None, command.values.get("name", "")))
    draft = _read(command, uow, None)
    if isinstance(draft, FormErrors):
        return Reply(errors=draft)
    fresh = setup.create_workgroup(uow, draft.name, draft.cadence, channel_id=draft.channel_id, zone=draft.zone)
    uow.audit("workgroup added", f"{draft.name} ({fresh})")
    _relations(command, uow, fresh, draft)
    return stored(uow, fresh, "added")


def edit(command: Command, uow: UnitOfWork) -> Reply:
    """Open the form for a workgroup as it is, or store what was changed in it."""
    group = chosen(command, uow, command.values.get("name", ""), "workgroup edit")
    form = _form(command, uow, group, group.name)
    if command.source != "form":
        return Reply(form=form)
    draft = _read(replace(command, values=up_to_date(command.values, form)), uow, group)
    if isinstance(draft, FormErrors):
        return Reply(errors=draft)
    changed = {"name": draft.name, "cadence": draft.cadence.to_text(), "zone": draft.zone}
    if draft.channel_id is not None:
        uow.change(workgroup, workgroup.c.id == group.id, channel_id=draft.channel_id)
        redirect_group(uow.connection, uow.organization, group.id, draft.channel_id, uow.at)
    uow.change(workgroup, workgroup.c.id == group.id, **changed)
    uow.audit("workgroup changed", f"{group.name} ({group.id}): {', '.join(filter(None, changed.values()))}")
    _relations(command, uow, group.id, draft)
    return stored(uow, group.id, "changed")


def free_name(uow: UnitOfWork, text: str, but: int = 0) -> str:
    """A name that no other workgroup has, an open or a closed one. ValueError with the sentence to show."""
    name = clean_name(text)
    for active in (True, False):
        for other in setup.workgroup_names(uow, active=active):
            if other.id != but and other.name.casefold() == name.casefold():
                hint = "Choose another name." if active else f"Open it again with: /sip workgroup open {other.name}"
                state = "is a workgroup already" if active else "is the name of a closed workgroup"
                raise ValueError(f"“{other.name}” {state}. {hint}")
    return name


def _relations(command: Command, uow: UnitOfWork, workgroup_id: int, draft: Draft) -> None:
    """Strategies and leader; the leader before becomes staff."""
    if draft.strategies is not None:
        setup.set_strategies(uow, workgroup_id, draft.strategies)
        uow.audit("workgroup strategies", f"{draft.name} ({workgroup_id}): {draft.strategies}")
    if not draft.leader:
        return
    leader = setup.resolve_person(uow, command.actor, draft.leader, create=True)
    before = [member for member in members(uow, workgroup_id) if member.role == LEADER]
    if leader.id in {member.id for member in before}:
        return
    if before:
        setup.set_member(uow, workgroup_id, before[0].id, STAFF)
    setup.set_member(uow, workgroup_id, leader.id, LEADER)
    uow.audit("workgroup leader", f"{draft.name} ({workgroup_id}): {leader.ref}")


def _read(command: Command, uow: UnitOfWork, group: WorkgroupView | None) -> Draft | FormErrors:
    """The submitted form, or what is wrong in it, field by field."""
    values, faults = command.values, {}
    name = zone = ""
    cadence: Cadence | None = None
    try:
        name = free_name(uow, values.get("name", ""), group.id if group else 0)
    except ValueError as fault:
        faults["name"] = str(fault)
    try:
        cadence = _cadence(uow, values.get("cadence", "") or USUAL, group)
    except ValueError as fault:
        faults["cadence"] = str(fault)
    try:
        zone = read_zone(values["zone"]) if values.get("zone", "").strip() else ""
    except ValueError as fault:
        faults["zone"] = str(fault)
    leader = values.get("leader", "").strip()
    if leader and not setup.MENTION.fullmatch(leader):
        try:
            leader = str(setup.resolve_person(uow, command.actor, leader).id)
        except UserError as fault:
            faults["leader"] = fault.text
    strategies = _strategies(uow, values["strategies"]) if "strategies" in values else None
    if faults or cadence is None:
        return FormErrors(tuple(faults.items()))
    channel = next((c.id for c in setup.channels(uow) if str(c.id) == values.get("channel")), None)
    return Draft(name, cadence, zone, strategies, channel, leader)


def _cadence(uow: UnitOfWork, text: str, group: WorkgroupView | None) -> Cadence:
    """The cadence that is written; one left as it was shown keeps the months it is counted from."""
    if group and " ".join(text.split()) == group.cadence.describe():
        return group.cadence
    return read_cadence(text, uow.today, work_calendar(uow))


def _strategies(uow: UnitOfWork, text: str) -> tuple[int, ...]:
    """Ids of the strategies chosen, in the plan's order; what is not in the plan is left out."""
    wanted = {part.strip() for part in text.split(",")}
    return tuple(s.id for s in plan.strategies(uow) if str(s.id) in wanted)


def _form(command: Command, uow: UnitOfWork, group: WorkgroupView | None, name: str) -> Form:
    shown = card(uow, group) if group else None
    leader = setup.mention_token(uow, command.actor, shown.leaders[0]) if shown and shown.leaders else ""
    fields = (
        Field("name", "Name", value=name[:NAME_LENGTH], max_length=NAME_LENGTH, placeholder="Forms team"),
        *_strategy_field(uow, group),
        Field("leader", "Leader", "person", value=leader, optional=True, hint="Prepares and records the meeting."),
        Field(
            "cadence",
            "Meets on",
            value=shown.cadence if shown else USUAL,
            hint="For example: second Tuesday; last Friday every two months from April; quarterly, third Wednesday.",
            max_length=200,
        ),
        *_channel_field(command, uow, group),
        Field(
            "zone",
            "Time zone, if not the county's",
            value=shown.zone if shown else "",
            optional=True,
            placeholder=uow.organization.zone,
            max_length=60,
        ),
    )
    if group is None:
        return Form("New workgroup", "workgroup add", fields, submit="Add")
    return marked(Form("Change workgroup", "workgroup edit", fields, hidden=(("workgroup", str(group.id)),)))


def _strategy_field(uow: UnitOfWork, group: WorkgroupView | None) -> tuple[Field, ...]:
    known = plan.strategies(uow)
    if not known:
        return ()
    options = tuple(Option(str(s.id), f"{' = '.join(s.refs)} {s.title}", f"Goal {s.places[0][0]}") for s in known)
    mine = ",".join(str(s.id) for s in known if group and any(key == group.id for key, _ in s.workgroups))
    hint = "What the group works on; its agenda and prompts come from these."
    return (Field("strategies", "Strategies", "multi", options[:_OFFERED], mine, optional=True, hint=hint),)


def _channel_field(command: Command, uow: UnitOfWork, group: WorkgroupView | None) -> tuple[Field, ...]:
    """The channels that are known; a new workgroup's is the one where the command was typed."""
    here: Channel | None = None
    if command.place.channel and not command.place.direct:
        here = setup.resolve_channel(uow, command, "here")
    known = setup.channels(uow)
    if not known:
        return ()
    current = group.channel_id if group else (here.id if here else None)
    first = sorted(known, key=lambda c: c.id not in (current, here.id if here else None))
    options = tuple(Option(str(c.id), f"#{c.name or c.external_id}") for c in first[:_OFFERED])
    hint = "Not in the list? Type in that channel: /sip workgroup channel and the group's name."
    return (Field("channel", "Channel", "select", options, str(current or ""), optional=True, hint=hint),)
