"""Typed text to values: lenient with what phones and people do, and never losing a word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.commands import Arg, first_word, parse_args

ARGS = (
    Arg("ref", "ref"),
    Arg("status", "choice", {"done": "done", "in progress": "in progress", "not started": "not started"}),
    Arg("note", "rest"),
)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1.2.3 done Form piloted", {"ref": "1.2.3", "status": "done", "note": "Form piloted"}),
        ("1.2.3: done – Form “piloted”", {"ref": "1.2.3", "status": "done", "note": "Form “piloted”"}),
        ("Step 1.2.3 In-Progress: half way", {"ref": "1.2.3", "status": "in progress", "note": "half way"}),
        ("#1.2.3 NOT  STARTED", {"ref": "1.2.3", "status": "not started"}),
        ("1.2.3", {"ref": "1.2.3"}),
        ("done", {"status": "done"}),
        ("donuts were had", {"note": "donuts were had"}),
        ("1.2.3 we’re done", {"ref": "1.2.3", "note": "we’re done"}),
        ("12% more", {"note": "12% more"}),
        ("", {}),
    ],
)
def test_a_typed_update_is_read(text, values):
    assert parse_args(ARGS, text) == (values, "")


def test_what_no_argument_takes_is_left_over():
    assert parse_args((Arg("ref", "ref"),), "1.2.3 and more") == ({"ref": "1.2.3"}, "and more")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/Update 1.2.3", ("/update", "1.2.3")),
        ("  win: We did it", ("win", "We did it")),
        ("", ("", "")),
        ("help", ("help", "")),
    ],
)
def test_the_first_word_is_the_verb(text, expected):
    assert first_word(text) == expected


@given(st.text())
def test_a_note_is_kept_as_it_was_written(text):
    values, left = parse_args((Arg("note", "rest"),), "x" + text)
    assert values["note"] == ("x" + text).strip()
    assert left == ""
