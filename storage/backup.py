"""Backups of the whole database, taken and put back while others use it. This file: SQLite, and what both databases
share; PostgreSQL's part is in storage/dumps.py.

A restored database does not know what was posted after its backup was taken, so it is marked (storage/restored.py).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Engine

from storage.db import open_engine
from storage.disk import sqlite_file
from storage.health import file_fault
from storage.migrate import Shape, migrate, shape_of
from storage.restored import marks

SQLITE, DUMP = b"SQLite format 3\0", b"PGDMP"  # how the two kinds of backup begin
TABLES = frozenset(("alembic_version", "organization", "outbox", "ledger"))  # of every version so far
WAIT_SECONDS = 2.0  # for a lock, before it counts as somebody else's


class NoBackup(Exception):
    """It cannot be done; a sentence says why and what to do. Nothing was changed."""


@contextmanager
def written_whole(file: Path, *, force: bool) -> Iterator[Path]:
    """A new file beside `file`, for the owner alone, that takes its place on disk when the block ends well; when it
    does not, `file` is as it was."""
    if file.exists() and not force:
        raise NoBackup(f"{file} is there already: choose another name, or give --force to replace it.")
    folder = file.absolute().parent
    try:
        # A folder of its own, on the same disk: whatever a database puts beside its file goes away with it.
        with tempfile.TemporaryDirectory(prefix=f".{file.name}.", dir=folder) as temporary:
            part = Path(temporary) / file.name
            part.touch(mode=0o600)
            yield part
            to_disk(part)
            part.replace(file)
            to_disk(folder)
    except OSError as error:
        raise NoBackup(f"{file} cannot be written: {error.strerror or error}.") from error


def to_disk(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, has reached the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def kind_of(file: Path) -> bytes:
    """SQLITE or DUMP. Raises NoBackup for everything else."""
    try:
        with file.open("rb") as opened:
            head = opened.read(len(SQLITE))
    except OSError as error:
        raise NoBackup(f"{file} cannot be read: {error.strerror}.") from error
    for kind in (SQLITE, DUMP):
        if head.startswith(kind):
            return kind
    raise NoBackup(f"{file} is no backup of sipbot's: it is neither a SQLite database nor a dump of PostgreSQL.")


def may_be_restored(file: Path, revision: str | None) -> None:
    """Raises NoBackup for a backup of a version we do not know."""
    if (found := shape_of(revision)) in (Shape.NONE, Shape.NEWER):
        why = {Shape.NONE: "it says of no version", Shape.NEWER: "it is of a newer version of sipbot"}[found]
        raise NoBackup(f"{file} cannot be restored by this version: {why}. Install the version that made it first.")


def back_up_sqlite(engine: Engine, file: Path, *, force: bool) -> None:
    """One moment of the database, whatever is written meanwhile: https://www.sqlite.org/backup.html. Raises
    NoBackup."""
    source = sqlite_file(engine.url)
    if source is None or (fault := file_fault(source)):
        raise NoBackup(f"There is nothing to back up: {fault if source else 'the database is in memory'}.")
    refuse_itself(engine.url, file)
    with written_whole(file, force=force) as part:
        try:
            with closing(engine.raw_connection()) as ours, closing(sqlite3.connect(part)) as copy:
                connection = ours.driver_connection
                assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - the dialect's own
                connection.backup(copy)  # all pages in one step, and so of one moment
                copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal that could be left behind
        except sqlite3.Error as error:
            raise NoBackup(f"The backup could not be written: {error}. Nothing was left behind.") from error
        check_sqlite(part, file)


def refuse_itself(url: URL, file: Path) -> None:
    """Raises NoBackup where the file to be written is the database."""
    database = sqlite_file(url)
    if database and database.exists() and file.exists() and file.samefile(database):
        raise NoBackup(f"{file} is the database itself: choose another name.")


def check_sqlite(path: Path, named: Path) -> str:
    """Read it all: every page, every reference, our tables -> its revision. `named`: what people call the file. Raises
    NoBackup."""
    if path.with_name(path.name + "-wal").exists():
        raise NoBackup(f"{named} has a -wal beside it, so it is a database in use: make a backup of it first.")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not names >= TABLES:
                raise NoBackup(f"{named} is no database of sipbot's: its tables are not there.")
            damage = [*connection.execute("PRAGMA integrity_check"), *connection.execute("PRAGMA foreign_key_check")]
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise NoBackup(f"{named} is damaged: {error}.") from error
    if damage != [("ok",)]:
        raise NoBackup(f"{named} is damaged: {'; '.join(str(row) for row in damage[:3])}.")
    return str(revision[0]) if revision else ""


def restore_sqlite(engine: Engine, file: Path, at: datetime, *, force: bool) -> Path | None:
    """The backup takes the database's place, brought to the newest shape -> what the old one is called now, where there
    was one. Raises NoBackup."""
    place = sqlite_file(engine.url)
    if place is None:
        raise NoBackup("DATABASE_URL names no file to restore to.")
    fault = file_fault(place)
    if fault and place.exists():
        raise NoBackup(f"It cannot be restored: {fault}.")
    may_be_restored(file, check_sqlite(file, file))
    old = place.with_name(f"{place.name}.{at:%Y%m%dT%H%M%SZ}.old") if place.exists() else None
    engine.dispose()
    with nobody_else(place, force=force), written_whole(place, force=True) as part:
        shutil.copyfile(file, part)
        _bring_forward(part, at)
        check_sqlite(part, file)
        if old:
            _set_aside(place, old)
            same_owner(old, part)
    return old


def _bring_forward(part: Path, at: datetime) -> None:
    """To the newest shape, and marked as restored; then all of it into the one file."""
    fresh = open_engine(f"sqlite:///{part}")
    migrate(fresh)
    with fresh.begin() as connection:
        for statement in marks(at):
            connection.execute(statement)
    with closing(fresh.raw_connection()) as raw:
        raw.cursor().execute("PRAGMA journal_mode=DELETE")
    fresh.dispose()


def _set_aside(place: Path, old: Path) -> None:
    """With its log: SQLite would otherwise write the old log's pages into the new file."""
    for ending in ("-wal", "-shm", "-journal"):
        if (beside := place.with_name(place.name + ending)).exists():
            beside.rename(old.with_name(old.name + ending))
    place.rename(old)


