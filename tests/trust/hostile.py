"""Words that are more than words somewhere: in Slack, in Teams, in a page, a mail, a PDF, a spreadsheet, a template or a
log. Each has a mark that is looked for where it is shown. And what reads an output as its reader does."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

MARK = "zqx"

WORDS: dict[str, str] = {
    "a mass mention": f"{MARK} <!channel> <!here|here> <!everyone> <!subteam^S1>",
    "a mention": f"{MARK} <@U0STRANGER> <#C0SECRET01|secret>",
    "a link with another face": f"{MARK} <https://evil.example/login|https://county.example>",
    "entities": f"{MARK} &lt;!channel&gt; &amp;lt; &#60;b&#62; &nbsp;",
    "markup": f"{MARK} *bold* _it_ ~out~ `code` ```block``` > quote",
    "a Markdown link": f"{MARK} [click](javascript:alert(1)) ![x](https://evil.example/p.png) [a]: https://evil.example",
    "Markdown blocks": f"{MARK}\n# Heading\n- item\n| a | b |\n|---|---|\n---\n1. one",
    "a script": f'{MARK} <script>alert(1)</script> </title></style></textarea><script src="//evil.example/x.js">',
    "an attribute": f"{MARK} \"><img src=x onerror=alert(1)> ' onmouseover=alert(1) x='",
    "a scheme": f"{MARK} javascript:alert(1) data:text/html,<b> vbscript:x //evil.example",
    "a template": f"{MARK} {{{{ 7*7 }}}} {{% raw %}} {{# c #}} ${{x}} $title %s {{0}} %(a)s",
    "typst": f'{MARK} #read("/etc/passwd") #panic("x") $x^2$ @ref <label> #set page(width: 1pt) \\ = Head // c /* d */',
    "a formula": f'=HYPERLINK("https://evil.example","{MARK}")',
    "a formula with a plus": f"+cmd|'/C calc'!A0 {MARK}",
    "a formula with a minus": f"-2+3+cmd|' /C calc'!A0 {MARK}",
    "a formula with an at": f"@SUM(1+1)*cmd|' /C calc'!A0 {MARK}",
    "a header": f"{MARK}\r\nBcc: victim@example.org\r\nSubject: forged\r\n\r\nbody",
    "a terminal": f"{MARK} \x1b[2J\x1b[31mred\x1b]0;title\x07 \x08\x7f \x9b31m",
    "a log line": f'{MARK}\n{{"level": "error", "event": "forged"}}\n2026-01-01 ERROR forged',
    "Teams": f"{MARK} <at>everyone</at> <attachment id='1'></attachment> **b** \\[x\\]",
    "directions": f"{MARK} \u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "no width": f"{MARK} a\u200bb\u200dc\ufeffd \u2060",
    "private characters": f"{MARK} \U00100000me \U000f0000 \U000f0001",
    "a NUL and a half": f"{MARK} \0 \ud800 \ufffe",
    "very long": f"{MARK} " + "long words " * 270,
    "one very long word": f"{MARK}" + "x" * 2900,
}

TAGS_WITH_POWER = {"script", "iframe", "object", "embed", "base", "form", "input", "math", "template", "video"}
SAFE = re.compile(r"(?:https?://|mailto:|cid:|/(?![/\\])|#|\?|[\w.-]+(?:[/?#]|$))", re.I)


class Page(HTMLParser):
    """HTML as a browser would take it: its tags, what acts in it, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.wrong: list[str] = []
        self.words: list[str] = []
        self._style = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._style = tag == "style"
        for name, value in attrs:
            if name.startswith("on") or name in ("srcdoc", "formaction"):
                self.wrong.append(f"<{tag} {name}>")
            if name in ("href", "src", "action") and not SAFE.match(value or "") and not _is_picture(tag, value or ""):
                self.wrong.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.words.append(data)


def _is_picture(tag: str, address: str) -> bool:
    """Or the icon that keeps a browser from asking for one."""
    return (tag == "img" and address.startswith("data:image/png;base64,")) or (tag, address) == ("link", "data:,")


def assert_page_is_calm(html: str, *, forms: bool = False) -> Page:
    """Nothing in it acts: no script, no handler, no address of another scheme, none of somebody else's."""
    page = Page(html)
    allowed = {"form", "input"} if forms else set()
    assert not (TAGS_WITH_POWER - allowed) & set(page.tags), set(page.tags)
    assert page.wrong == [], page.wrong[:3]
    return page


# A run of Slack's markup. https://docs.slack.dev/messaging/formatting-message-text
SLACK_MARKUP = re.compile(r"<([^<>]*)>")


def slack_texts(node: object, kind: str = "") -> list[tuple[str, str]]:
    """Every text in blocks, with how Slack reads it: mrkdwn, plain_text, or "text" (a rich text's own element)."""
    if isinstance(node, list):
        return [found for child in node for found in slack_texts(child, kind)]
    if not isinstance(node, dict):
        return []
    found = [(str(node.get("type")), node["text"])] if isinstance(node.get("text"), str) else []
    return found + [one for child in node.values() for one in slack_texts(child, kind)]


def assert_slack_is_calm(blocks: list[dict[str, object]], fallback: str) -> None:
    """No mention of anybody, no link with another face; and nothing beyond Slack's limits for a text."""
    for kind, text in [*slack_texts(blocks), ("mrkdwn", fallback)]:
        if kind in ("mrkdwn",):
            for inside in SLACK_MARKUP.findall(text):
                assert inside.startswith(("https://sip.", "http://127.0.0.1", "@U0CORA0001", "@U0ANN00001")), inside
    for node in walk(blocks):
        assert node.get("type") not in ("broadcast", "usergroup"), node
        if node.get("type") == "user":
            assert node["user_id"] in ("U0CORA0001", "U0ANN00001"), node
        if node.get("type") == "link":
            assert str(node["url"]).startswith("https://sip."), node
        if node.get("type") == "channel":
            raise AssertionError(f"somebody else's words became a channel: {node}")


def walk(node: object) -> list[dict[str, object]]:
    if isinstance(node, list):
        return [found for child in node for found in walk(child)]
    if isinstance(node, dict):
        return [node, *walk(list(node.values()))]
    return []


def assert_cells_are_calm(text: str) -> None:
    """No cell that a spreadsheet would run; every line has the columns of the first."""
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert {len(line) for line in lines} == {len(lines[0])}
    for line in lines:
        for cell in line:
            assert not re.match(r"\s*[=@\t\r]", cell), cell
            assert not re.match(r"\s*[+-](?![\d.]+%?$)", cell), cell
