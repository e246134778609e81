"""Counts of 1–10 people are masked; what hangs together is judged in test_small_publications.py."""

from itertools import pairwise

import pytest

from bot.domain.small_cells import show_count


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
