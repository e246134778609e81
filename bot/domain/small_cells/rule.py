"""One number of people at a time: which are small, and how a number reads in public."""

from __future__ import annotations

from typing import Literal

SMALLEST_SHOWN = 11

NOT_SHOWN = "not shown"
FEWER = f"fewer than {SMALLEST_SHOWN}"


def is_small(n: int) -> bool:
    """A count of people that must be masked: 1–10."""
    return 0 < n < SMALLEST_SHOWN


def show_count(n: int | Literal["*"] | None) -> str:
    """A count of people that stands alone; None and `*` were masked at the source and are never 0. Numbers that stand
    beside others go through `decide`.

    Raises ValueError for a negative count.
    """
    if n is None or n == "*":
        return NOT_SHOWN
    if n < 0:
        raise ValueError(f"A count of people cannot be {n}. Enter 0 or more, or * for “not shown”.")
    return FEWER if is_small(n) else f"{n:,}"
