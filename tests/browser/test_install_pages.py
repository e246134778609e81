"""What people see when they install sipbot in their Slack workspace, or cannot: on a phone, in the light and the dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiohttp import web

from bot.chat.compose import built_in
from bot.install_pages import STATUS, install_page
from tests.browser.conftest import OpenPage, serving
from tests.browser.looks import overflow, violations

pytestmark = pytest.mark.browser
LONG = "Larkspur County Department of Human Services and Child Welfare " * 3


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    async def show(request: web.Request) -> web.Response:
        words = {
            "organization": LONG,
            "workspace": LONG.replace(" ", ""),
            "is_admin": True,
            "code": "bad_client_secret",
        }
        return install_page(built_in(), request.match_info["kind"].replace("-", " "), **words)

    application = web.Application()
    application.router.add_get("/{kind}", show)
    with serving(application) as url:
        yield url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", STATUS)
def test_every_page_is_accessible_and_fits_a_phone(address: str, open_page: OpenPage, kind: str, scheme: str) -> None:
    page = open_page(f"{address}/{kind.replace(' ', '-')}", width=320, scheme=scheme)
    assert page.locator("h1").count() == 1
    assert violations(page) == []
    assert overflow(page) == 0
