"""How the last attempt to write to the database went, as those tell who make one anyway."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

LATELY = 30.0  # seconds: longer than from one tick of the calendar, which writes, to the next
CANNOT = "the database cannot be written"


class LastWrite:
    """One process's. Nothing is written to find out: a disk that is full takes a short row and refuses the next one,
    and who asks every few seconds must not stand in anybody's way. A failure counts until a write succeeds, or until
    nobody has tried for a while. `seconds` is any steadily growing clock."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._failed: float | None = None

    def begun(self) -> float:
        """An attempt begins; `note` is given this when it has ended."""
        return self._seconds()

    def note(self, begun: float, *, well: bool) -> None:
        """How it ended. One that began before the last failure says nothing of what came after it."""
        if not well:
            self._failed = self._seconds()
        elif self._failed is not None and begun >= self._failed:
            self._failed = None

    def fault(self) -> str:
        """What is in the way of work, or ""."""
        failed = self._failed
        return CANNOT if failed is not None and self._seconds() - failed < LATELY else ""
