"""Every card drawn by Microsoft's own renderer (npm `adaptivecards`), as a phone and a computer in Teams show it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from bot.chat.messages import Message, Text, spans
from bot.renderers.adaptive_card import card_values, dialog_card, form_card, message_card, read_action
from tests.browser.node import package
from tests.golden.cases import ERRORS, FORMS, MESSAGES
from tests.golden.compare import FOLDER

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SCRIPT = Path("adaptivecards/dist/adaptivecards.min.js")
CARDS = sorted(path.stem for path in (FOLDER / "adaptive_card").glob("*.json"))

CHART = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"><rect width="900" height="300" fill="#5b5fc7"/></svg>'
DRAW = """([card, html, config]) => {
  const AC = window.AdaptiveCards, version = new AC.Version(1, 5), context = new AC.SerializationContext(version);
  AC.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = html[text]; result.didProcess = text in html;
  };
  const drawn = new AC.AdaptiveCard();
  drawn.hostConfig = new AC.HostConfig(config);
  drawn.version = version;
  window.sent = [];
  drawn.onExecuteAction = action => window.sent.push({type: action.getJsonTypeName(), data: action.data});
  drawn.parse(card, context);
  const faults = [];
  for (let i = 0; i < context.eventCount; i++) faults.push(context.getEventAt(i).message);
  for (const event of drawn.validateProperties().validationEvents) faults.push(event.message);
  document.body.style.background = config.containerStyles.default.backgroundColor;
  document.body.replaceChildren(drawn.render());
  return faults;
}"""


def colors(text: str, subtle: str, accent: str, attention: str) -> dict[str, Any]:
    found = {name: {"default": text, "subtle": subtle} for name in ("default", "dark", "light", "good", "warning")}
    return found | {
        "accent": {"default": accent, "subtle": accent},
        "attention": {"default": attention, "subtle": attention},
    }


def host(page: str, emphasis: str, accent_fill: str, **foreground: str) -> dict[str, Any]:
    """A host config with Teams' sizes, spacings and limits, in one of its themes."""
    styles = {
        name: {"backgroundColor": fill, "foregroundColors": colors(**foreground)}
        for name, fill in (("default", page), ("emphasis", emphasis), ("accent", accent_fill))
    }
    return {
        "fontFamily": "Segoe UI, Helvetica, Arial, sans-serif",
        "fontSizes": {"small": 12, "default": 14, "medium": 16, "large": 20, "extraLarge": 24},
        "spacing": {"small": 4, "default": 8, "medium": 12, "large": 16, "extraLarge": 24, "padding": 12},
        "separator": {"lineThickness": 1, "lineColor": foreground["subtle"]},
        "actions": {"maxActions": 6, "actionsOrientation": "horizontal", "actionAlignment": "left", "buttonSpacing": 8},
        "containerStyles": styles,
        "supportsInteractivity": True,
    }


THEMES = {
    "light": host("#ffffff", "#e6e6e6", "#5b5fc7", text="#242424", subtle="#616161", accent="#5b5fc7", attention="#c4314b"),
    "dark": host("#292929", "#484848", "#7f85f5", text="#ffffff", subtle="#adadad", accent="#9299f7", attention="#f9526b"),
    "contrast": host("#000000", "#000000", "#1aebff", text="#ffffff", subtle="#ffffff", accent="#1aebff", attention="#ffff01"),
}  # fmt: skip


