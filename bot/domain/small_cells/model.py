"""A publication's numbers of people as data: what it could print, how the numbers hang together, what it may print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Literal

from bot.domain.small_cells.rule import FEWER, NOT_SHOWN

State = Literal["shown", "fewer", "hidden", "masked"]

WHOLE = 10_000  # hundredths of a percent in a whole
_HALF = 5  # percents are printed with one decimal: 47.5 says 47.45 to 47.55


@dataclass(frozen=True, slots=True)
class Count:
    """A number of people. `id` says what is counted, data month and all; the same number has the same id in every
    publication. None: masked at the source. `printed` False: nobody prints it, and nobody may work it out either.
    `month`: the data month it is of; what an older month shows does not depend on a newer one."""

    id: str
    people: int | None
    printed: bool = True
    month: str = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """The count `total` is the sum of the counts `parts` (ids). Whoever publishes only some of the parts lists the rest
    as a count that is not printed. A total that grows is a sum too: last month's, and those who came since."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Percent:
    """A percent of people that would be printed: of the count `whole`, those in the count `part` (ids). What it says is
    that `low` <= part / whole < `high`, in hundredths of a percent."""

    id: str
    part: str
    whole: str
    low: int
    high: int

    @classmethod
    def of(cls, id: str, value: float, part: Count, whole: Count) -> Percent:
        """`value` (47.5) as printed with one decimal; where people rounded it more than that, the bounds are as wide as
        the counts say it was."""
        at, half = round(value * 100), _HALF
        if part.people is not None and whole.people:
            off = WHOLE * part.people / whole.people - at
            half = _HALF if -_HALF <= off < _HALF else floor(abs(off)) + 1
        return cls(id, part.id, whole.id, at - half, at + half)

    @property
    def rest(self) -> str:
        """Id of the count of those left out: 98 % of 100 says “2 are not” as plainly as 2 % says “2 are”."""
        return f"{self.whole} without {self.part}"

    @property
    def left_out(self) -> Sum:
        return Sum(self.whole, (self.part, self.rest))


@dataclass(frozen=True, slots=True)
class Publication:
    """Every number of people that a report would print, and what a reader knows about how they hang together."""

    counts: tuple[Count, ...] = ()
    percents: tuple[Percent, ...] = ()
    sums: tuple[Sum, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownCount:
    """A count as a publication left it: `state` as in a Verdict, or "unprinted". `people` is the number at the time,
    whether it was printed or not; it tells later whether the count has changed."""

    id: str
    state: str
    people: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a publication let everybody read that none before it did, and the numbers behind it: stored with it, so that
    later ones can be held against it, and never published itself. `percents` are the printed ones."""

    counts: tuple[ShownCount, ...] = ()
    percents: tuple[Percent, ...] = ()
    sums: tuple[Sum, ...] = ()


NOTHING_SHOWN = Shown()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one printed number, and why. "fewer": small, printed as “fewer than 11”; "hidden": small itself
    (a percent) or hidden so that another cannot be worked out; "masked": nobody told us the number."""

    id: str
    state: State
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """`verdicts` by id. `exposed`: ids of small counts that what is out already gives away, whatever is hidden."""

    verdicts: Mapping[str, Verdict]
    shown: Shown
    exposed: tuple[str, ...] = ()

    def may_show(self, id: str) -> bool:
        """Whether the number may be printed; a number the decision was not about may not."""
        found = self.verdicts.get(id)
        return found is not None and found.state == "shown"

    def words(self, id: str, people: int | None) -> str:
        """The count as it may be printed."""
        if people is not None and self.may_show(id):
            return f"{people:,}"
        found = self.verdicts.get(id)
        return FEWER if found is not None and found.state == "fewer" else NOT_SHOWN

    @property
    def small(self) -> int:
        """How many numbers are not printed because they are small themselves, or were never told."""
        return sum(verdict.reason in (SMALL, UNTOLD) for verdict in self.verdicts.values())

    @property
    def extra(self) -> int:
        """How many more are hidden so that those cannot be worked out."""
        return sum(verdict.state != "shown" for verdict in self.verdicts.values()) - self.small


SMALL = "1 to 10 people"
UNTOLD = "not told"
PROTECTS = "hidden so that a small number beside it cannot be worked out"
