"""The units of measures: how a value is worded, in sentences and in charts alike, and what it is a number of."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

_PERCENT = frozenset({"percent", "%", "percentage"})
_MONEY = frozenset({"dollars", "dollar", "$", "usd"})
_BARE = frozenset({"", "count", "number"})
_TIME = frozenset(one for name in ("minute", "hour", "day", "week", "month", "year") for one in (name, f"{name}s"))
_MINUS = "−"


def is_percent(unit: str) -> bool:
    """Whether values in this unit are rates of something."""
    return unit.strip().lower() in _PERCENT


def counts_people(unit: str) -> bool:
    """Whether a value in this unit must be taken for a number of people: anything but a share, money or time. A case, a
    sanction or a re-entry is somebody too, and a bare count may be one."""
    return unit.strip().lower() not in _PERCENT | _MONEY | _TIME


def names_people(unit: str) -> bool:
    """The same where the unit says what is counted; of a bare count nobody knows."""
    return counts_people(unit) and unit.strip().lower() not in _BARE


def format_value(value: float, unit: str) -> str:
    """`52%`, `52.5%`, `$3,200`, `12 days`, `410`: one decimal at most; money shows cents only when it has any."""
    amount = _rounded(value, unit)
    return (_MINUS if amount < 0 else "") + _worded(abs(amount), unit, percent="%")


def format_change(delta: float, unit: str) -> str:
    """A difference of two values with its sign: `+1.5 points`, `−$120`, `+3 days`, `no change`."""
    amount = _rounded(delta, unit)
    if amount == 0:
        return "no change"
    points = " point" if abs(amount) == 1 else " points"
    return (_MINUS if amount < 0 else "+") + _worded(abs(amount), unit, percent=points)


def _rounded(value: float, unit: str) -> Decimal:
    """Halves away from zero, as people round; `str` first, because 52.25 is meant, not its binary neighbour."""
    step = Decimal("0.01") if unit.strip().lower() in _MONEY else Decimal("0.1")
    return Decimal(str(value)).quantize(step, ROUND_HALF_UP)


def _worded(amount: Decimal, unit: str, percent: str) -> str:
    number = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,}"
    name = unit.strip().lower()
    if name in _PERCENT:
        return number + percent
    if name in _MONEY:
        return "$" + number
    if name in _BARE:
        return number
    return f"{number} {name.removesuffix('s') if amount == 1 else name}"
