"""A month and a quarter in the demo, in a real browser: what a newcomer does, and what must come of it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from bot.chat.clock import MovableClock
from bot.demo import prepare_demo
from tests.browser.conftest import OpenPage, serving
from tests.browser.looks import overflow, violations

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRAVEL = 60_000  # milliseconds: a quarter is some hundred ticks
LETTER = "Thank you for a steady quarter. " * 12


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo of 9 November 2026, alive: calendar, delivery and all."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder: Path = tmp_path_factory.mktemp("demo")
    clock = MovableClock(datetime(2026, 11, 9, 18, tzinfo=UTC))
    with ThreadPoolExecutor(1) as aside:  # Playwright keeps an event loop in this thread
        application = aside.submit(prepare_demo, folder, clock, port).result()

    async def start(_: web.Application) -> None:
        await application.start()

    async def stop(_: web.Application) -> None:
        await application.stop()

    application.web.on_startup.append(start)
    application.web.on_cleanup.append(stop)
    with serving(application.web, port) as url:
        yield f"{url}/console"


def send(page: Page, words: str) -> None:
    box = page.get_by_role("textbox", name=re.compile("^Message"))
    box.fill(words)
    box.press("Enter")


def be(page: Page, name: str) -> None:
    page.get_by_label("You are").select_option(label=name)
    page.wait_for_load_state()


def go(page: Page, place: str) -> None:
    page.get_by_role("link", name=re.compile(rf"^{place}\b")).click()
    page.get_by_role("heading", level=1, name=place).wait_for()


def travel(page: Page, button: str, words: str) -> str:
    page.get_by_role("button", name=button).click()
    page.locator("#travelled", has_text=words).wait_for(timeout=TRAVEL)
    return page.locator("#travelled").inner_text()


def last(page: Page, words: str) -> Locator:
    found = page.locator(".said", has_text=words).last
    found.wait_for()
    return found


def people(page: Page) -> list[str]:
    return page.get_by_label("You are").locator("option").all_inner_texts()


def test_a_month_and_a_quarter(demo: str, open_page: OpenPage) -> None:
    page = open_page(demo)
    coordinator, leader = people(page)[0], people(page)[3]

    # The prompt comes, and somebody answers in its thread.
    said = travel(page, "Next prompt", "A meeting prompt was posted in #")
    place = re.search(r"#([\w-]+)", said)[1]
    be(page, leader)
    go(page, place)
    prompt = last(page, "Reply here with")
    ref = re.search(r"“(\d\.\d\.\d)", prompt.inner_text())[1]
    page.get_by_role("button", name=re.compile("^Reply in thread")).last.click()
    thread = page.get_by_role("complementary", name="Thread")
    thread.get_by_label("Reply in the thread").fill(f"{ref} in progress - two units have begun")
    thread.get_by_label("Reply in the thread").press("Enter")
    thread.get_by_role("img", name=re.compile("reacted")).wait_for()
    thread.get_by_text(f"Saved: {ref}").wait_for()
    assert violations(page) == []

    # A form, typed into, saved and undone.
    send(page, "/sip update")
    form = page.get_by_role("dialog")
    assert violations(page) == []
    form.get_by_label("Action step").select_option(index=1)
    form.get_by_label("Note").fill("The draft is with both supervisors")
    form.get_by_role("button", name="Save").click()
    last(page, "The draft is with both supervisors")
    send(page, "/sip undo")
    last(page, "Taken back")

    # A win: one that tells too much is kept in the form; the mended one reaches the coordinator.
    send(page, "/sip win A client named Maria told us about her son in foster care.")
    form = page.get_by_role("dialog")
    form.get_by_label("Who is in it?").select_option(label="Only staff are in it")
    form.get_by_role("button", name="Send for review").click()
    form.locator(".errors").wait_for()
    assert "Maria" in form.get_by_label("What happened?").input_value()
    form.get_by_label("What happened?").fill("The front desk now answers within two days, and staff like it.")
    form.get_by_role("button", name="Send for review").click()
    last(page, "in review")
    be(page, coordinator)
    go(page, "sipbot")
    last(page, "The front desk now answers").get_by_role("button", name="Approve").click()
    last(page, "Approved")

    # The month ends; leadership reads the roll-up and its page.
    travel(page, "Month end", "roll-up was published in #leadership")
    go(page, "leadership")
    rollup = last(page, "Larkspur County: November 2026 roll-up")
    address = rollup.get_by_role("link", name=re.compile("whole page")).get_attribute("href")
    report = open_page(address, width=390)
    assert violations(report) == []
    assert overflow(report) == 0
    report.close()

    # The quarter ends; the coordinator writes the letter, confirms that nobody was asked, approves and publishes.
    travel(page, "Next quarter", "newsletter draft went to")
    go(page, "sipbot")
    send(page, "/sip newsletter approve")
    last(page, "letter")
    send(page, "/sip newsletter edit manager")
    form = page.get_by_role("dialog")
    form.get_by_role("textbox").first.fill(LETTER)
    form.get_by_role("button", name="Save").click()
    form.wait_for(state="detached")
    send(page, "/sip newsletter none")
    last(page, "Confirmed")
    send(page, "/sip newsletter approve")
    last(page, "Approved.")
    send(page, "/sip newsletter publish")
    last(page, "ublished")
    go(page, "all-staff")
    edition = last(page, "Q4 2026")
    assert violations(page) == []
    address = edition.get_by_role("link", name=re.compile("Read")).get_attribute("href")
    report = open_page(address, width=1280)
    assert "Thank you for a steady quarter." in report.inner_text("main")
    assert violations(report) == []


def test_home_and_help_are_accessible_on_a_phone_in_the_dark(demo: str, open_page: OpenPage) -> None:
    page = open_page(demo, width=390, scheme="dark")
    send(page, "/sip help")
    last(page, "What you can say")
    send(page, "/sip plan")
    last(page, "at a glance")
    assert violations(page) == []
    assert overflow(page) == 0
