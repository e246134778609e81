"""The engine. SQLite: WAL, one writer, every commit on disk before it is answered. PostgreSQL: the pool's defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, InternalError, OperationalError, TimeoutError

# Raised when the database cannot be reached or written: locked, full, gone, or (InternalError, of PostgreSQL) a standby
# that only reads. The person is told it was not saved.
UNAVAILABLE = (OperationalError, InterfaceError, InternalError, TimeoutError)
# PostgreSQL ends one of two transactions that wait for each other: deadlock_detected, serialization_failure
# (https://www.postgresql.org/docs/current/errcodes-appendix.html).
_CROSSED = ("40P01", "40001")
# Who waits longer for a lock is told that nothing was saved. Slack gives up on a slash command after 3 s anyway.
BUSY_TIMEOUT_MS = 5_000
APPLICATION = "sipbot"  # what PostgreSQL calls our connections, in pg_stat_activity
# Who was answered nothing by a database that went away waits so long for it: a restart's time, within Slack's 3 s.
PATIENCE, LOOK_EVERY = 2.0, 0.1  # seconds
# A server that is gone without a word (its power, a firewall) would be waited for by the system for hours.
# https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS; seconds, tcp_user_timeout milliseconds
_GONE_SILENT: dict[str, Any] = {
    "connect_timeout": 5, "tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 5,
    "keepalives_count": 3,
}  # fmt: skip
_QUIET: dict[str, Any] = {"hide_parameters": True}  # what people said does not belong into a log
_READ_ONLY, _FILE = "sipbot_read_only", "sipbot_file"
_PRAGMAS = ("journal_mode=WAL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON")


def open_engine(url: str, *, durable: bool = True) -> Engine:
    """An engine for `url` (sqlite:///… or postgresql+psycopg://…); nothing is connected yet. `durable=False` is for
    SQLite files that can be made again, like a simulation's: their commits do not wait for the disk."""
    if not url.startswith("sqlite"):
        # Compiling a statement to machine code takes half a second, and none of ours runs so long.
        options = {"options": f"-c lock_timeout={BUSY_TIMEOUT_MS} -c jit=off", "application_name": APPLICATION}
        arguments = {**options, **_GONE_SILENT}
        return create_engine(url, pool_size=10, max_overflow=10, pool_pre_ping=True, connect_args=arguments, **_QUIET)
    engine = create_engine(url, connect_args={"check_same_thread": False}, pool_size=8, **_QUIET)
    # FULL: a receipt is only given for what survives a power cut.
    event.listen(engine, "connect", partial(_prepare, "synchronous=FULL" if durable else "synchronous=OFF"))
    event.listen(engine, "connect", partial(_note_file, Path(engine.url.database or "")))
    event.listen(engine, "begin", partial(_same_file, Path(engine.url.database or "")))
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(synchronous: str, connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin
    for pragma in (*_PRAGMAS, synchronous):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """Take the write lock at once: a transaction that reads first and writes later could not wait for it. A reader
    takes none and waits for nobody. https://www.sqlite.org/lang_transaction.html#immediate"""
    connection.exec_driver_sql("BEGIN" if is_read_only(connection) else "BEGIN IMMEDIATE")


def _note_file(path: Path, _connection: Any, record: Any) -> None:
    record.info[_FILE] = _file(path)


def _same_file(path: Path, connection: Connection) -> None:
    """A file that was deleted or replaced is still written by those who have it open, and all of it is lost when they
    close it: no receipt for that. The next connection opens what is there now."""
    if connection.info[_FILE] != _file(path):
        connection.invalidate()
        raise OperationalError("BEGIN", {}, FileNotFoundError(f"{path} was deleted or replaced by another file"))


def _file(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def is_read_only(connection: Connection) -> bool:
    """Whether the connection is one of `reading`'s."""
    return bool(connection.get_execution_options().get(_READ_ONLY))


def crossed(error: Exception) -> bool:
    """The database is well: another transaction wanted the same rows in another order, so trying again helps."""
    return getattr(getattr(error, "orig", None), "sqlstate", "") in _CROSSED


def lost(error: Exception) -> bool:
    """The connection broke under a transaction. A new one may work, and says what became of it."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def undecided(error: Exception) -> bool:
    """It broke while the commit was under way (which has no statement of its own): it may be done, or not."""
    return lost(error) and isinstance(error, DBAPIError) and error.statement is None


def answers_again(engine: Engine) -> bool:
    """Whether the database answers now or a moment later."""
    until = monotonic() + PATIENCE
    while True:
        try:
            with reading(engine) as connection:
                connection.exec_driver_sql("SELECT 1")
                return True
        except UNAVAILABLE:
            if monotonic() >= until:
                return False
        sleep(LOOK_EVERY)


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, which SQLAlchemy spells per database."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def time_of(engine: Engine, machine: Callable[[], datetime]) -> Callable[[], datetime]:
    """The time that all processes which share the database go by: the server's. SQLite has none and is one machine's,
    whose time is read by `machine`."""
    return partial(_server_time, engine) if engine.dialect.name == "postgresql" else machine


def _server_time(engine: Engine) -> datetime:
    with reading(engine) as connection:
        found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return found.astimezone(UTC)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads: on SQLite it neither waits for the writer nor holds it up."""
    with engine.connect().execution_options(**{_READ_ONLY: True}) as connection:
        yield connection
