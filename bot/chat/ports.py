"""What delivery asks of a chat platform. Inbound traffic has no port: every adapter keeps its platform's own ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from bot.chat.messages import Message


@dataclass(frozen=True, slots=True)
class Address:
    """Where a post goes, in the platform's own ids. `user` alone: a direct message. `channel` and `user`: shown in
    that channel to that person only. `thread`: under that message."""

    platform: str
    workspace: str
    channel: str = ""
    user: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Mailing:
    """What an e-mail carries beside its words. `sender`: the organization's name; `reply_to`: an address, or "".
    `language`: en or es. `unsubscribe`: the reader's own way out, a whole address; "" for a copy to oneself."""

    sender: str
    reply_to: str = ""
    language: str = "en"
    unsubscribe: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """One thing to deliver: a message, a reaction on message `target`, or a new text for message `target`.

    `key` is ours and unique: an adapter writes it where the platform lets it be read back (Slack message metadata).
    `mentions` maps person ids to the platform's user ids, for the people who can be notified there. `mailing`: of an
    e-mail. `attempt`: the how-manieth it is to send it.
    """

    key: str
    address: Address
    message: Message | None = None
    reaction: str = ""
    target: str = ""
    mentions: dict[int, str] = field(default_factory=dict)
    mailing: Mailing | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform takes posts: seconds between two to one conversation, and between any two of a workspace."""

    conversation: float = 0.0
    workspace: float = 0.0


class ChatAdapter(Protocol):
    """One platform's way out."""

    platform: str
    pace: Pace

    async def send(self, post: Post) -> str:
        """Deliver and return the platform's message id. Raises SendError."""
        ...

    async def find(self, post: Post) -> str | None:
        """The platform's id of a post with our key that is already there, or None. Raises SendError."""
        ...
