"""Whatever a verb writes, the audit log says who did what and when: every verb of the specs, typed, pressed and filled in.

All other tests are held to it too, by the `engine` fixture (tests/audited.py); here the verbs are counted.
"""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select

import handlers
from bot.chat.codec import to_json
from bot.chat.commands import CommandSpec, Role
from bot.chat.compose import built_in
from bot.chat.replies import Reply
from bot.dispatch import Dispatcher, Policy
from storage.db import open_engine
from storage.migrate import migrate
from storage.models import audit, outbox, person
from tests import audited
from tests.desk import Desk
from tests.trust.table import record
from tests.trust.tenants import Asked, Rehearsal, a_county, ways


@pytest.fixture(autouse=True)
def _in_no_hurry(monkeypatch):
    monkeypatch.setattr("bot.limits.COMMANDS", 10**9)


def everything(rehearsal, county, chance):
    """All that the county's people can type, press and fill in, from the specs and what they are shown; tried out."""
    shown = set()
    for role in (Role.ADMIN, Role.MEMBER):
        for spec in handlers.COMMANDS:
            handles = ("1.1.1", "Basalt", "<@UMEMBER>", "<#CGROUP>")
            texts = (spec.verb, *spec.examples, *(f"{spec.verb} {one}" for one in handles))
            for text in texts if not spec.hidden else ():
                shown |= set(ways(to_json(rehearsal.tries(county.actor(role), text).reply)))
            for one in chance.sample(county.ids, 3):
                for source in ("button", "form"):
                    rehearsal.tries(county.actor(role), verb=spec.verb, values=Asked(one), source=source)
    with rehearsal._engine.connect() as connection:
        for message in connection.execute(select(outbox.c.message).where(outbox.c.message != "")).scalars():
            shown |= set(ways(message))
    deeper = set()
    for source, verb, values in sorted(shown):
        for role in (Role.ADMIN, Role.MEMBER):
            found = rehearsal.tries(county.actor(role), verb=verb, values=dict(values), source=source)
            deeper |= set(ways(to_json(found.reply)))
    for source, verb, values in sorted(deeper - shown):
        rehearsal.tries(county.actor(Role.ADMIN), verb=verb, values=dict(values), source=source)


@pytest.mark.slow
def test_every_verb_that_writes_leaves_who_did_what_and_when(engine):
    ours, theirs = a_county(engine, "qzalpha"), a_county(engine, "qzbravo")
    watch = audited.Watch(engine)
    with watch.watching():
        everything(Rehearsal(engine, theirs), ours, random.Random(1))
    logged = [verb for verb, actions in watch.seen.items() if actions]
    tried = set(watch.seen) & {spec.verb for spec in handlers.COMMANDS}
    record("verbs that write without a row in the audit log", f"{len(tried)} verbs, {len(logged)} of them write "
           f"({engine.dialect.name})", f"{len(watch.found)} silent")  # fmt: skip
    assert watch.found == set()
    assert tried == {spec.verb for spec in handlers.COMMANDS}
    assert len(logged) >= 30


def test_a_verb_that_writes_in_silence_is_noticed(clock, tmp_path):
    def silent(command, uow):
        uow.change(person, person.c.id == uow.person.id, nudges=False)
        return Reply()

    def loud(command, uow):
        uow.audit("made loud")
        return silent(command, uow)

    def nobodys(command, uow):
        uow.insert(audit, person_id=None, at=uow.at, action="made by nobody", detail="")
        return silent(command, uow)

    specs = [CommandSpec(run.__name__, run, "") for run in (silent, loud, nobodys)]
    engine = open_engine(f"sqlite:///{tmp_path / 'own.sqlite3'}")  # the fixture would notice too
    migrate(engine)
    desk = Desk(engine, clock)
    desk.dispatcher = Dispatcher(engine, clock, specs, composer=built_in(), policy=Policy())
    watch = audited.Watch(engine)
    with watch.watching():
        for spec in specs:
            desk.says("Ann Ortiz", spec.verb)
    engine.dispose()
    assert watch.found == {("silent", ("person",)), ("nobodys", ("person",))}
    assert watch.seen["loud"] == {"made loud"}
