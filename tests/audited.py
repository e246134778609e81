"""Every command that writes leaves a row in the audit log: looked at in all tests, as they run.

`Watch` an engine; while a command is done, each table it writes to is noted. What is left at the end is verbs that
changed something nobody could be asked about later.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.chat.commands import Command
from bot.chat.replies import Reply
from bot.dispatch import Dispatcher
from storage.uow import UnitOfWork
from tests.scope import caller

# Tables in which a row is only a message, or what the calendar has done once.
MACHINERY = frozenset(("inbox", "outbox", "ledger", "pace"))
# Append-only records that say who and when themselves; taking one back or changing it is in the log.
OWN_RECORD = frozenset(("step_update", "meeting_note"))
# Function -> what a platform tells of whoever speaks and where, which nobody decided.
LEARNED = frozenset(
    f"storage/queries/people.py:{name}"
    for name in ("learn", "reached", "create_person", "add_identity", "channel_for", "create_organization",
                 "add_workspace")
)  # fmt: skip


@dataclass
class Noted:
    """Of one command: the tables it wrote to, and the `audit` rows it left (their values)."""

    tables: set[str] = field(default_factory=set)
    audited: list[dict[str, Any]] = field(default_factory=list)


class Watch:
    """What commands on an engine wrote without a row in the audit log: (verb, tables)."""

    def __init__(self, engine: Engine) -> None:
        self.found: set[tuple[str, tuple[str, ...]]] = set()
        self.seen: dict[str, set[str]] = {}  # verb -> what the log says of it
        self._now: ContextVar[Noted | None] = ContextVar("noted", default=None)
        event.listen(engine, "before_cursor_execute", self._look)

    def _look(self, _connection: Connection, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
        compiled, noted = getattr(context, "compiled", None), self._now.get()
        if noted is None or compiled is None or not (compiled.isinsert or compiled.isupdate or compiled.isdelete):
            return
        table = compiled.statement.table.name
        if table == "audit":
            noted.audited += [dict(values) for values in context.compiled_parameters]
        elif table not in MACHINERY and caller() not in LEARNED:
            noted.tables.add(table)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Every command from here on, whichever dispatcher does it."""
        do = Dispatcher._do

        @functools.wraps(do)
        def watched(dispatcher: Dispatcher, uow: UnitOfWork, command: Command) -> Reply:
            noted, verb = Noted(), dispatcher.verb_of(command)
            self.seen.setdefault(verb, set())
            token = self._now.set(noted)
            try:
                reply = do(dispatcher, uow, command)
            finally:
                self._now.reset(token)
            self._judge(verb, noted, uow)
            return reply

        Dispatcher._do = watched  # type: ignore[method-assign]
        try:
            yield
        finally:
            Dispatcher._do = do  # type: ignore[method-assign]

    def _judge(self, verb: str, noted: Noted, uow: UnitOfWork) -> None:
        said = [row for row in noted.audited if row["person_id"] and row["at"] == uow.at and row["action"]]
        self.seen[verb].update(row["action"] for row in said)
        if noted.tables - OWN_RECORD and not said:
            self.found.add((verb, tuple(sorted(noted.tables))))
