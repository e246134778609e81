"""Nothing of one county is read or written by the people of another: every verb, by every role, with the other's ids."""

from __future__ import annotations

import io
import os
import random
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from pypdf import PdfReader
from sqlalchemy import ColumnElement, Engine, delete, insert, select, update
from sqlalchemy.exc import ProgrammingError

import handlers
from bot.app import build
from bot.chat.clock import MovableClock
from bot.chat.codec import to_json
from bot.chat.commands import Command, Place, Role
from bot.chat.compose import built_in
from bot.chat.ports import Pace, Post
from bot.config import load
from bot.delivery import Delivery
from bot.dispatch import Dispatcher, Policy
from storage.models import channel, organization, outbox, report, survey
from storage.queries.people import who
from storage.tenancy import across, rls_fault
from storage.uow import UnitOfWork, unit_of_work
from tests.trust.table import record
from tests.trust.tenants import (
    FIRST,
    KEYED,
    NOW,
    START,
    TABLES,
    Asked,
    County,
    Rehearsal,
    Way,
    _of,
    forged,
    held,
    id_like,
    two_counties,
    ways,
)

FULL = os.environ.get("SIPBOT_TRUST") == "full"
MOST = 1000 if FULL else 2  # foreign ids tried in one place by one role
OURS, THEIRS = "qzalpha", "qzbravo"
BROKEN = "something went wrong"


@dataclass(frozen=True)
class Two:
    engine: Engine
    ours: County
    theirs: County


@pytest.fixture(autouse=True)
def _in_no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """One person says thousands of things within a moment, which is what is not tried here."""
    monkeypatch.setattr("bot.limits.COMMANDS", 10**9)


@pytest.fixture
def two(engine: Engine) -> Two:
    return Two(engine, *two_counties(engine, OURS, THEIRS))


Acts = Iterator[tuple[Role, dict[str, Any]]]


def typed(foreign: County) -> Acts:
    """What the specs say can be written, with the names and ids of either county."""
    handles = ("1.1.1", "Basalt", "<@UMEMBER>", "<#CGROUP>", *foreign.ids[:2])
    for spec in handlers.COMMANDS:
        texts = ["", *spec.examples, *(f"{spec.verb} {one}" for one in handles)] if not spec.hidden else []
        for text in texts:
            for role in Role:
                yield role, {"text": text or spec.verb}


def shown(rehearsal: Rehearsal, counties: tuple[County, ...]) -> set[Way]:
    """The buttons and forms in every answer to these counties' people, and in what was posted to them."""
    found: set[Way] = set()
    for county in counties:
        for spec in handlers.COMMANDS:
            for text in ("", *spec.examples) if not spec.hidden else ():
                seen = rehearsal.tries(county.actor(Role.ADMIN), text or spec.verb)
                found |= set(ways(to_json(seen.reply)))
    with rehearsal._engine.connect() as connection:
        for message in connection.execute(select(outbox.c.message).where(outbox.c.message != "")).scalars():
            found |= set(ways(message))
    return found


def acts(rehearsal: Rehearsal, county: County, chance: random.Random, foreign: County) -> Acts:
    """What the county's people of every role try, made from the specs and from the buttons and forms they are shown."""
    yield from typed(foreign)
    pressed = sorted(shown(rehearsal, (county, foreign)))
    names = {name for _, _, values in pressed for name in id_like(values)}
    for spec in handlers.COMMANDS:
        for role in Role:
            for found in foreign.ids if FULL else foreign.ids[: 3 if role is Role.ADMIN else 1]:
                for source in ("button", "form"):
                    yield role, {"verb": spec.verb, "values": Asked(found), "source": source}
                    if FULL or role is Role.ADMIN:
                        yield role, {"verb": spec.verb, "values": Asked(found, names), "source": source}
    for source, verb, values in pressed:
        # An administrator may do what all others may; at the short setting one other role goes with them.
        for role in Role if FULL else (Role.ADMIN, chance.choice(list(Role)[:-1])):
            yield role, {"verb": verb, "values": dict(values), "source": source}
            for one in forged(values, foreign.ids, chance, MOST):
                yield role, {"verb": verb, "values": one, "source": source}


