"""A page on which Microsoft's own renderer of Adaptive Cards (npm `adaptivecards`) draws them as Teams does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from markdown_it import MarkdownIt

from tests.browser.node import package

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

READER = MarkdownIt("js-default", {"html": False, "breaks": True})
SCRIPT = Path("adaptivecards/dist/adaptivecards.min.js")

CHART = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="300"><rect width="900" height="300" fill="#5b5fc7"/></svg>'
DRAW = """([card, html, config, width]) => {
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
  const made = drawn.render();
  if (width) {  // one of many on a sheet
    made.style.cssText += `;width:${width}px;margin:2px 0 12px;break-inside:avoid;outline:1px solid gray`;
    document.body.append(made);
  } else document.body.replaceChildren(made);
  document.body.style.columns = width ? `${width}px` : "auto";
  return faults;
}"""

WIDER = """() => {
  const cells = document.querySelectorAll(":is([role=cell], [role=columnheader]) *");
  const over = [...cells].map(one => one.scrollWidth - one.clientWidth);
  return Math.max(document.body.scrollWidth - window.innerWidth, ...over);
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
        found = self.page.evaluate(DRAW, [known, html_of(known), THEMES[theme], 0])
        return [str(fault) for fault in found]

    def sheet(self, cards: Iterable[dict[str, Any]], theme: str, path: Path) -> None:
        """A picture of many cards at a phone's width."""
        self.page.set_viewport_size({"width": 4 * 336 + 24, "height": 800})
        self.page.evaluate("document.body.replaceChildren()")
        for card in map(as_drawn, cards):
            self.page.evaluate(DRAW, [card, html_of(card), THEMES[theme], 320])
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path, full_page=True)

    def words(self) -> str:
        return self.page.locator("body").inner_text()

    def shows_something(self) -> bool:
        return bool(self.words().strip()) or self.page.locator("img[alt]").count() > 0

    def sticks_out(self) -> int:
        """How many pixels the card is wider than the window, or a cell's words than the cell."""
        return int(self.page.evaluate(WIDER))

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
    if isinstance(node, str):
        return {node: READER.render(node)}
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
