"""A reader who tries to work out small counts from what was printed, and random publications to try it on.

Shares nothing with bot/domain/small_cells but its data: it eliminates with fractions and then tries every number.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from bot.domain.small_cells import Count, Percent, Publication, Shown, Sum

_MOST = 100_000  # combinations of free numbers that are tried


Number = int | Fraction


@dataclass
class Reading:
    """What a reader has: numbers, labels of the others, equations (name -> factor, constant), percents."""

    known: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    percents: list[Percent] = field(default_factory=list)


def read(publications: Iterable[Shown]) -> Reading:
    """Everything that was ever printed, put together. Numbers here never change between publications."""
    found = Reading()
    for one in publications:
        for count in one.counts:
            if count.state == "shown" and count.people is not None:
                found.known[count.id] = count.people
            elif count.state != "unprinted":
                found.labels[count.id] = count.state
        found.sums += [total for total in one.sums if total not in found.sums]
        found.percents += [percent for percent in one.percents if percent not in found.percents]
    return found


@dataclass(frozen=True)
class Attack:
    """`single`: unknown counts with one possible value -> it; `sums`: totals whose unprinted parts have one possible
    sum -> it; `whole`: as much was tried as it takes to know that there is no other small number to find."""

    single: dict[str, int]
    sums: dict[str, int]
    whole: bool

    @property
    def small(self) -> dict[str, int]:
        return {name: n for name, n in (self.single | self.sums).items() if 1 <= n <= 10}


def attack(found: Reading) -> Attack:
    names = sorted(
        {name for one in found.sums for name in (one.total, *one.parts)}
        | {name for one in found.percents for name in (one.part, one.whole)}
        | set(found.labels)
    )
    unknown = [name for name in names if name not in found.known]
    rows = _reduced([_row(one, unknown, found.known) for one in found.sums], len(unknown))
    pivots = {next(i for i, factor in enumerate(row[:-1]) if factor): row for row in rows if any(row[:-1])}
    free = [i for i in range(len(unknown)) if i not in pivots]
    ranges = _ranges(found, unknown)
    sums = {
        f"sum of what is not printed of {one.total} = {'+'.join(one.parts)}": [
            unknown.index(part) for part in one.parts if part in unknown
        ]
        for one in found.sums
        if sum(part in unknown for part in one.parts) > 1
    }
    if any(low > high for low, high in ranges):
        return Attack({}, {}, True)
    used = _connected(rows, free, found, unknown)
    tried = 1
    for i in used:
        tried *= ranges[i][1] - ranges[i][0] + 1
    if tried > _MOST:
        return Attack(_forced(unknown, pivots, free, ranges), {}, False)
    values: list[set[int]] = [set() for _ in unknown]
    totals: dict[str, set[int]] = {name: set() for name in sums}
    solved, base = _solved(pivots, free), [low for low, _ in ranges]
    for numbers in itertools.product(*(range(ranges[i][0], ranges[i][1] + 1) for i in used)):
        full = _full(numbers, used, base, solved, ranges)
        if full is None or not _fits(found, unknown, full):
            continue
        for i, number in enumerate(full):
            values[i].add(number)
        for name, places in sums.items():
            totals[name].add(sum(full[i] for i in places))
        if all(len(one) > 1 or any(n < 1 or n > 10 for n in one) for one in (*values, *totals.values())):
            break  # no number of 1-10 can be the only possible one any more
    alone = [i for i in free if i not in used]  # in no equation: anything its label allows
    single = {
        unknown[i]: next(iter(found_values))
        for i, found_values in enumerate(values)
        if len(found_values) == 1 and i not in alone
    }
    return Attack(single, {name: next(iter(one)) for name, one in totals.items() if len(one) == 1}, True)


def _row(one: Sum, unknown: Sequence[str], known: dict[str, int]) -> list[Fraction]:
    row = [Fraction(0)] * (len(unknown) + 1)
    for name, factor in [(one.total, 1), *((part, -1) for part in one.parts)]:
        if name in known:
            row[-1] -= factor * known[name]
        else:
            row[unknown.index(name)] += factor
    return row


def _reduced(rows: list[list[Fraction]], width: int) -> list[list[Fraction]]:
    at = 0
    for column in range(width):
        pivot = next((i for i in range(at, len(rows)) if rows[i][column]), None)
        if pivot is None:
            continue
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][column] for value in rows[at]]
        for i in range(len(rows)):
            if i != at and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [a - factor * b for a, b in zip(rows[i], rows[at], strict=True)]
        at += 1
    return rows[:at]


def _ranges(found: Reading, unknown: Sequence[str]) -> list[tuple[int, int]]:
    """By label, and no part is more than its total."""
    most = {name: sum(found.known.values()) + 200 for name in unknown}
    for _ in range(3):
        for one in found.sums:
            top = found.known.get(one.total, most.get(one.total, 10**6))
            taken = sum(found.known.get(part, 0) for part in one.parts)
            for part in one.parts:
                if part in most:
                    most[part] = min(most[part], top - taken)
    few = {name for name in unknown if found.labels.get(name) == "fewer"}
    return [(1, min(10, most[name])) if name in few else (0, most[name]) for name in unknown]


def _connected(rows: list[list[Fraction]], free: list[int], found: Reading, unknown: Sequence[str]) -> list[int]:
    named = {name for one in found.percents for name in (one.part, one.whole)}
    return [i for i in free if any(row[i] for row in rows) or unknown[i] in named]


def _forced(
    unknown: Sequence[str], pivots: dict[int, list[Fraction]], free: list[int], ranges: list[tuple[int, int]]
) -> dict[str, int]:
    """What elimination, and then squeezing each number between the ends of the others, leaves one value for."""
    low = [Fraction(one[0]) for one in ranges]
    high = [Fraction(one[1]) for one in ranges]
    for _ in range(30):
        before = (list(low), list(high))
        for i, row in pivots.items():
            terms = [(i, Fraction(1)), *((j, row[j]) for j in free if row[j])]
            for k, factor in terms:
                others = [(j, f) for j, f in terms if j != k]
                least = sum(min(f * low[j], f * high[j]) for j, f in others)
                most = sum(max(f * low[j], f * high[j]) for j, f in others)
                ends = sorted(((row[-1] - most) / factor, (row[-1] - least) / factor))
                low[k], high[k] = max(low[k], -(-ends[0] // 1)), min(high[k], ends[1] // 1)
        if before == (low, high):
            break
    return {name: int(low[i]) for i, name in enumerate(unknown) if low[i] == high[i]}


def _solved(pivots: dict[int, list[Fraction]], free: list[int]) -> list[tuple[int, Number, list[tuple[int, Number]]]]:
    """Each pivot as a constant less factors of free numbers; whole numbers where they are whole, which is faster."""

    def plain(value: Fraction) -> Number:
        return int(value) if value.denominator == 1 else value

    return [(i, plain(row[-1]), [(j, plain(row[j])) for j in free if row[j]]) for i, row in pivots.items()]


def _full(
    chosen: Sequence[int],
    used: list[int],
    base: list[int],
    solved: list[tuple[int, Number, list[tuple[int, Number]]]],
    ranges: list[tuple[int, int]],
) -> list[int] | None:
    numbers = list(base)
    for i, number in zip(used, chosen, strict=True):
        numbers[i] = number
    for i, constant, terms in solved:
        value = constant - sum(factor * numbers[j] for j, factor in terms)
        if not ranges[i][0] <= value <= ranges[i][1] or value != int(value):
            return None
        numbers[i] = int(value)
    return numbers


def _fits(found: Reading, unknown: Sequence[str], numbers: list[int]) -> bool:
    for name, number in zip(unknown, numbers, strict=True):
        if 1 <= number <= 10 and found.labels.get(name) == "hidden":
            return False
    have = found.known | dict(zip(unknown, numbers, strict=True))
    return all(
        have[one.whole] > 0 and one.low * have[one.whole] <= 10_000 * have[one.part] < one.high * have[one.whole]
        for one in found.percents
    )


def _people(dice: random.Random) -> int:
    kind = dice.random()
    if kind < 0.1:
        return 0
    return dice.randint(1, 10) if kind < 0.4 else dice.randint(11, 60)


def publications(seed: int) -> tuple[Publication, ...]:
    """One to three publications of made-up numbers, each of which knows the ones before it."""
    dice = random.Random(seed)
    return tuple(dice.choice((_flat, _table, _tree, _percents, _quarter, _growing, _again))(dice))


def _flat(dice: random.Random) -> Iterator[Publication]:
    """A total and its parts; some are not printed or were never told."""
    parts = [Count(f"p{i}", _people(dice), dice.random() > 0.1) for i in range(dice.randint(2, 6))]
    total = Count("all", sum(one.people or 0 for one in parts), dice.random() > 0.15)
    parts = [Count(one.id, None) if one.printed and dice.random() < 0.05 else one for one in parts]
    yield Publication((*parts, total), sums=(Sum("all", tuple(one.id for one in parts)),))


def _grid(dice: random.Random, rows: int, columns: int, name: str = "") -> Publication:
    cells = [[_people(dice) for _ in range(columns)] for _ in range(rows)]
    counts = [Count(f"{name}{r}.{c}", cells[r][c]) for r in range(rows) for c in range(columns)]
    counts += [Count(f"{name}{r}.all", sum(cells[r])) for r in range(rows)]
    counts += [Count(f"{name}all.{c}", sum(row[c] for row in cells)) for c in range(columns)]
    counts.append(Count(f"{name}all.all", sum(map(sum, cells))))
    sums = [Sum(f"{name}{r}.all", tuple(f"{name}{r}.{c}" for c in range(columns))) for r in (*range(rows), "all")]
    sums += [Sum(f"{name}all.{c}", tuple(f"{name}{r}.{c}" for r in range(rows))) for c in (*range(columns), "all")]
    return Publication(tuple(counts), sums=tuple(sums))


def _table(dice: random.Random) -> Iterator[Publication]:
    """Two dimensions with margins."""
    yield _grid(dice, dice.randint(2, 3), dice.randint(2, 3))


def _tree(dice: random.Random) -> Iterator[Publication]:
    """Offices of regions of a county."""
    counts, sums, regions = [], [], []
    for region in range(dice.randint(2, 3)):
        offices = [Count(f"r{region}o{i}", _people(dice)) for i in range(dice.randint(1, 3))]
        regions.append(Count(f"r{region}", sum(one.people or 0 for one in offices)))
        sums.append(Sum(f"r{region}", tuple(one.id for one in offices)))
        counts += offices
    total = Count("all", sum(one.people or 0 for one in regions))
    sums.append(Sum("all", tuple(one.id for one in regions)))
    yield Publication((*counts, *regions, total), sums=tuple(sums))


def _percents(dice: random.Random) -> Iterator[Publication]:
    """Rates of a county and of its groups; the denominators are printed, most numerators are not."""
    wholes = [Count(f"w{i}", _people(dice) + dice.randint(0, 30)) for i in range(dice.randint(2, 3))]
    parts = [Count(f"k{i}", dice.randint(0, one.people or 0), dice.random() < 0.2) for i, one in enumerate(wholes)]
    everyone = Count("w", sum(one.people or 0 for one in wholes), dice.random() < 0.7)
    inside = Count("k", sum(one.people or 0 for one in parts), False)
    pairs = [*zip(parts, wholes, strict=True), (inside, everyone)]
    rates = tuple(
        Percent.of(f"% {part.id}", round(100 * (part.people or 0) / whole.people + 1e-9, 1), part, whole)
        for part, whole in pairs
        if whole.people
    )
    sums = (Sum("w", tuple(one.id for one in wholes)), Sum("k", tuple(one.id for one in parts)))
    yield Publication((*wholes, *parts, everyone, inside), rates, sums)


def _quarter(dice: random.Random) -> Iterator[Publication]:
    """Months first, each with its groups, then their quarter."""
    groups = range(dice.randint(1, 3))
    months = [[_people(dice) for _ in groups] for _ in range(2)]
    for m, numbers in enumerate(months):
        counts = [Count(f"m{m}g{g}", numbers[g]) for g in groups] + [Count(f"m{m}", sum(numbers))]
        yield Publication(tuple(counts), sums=(Sum(f"m{m}", tuple(f"m{m}g{g}" for g in groups)),))
    counts = [Count(f"qg{g}", sum(numbers[g] for numbers in months)) for g in groups]
    counts.append(Count("q", sum(map(sum, months))))
    sums = [Sum(f"qg{g}", (f"m0g{g}", f"m1g{g}")) for g in groups]
    sums += [Sum("q", tuple(f"qg{g}" for g in groups)), Sum("q", ("m0", "m1"))]
    yield Publication(tuple(counts), sums=tuple(sums))


def _growing(dice: random.Random) -> Iterator[Publication]:
    """A total to date that grows from month to month by those who are new."""
    total = _people(dice) + dice.randint(0, 20)
    yield Publication((Count("to date 0", total),))
    for month in range(1, dice.randint(2, 3)):
        new = _people(dice)
        counts = (Count(f"to date {month}", total + new), Count(f"new {month}", new, False))
        yield Publication(counts, sums=(Sum(f"to date {month}", (f"to date {month - 1}", f"new {month}")),))
        total += new


def _again(dice: random.Random) -> Iterator[Publication]:
    """A table, and later some of its numbers by themselves."""
    found = _grid(dice, 2, dice.randint(2, 3))
    yield found
    yield Publication(tuple(one for one in found.counts if dice.random() < 0.5))
