"""Whole numbers within bounds: finds a set of numbers that fits everything a reader knows, or shows there is none.

A small search of our own: first the numbers we know ourselves are changed, one after another, until they fit; then
bounds are narrowed until nothing moves, and one number is guessed. An integer solver is a heavy library, and the tables
of a county's report have a few hundred numbers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.small_cells.rule import SMALLEST_SHOWN, is_small

Range = tuple[int, int]
_MOST_CHANGES = 60  # tried of numbers that nearly fit, before the search begins
_MOST_STEPS = 1_000  # of one search
_FIRST_STEPS = 5_000  # of the narrowing that every search starts from; contradicting bounds can creep one by one


class GaveUp(Exception):
    """The search took too long; nothing is known."""


@dataclass
class Work:
    """The steps that are left: a bound that is narrowed or a number that is changed is one. They are counted and not
    timed, so that the same numbers have the same answer on every machine. Steps of a part are steps of the whole."""

    left: int
    whole: Work | None = None

    def step(self, count: int = 1) -> None:
        """Raises GaveUp when all are taken."""
        if self.whole:
            self.whole.step(count)
        self.left -= count
        if self.left < 0:
            raise GaveUp


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
        self._start: dict[str, Range] | None = None
        self._of: defaultdict[str, list[Bound]] = defaultdict(list)
        for bound in bounds:
            for name, _ in bound.terms:
                self._of[name].append(bound)

    @property
    def unknown(self) -> Collection[str]:
        return self._ranges.keys()

    @property
    def size(self) -> int:
        return len(self._bounds)

    def fits(self, numbers: Mapping[str, int]) -> bool:
        """Whether these numbers, of all that are unknown, fit everything."""
        return all(name in numbers and self._may_be(name, numbers[name]) for name in self._ranges) and not any(
            _lacks(bound, numbers) for bound in self._bounds
        )

    def near(self, numbers: Mapping[str, int], more: Bound, work: Work) -> dict[str, int] | None:
        """What to change in `numbers`, which fit everything, so that they fit `more` too: each change is made up for by
        another. None if that is not found easily."""
        now = dict(numbers)
        changed: list[str] = []
        try:
            found = self._mended(now, changed, [more], (more,), Work(_MOST_CHANGES, work))
        except GaveUp:
            return None
        return {name: now[name] for name in changed} if found else None

    def _mended(
        self, now: dict[str, int], changed: list[str], amiss: Sequence[Bound], more: tuple[Bound, ...], work: Work
    ) -> bool:
        amiss = [bound for bound in amiss if _lacks(bound, now)]
        if not amiss:
            return True
        bound = amiss[-1]
        for name, factor in sorted(bound.terms, key=lambda term: len(self._of[term[0]])):
            was = now[name]
            value = was + _share(_lacks(bound, now), factor)
            if name in changed or not self._may_be(name, value):
                continue
            work.step()
            now[name] = value
            changed.append(name)
            if self._mended(now, changed, [*amiss, *self._touching(name, more)], more, work):
                return True
            now[name] = was
            changed.pop()
        return False

    def _may_be(self, name: str, value: int) -> bool:
        low, high = self._ranges[name]
        return low <= value <= high and not (name in self._gapped and is_small(value))

    def still_fits(self, numbers: Mapping[str, int], changes: Mapping[str, int]) -> bool:
        """Whether `numbers`, which fit everything, do so with these changes."""
        if any(name not in self._ranges for name in changes):
            return False
        now = {**numbers, **changes}
        return not any(_lacks(bound, now) for name in changes for bound in self._of[name])

    def solve(self, *more: Bound, work: Work) -> dict[str, int] | None:
        """Numbers that fit all bounds and `more`, as near to the preferred ones as comes easily; None if there are
        none. Raises GaveUp."""
        if self._start is None:
            first = Work(_FIRST_STEPS, work)
            self._start = self._narrowed(dict(self._ranges), list(self._bounds), (), first)
        if self._start is None:
            return None
        part = Work(_MOST_STEPS, work)
        ranges = self._narrowed(dict(self._start), list(more), more, part)
        return None if ranges is None else self._search(ranges, more, part)

    def _search(self, ranges: dict[str, Range], more: tuple[Bound, ...], work: Work) -> dict[str, int] | None:
        name = min(
            (name for name, (low, high) in ranges.items() if low < high),
            key=lambda one: ranges[one][1] - ranges[one][0],
            default=None,
        )
        if name is None:
            return {one: low for one, (low, _) in ranges.items()}
        low, high = ranges[name]
        guess = min(max(self._prefer.get(name, low), low), high)
        for part in ((guess, guess), (guess + 1, high), (low, guess - 1)):
            fitting = _outside_gap(*part) if name in self._gapped else part
            if fitting is None or fitting[0] > fitting[1]:
                continue
            work.step()
            tried = self._narrowed({**ranges, name: fitting}, self._touching(name, more), more, work)
            found = None if tried is None else self._search(tried, more, work)
            if found is not None:
                return found
        return None

    def _touching(self, name: str, more: tuple[Bound, ...]) -> list[Bound]:
        return [*self._of[name], *(bound for bound in more if any(one == name for one, _ in bound.terms))]

    def _narrowed(
        self, ranges: dict[str, Range], todo: list[Bound], more: tuple[Bound, ...], work: Work
    ) -> dict[str, Range] | None:
        """Takes from every range what no bound allows, until nothing moves; None if a range is left empty."""
        while todo:
            bound = todo.pop()
            work.step()
            for name, fitting in _fitting(bound, ranges):
                kept = _outside_gap(*fitting) if name in self._gapped else fitting
                if kept is None or kept[0] > kept[1]:
                    return None
                if kept != ranges[name]:
                    ranges[name] = kept
                    todo += self._touching(name, more)
        return ranges


def _lacks(bound: Bound, numbers: Mapping[str, int]) -> int:
    """What the sum has too little; below 0: too much."""
    total = sum(factor * numbers[name] for name, factor in bound.terms)
    if bound.low is not None and total < bound.low:
        return bound.low - total
    return bound.high - total if bound.high is not None and total > bound.high else 0


def _share(lacks: int, factor: int) -> int:
    """By how much the number with this factor has to grow, so that nothing is lacking."""
    amount = -(-abs(lacks) // abs(factor))
    return amount if (lacks > 0) == (factor > 0) else -amount


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
