"""PostgreSQL's backups: its own pg_dump, pg_restore and psql, told by their environment whom to be."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy import URL, Connection, Engine, inspect, select, text
from sqlalchemy.dialects import postgresql

from storage.backup import TABLES, NoBackup, may_be_restored, written_whole
from storage.db import APPLICATION, BUSY_TIMEOUT_MS, UNAVAILABLE, reading
from storage.health import answer_fault, meaning
from storage.migrate import Shape, migrate, shape
from storage.models import metadata, organization
from storage.restored import marks
from storage.tenancy import EVERY, across

IDS_SKIPPED = 10_000
# Ids given out after the backup was taken still stand in buttons and links of posts: none is given to another row.
_SKIP_IDS = (
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, coalesce(last_value, 0) + {skipped}) "
    "FROM pg_sequences WHERE schemaname = current_schema();\n"
)


def back_up_postgres(engine: Engine, file: Path, *, force: bool) -> None:
    """One moment of the database, in pg_dump's custom format. Raises NoBackup."""
    if _tables(engine) < TABLES:
        raise NoBackup("There is nothing to back up: the database is empty.")
    with written_whole(file, force=force) as part:
        _run(
            engine.url,
            "pg_dump",
            "--enable-row-security",
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--file={part}",
        )
        check_dump(engine.url, part, file)


def check_dump(url: URL, path: Path, named: Path) -> str:
    """Read its table of contents and its version -> its revision. Raises NoBackup."""
    contents = _run(url, "pg_restore", "--list", str(path), connect=False)
    found = {words[words.index("DATA") + 2] for line in contents.splitlines() if "DATA" in (words := line.split())}
    if not found >= TABLES:
        raise NoBackup(f"{named} is no backup of sipbot's: its tables are not in it.")
    version = _run(url, "pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(path), connect=False)
    rows = version.partition("FROM stdin;\n")[2].partition("\n\\.")[0].split()
    return rows[0] if rows else ""


def restore_postgres(engine: Engine, file: Path, at: datetime, *, force: bool) -> None:
    """The backup's tables take the place of ours, in one transaction; then they are brought to the newest shape. Raises
    NoBackup."""
    may_be_restored(file, check_dump(engine.url, file, file))
    _may_be_replaced(engine, force=force)
    engine.dispose()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as script:
        _drop(script)
        # Its dump of the schema `public` itself would take rights that a county's user need not have.
        _run(engine.url, "pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", "--file=-", str(file),
             connect=False, into=script)  # fmt: skip
        _mark(script, at)
        script.seek(0)
        _run(engine.url, "psql", "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
             "--output=/dev/null", given=script)  # fmt: skip
    migrate(engine)


def _drop(script: IO[str]) -> None:
    """Ours, those of later versions than the backup's too, which it would not replace."""
    for name in (*metadata.tables, "alembic_version"):
        script.write(f'DROP TABLE IF EXISTS "{name}" CASCADE;\n')
    script.flush()


def _mark(script: IO[str], at: datetime) -> None:
    script.seek(0, os.SEEK_END)
    # The dump has emptied the one, and with the other off only a superuser may write what stands under policies.
    script.write("\nRESET search_path;\nRESET row_security;\n")
    for statement in marks(at):
        compiled = statement.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[attr-defined,no-untyped-call]
        script.write(f"{compiled};\n")
    script.write(_SKIP_IDS.format(skipped=IDS_SKIPPED))


def _may_be_replaced(engine: Engine, *, force: bool) -> None:
    """Raises NoBackup where replicas run, the database holds a county's data and there is no `force`, or its shape is
    one whose tables we do not know."""
    try:
        found = shape(engine)
        with reading(engine) as connection:
            others = _others(connection)
            across(connection)
            full = found is not Shape.NONE and connection.execute(select(organization.c.id).limit(1)).first()
    except UNAVAILABLE as error:
        raise NoBackup(f"It cannot be restored: {answer_fault(error, engine.url)}.") from error
    if others:
        raise NoBackup(f"{others} connections of sipbot's are open in this database: stop every sipbot process first.")
    if found is Shape.NEWER:
        raise NoBackup(
            "The database to be replaced is of a newer version, whose tables this one does not know: restore with that "
            "version, or into an empty database."
        )
    if full and not force:
        raise NoBackup("The database holds a county's data: give --force to replace it (make a backup of it first).")


def _others(connection: Connection) -> int:
    statement = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND application_name = :ours"
    )
    return int(connection.execute(statement, {"ours": APPLICATION}).scalar_one())


def _tables(engine: Engine) -> set[str]:
    try:
        with reading(engine) as connection:
            return set(inspect(connection).get_table_names())
    except UNAVAILABLE as error:
        raise NoBackup(f"It cannot be backed up: {answer_fault(error, engine.url)}.") from error


def _run(
    url: URL,
    program: str,
    *arguments: str,
    connect: bool = True,
    given: IO[str] | None = None,
    into: IO[str] | None = None,
) -> str:
    """Run one of PostgreSQL's programs -> what it printed, unless that goes `into` a file. Raises NoBackup."""
    found = shutil.which(program)
    if found is None:
        raise NoBackup(f"{program} is not on this machine: install PostgreSQL's client programs (postgresql-client).")
    command = [found, *([f"--dbname={_address(url)}"] if connect else []), *arguments]
    done = subprocess.run(  # noqa: S603 - its own path, and arguments without a shell
        command, stdin=given or subprocess.DEVNULL, stdout=into or subprocess.PIPE, stderr=subprocess.PIPE,
        env=_environment(url), text=True,
    )  # fmt: skip
    if done.returncode:
        raise NoBackup(_said(program, done.stderr, url))
    return done.stdout or ""


def _address(url: URL) -> str:
    """For the command line, which everybody on the machine can read: without the password."""
    query = {name: value for name, value in url.query.items() if name != "password"}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return bare.render_as_string(hide_password=False)


def _environment(url: URL) -> dict[str, str]:
    """The password stands where only the same user can read it. https://www.postgresql.org/docs/current/libpq-envars.html"""
    ours = {
        "PGAPPNAME": f"{APPLICATION}-backup",
        "PGOPTIONS": f"-c lock_timeout={BUSY_TIMEOUT_MS} -c client_min_messages=warning {EVERY}",
        "LC_ALL": "C",
    }
    password = url.password or url.query.get("password")
    return {**os.environ, **ours, **({"PGPASSWORD": str(password)} if password else {})}


def _said(program: str, words: str, url: URL) -> str:
    """The program's own words of refusal, in one line, with what they mean."""
    told: Sequence[str] = [line.strip() for line in words.splitlines() if line.strip()]
    if "server version mismatch" in words:
        return f"{program} is older than the server ({'; '.join(told[:2])}): install the server's version of it."
    if program == "pg_restore":
        return f"The backup cannot be read: {'; '.join(told[:3])}."
    return f"{program} failed: {meaning(' '.join(told[:3]), url)}."
