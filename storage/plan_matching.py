"""Which row a strategy or step of an imported document is, when words, numbers or places may all have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

# Words at least this alike (0-100) may be the same thing reworded.
ALIKE = 55


@dataclass(frozen=True, slots=True)
class New:
    """A strategy or step of the document. `place`: the row it stands under (a strategy's goal, a step's strategy) and
    its number there; `steps`: the words of a strategy's steps."""

    words: str
    place: tuple[int, int]
    steps: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Old:
    """A row before the import. `ref`: as people knew it; `place`: None for a retired strategy, which stands nowhere;
    `steps` as in `New`."""

    id: int
    text: str
    ref: str
    place: tuple[int, int] | None
    retired: bool
    steps: frozenset[str] = frozenset()

    @property
    def words(self) -> str:
        return words(self.text)


def words(text: str) -> str:
    """Letters and digits in lower case: what does not count as a change of identity is left out."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def same_rows(new: Sequence[New], old: Iterable[Old]) -> list[Old | None]:
    """The old row of each, in passes over all of them, so that what was put in front of others takes nothing of theirs:
    the same words under the same row, else anywhere, else retired; else under the same row most of the same steps, else
    similar words (`_reworded`)."""
    free, found = list(old), dict[int, Old]()

    def take(alike: Callable[[New, Old], bool]) -> None:
        for at, one in enumerate(new):
            row = next((row for row in free if alike(one, row)), None) if at not in found else None
            if row is not None:
                found[at] = row
                free.remove(row)

    take(lambda one, row: not row.retired and _under_the_same(one, row) and row.words == one.words)
    take(lambda one, row: not row.retired and row.words == one.words)
    take(lambda one, row: row.retired and _under_the_same(one, row) and row.words == one.words)
    take(lambda one, row: not row.retired and row.place == one.place and _mostly_the_same_steps(one, row))
    take(lambda one, row: not row.retired and _under_the_same(one, row) and _mostly_the_same_steps(one, row))
    left = {at: one for at, one in enumerate(new) if at not in found}
    found |= _reworded(left, [row for row in free if not row.retired])
    return [found.get(at) for at in range(len(new))]


def _reworded(new: dict[int, New], old: Iterable[Old]) -> dict[int, Old]:
    """The rows of those that are similar, the most alike first and at its own place before elsewhere. Where nothing at
    a row's own place is similar, another number takes it only with words added or left out, none replaced: "2027" for
    "2026" further down is another step, and would be called done."""
    pairs: list[tuple[float, bool, int, Old]] = []
    for row in old:
        similar = [
            (-likeness, one.place != row.place, at, row)
            for at, one in new.items()
            if _under_the_same(one, row) and (likeness := fuzz.token_sort_ratio(row.words, one.words)) >= ALIKE
        ]
        stayed = any(not moved for _, moved, _, _ in similar)
        pairs += [pair for pair in similar if stayed or _none_replaced(new[pair[2]], row)]
    found, taken = dict[int, Old](), set[int]()
    for _, _, at, row in sorted(pairs, key=lambda pair: pair[:3]):
        if at not in found and row.id not in taken:
            found[at] = row
            taken.add(row.id)
    return found


def _under_the_same(one: New, row: Old) -> bool:
    return row.place is None or row.place[0] == one.place[0]


def _mostly_the_same_steps(one: New, row: Old) -> bool:
    return 2 * len(one.steps & row.steps) > max(len(one.steps), len(row.steps))


def _none_replaced(one: New, row: Old) -> bool:
    now, before = set(one.words.split()), set(row.words.split())
    return now <= before or before <= now
