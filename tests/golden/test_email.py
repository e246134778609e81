"""Message -> e-mail: golden files, that it loads nothing, and that its pictures are those it carries."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest

from bot.chat.messages import (
    Actions,
    Button,
    Chart,
    Heading,
    Image,
    Message,
    Span,
    Table,
    Text,
    in_language,
    say,
    spans,
)  # fmt: skip
from bot.renderers.email_html import to_mail
from bot.renderers.safety import one_line
from tests.golden.cases import CHARTS, HOSTILE, MESSAGES
from tests.golden.compare import FOLDER, assert_golden
from tests.golden.test_html import Outline

HARMLESS = {"html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "h1", "p", "br"}


def body(html: str) -> str:
    """The part that differs from mail to mail, without its styles."""
    inside = html[html.index('class="inside"') : html.rindex("</td></tr></tbody></table>\n</td>")]
    return re.sub(r' style="[^"]*"', "", inside[inside.index(">") + 1 :]).strip() + "\n"


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_mailed_as_the_golden_file_says(name: str) -> None:
    mail = to_mail(MESSAGES[name])
    Outline(mail.html)
    assert_golden(f"email/{name}.html", body(mail.html))


def test_the_golden_files_are_those_of_the_cases() -> None:
    assert {path.stem for path in (FOLDER / "email").glob("*.html")} == set(MESSAGES)


@pytest.mark.parametrize("name", MESSAGES)
def test_a_mail_loads_nothing_and_shows_the_pictures_it_carries(name: str) -> None:
    mail = to_mail(MESSAGES[name])
    shown = Outline(mail.html).values("src")
    assert shown == [f"cid:{content_id}" for content_id, _ in mail.images]
    assert all(png.startswith(b"\x89PNG") for _, png in mail.images)
    assert not {"script", "link", "iframe", "svg", "details"} & {tag for tag, _ in Outline(mail.html).tags}
    assert "url(" not in mail.html
    assert "@import" not in mail.html
    assert "var(" not in mail.html, "mail programs know no variables"


def test_styles_stand_in_the_elements_and_the_dark_ones_in_the_head() -> None:
    html = to_mail(MESSAGES["several"]).html
    assert re.search(r"<h1[^>]* style=\"[^\"]*color: #17624a", html)
    assert "@media (prefers-color-scheme: dark)" in html[: html.index("</head>")]
    assert re.search(r'class="preheader"[^>]* style="[^"]*display: none[^"]*">You meet on Tuesday\.', html)


def test_subject_text_and_language_are_the_messages() -> None:
    thanks = in_language((Heading("En español", 2), Text(spans("Gracias."))), "es")
    mail = to_mail(MESSAGES["several"].plus(*thanks))
    assert mail.subject == "Your agenda is ready"
    assert '<html lang="en">' in mail.html
    assert [re.findall(r">([^<>]+)<", part) for part in re.findall(r'<div lang="es">(.*?)</div>', mail.html, re.S)] == [
        ["En español"], ["Gracias."],
    ]  # fmt: skip
    assert "- 1.1.1 Train staff" in mail.text


def test_only_buttons_that_open_a_page_are_mailed() -> None:
    buttons = (
        Button("Undo", "undo"),
        Button("Read it", url="https://sip.example.org/r/x"),
        Button("Bad", url="javascript:x"),
    )
    mail = to_mail(Message((Actions(buttons), Actions((Button("Help", "help"),)))))
    assert Outline(mail.html).values("href") == ["https://sip.example.org/r/x"]
    assert mail.text == "Read it (https://sip.example.org/r/x)\n"
    assert "Undo" not in mail.html


def test_a_picture_from_elsewhere_is_not_loaded_but_can_be_opened() -> None:
    html = to_mail(Message((Image("https://elsewhere.example/x.png", "A chart"),))).html
    assert not Outline(html).values("src")
    assert Outline(html).values("href") == ["https://elsewhere.example/x.png"]


def test_a_wide_table_becomes_paragraphs_and_loses_nothing() -> None:
    cells = ("1. Reunification", "31.0 %", "33.5 %", "40.5 %", "−2.1", "behind")
    table = Table(
        ("Measure", "Baseline", "Latest", "Target", "Against the pace", "Status"), (tuple(map(spans, cells)),)
    )
    outline = Outline(to_mail(Message((table,))).html)
    assert "th" not in {tag for tag, _ in outline.tags}
    assert (
        "Baseline: 31.0 % · Latest: 33.5 % · Target: 40.5 % · Against the pace: −2.1 · Status: behind" in outline.words
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    mail = to_mail(Message((*say(text).blocks, Text((Span("x", href=text),))), text))
    outline = Outline(mail.html)
    assert {tag for tag, _ in outline.tags} <= HARMLESS
    assert one_line(text).split()[-1] in outline.words
    letter = EmailMessage()
    letter["Subject"] = mail.subject  # raises for a line end, with which a header could be forged
    assert letter["Subject"]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_its_words_for_who_does_not_see_it(name: str) -> None:
    chart = CHARTS[name]
    assert isinstance(chart, Chart)
    (alt,) = Outline(to_mail(Message((chart,))).html).values("alt")
    assert alt == f"{one_line(chart.title)}. {one_line(chart.alt)}"
