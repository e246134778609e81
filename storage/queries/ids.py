"""Numbers that come from outside - a button's value, a form's, typed words - before a query may see them."""

from __future__ import annotations

_BEYOND = 2**31  # the columns are four-byte integers; PostgreSQL refuses a larger value with an error
_DIGITS = 10  # of the largest such number
_PARTS = 3  # goal, strategy, step


def row_id(text: str) -> int | None:
    """The row id, or any whole number a column can hold; None for whatever else is written there, `²` and `٣` too."""
    if not (text.isascii() and text.isdecimal()) or len(text) > _DIGITS:
        return None
    number = int(text)
    return number if number < _BEYOND else None


def ref_numbers(ref: str) -> tuple[int, ...]:
    """`1.2.3`, `1.2` or `1` as numbers; none at all for what can name nothing in any plan."""
    numbers = tuple(number for part in ref.split(".") if (number := row_id(part)) is not None)
    return numbers if len(numbers) == ref.count(".") + 1 <= _PARTS else ()
