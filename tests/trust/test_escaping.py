"""Words that are more than words somewhere, told through the real commands into every input, and then looked for in
every output: what a person typed is read as it was typed, and acts nowhere."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import update as sql_update

import bot.limits
from bot.adapters.email import _body
from bot.chat.clock import SystemClock
from bot.chat.codec import from_json, to_json
from bot.chat.commands import Actor, Command, Place
from bot.chat.forms import Form
from bot.chat.messages import Message, Text, spans
from bot.chat.replies import Reply
from bot.domain.sheets import to_csv
from bot.renderers.adaptive_card import form_card, message_card
from bot.renderers.email_html import to_mail
from bot.renderers.html import to_html
from bot.renderers.html_forms import form_html
from bot.renderers.pdf import to_pdf
from bot.renderers.slack_blocks import fallback_text, message_blocks, view
from bot.renderers.text import to_text
from bot.report_files import render_report
from handlers import COMMANDS
from storage.models import measure, outbox, person, step, strategy, update
from storage.queries.people import organizations
from tests.golden.adaptive_card_checks import READER, marked_texts
from tests.slack_people import TEAM
from tests.trust.hostile import MARK, WORDS, assert_cells_are_calm, assert_page_is_calm, assert_slack_is_calm, walk
from tests.trust.house import CORA, FAULTS, House
from tests.trust.table import record
from tests.trust.test_fuzzed import a_house

FULL = os.environ.get("SIPBOT_TRUST") == "full"
# What a database could change. In the short setting PostgreSQL is told these only: all else is looked at on the way out.
CHARACTERS = {
    "a terminal", "directions", "no width", "private characters", "a NUL and a half", "very long", "one very long word",
    "an attribute", "a template",
}  # fmt: skip
_deliveries = count(1)
CORAS = Actor("slack", TEAM, CORA, "cora")
TYPED = (
    "update 1.1.1 in progress {}", "update 1.1.2 blocked {}", "update 1.1.3 done {}", "win {}", "workgroup add {}",
    "people add {}", "voice record survey {}", "newsletter edit letter {}", "meeting held {}", "settings {}", "measure {}",
    "steps {}", "help {}", "report {}", "people {}", "workgroup {}", "plan {}", "audit {}", "{}",
)  # fmt: skip
SHOWN = (
    "me", "plan", "steps", "report", "agenda", "stories", "people", "workgroup", "newsletter", "settings", "measure",
    "voice", "audit", "home",
)  # fmt: skip


class Told:
    """What was said and answered in one house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.forms: list[Form] = []
        self.messages: list[Message] = []
        self.acting: list[str] = []  # what was wrong with an output
        with house.engine.connect() as connection:
            self.before = {*connection.execute(select(outbox.c.message)).scalars()}

    def says(self, text: str = "", *, actor: Actor = CORAS, **how: Any) -> Reply:
        place = Place("C0INTAKE01", direct=False, name="intake")
        reply = self.house.app.dispatcher.handle(Command(text, actor, place, f"told-{next(_deliveries)}", **how))
        answers = [to_text(reply.message) if reply.message else "", repr(reply.errors or "")]
        self.acting += [f"{text} {how}: {answer[:300]}" for answer in answers if FAULTS.search(answer)]
        self.forms += [reply.form] if reply.form else []
        self.messages += [reply.message] if reply.message else []
        return reply

    def fills(self, form: Form, text: str) -> None:
        """Every place that takes words takes these; of choices the first, of dates a good one."""
        values = dict(form.hidden)
        for field in form.fields:
            match field.kind:
                case "text" | "long":
                    values[field.name] = text
                case "select" | "multi":
                    values[field.name] = field.options[0].value if field.options else ""
                case "check":
                    values[field.name] = "yes"
                case "date":
                    values[field.name] = "2026-03-10"
                case _:
                    values[field.name] = field.value
        self.says(verb=form.verb, values=values, source="form")

    def look(self, calm: Callable[..., Any], *what: Any, **how: Any) -> Any:
        """What `calm` says of an output; "" where it finds something that acts."""
        try:
            return calm(*what, **how)
        except AssertionError as error:
            self.acting.append(f"{calm.__name__}: {error}"[:300])
            return ""

    def all_messages(self) -> Iterator[Message]:
        """Answers, and what waits in the outbox; stored as JSON and read back."""
        yield from self.messages
        with self.house.engine.connect() as connection:
            stored = {*connection.execute(select(outbox.c.message).where(outbox.c.message != "")).scalars()}
        yield from map(from_json, stored - self.before)


def tell_everything(told: Told, words: str) -> None:
    """Into every input there is."""
    for text in TYPED:
        told.says(text.format(words))
    for spec in COMMANDS:
        reply = told.says(verb=spec.verb, source="button")
        if reply.form:
            told.fills(reply.form, words)
    stranger = Actor("slack", TEAM, f"U0STRANGE{next(_deliveries):04d}", words, "")
    told.says("me", actor=stranger)
    with told.house.engine.begin() as connection:  # as a plan's import brings them
        connection.execute(sql_update(measure).values(name=plain(words)[:300]))
        connection.execute(sql_update(step).values(text=plain(words)))
        connection.execute(sql_update(strategy).values(title=plain(words)))
    for text in SHOWN:
        told.says(text)


def plain(words: str) -> str:
    """What any database takes."""
    return words.replace("\0", "").encode("utf-8", "replace").decode()


