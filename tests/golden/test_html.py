"""Message and Form -> HTML: golden files, and what must hold for any text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from bot.chat.messages import Button, Image, Message, Span, Text, say, spans
from bot.renderers.html import page, to_html
from bot.renderers.html_forms import form_html
from bot.renderers.safety import safe_url
from tests.golden.cases import ERRORS, FORMS, HOSTILE, MESSAGES, PEOPLE
from tests.golden.compare import assert_golden

DRAWING = re.compile(r"(<svg[^>]*>).*?</svg>", re.S)  # what is drawn is tested in test_chart.py
VOID = {"br", "hr", "img", "input", "link", "meta"}


class Outline(HTMLParser):
    """Tags, attributes and words of a fragment; refuses tags that are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, attribute: str) -> list[str]:
        return [found for _, attributes in self.tags if (found := attributes.get(attribute))]


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_drawn_as_the_golden_file_says(name: str) -> None:
    html = to_html(MESSAGES[name])
    Outline(html)
    assert_golden(f"html/{name}.html", DRAWING.sub(r"\1…</svg>", html))


@pytest.mark.parametrize("name", FORMS)
def test_form_is_drawn_as_the_golden_file_says(name: str) -> None:
    html = form_html(FORMS[name])
    Outline(html)
    assert_golden(f"html/{name}.html", html)


def test_page_is_drawn_as_the_golden_file_says() -> None:
    html = page("Reports & <more>", to_html(MESSAGES["several"]), "en", "n0nce")
    assert_golden("html/page.html", html.replace(html[html.index("<style") : html.index("</style>")], "<style>…"))
    assert '<style nonce="n0nce">' in html


def test_page_loads_nothing_from_anywhere() -> None:
    html = page("Report", to_html(MESSAGES["text"]))
    assert "url(" not in html
    assert "@import" not in html
    outline = Outline(html)
    assert not {"script", "iframe"} & {tag for tag, _ in outline.tags}
    assert [attributes["href"] for tag, attributes in outline.tags if tag == "link"] == ["data:,"]


def test_form_with_errors_keeps_what_was_typed() -> None:
    typed = {"step": "1.1.1", "note": "", "title": "<b>mine", "roles": "blocked", "owner": "zz", "credited": "8"}
    html = form_html(FORMS["form_every_field"], typed, ERRORS, people=PEOPLE)
    outline = Outline(html)
    assert_golden("html/form_with_errors.html", html)
    assert '<option value="1.1.1" selected>' in html
    assert 'value="&lt;b&gt;mine"' in html
    assert 'value="blocked" checked' in html
    assert '<option value="zz" selected>' in html, "a value that is no choice any more is not lost"
    ids = outline.values("id")
    assert len(ids) == len(set(ids))
    for described in outline.values("aria-describedby"):
        assert set(described.split()) <= set(ids)


def test_every_control_has_a_label() -> None:
    outline = Outline(form_html(FORMS["form_every_field"]))
    labelled = set(outline.values("for"))
    named = [attributes for tag, attributes in outline.tags if tag in ("input", "select", "textarea")]
    for attributes in named:
        if attributes.get("type") not in ("hidden", "checkbox"):
            assert attributes["id"] in labelled


def test_people_are_offered_where_a_field_brings_no_choices() -> None:
    from bot.chat.forms import Field, Form, Option

    form = Form("Owner", "plan", (Field("owner", "Owner", "person", value="<@7|Ann>"),))
    html = form_html(form, people=(Option("<@7>", "Ann"), Option("<@8>", "Ben")))
    assert '<option value="&lt;@7&gt;" selected>Ann</option><option value="&lt;@8&gt;">Ben</option>' in html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    harmless = [tag for tag, _ in Outline(to_html(say("x", Button("x", "x", (("x", "x"),))))).tags]
    outline = Outline(to_html(say(text, Button(text, text, ((text, text),)))))
    assert [tag for tag, _ in outline.tags if tag != "br"] == harmless
    assert {name for _, attributes in outline.tags for name in attributes} <= {
        "class",
        "type",
        "data-verb",
        "data-values",
    }
    assert text.split()[-1].translate(dict.fromkeys((0x202C, 0x202E))) in outline.words


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "/\\evil.example",
        "https://a b",
    ],
)
def test_address_that_could_harm_is_shown_as_text(url: str) -> None:
    message = Message((Text((Span("label", href=url),)), Image(url, "a picture")), "").plus(
        *say("", Button("Open", url=url)).blocks
    )
    outline = Outline(to_html(message))
    assert not outline.values("href")
    assert not outline.values("src")
    assert "label (" in outline.words
    assert "Open (" in outline.words


@pytest.mark.parametrize("url", ["https://a.example/?q=1&r=[2]", "mailto:ann@county.example", "/r/abc", "#top"])
def test_address_that_is_fine_becomes_a_link(url: str) -> None:
    assert Outline(to_html(Message((Text((Span("x", href=url),)),)))).values("href") == [url] == [safe_url(url)]


def test_direction_overrides_and_controls_are_taken_out() -> None:
    html = to_html(Message((Text(spans("a\u202eb\u2066c\x00d\x1b[31me")),)))
    assert html == "<p>abc\ufffdd\ufffd[31me</p>"


def test_headings_start_at_the_level_the_page_asks_for() -> None:
    assert to_html(MESSAGES["heading"], top=3).startswith("<h3>March roll-up</h3>\n<h4>")


def test_unknown_block_is_refused() -> None:
    with pytest.raises(TypeError, match="does not know str"):
        to_html(Message(("not a block",)))  # type: ignore[arg-type]
