"""What a chat platform grants when sipbot is installed in a workspace, as plain data. Secrets never show in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Tokens:
    """A workspace's bot token. One that ends lives `lives` seconds and is renewed with `refresh`."""

    bot: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    lives: float | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """An installation: where, of which app, with which rights, and by whom (`installer` is the platform's user id)."""

    workspace: str
    name: str
    app: str
    bot_user: str
    scopes: str
    installer: str
    tokens: Tokens


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored bot token. `generation` counts its installations and renewals."""

    bot: str = field(repr=False)
    generation: int
    expires_at: datetime | None = None


class NotGranted(Exception):
    """An installation that cannot be; `kind` is the word its page is chosen by."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
