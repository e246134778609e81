"""What the commands of the command line share: where they write, how they stop, and the settings they read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import DBAPIError

from bot import config, logs
from storage.backup import NoBackup, refuse_itself, same_owner, written_whole
from storage.db import open_engine
from storage.health import answer_fault, database_faults, migration_faults
from storage.migrate import migrate

FAILED, UNUSABLE = 1, 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def stop(code: int, *sentences: str) -> NoReturn:
    """Say why, on standard error, and end with this exit code."""
    for sentence in sentences:
        err.print(sentence, markup=False)
    raise typer.Exit(code)


def settings(**given: object) -> config.Settings:
    """The settings; what cannot be used ends the command with a sentence for each."""
    try:
        found = config.load(**given)
    except config.SettingsError as error:
        stop(UNUSABLE, "These settings cannot be used:", *(f"  {fault}" for fault in error.faults))
    logs.configure(found.hidden)
    return found


def database(found: config.Settings) -> Engine:
    """The database, which can be used as it is; else the command ends with a sentence for each fault."""
    engine = open_engine(found.database_url)
    if faults := list(database_faults(engine)):
        stop(UNUSABLE, *faults)
    return engine


def migrated(found: config.Settings) -> Engine:
    """The database, brought to the newest shape; else the command ends with a sentence for each fault."""
    engine = open_engine(found.database_url)
    if faults := list(migration_faults(engine)):
        stop(UNUSABLE, *faults)
    try:
        migrate(engine)
    except DBAPIError as error:
        stop(UNUSABLE, answer_fault(error, engine.url))
    return engine


def write(file: Path, content: bytes, given: config.Settings) -> None:
    """A file for whoever runs the command alone; one that was there is as open to others as it was. Where it cannot be,
    or is the database, the command ends with why."""
    try:
        refuse_itself(make_url(given.database_url), file)
        if file.exists() and not file.is_file():
            file.write_bytes(content)  # a device or a pipe; nothing more is said, for it may be standard output
            return
        _replace(Path(os.path.realpath(file)), content)
    except NoBackup as error:
        stop(UNUSABLE, str(error))
    except OSError as error:
        stop(UNUSABLE, f"{file} cannot be written: {error.strerror or error}.")
    out.print(f"Wrote {file}.", markup=False)


def _replace(file: Path, content: bytes) -> None:
    """Whole or not at all, unless the folder takes no new file beside the one that is there."""
    if file.exists() and not os.access(file.parent, os.W_OK):
        file.write_bytes(content)
        return
    with written_whole(file, force=True) as part:
        part.write_bytes(content)
        if file.exists():
            same_owner(file, part)
