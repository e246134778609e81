"""The verb `update`: records progress on one step and answers with a receipt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.chat.commands import Command, normalise, squash
from bot.chat.compose import day
from bot.chat.errors import UserError
from bot.chat.forms import FormErrors
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain.cadence import rollup_due
from bot.domain.periods import Month
from bot.domain.progress_words import take_status
from bot.domain.status_words import SPELLINGS, STATUS
from handlers.updates.ask import MAX_TEXT, SAME, Wanted, all_steps, ask_by_form, ask_which, open_own, step_form
from storage.queries import updates
from storage.queries.ids import row_id
from storage.queries.plan import BLOCKED, CLOSED, DONE, STATUSES
from storage.queries.settings import send_at, work_calendar
from storage.queries.setup import readable
from storage.queries.updates import OwnUpdate, StepNow
from storage.uow import UnitOfWork

LATE_DAYS = 10  # of a month, in which an update can still be counted in the month before
_LATE_REF = re.compile(r"(?:step\s+|#)?(\d+\.\d+\.\d+)(?![\w%]|\.\d)[\s.:;,-]*", re.I)


@dataclass(frozen=True, slots=True)
class Saved:
    """A stored update as receipts show it. `told_by`, `told_on`: who had said "done" before, or "" and None.
    `only`: the step was not named; it is the person's only open one. `late`: its month's roll-up is published, `on` is
    the day of its revision. `earlier`: the month, published a few days ago, that it may have been meant for, or "".
    `doubted` as in `Wanted`."""

    id: int
    ref: str
    text: str
    before: str
    after: str
    status: str | None
    note: str
    month: str
    on: date
    told_by: str = ""
    told_on: date | None = None
    only: bool = False
    late: bool = False
    earlier: str = ""
    doubted: str = ""


def record(command: Command, uow: UnitOfWork) -> Reply:
    """`update [ref] [status] [note]`; also its form, its buttons and the correction of an own update."""
    values = command.values
    wanted = _wanted(values, command.text if command.source in ("typed", "mention") else "")
    wanted = replace(wanted, note=readable(uow, command.actor, wanted.note))
    _check_length(wanted.note)
    if wanted.replaces is not None:
        return _correct(command, uow, wanted)
    if wanted.step_id is None and not wanted.ref:
        return _without_step(command, uow, wanted)
    step = _find(uow, wanted)
    if step is None:
        return ask_which(uow, wanted)
    wanted = replace(wanted, step_id=step.id)
    if wanted.status is None and not wanted.note:
        return _nothing_said(command, uow, wanted)
    return _answer(command, uow, step, wanted)


def needs_asking(step: StepNow, wanted: Wanted) -> bool:
    """Nobody's "done" or "dropped" is changed silently."""
    return step.closed and wanted.status not in (None, step.status) and not wanted.reopen


def save(uow: UnitOfWork, step: StepNow, wanted: Wanted, source: str, old: OwnUpdate | None = None) -> Saved:
    """Write the update and describe it. A correction counts in the month of what it corrects."""
    found = updates.add_update(uow, step.id, wanted.status, wanted.note, source, supersedes=old)
    return describe(uow, step, wanted, found, old.at if old else uow.at, old)


def describe(uow: UnitOfWork, step: StepNow, wanted: Wanted, found: int, at: datetime, old: OwnUpdate | None) -> Saved:
    """An update that was just written; `at`: the moment it counts in; `step`: as it stood without it."""
    zone, calendar = uow.organization.tz, work_calendar(uow)
    month = Month.of(at.astimezone(zone).date())
    due = rollup_due(month, calendar, zone, send_at(uow))
    late = due <= uow.at
    on = calendar.add_working_days(uow.today, 1) if late else due.date()
    repeated = wanted.status == DONE == step.status and step.told_at is not None
    return Saved(
        id=found,
        ref=step.ref,
        text=step.text,
        before=step.status,
        after=wanted.status or step.status,
        status=wanted.status,
        note=wanted.note,
        month=month.title,
        on=on,
        told_by=_teller(uow, step) if repeated else "",
        told_on=_local(uow, step.told_at) if repeated and step.told_at else None,
        late=late,
        earlier="" if old else _earlier(uow, month),
        doubted=wanted.doubted if wanted.doubted != step.status else "",
    )


