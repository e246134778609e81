"""Small numbers of people are never shown: the first rule of the county's published figures.

Counts of people from 1 to 10 could point at someone, so they are masked, and so is every percent built on one.
The limit follows the state's De-Identification Guidelines (counts under 11 are masked, zero is not):
https://kb.data.chhs.ca.gov/ddg/4.-statistical-de-identification/4.4-statistical-masking . We apply it to every
count of people, whatever the publication's score. Counts of steps, meetings, forms and staff are exempt: do not
send them here. This file looks at one number, or one percent, at a time; what can be worked out from a whole table
or from two months is not judged here.
"""

from __future__ import annotations

from typing import Literal

SMALLEST_SHOWN = 11

NOT_SHOWN = "not shown"
FEWER = f"fewer than {SMALLEST_SHOWN}"


def is_small(n: int) -> bool:
    """A count of people that must be masked: 1–10."""
    return 0 < n < SMALLEST_SHOWN


def show_count(n: int | Literal["*"] | None) -> str:
    """A count of people as it may be published; None and `*` were masked at the source and are never 0.

    Raises ValueError for a negative count.
    """
    if n is None or n == "*":
        return NOT_SHOWN
    if n < 0:
        raise ValueError(f"A count of people cannot be {n}. Enter 0 or more, or * for “not shown”.")
    return FEWER if is_small(n) else f"{n:,}"


def percent_may_be_shown(numerator: int | Literal["*"] | None, denominator: int | Literal["*"] | None) -> bool:
    """Whether a percent of people may be published.

    Not if it is of fewer than 11 people, nor if 1–10 people are in it or left out of it: 98 % of 100 says "2 are
    not" as plainly as 2 % says "2 are". Not if either count is masked or unknown.
    """
    if not isinstance(numerator, int) or not isinstance(denominator, int):
        return False
    if not 0 <= numerator <= denominator or denominator < SMALLEST_SHOWN:
        return False
    return not is_small(numerator) and not is_small(denominator - numerator)
