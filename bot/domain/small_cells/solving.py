"""Whole numbers within bounds: finds a set of numbers that fits everything a reader knows, or shows there is none.

A small search of our own (bounds are narrowed until nothing moves, then one number is guessed): an integer solver is a
heavy library, and the tables of a county's report have a few dozen numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.small_cells.rule import SMALLEST_SHOWN

Range = tuple[int, int]
_MOST_STEPS = 5_000  # of narrowing; bounds that contradict each other can creep up on it one by one


class GaveUp(Exception):
    """The search took too long; nothing is known."""


@dataclass(frozen=True, slots=True)
class Bound:
    """low <= the sum of factor × number <= high; None is no limit."""

    terms: tuple[tuple[str, int], ...]
    low: int | None
    high: int | None


class System:
    """Unknown numbers with their ranges, and bounds over them. Those in `gapped` are none of 1–10."""

    def __init__(
        self, ranges: Mapping[str, Range], gapped: frozenset[str], bounds: Sequence[Bound], prefer: Mapping[str, int]
    ) -> None:
        self._ranges = dict(ranges)
        self._gapped = gapped
        self._bounds = bounds
        self._prefer = prefer
        self._of: defaultdict[str, list[Bound]] = defaultdict(list)
        for bound in bounds:
            for name, _ in bound.terms:
                self._of[name].append(bound)

    @property
    def unknown(self) -> frozenset[str]:
        return frozenset(self._ranges)

    def preferred(self) -> dict[str, int] | None:
        """The preferred numbers, if they fit everything: what we know ourselves usually does."""
        if any(name not in self._prefer for name in self._ranges):
            return None
        found = {name: self._prefer[name] for name in self._ranges}
        within = all(low <= found[name] <= high for name, (low, high) in self._ranges.items())
        outside = all(_outside_gap(found[name], found[name]) is not None for name in self._gapped)
        return found if within and outside and all(_holds(bound, found) for bound in self._bounds) else None

    def solve(self, *more: Bound, guesses: int = 400) -> dict[str, int] | None:
        """Numbers that fit all bounds and `more`, as near to the preferred ones as comes easily; None if there are
        none. Raises GaveUp."""
        left = [guesses]
        ranges = self._narrowed(dict(self._ranges), [*self._bounds, *more], more)
        return None if ranges is None else self._search(ranges, more, left)

    def _search(self, ranges: dict[str, Range], more: tuple[Bound, ...], left: list[int]) -> dict[str, int] | None:
        name = min(
            (name for name, (low, high) in ranges.items() if low < high),
            key=lambda one: ranges[one][1] - ranges[one][0],
            default=None,
        )
        if name is None:
            return {one: low for one, (low, _) in ranges.items()}
        left[0] -= 1
        if left[0] < 0:
            raise GaveUp
        low, high = ranges[name]
        guess = min(max(self._prefer.get(name, low), low), high)
        for part in ((guess, guess), (guess + 1, high), (low, guess - 1)):
            if part[0] > part[1]:
                continue
            tried = self._narrowed({**ranges, name: part}, self._touching(name, more), more)
            found = None if tried is None else self._search(tried, more, left)
            if found is not None:
                return found
        return None

    def _touching(self, name: str, more: tuple[Bound, ...]) -> list[Bound]:
        return [*self._of[name], *(bound for bound in more if any(one == name for one, _ in bound.terms))]

    def _narrowed(
        self, ranges: dict[str, Range], todo: list[Bound], more: tuple[Bound, ...]
    ) -> dict[str, Range] | None:
        """Takes from every range what no bound allows, until nothing moves; None if a range is left empty."""
        for name in self._gapped:
            if (fitting := _outside_gap(*ranges[name])) is None:
                return None
            ranges[name] = fitting
        for _ in range(_MOST_STEPS):
            if not todo:
                return ranges
            bound = todo.pop()
            for name, fitting in _fitting(bound, ranges):
                kept = _outside_gap(*fitting) if name in self._gapped else fitting
                if kept is None or kept[0] > kept[1]:
                    return None
                if kept != ranges[name]:
                    ranges[name] = kept
                    todo += self._touching(name, more)
        raise GaveUp


def _holds(bound: Bound, numbers: Mapping[str, int]) -> bool:
    total = sum(factor * numbers[name] for name, factor in bound.terms)
    return (bound.low is None or bound.low <= total) and (bound.high is None or total <= bound.high)


def _outside_gap(low: int, high: int) -> Range | None:
    """The range without 1–10 at its ends; None if nothing is left."""
    low = SMALLEST_SHOWN if 0 < low < SMALLEST_SHOWN else low
    high = 0 if 0 < high < SMALLEST_SHOWN else high
    return (low, high) if low <= high else None


def _fitting(bound: Bound, ranges: Mapping[str, Range]) -> Iterable[tuple[str, Range]]:
    """The part of each number's range that the bound allows, the others being anywhere in theirs."""
    ends = [sorted((factor * ranges[name][0], factor * ranges[name][1])) for name, factor in bound.terms]
    least, most = sum(end[0] for end in ends), sum(end[1] for end in ends)
    for (name, factor), (lowest, highest) in zip(bound.terms, ends, strict=True):
        low, high = ranges[name]
        if bound.high is not None:
            room = bound.high - (least - lowest)  # factor × number <= room
            low, high = (low, min(high, room // factor)) if factor > 0 else (max(low, -(room // -factor)), high)
        if bound.low is not None:
            need = bound.low - (most - highest)  # factor × number >= need
            low, high = (max(low, -(-need // factor)), high) if factor > 0 else (low, min(high, need // factor))
        yield name, (low, high)
