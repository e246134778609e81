"""Counts of 1–10 people, and percents built on them, are masked."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.small_cells import percent_may_be_shown, show_count


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (None, "not shown"),
        ("*", "not shown"),
        (0, "0"),
        (1, "fewer than 11"),
        (10, "fewer than 11"),
        (11, "11"),
        (1234, "1,234"),
    ],
)
def test_counts_of_people(n: int | None, text: str) -> None:
    assert show_count(n) == text


def test_all_small_counts_look_alike() -> None:
    assert all(show_count(a) == show_count(b) for a, b in pairwise(range(1, 11)))


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match=r"or \* for"):
        show_count(-1)


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [
        (0, 11, True),
        (11, 11, True),
        (11, 22, True),
        (11, 21, False),
        (5, 100, False),
        (95, 100, False),
        (0, 10, False),
        (0, 0, False),
        (12, 11, False),
        (-1, 30, False),
        (None, 100, False),
        (50, None, False),
        ("*", 100, False),
    ],
)
def test_percents_of_people(numerator: int | None, denominator: int | None, shown: bool) -> None:
    assert percent_may_be_shown(numerator, denominator) is shown


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_percent_that_is_shown_gives_no_small_count_away(numerator: int, denominator: int) -> None:
    if percent_may_be_shown(numerator, denominator):
        for count in (numerator, denominator, denominator - numerator):
            assert show_count(count) == f"{count}"
