"""Published files by their links, and what is said where the links have no address."""

from __future__ import annotations

import pytest

from bot.chat.clock import MovableClock
from bot.chat.commands import Role, parse_args
from bot.chat.compose import built_in
from bot.dispatch import Dispatcher, Policy
from handlers import records, rollup
from tests.builders import a_person, a_plan
from tests.desk import Desk, buttons, words
from tests.unit.handlers.rollup_county import APRIL_1, set_channel


@pytest.fixture
def desk(engine, clock: MovableClock, work) -> Desk:
    """A county whose roll-up for March 2026 is published."""
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Cora Diaz", Role.COORDINATOR)
        set_channel(uow)
    desk = Desk(engine, clock, records, rollup)
    clock.move_to(APRIL_1)
    desk.tick()
    return desk


def test_the_files_of_a_published_month_are_links(desk):
    links = {b.label: b.url for b in buttons(desk.says("Cora Diaz", "/sip export 2026-03").message)}
    assert links["Page"].startswith("https://sip.example/r/")
    assert links["Markdown"] == links["Page"] + ".md"
    assert links["Numbers as CSV"] == links["Page"] + ".csv"


def test_without_an_address_it_says_what_is_missing_and_what_to_do(desk, engine, clock):
    specs = (*records.COMMANDS, *rollup.COMMANDS)
    desk.dispatcher = Dispatcher(engine, clock, specs, composer=built_in(), policy=Policy())
    message = desk.says("Cora Diaz", "/sip export 2026-03").message
    assert "PUBLIC_URL is not set" in words(message)
    assert "sipbot report 2026-03" in words(message)
    assert "/r/" not in repr(message)
    assert "March 2026" in words(desk.presses("Cora Diaz", message, "Read it here").message)


def test_what_was_not_published_has_no_files(desk):
    assert "Nothing was published for February 2026" in words(desk.says("Cora Diaz", "/sip export 2026-02").message)


def test_every_example_parses():
    for spec in records.COMMANDS:
        for example in spec.examples:
            assert parse_args(spec.args, example.removeprefix(spec.verb).strip())[1] == ""
