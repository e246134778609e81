"""Decides which numbers of a publication may be printed: hides the small ones, and then as few others as it can find.

It looks for the smallest set of further numbers to hide: no further one, each one, each two and so on, up to a limit of
work; beyond that it takes the most helpful number each time and then puts back what is not needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.domain.small_cells.knowledge import Terms, World, components, system, world
from bot.domain.small_cells.model import (
    PROTECTS,
    SMALL,
    UNTOLD,
    Decision,
    Publication,
    Shown,
    ShownCount,
    Verdict,
)
from bot.domain.small_cells.rule import SMALLEST_SHOWN, is_small
from bot.domain.small_cells.solving import Bound, GaveUp, System

_MOST_LOOKS = 150  # at sets of hidden numbers, before the search for the smallest set ends
_MOST_EXTRA = 4  # numbers in the largest set that is looked for


def decide(publication: Publication, earlier: Sequence[Shown] = ()) -> Decision:
    """What of `publication` may be printed, given what `earlier` ones (oldest first) let everybody read."""
    everything = world(publication, earlier)
    reasons: dict[str, str] = {}
    exposed: list[str] = []
    for part in components(everything):
        if not (part.printed or part.percents):
            continue
        first = _first_to_hide(part)
        extra, open_ones = _Search(part, frozenset(first)).result()
        reasons |= first | dict.fromkeys(extra, PROTECTS)
        exposed += open_ones
    verdicts = {}
    for count in publication.counts:
        if count.printed:
            verdicts[count.id] = _verdict(count.id, reasons.get(count.id, ""), is_small(count.people or 0))
    for percent in publication.percents:
        verdicts[percent.id] = _verdict(percent.id, reasons.get(percent.id, ""), False)
    return Decision(verdicts, _shown(publication, verdicts, everything.people, earlier), tuple(exposed))


def _verdict(id: str, reason: str, small: bool) -> Verdict:
    if not reason:
        return Verdict(id, "shown")
    if reason == UNTOLD:
        return Verdict(id, "masked", reason)
    return Verdict(id, "fewer" if small else "hidden", reason)


def _shown(
    publication: Publication,
    verdicts: dict[str, Verdict],
    people: Mapping[str, int | None],
    earlier: Sequence[Shown],
) -> Shown:
    """What this publication shows that the earlier ones did not."""
    out = {count.id: count for one in earlier for count in one.counts}
    percents_out = {percent for one in earlier for percent in one.percents}
    sums_out = {total for one in earlier for total in one.sums}
    sums = (*publication.sums, *(one.left_out for one in publication.percents))
    named = {count.id for count in publication.counts} | {name for one in sums for name in (one.total, *one.parts)}
    states = {name: verdicts[name].state if name in verdicts else "unprinted" for name in sorted(named)}
    counts = (ShownCount(name, state, people[name]) for name, state in states.items())
    percents = (one for one in publication.percents if verdicts[one.id].state == "shown")
    return Shown(
        tuple(one for one in counts if one != out.get(one.id)),
        tuple(one for one in percents if one not in percents_out),
        tuple(one for one in sums if one not in sums_out),
    )


def _first_to_hide(part: World) -> dict[str, str]:
    """Numbers that are small themselves -> why. A percent is, where it is of fewer than 11 people, or where its
    denominator is printed and 1–10 people are in it or left out of it."""
    found = {}
    for name in part.printed:
        people = part.people[name]
        if people is None or is_small(people):
            found[name] = UNTOLD if people is None else SMALL
    for key, one in part.percents.items():
        whole, inside, rest = (part.people[name] for name in (one.whole, one.part, one.rest))
        if whole is None or inside is None:
            found[key] = UNTOLD
        elif whole < SMALLEST_SHOWN or (_stated(part, one.whole) and (is_small(inside) or is_small(rest or 0))):
            found[key] = SMALL
    return found


def _stated(part: World, name: str) -> bool:
    return name in part.printed or name in part.out


class _Search:
    """The smallest further set of numbers to hide among the counts that hang together."""

    def __init__(self, part: World, first: frozenset[str]) -> None:
        self._part, self._first = part, first
        self._totals = {one.total for one in part.sums}
        counts = [name for name in part.printed if name not in first and name not in part.out]
        percents = [key for key, one in part.percents.items() if key not in first and one not in part.percents_out]
        self._candidates = sorted(counts, key=self._cost) + sorted(percents)
        self._looks = 0
        self._seen: dict[frozenset[str], list[Terms]] = {}

    def _cost(self, name: str) -> tuple[bool, bool, int, str]:
        """Parts before totals, and the count that tells the reader least first; 0 protects nobody."""
        people = self._part.people[name] or 0
        return (name in self._totals, people == 0, people, name)

    def result(self) -> tuple[frozenset[str], list[str]]:
        """(further numbers to hide, names of small counts that stay open whatever is hidden)."""
        if not self._open(self._first):
            return frozenset(), []
        for size in range(1, _MOST_EXTRA + 1):
            found = self._smallest(self._first, size, frozenset())
            if found is not None:
                return found - self._first, []
            if self._looks > _MOST_LOOKS:
                break
        return self._greedy()

    def _smallest(self, hidden: frozenset[str], size: int, tried: frozenset[str]) -> frozenset[str] | None:
        """A set of `size` more that leaves nothing open, or None."""
        still = self._open(hidden)
        if not still:
            return hidden
        if size == 0 or self._looks > _MOST_LOOKS:
            return None
        for name in self._neighbours(still[0], hidden):
            if name in tried:
                continue
            found = self._smallest(hidden | {name}, size - 1, tried)
            if found is not None:
                return found
            tried |= {name}
        return None

    def _neighbours(self, form: Terms, hidden: frozenset[str]) -> list[str]:
        """What could help: all of a sum in which nothing but `form` is unknown must stay as it is unless one more of
        the same sum is hidden; otherwise anything."""
        names = {name for name, _ in form}
        left = [name for name in self._candidates if name not in hidden]
        for one in self._part.sums:
            members = {one.total, *one.parts}
            unknown = {name for name in members if name in hidden or not self._is_readable(name)}
            if names == unknown & set(one.parts) and one.total not in unknown:
                return [name for name in left if name in members]
        return left

    def _is_readable(self, name: str) -> bool:
        return name in self._part.out or (name in self._part.printed and self._part.people[name] is not None)

    def _greedy(self) -> tuple[frozenset[str], list[str]]:
        hidden = self._first
        left = list(self._candidates)
        while left and (still := self._open(hidden)):
            near = [name for name in left if name in set(self._neighbours(still[0], hidden))] or left
            best = min(near, key=lambda name: len(self._open(hidden | {name})))
            hidden |= {best}
            left.remove(best)
        for name in sorted(hidden - self._first, key=self._candidates.index, reverse=True):
            if len(self._open(hidden - {name})) <= len(self._open(hidden)):
                hidden -= {name}
        return hidden - self._first, sorted({name for form in self._open(hidden) for name, _ in form})

    def _open(self, hidden: frozenset[str]) -> list[Terms]:
        """What a reader could work out: small counts, and small sums of what is not printed of a total."""
        if hidden not in self._seen:
            self._looks += 1
            self._seen[hidden] = _worked_out(self._part, hidden)
        return self._seen[hidden]


def _worked_out(part: World, hidden: frozenset[str]) -> list[Terms]:
    """The counts and sums of counts of 1–10 people that have one possible value only."""
    found = system(part, hidden)
    if not any(_at_risk(part, name) for name in found.unknown):
        return []
    forms: list[Terms] = [((name, 1),) for name in found.unknown]
    for one in part.sums:
        unknown = tuple((name, 1) for name in one.parts if name in found.unknown)
        if len(unknown) > 1:
            forms.append(unknown)
    try:
        first = found.preferred() or found.solve()
    except GaveUp:
        first = None
    if first is None:
        return forms  # nothing is proven, or the numbers contradict each other
    worlds = [first]
    return [form for form in forms if not _is_safe(found, form, worlds)]


def _at_risk(part: World, name: str) -> bool:
    people = part.people[name]
    return people is None or is_small(people) or part.states.get(name) == "fewer"


def _is_safe(found: System, form: Terms, worlds: list[dict[str, int]]) -> bool:
    """Whether some other set of numbers, that would have been printed just so, has another sum here. Such sets are
    added to `worlds`: one often serves several forms."""
    values = {sum(one[name] for name, _ in form) for one in worlds}
    value = min(values)
    if len(values) > 1 or not is_small(value):
        return True
    try:
        other = found.solve(Bound(form, value + 1, None)) or found.solve(Bound(form, None, value - 1))
    except GaveUp:
        return False
    if other is not None:
        worlds.append(other)
    return other is not None
