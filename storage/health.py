"""What keeps the database from being used, each in a sentence that says what to do. No sentence holds a password."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import URL, Engine, text
from sqlalchemy.exc import DBAPIError, TimeoutError

from storage.db import UNAVAILABLE, reading
from storage.disk import network_kind, sqlite_file
from storage.migrate import Shape, shape

MIGRATE = "run sipbot migrate"
SHAPES = {
    Shape.NONE: f"the database is empty: {MIGRATE}",
    Shape.OLDER: f"the database has an older shape: {MIGRATE}",
    Shape.NEWER: "the database has a newer shape than this version of sipbot knows: install the version that made it, "
    "or the newest",
    Shape.CURRENT: "",
}
# What the databases say (a pattern) -> what it means. The first that fits counts.
_MEANING = (
    ("password authentication failed", "the user or the password in DATABASE_URL is wrong"),
    ("no password supplied", "DATABASE_URL has no password and the server wants one"),
    ("no pg_hba.conf entry", "the server does not let this user in from this machine: add a line to its pg_hba.conf"),
    ('role ".*" does not exist', "the user in DATABASE_URL is not known to the server: create it, or correct the name"),
    (
        'database ".*" does not exist',
        "the server has no database of the name in DATABASE_URL: create it, or correct it",
    ),
    ("connection refused", "nothing listens at that address and port: is PostgreSQL running, and are both right?"),
    ("failed to resolve host", "the server's name in DATABASE_URL is not known: correct it, or ask who runs the DNS"),
    ("translate host name", "the server's name in DATABASE_URL is not known: correct it, or ask who runs the DNS"),
    ("timeout", "no answer in time: is a firewall between this machine and the server?"),
    ("too many clients", "the server has no connection left: raise its max_connections, or run fewer replicas"),
    ("not a database", "the file is not a SQLite database: correct DATABASE_URL, or restore a backup"),
    ("malformed", "the file is damaged: stop sipbot and restore the last backup (sipbot restore FILE --force)"),
    ("disk i/o error", "the disk reports an error: look at the system's log, then restore the last backup elsewhere"),
    ("disk is full", "the disk is full: make room"),
    ("readonly", "the file cannot be written: give its owner, sipbot's user, the right to write it and its folder"),
    ("unable to open", "the file cannot be opened: give sipbot's user the right to read and write it and its folder"),
    ("database is locked", "another process holds the file locked: end it, or wait until it is done"),
)


def database_faults(engine: Engine) -> Iterator[str]:
    """All that can be told without writing; a command that is given one cannot work."""
    if (file := sqlite_file(engine.url)) and (fault := file_fault(file)):
        yield fault
        return
    try:
        with reading(engine) as connection:
            connection.execute(text("SELECT 1"))
            fault = shape_fault(engine)
    except (DBAPIError, TimeoutError) as error:
        yield answer_fault(error, engine.url)
        return
    if fault:
        yield fault


def migration_faults(engine: Engine) -> Iterator[str]:
    """The same, but for what a migration mends."""
    return (fault for fault in database_faults(engine) if not fault.endswith(MIGRATE))


def not_ready(engine: Engine) -> str:
    """What keeps a running process from its work, or ""."""
    try:
        return shape_fault(engine)
    except UNAVAILABLE:
        return "the database does not answer"


def shape_fault(engine: Engine) -> str:
    """What is wrong with the database's shape, or ""."""
    return SHAPES[shape(engine)]


def file_fault(file: Path) -> str:
    """What is wrong with where a SQLite file lies, or ""."""
    folder = file.parent
    if not folder.is_dir():
        return f"there is no folder {folder}: make it, or correct DATABASE_URL"
    if kind := network_kind(file):
        return (
            f"{file} is on a network disk ({kind}), where SQLite loses data: move it to a disk of this machine, "
            "or use PostgreSQL (https://www.sqlite.org/wal.html)"
        )
    if not file.exists():
        return f"there is no database at {file} yet: {MIGRATE}"
    for place in (folder, file):
        if not os.access(place, os.W_OK):
            return f"{place} cannot be written: give sipbot's user the right to, or correct DATABASE_URL"
    return ""


def answer_fault(error: Exception, url: URL) -> str:
    """That the database refused, in its own words and with what they mean."""
    return f"the database does not answer: {meaning(str(getattr(error, 'orig', None) or error), url)}"


def meaning(words: str, url: URL) -> str:
    """What a database's words of refusal mean, and the words; as they are where we know nothing of them."""
    words = " ".join(words.split()).rstrip(".")
    if url.password:
        words = words.replace(str(url.password), "***")
    known = next((known for sign, known in _MEANING if re.search(sign, words, re.I)), "")
    return f"{known} ({words})" if known else words
