"""One reading recorded: typed, or in the form, which also takes a table or a file of one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors, Option
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.domain.people_counts import STATE
from bot.domain.periods import Month
from bot.domain.reading_table import Row
from bot.domain.readings import (
    LONGEST_KIND,
    LONGEST_NAME,
    SHAPE,
    Said,
    longest_names,
    parse_data_month,
    parse_people,
    parse_value,
    read_line,
    split_population,
)
from handlers.measures import tables
from handlers.measures.finding import find, line, measures
from storage.queries.ids import row_id
from storage.queries.plan import GoalView
from storage.queries.readings import ReadingView, readings
from storage.reading_store import replace_reading, store_readings
from storage.uow import UnitOfWork

_ELSEWHERE = "write * as its value if it should not be shown, and record the other one anew: measure record."
Faults = list[tuple[str, str]]


def record(command: Command, uow: UnitOfWork) -> Reply:
    """`measure record 1 47.5% 2026-02`, a table below the measure's name, or the form. A second value for the same
    month and group replaces the first."""
    known = measures(uow)
    typed = command.values.get("reading", "")
    if "\n" in typed.strip():
        name, _, text = typed.strip().partition("\n")
        return tables.record_typed(uow, find(known, name), text)
    said = read_line(typed, uow.today) if typed else _said(command)
    instead = command.values.get("instead", "")
    table = _pasted(command) or command.values.get("file", "")
    whole = said.measure and ((said.value and said.month) or table)
    if command.source == "button" or (not whole and command.source != "form"):
        return Reply(form=_form(known, said, instead))
    if table:
        return _table(command, uow, known, said)
    faults: Faults = []
    goal, row = _read(known, said, uow.today, faults)
    corrected = _corrected(uow, instead)
    if goal and corrected and corrected.measure_id != goal.measure_id:
        name = next((one.measure for one in known if one.measure_id == corrected.measure_id), "another measure")
        faults.append(("measure", f"You are changing a reading of {name}. Keep that measure here; {_ELSEWHERE}"))
    if faults or goal is None or row is None:
        return _refuse(command, faults)
    if corrected:
        replace_reading(uow, corrected)
    return _store(uow, goal, row)


def _table(command: Command, uow: UnitOfWork, known: Sequence[GoalView], said: Said) -> Reply:
    table, file = _pasted(command), command.values.get("file", "")
    if said.value:
        return _refuse(command, [("value", "Give one value or a table, not both. Empty this to store the table.")])
    if table and file:
        return _refuse(command, [("table", "Give a table or a file, not both. Empty this to store the file.")])
    try:
        goal = find(known, said.measure)
        return tables.record_file(uow, goal, file) if file else tables.record_form(uow, goal, table)
    except UserError as error:
        return _refuse(command, [("measure", error.text)])


def _pasted(command: Command) -> str:
    """The table as it was pasted; a tab it begins with is its empty corner."""
    table = command.values.get("table", "")
    return table.strip("\r\n") if table.strip() else ""


def _read(known: Sequence[GoalView], said: Said, today: date, faults: Faults) -> tuple[GoalView | None, Row | None]:
    """The measure and its reading as given; what is wrong with them goes into `faults`."""
    goal, value, month, people = None, None, None, None
    try:
        goal = find(known, said.measure)
        value = parse_value(said.value, goal.unit)
    except UserError as error:
        faults.append(("measure", error.text))
    except ValueError as error:
        faults.append(("value", str(error)))
    try:
        month = parse_data_month(said.month, today)
    except ValueError as error:
        faults.append(("month", str(error)))
    population, kind = split_population(said.population, said.kind)
    try:
        longest_names(population, kind)
    except ValueError as error:
        faults.append(("population", str(error)))
    try:
        people = parse_people(said.people)
    except ValueError as error:
        faults.append(("people", str(error)))
    return goal, Row(0, month, population, kind, value, people) if month else None


def _corrected(uow: UnitOfWork, instead: str) -> ReadingView | None:
    """The reading that an Edit button names, while it stands."""
    wanted = row_id(instead)
    return next((one for one in readings(uow) if one.id == wanted), None) if wanted else None


def _said(command: Command) -> Said:
    return Said(*(command.values.get(name, "").strip() for name in Said.__slots__))


def _refuse(command: Command, faults: Faults) -> Reply:
    if command.source == "form":
        return Reply(errors=FormErrors(tuple(faults)))
    raise UserError(f"{faults[0][1]} {SHAPE}", (("Open the form", "measure record", ()),))


def _form(known: Sequence[GoalView], said: Said, instead: str) -> Form:
    """`instead`: id of the reading that this one corrects, whatever its month or group."""
    options = tuple(Option(str(goal.number), f"{goal.number}. {goal.measure}"[:75]) for goal in known)
    named = next((option.value for option in options if said.measure == option.value), "")
    measure = named or (options[0].value if len(options) == 1 else "")
    month = "The month it was measured in, for example 2026-02."
    kind = "What kind of group: language, race/ethnicity, office. Groups of one kind are parts of the whole."
    fields = (
        Field("measure", "Measure", "select", options, value=measure),
        Field(
            "value", "Value", value=said.value, optional=not instead, max_length=30,
            hint="Such as 47.5%. Write * for “not shown”. Leave it empty to give a table below.",
        ),
        Field("month", "Data month", value=said.month, optional=not instead, hint=month, max_length=30),
        Field(
            "population", "Group", value=said.population, optional=True, max_length=LONGEST_NAME,
            hint="Empty: all. “State average” keeps the state's value beside yours.",
        ),
        Field("kind", "Kind of group", value=said.kind, optional=True, hint=kind, max_length=LONGEST_KIND),
        Field(
            "people", "Of how many people", value=said.people, optional=True, max_length=12,
            hint="So that a value of few people is not shown in a report.",
        ),
    )  # fmt: skip
    several = (
        Field(
            "table", "Or a table of months and groups", "long", optional=True,
            hint="Paste it from a spreadsheet: month, group, value; or months down and groups across.",
        ),
        Field(
            "file", "Or a file (CSV or XLSX)", "file", (Option("csv", "CSV"), Option("xlsx", "XLSX")), optional=True,
            hint="A table like the one above, of at most 1 MB. Of a workbook the first sheet is read.",
        ),
    )  # fmt: skip
    hidden = (("instead", instead),) if instead else ()
    return Form("Record a reading", "measure record", fields if instead else (*fields, *several), hidden=hidden)


def _store(uow: UnitOfWork, goal: GoalView, row: Row) -> Reply:
    standing = readings(uow, goal.measure_id)
    before = next((one for one in standing if _is_of(one, row)), None)
    store_readings(uow, goal.measure_id, (row,))
    now = next(one for one in readings(uow, goal.measure_id) if _is_of(one, row))
    where = f", {now.population}" if now.population else ""
    uow.audit("reading recorded", f"measure {goal.number}, {now.month}{where}")
    newest = max((one.month for one in standing if not one.population), default=now.month)
    return Reply(_receipt(uow, goal, now, before, newest))


def _is_of(one: ReadingView, row: Row) -> bool:
    return one.month == row.month and one.population.lower() == row.population.lower()


def _receipt(uow: UnitOfWork, goal: GoalView, now: ReadingView, before: ReadingView | None, newest: Month) -> Message:
    """What was stored, and whether the roll-up will show it: of a measure it shows the newest data month's whole."""
    return uow.compose(
        "measures/saved",
        goal=goal,
        line=line(goal, now, now.value),
        before=line(goal, before, before.value) if before and before.value != now.value else None,
        reading=now,
        state=now.kind == STATE,
        typed="*" if now.value is None else f"{now.value:.6f}".rstrip("0").rstrip("."),
        report=Month.of(uow.today).title,
        newer=newest.title if newest > now.month else "",
    )
