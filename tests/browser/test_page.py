"""A page made by the HTML renderer, as a reader sees it: on a phone, in the dark, on paper, with a screen reader."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest

from bot.chat.compose import built_in
from bot.chat.messages import Context, Heading, Message, spans
from bot.pages import HOUSE, house_page
from bot.renderers.email_html import to_mail
from bot.renderers.html import file_links, to_html
from bot.renderers.html import page as html_page
from bot.renderers.html_forms import form_html
from tests.browser.conftest import OpenPage
from tests.browser.looks import overflow, violations
from tests.golden.cases import ERRORS, FORMS, MESSAGES

pytestmark = pytest.mark.browser
# A mail stands inside the mail program's page, which has the landmarks.
MAIL_HAS_NO = ("landmark-one-main", "region")
EVERYTHING = (
    "text", "bullets", "facts", "table", "statuses", "table_without_rows", "progress", "actions", "context", "mention", "chart",
    "chart_nothing_measured", "chart_long_labels", "chart_hostile",
)  # fmt: skip


@pytest.fixture
def address(tmp_path: Path) -> str:
    """A file with every block, the longest words and a form with errors."""
    blocks = [block for name in EVERYTHING for block in MESSAGES[name].blocks]
    report = Message((Heading("March roll-up"), Context(spans("Published 1 April 2026")), *blocks))
    long_words = Message(tuple(block for block in MESSAGES["long_names"].blocks if not isinstance(block, Heading)))
    files = file_links([("PDF, to print", "abc.pdf"), ("Numbers for Excel", "abc.xlsx")])
    body = to_html(report) + to_html(long_words) + form_html(FORMS["form_every_field"], {}, ERRORS) + files
    path = tmp_path / "page.html"
    path.write_text(html_page("March roll-up", body), "utf-8")
    return path.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 380])
def test_axe_finds_nothing_wrong_and_nothing_sticks_out(
    address: str, open_page: OpenPage, scheme: str, width: int
) -> None:
    page = open_page(address, width=width, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(found => found.open = true)")
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_chart_has_the_colours_of_the_page_and_its_table_opens_by_keyboard(
    address: str, open_page: OpenPage, scheme: str
) -> None:
    page = open_page(address, width=380, scheme=scheme)
    chart = page.get_by_role("img", name="Reunification rose from 31% in March 2025")
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert chart.get_by_text("40.5%", exact=True).evaluate("word => getComputedStyle(word).fill") == ink
    box = chart.bounding_box()
    assert box is not None
    assert 300 < box["width"] <= 380
    letters = chart.get_by_text("Expected", exact=True).evaluate("word => word.getBoundingClientRect().height")
    assert letters >= 9, "readable on a phone"
    numbers = page.get_by_text("The numbers").first
    numbers.focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("rowheader", name="February 2026").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 400])
def test_a_mail_is_readable_in_any_window(tmp_path: Path, open_page: OpenPage, scheme: str, width: int) -> None:
    blocks = [block for name in EVERYTHING for block in MESSAGES[name].blocks]
    mail = to_mail(Message((Heading("March roll-up"), *blocks), "March roll-up"))
    html = mail.html
    for content_id, png in mail.images:
        html = html.replace(f"cid:{content_id}", f"data:image/png;base64,{b64encode(png).decode()}")
    path = tmp_path / "mail.html"
    path.write_text(html, "utf-8")
    page = open_page(path.as_uri(), width=width, scheme=scheme)
    assert [found for found in violations(page) if not found.startswith(MAIL_HAS_NO)] == []
    assert overflow(page) == 0
    picture = page.get_by_role("img").first.bounding_box()
    assert picture is not None
    assert picture["width"] <= 552


def test_paper_shows_addresses_and_no_buttons(address: str, open_page: OpenPage) -> None:
    page = open_page(address, scheme="dark")
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Edit").is_visible()
    link = page.get_by_role("link", name="the plan")
    assert "https://sip.example.org/r/plan" in link.evaluate("a => getComputedStyle(a, '::after').content")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    code = page.locator("code").first.evaluate("element => getComputedStyle(element).backgroundColor")
    assert code == "rgb(238, 240, 236)", "dark colours stay on the screen"
