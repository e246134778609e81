"""Two counties in one database, each with its own word in everything that is text; and their people's commands tried
out: each runs to its end as dispatch runs it, is looked at, and is rolled back, so that all begin from the same state.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnDefault,
    Connection,
    Date,
    Engine,
    Float,
    Integer,
    String,
    Table,
    and_,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

import handlers
from bot.chat.clock import MovableClock
from bot.chat.codec import from_json, to_json
from bot.chat.commands import Actor, Command, Place, Role
from bot.chat.compose import built_in
from bot.chat.forms import Form
from bot.chat.messages import Actions, Message, say
from bot.chat.replies import Reply
from bot.dispatch import Dispatcher, Policy
from bot.domain.frozen_data import to_data
from bot.domain.survey import Question
from bot.scheduler import JobRunner
from storage import models
from storage.models import audit, metadata, outbox
from storage.queries import people
from storage.queries.people import Organization
from storage.queries.settings import change_setting
from storage.tenancy import across
from storage.uow import UnitOfWork, unit_of_work
from tests.builders import a_plan, owns

START = datetime(2026, 3, 2, 18, tzinfo=UTC)
NOW = datetime(2026, 4, 9, 18, tzinfo=UTC)  # the first quarter's newsletter has been drafted
TABLES = [t for t in metadata.sorted_tables if "organization_id" in t.c or t.name == "organization"]
# What only a program reads; everything else that is text gets the county's word.
_PLAIN = {
    "zone", "platform", "workspace", "external_id", "cadence", "status", "state", "kind", "source", "role", "unit",
    "direction", "month", "period", "token", "digest", "key", "language", "verdict", "consent", "what", "lease_owner",
    "remote_id", "thread", "target", "reaction", "message", "job", "subject", "dedupe_key", "last_platform",
    "archive_token", "source_sha256", "submission", "ref", "error",
}  # fmt: skip
_VALUES: dict[str, Any] = {
    "status": "in progress", "source": "typed", "verdict": "ok", "consent": "staff", "month": "2026-03",
    "period": "2026-03", "language": "en", "kind": "survey", "role": "staff", "what": "step", "ref": "1.1.1",
    "cadence": "monthly:2:1:2026-01", "zone": "", "platform": "slack", "findings": [], "moved": {}, "answers": {},
    "story.state": "in review", "story_credit.state": "asked", "person_link.state": "proposed",
    "meeting.state": "held", "learning.verdict": "adopt", "plan_change.kind": "changed", "reading.kind": "",
    "reading.population": "", "subscriber.bounced_at": None, "subscriber.unsubscribed_at": None,
    "workgroup.active": True, "review_link.expires_at": datetime(2026, 6, 1, tzinfo=UTC),
    "survey.closes_on": date(2026, 6, 1),
}  # fmt: skip
_UNSET = {"withdrawn_at", "closed_at", "done_at", "replaced_at", "retired_at", "declined_at", "revoked_at"}
# Reports are made by jobs.
_OF_JOBS = {
    t.name for t in TABLES if t.name == "report" or any(key.column.table.name == "report" for key in t.foreign_keys)
}
KEYED = [t for t in TABLES if "id" in t.c]
FIRST = 1001  # of the second county's ids in every table: all are its own, and this one is a row of each


@dataclass(frozen=True)
class County:
    """`word` is in all its texts. `ids`: of all its rows; the first is one of every table's."""

    word: str
    organization: Organization
    ids: tuple[str, ...]

    def actor(self, role: Role) -> Actor:
        """The same user ids in both counties."""
        return Actor("slack", f"T-{self.word}", f"U{role.name}")


_ids: dict[str, Iterator[int]] = {}  # table -> the ids to come
_GIVEN = {t.c.id: ColumnDefault(partial(lambda name: next(_ids[name]), t.name)) for t in KEYED}


