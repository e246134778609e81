"""Numbers that no column can hold, wherever they come from, are answered in words by every capability."""

from __future__ import annotations

from datetime import timedelta

import pytest

import handlers
from bot.chat.commands import Role
from tests.builders import a_person, a_plan, a_workgroup
from tests.desk import Desk, words

CORA = "Cora Diaz"
_VERBS = {
    "update": ("step", "update", "workgroup", "ref"),
    "undo": ("update", "story", "note"),
    "note step": ("note", "step"),
    "win": ("workgroup", "step", "story"),
    "stories": ("story",),
    "steps": ("workgroup", "before"),
    "assign": ("step", "who"),
    "agenda": ("workgroup",),
    "meeting": ("workgroup",),
    "followup": ("follow_up",),
    "measure record": ("instead", "measure"),
    "measure show": ("measure",),
    "voice record": ("voice",),
    "newsletter": ("report",),
    "workgroup": ("workgroup", "page"),
    "people": ("person", "page"),
    "snooze": ("days",),
}


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        found = a_plan(uow)
        cora = a_person(uow, CORA, Role.ADMIN)
        a_workgroup(uow, "Engagement", (found.strategies["1.1"],), ((cora, "leader"),))
    return Desk(engine, clock, handlers)


@pytest.mark.parametrize("value", ["²", "99999999999", "9" * 5000])
def test_no_value_brings_a_command_down(desk, value):
    for verb, names in _VERBS.items():
        for name in names:
            reply = desk.sends(CORA, verb=verb, values={name: value}, source="button")
            assert reply.message is None or "went wrong" not in words(reply.message), (verb, name)


@pytest.mark.parametrize("number", ["99999999999", "9" * 5000])
def test_no_typed_number_brings_a_command_down(desk, number):
    for text in (
        f"steps {number}.1.1", f"update {number}.1.1 done", f"assign {number}.1.1 @Cora", f"snooze {number}",
        f"meeting held {number}", f"measure show {number}", f"people {number}", f"workgroup {number}",
    ):  # fmt: skip
        assert "went wrong" not in words(desk.says(CORA, text).message or desk.says(CORA, "help").message), text


def test_undo_after_a_reading_leaves_an_older_update_alone(desk, clock):
    desk.says(CORA, "update 1.1.1 done piloted")
    clock.move_to(clock.read() + timedelta(minutes=1))
    assert "Saved" in words(desk.says(CORA, "measure record 1 44% 2026-01").message)
    clock.move_to(clock.read() + timedelta(minutes=1))
    assert "was: reading recorded" in words(desk.says(CORA, "undo").message)
