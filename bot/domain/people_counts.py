"""A measure's readings and the numbers of people heard, as a publication whose small numbers can be judged.

The bot counts nobody: how many people a percent is of is what somebody entered beside it, and how many are in it
follows from the two. Values without a number of people are printed as they were entered. Groups of one kind
(race/ethnicity, language, office) are taken as parts of the whole; a group of no named kind, or of a kind whose groups
have more people than there are, stands for itself beside everybody else. Measures in people are also held against their
own data month before; of rates that would hide nearly everything and tell nothing, because a net change of a rate is no
group of people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.chat.units import counts_people, is_percent, names_people
from bot.domain.small_cells import SMALLEST_SHOWN, Count, Decision, Percent, Publication, Sum, is_small

STATE = "state"  # the kind of a reading that is the state's average: none of the county's people


@dataclass(frozen=True, slots=True)
class Entered:
    """A reading as it was entered: `population` "" is the whole, `people` how many the value is of, None where nobody
    said; `value` None was entered as “not shown”."""

    measure: int
    unit: str
    month: str
    population: str
    kind: str
    value: float | None
    people: int | None

    @property
    def id(self) -> str:
        return f"reading {self.measure} {self.month} {self.population.lower()}".rstrip()


@dataclass(frozen=True, slots=True)
class Heard:
    """How many people a client voice result of a month (`2026-02`) is from; `id` is its row's."""

    id: int
    month: str
    people: int | None

    @property
    def count(self) -> str:
        return f"voice {self.id}"


def publication(entered: Iterable[Entered], heard: Iterable[Heard] = ()) -> Publication:
    """Everything these readings and results say about numbers of people. All groups of a measure's data month belong
    into one publication, printed or not: whoever reads one page of it may read the next."""
    counts = [Count(one.count, one.people, month=one.month) for one in heard]
    percents: list[Percent] = []
    sums: list[Sum] = []
    together: defaultdict[tuple[int, str], list[Entered]] = defaultdict(list)
    for one in entered:
        if one.kind != STATE:
            together[one.measure, one.month].append(one)
    everything: list[_Cell] = []
    for ones in together.values():
        cells = [cell for one in ones if (cell := _cell(one)) is not None]
        everything += cells
        counts += [count for cell in cells for count in cell.counts]
        percents += [cell.percent for cell in cells if cell.percent]
        sums += _sums(cells)
    sums += _changes(everything)
    return Publication(tuple(counts), tuple(percents), tuple(sums))


def is_few(value: float | None, unit: str) -> bool:
    """Whether a value that stands alone, as a plan's baseline does, is one of 1–10 people."""
    return value is not None and counts_people(unit) and 0 < abs(value) < SMALLEST_SHOWN


def may_print(decision: Decision, one: Entered) -> bool:
    """Whether the reading's value may be printed. A mean of 1–10 people may not, either."""
    if one.value is None:
        return False
    if one.kind == STATE:
        return True
    if counts_people(one.unit):
        if not _whole_number(one.value):
            return not is_few(one.value, one.unit)
        return decision.may_show(one.id)
    if one.people is None:
        return True
    return decision.may_show(f"{one.id} %") if is_percent(one.unit) else not is_small(one.people)


def people_words(decision: Decision, one: Entered) -> str:
    """How many the value is of, as it may be printed; empty where nobody said."""
    if one.people is None or one.kind == STATE or counts_people(one.unit):
        return ""
    return decision.words(f"{one.id} people", one.people)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A reading's numbers of people: how many it is of, and how many are in it (percents only)."""

    entered: Entered
    people: Count
    inside: Count | None = None
    percent: Percent | None = None

    @property
    def counts(self) -> tuple[Count, ...]:
        return (self.people, self.inside) if self.inside else (self.people,)


def _cell(one: Entered) -> _Cell | None:
    if counts_people(one.unit):
        if one.value is None or not _whole_number(one.value):
            return None
        return _Cell(one, Count(one.id, int(one.value), month=one.month))
    if one.people is None:
        return None
    people = Count(f"{one.id} people", one.people, month=one.month)
    if not is_percent(one.unit):
        return _Cell(one, people)
    number = None if one.value is None else int(one.value * one.people / 100 + 0.5)
    inside = Count(f"{one.id} in", number, printed=False, month=one.month)
    percent = None if one.value is None else Percent.of(f"{one.id} %", one.value, inside, people)
    return _Cell(one, people, inside, percent)


def _whole_number(value: float) -> bool:
    return value >= 0 and value == int(value)


def _sums(cells: Sequence[_Cell]) -> list[Sum]:
    """The whole as the sum of the groups of each kind, and of those in none of them."""
    whole = next((cell for cell in cells if not cell.entered.population), None)
    if whole is None:
        return []
    kinds: defaultdict[str, list[_Cell]] = defaultdict(list)
    for cell in cells:
        if cell.entered.population:
            kinds[cell.entered.kind.lower() or _alone(cell)].append(cell)
    return [one for kind, groups in kinds.items() for one in _kind_sums(whole, kind, groups)]


def _alone(group: _Cell) -> str:
    """The kind of a group that stands for itself beside everybody else."""
    return f"group {group.entered.population.lower()}"


def _changes(cells: Iterable[_Cell]) -> list[Sum]:
    """From one data month to the next of a number of people: how many more or fewer is a number of people as well."""
    by_place: defaultdict[tuple[int, str], list[_Cell]] = defaultdict(list)
    for cell in cells:
        if names_people(cell.entered.unit):
            by_place[cell.entered.measure, cell.entered.population.lower()].append(cell)
    found = []
    for ones in by_place.values():
        for before, after in pairwise(sorted(ones, key=lambda cell: cell.entered.month)):
            less, more = sorted((before.people, after.people), key=lambda count: count.people or 0)
            found.append(Sum(more.id, (less.id, f"{after.people.id} less {before.people.id}")))
    return found


def _kind_sums(whole: _Cell, kind: str, groups: Sequence[_Cell]) -> list[Sum]:
    known, everybody = sum(group.people.people or 0 for group in groups), whole.people.people or 0
    if known > everybody:
        if len(groups) == 1:
            return []  # more than everybody: one of the two numbers is wrong, and nothing follows
        # People are in several of these groups, so nothing follows from one about another; each stands for itself.
        return [one for group in groups for one in _kind_sums(whole, _alone(group), [group])]
    others = [] if known == everybody else [f"{whole.people.id} but {kind}"]
    sums = [Sum(whole.people.id, (*(group.people.id for group in groups), *others))]
    inside = [group.inside for group in groups if group.inside]
    if whole.inside and _adds_up(whole, groups, complete=not others):
        sums.append(Sum(whole.inside.id, (*(one.id for one in inside), *(f"{name} in" for name in others))))
    return sums


def _adds_up(whole: _Cell, groups: Sequence[_Cell], *, complete: bool) -> bool:
    """Whether the percents can be of the same people, as far as their rounding tells."""
    least, most = (sum(_inside(group)[end] for group in groups) for end in (0, 1))
    low, high = _inside(whole)
    return least <= high and (not complete or most >= low)


def _inside(cell: _Cell) -> tuple[float, float]:
    """The fewest and the most people that a cell's percent leaves room for."""
    people = cell.people.people or 0
    if cell.percent is None:
        return 0, people
    return cell.percent.low * people / 10_000, cell.percent.high * people / 10_000
