"""The journeys in Slack: signed requests into the running application, a fake Web API behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from bot.chat.clock import MovableClock
from bot.chat.messages import Message
from bot.renderers.slack_blocks import message_blocks
from tests import slack_county as slack
from tests.contract.driver import County, Member, Shown
from tests.slack_county import labels, words_of
from tests.slack_larkspur import slack_county
from tests.slack_people import Json, direct_channel

REACTIONS = {"white_check_mark": "saved", "memo": "noted"}


@asynccontextmanager
async def in_slack(engine: Engine, clock: MovableClock) -> AsyncIterator[County]:
    """The application, connected to a workspace nobody has spoken in."""
    async with slack_county(engine, clock) as found:
        yield SlackCounty(found)


@dataclass(frozen=True)
class SlackShown:
    """A message as the fake keeps it."""

    raw: Json

    @property
    def words(self) -> str:
        return words_of(self.raw)

    @property
    def buttons(self) -> list[str]:
        return labels(self.raw)


@dataclass(frozen=True)
class SlackForm:
    """A modal, and what its person has typed: the client keeps that where faults are answered."""

    raw: Json
    typed: Mapping[str, Any]

    @property
    def words(self) -> str:
        return "\n".join((self.raw["title"]["text"], words_of(self.raw), *map(str, self.typed.values())))

    @property
    def buttons(self) -> list[str]:
        return [self.raw["submit"]["text"]]


class SlackCounty(County):
    """See `County`."""

    def __init__(self, inner: slack.County) -> None:
        super().__init__(inner.app, inner.clock)
        self.inner = inner

    def _member(self, name: str) -> Member:
        return SlackMember(self, name)

    async def _drain(self) -> None:
        await self.inner.settle()

    def posts(self, channel: str) -> list[Shown]:
        posts = self.inner.slack.posts(slack.CHANNELS[channel])
        return [SlackShown(post) for post in posts if "bot_id" in post or "user" not in post]

    def receipts(self) -> list[str]:
        return [REACTIONS[call["name"]] for call in self.inner.slack.called("reactions.add")]

    def drawn(self, message: Message) -> str:
        return words_of({"blocks": message_blocks(message)})


class SlackMember(Member):
    """See `Member`."""

    def __init__(self, county: SlackCounty, name: str) -> None:
        super().__init__(county, name)
        self._inner = county.inner.person(name)
        self._typed: dict[str, Any] = {}
        self._errors: dict[str, str] = {}

    @property
    def mention(self) -> str:
        return self._inner.mention

    async def types(self, text: str, channel: str = "") -> None:
        place = slack.CHANNELS[channel] if channel else direct_channel(self._inner.slack.user)
        self._begin()
        await self._inner.slack.types(f"/sip {text}", channel=place)
        await self.county.settle()

    async def says(self, text: str, channel: str) -> Shown:
        return SlackShown(await self._inner.slack.says(text, channel=slack.CHANNELS[channel]))

    async def replies(self, post: Shown, text: str) -> None:
        assert isinstance(post, SlackShown)
        await self._inner.replies(post.raw, text)
        await self.county.settle()

    async def presses(self, label: str, post: Shown | None = None) -> None:
        shown = post or self.with_button(label)
        assert isinstance(shown, SlackShown)
        self._begin()
        await self._inner.presses(label, shown.raw)
        await self.county.settle()

    async def submits(self, **values: Any) -> None:
        self._typed |= {name: _inner(value) for name, value in values.items()}
        body = await self._inner.submits(**self._typed)
        self._errors = body.get("errors", {})
        if not self._errors:
            self._begin()
        await self.county.settle()

    async def tells_win_of(self, said: Shown) -> None:
        assert isinstance(said, SlackShown)
        self._begin()
        await self._inner.tells_win_of(said.raw)
        await self.county.settle()

    @property
    def form(self) -> Shown | None:
        modal = self._inner.slack.modal
        return SlackForm(modal, self._typed) if modal else None

    @property
    def faults(self) -> str:
        return " ".join(self._errors.values())

    def private(self) -> Mapping[Any, Shown]:
        return dict(enumerate(map(SlackShown, self._inner.slack.seen)))

    def _begin(self) -> None:
        """Another form may open: nothing is typed in it yet."""
        self._typed, self._errors = {}, {}


def _inner(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_inner(one) for one in value]
    return value._inner if isinstance(value, SlackMember) else value
