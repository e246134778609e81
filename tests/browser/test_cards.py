"""Every card drawn by Microsoft's own renderer (npm `adaptivecards`), as a phone and a computer in Teams show it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.chat.messages import Message, Text, spans
from bot.renderers.adaptive_card import card_values, dialog_card, form_card, message_card, read_action
from tests.browser.card_host import THEMES, Host, host_page
from tests.golden.cases import ERRORS, FORMS, MESSAGES
from tests.golden.compare import FOLDER

pytestmark = pytest.mark.browser
__all__ = ["host_page"]  # a fixture

CARDS = sorted(path.stem for path in (FOLDER / "adaptive_card").glob("*.json"))


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "adaptive_card" / f"{name}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", CARDS)
def test_microsofts_renderer_draws_every_card_without_a_word_against_it(host_page: Host, name: str, theme: str) -> None:
    for width in (320, 600):
        assert host_page.faults(golden(name), theme, width) == []
        assert host_page.sticks_out() <= 0
        assert host_page.shows_something()


def test_what_people_typed_is_drawn_as_text(host_page: Host) -> None:
    assert host_page.faults(message_card(MESSAGES["hostile"])) == []
    assert host_page.page.locator("body script, em, s, code, blockquote, hr").count() == 0
    assert host_page.page.locator("img").count() == 1, "only the picture that is one"
    assert host_page.page.locator("a[href*=evil], a[href*=javascript]").count() == 0
    assert "<script>alert(1)</script>" in host_page.words()


def test_dates_that_people_typed_are_not_worked_out(host_page: Host) -> None:
    assert host_page.faults(message_card(Message((Text(spans("{{DATE(2026-11-22T09:00:00Z)}}")),)))) == []
    assert "DATE(2026-11-22T09:00:00Z)" in host_page.words()


def test_a_button_sends_its_verb_and_values(host_page: Host) -> None:
    host_page.faults(message_card(MESSAGES["actions"]))
    host_page.page.get_by_role("button", name="Edit").click()
    (sent,) = host_page.sent()
    assert sent["type"] == "Action.Execute"
    assert read_action(sent["data"]) == ("update", {"ref": "1.2.3", "note": 'a "quoted" note'})


@pytest.mark.parametrize("draw", [form_card, dialog_card])
def test_a_form_sends_what_it_shows_and_what_was_changed(host_page: Host, draw: Any) -> None:
    assert host_page.faults(draw(FORMS["form_every_field"])) == []
    page = host_page.page
    page.get_by_label("Status").select_option("done")
    page.get_by_label("What happened?").fill("Two staff trained, *all* here")
    page.get_by_role("button", name="Store it").click()
    (sent,) = host_page.sent()
    assert read_action(sent["data"]) == (
        "update",
        {
            "meeting": "4",
            "step": "2.1.1",
            "status": "done",
            "note": "Two staff trained, *all* here",
            "title": 'Pilot "one"',
            "due": "2026-04-30",
            "roles": "not started,blocked",
            "consent": "yes",
            "owner": "8",
            "credited": "7,9",
        },
    )
    assert card_values(sent["data"])["note"] == "Two staff trained, *all* here"


def test_a_form_asks_for_what_is_missing_before_it_sends(host_page: Host) -> None:
    host_page.faults(form_card(FORMS["form_every_field"]))
    host_page.page.get_by_role("button", name="Store it").click()
    assert host_page.sent() == []
    assert "Please answer “What happened?”." in host_page.words()


def test_errors_are_in_words_and_what_was_typed_is_kept(host_page: Host) -> None:
    card = form_card(FORMS["form_every_field"], {"title": "Typed before"}, ERRORS)
    assert host_page.faults(card) == []
    assert "Not stored yet" in host_page.words()
    assert "Please correct: Say in a sentence what happened." in host_page.words()
    assert host_page.page.get_by_label("Short title").input_value() == "Typed before"