def look_everywhere(told: Told) -> int:
    """Render all of it in every way -> how many outputs showed the words."""
    seen = 0
    for message in dict.fromkeys(told.all_messages()):
        looks = (slack_is_calm, card_is_calm, page_is_calm, mail_is_calm, shown_text_is_calm, json_is_calm)
        seen += sum(MARK in told.look(calm, message) for calm in looks)
    for form in dict.fromkeys(told.forms):
        told.look(assert_page_is_calm, form_html(form), forms=True)
        told.look(assert_slack_is_calm, walk(view(form, "")), "")
        told.look(markup_is_ours, form_card(form))
    return seen


def page_is_calm(message: Message) -> str:
    return " ".join(assert_page_is_calm(to_html(message)).words)


def shown_text_is_calm(message: Message) -> str:
    return text_is_calm(to_text(message))


def json_is_calm(message: Message) -> str:
    """It comes back as it went."""
    assert from_json(to_json(message)) == message
    return json.dumps(json.loads(to_json(message)))


def slack_is_calm(message: Message) -> str:
    blocks, fallback = message_blocks(message), fallback_text(message)
    assert_slack_is_calm(blocks, fallback)
    return json.dumps(blocks)


def card_is_calm(message: Message) -> str:
    card = message_card(message)
    markup_is_ours(card)
    return json.dumps(card)


def markup_is_ours(card: dict[str, Any]) -> None:
    """The fullest reader of Markdown finds links to our own pages and nothing else; nobody is mentioned."""
    assert not card.get("msteams", {}).get("entities")
    for text in marked_texts(card):
        tokens = [token for block in READER.parse(text) for token in (block, *(block.children or ()))]
        kinds = {token.type for token in tokens}
        plain_kinds = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak", "link_open", "link_close"}
        ours = {"strong_open", "strong_close", "em_open", "em_close"}
        assert kinds <= plain_kinds | ours, (kinds - plain_kinds - ours, text[:300])
        for token in tokens:
            if token.type == "link_open":
                assert str(token.attrs["href"]).startswith(("https://sip.", "mailto:")), token.attrs
        assert "<at" not in text.lower()
        assert "{{" not in text


def mail_is_calm(message: Message) -> str:
    """One line of a subject, no header that is not ours, calm HTML."""
    mail = to_mail(message)
    sent = _body(mail)
    assert set(sent.keys()) == {"Subject", "MIME-Version", "Content-Type"}
    head = sent.as_bytes().partition(b"\n\n")[0].decode("ascii", "replace")
    assert not re.search(r"^(?:Bcc|To|Cc):", head, re.M | re.I), head
    page = assert_page_is_calm(mail.html)
    text_is_calm(mail.text)
    return " ".join(page.words)


def text_is_calm(text: str) -> str:
    """Nothing that a terminal obeys."""
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text), text
    return text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_what_people_type_is_only_ever_words(engine, monkeypatch, caplog):
    monkeypatch.setattr(bot.limits, "COMMANDS", 10**9)
    shown, acting, database = Counter[str](), list[str](), engine.dialect.name
    kinds = {name: words for name, words in WORDS.items() if FULL or database == "sqlite" or name in CHARACTERS}
    with a_house(engine) as house:
        for name, words in kinds.items():
            told = Told(house)
            tell_everything(told, words)
            shown[name] = look_everywhere(told)
            told.look(files_are_calm, house, name)
            acting += [f"{name}: {one}" for one in told.acting]
        with engine.connect() as connection:
            notes = [note for note in connection.execute(select(update.c.note)).scalars() if MARK in (note or "")]
            names = connection.execute(select(person.c.name).where(person.c.name.contains(MARK))).all()
    counted = f"{shown.total():,} outputs, {len(acting)} that act"
    record("hostile words in every input", f"{database}, {len(kinds)} kinds", counted)
    assert acting == []
    assert [name for name in kinds if shown[name] <= 10] == [], "hardly shown anywhere"
    assert len(notes) >= 3 * len(kinds) >= 3 * len(CHARACTERS)
    assert len(names) >= len(kinds)


def files_are_calm(house: House, name: str) -> None:
    """The files people take away: a page, Markdown, JSON, and a spreadsheet's."""
    month = f"{SystemClock().read():%Y-%m}"
    with house.engine.connect() as connection:
        home = organizations(connection)[0]
    made = {
        kind: render_report(house.engine, SystemClock(), home, month, kind)
        for kind in ("html", "md", "json", "csv", "xlsx")
    }
    page = assert_page_is_calm(made["html"].decode())
    assert MARK in " ".join(page.words), name
    assert_cells_are_calm(made["csv"].decode())
    assert MARK in made["csv"].decode()
    text_is_calm(made["md"].decode())
    json.loads(made["json"])
    with zipfile.ZipFile(io.BytesIO(made["xlsx"])) as book:
        sheets = "".join(book.read(one).decode() for one in book.namelist() if one.startswith("xl/worksheets/sheet"))
        assert "<f>" not in sheets
        assert "hyperlink" not in sheets
        assert MARK in book.read("xl/sharedStrings.xml").decode()


def test_a_document_prints_the_words_and_runs_none():
    message = Message(tuple(Text(spans(words)) for words in WORDS.values()), "Hostile")
    from pypdf import PdfReader

    found = PdfReader(io.BytesIO(to_pdf(message)))
    text = re.sub(r"\s+", "", "".join(page.extract_text() for page in found.pages))
    assert text.count(MARK) >= len(WORDS) - 2
    assert '#read("/etc/passwd")#panic("x")' in text
    assert "{{7*7}}" in text
    assert "root:" not in text
    assert not any(page.get("/Annots") for page in found.pages)


@pytest.mark.parametrize("words", [words for name, words in WORDS.items() if "formula" in name])
def test_no_cell_is_a_formula(words):
    assert_cells_are_calm(
        to_csv(("what", "number"), ({"what": words, "number": -2.5}, {"what": f" \t{words}", "number": 1}))
    )
