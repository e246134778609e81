"""A reviewer sees what an edit changed."""

from __future__ import annotations

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
def test_putting_the_changes_in_gives_the_new_text(before: list[str], after: list[str]) -> None:
    """Replaying the changes from left to right over the old words gives the new ones."""
    left, built = list(before), []
    for change in changes(" ".join(before), " ".join(after)):
        old = change.before.split()
        at = next(
            place
            for place in range(len(left) + 1)
            if left[place : place + len(old)] == old
            and after[: len(built) + place] == built + left[:place]
            and after[len(built) + place :][: len(change.after.split())] == change.after.split()
        )
        built += left[:at] + change.after.split()
        left = left[at + len(old) :]
    assert built + left == after
