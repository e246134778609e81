"""An update that was meant for the month before: its receipt offers to count it there, a few days long.

The month's roll-up is published by then, so what changes goes into a numbered revision (handlers/rollup/revising.py).
"""

from __future__ import annotations

from dataclasses import replace

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.replies import Reply
from bot.domain.periods import Month
from handlers.updates.ask import Wanted
from handlers.updates.recording import LATE_DAYS, correctable, describe, existing, receipt, stands_in
from storage.queries import updates
from storage.queries.ids import row_id
from storage.queries.windows import last_moment
from storage.uow import UnitOfWork


def count_earlier(command: Command, uow: UnitOfWork) -> Reply:
    """Let an own update of this month stand at the end of the month before instead; undo brings it back."""
    old = correctable(uow, row_id(command.values.get("update", "")) or 0)
    before = Month.of(uow.today).previous()
    own = Month.of(old.at.astimezone(uow.organization.tz).date())
    if own == before:
        raise UserError(f"That update counts in {before.title} already.")
    if uow.today.day > LATE_DAYS or command.values.get("month") != str(before) or own != before.next():
        raise UserError(
            f"An update can be counted in the month before until the {LATE_DAYS}th. This one stays in {own.title}."
        )
    at = last_moment(uow, before)
    updates.withdraw_update(uow, old.id)
    step = existing(uow, old.step_id)
    found = updates.add_update(uow, step.id, old.status, old.note, old.source, supersedes=old, counts_at=at)
    uow.audit("update edited", f"{step.ref}: update {old.id} counts in {before}")
    saved = describe(uow, step, Wanted(step.id, status=old.status, note=old.note), found, at, old)
    now = existing(uow, step.id)  # what others said since still stands
    return Reply(receipt(uow, replace(saved, after=now.status)), replace=stands_in(command))
