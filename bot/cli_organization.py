"""Which county a command of the command line is about, where a database has several."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy import Connection

from bot.terminal import UNUSABLE, stop
from storage.queries.people import Organization, organizations

OrganizationOption = Annotated[
    str, typer.Option("--organization", help="Where there are several: its name or its id (sipbot organizations)")
]


def chosen(connection: Connection, words: str) -> Organization:
    """The organization of that id or name, or the only one there is. Ends the command with a sentence otherwise."""
    found = only(connection, words)
    if found is None:
        stop(UNUSABLE, "This command needs a database with a county in it: sipbot plan import FILE.")
    return found


def only(connection: Connection, words: str) -> Organization | None:
    """The same, but None where there is no organization yet and none is asked for."""
    known = organizations(connection)
    if words:
        wanted = words.strip().casefold()
        for one in known:
            if wanted in (str(one.id), one.name.casefold()):
                return one
        stop(UNUSABLE, f"There is no organization “{words}” here.", *_lines(known))
    if len(known) > 1:
        stop(UNUSABLE, "There are several organizations here. Say which one, with --organization:", *_lines(known))
    return known[0] if known else None


def _lines(known: list[Organization]) -> list[str]:
    return [f"  {one.id}  {one.name}" for one in known]