def _earlier(uow: UnitOfWork, month: Month) -> str:
    """The month before, while it was published only days ago: what is said now may have been meant for it."""
    before = str(month.previous())
    return before if uow.today.day <= LATE_DAYS and updates.frozen_through(uow) == before else ""


def receipt(uow: UnitOfWork, saved: Saved, *, swap: bool = True) -> Message:
    """`swap`: the receipt is a message of its own, so what its buttons answer may stand in for it."""
    invite = saved.status == BLOCKED and not saved.note
    earlier = Month.parse(saved.earlier).title if saved.earlier else ""
    return uow.compose("updates/saved", saved=saved, invite=invite, earlier_name=earlier, swap=yes_if(swap))


def ask_reopen(uow: UnitOfWork, step: StepNow, wanted: Wanted, noted: Saved | None, *, swap: bool = True) -> Message:
    """A closed step keeps its status until the person confirms; `noted` is the note, stored already."""
    told_on = day(_local(uow, step.told_at)) if step.told_at else ""
    return uow.compose(
        "updates/reopen",
        step=step, told_by=_teller(uow, step), told_on=told_on, status=wanted.status, noted=noted, swap=yes_if(swap),
    )  # fmt: skip


def _teller(uow: UnitOfWork, step: StepNow) -> str:
    """Who gave the step its status, as the person is told."""
    return "You" if step.told_by == uow.person.name else step.told_by


def stands_in(command: Command) -> bool:
    """Whether the answer may replace the message whose button was pressed: only where we know all of it is spent."""
    return command.source == "button" and command.values.get("swap") == "yes"


def yes_if(swap: bool) -> str:
    return "yes" if swap else ""


def _wanted(values: Mapping[str, str], typed: str) -> Wanted:
    """The values of a typed command, a button or a form, read leniently. What was `typed` is one sentence and read as
    a reply is: "done by Friday" is a promise. "" for a button's or a form's, whose status was chosen."""
    ref, status, note = values.get("ref", ""), _status(values.get("status", "")), values.get("note", "").strip()
    step_id, doubted = row_id(values.get("step", "")), ""
    spelled = _spelled(typed, note) if status and note and typed else ""
    if step_id is None and not ref and (late := _LATE_REF.match(normalise(note))):
        ref, note = late[1], note[late.end() :]  # update done 1.2.3 text
    if status is not None and spelled and note:
        said, all_of_it = status, f"{spelled}{note}"
        status = taken[0] if (taken := take_status(all_of_it)) else None
        note, doubted = (note if status == said else all_of_it), "" if status else said
    elif status is None and note and values.get("status", "") != SAME and (taken := take_status(note)):
        status, note = taken
    if "." not in ref and ref and note and status is None:
        ref, note = "", f"{ref} {note}"  # "update 3 staff were trained" counts staff, not goals
    return Wanted(
        step_id,
        ref,
        status,
        note,
        row_id(values.get("update", "")),
        values.get("reopen") == "yes",
        row_id(values.get("workgroup", "")),
        doubted,
    )


def _spelled(typed: str, note: str) -> str:
    """The status that stands before the note of a typed command, as it was written and set off: "Cancelled, "."""
    before = typed.rstrip().removesuffix(note)
    return before[list(STATUS.finditer(normalise(before)))[-1].start() :]


def _status(word: str) -> str | None:
    if not word or word == SAME:
        return None
    status = word if word in STATUSES else SPELLINGS.get(squash(word))
    if status is None:
        raise UserError(f"“{word}” is not a status. Use one of: {', '.join(STATUSES)}.")
    return status


def _check_length(note: str) -> None:
    if len(note) > MAX_TEXT:
        raise UserError(
            f"Not saved: the note has {len(note):,} characters and I can keep {MAX_TEXT:,}. "
            "Please send it in two parts."
        )


