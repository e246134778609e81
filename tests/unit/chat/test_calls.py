"""How the bot is called, in every format: `/sip help` where nothing else is said, Teams' own ways there."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot.adapters.teams import cards, wording
from bot.chat.calls import CALL, marked
from bot.chat.compose import BUILT_IN, compose
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import (
    Bullets,
    Context,
    Facts,
    Heading,
    Image,
    Message,
    Progress,
    Span,
    Table,
    Text,
    plain,
    say,
    spans,
)
from bot.pages import FORMATS
from bot.renderers.adaptive_card import form_card
from bot.renderers.html_forms import form_html
from bot.renderers.slack_blocks import fallback_text, message_blocks, view
from bot.renderers.text import to_text
from tests.desk import words

TRY = marked("Try: /sip help")
EVERYWHERE = Message(
    (
        Heading(TRY),
        Text((Span(TRY), Span(TRY, code=True), Span(TRY, bold=True))),
        Bullets((spans(TRY),)),
        Facts(((TRY, spans(TRY)),)),
        Table((TRY, "n"), ((spans(TRY), spans("1")),)),
        Image("https://sip.example/x.png", TRY),
        Progress(TRY, 1, 2),
        Context(spans(TRY)),
    ),
    TRY,
)
FORM = Form("Add", "people add", (Field("a", "A", hint="Or type: /sip people add", placeholder="/sip x", value=TRY),))


def slack(message: Message) -> str:
    return json.dumps([message_blocks(message), fallback_text(message)], ensure_ascii=False)


def written(form: str) -> Callable[[Message], str]:
    """A file's words."""

    def read(message: Message) -> str:
        made = FORMATS[form][0](message)
        if form != "pdf":
            return made.decode()
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)

    return read


@pytest.mark.parametrize("drawn", [slack, to_text, *map(written, FORMATS)])
def test_outside_teams_it_is_the_slash_command(drawn: Callable[[Message], str]) -> None:
    said = drawn(EVERYWHERE)
    assert CALL not in said
    assert said.count("/sip help") >= 10


@pytest.mark.parametrize("drawn", [view, form_card, form_html])
def test_a_forms_fields_hold_no_mark(drawn: Callable[[Form], object]) -> None:
    said = json.dumps(drawn(FORM), ensure_ascii=False)
    assert CALL not in said
    assert "Try: /sip help" in said


def test_in_a_channel_of_teams_it_is_a_mention_and_in_the_chat_the_words_alone() -> None:
    there = words(wording.worded(EVERYWHERE, direct=False))
    assert there.count("Try: @sipbot help") >= 10
    assert "/sip" not in there
    here = words(wording.worded(EVERYWHERE, direct=True))
    assert "sip" not in here
    assert "Try: “help”Try: helpTry: help" in here


@pytest.mark.parametrize(
    ("ours", "in_the_chat"),
    [
        ("See one: /sip people and the name.", "See one: “people” and the name."),
        ("Something? Type /sip win and tell it.", "Something? Type “win” and tell it."),
        ("In each: /sip settings a, /sip settings b", "In each: “settings a”, “settings b”"),
        ("For example /sip away until Friday.", "For example “away until Friday”."),
        ("See who: /sip workgroup Hope and joy\nNext", "See who: “workgroup Hope and joy”\nNext"),
    ],
)
def test_a_command_among_words_goes_as_far_as_its_sentence(ours: str, in_the_chat: str) -> None:
    assert wording.text(marked(ours), direct=True) == in_the_chat


def test_forms_and_their_faults_are_worded_too() -> None:
    found = wording.form(FORM)
    assert (found.fields[0].hint, found.fields[0].placeholder) == ("Or type: @sipbot people add", "@sipbot x")
    assert wording.errors(FormErrors((("a", "See: /sip people"),))).errors == (("a", "See: @sipbot people"),)
    card = cards.Forms("secret").card(FORM, "d1", "u1")
    assert "@sipbot people add" in json.dumps(card)


def test_what_people_wrote_is_left_as_they_wrote_it() -> None:
    receipt = compose("help/all", asked="my /sip note", first=[], rest=[])
    said = words(wording.worded(receipt, direct=False))
    assert "“my /sip note”" in said
    assert "More on one verb: @sipbot help update" in said
    assert CALL not in plain(spans(said))


@pytest.mark.parametrize("path", sorted(BUILT_IN.rglob("*.md.j2")), ids=lambda path: path.stem)
def test_no_template_hides_a_call_in_a_value(path: Path) -> None:
    """What stands in `{{ … }}` is taken for somebody's words and is left alone."""
    assert "/sip" not in "".join(re.findall(r"\{\{.*?\}\}", path.read_text("utf-8"), re.S))


def test_a_message_without_commands_stays_the_same() -> None:
    assert wording.worded(say("Stored."), direct=True) == say("Stored.")
