"""What every Python peer does alike: read the command, keep one row on disk, say so. Only the standard library, for
it runs in each peer's environment."""

from __future__ import annotations

import re
import sqlite3
import threading

SECRET = "bench-signing-secret"
CREATE = "CREATE TABLE IF NOT EXISTS updates (id INTEGER PRIMARY KEY, step TEXT, status TEXT, note TEXT)"
INSERT = "INSERT INTO updates (step, status, note) VALUES (?, ?, ?)"
PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=30000")
COMMAND = r"^update (?P<step>\d+(?:\.\d+)*) (?P<status>\w+) (?P<note>.+)$"


def parse(text: str) -> tuple[str, str, str]:
    """Step, status and note of `update 1.2.3 done Form piloted`; ValueError for anything else."""
    found = re.match(COMMAND, text.strip())
    if not found:
        raise ValueError(text)
    return found["step"], found["status"], found["note"]


def answer(step: str, status: str) -> str:
    return f"Step {step} is {status}. Thank you."


def opened(file: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file)
    for pragma in PRAGMAS:
        connection.execute(pragma)
    connection.execute(CREATE)
    connection.commit()
    return connection


class Store:
    """A connection for each thread; each update is a commit of its own."""

    def __init__(self, file: str) -> None:
        self._file, self._own = file, threading.local()
        opened(file).close()

    def keep(self, text: str) -> str:
        """The line to answer, when the update is on disk."""
        if not hasattr(self._own, "connection"):
            self._own.connection = opened(self._file)
        step, status, note = parse(text)
        with self._own.connection as connection:
            connection.execute(INSERT, (step, status, note))
        return answer(step, status)