@contextmanager
def ids_from(engine: Engine, first: int) -> Iterator[None]:
    """Meanwhile the ids of new rows begin here in every table."""
    engine.clear_compiled_cache()
    for column, default in _GIVEN.items():
        _ids[column.table.name], column.default = count(first), default
    try:
        yield
    finally:
        engine.clear_compiled_cache()
        for column in _GIVEN:
            column.default = None


def two_counties(engine: Engine, first: str, second: str) -> tuple[County, County]:
    """With no id in both."""
    ours = a_county(engine, first)
    with ids_from(engine, FIRST):
        theirs = a_county(engine, second)
    with engine.connect() as connection:
        across(connection)
        for table in KEYED:
            ids = set(connection.execute(select(table.c.id).where(_of(table, ours.organization.id))).scalars())
            its = set(connection.execute(select(table.c.id).where(_of(table, theirs.organization.id))).scalars())
            assert ids, table.name
            assert max(ids) < FIRST == min(its), table.name
    return ours, theirs


def a_county(engine: Engine, word: str) -> County:
    """Its people of every role, its plan, two months of its life, and a row in every table."""
    with unit_of_work(engine, START, built_in()) as uow:
        uow.organization = people.create_organization(uow.connection, f"{word} County", "America/Los_Angeles", START)
        here, workspace = uow.organization, f"T-{word}"
        people.add_workspace(uow.connection, here.id, "slack", workspace)
        rows, cast = a_plan(uow), []
        for role in Role:
            actor = Actor(
                "slack", workspace, f"U{role.name}", f"{role.word.title()} {word}", f"{role.word}@{word}.example"
            )
            cast.append(people.create_person(uow.connection, here.id, actor, name=actor.name, role=role, at=START))
            owns(uow, cast[-1], rows.steps["1.1.1"], rows.steps["1.2.1"])
        channel = people.channel_for(uow, "slack", workspace, "CGROUP", f"group-{word}").id
        group = uow.insert(
            models.workgroup, name=f"Basalt {word}", channel_id=channel, cadence="monthly:2:1:2026-01", created_at=START
        )
        for strategy in set(rows.strategies.values()):
            uow.insert(models.workgroup_strategy, workgroup_id=group, strategy_id=strategy)
        for one in cast:
            uow.insert(models.workgroup_member, workgroup_id=group, person_id=one.id, role="leader")
        change_setting(uow, "executive_channel", str(channel))
    with unit_of_work(engine, START, built_in(), organization=here) as uow:
        _fill(uow, word, but=_OF_JOBS)
        _mark(uow, word)
    clock = MovableClock(START)
    for at in (START, datetime(2026, 4, 2, 18, tzinfo=UTC), NOW):
        clock.move_to(at)
        JobRunner(engine, clock, handlers.JOBS, composer=built_in()).tick()
    with unit_of_work(engine, NOW, built_in(), organization=here) as uow:
        _fill(uow, word)
        uow.change(models.person, last_platform="slack")
        uow.change(outbox, state="sent", sent_at=NOW, remote_id="R" + word)
        uow.change(outbox, outbox.c.kind == "rollup", state="dead", remote_id="", error="account_inactive")
        ids = {str(key) for t in KEYED for key in uow.rows(select(t.c.id).where(_of(t, here.id))).scalars()}
        here = next(one for one in people.organizations(uow.connection) if one.id == here.id)
    return County(word, here, tuple(sorted(ids, key=int)))


def _fill(uow: UnitOfWork, word: str, but: Collection[str] = ()) -> None:
    """A row in every table that has none yet, the tables there will be too; but in these."""
    here = uow.organization.id
    for table in (one for one in TABLES if one.name not in but):
        if uow.row(select(table).where(_of(table, here)).limit(1)) is not None:
            continue
        values = {c.name: _value(uow, table, c, word) for c in table.c}
        values = {name: value for name, value in values.items() if value is not _UNSET}
        try:
            with uow.connection.begin_nested():
                uow.rows(insert(table).values(values))
        except IntegrityError as error:
            raise AssertionError(f"give {table.name} a value in tests/trust/tenants.py: {error.orig}") from error


