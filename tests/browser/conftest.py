"""A real Chromium, and aiohttp applications served on a port of this machine while a test runs."""

from __future__ import annotations

import asyncio
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from storage.console import ConsoleStore
from storage.db import open_engine
from tests.browser.stub_county import StubCounty, county_with

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = os.environ.get("SIPBOT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
OpenPage = Callable[..., "Page"]


@contextmanager
def serving(app: web.Application, port: int = 0) -> Iterator[str]:
    """Serve the application from a thread with a loop of its own; gives `http://127.0.0.1:port`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> tuple[web.AppRunner, str]:
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"

    runner, url = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    try:
        yield url
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests; where there is none the tests are skipped and say so."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM:
        pytest.skip("no Chromium here; install one or set SIPBOT_CHROMIUM")
    with playwright.sync_playwright() as running:
        found = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """`open_page(url, width=1280, scheme="light")`; a script error or a request to elsewhere fails the test."""
    contexts = []
    faults: list[str] = []

    def opened(url: str, width: int = 1280, scheme: str = "light") -> Page:
        phone = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=phone,
            is_mobile=phone,
        )
        contexts.append(context)
        context.set_default_timeout(5000)
        page = context.new_page()
        home = url if url.startswith("file:") else "/".join(url.split("/")[:3])
        page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
        page.on(
            "request", lambda asked: None if asked.url.startswith(home) else faults.append(f"request to {asked.url}")
        )
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def county(tmp_path: Path, empty_sqlite: Path) -> Iterator[StubCounty]:
    """The stub county with a chat of its own."""
    path = tmp_path / "console.sqlite3"
    path.write_bytes(empty_sqlite.read_bytes())
    engine = open_engine(f"sqlite:///{path}")
    yield county_with(ConsoleStore(engine))
    engine.dispose()


@pytest.fixture
def console_url(county: StubCounty) -> Iterator[str]:
    """The address of the stub county's console."""
    app = web.Application()
    county.adapter.routes(app)
    with serving(app) as url:
        yield f"{url}/console"