@pytest.mark.slow
def test_no_verb_reads_or_writes_a_foreign_countys_rows(two: Two) -> None:
    rehearsal, chance = Rehearsal(two.engine, two.theirs), random.Random(1)
    reads, writes, broken, tried = [], [], [], Counter[str]()
    given: set[str] = set()  # verbs that were given the id that is a foreign row of every table, by who may use them
    asked: set[str] = set()  # names of values that handlers asked for, and got it
    carried: set[str] = set()  # names under which buttons and forms have ids
    forged_in: set[str] = set()  # those of them where it took an id's place
    needed = {spec.verb: spec.role for spec in handlers.COMMANDS}
    for role, act in acts(rehearsal, two.ours, chance, two.theirs):
        seen = rehearsal.tries(two.ours.actor(role), **act)
        what, values = f"{role.word}: {act}", act.get("values", {})
        tried[act.get("verb") or act["text"].split()[0]] += 1
        reads += [what] if THEIRS in seen.said else []
        writes += [f"{what}: {seen.changed}"] if seen.changed else []
        broken += [what] if BROKEN in seen.said else []
        if isinstance(values, Asked) and values.foreign == str(FIRST) and role >= needed[act["verb"]]:
            given.add(act["verb"])
            asked |= values.asked
        carried |= id_like(values.items())
        forged_in |= {name for name, value in values.items() if value == str(FIRST)}
    setting = f"{tried.total():,} combinations of {len(tried)} verbs on {two.engine.dialect.name}"
    across_counties = f"{len(reads)} reads, {len(writes)} writes across"
    record("every verb × role × foreign organization", f"{setting}, rows of {len(KEYED)} tables", across_counties)
    assert reads == []
    assert writes == []
    assert broken == []
    assert set(tried) >= {spec.verb for spec in handlers.COMMANDS if spec.hidden}
    assert given == set(needed)
    assert {"step", "story", "report"} <= carried <= forged_in
    assert {*carried, "learning", "link", "follow_up", "note", "update"} - {"attendance", "channel"} <= asked


@pytest.mark.slow
def test_who_lacks_the_role_is_refused_and_nothing_is_written(two: Two) -> None:
    rehearsal, wrong, tried = Rehearsal(two.engine, two.theirs), [], 0
    for spec in handlers.COMMANDS:
        for role in (one for one in Role if one < spec.role):
            typed = [{"text": one} for one in (spec.verb, *spec.examples)] if not spec.hidden else []
            pressed = [{"verb": spec.verb, "values": {"id": "1"}, "source": source} for source in ("button", "form")]
            for act in (*typed, *pressed):
                tried += 1
                seen = rehearsal.tries(two.ours.actor(role), **act)
                if "is for a" not in seen.said or seen.wrote:
                    wrong.append(f"{role.word}: {act}: {sorted(seen.wrote)}")
    record(
        "every verb × role below its own", f"{tried:,} combinations on {two.engine.dialect.name}", f"{len(wrong)} done"
    )
    assert tried > 50
    assert wrong == []


def test_one_user_id_in_two_workspaces_is_two_people(two: Two) -> None:
    with two.engine.connect() as connection:
        for county in (two.ours, two.theirs):
            found = who(connection, county.actor(Role.MEMBER))
            assert found is not None
            assert found[0].id == county.organization.id
            assert county.word in found[1].name


class Cloud:
    """Slack's part: it notes what it is sent."""

    platform, pace = "slack", Pace()

    def __init__(self) -> None:
        self.posts: list[Post] = []

    async def send(self, post: Post) -> str:
        self.posts.append(post)
        return f"m{len(self.posts)}"

    async def find(self, post: Post) -> str | None:
        return None


async def test_a_countys_posts_go_to_its_own_channels_and_people_only(two: Two) -> None:
    with two.engine.begin() as connection:
        connection.execute(update(outbox).values(state="pending", platform="", target="", thread="", reaction=""))
        connection.execute(update(outbox).values(subscriber_id=None, available_at=NOW))
        count = len(connection.execute(select(outbox.c.id)).all())
    cloud = Cloud()
    await Delivery(two.engine, MovableClock(NOW), [cloud], composer=built_in()).drain()
    words = [(post.address.workspace, to_json(post.message).lower() if post.message else "") for post in cloud.posts]
    wrong = [w for w in words if (THEIRS if OURS in w[0] else OURS) in w[1]]
    record(
        "posts of two counties delivered",
        f"{count} posts on {two.engine.dialect.name}",
        f"{len(wrong)} to the wrong county",
    )
    assert {workspace for workspace, _ in words} == {f"T-{OURS}", f"T-{THEIRS}"}
    assert wrong == []


LETTER = "Thank you all for a quarter of steady work. " * 9
FORMATS = ("", ".html", ".md", ".json", ".csv", ".xlsx", ".pdf")


