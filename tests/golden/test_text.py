"""Message -> plain text: golden files, and that no word is lost."""

from __future__ import annotations

import pytest

from bot.chat.messages import Facts, Heading, Message, Table, Text, say, spans
from bot.renderers.text import WIDTH, to_text, width
from tests.golden.cases import HOSTILE, MESSAGES
from tests.golden.compare import assert_golden


@pytest.mark.parametrize("name", MESSAGES)
def test_message_is_written_as_the_golden_file_says(name: str) -> None:
    assert_golden(f"text/{name}.txt", to_text(MESSAGES[name]))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_keeps_its_words_and_no_control_characters(text: str) -> None:
    written = to_text(say(text))
    assert written.split() == text.replace("\u202e", "").replace("\u202c", "").split()
    assert not any(ord(char) < 32 and char not in "\n\t" for char in written)


def test_terminal_escapes_are_taken_out() -> None:
    assert to_text(say("\x1b[2Jgone\x07\r\nnext")) == "\ufffd[2Jgone\ufffd\nnext"


def test_a_line_end_in_a_heading_or_a_label_cannot_begin_a_line() -> None:
    assert to_text(Message((Heading("One\nTwo", 3),))) == "One Two"
    assert to_text(Message((Facts((("A\nB", spans("c\nd")),)),))) == "A B: c\n  d"


def test_a_table_too_wide_for_a_line_becomes_labelled_lines() -> None:
    table = Table(("Step", "Note"), ((spans("1.1.1"), spans("n" * 90)), (spans("1.1.2"), spans(""))))
    assert to_text(Message((table,))) == f"Step: 1.1.1\nNote: {'n' * 90}\n\nStep: 1.1.2"


def test_wide_characters_keep_the_columns_aligned() -> None:
    lines = to_text(MESSAGES["wide_characters"]).splitlines()
    assert {width(line[: line.rindex("  ") + 2]) for line in lines} == {8}
    assert all(width(line) <= WIDTH for line in lines)


def test_unknown_block_is_refused() -> None:
    with pytest.raises(TypeError, match="does not know str"):
        to_text(Message((Text(spans("fine")), "not a block")))  # type: ignore[arg-type]
