"""One thing of a workgroup changed by words: its channel, cadence or strategies; closing, opening, and one for each
strategy at once."""

from __future__ import annotations

import re

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.replies import Reply
from bot.domain.setup import leading_name, name_from_title, read_cadence
from handlers.workgroups.form import USUAL
from handlers.workgroups.views import card, chosen, stored
from storage.dead_letters import redirect_group
from storage.models import workgroup
from storage.queries import plan, setup
from storage.queries.plan import StrategyView
from storage.queries.settings import work_calendar
from storage.queries.setup import Ask, resolve_channel, resolve_workgroup
from storage.queries.workgroups import WorkgroupView
from storage.uow import UnitOfWork

_REF = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.]*\d)")
_CHANNEL = re.compile(r"<#[^>\s][^>]*>|(?<!\S)#[\w-]+")
_HERE = re.compile(r"\s+(?:to\s+)?(?:here|this channel)$", re.I)


def channel(command: Command, uow: UnitOfWork) -> Reply:
    """The channel for agendas and prompts: the one named, else the one this is typed in."""
    text = command.values.get("text", "")
    named = _CHANNEL.search(text)
    name = text[: named.start()] + text[named.end() :] if named else _HERE.sub("", text)
    group = chosen(command, uow, name.strip(" :,"), "workgroup channel")
    found = resolve_channel(uow, command, named.group(0) if named else "")
    uow.change(workgroup, workgroup.c.id == group.id, channel_id=found.id)
    redirect_group(uow.connection, uow.organization, group.id, found.id, uow.at)
    uow.audit("workgroup channel", f"{group.name} ({group.id}): {found.name or found.external_id} ({found.id})")
    return stored(uow, group.id, "channel")


def cadence(command: Command, uow: UnitOfWork) -> Reply:
    """When it meets, in words."""
    group, words = _split(command, uow, "workgroup cadence")
    if not words:
        raise UserError(
            f"When does {group.name} meet? Write for example: /sip workgroup cadence {group.name} second Tuesday",
            (("Open the form", "workgroup edit", (("workgroup", str(group.id)),)),),
        )
    try:
        found = read_cadence(words, uow.today, work_calendar(uow))
    except ValueError as fault:
        raise UserError(str(fault)) from None
    uow.change(workgroup, workgroup.c.id == group.id, cadence=found.to_text())
    uow.audit("workgroup cadence", f"{group.name} ({group.id}): {group.cadence.to_text()} -> {found.to_text()}")
    return stored(uow, group.id, "cadence", before=group.cadence.describe())


def strategies(command: Command, uow: UnitOfWork) -> Reply:
    """Its strategies by reference: these and no others."""
    group, words = _split(command, uow, "workgroup strategies")
    refs = _REF.findall(words)
    if not refs or _REF.sub("", words).replace("and", "").strip(" ,;+&="):
        raise UserError(
            f"Which strategies? Write for example: /sip workgroup strategies {group.name} 1.1 1.2",
            (("Open the form", "workgroup edit", (("workgroup", str(group.id)),)),),
        )
    known = plan.strategies(uow)
    missing = [ref for ref in refs if not any(ref in s.refs for s in known)]
    if missing:
        raise UserError(f"The plan has no strategy {', '.join(missing[:5])}. See them all: /sip plan.")
    found = [s for s in known if set(s.refs) & set(refs)]
    setup.set_strategies(uow, group.id, [s.id for s in found])
    uow.audit("workgroup strategies", f"{group.name} ({group.id}): {', '.join(s.ref for s in found)}")
    others = sorted({name for s in found for key, name in s.workgroups if key != group.id})
    return stored(uow, group.id, "strategies", others=others)


def _split(command: Command, uow: UnitOfWork, verb: str) -> tuple[WorkgroupView, str]:
    """The workgroup that the words begin with and the words after its name. Words that begin with no name belong to
    the workgroup whose channel this is."""
    text = command.values.get("text", "").strip()
    names = [known.name for known in setup.workgroup_names(uow)]
    name, rest = leading_name(text, names)
    if name or not text:
        return chosen(command, uow, name, verb), rest
    try:
        return chosen(command, uow, "", verb), text
    except UserError:
        # Not in a workgroup's channel: the name is what was mistyped, so the candidates open the form instead.
        resolve_workgroup(uow, text, Ask("workgroup edit", "workgroup"))
        raise


def close(command: Command, uow: UnitOfWork) -> Reply:
    """End a workgroup: asked once more before it is done. Its history and its name stay."""
    group = chosen(command, uow, command.values.get("name", ""), "workgroup close")
    shown = card(uow, group)
    if command.values.get("sure") != "yes":
        return Reply(uow.compose("workgroups/close", card=shown, done=False))
    uow.change(workgroup, workgroup.c.id == group.id, active=False)
    uow.audit("workgroup closed", f"{group.name} ({group.id})")
    return Reply(uow.compose("workgroups/close", card=shown, done=True), replace=True)


def reopen(command: Command, uow: UnitOfWork) -> Reply:
    """Bring a closed workgroup back as it was."""
    row = command.values.get("workgroup", "")
    closed = setup.workgroup_names(uow, active=False)
    found = next((one for one in closed if str(one.id) == row), None)
    if found is None:
        ask = Ask("workgroup open", "workgroup")
        found = resolve_workgroup(uow, command.values.get("name", ""), ask, active=False)
    uow.change(workgroup, workgroup.c.id == found.id, active=True)
    uow.audit("workgroup opened", f"{found.name} ({found.id})")
    return stored(uow, found.id, "opened")


def one_each(command: Command, uow: UnitOfWork) -> Reply:
    """A workgroup for every strategy that has none: shown first, made when it is confirmed."""
    if not plan.strategies(uow):
        raise UserError("There is no plan yet, so no strategies. IT imports it with: sipbot plan import FILE")
    wanted = _names(uow)
    found = read_cadence(USUAL, uow.today, work_calendar(uow))
    sure = command.values.get("sure") == "yes"
    if sure:
        for name, one in wanted:
            fresh = setup.create_workgroup(uow, name, found)
            setup.set_strategies(uow, fresh, (one.id,))
            uow.audit("workgroup added", f"{name} ({fresh}) for {one.ref}")
    made = [(" = ".join(one.refs), one.title, name) for name, one in wanted]
    message = uow.compose("workgroups/setup", made=made, done=sure, cadence=found.describe())
    return Reply(message, replace=sure)


def _names(uow: UnitOfWork) -> list[tuple[str, StrategyView]]:
    """A free name for each strategy without a workgroup."""
    taken = [one.name for active in (True, False) for one in setup.workgroup_names(uow, active=active)]
    found: list[tuple[str, StrategyView]] = []
    for one in plan.strategies(uow):
        if not one.workgroups:
            name = name_from_title(one.title, taken, one.ref)
            taken.append(name)
            found.append((name, one))
    return found
