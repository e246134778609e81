"""The newsletter's pages in a real browser at a phone's width: the archive, the editing page, the way out, the e-mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from storage.db import open_engine
from tests.browser.conftest import OpenPage, serving
from tests.browser.looks import overflow, violations
from tests.newsletter_house import House, approved, county, house, office
from tests.unit.handlers.newsletter_county import STORY

__all__ = ["county", "house", "office"]
pytestmark = pytest.mark.browser
PHONE = 390
LANGUAGES = {
    "en": ("Save", "Saved.", "From the manager", "Unsubscribe", "You are unsubscribed", "Published 7 April 2026"),
    "es": (
        "Guardar",
        "Guardado.",
        "Carta de la gerencia",
        "Cancelar la suscripción",
        "Suscripción cancelada",
        "Publicada el 7 de abril de 2026",
    ),
}


@pytest.fixture
def engine(tmp_path: Path, empty_sqlite: Path) -> Iterator[Engine]:
    """One kind of database is enough: what a browser shows does not depend on it."""
    path = tmp_path / "newsletter.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    found = open_engine(f"sqlite:///{path}")
    yield found
    found.dispose()


@pytest.fixture
def site(house: House) -> Iterator[str]:
    with serving(house.web) as url:
        yield url


def path_to(house: House, kind: str, command: str) -> str:
    cora = house.person("Cora").says(command)
    found = re.search(rf"/{kind}/[\w-]+", str(cora.last))
    assert found
    return found[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_edition_is_edited_on_a_phone(house: House, site: str, open_page: OpenPage, language: str) -> None:
    save, saved, letter, *_ = LANGUAGES[language]
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    page = open_page(f"{site}{path_to(house, 'review', '/sip newsletter review')}?lang={language}", width=PHONE)
    assert page.locator("html").get_attribute("lang") == language
    assert violations(page) == []
    assert overflow(page) == 0
    page.get_by_label(re.compile(letter)).fill("Thank you all for a steady quarter.")
    page.get_by_role("button", name=save).click()
    page.get_by_text(saved, exact=True).wait_for()
    assert page.get_by_label(re.compile(letter)).input_value() == "Thank you all for a steady quarter."
    assert violations(page) == []
    page.get_by_label(re.compile(letter)).evaluate("e => e.removeAttribute('maxlength')")
    page.get_by_label(re.compile(letter)).fill("word " * 700)
    page.get_by_role("button", name=save).click()
    page.get_by_role("alert").wait_for()
    assert violations(page) == []
    assert overflow(page) == 0


@pytest.mark.parametrize("width", [400, 700])
def test_every_preview_is_readable(house: House, site: str, open_page: OpenPage, width: int) -> None:
    house.person("Cora").says("/sip newsletter draft Q1 2026")
    path = path_to(house, "review", "/sip newsletter review")
    for audience in ("channel", "email", "email-es", "web"):
        page = open_page(f"{site}{path}/preview/{audience}", width=width)
        assert overflow(page) == 0
        # A mail is shown within the mail program's own page, which has the landmarks.
        expected = ("landmark-one-main", "region") if audience.startswith("email") else ()
        assert [found for found in violations(page) if not found.startswith(expected)] == []
        assert (STORY in page.inner_text("body")) == (audience != "channel")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_archive_leads_to_the_edition_and_its_paper(
    house: House, site: str, open_page: OpenPage, language: str
) -> None:
    approved(house).says("/sip newsletter publish")
    page = open_page(f"{site}{path_to(house, 'archive', '/sip newsletter archive')}?lang={language}", width=PHONE)
    assert LANGUAGES[language][-1] in page.inner_text("main")
    assert violations(page) == []
    assert overflow(page) == 0
    page.locator("main a[href^='/r/']").first.click()
    page.get_by_text(STORY).wait_for()
    assert violations(page) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_way_out_is_one_button(house: House, site: str, open_page: OpenPage, language: str) -> None:
    _, _, _, button, done, _ = LANGUAGES[language]
    page = open_page(f"{site}/unsubscribe/{'x' * 32}?lang={language}", width=PHONE)
    assert violations(page) == []
    assert overflow(page) == 0
    page.get_by_role("button", name=button).click()
    page.get_by_text(done).first.wait_for()
    assert violations(page) == []
