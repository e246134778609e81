"""What a careful reader knows after a publication: the unknown numbers, their ranges, and the sums they stand in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.domain.small_cells.model import WHOLE, Percent, Publication, Shown, Sum
from bot.domain.small_cells.rule import SMALLEST_SHOWN, is_small
from bot.domain.small_cells.solving import Bound, System

Terms = tuple[tuple[str, int], ...]


@dataclass
class World:
    """Every count of this publication and the earlier ones. A number that was printed and has changed since is two
    counts. `people`: what we know; `out`: what anybody has read; `states`: how a count that is no number was printed;
    `printed`: ids that this publication may print or hide; `months`: the data months of this publication's counts and
    percents; `sums_out`: the sums that were told before."""

    people: dict[str, int | None] = field(default_factory=dict)
    out: dict[str, int] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    sums: list[Sum] = field(default_factory=list)
    percents: dict[str, Percent] = field(default_factory=dict)
    percents_out: list[Percent] = field(default_factory=list)
    sums_out: set[Sum] = field(default_factory=set)
    months: dict[str, str] = field(default_factory=dict)


def world(now: Publication, earlier: Sequence[Shown]) -> World:
    """Puts a publication and what came before it together."""
    found = World()
    current = _current(now)
    names: dict[str, str] = {}
    for place, one in enumerate(earlier):
        _add_earlier(found, one, place, current, names)
    found.sums_out = {*found.sums, *(one.left_out for one in found.percents_out)}
    for count in now.counts:
        found.people.setdefault(count.id, count.people)
        if count.people is None and count.printed:
            found.states[count.id] = "masked"
    found.printed = {count.id for count in now.counts if count.printed}
    found.sums += now.sums
    found.percents = {percent.id: percent for percent in now.percents}
    found.months = {count.id: count.month for count in now.counts}
    found.months |= {percent.id: found.months.get(percent.whole, "") for percent in now.percents}
    found.sums += [one.left_out for one in (*now.percents, *found.percents_out)]
    found.sums = list(dict.fromkeys(found.sums))
    _fill(found)
    return found


def _current(now: Publication) -> dict[str, int | None]:
    """The numbers of this publication by id, with those that nobody listed and that follow from the others."""
    found = World({count.id: count.people for count in now.counts})
    found.sums = [*now.sums, *(one.left_out for one in now.percents)]
    listed = set(found.people)
    _fill(found)
    return {name: people for name, people in found.people.items() if name in listed or people is not None}


def _add_earlier(
    found: World, one: Shown, place: int, current: Mapping[str, int | None], names: dict[str, str]
) -> None:
    """A count that is another number now than then gets a name of its own for then; a reader who has both numbers of a
    changed count knows how many people came or went. `names`: what each id is called up to here; one that no report
    carries goes by its id, so that what it stands in still holds: for the number as it is now, or else for an unknown.
    """
    for then in one.counts:
        now = current[then.id] if then.id in current else found.people.get(then.id, then.people)
        name = names[then.id] = then.id if now == then.people else f"{then.id} as of {place}"
        found.people[name] = then.people
        if then.state == "shown" and then.people is not None:
            found.out[name] = then.people
            if name != then.id and now is not None:
                more, less = (then.id, name)[:: 1 if now > then.people else -1]
                found.sums.append(Sum(more, (less, f"{then.id} changed since {place}")))
        elif then.state != "unprinted" and name not in found.out:
            found.states[name] = then.state

    def called(id: str) -> str:
        return names.get(id, id)

    found.sums += [Sum(called(total.total), tuple(called(part) for part in total.parts)) for total in one.sums]
    found.percents_out += [replace(p, whole=called(p.whole), part=called(p.part)) for p in one.percents]


def _fill(found: World) -> None:
    """Counts nobody listed follow from the sums where all their neighbours are known."""
    waiting, moved = list(found.sums), True
    while moved:
        moved = False
        for one in waiting:
            unknown = [name for name in (one.total, *one.parts) if found.people.get(name) is None]
            if len(unknown) != 1 or unknown[0] in found.people:
                continue
            (name,) = unknown
            known = sum(found.people.get(part) or 0 for part in one.parts)
            found.people[name] = known if name == one.total else (found.people[one.total] or 0) - known
            moved = True
    for one in waiting:
        for name in (one.total, *one.parts):
            found.people.setdefault(name, None)


def components(world: World) -> list[World]:
    """The counts that hang together through sums and percents; what is decided in one says nothing about another."""
    group: dict[str, set[str]] = {name: {name} for name in world.people}
    links = [(one.total, *one.parts) for one in world.sums]
    links += [(one.part, one.whole) for one in (*world.percents.values(), *world.percents_out)]
    for link in links:
        merged = set().union(*(group[name] for name in link))
        for name in merged:
            group[name] = merged
    place = {name: at for at, names in enumerate({id(one): one for one in group.values()}.values()) for name in names}
    parts = range(max(place.values(), default=-1) + 1)
    found = [World(out=world.out, states=world.states, sums_out=world.sums_out) for _ in parts]
    for name, people in world.people.items():
        found[place[name]].people[name] = people
    for name in world.printed:
        found[place[name]].printed.add(name)
    for key, month in world.months.items():
        found[place[world.percents[key].whole if key in world.percents else key]].months[key] = month
    for total in world.sums:
        found[place[total.total]].sums.append(total)
    for key, percent in world.percents.items():
        found[place[percent.whole]].percents[key] = percent
    for percent in world.percents_out:
        found[place[percent.whole]].percents_out.append(percent)
    return found


def by_month(world: World) -> Iterable[World]:
    """The world as it grows by the data months of what may be printed, oldest first; the last one is the whole."""
    for month in sorted({world.months[key] for key in (*world.printed, *world.percents)}):
        yield _up_to(world, month)


def _up_to(world: World, month: str) -> World:
    """Without what is of later months, but with all that was told before."""
    later = {key for key, of in world.months.items() if of > month}
    if not later:
        return world
    sums = [one for one in world.sums if one in world.sums_out or later.isdisjoint((one.total, *one.parts))]
    linked = {name for one in sums for name in (one.total, *one.parts)}
    linked |= {name for one in world.percents_out for name in (one.whole, one.part)}
    kept = linked | ((world.out.keys() | world.states.keys() | world.months.keys()) - later)
    return replace(
        world,
        people={name: people for name, people in world.people.items() if name in kept},
        printed=world.printed - later,
        sums=sums,
        percents={key: one for key, one in world.percents.items() if key not in later},
    )


def system(world: World, hidden: frozenset[str]) -> System:
    """What a reader does not know while the counts and percents in `hidden` are not printed."""
    known = _known(world, hidden)
    most = 2 * sum(abs(people) for people in (*world.people.values(), *known.values()) if people) + 100
    ranges, gapped, prefer = {}, set(), {}
    for name, people in world.people.items():
        if name in known:
            continue
        told = name in world.printed and people is not None  # it has a label of its own, so the reader knows which
        small = world.states.get(name) == "fewer" or (told and is_small(people or 0))
        ranges[name] = (1, SMALLEST_SHOWN - 1) if small else (0, most)
        if not small and (told or world.states.get(name) == "hidden"):
            gapped.add(name)
        if people is not None:
            prefer[name] = people
    percents = [*world.percents_out, *(one for key, one in world.percents.items() if key not in hidden)]
    bounds = [one for one in (*_sums(world, known), *_percents(percents, known)) if one.terms]
    return System(ranges, frozenset(gapped), bounds, prefer)


def _known(world: World, hidden: frozenset[str]) -> dict[str, int]:
    found = {name: world.out[name] for name in world.people if name in world.out}
    for name in world.printed - hidden:
        people = world.people[name]
        if people is not None:
            found.setdefault(name, people)
    return found


def _sums(world: World, known: Mapping[str, int]) -> Iterable[Bound]:
    for one in world.sums:
        terms, rest = _split([(one.total, 1), *((part, -1) for part in one.parts)], known)
        yield Bound(terms, -rest, -rest)


def _percents(percents: Iterable[Percent], known: Mapping[str, int]) -> Iterable[Bound]:
    for one in percents:
        terms, rest = _split([(one.part, WHOLE), (one.whole, -one.low)], known)
        yield Bound(terms, -rest, None)
        terms, rest = _split([(one.part, WHOLE), (one.whole, -one.high)], known)
        yield Bound(terms, None, -rest - 1)


def _split(terms: Sequence[tuple[str, int]], known: Mapping[str, int]) -> tuple[Terms, int]:
    """The terms over unknown numbers, and what the known ones come to."""
    factors: defaultdict[str, int] = defaultdict(int)
    for name, factor in terms:
        factors[name] += factor
    rest = sum(factor * known[name] for name, factor in factors.items() if name in known)
    return tuple((name, factor) for name, factor in factors.items() if name not in known and factor), rest
