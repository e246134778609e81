"""What a platform told, kept for a while: it is asked again only after that."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Told = TypeVar("Told")
MOST = 10_000  # answers; whoever invents ids makes others be asked for again, and no more


class Kept(Generic[Told]):
    """`seconds` is the time since 1970. Not for several threads."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._found: dict[Hashable, tuple[float, Told]] = {}

    def get(self, key: Hashable) -> Told | None:
        """What was told, while it lasts."""
        until, told = self._found.get(key, (0.0, None))
        return told if until > self._seconds() else None

    def put(self, key: Hashable, told: Told, lasts: float) -> None:
        """Keep it for so many seconds; the oldest makes room."""
        self._found.pop(key, None)
        if len(self._found) >= MOST:
            del self._found[next(iter(self._found))]
        self._found[key] = (self._seconds() + lasts, told)

    def drop(self, key: Hashable) -> None:
        """It holds no more."""
        self._found.pop(key, None)
