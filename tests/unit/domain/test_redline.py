"""A reviewer sees what an edit changed."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.redline import Change, changes

WORDS = st.lists(
    st.sampled_from(
        ["staff", "built", "a", "new", "form", "for", "the", "front", "desk", "and", "it", "saves", "time"]
    ),
    max_size=30,
)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("Two units share a form.", "Two units share a form.", ()),
        ("Two  units\nshare.", "Two units share.", ()),
        ("Two units in Elm share a form.", "Two units share a form.", (Change("in Elm", ""),)),
        ("Two units share a form.", "Two units share a short form.", (Change("", "short"),)),
        ("Maria and her son came.", "A parent came.", (Change("Maria and her son", "A parent"),)),
        ("One old form is gone.", "One new sheet is gone.", (Change("old form", "new sheet"),)),
        ("a b c d e f", "x b c d e y", (Change("a", "x"), Change("f", "y"))),
        ("", "Told anew.", (Change("", "Told anew."),)),
    ],
)
def test_changes_are_told_in_the_order_of_the_text(before: str, after: str, found: tuple[Change, ...]) -> None:
    assert changes(before, after) == found


@given(WORDS, WORDS)
def test_what_no_change_names_is_in_both_texts(before: list[str], after: list[str]) -> None:
    found = changes(" ".join(before), " ".join(after))
    taken = Counter(word for change in found for word in change.before.split())
    put = Counter(word for change in found for word in change.after.split())
    assert taken <= Counter(before)
    assert put <= Counter(after)
    assert Counter(before) - taken == Counter(after) - put
    assert bool(found) == (before != after)


def test_the_same_words_over_and_over_are_compared_at_once() -> None:
    began = time.process_time()
    found = changes("So it was: " + "a b " * 500 + "the end", "So it was: " + "b a c " * 500 + "the end")
    assert time.process_time() - began < 2
    assert found == (Change(("a b " * 500).strip(), ("b a c " * 500).strip()),)


def test_a_word_changed_in_a_long_text_of_few_words_is_still_that_word() -> None:
    assert changes("a b " * 400 + "old" + " a b" * 400, "a b " * 400 + "new" + " a b" * 400) == (Change("old", "new"),)
