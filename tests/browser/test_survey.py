"""The survey on a phone, in English and Spanish, without a script: filled in, put right, sent, and closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, select

from bot.chat.clock import MovableClock
from storage.db import open_engine
from storage.models import survey_answer
from tests.browser.conftest import OpenPage, serving
from tests.browser.looks import overflow, violations
from tests.survey_house import TOKEN, survey_house

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
PHONES = (320, 390)


@pytest.fixture
def engine(tmp_path: Path, empty_sqlite: Path) -> Iterator[Engine]:
    path = tmp_path / "survey.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    found = open_engine(f"sqlite:///{path}")
    yield found
    found.dispose()


@pytest.fixture
def address(engine: Engine, clock: MovableClock) -> Iterator[str]:
    with serving(survey_house(engine, clock)) as url:
        yield f"{url}/survey/{TOKEN}"


def looks_right(page: Page) -> None:
    assert violations(page) == []
    assert overflow(page) == 0
    assert page.context.cookies() == []
    small = page.locator("a, button, textarea, label.choice").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 44 && !one.closest('.errors')).map(one => one.outerHTML)"
    )
    assert small == [], "a thumb needs 44 pixels"


def stored(engine: Engine) -> list[dict[str, str]]:
    with engine.connect() as connection:
        return list(connection.execute(select(survey_answer.c.answers)).scalars())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [*PHONES, 1280])
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_is_accessible_and_fits(
    address: str, open_page: OpenPage, clock: MovableClock, width: int, scheme: str, language: str
) -> None:
    page = open_page(f"{address}?lang={language}", width=width, scheme=scheme)
    looks_right(page)
    page.locator("form button").click()
    page.locator(".errors").wait_for()
    looks_right(page)
    page.goto(f"{address}/thanks?lang={language}")
    looks_right(page)
    clock.move_to(datetime(2026, 5, 1, tzinfo=UTC))
    page.goto(f"{address}?lang={language}")
    looks_right(page)


def test_a_survey_is_answered_in_spanish_on_a_phone(address: str, open_page: OpenPage, engine: Engine) -> None:
    page = open_page(address, width=390)
    page.get_by_role("link", name="Español").click()
    page.get_by_role("heading", name="Díganos cómo lo estamos haciendo").wait_for()
    first = page.get_by_role("group", name="1. ¿Fue fácil recibir la ayuda que buscaba?")
    page.get_by_role("button", name="Enviar mis respuestas").click()
    summary = page.get_by_role("alert")
    assert "Conteste al menos una" in summary.inner_text()
    assert page.evaluate("document.activeElement.className") == "errors"
    first.get_by_text("En gran parte").click()
    page.get_by_role("group", name="2.").get_by_text("Prefiero no contestar").click()
    page.get_by_label("4. ¿Qué fue lo que más le ayudó?").fill("Que me hablaran en español.\nGracias.")
    page.get_by_role("button", name="Enviar mis respuestas").click()
    page.get_by_role("heading", name="Gracias").wait_for()
    page.reload()
    assert stored(engine) == [{"q1": "mostly", "q4": "Que me hablaran en español.\nGracias."}]
    page.get_by_role("link", name="Responder por otra persona").click()
    assert not page.get_by_label("En gran parte").first.is_checked()
    assert page.get_by_label("4. ¿Qué fue").input_value() == ""


def test_a_survey_is_answered_in_english_with_the_keyboard_alone(
    address: str, open_page: OpenPage, engine: Engine
) -> None:
    page = open_page(address, width=390)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Español"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    outline = page.evaluate("getComputedStyle(document.activeElement.closest('label')).outlineWidth")
    assert outline == "3px", "the focus can be seen"
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("The evening hours")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    assert stored(engine) == [{"q1": "mostly", "q4": "The evening hours"}]


def test_going_back_opens_a_fresh_form_for_the_next_in_line(address: str, open_page: OpenPage, engine: Engine) -> None:
    page = open_page(address, width=390)
    for answer in ("Yes, fully", "No"):
        page.get_by_role("group", name="1.").get_by_text(answer, exact=True).click()
        page.get_by_role("button", name="Send my answers").click()
        page.get_by_role("heading", name="Thank you").wait_for()
        page.go_back()
        page.get_by_role("group", name="1.").wait_for()
    assert sorted(answers["q1"] for answers in stored(engine)) == ["no", "yes"]


def test_a_fault_is_one_tap_away_and_everything_else_stays(address: str, open_page: OpenPage, engine: Engine) -> None:
    page = open_page(address, width=390)
    page.get_by_role("group", name="3.").get_by_text("Only a little").click()
    page.get_by_label("5. What is one thing").fill("x" * 2001)
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("alert").get_by_role("link", name="5. What is one thing").click()
    assert page.evaluate("document.activeElement.id") == "q5"
    assert page.get_by_role("group", name="3.").get_by_label("Only a little").is_checked()
    page.get_by_label("5. What is one thing").fill("Shorter lines")
    page.get_by_role("button", name="Send my answers").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    assert stored(engine) == [{"q3": "little", "q5": "Shorter lines"}]