def published(two: Two, county: County) -> list[str]:
    """The county's edition is published -> the addresses of all its public pages."""
    dispatcher = Dispatcher(
        two.engine, MovableClock(NOW), handlers.COMMANDS, composer=built_in(), policy=Policy(),
        public_url="https://sip.example",
    )  # fmt: skip
    for number, text in enumerate((f"edit letter {LETTER}", "approve", "publish", "archive")):
        place = Place("CGROUP", direct=True)
        dispatcher.handle(Command(f"newsletter {text}", county.actor(Role.ADMIN), place, f"{county.word}-{number}"))
    here = county.organization.id
    with two.engine.connect() as connection:
        across(connection)

        def tokens(column: ColumnElement[str], *where: ColumnElement[bool]) -> list[str]:
            return list(connection.execute(select(column).where(*where)).scalars())

        out = report.c.published_at.is_not(None), report.c.kind.in_(("rollup", "newsletter"))
        reports = connection.execute(select(report.c.kind, report.c.token).where(_of(report, here), *out)).all()
        assert {row.kind for row in reports} == {"rollup", "newsletter"}, reports
        surveys = tokens(survey.c.token, _of(survey, here))
        archives = tokens(organization.c.archive_token, _of(organization, here))
    sheets = (".csv", ".xlsx")  # which a newsletter has not
    pages = [f"/r/{row.token}{one}" for row in reports for one in FORMATS if row.kind == "rollup" or one not in sheets]
    return [*pages, *(f"/survey/{token}" for token in surveys), *(f"/archive/{token}" for token in archives)]


def read(body: bytes, address: str) -> str:
    """What a person reads of a page or a file."""
    if address.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "\n".join(book.read(one).decode() for one in book.namelist()).lower()
    if address.endswith(".pdf"):
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).lower()
    return body.decode().lower()


async def test_a_countys_pages_show_its_own_words_and_nothing_of_another(two: Two) -> None:
    settings = load(_env_file=None, database_url="sqlite:///unused", sipbot_console=False)
    app = build(settings, clock=MovableClock(NOW), engine=two.engine)
    shown, closed, leaked, strange = 0, [], [], []
    async with TestClient(TestServer(app.web)) as client:
        for county, other in ((two.ours, two.theirs), (two.theirs, two.ours)):
            for address in published(two, county):
                answer = await client.get(address)
                said = read(await answer.read(), address) if answer.status == 200 else ""
                shown += bool(said)
                closed += [] if said else [(address, answer.status)]
                leaked += [address] if other.word in said else []
                strange += [] if county.word in said else [address]
    record(
        "public pages of two counties",
        f"{shown} pages and files on {two.engine.dialect.name}",
        f"{shown - len(strange)} with their own county's words, {len(leaked)} with the other's",
    )
    assert closed == []
    assert leaked == []
    assert strange == []


def ours(two: Two) -> AbstractContextManager[UnitOfWork]:
    return unit_of_work(two.engine, START, built_in(), organization=two.ours.organization)


def test_postgresql_keeps_counties_apart_by_itself(two: Two) -> None:
    """The tenant's condition left out of every query by hand."""
    if two.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security")
    assert rls_fault(two.engine) is None
    theirs, tables = two.theirs.organization.id, [t for t in TABLES if t.name != "organization"]
    with two.engine.connect() as connection:
        before = held(connection, theirs)
    read = changed = refused = 0
    for table in tables:
        with ours(two) as uow:
            rows = uow.rows(select(table.c.organization_id)).scalars().all()
            assert rows, f"nothing of ours in {table.name}"
            read += sum(one == theirs for one in rows)
        if table.name == "audit":
            continue  # which is only ever added to, by anybody
        with ours(two) as uow:
            changed += uow.rows(
                update(table).where(table.c.organization_id == theirs).values(organization_id=theirs)
            ).rowcount
            changed += uow.rows(delete(table).where(table.c.organization_id == theirs)).rowcount
        with two.engine.connect() as connection:
            given = dict(connection.execute(select(table).where(_of(table, theirs))).mappings().first() or {})
        given = {name: value for name, value in given.items() if name != "id"}
        for statement in (insert(table).values(given), update(table).values(organization_id=theirs)):
            with ours(two) as uow, pytest.raises(ProgrammingError, match="row-level security"):
                uow.rows(statement)
            refused += 1
    with two.engine.connect() as connection:
        assert held(connection, theirs) == before
    record(
        "the tenant's condition left out, row-level security alone",
        f"{len(tables)} tables",
        f"{read} rows read, {changed} changed, {refused} writes refused",
    )
    assert (read, changed) == (0, 0)


def test_a_transaction_that_does_not_say_whose_it_is_sees_nothing(two: Two) -> None:
    if two.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security")
    with ours(two) as uow:
        assert uow.rows(select(channel)).all()
    with unit_of_work(two.engine, START, built_in()) as uow:  # the same pooled connection
        assert [t.name for t in TABLES if uow.rows(select(t)).all()] == []


def test_every_table_with_an_organization_is_held_to_it(two: Two) -> None:
    if two.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security")
    sql = (
        "SELECT c.relname FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname"
        " WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.policyname = 'of_one_organization' AND p.cmd = 'ALL'"
    )
    with two.engine.connect() as connection:
        held_to_it = {row[0] for row in connection.exec_driver_sql(sql)}
    assert held_to_it == {t.name for t in TABLES}
