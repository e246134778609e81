"""How many answers a survey takes, and from where, without remembering anybody.

An address is kept only as a hash with a salt of its own for the day, in memory, and all of it is dropped at midnight
UTC. The limits are generous: a family in the lobby, a clinic's Wi-Fi and a mobile carrier share one address.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from datetime import date, datetime

BURST = 30  # answers an address may send at once …
REFILL_SECONDS = 60  # … and one more each minute
A_DAY = 2000  # answers a survey takes in a day, in this process
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AnswerLimits:
    """A token bucket for each survey and address, and a count for each survey and day. Not for several threads."""

    def __init__(self) -> None:
        self._day = date.min
        self._begin(date.min)

    def _begin(self, day: date) -> None:
        self._day, self._salt = day, secrets.token_bytes(16)
        self._taken: dict[str, int] = {}
        # (tokens, when they were counted); a bucket is only made with an answer that A_DAY lets in, so they stay few
        self._buckets: dict[bytes, tuple[float, datetime]] = {}

    def take(self, survey: str, address: str, at: datetime) -> bool:
        """Whether one more answer may come now (aware), and if so, count it."""
        if at.date() != self._day:
            self._begin(at.date())
        if self._taken.get(survey, 0) >= A_DAY:
            return False
        key = hashlib.blake2b(f"{survey} {address}".encode(), key=self._salt, digest_size=16).digest()
        tokens, counted = self._buckets.get(key, (float(BURST), at))
        tokens = min(BURST, tokens + (at - counted).total_seconds() / REFILL_SECONDS)
        if tokens < 1:
            return False
        self._buckets[key] = (tokens - 1, at)
        self._taken[survey] = self._taken.get(survey, 0) + 1
        return True


def address_of(peer: str, forwarded: str) -> str:
    """Where a request came from, as far as the limits need to know: an IPv4 address or an IPv6 /64.

    `peer` connected to us; where it is on our own network it is a proxy, and the last public address in `forwarded`
    (X-Forwarded-For) is the one that the outermost of our proxies saw. What a client wrote there itself comes before.
    """
    near = _parse(peer)
    for hop in reversed(forwarded[-1000:].split(",")):
        if near is None or near.is_global or (further := _parse(hop)) is None:
            break
        near = further
    if isinstance(near, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((near, 64), strict=False))
    return str(near or "")


def _parse(text: str) -> _Address | None:
    """The address in `text`, also with a port as some proxies write it."""
    words = text.strip()
    if words.count(":") == 1:
        words = words.partition(":")[0]
    try:
        found = ipaddress.ip_address(words.partition("]")[0].removeprefix("["))
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
