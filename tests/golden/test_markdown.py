"""Message -> Markdown: golden files, and that what people typed never becomes markup."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.chat.messages import Bullets, Message, Span, Table, Text, say, spans
from bot.renderers.markdown import to_markdown
from tests.golden.cases import HOSTILE, MESSAGES
from tests.golden.compare import assert_golden

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def parsed(markdown: str) -> tuple[set[str], str]:
    """Kinds of tokens in the Markdown, and its words."""
    kinds: set[str] = set()
    words = ""
    for token in PARSER.parse(markdown):
        kinds.add(token.type)
        for child in token.children or []:
            kinds.add(child.type)
            words += child.content or " "
    return kinds, words


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_written_as_the_golden_file_says(name: str) -> None:
    assert_golden(f"markdown/{name}.md", to_markdown(MESSAGES[name]))


PARAGRAPH = {"paragraph_open", "inline", "text", "hardbreak", "softbreak", "paragraph_close"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    kinds, words = parsed(to_markdown(say(text)))
    assert kinds <= PARAGRAPH
    assert words.split() == text.replace("\u202e", "").replace("\u202c", "").split()


@given(st.text(st.sampled_from("ab1 .)(-+*_#>=~`|\\[]<>!&;:/\n\t\"'"), max_size=40))
def test_no_text_ever_becomes_markup(text: str) -> None:
    kinds, words = parsed(to_markdown(say(text)))
    assert kinds <= PARAGRAPH
    assert words.split() == text.split()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_cell(text: str) -> None:
    kinds, _ = parsed(to_markdown(Message((Table((text, "b"), ((spans(text), spans("second")),)),))))
    assert kinds - PARAGRAPH <= {"table_open", "thead_open", "tr_open", "th_open", "th_close", "tr_close", "thead_close"} | {
        "tbody_open", "td_open", "td_close", "tbody_close", "table_close", "html_inline",
    }  # fmt: skip
    cells = [
        token
        for token in PARSER.parse(to_markdown(Message((Table(("a", "b"), ((spans(text), spans("second")),)),))))
        if token.type == "td_open"
    ]
    assert len(cells) == 2


def test_an_exclamation_before_a_link_makes_no_picture() -> None:
    kinds, _ = parsed(to_markdown(Message((Text((Span("Wow!"), Span("here", href="https://a.example"))),))))
    assert "image" not in kinds
    assert "link_open" in kinds


def test_two_lists_in_a_row_stay_two() -> None:
    markdown = to_markdown(Message((Bullets((spans("a"),)), Bullets((spans("b"),)))))
    assert sum(token.type == "bullet_list_open" for token in PARSER.parse(markdown)) == 2


def test_an_address_that_could_harm_makes_no_link() -> None:
    kinds, words = parsed(to_markdown(Message((Text((Span("x", href="javascript:alert(1)"),)),))))
    assert "link_open" not in kinds
    assert words == "x (javascript:alert(1))"


def test_unknown_block_is_refused() -> None:
    with pytest.raises(TypeError, match="does not know str"):
        to_markdown(Message(("not a block",)))  # type: ignore[arg-type]
