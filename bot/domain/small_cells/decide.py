"""Decides which numbers of a publication may be printed: hides the small ones, and then as few others as it can find.

It looks for the smallest set of further numbers to hide: no further one, each one, each two and so on, up to a limit of
work; beyond that it takes the most helpful number each time and then puts back what is not needed. When all work is
used up, everything beside a number that is still open is hidden at once: more than needed, and soon done.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from bot.domain.small_cells.knowledge import Terms, World, by_month, components, world
from bot.domain.small_cells.model import (
    PROTECTS,
    SMALL,
    UNTOLD,
    Decision,
    Publication,
    Shown,
    ShownCount,
    Sum,
    Verdict,
)
from bot.domain.small_cells.reader import Reader
from bot.domain.small_cells.rule import SMALLEST_SHOWN, is_small
from bot.domain.small_cells.solving import Work

_MOST_STEPS = 40_000  # of work for the counts that hang together; a quarter of them for the smallest set
_LAST_STEPS = 40_000  # to find out what is still open when those are used up
_MOST_EXTRA = 4  # numbers in the largest set that is looked for


def decide(publication: Publication, earlier: Sequence[Shown] = ()) -> Decision:
    """What of `publication` may be printed, given what `earlier` ones (oldest first) let everybody read."""
    everything = world(publication, earlier)
    reasons: dict[str, str] = {}
    exposed: list[str] = []
    for part in components(everything):
        hidden, open_ones = _in_turn(part)
        reasons |= hidden
        exposed += open_ones
    verdicts = {}
    for count in publication.counts:
        if count.printed:
            verdicts[count.id] = _verdict(count.id, reasons.get(count.id, ""), is_small(count.people or 0))
    for percent in publication.percents:
        verdicts[percent.id] = _verdict(percent.id, reasons.get(percent.id, ""), False)
    return Decision(verdicts, _shown(publication, verdicts, everything.people, earlier), tuple(exposed))


def _in_turn(part: World) -> tuple[dict[str, str], list[str]]:
    """What to hide of counts that hang together -> why, and the small ones that stay open. Data month by data month,
    oldest first: what an older one shows or hides was on somebody's page before the newer one was known. What a report
    hid stays hidden as well, so that months which were published need no search."""
    reasons: dict[str, str] = {}
    settled: set[str] = set()
    given_away: frozenset[Terms] = frozenset()
    for known in by_month(part):
        held = dict.fromkeys((known.states.keys() & known.printed) - known.out.keys() - settled, PROTECTS)
        reasons |= held | {name: why for name, why in _first_to_hide(known).items() if name not in settled}
        search = _Search(known, frozenset(reasons), settled, given_away)
        if search.may_choose or known is part:
            extra, given_away = search.result()
            reasons |= dict.fromkeys(extra, PROTECTS)
        settled |= known.printed | known.percents.keys()
    return reasons, sorted({name for form in given_away for name, _ in form})


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
    """The smallest further set of numbers to hide among the counts that hang together. `settled`: what is decided
    already; `given_away`: what was open then, and nothing hidden now can help."""

    def __init__(
        self, part: World, first: frozenset[str], settled: Collection[str], given_away: frozenset[Terms]
    ) -> None:
        self._part, self._first = part, first
        self._totals = {one.total for one in part.sums}
        self._sums_of: defaultdict[str, list[Sum]] = defaultdict(list)
        for one in part.sums:
            for name in (one.total, *one.parts):
                self._sums_of[name].append(one)
        self._given_away = given_away
        fixed = first.union(settled)
        counts = [name for name in part.printed if name not in fixed and name not in part.out]
        percents = [key for key, one in part.percents.items() if key not in fixed and one not in part.percents_out]
        self._candidates = sorted(counts, key=self._cost) + sorted(percents)
        self._work = Work(_MOST_STEPS)
        self._seen: dict[frozenset[str], list[Terms]] = {}
        self._reader = Reader(part)

    @property
    def may_choose(self) -> bool:
        """Whether anything is left to be decided."""
        return bool(self._candidates)

    def _cost(self, name: str) -> tuple[bool, bool, int, str]:
        """Parts before totals, and the count that tells the reader least first; 0 protects nobody."""
        people = self._part.people[name] or 0
        return (name in self._totals, people == 0, people, name)

    def result(self) -> tuple[frozenset[str], frozenset[Terms]]:
        """(further numbers to hide, what stays open whatever is hidden)."""
        if not self._open(self._first):
            return frozenset(), self._given_away
        for size in range(1, _MOST_EXTRA + 1):
            found = self._smallest(self._first, size, frozenset())
            if found is not None:
                return found - self._first, self._given_away
            if self._is_long():
                break
        return self._greedy()

    def _is_long(self) -> bool:
        return self._work.left < _MOST_STEPS * 3 // 4

    def _smallest(self, hidden: frozenset[str], size: int, tried: frozenset[str]) -> frozenset[str] | None:
        """A set of `size` more that leaves nothing open, or None."""
        if self._is_long():
            return None
        still = self._open(hidden)
        if not still:
            return hidden
        if size == 0:
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
        for one in self._sums_of[form[0][0]]:
            members = {one.total, *one.parts}
            unknown = {name for name in members if name in hidden or not self._is_readable(name)}
            if names == unknown & set(one.parts) and one.total not in unknown:
                return [name for name in left if name in members]
        return left

    def _is_readable(self, name: str) -> bool:
        return name in self._part.out or (name in self._part.printed and self._part.people[name] is not None)

    def _greedy(self) -> tuple[frozenset[str], frozenset[Terms]]:
        hidden = self._first
        while self._work.left > 0 and (beside := self._beside(hidden)):
            helps = Counter(name for names in beside for name in names)
            hidden |= {max(beside[0], key=lambda name: helps[name])}
        for name in sorted(hidden - self._first, key=self._candidates.index, reverse=True):
            if self._work.left > 0 and len(self._open(hidden - {name})) <= len(self._open(hidden)):
                hidden -= {name}
        if self._work.left <= 0:
            hidden = self._at_once(hidden)
        return hidden - self._first, self._given_away.union(self._open(hidden))

    def _at_once(self, hidden: frozenset[str]) -> frozenset[str]:
        """With all that stands in a sum with what is open, as long as anything can help."""
        self._work = Work(_LAST_STEPS)
        self._seen.clear()
        while beside := self._beside(hidden):
            left = {name for names in beside for name in names}
            names = {name for form in self._open(hidden) for name, _ in form}
            close = {near for name in names for one in self._sums_of[name] for near in (one.total, *one.parts)}
            hidden |= left & close or left
        return hidden

    def _beside(self, hidden: frozenset[str]) -> list[list[str]]:
        """What could help each number that is open, where anything can."""
        return [names for form in self._open(hidden) if (names := self._neighbours(form, hidden))]

    def _open(self, hidden: frozenset[str]) -> list[Terms]:
        """What a reader could work out: small counts, and small sums of what is not printed of a total."""
        if hidden not in self._seen:
            found = self._reader.works_out(hidden, self._work)
            self._seen[hidden] = [form for form in found if form not in self._given_away]
        return self._seen[hidden]
