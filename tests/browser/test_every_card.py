"""Every card the product sends, drawn by Microsoft's own renderer: what its handlers say in their own tests, from the
real templates and forms. Pictures of them are kept in var/pictures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.card_host import THEMES, Host, host_page
from tests.browser.collecting import collected
from tests.browser.node import REPOSITORY
from tests.browser.playground import PICTURES
from tests.golden.adaptive_card_checks import assert_accepted, assert_valid

pytestmark = [pytest.mark.browser, pytest.mark.slow]
__all__ = ["host_page"]  # a fixture

TESTS = (
    "tests/unit/handlers",
    "tests/unit/test_delivery.py",
    "tests/unit/test_own_templates.py",
    "tests/unit/test_watch.py",
    "tests/trust/test_data_rights.py",
    "tests/trust/test_platform_trouble.py",
    "tests/integration/test_teams_adapter.py",
    "tests/integration/test_newsletter_mail.py",
    "tests/integration/test_newsletter_pages.py",
)
ON_A_SHEET = 16
Cards = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def cards(tmp_path_factory: pytest.TempPathFactory) -> Cards:
    """Kind -> its longest cards: of each template, reply, post and form. Let the handlers' tests say them."""
    folder = tmp_path_factory.mktemp("cards")
    plugins = ("-p", "tests.browser.collecting", "-p", "no:cacheprovider", "-n", "auto")
    command = [sys.executable, "-m", "pytest", *plugins, "-k", "not postgresql", *TESTS]
    subprocess.run(command, cwd=REPOSITORY, env={**os.environ, "SIPBOT_CARDS": str(folder)}, check=True)
    return collected(folder)


def test_every_template_has_a_card(cards: Cards) -> None:
    folder = REPOSITORY / "templates"
    names = {path.relative_to(folder).as_posix().removesuffix(".md.j2") for path in folder.rglob("*.md.j2")}
    assert {name for name in names if _is_said(Path(name))} - cards.keys() == set()


def _is_said(template: Path) -> bool:
    """In chat: not a part of others, nor on a public page or at the foot of a mail."""
    return not ({"page", "pages", "install"} & set(template.parts) or template.name.startswith(("_", "mail_")))


def test_every_card_is_small_enough_and_valid_by_microsofts_schema(cards: Cards) -> None:
    for kind, found in cards.items():
        for card in found:
            try:
                assert_accepted(card)
                assert_valid(card)
            except AssertionError as fault:
                raise AssertionError(f"{kind}: {fault}") from fault


@pytest.mark.parametrize("width", [320, 600])
def test_microsofts_renderer_has_nothing_against_any_of_them(cards: Cards, host_page: Host, width: int) -> None:
    """In one theme: they differ in their colours only."""
    faults = []
    for kind, found in cards.items():
        for card in found:
            faults += [(kind, fault) for fault in host_page.faults(card, width=width)]
            if (pixels := host_page.sticks_out()) > 0:
                faults.append((kind, f"sticks out by {pixels} pixels"))
            if not host_page.shows_something():
                faults.append((kind, "shows nothing"))
    assert faults == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_longest_of_each_kind_is_kept_as_a_picture(cards: Cards, host_page: Host, theme: str) -> None:
    longest = [max(found, key=lambda card: len(json.dumps(card))) for found in cards.values()]
    for number, at in enumerate(range(0, len(longest), ON_A_SHEET)):
        host_page.sheet(longest[at : at + ON_A_SHEET], theme, PICTURES / f"cards-{theme}-{number:02}.png")
