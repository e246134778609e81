"""What was said in the console stays said: once, in order, for those who may see it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.chat.messages import say
from storage.console import ConsoleStore

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def store(engine: Engine) -> ConsoleStore:
    return ConsoleStore(engine)


def add(store: ConsoleStore, key: str, minute: int = 0, **values: str) -> str:
    return store.add(key=key, channel="general", at=NOON + timedelta(minutes=minute), **values)  # type: ignore[arg-type]


def test_the_last_messages_come_oldest_first_without_replies(store: ConsoleStore) -> None:
    ids = [add(store, f"k{number}", author="ann", text=str(number)) for number in range(5)]
    add(store, "reply", thread=ids[4], author="ben", text="in the thread")
    assert [said.text for said in store.messages("general", "ann", 3)] == ["2", "3", "4"]


def test_a_thread_counts_only_the_replies_its_reader_sees(store: ConsoleStore) -> None:
    parent = add(store, "p", text="parent", author="ann")
    add(store, "r1", 5, thread=parent, author="ben", text="for all")
    add(store, "r2", 9, thread=parent, private_to="ben", text="for Ben")
    seen = {reader: store.messages("general", reader, 9)[0] for reader in ("ann", "ben")}
    assert (seen["ann"].replies, seen["ann"].last_reply) == (1, NOON + timedelta(minutes=5))
    assert (seen["ben"].replies, seen["ben"].last_reply) == (2, NOON + timedelta(minutes=9))
    assert [said.text for said in store.thread(parent, "ann")] == ["parent", "for all"]


def test_unread_counts_what_others_said_since(store: ConsoleStore) -> None:
    add(store, "a", author="ann", text="mine")
    add(store, "b", private_to="ben", text="not for Ann")
    assert store.unread("ann") == {}
    assert store.unread("ben") == {"general": 2}
    store.mark_read("ben", "general")
    store.mark_read("ben", "general")
    assert store.unread("ben") == {}
    add(store, "c", author="ann", text="new")
    assert store.unread("ben") == {"general": 1}


def test_a_message_survives_with_its_blocks_and_time(store: ConsoleStore) -> None:
    message = say("Zoë said: <b>")
    number = store.add(key="k", channel="general", at=NOON, message=message)
    found = store.get(number)
    assert found is not None
    assert (found.message, found.at, found.edited) == (message, NOON, False)
    store.replace(number, say("changed"))
    changed = store.get(number)
    assert changed is not None
    assert (changed.message, changed.edited) == (say("changed"), True)


def test_the_same_key_at_the_same_moment_is_one_message(store: ConsoleStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        ids = set(threads.map(lambda _: add(store, "same", text="once"), range(16)))
    assert len(ids) == 1
    assert len(store.messages("general", "ann", 99)) == 1


def test_the_same_reaction_or_mark_at_the_same_moment_is_one(store: ConsoleStore) -> None:
    number = add(store, "k", text="x")
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: store.react(number, "eyes"), range(16)))
        list(threads.map(lambda _: store.mark_read("ann", "general"), range(16)))
    found = store.get(number)
    assert found is not None
    assert found.reactions == ("eyes",)


@pytest.mark.parametrize("number", ["", "99", "x", "-1", "²", "9" * 30])
def test_an_id_that_is_not_there_is_nothing(store: ConsoleStore, number: str) -> None:
    assert store.get(number) is None
    assert store.thread(number, "ann") == []
