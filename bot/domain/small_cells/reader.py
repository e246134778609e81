"""What a careful reader can work out: the small numbers for which no other set of numbers fits what is printed."""

from __future__ import annotations

from bot.domain.small_cells.knowledge import Terms, World, system
from bot.domain.small_cells.rule import is_small
from bot.domain.small_cells.solving import Bound, GaveUp, System, Work

Changes = dict[str, int]


class Reader:
    """Of the counts that hang together. Other sets of numbers are remembered as what is changed in the first, because
    one serves many sums, and while other numbers are hidden as well."""

    def __init__(self, part: World) -> None:
        self._part = part
        self._known = {name: people for name, people in part.people.items() if people is not None}
        self._numbers = self._known
        self._others: list[Changes] = []

    def works_out(self, hidden: frozenset[str], work: Work) -> list[Terms]:
        """The counts and sums of counts of 1–10 people that have one possible value only, or for which no second one is
        found with this work."""
        found = system(self._part, hidden)
        if not any(self._is_at_risk(name) for name in found.unknown):
            return []
        forms: list[Terms] = [((name, 1),) for name in found.unknown]
        for one in self._part.sums:
            unknown = tuple((name, 1) for name in one.parts if name in found.unknown)
            if len(unknown) > 1:
                forms.append(unknown)
        try:
            work.step(found.size)
            if not self._knows_numbers(found, work):
                return forms  # the numbers contradict each other
        except GaveUp:
            return forms  # nothing is proven
        others = [one for one in self._others if found.still_fits(self._numbers, one)]
        return [form for form in forms if not self._is_safe(found, form, others, work)]

    def _is_at_risk(self, name: str) -> bool:
        people = self._part.people[name]
        return people is None or is_small(people) or self._part.states.get(name) == "fewer"

    def _knows_numbers(self, found: System, work: Work) -> bool:
        """Whether there are numbers that fit: what we know ourselves usually does."""
        for numbers in (self._numbers, self._known):
            if found.fits(numbers):
                break
        else:
            solved = found.solve(work=work)
            if solved is None:
                return False
            numbers = self._known | solved
        if numbers is not self._numbers:
            self._numbers, self._others = numbers, []
        return True

    def _is_safe(self, found: System, form: Terms, others: list[Changes], work: Work) -> bool:
        """Whether some other set of numbers, that would have been printed just so, has another sum here."""
        value = sum(self._numbers[name] for name, _ in form)
        if not is_small(value) or any(self._sum(form, one) != value for one in others):
            return True
        bounds = Bound(form, value + 1, None), Bound(form, None, value - 1)
        other = found.near(self._numbers, bounds[0], work) or found.near(self._numbers, bounds[1], work)
        if other is None:
            try:
                solved = found.solve(bounds[0], work=work) or found.solve(bounds[1], work=work)
            except GaveUp:
                return False
            if solved is None:
                return False
            other = {name: number for name, number in solved.items() if number != self._numbers[name]}
        others.append(other)
        self._others.append(other)
        return True

    def _sum(self, form: Terms, changes: Changes) -> int:
        return sum(changes.get(name, self._numbers[name]) for name, _ in form)
