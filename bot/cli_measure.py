"""`sipbot measure`: readings from a file, all of them or none."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.chat.clock import SystemClock
from bot.chat.compose import built_in
from bot.chat.errors import UserError
from bot.cli_organization import OrganizationOption, chosen
from bot.domain.goal_words import reading_words
from bot.domain.reading_table import NotATable, Table, read_file
from bot.terminal import UNUSABLE, database, err, out, settings, stop
from handlers.measures.finding import find, measures
from storage.queries.plan import GoalView
from storage.reading_store import Stored, store_readings
from storage.uow import UnitOfWork, unit_of_work

app = typer.Typer(no_args_is_help=True, help="Readings of the goals' measures.")


@app.callback()
def main() -> None:
    """Readings of the goals' measures."""


class _DryRun(Exception):
    """Ends the transaction of a dry run."""


@app.command("import")
def measure_import(
    file: Annotated[Path, typer.Argument(help="The table: .xlsx or .csv; month, group, value, or months and groups")],
    measure: Annotated[str, typer.Option(help="The measure: its goal's number or a part of its name")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen and store nothing")] = False,
    organization: OrganizationOption = "",
) -> None:
    """Store a table of one measure's readings. With a fault in any row nothing is stored; every such row is told."""
    engine = database(settings())
    try:
        with unit_of_work(engine, SystemClock().read(), built_in()) as uow:
            uow.organization = chosen(uow.connection, organization)
            goal = _goal(uow, measure)
            table = read_file(file, goal.unit, uow.today, goal.measure)
            if table.faults:
                stop(UNUSABLE, *(str(fault) for fault in table.faults), "Nothing was stored.")
            stored = store_readings(uow, goal.measure_id, table.rows)
            if stored.new or stored.changed:
                uow.audit("reading table recorded", f"measure {goal.number}, {file.name}, on the command line")
            _tell(goal, table, stored)
            if dry_run:
                raise _DryRun
    except (NotATable, UserError) as error:
        stop(UNUSABLE, str(error))
    except _DryRun:
        out.print("Nothing was stored (dry run).")


def _goal(uow: UnitOfWork, words: str) -> GoalView:
    known = measures(uow)
    if words or len(known) == 1:
        return find(known, words or str(known[0].number))
    names = "; ".join(f"{goal.number} is {goal.measure}" for goal in known)
    stop(UNUSABLE, f"Say which measure the table is of, with --measure: {names}.")


def _tell(goal: GoalView, table: Table, stored: Stored) -> None:
    changed = len(stored.changed)
    out.print(f"{goal.measure}: {len(table.rows)} readings.", markup=False)
    out.print(f"  {len(stored.new)} new, {changed} in place of another value, {stored.same} as they were.")
    if table.sheet:
        err.print(f"  The workbook has several sheets; the first, {table.sheet}, was read.", markup=False)
    if table.fractions:
        err.print("  The file keeps percents as fractions: 0.475 was read as 47.5%.")
    for before, row in stored.changed:
        where = f"{before.month.title}{f', {before.population}' if before.population else ''}"
        was, now = reading_words(before.value, goal.unit), reading_words(row.value, goal.unit)
        out.print(f"  {where}: {was} -> {now}", markup=False)
