"""Client voice: recorded by form, changed without losing the old, small numbers never shown."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import select

from bot.chat.commands import Role, parse_args
from handlers import voice
from storage.models import voice_result
from tests.builders import a_person, a_plan
from tests.desk import Desk, words


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Ana Lytic", Role.ANALYST)
        a_person(uow, "Mem Ber")
    return Desk(engine, clock, voice)


def recorded(desk, **fields):
    given = {"responses": "24", "heard": "Letters are hard to read", **fields}
    return desk.submits("Ana Lytic", desk.says("Ana Lytic", "/sip voice record"), **given)


def stored(work):
    with work() as uow:
        rows = uow.rows(select(voice_result).order_by(voice_result.c.id))
        return [(r.month, r.responses, r.did, r.step_id, r.withdrawn_at is not None) for r in rows]


def test_a_result_is_stored_and_shown(desk, work):
    reply = recorded(desk, did="A plain letter", step="1.1.1")
    assert stored(work) == [("2026-03", 24, "A plain letter", 1, False)]
    assert "Q1 2026" in words(reply.message)
    shown = words(desk.says("Mem Ber", "/sip voice").message)
    assert "People heard: 24 · step 1.1.1" in shown
    assert "You said: Letters are hard to read" in shown


@pytest.mark.parametrize(("given", "seen"), [("7", "fewer than 11"), ("*", "not shown"), ("", "not shown"), ("0", "0")])
def test_small_numbers_are_never_shown(desk, work, given, seen):
    assert f"People heard: {seen}." in words(recorded(desk, responses=given).message)
    assert f"People heard: {seen}" in words(desk.says("Mem Ber", "/sip voice").message)


def test_a_change_keeps_the_old_result_on_record(desk, work):
    saved = recorded(desk)
    form = desk.presses("Ana Lytic", saved.message, "Edit")
    desk.submits("Ana Lytic", form, did="A plain letter")
    assert [(row[2], row[4]) for row in stored(work)] == [("", True), ("A plain letter", False)]
    assert words(desk.says("Mem Ber", "/sip voice").message).count("You said") == 1


@pytest.mark.parametrize("button", ["Edit", "We did something"])
def test_of_two_changes_at_once_only_one_stands(desk, work, button):
    """The second reads the result before the first has replaced it, and waits for it on PostgreSQL."""
    recorded(desk)
    form = desk.presses("Ana Lytic", desk.says("Ana Lytic", "/sip voice").message, button)
    with ThreadPoolExecutor() as pool:
        with work() as uow:
            uow.change(voice_result, withdrawn_at=uow.at)
            waiting = pool.submit(desk.submits, "Ana Lytic", form, did="A plain letter")
            wait([waiting], timeout=0.3)
        assert "That result was changed or taken back." in dict(waiting.result().errors.errors)[""]
    assert [row[4] for row in stored(work)] == [True]


@pytest.mark.parametrize(
    ("fields", "name", "why"),
    [
        ({"responses": "many"}, "responses", "not a number of people"),
        ({"month": "2026-09"}, "month", "has not begun"),
        ({"heard": " "}, "heard", "Write what people said"),
        ({"heard": "Ms. Vega, case 12345678, said so"}, "heard", "case 12345678"),
        ({"step": "9.9.9"}, "step", "no step “9.9.9”"),
        ({"heard": "x" * 10_001}, "heard", "10,000 characters"),
    ],
)
def test_faults_stay_in_the_form(desk, work, fields, name, why):
    reply = recorded(desk, **fields)
    assert reply.errors is not None
    assert why in dict(reply.errors.errors)[name]
    assert not stored(work)


def test_what_is_not_yet_addressed_comes_first_and_can_be_answered(desk, work):
    recorded(desk, heard="Offices close too early", month="2026-01")
    recorded(desk, heard="Letters are hard to read", did="A plain letter")
    shown = desk.says("Ana Lytic", "/sip voice").message
    assert "1 result not yet addressed" in words(shown)
    assert words(shown).index("Offices close") < words(shown).index("Letters are hard")
    form = desk.presses("Ana Lytic", shown, "We did something")
    faulty = desk.submits("Ana Lytic", form, did=" ", step="9.9.9")
    assert set(dict(faulty.errors.errors)) == {"did", "step"}
    saved = desk.submits("Ana Lytic", form, did="Open until seven on Tuesdays", step="1.1.2")
    assert "step 1.1.2" in words(saved.message)
    assert stored(work) == [
        ("2026-01", 24, "", None, True),
        ("2026-03", 24, "A plain letter", None, False),
        ("2026-01", 24, "Open until seven on Tuesdays", 2, False),
    ]
    assert "not yet addressed" not in words(desk.says("Mem Ber", "/sip voice").message)


def test_an_answer_needs_a_result_that_stands(desk, work):
    saved = recorded(desk)
    shown = desk.says("Ana Lytic", "/sip voice").message
    desk.submits("Ana Lytic", desk.presses("Ana Lytic", saved.message, "Edit"), heard="Letters are long")
    assert "changed or taken back" in words(desk.presses("Ana Lytic", shown, "We did something").message)
    assert "Choose what it is about" in words(desk.sends("Ana Lytic", verb="voice answer", source="button").message)
    assert "is for an analyst" in words(desk.sends("Mem Ber", verb="voice answer", source="button").message)


@pytest.mark.parametrize("kind", ["survey", "phone calls", "focus group", "interview"])
def test_each_way_of_hearing_has_its_name(desk, work, kind):
    recorded(desk, kind=kind)
    assert f"{kind.capitalize()}, March 2026" in words(desk.says("Mem Ber", "/sip voice").message)


def test_every_example_parses():
    for spec in voice.COMMANDS:
        for example in spec.examples:
            assert example.startswith(spec.verb)
            assert parse_args(spec.args, example.removeprefix(spec.verb).strip())[1] == ""