def same_owner(old: Path, part: Path) -> None:
    """Whoever may read and write the old file may the new one: an administrator who restores does not take it away from
    the user sipbot runs as."""
    was = old.stat()
    part.chmod(was.st_mode & 0o777)
    if os.geteuid() == 0:
        os.chown(part, was.st_uid, was.st_gid)


@contextmanager
def nobody_else(place: Path, *, force: bool) -> Iterator[None]:
    """Hold the database to be replaced, so that nobody begins to use it meanwhile. Raises NoBackup where somebody has
    it open, or it holds a county's data and there is no `force`."""
    if not place.exists():
        yield
        return
    with closing(sqlite3.connect(place, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
        try:
            # Leaving WAL mode takes that nobody else has the database open: https://www.sqlite.org/wal.html
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise NoBackup(f"{place} cannot be replaced: {error}.") from error
            raise NoBackup(f"{place} is in use: stop every sipbot process (systemctl stop sipbot) first.") from error
        except sqlite3.DatabaseError as error:
            if not force:
                raise NoBackup(f"{place} is damaged ({error}): give --force to set it aside.") from error
        if not force and _holds_a_county(connection):
            raise NoBackup(f"{place} holds a county's data: give --force to set it aside (it is kept).")
        yield


def _holds_a_county(connection: sqlite3.Connection) -> bool:
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'organization'").fetchone()
    return bool(known and connection.execute("SELECT 1 FROM organization").fetchone())
