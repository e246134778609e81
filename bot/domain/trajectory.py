"""Where a measure should be in a month, and how far it is from there.

Percents move in points: from 40% to 52% is "+12 points", never "+30%". The values are what people entered; nothing
is computed from clients' records. Reading the numbers out of a plan is the import's work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.chat.units import format_change as format_change
from bot.chat.units import format_value as format_value
from bot.domain.people_counts import is_few
from bot.domain.periods import Month, months_between

Direction = Literal["increase", "decrease"]
TrajectoryStatus = Literal["on track", "behind", "no data"]

SETTLING_IN = "settling in"

_ROUNDING = 6  # decimals that a sum of monthly steps is trusted to: 40 + 0.1 * 3 is 40.3


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A measure's way from baseline to target, all values in `unit` (for percents: points).

    `pace_per_month` is the size of a month's step; the way it goes is given by the target or, without one, by
    `direction`, which says what is better. `start` and `end` are the plan's dates; only their months count.
    None is what the plan does not say. A baseline of 1–10 people is told by what is expected from it, so that is not
    shown either, nor the gap to it; how a value stands is.
    """

    baseline: float | None
    target: float | None
    pace_per_month: float | None
    start: date
    end: date | None
    direction: Direction
    unit: str

    def expected(self, month: Month) -> float | None:
        """The value expected in `month`: the baseline in the start month, the target at most.

        By pace if the plan names one, else along the straight line from baseline at `start` to target at `end`.
        None before the start, where the plan says too little, and where it would tell a baseline of few people.
        """
        return None if is_few(self.baseline, self.unit) else self._expected(month)

    def _expected(self, month: Month) -> float | None:
        """The same, for judging only."""
        months = months_between(Month.of(self.start), month)
        step = self._step()
        if self.baseline is None or step is None or months < 0:
            return None
        value = self.baseline + step * months
        if self.target is not None:
            low, high = sorted((self.baseline, self.target))
            value = min(max(value, low), high)
        return round(value, _ROUNDING)

    def gap(self, value: float, month: Month) -> float | None:
        """`value` less the expected value: positive means above it, which is good only if up is better."""
        return _gap(value, self.expected(month))

    def status(self, value: float | None, month: Month) -> TrajectoryStatus:
        """Where `value`, read for the data month `month`, stands; "no data" also if nothing is expected yet."""
        gap = None if value is None else _gap(value, self._expected(month))
        if gap is None:
            return "no data"
        return "behind" if self._worse_by(gap) > 0 else "on track"

    def note(self, value: float | None, month: Month, first_year: bool, previous: float | None = None) -> str | None:
        """A neutral word beside "behind" when a measure falls in its strategy's first year, else None.

        New ways of working often lower a measure before they raise it (the implementation dip), so a fall is met
        with a word that asks for support; the status stays what it is. A fall is measured from `previous`, the
        reading before, or from the baseline when there is none.
        """
        before = self.baseline if previous is None else previous
        if not first_year or value is None or before is None or self.status(value, month) != "behind":
            return None
        return SETTLING_IN if self._worse_by(value - before) > 0 else None

    def _step(self) -> float | None:
        """A month's change, signed."""
        span = None if self.baseline is None or self.target is None else self.target - self.baseline
        if self.pace_per_month is not None:
            falls = self.direction == "decrease" if span is None else span < 0
            return -abs(self.pace_per_month) if falls else abs(self.pace_per_month)
        if span is None or self.end is None:
            return None
        months = months_between(Month.of(self.start), Month.of(self.end))
        return span / months if months > 0 else None

    def _worse_by(self, change: float) -> float:
        return -change if self.direction == "increase" else change


def _gap(value: float, expected: float | None) -> float | None:
    return None if expected is None else round(value - expected, _ROUNDING)
