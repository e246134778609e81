"""Message -> PDF: the tags a screen reader goes by, every word people typed, and how long it takes."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ContentStream

from bot.chat.messages import (
    Actions,
    Bullets,
    Button,
    Chart,
    Context,
    Facts,
    Heading,
    Line,
    Message,
    Progress,
    Span,
    Table,
    Text,
    in_language,
    plain,
    say,
    spans,
)
from bot.renderers.chart import chart_png
from bot.renderers.email_html import to_mail
from bot.renderers.pdf import to_pdf
from bot.renderers.safety import clean, one_line
from tests.golden.cases import CHART, CHARTS, HOSTILE, MESSAGES

REPORT = Message(
    (
        Heading("Larkspur County: March 2026 roll-up"),
        Facts((("Overall", (Span("Needs attention.", bold=True, status="caution"), Span(" One strategy is late."))), ("Replies", spans("20 of 25")))),
        Heading("Goals", 2),
        Table(("Measure", "Latest", "Status"), ((spans("Reunification"), spans("36%"), (Span("behind", status="bad"),)),)),
        CHART,
        Heading("Progress", 2),
        Bullets((spans("Done: 3"), spans("\u2003Form piloted"), spans("Late: none"))),
        Bullets((spans("First"), spans("Second")), ordered=True),
        Progress("Steps done", 3, 20),
        Text((Span("See "), Span("the plan", href="https://sip.example.org/r/plan"), Span("."))),
        Actions((Button("Post it here", "report"), Button("Open", url="https://sip.example.org/r/x"))),
        Context(spans("Counts of 1–10 people are never shown.")),
    ),
    "March 2026: needs attention",
)  # fmt: skip


CHAPTER = (Heading("Wins", 2), *(Text(spans("A worker and a family found a way together. " * 12)) for _ in range(2)))
NEWSLETTER = Message((*REPORT.blocks, *(CHAPTER * 3)), "Newsletter")


class Document:
    """What a test asks of a PDF."""

    def __init__(self, message: Message, lang: str = "en") -> None:
        self.bytes = to_pdf(message, lang)
        self.reader = PdfReader(io.BytesIO(self.bytes))
        self.root = self.reader.trailer["/Root"]
        self.tags: list[Any] = []
        self._walk(self.root["/StructTreeRoot"])

    def _walk(self, node: Any) -> None:
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                self._walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                self.tags.append(node)
            if "/K" in node:
                self._walk(node["/K"])

    def tagged(self, kind: str) -> list[Any]:
        return [tag for tag in self.tags if tag["/S"] == kind]

    @property
    def words(self) -> str:
        text = "\n".join(page.extract_text() for page in self.reader.pages)
        return " ".join(text.replace("\u200b", "").split())

    @property
    def said_beside(self) -> str:
        """The words that stand in for letters the fonts do not have."""
        operations = (
            operands
            for page in self.reader.pages
            for operands, operator in ContentStream(page.get_contents(), self.reader).operations
            if operator == b"BDC"
        )
        return "".join(str(operands[1].get("/ActualText", "")) for operands in operations)


def squashed(text: str) -> str:
    """Letters without white space: where lines end is the typesetter's business."""
    return "".join(clean(text).replace("\u200b", "").split())


@pytest.fixture(scope="module")
def document() -> Document:
    return Document(REPORT)


