"""What every peer stores: one row in SQLite, on disk before it is answered. Standard library only, so that it runs in
each peer's own environment."""

from __future__ import annotations

import re
import sqlite3
import threading

SECRET = "bench-signing-secret"
_UPDATE = re.compile(r"update\s+(\d+\.\d+\.\d+)\s+(done|blocked|in progress)\s*(.*)", re.S)
_TABLE = "CREATE TABLE IF NOT EXISTS told (id INTEGER PRIMARY KEY, person TEXT, step TEXT, status TEXT, note TEXT)"
_local = threading.local()


def store(path: str, person: str, words: str) -> str:
    """Store what `/sip …` said; the answer."""
    found = _UPDATE.match(words)
    if found is None:
        return "not understood"
    connection: sqlite3.Connection | None = getattr(_local, "connection", None)
    if connection is None:
        connection = _local.connection = sqlite3.connect(path, timeout=5, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(_TABLE)
    connection.execute(
        "INSERT INTO told (person, step, status, note) VALUES (?, ?, ?, ?)", (person, found[1], found[2], found[3])
    )
    return f"Saved: {found[1]} is {found[2]}."
