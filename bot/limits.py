"""How much one person, and one address on the internet, may ask of us in a minute.

Counted in each process: with N replicas the limits are N times as high, which still keeps a broken client or a script
from filling the database, and no request waits for a count that all share.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import Counter, OrderedDict
from collections.abc import Hashable
from datetime import datetime, timedelta

COMMANDS = 60  # of one person: more than anybody types or presses by hand
PAGES = 600  # for one address: a whole office opens the newsletter, with its pictures, from one
_PER = timedelta(minutes=1)
_MOST_PEOPLE = 10_000  # remembered


class CommandLimits:
    """The deliveries of each person within the last minute. For several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: OrderedDict[Hashable, dict[str, datetime]] = OrderedDict()

    def take(self, who: Hashable, delivery: str, at: datetime) -> bool:
        """Whether `who` may ask this now, and if so, count it: once, however often the same delivery is tried."""
        with self._lock:
            mine = self._taken.setdefault(who, {})
            self._taken.move_to_end(who)
            if len(self._taken) > _MOST_PEOPLE:
                self._taken.popitem(last=False)
            # Oldest first. A clock that was set back must not keep anybody out for longer than two minutes either.
            while mine and abs(at - next(iter(mine.values()))) >= _PER:
                del mine[next(iter(mine))]
            if delivery not in mine and len(mine) >= COMMANDS:
                return False
            mine.setdefault(delivery, at)
            return True


class PageLimits:
    """Requests of each address within this minute. An address is kept as a hash whose salt is forgotten with the
    minute: surveys are anonymous. Not for several threads."""

    def __init__(self) -> None:
        self._began = float("-inf")

    def take(self, address: str, seconds: float) -> bool:
        """Whether one more may come now, by a clock that only goes forward."""
        if seconds - self._began >= _PER.total_seconds():
            self._began, self._salt = seconds, secrets.token_bytes(16)
            self._count: Counter[bytes] = Counter()
        key = hashlib.blake2b(address.encode(), key=self._salt, digest_size=16).digest()
        self._count[key] += 1
        return self._count[key] <= PAGES
