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
    file = tmp_path_factory.mktemp("cards") / "cards.json"
    plugins = ("-p", "tests.browser.collecting", "-p", "no:cacheprovider")
    command = [sys.executable, "-m", "pytest", *plugins, "-k", "not postgresql", *TESTS]
    subprocess.run(command, cwd=REPOSITORY, env={**os.environ, "SIPBOT_CARDS": str(file)}, check=True)
    found: Cards = json.loads(file.read_text("utf-8"))
    return found


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


@pytest.mark.parametrize("theme", THEMES)
def test_microsofts_renderer_has_nothing_against_any_of_them(cards: Cards, host_page: Host, theme: str) -> None:
    faults = []
    for kind, found in cards.items():
        for card in found:
            for width in (320, 600):
                faults += [(kind, width, fault) for fault in host_page.faults(card, theme, width)]
                if (pixels := host_page.sticks_out()) > 0:
                    faults.append((kind, width, f"sticks out by {pixels} pixels"))
                if not host_page.shows_something():
                    faults.append((kind, width, "shows nothing"))
    assert faults == []
    longest = [max(found, key=lambda card: len(json.dumps(card))) for found in cards.values()]
    for number, at in enumerate(range(0, len(longest), ON_A_SHEET)):
        host_page.sheet(longest[at : at + ON_A_SHEET], theme, PICTURES / f"cards-{theme}-{number:02}.png")
