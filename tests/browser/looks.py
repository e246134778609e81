"""How a page looks, in numbers and sentences that a test can assert."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page


def violations(page: Page) -> list[str]:
    """What axe finds wrong, one line each."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    found = axe.run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def overflow(page: Page) -> int:
    """How many pixels the page is wider than the window."""
    wider = page.evaluate("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    return int(wider)
