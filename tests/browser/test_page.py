"""A page made by the HTML renderer, as a reader sees it: on a phone, in the dark, on paper, with a screen reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.chat.compose import built_in
from bot.chat.messages import Context, Heading, Message, spans
from bot.pages import HOUSE, house_page
from bot.renderers.html import page as html_page
from bot.renderers.html import to_html
from bot.renderers.html_forms import form_html
from tests.browser.conftest import OpenPage
from tests.browser.looks import overflow, violations
from tests.golden.cases import ERRORS, FORMS, MESSAGES

pytestmark = pytest.mark.browser
EVERYTHING = ("text", "bullets", "facts", "table", "table_without_rows", "progress", "actions", "context", "mention")


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A file with every block, the longest words and a form with errors."""
    blocks = [block for name in EVERYTHING for block in MESSAGES[name].blocks]
    report = Message((Heading("March roll-up"), Context(spans("Published 1 April 2026")), *blocks))
    long_words = Message(tuple(block for block in MESSAGES["long_names"].blocks if not isinstance(block, Heading)))
    body = to_html(report) + to_html(long_words) + form_html(FORMS["form_every_field"], {}, ERRORS)
    path = tmp_path / "page.html"
    path.write_text(html_page("March roll-up", body), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 380])
def test_axe_finds_nothing_wrong_and_nothing_sticks_out(
    address: str, open_page: OpenPage, scheme: str, width: int
) -> None:
    page = open_page(address, width=width, scheme=scheme)
    assert violations(page) == []
    assert overflow(page) == 0


@pytest.mark.parametrize("name", HOUSE)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 380])
def test_the_houses_own_pages_read_well(
    tmp_path: Path, open_page: OpenPage, name: str, scheme: str, width: int
) -> None:
    path = tmp_path / f"{name}.html"
    path.write_bytes(house_page(built_in(), name).body)
    page = open_page(path.as_uri(), width=width, scheme=scheme)
    assert violations(page) == []
    assert overflow(page) == 0


def test_paper_shows_addresses_and_no_buttons(address: str, open_page: OpenPage) -> None:
    page = open_page(address, scheme="dark")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Edit").is_visible()
    link = page.get_by_role("link", name="the plan")
    assert "https://sip.example.org/r/plan" in link.evaluate("a => getComputedStyle(a, '::after').content")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    code = page.locator("code").first.evaluate("element => getComputedStyle(element).backgroundColor")
    assert code == "rgb(238, 240, 236)", "dark colours stay on the screen"
