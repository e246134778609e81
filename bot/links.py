"""Links that leave the house are signed on the way out, and only there.

What is stored (reports, outbox, inbox, `link`) has a link's name alone: with SIPBOT_SECRET_KEY set, no copy of the
database and no backup holds an address that opens anything. Without it the name is the whole link, as unguessable.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from bot.chat.codec import from_data, to_data
from bot.keys import LINKS, Keys

T = TypeVar("T")

_SIGNATURE = 43  # characters of Keys.sign
# In addresses only: what people type stays as it is, so nobody has a name signed that they have found somewhere.
_ADDRESSES = frozenset({"href", "url"})
_NAME = re.compile(r"(?<=/)(r|export|review|archive)/([\w-]{20,43})(?=[/.?#]|$)", re.A)
_PLACES = ("/r/", "/export/", "/review/", "/archive/")


@dataclass(frozen=True, slots=True)
class Opened:
    """A link's name. `signed`: with a signature of ours; True of all where there is no key."""

    name: str
    signed: bool


class Links:
    """Signs and opens. Without keys a link is its name."""

    def __init__(self, keys: Keys | None = None) -> None:
        self._keys = keys

    def signed(self, stored: str, value: T) -> T:
        """A message or a reply with its links signed. `stored`: the same as `bot.chat.codec` writes it."""
        if self._keys is None or not any(place in stored for place in _PLACES):
            return value
        return cast(T, from_data(self._walk(json.loads(stored))))

    def sign(self, value: T) -> T:
        """The same, of what was not written yet."""
        return cast(T, from_data(self._walk(to_data(value)))) if self._keys else value

    def address(self, path: str) -> str:
        """One address, like `/r/<name>`, with its signature."""
        keys = self._keys
        return _NAME.sub(lambda m: f"{m[0]}{keys.sign(LINKS, m[0])}", path) if keys else path

    def opened(self, kind: str, token: str) -> Opened | None:
        """What is behind the token of an address `/kind/<token>`; None for a signature that is not ours."""
        if self._keys is None:
            return Opened(token, True)
        name, signature = token[:-_SIGNATURE], token[-_SIGNATURE:]
        if len(name) < 20:
            return Opened(token, False)
        return Opened(name, True) if self._keys.check(LINKS, f"{kind}/{name}", signature) else None

    def _walk(self, data: Any) -> Any:
        if isinstance(data, list):
            return [self._walk(item) for item in data]
        if isinstance(data, dict):
            return {
                name: self.address(item) if name in _ADDRESSES and isinstance(item, str) else self._walk(item)
                for name, item in data.items()
            }
        return data