def test_a_report_passes_the_tag_check(document: Document) -> None:
    assert document.root["/MarkInfo"]["/Marked"] == True  # noqa: E712  pypdf's own kind of boolean
    assert document.root["/Lang"] == "en"
    assert document.root["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712
    assert document.reader.metadata is not None
    assert document.reader.metadata.title == "Larkspur County: March 2026 roll-up"
    xmp = document.root["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    kinds = Counter(str(tag["/S"]) for tag in document.tags)
    assert {"/H1": 1, "/H2": 3, "/H3": 1}.items() <= kinds.items(), (
        "the numbers of the chart have a heading of their own"
    )
    assert kinds["/LI"] == 2 + 3 + 2, "facts are a list too"
    assert kinds["/Link"] == 2
    assert [figure["/Alt"] for figure in document.tagged("/Figure")] == [CHART.alt]


def test_table_headers_are_told_from_cells(document: Document) -> None:
    headers = document.tagged("/TH")
    assert len(headers) == 3 + 5, "the goals' table and the chart's numbers"
    scopes = [entry["/Scope"] for header in headers for entry in header["/A"] if "/Scope" in entry]
    assert set(scopes) == {"/Column"}
    assert len(scopes) == len(headers)
    assert len(document.tagged("/TD")) == 3 + 5 * 12


def test_pages_are_letters_with_numbers_and_a_running_title() -> None:
    first, second = Document(NEWSLETTER).reader.pages
    assert (first.mediabox.width, first.mediabox.height) == (612, 792)
    assert "Page 1 of 2" in first.extract_text()
    assert second.extract_text().startswith("Larkspur County: March 2026 roll-up")


def test_a_banner_stands_on_every_page() -> None:
    pages = Document(replace(NEWSLETTER, banner="DRAFT – not submitted")).reader.pages
    assert ["DRAFT – not submitted" in page.extract_text() for page in pages] == [True, True]


def test_a_compact_message_has_its_numbers_on_a_page_of_their_own() -> None:
    first, second = Document(replace(REPORT, compact=True)).reader.pages
    assert "Counts of 1–10 people" in first.extract_text()
    assert "The numbers behind the charts" in second.extract_text()


def test_a_status_has_a_shape_beside_its_colour(document: Document) -> None:
    assert "◆ Needs attention." in document.words
    assert "▼ behind" in document.words


def test_buttons_for_chat_are_left_out_and_addresses_are_printed(document: Document) -> None:
    assert "Post it here" not in document.words
    assert "Open: https://sip.example.org/r/x" in document.words


def test_the_language_is_the_documents_own() -> None:
    assert Document(say("Hola"), "es").root["/Lang"] == "es"


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_becomes_a_document_for_screen_readers(name: str) -> None:
    document = Document(MESSAGES[name])
    assert document.reader.metadata is not None
    assert document.reader.metadata.title
    levels = [int(tag["/S"][2:]) for tag in document.tags if tag["/S"] in {f"/H{n}" for n in range(1, 7)}]
    assert all(level <= before + 1 for before, level in zip([0, *levels], levels, strict=False))
    assert all(figure["/Alt"] for figure in document.tagged("/Figure"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_read_as_it_was_typed(text: str) -> None:
    places = (
        Heading(text), Text(spans(text)), Text((Span(text, bold=True), Span(text, italic=True))), Bullets((spans(text),)),
        Facts(((text, spans(text)),)), Table((text,), ((spans(text),),)), Progress(text, 1, 2), Context(spans(text)),
    )  # fmt: skip
    document = Document(Message(places))
    if "王" in text:  # drawn as boxes; what they stand for is said beside them (ISO 32000-1, 14.9.4)
        assert "王" in document.words
        assert "小明" in document.said_beside
        text = "Zoë Nuñez"
    assert squashed(document.words).count(squashed(one_line(text))) >= 10
    assert not document.tagged("/Link")
    assert not document.reader.attachments


def test_a_part_in_another_language_is_read_out_in_it() -> None:
    spanish = in_language((Heading("En español", 2), Text(spans("Gracias a todos."))), "es")
    found = Document(Message((Heading("News"), Text(spans("Thank you.")), *spanish), "News"))
    assert found.root["/Lang"] == "en"
    said = [(tag["/S"], tag["/Lang"]) for tag in found.tags if "/Lang" in tag]
    assert said == [("/H2", "es"), ("/P", "es")]


STRANGE = (
    "\ue000", "\U000f0000", "\ufffe", "\uffff", "\ufeff", "\0", "\u00ad", "\u200b", "\u0378", "\ud800", "\u202e", "\u2028x",
    "\u0644\u0627", "ไทย", "a" * 5000, "🏳️‍🌈", "\U0010ffff",
)  # fmt: skip


@pytest.mark.parametrize("text", STRANGE, ids=ascii)
def test_characters_nobody_expects_break_no_document_and_no_chart(text: str) -> None:
    chart = Chart(text, text, ("2026-01",), (Line(text, (1.0,)),), text)
    # Beside letters too: the typesetter drops some of these where they stand alone.
    message = Message(
        (Heading(text), Text(spans(text)), Text(spans(f"{text}Key{text}")), Table((text,), ((spans(text),),)), chart),
        text,
    )
    assert to_pdf(message).startswith(b"%PDF")
    assert chart_png(chart).startswith(b"\x89PNG")
    assert to_mail(message).html.encode()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_no_text_breaks_the_typesetter(texts: list[str]) -> None:
    blocks = [
        block for text in texts for block in (Heading(text, 3), Text(spans(text)), Table((text,), ((spans(text),),)))
    ]
    assert to_pdf(Message(tuple(blocks))).startswith(b"%PDF")


@pytest.mark.parametrize("name", CHARTS)
def test_the_numbers_of_a_chart_are_in_the_document(name: str) -> None:
    chart = CHARTS[name]
    found = squashed(Document(Message((chart,))).words)
    assert squashed("The numbers behind the charts") in found
    for line in chart.lines:
        assert squashed(one_line(line.label))[:20] in found


def test_the_same_newsletter_gives_the_same_bytes() -> None:
    """How long it takes is measured by `make bench`."""
    found = (block.spans for block in NEWSLETTER.blocks if isinstance(block, Text))
    assert 500 <= sum(len(plain(words).split()) for words in found) <= 800
    assert to_pdf(NEWSLETTER) == to_pdf(NEWSLETTER)


def test_verapdf_finds_nothing_against_pdf_ua(tmp_path: Path) -> None:
    verapdf = shutil.which("verapdf")
    if verapdf is None:
        pytest.skip("veraPDF is not installed (https://verapdf.org); no package index used here has it")
    path = tmp_path / "report.pdf"
    path.write_bytes(to_pdf(REPORT))
    done = subprocess.run([verapdf, "--flavour", "ua1", "--format", "text", str(path)], capture_output=True, text=True)
    assert done.stdout.startswith("PASS"), done.stdout


def test_an_unknown_block_is_refused() -> None:
    with pytest.raises(TypeError, match="does not know str"):
        to_pdf(Message(("not a block",)))  # type: ignore[arg-type]
