"""`sipbot export`, `sipbot person forget` and `sipbot audit prune`: rights over data for whoever runs the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.chat.clock import SystemClock
from bot.chat.commands import Actor
from bot.chat.compose import built_in
from bot.chat.errors import UserError
from bot.cli_organization import OrganizationOption, chosen
from bot.terminal import UNUSABLE, database, out, settings, stop, write
from storage import audit_log, erasure
from storage.export import everything
from storage.queries.people import Person
from storage.queries.setup import Ask, resolve_person
from storage.tenancy import across
from storage.uow import UnitOfWork, unit_of_work

_HERE = Actor("", "", "")  # nobody in chat
person_app = typer.Typer(no_args_is_help=True, help="People.")
audit_app = typer.Typer(no_args_is_help=True, help="Who did what.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("export")(export)
    app.add_typer(person_app, name="person")
    app.add_typer(audit_app, name="audit")


def export(
    out_file: Annotated[Path, typer.Option("--out", help="Where to write the ZIP")],
    organization: OrganizationOption = "",
) -> None:
    """Write everything of one county as a ZIP of tables (JSON Lines and CSV)."""
    with _work(organization) as uow:
        made = everything(uow.connection, uow.organization, uow.at)
        uow.audit("everything exported", f"on the command line, {len(made)} bytes")
    write(out_file, made, settings())


@person_app.callback()
def people() -> None:
    """People."""


@person_app.command("forget")
def forget(
    name: Annotated[str, typer.Argument(help="Their name, e-mail address or id")],
    organization: OrganizationOption = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask")] = False,
) -> None:
    """Erase who a person is: name, address, accounts. What they did stays, as done by a former member."""
    with _work(organization) as uow:
        asked = _person(uow, name)
    # Nobody's answer is waited for within a transaction: on SQLite nobody else could write meanwhile.
    if not yes and not typer.confirm(f"Erase {asked.name} ({asked.email or 'no address'}) for good?"):
        stop(UNUSABLE, "Nothing was erased.")
    with _work(organization) as uow:
        found = _person(uow, name)
        if found.id != asked.id:
            stop(UNUSABLE, f"“{name}” is somebody else by now. Nothing was erased: look, and do it again.")
        counts, places = erasure.forget(uow, found)
    out.print(", ".join(f"{count} {what}" for what, count in counts.items()))
    for column, rows in places.items():
        out.print(f"  still named in {column}: {', '.join(rows)}", markup=False)


def _person(uow: UnitOfWork, name: str) -> Person:
    """Who is meant, of those on the list and those who were; ends the command where it is nobody, or several."""
    try:
        return resolve_person(uow, _HERE, name, active=None, ask=Ask("", "id"))
    except UserError as error:
        stop(UNUSABLE, error.text, *(f"  {dict(values)['id']}  {label}" for label, _, values in error.choices))


@audit_app.callback()
def log() -> None:
    """Who did what."""


@audit_app.command("prune")
def prune(
    before: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Remove what is older than this day")],
) -> None:
    """Remove old rows of the audit log, of every county. Ask your records officer first; that it was done is noted."""
    clock = SystemClock()
    if before.replace(tzinfo=UTC) > clock.read():
        stop(UNUSABLE, "That day is yet to come.")
    with database(settings()).begin() as connection:
        across(connection)
        removed = audit_log.prune(connection, before.replace(tzinfo=UTC), clock.read())
    out.print(f"{sum(removed.values())} rows removed.")


@contextmanager
def _work(organization: str) -> Iterator[UnitOfWork]:
    """A unit of work in the county of that name, or in the only one."""
    with unit_of_work(database(settings()), SystemClock().read(), built_in()) as uow:
        uow.organization = chosen(uow.connection, organization)
        yield uow
