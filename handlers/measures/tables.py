"""A table of readings, pasted or a file: all of it is stored, or none and every row with a fault is named."""

from __future__ import annotations

from datetime import datetime

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import FormErrors
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.chat.uploads import from_value
from bot.domain.goal_words import reading_words
from bot.domain.people_counts import STATE
from bot.domain.reading_table import NotATable, Table, read_data, read_text
from storage.queries import reports
from storage.queries.plan import GoalView
from storage.reading_store import Stored, store_readings
from storage.reading_store import take_back as take_readings_back
from storage.uow import UnitOfWork

_FAULTS = 12  # told at once; who mends those finds the others
_CHANGES = 10  # replaced values in the receipt


def record_form(uow: UnitOfWork, goal: GoalView, text: str) -> Reply:
    """The form's table; with a fault the form stays open with everything in it."""
    return _answered(uow, goal, "table", read_text(text, goal.unit, uow.today, goal.measure))


def record_file(uow: UnitOfWork, goal: GoalView, value: str) -> Reply:
    """The form's file, in the same way."""
    try:
        file = from_value(value)
        found = read_data(file.name, file.data, goal.unit, uow.today, goal.measure)
    except (ValueError, NotATable) as error:
        return Reply(errors=FormErrors((("file", f"Nothing was stored. {error}"),)))
    return _answered(uow, goal, "file", found)


def _answered(uow: UnitOfWork, goal: GoalView, field: str, found: Table) -> Reply:
    if found.faults:
        return Reply(errors=FormErrors(((field, _told(found)),)))
    return Reply(_stored(uow, goal, found))


def record_typed(uow: UnitOfWork, goal: GoalView, text: str) -> Reply:
    """A table typed below the measure's name. Raises UserError."""
    found = read_text(text, goal.unit, uow.today, goal.measure)
    if found.faults:
        raise UserError(_told(found), (("Open the form", "measure record", (("measure", str(goal.number)),)),))
    return Reply(_stored(uow, goal, found))


def _told(found: Table) -> str:
    """`Nothing was stored. Row 3: …`"""
    sheet = [f"I read the first sheet, “{found.sheet}”."] if found.sheet else []
    more = len(found.faults) - _FAULTS
    rest = [f"And {more} more."] if more > 0 else []
    return " ".join(("Nothing was stored.", *sheet, *map(str, found.faults[:_FAULTS]), *rest))


def _stored(uow: UnitOfWork, goal: GoalView, found: Table) -> Message:
    stored = store_readings(uow, goal.measure_id, found.rows)
    count = len(stored.new) + len(stored.changed)
    if count:
        uow.audit("reading table recorded", f"measure {goal.number}, {count} readings")
    return _receipt(uow, goal, found, stored)


def _receipt(uow: UnitOfWork, goal: GoalView, found: Table, stored: Stored) -> Message:
    months = [row.month for row in found.rows]
    changed = [
        (
            before.month.title,
            before.population,
            reading_words(before.value, goal.unit),
            reading_words(row.value, goal.unit),
        )
        for before, row in stored.changed[:_CHANGES]
    ]
    return uow.compose(
        "measures/table",
        goal=goal,
        count=len(found.rows),
        parts=[words for number, words in _parts(stored) if number],
        written=len(stored.new) + len(stored.changed),
        changed=len(stored.changed),
        changes=changed,
        first=min(months).title,
        last=max(months).title,
        groups=sorted({row.population for row in found.rows if row.population and row.kind != STATE}),
        sheet=found.sheet,
        fractions=found.fractions,
        at=uow.at.isoformat(),
    )


def _parts(stored: Stored) -> tuple[tuple[int, str], ...]:
    new, changed, same = len(stored.new), len(stored.changed), stored.same
    return (new, f"{new} new"), (changed, f"{changed} in place of another value"), (same, f"{same} as before")


def take_back(command: Command, uow: UnitOfWork) -> Reply:
    """Take back a table that the person stored, until a report was published after it."""
    try:
        at = datetime.fromisoformat(command.values.get("at", ""))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UserError("There is no such table. Look at the readings: measure.")
    if reports.published_after(uow, at):
        raise UserError("A report was published since, so this stays on record. Record the right values instead.")
    count = take_readings_back(uow, at)
    if not count:
        raise UserError("There is nothing to take back: it was taken back, or somebody recorded newer values.")
    uow.audit("reading table taken back", f"{count} readings")
    return Reply(uow.compose("measures/taken_back", count=count), replace=True)
