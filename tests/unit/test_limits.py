"""A person may ask so much a minute: more is told, and not kept; a delivery that comes again is no second one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

import bot.limits
from bot.chat.commands import Arg, CommandSpec
from bot.chat.messages import say
from bot.chat.replies import Reply
from bot.dispatch import TOO_MUCH
from bot.limits import COMMANDS, PAGES, CommandLimits, PageLimits
from storage.models import audit, inbox, outbox
from tests.desk import Desk, words

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Notes:
    """A capability that stores every word it hears."""

    @staticmethod
    def note(command, uow):
        uow.audit("noted", command.values.get("text", ""))
        return Reply(say("Noted."))

    COMMANDS = (
        CommandSpec("note", note.__func__, "Keep a word", args=(Arg("text", "rest"),)),
        CommandSpec("reply", note.__func__, "Keep a reply", hidden=True, args=(Arg("text", "rest"),)),
    )


@pytest.fixture
def desk(engine, clock, work, monkeypatch):
    monkeypatch.setattr(bot.limits, "COMMANDS", 5)
    return Desk(engine, clock, Notes)


def stored(desk, table=audit):
    with desk.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_more_than_a_person_types_in_a_minute_is_told_and_not_kept(desk, clock):
    said = [words(desk.says("Ann", f"/sip note {n}").message) for n in range(8)]
    assert said == ["Noted."] * 5 + [TOO_MUCH] * 3
    assert (stored(desk), stored(desk, inbox), stored(desk, outbox)) == (5, 5, 0)
    assert words(desk.says("Ben", "/sip note mine").message) == "Noted.", "nobody else is held up"
    clock.move_to(clock.read() + timedelta(minutes=1))
    assert words(desk.says("Ann", "/sip note later").message) == "Noted."


def test_a_delivery_that_comes_again_gets_its_first_answer_and_counts_once(desk):
    for _ in range(20):
        assert words(desk.says("Ann", "/sip note once", delivery_id="the same").message) == "Noted."
    assert stored(desk) == 1
    assert [words(desk.says("Ann", f"/sip note {n}").message) for n in range(5)][-2:] == ["Noted.", TOO_MUCH]


def test_what_was_refused_is_done_when_it_is_sent_again_later(desk, clock):
    for n in range(6):
        desk.says("Ann", f"/sip note {n}", delivery_id=f"d{n}")
    clock.move_to(clock.read() + timedelta(minutes=1))
    assert words(desk.says("Ann", "/sip note 5", delivery_id="d5").message) == "Noted."


def test_a_form_stays_open_with_what_was_typed(desk):
    for n in range(5):
        desk.says("Ann", f"/sip note {n}")
    reply = desk.sends("Ann", verb="note", values={"text": "long"}, source="form")
    assert reply.errors is not None
    assert reply.errors.errors == (("", TOO_MUCH),)


def test_events_are_told_once_a_minute(desk):
    for n in range(5):
        desk.says("Ann", f"/sip note {n}")
    for _ in range(4):
        desk.says("Ann", "note more", answerable=False, direct=True)
    assert [words(row.message) for row in desk.queued()] == [TOO_MUCH]
    assert stored(desk) == 5


def test_wrong_commands_count_too(desk):
    for _ in range(5):
        desk.says("Ann", "/sip nonsense")
    assert words(desk.says("Ann", "/sip note words").message) == TOO_MUCH


def test_the_limits_are_more_than_hands_do():
    assert COMMANDS >= 60
    assert PAGES >= 300


def test_a_clock_that_was_set_back_keeps_nobody_out():
    limits = CommandLimits()
    assert all(limits.take("ann", f"d{n}", NOON) for n in range(COMMANDS))
    assert not limits.take("ann", "more", NOON)
    assert limits.take("ann", "more", NOON - timedelta(hours=2))


def test_pages_begin_anew_each_minute_and_no_address_is_kept():
    limits = PageLimits()
    assert all(limits.take("198.51.100.7", 0.0) for _ in range(PAGES))
    assert not limits.take("198.51.100.7", 59.0)
    assert limits.take("198.51.100.7", 60.0)
    assert "198.51" not in repr(vars(limits))