def _value(uow: UnitOfWork, table: Table, column: Any, word: str) -> Any:
    if column.name == "organization_id":
        return uow.organization.id
    if table.name == "outbox" and column.name == "message":
        return to_json(say(word))
    if table.name == "survey" and column.name == "questions":
        return [to_data(Question("q1", f"How {word}?", f"Como {word}?"))]
    if (said := _VALUES.get(f"{table.name}.{column.name}", _UNSET)) is not _UNSET:
        return said
    if column.name == "token":
        return f"{table.name}-{word * 3}"  # as long as a page's address wants it
    for key in column.foreign_keys:
        parent = key.column.table
        if parent is table:
            return None
        ids = uow.rows(select(key.column).where(_of(parent, uow.organization.id)).order_by(key.column)).scalars().all()
        return ids[-1 if column.name == "was_id" else 0] if ids else None
    if column.name in _VALUES:
        return _VALUES[column.name]
    if (column.primary_key and isinstance(column.type, Integer)) or column.name in _UNSET:
        return _UNSET
    kinds: tuple[tuple[type, Any], ...] = (
        (Boolean, False), (Integer, 12), (Float, 12.5), (Date, date(2026, 3, 20)), (JSON, []),
        (String, f"{word} {table.name} {column.name}"[: getattr(column.type, "length", None) or 99]),
    )  # fmt: skip
    return next((value for kind, value in kinds if isinstance(column.type, kind)), START)


def _mark(uow: UnitOfWork, word: str) -> None:
    """The word in every text a person reads."""
    for table in TABLES:
        for column in () if table is audit else table.c:  # which is only ever added to
            if isinstance(column.type, String) and column.name not in _PLAIN:
                unmarked = and_(_of(table, uow.organization.id), func.lower(column).not_like(f"%{word}%"))
                uow.rows(update(table).where(unmarked).values({column.name: column + f" {word}"}))


def _of(table: Table, organization_id: int) -> Any:
    return (table.c.id if table.name == "organization" else table.c.organization_id) == organization_id


def held(connection: Connection, organization_id: int, tables: list[Table] = TABLES) -> dict[str, list[str]]:
    """All rows of an organization, as text."""
    across(connection)
    return {
        table.name: sorted(
            str(tuple(row)) for row in connection.execute(select(table).where(_of(table, organization_id)))
        )
        for table in tables
    }


def crossing(connection: Connection, tables: list[Table]) -> list[str]:
    """References from one organization's row to another's."""
    found = []
    for table in tables:
        for column in table.c if "organization_id" in table.c else ():
            for key in column.foreign_keys:
                parent = key.column.table.alias()
                if "organization_id" not in parent.c:
                    continue
                wrong = (column == parent.c[key.column.name]) & (table.c.organization_id != parent.c.organization_id)
                if connection.execute(select(table.c.organization_id).where(wrong).limit(1)).first():
                    found.append(f"{table.name}.{column.name}")
    return found


@dataclass
class Seen:
    """What came of one command. `said`: the reply and everything queued. `changed`: tables whose foreign rows are not
    as before, and references across. `wrote`: tables it wrote to."""

    said: str
    changed: list[str] = field(default_factory=list)
    wrote: set[str] = field(default_factory=set)
    reply: Reply = field(default_factory=Reply)