def _find(uow: UnitOfWork, wanted: Wanted) -> StepNow | None:
    """The step; None when a reference needs asking."""
    if wanted.step_id is not None:
        return existing(uow, wanted.step_id)
    return updates.step_named(uow, wanted.ref)


def existing(uow: UnitOfWork, step_id: int) -> StepNow:
    """The step with an id that came from a button or a form, which may be old or not ours."""
    step = updates.step_now(uow, step_id)
    if step is None:
        raise UserError("That step is no longer in the plan.", (("Update another step", "update", ()),))
    return step


def _without_step(command: Command, uow: UnitOfWork, wanted: Wanted) -> Reply:
    if command.source == "form":
        return Reply(errors=FormErrors((("step", "Choose the step this is about."),)))
    ask = command.values.get("ask") == "yes"
    own = open_own(uow, all_steps(uow)) if wanted.status and not ask else []
    step = updates.step_now(uow, own[0].id) if len(own) == 1 else None
    if step is None:
        return ask_by_form(uow, wanted)
    saved = save(uow, step, wanted, command.source)
    return Reply(receipt(uow, replace(saved, only=True)))


def _nothing_said(command: Command, uow: UnitOfWork, wanted: Wanted) -> Reply:
    if command.source == "form":
        return Reply(errors=FormErrors((("note", "Choose a status, write a note, or both."),)))
    return Reply(form=step_form(uow, wanted))


def _answer(command: Command, uow: UnitOfWork, step: StepNow, wanted: Wanted, old: OwnUpdate | None = None) -> Reply:
    """Store and give the receipt, or ask before a closed step gets another status."""
    if needs_asking(step, wanted):
        noted = None
        if wanted.note or old:
            noted = save(uow, step, replace(wanted, status=None), command.source, old)
        return Reply(ask_reopen(uow, step, wanted, noted), replace=stands_in(command))
    return Reply(receipt(uow, save(uow, step, wanted, command.source, old)), replace=stands_in(command))


def _correct(command: Command, uow: UnitOfWork, wanted: Wanted) -> Reply:
    """Edit an own update: a press on Edit opens the form, what comes back supersedes the row."""
    old = correctable(uow, wanted.replaces or 0)
    given = command.values
    if not {"status", "note"} & set(given):
        return Reply(form=step_form(uow, replace(wanted, step_id=old.step_id, status=old.status, note=old.note)))
    if "note" not in given:
        wanted = replace(wanted, note=old.note)
    if wanted.status is None and not wanted.note:
        return _nothing_said(command, uow, wanted)
    # The step is read as it would stand without the old row, which is what the receipt compares with.
    updates.withdraw_update(uow, old.id)
    step = existing(uow, wanted.step_id or old.step_id)
    reopened = old.status is not None and old.status not in CLOSED and step.id == old.step_id
    uow.audit("update edited", f"{step.ref}: update {old.id}")
    return _answer(command, uow, step, replace(wanted, reopen=wanted.reopen or reopened), old)


def correctable(uow: UnitOfWork, update_id: int) -> OwnUpdate:
    """The person's update with this id that still stands and is not yet published."""
    old = updates.own_update(uow, update_id)
    if old is None:
        raise UserError("Only the person who made an update can change it. Record a new one instead: /sip update.")
    if old.withdrawn:
        raise UserError("That update was already changed or taken back. See what stands: /sip me")
    if published(uow, old):
        month = Month.of(_local(uow, old.at)).title
        raise UserError(
            f"The {month} roll-up with this update is already published, so it stays. Record how it is now instead.",
            (("Update the step", "update", (("step", str(old.step_id)),)),),
        )
    return old


def published(uow: UnitOfWork, one: OwnUpdate) -> bool:
    """Whether the roll-up that tells of an update is out. One told late waits for its month's next revision."""
    month = str(Month.of(_local(uow, one.at)))
    if month > updates.frozen_through(uow):
        return False
    newest = updates.published_at(uow, month) if one.told_at else None
    return newest is None or newest >= one.written_at


def _local(uow: UnitOfWork, at: datetime) -> date:
    return at.astimezone(uow.organization.tz).date()
