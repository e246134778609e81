"""Help as people see it; that its examples parse is tested with each capability."""

from __future__ import annotations

import pytest

import handlers
from bot.chat.commands import Role
from tests.builders import a_person
from tests.desk import Desk, words


@pytest.fixture
def desk(engine, clock, work) -> Desk:
    with work() as uow:
        a_person(uow, "Ann")
        a_person(uow, "Cora", Role.COORDINATOR)
    return Desk(engine, clock, handlers)


def test_help_begins_with_what_a_member_needs(desk) -> None:
    said = words(desk.says("Ann", "/sip help").message)
    assert said.index("/sip update") < said.index("/sip win") < said.index("/sip undo")
    assert "/sip settings" not in said
    assert "/sip settings" in words(desk.says("Cora", "/sip help").message)


def test_help_on_one_verb_shows_all_its_examples(desk) -> None:
    said = words(desk.says("Ann", "/sip help update").message)
    assert "/sip update 1.2.3 blocked waiting for the contract" in said
    assert "/sip update 1.2.3: in progress" in said


def test_help_on_a_verb_with_sub_verbs_says_who_may_do_what(desk) -> None:
    said = words(desk.says("Ann", "/sip help workgroup").message)
    assert said.index("/sip workgroup join Forms team") < said.index("For a coordinator")
    assert said.index("For a coordinator") < said.index("/sip workgroup add Forms team")


def test_examples_show_mentions_as_they_are_typed(desk) -> None:
    said = words(desk.says("Cora", "/sip help workgroup").message)
    assert "/sip workgroup member Forms team @Ann leader" in said
    assert "/sip workgroup channel Forms team #forms" in said


def test_help_on_an_unknown_word_shows_everything(desk) -> None:
    assert "I do not know “xyzzy”." in words(desk.says("Ann", "/sip help xyzzy").message)
