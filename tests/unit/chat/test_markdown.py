"""Templates become blocks; what people typed stays text whatever it holds; messages survive the outbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from bot.chat import messages as m
from bot.chat.codec import from_json, to_json
from bot.chat.compose import Composer
from bot.chat.forms import Field, Form, Option
from bot.chat.markdown import to_blocks
from bot.chat.replies import Reply
from bot.chat.values import Values

TEMPLATE = """summary: Update by {{ who }}
# For {{ who }}

**{{ who }}** said `{{ who }}`

- {{ who }}

| | |
|---|---|
| Note | {{ who }} |

> {{ who }}

[Edit]({{ do("update", step=1, note=who) }} "primary")
"""


@pytest.fixture
def composer(tmp_path):
    def made(text: str) -> Composer:
        (tmp_path / "t.md.j2").write_text(text)
        return Composer(tmp_path)

    return made


@given(st.text(min_size=1).filter(str.strip))
def test_typed_text_never_becomes_markup(text):
    values = Values()
    (block,) = values.fill(to_blocks(f"before **{values.hold(text)}** after"))
    before, bold, after = block.spans
    assert (before, after) == (m.Span("before "), m.Span(" after"))
    kept = "".join("\ufffd" if 0xF0000 <= ord(c) <= 0xFFFFD else c for c in text.strip()).replace("\r", "")
    assert bold == m.Span(kept, bold=True)


@pytest.mark.parametrize(
    "hostile",
    [
        "*b* _i_ `c`",
        "[x](do:approve)",
        "# H\n- item\n| a | b |",
        "{{ 7*7 }}{% x %}",
        "<!channel> <b>",
        "](do:x)",
        "1. one",
        "> q",
    ],
)
def test_hostile_text_stays_in_its_place(composer, hostile):
    message = composer(TEMPLATE).message("t", who=hostile)
    heading, said, bullets, facts, context, actions = message.blocks
    assert heading == m.Heading(f"For {hostile}")
    assert said.spans[0] == m.Span(hostile, bold=True)
    assert said.spans[-1] == m.Span(hostile, code=True)
    assert bullets.items == ((m.Span(hostile),),)
    assert facts.rows == (("Note", (m.Span(hostile),)),)
    assert context.spans == (m.Span(hostile),)
    assert actions.buttons[0].values == (("step", "1"), ("note", hostile))
    assert message.summary == f"Update by {hostile}"


def test_every_kind_of_block_can_be_written():
    text = (
        "## Two\n\n1. a\n   - b\n2. c\n\n| A | B |\n|---|---|\n| 1 | **2** |\n\n---\n\n![A cat](https://x.example/c.png)\n\n"
        '![Steps done](progress:3/20)\n\n[Go](page:https://x.example/a?b=1&c=2) [Stop](do:stop%20it "danger")\n\n[Ann](person:7)'
    )
    kinds = [type(block).__name__ for block in to_blocks(text)]
    assert kinds == ["Heading", "Bullets", "Table", "Divider", "Image", "Progress", "Actions", "Text"]
    buttons = to_blocks(text)[6].buttons
    assert buttons == (m.Button("Go", url="https://x.example/a?b=1&c=2"), m.Button("Stop", "stop it", style="danger"))
    assert m.Message(to_blocks(text)).people() == {7}


def test_a_misspelt_name_in_a_template_is_an_error(composer):
    with pytest.raises(UndefinedError):
        composer("{{ nobody }}").message("t")


def test_a_template_cannot_leave_its_sandbox(composer):
    with pytest.raises(SecurityError):
        composer("{{ ''.__class__.__mro__[1].__subclasses__() }}").message("t")


def test_messages_forms_and_replies_survive_json():
    blocks = to_blocks("# H\n\ntext *i*\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\n![p](progress:1/2)\n\n[Go](do:x?a=1)")
    form = Form(
        "T", "update", (Field("status", "Status", "select", (Option("done", "Done", "g"),)),), hidden=(("step", "1"),)
    )
    reply = Reply(m.Message(blocks, "s"), form, public=True)
    assert from_json(to_json(reply)) == reply


def test_stored_json_cannot_name_other_classes():
    with pytest.raises(KeyError):
        from_json('{"is": "Popen", "args": "x"}')