class Rehearsal(Dispatcher):
    """Dispatch with a rollback where its commit stands."""

    def __init__(self, engine: Engine, other: County) -> None:
        super().__init__(
            engine, MovableClock(NOW), handlers.COMMANDS, composer=built_in(), policy=Policy(adopt=False),
            public_url="https://sip.example",
        )  # fmt: skip
        self._other, self._numbers, self._written = other, count(1), set[str]()
        self._asked: Asked | None = None
        with engine.connect() as connection:
            self._before = held(connection, other.organization.id)
            self._last = connection.execute(select(func.max(outbox.c.id))).scalar() or 0
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, _sql: str, _values: Any, context: Any, _many: bool) -> None:
        compiled = getattr(context, "compiled", None)
        if compiled is not None and (compiled.isinsert or compiled.isupdate or compiled.isdelete):
            self._written.add(compiled.statement.table.name)

    def tries(
        self,
        actor: Actor,
        text: str = "",
        verb: str = "",
        values: Mapping[str, str] | None = None,
        source: Any = "typed",
    ) -> Seen:
        """One command, looked at before it is rolled back."""
        self._written.clear()
        self._seen = Seen("")
        place = Place("CGROUP", direct=True)
        given = Command(text, actor, place, f"try{next(self._numbers)}", verb=verb, values=values or {}, source=source)
        self._asked = values if isinstance(values, Asked) else None
        reply = self.handle(given)
        return replace(self._seen, said=(self._seen.said + to_json(reply)).lower(), reply=reply)

    def _transact(self, command: Command) -> Reply:
        if self._asked is not None:
            command = replace(command, values=self._asked)  # the door takes only what is listed
        with self._engine.connect() as connection:
            uow = UnitOfWork(connection, self._clock.read(), self._composer, self._public_url, mail=True)
            try:
                return self._run(uow, [command])[0]
            finally:
                wrote = set(self._written) - {"inbox"}
                self._seen = (
                    Seen(*self._look(connection, wrote), wrote)
                    if wrote and connection.in_transaction()
                    else Seen("", wrote=wrote)
                )
                connection.rollback()

    def _look(self, connection: Connection, wrote: set[str]) -> tuple[str, list[str]]:
        try:
            across(connection)
        except Exception:  # the transaction is broken: nothing of it can stay
            return "", []
        tables = [t for t in TABLES if t.name in wrote]
        now = held(connection, self._other.organization.id, tables)
        changed = [name for name, rows in now.items() if rows != self._before[name]]
        queued = connection.execute(select(outbox.c.message).where(outbox.c.id > self._last)).scalars()
        return "\n".join(queued), changed + crossing(connection, tables)


Way = tuple[str, str, tuple[tuple[str, str], ...]]  # source, verb, values


def ways(said: str) -> Iterator[Way]:
    """Every button and form in a Reply or a Message."""
    found = from_json(said)
    messages = [found.message] if isinstance(found, Reply) else [found]
    for message in messages:
        for block in message.blocks if isinstance(message, Message) else ():
            if isinstance(block, Actions):
                yield from (("button", button.verb, tuple(button.values)) for button in block.buttons if button.verb)
    form = found.form if isinstance(found, Reply) else None
    if isinstance(form, Form):
        fields = tuple((one.name, one.value or (one.options[0].value if one.options else "x")) for one in form.fields)
        yield "form", form.verb, (*form.hidden, *fields)


_ID = re.compile(r"\d+(?:,\d+)*")


def id_like(values: Iterable[tuple[str, str]]) -> set[str]:
    """The names whose values could be ids of rows."""
    return {name for name, value in values if _ID.fullmatch(value)}


def forged(
    values: tuple[tuple[str, str], ...], ids: tuple[str, ...], chance: random.Random, most: int
) -> Iterator[dict[str, str]]:
    """The values with each id-like one in turn replaced by the foreign county's ids: the first, and at most so many."""
    given = dict(values)
    for name in sorted(id_like(values)):
        for foreign in ids if len(ids) <= most else (ids[0], *chance.sample(ids[1:], most - 1)):
            yield {**given, name: foreign}


class Asked(dict[str, str]):
    """Values that have a foreign id under every name a handler may ask for, or under these; `asked` is what it asked."""

    def __init__(self, foreign: str, names: Collection[str] | None = None) -> None:
        super().__init__()
        self.foreign, self.names, self.asked = foreign, names, set[str]()

    def __bool__(self) -> bool:
        return True

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return self.foreign if key in self else default

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return self.foreign

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return self.names is None or key in self.names
