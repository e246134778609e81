"""Everything that is logged while a test runs, by us and by the libraries, as the real configuration writes it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from bot import logs


class Logbook(io.StringIO):
    """The log's text, and its lines as what they say."""

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    def said(self, event: str) -> list[dict[str, Any]]:
        """The lines of one event."""
        return [line for line in self.lines() if line["event"] == event]


@contextmanager
def logbook(hidden: frozenset[str] = frozenset()) -> Iterator[Logbook]:
    """Configure the log with these secrets for as long as the block lasts."""
    book = Logbook()
    with log_put_back():
        logs.configure(hidden, book)
        yield book


@contextmanager
def log_put_back() -> Iterator[None]:
    """Whatever the block configures: what comes after it must not write where that has been closed."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    try:
        yield
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)