class Host:
    """A page that shows one card at a time."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def faults(self, card: dict[str, Any], theme: str = "light", width: int = 320) -> list[str]:
        """Draw the card; what the renderer has to say against it."""
        self.page.set_viewport_size({"width": width, "height": 800})
        known = as_drawn(card)
        found = self.page.evaluate(DRAW, [known, html_of(known), THEMES[theme]])
        return [str(fault) for fault in found]

    def words(self) -> str:
        return self.page.locator("body").inner_text()

    def shows_something(self) -> bool:
        return bool(self.words().strip()) or self.page.locator("img[alt]").count() > 0

    def sticks_out(self) -> int:
        """How many pixels the card is wider than the window."""
        return int(self.page.evaluate("document.body.scrollWidth - window.innerWidth"))

    def sent(self) -> list[dict[str, Any]]:
        return list(self.page.evaluate("window.sent"))


def as_drawn(node: Any) -> Any:
    """The card without what is Teams' own; where Teams would offer the directory's people there is one of them."""
    if isinstance(node, list):
        return [as_drawn(child) for child in node]
    if not isinstance(node, dict):
        return node
    drawn = {key: as_drawn(child) for key, child in node.items() if key not in ("msteams", "choices.data")}
    if "choices.data" in node:
        drawn["choices"] += [{"title": "Dana Whitfield", "value": "0f8fad5b-d9cb-469f-a165-70867728950e"}]
    return drawn


def html_of(node: Any) -> dict[str, str]:
    """Every text in the card as the HTML a full Markdown reader makes of it, more than Teams reads."""
    reader = MarkdownIt("js-default", {"html": False, "breaks": True})
    if isinstance(node, str):
        return {node: reader.render(node)}
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return {text: html for child in children for text, html in html_of(child).items()}


@pytest.fixture(scope="module")
def host_page(browser: Browser) -> Iterator[Host]:
    found = package(SCRIPT)
    context = browser.new_context(locale="en-US")
    context.set_default_timeout(5000)
    page = context.new_page()
    page.set_content(
        "<!doctype html><html lang=en><style>body{margin:0;padding:12px;font:14px Arial}p{margin:0}</style><body>"
    )
    page.add_style_tag(path=str(found.with_name("adaptivecards.css")))
    page.add_script_tag(path=str(found))
    page.route(re.compile("https?://"), lambda route: route.fulfill(body=CHART, content_type="image/svg+xml"))
    yield Host(page)
    context.close()


def golden(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "adaptive_card" / f"{name}.json").read_text("utf-8"))
    return found


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", CARDS)
def test_microsofts_renderer_draws_every_card_without_a_word_against_it(host_page: Host, name: str, theme: str) -> None:
    for width in (320, 600):
        assert host_page.faults(golden(name), theme, width) == []
        assert host_page.sticks_out() <= 0
        assert host_page.shows_something()


def test_what_people_typed_is_drawn_as_text(host_page: Host) -> None:
    assert host_page.faults(message_card(MESSAGES["hostile"])) == []
    assert host_page.page.locator("body script, em, s, code, blockquote, hr").count() == 0
    assert host_page.page.locator("img").count() == 1, "only the picture that is one"
    assert host_page.page.locator("a[href*=evil], a[href*=javascript]").count() == 0
    assert "<script>alert(1)</script>" in host_page.words()


def test_dates_that_people_typed_are_not_worked_out(host_page: Host) -> None:
    assert host_page.faults(message_card(Message((Text(spans("{{DATE(2026-11-22T09:00:00Z)}}")),)))) == []
    assert "DATE(2026-11-22T09:00:00Z)" in host_page.words()


def test_a_button_sends_its_verb_and_values(host_page: Host) -> None:
    host_page.faults(message_card(MESSAGES["actions"]))
    host_page.page.get_by_role("button", name="Edit").click()
    (sent,) = host_page.sent()
    assert sent["type"] == "Action.Execute"
    assert read_action(sent["data"]) == ("update", {"ref": "1.2.3", "note": 'a "quoted" note'})


@pytest.mark.parametrize("draw", [form_card, dialog_card])
def test_a_form_sends_what_it_shows_and_what_was_changed(host_page: Host, draw: Any) -> None:
    assert host_page.faults(draw(FORMS["form_every_field"])) == []
    page = host_page.page
    page.get_by_label("Status").select_option("done")
    page.get_by_label("What happened?").fill("Two staff trained, *all* here")
    page.get_by_role("button", name="Store it").click()
    (sent,) = host_page.sent()
    assert read_action(sent["data"]) == (
        "update",
        {
            "meeting": "4",
            "step": "2.1.1",
            "status": "done",
            "note": "Two staff trained, *all* here",
            "title": 'Pilot "one"',
            "due": "2026-04-30",
            "roles": "not started,blocked",
            "consent": "yes",
            "owner": "8",
            "credited": "7,9",
        },
    )
    assert card_values(sent["data"])["note"] == "Two staff trained, *all* here"


def test_a_form_asks_for_what_is_missing_before_it_sends(host_page: Host) -> None:
    host_page.faults(form_card(FORMS["form_every_field"]))
    host_page.page.get_by_role("button", name="Store it").click()
    assert host_page.sent() == []
    assert "Please answer “What happened?”." in host_page.words()


def test_errors_are_in_words_and_what_was_typed_is_kept(host_page: Host) -> None:
    card = form_card(FORMS["form_every_field"], {"title": "Typed before"}, ERRORS)
    assert host_page.faults(card) == []
    assert "Not stored yet" in host_page.words()
    assert "Please correct: Say in a sentence what happened." in host_page.words()
    assert host_page.page.get_by_label("Short title").input_value() == "Typed before"
