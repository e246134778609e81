"""`sipbot backup` and `sipbot restore`: the whole database in one file, while sipbot runs, and back again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from bot.chat.clock import SystemClock
from bot.terminal import UNUSABLE, out, settings, stop
from storage import backup as files
from storage import dumps
from storage.db import open_engine

Force = Annotated[bool, typer.Option("--force", help="Replace what is there")]
RESTORED = (
    "Now start sipbot. What Slack had already been told is looked for there before it is posted again; on Teams and by "
    "e-mail, posts made since the backup may come twice."
)


def backup(file: Annotated[Path, typer.Argument(help="The new file")], force: Force = False) -> None:
    """Write the whole database, as it is at one moment, to a file only you can read, and check that file."""
    engine = open_engine(settings().database_url)
    write = files.back_up_sqlite if engine.dialect.name == "sqlite" else dumps.back_up_postgres
    try:
        write(engine, file, force=force)
    except files.NoBackup as error:
        stop(UNUSABLE, str(error))
    out.print(f"Wrote and checked {file} ({file.stat().st_size:,} bytes). It holds confidential data.", markup=False)


def restore(file: Annotated[Path, typer.Argument(help="A file of sipbot backup")], force: Force = False) -> None:
    """Put a backup in the database's place, brought to this version's shape. sipbot must not be running."""
    engine = open_engine(settings().database_url)
    try:
        old = _restored(engine, file, SystemClock().read(), force=force)
    except files.NoBackup as error:
        stop(UNUSABLE, str(error))
    out.print(f"Restored from {file}.", *([f"The database as it was is {old}."] if old else []), markup=False)
    out.print(RESTORED)


def _restored(engine: Engine, file: Path, at: datetime, *, force: bool) -> Path | None:
    """What the old SQLite file is called now, where there was one."""
    names = {files.SQLITE: "SQLite", files.DUMP: "PostgreSQL"}
    kind = files.kind_of(file)
    ours = files.SQLITE if engine.dialect.name == "sqlite" else files.DUMP
    if kind != ours:
        raise files.NoBackup(f"{file} is a backup of {names[kind]}, and DATABASE_URL names {names[ours]}.")
    if ours == files.SQLITE:
        return files.restore_sqlite(engine, file, at, force=force)
    dumps.restore_postgres(engine, file, at, force=force)
    return None
