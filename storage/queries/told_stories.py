"""The stories a report was made from, which of their words may not stand in it any more, and a message without them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from sqlalchemy import Connection, select

from bot.chat.messages import Block, Bullets, Context, Heading, Message, Spans, Text, plain, reworded, spans
from bot.domain.quoting import quotes, quoting
from storage.models import story
from storage.uow import UnitOfWork

TAKEN_BACK = "The story that stood here is no longer shared."


@dataclass(frozen=True, slots=True)
class Lapsed:
    """Words of a story that nobody approves as they are. Where they may repeat words that are approved now, those stand
    in `approved`."""

    story: int
    text: str
    approved: str = ""


def told(facts: Mapping[str, Any], content: Mapping[str, Any]) -> set[int]:
    """Ids of the stories a report was made from."""
    of_facts = (key for name in ("wins", "former") for key, _ in _words(facts, name))
    return {*content.get("stories", ()), *of_facts}


def lapsed(connection: Connection, mine: int, facts: Mapping[str, Any], content: Mapping[str, Any]) -> list[Lapsed]:
    """The words of a report's stories that are no longer approved. Sent back after it was approved, a story may be told
    in other words by now, and be approved in those: the ones that stand here are gone for good. `mine`: the
    organization."""
    keys = told(facts, content)
    if not keys:
        return []
    statement = select(story.c.id, story.c.text, story.c.state).where(
        story.c.organization_id == mine, story.c.id.in_(keys)
    )
    rows = connection.execute(statement.order_by(story.c.id)).all()
    now = {row.id: row.text for row in rows if row.state == "approved"}
    found = [Lapsed(row.id, row.text) for row in rows if row.id not in now]
    found += [Lapsed(key, text) for key, text in _words(facts, "wins") if now.get(key) != text]
    found += [Lapsed(key, text, now.get(key, "")) for key, text in _words(facts, "former") if now.get(key) != text]
    return list(dict.fromkeys(found))


def hold(uow: UnitOfWork, keys: Collection[int]) -> None:
    """Whoever takes one of these stories back waits until this transaction ends, and then finds what it published; who
    was faster is waited for. In the order of their ids: two that hold the same ones wait for each other in no circle.
    SQLite has one writer and leaves this out."""
    statement = select(story.c.id).where(story.c.organization_id == uow.organization.id, story.c.id.in_(keys))
    uow.rows(statement.order_by(story.c.id).with_for_update(read=True, of=story)).all()


def without(message: Message, stories: Sequence[Lapsed]) -> Message:
    """Consent can be taken back after publication: the words go, the place where they stood says so."""
    texts = [text for block in message.blocks for text in _texts(block)]
    gone = frozenset[int]().union(*(quoting(texts, one.text, one.approved) for one in stories))
    place = count()

    def kept(found: Spans) -> Spans:
        return spans(TAKEN_BACK) if next(place) in gone else found

    blocks = _said_once([reworded(block, kept) for block in message.blocks])
    summary = TAKEN_BACK if any(quotes(message.summary, one.text, one.approved) for one in stories) else message.summary
    return replace(message, blocks=blocks, summary=summary)


def _said_once(blocks: list[Block]) -> tuple[Block, ...]:
    """A story of several paragraphs and bullets leaves one sentence behind."""
    said = Text(spans(TAKEN_BACK))
    nothing_else = (Heading, Text, Context, Bullets)
    left = [
        said if isinstance(block, nothing_else) and set(_texts(block)) == {TAKEN_BACK} else block for block in blocks
    ]
    return tuple(block for at, block in enumerate(left) if block != said or not at or left[at - 1] != said)


def _texts(block: Block) -> list[str]:
    """The block's texts, in the order in which `reworded` meets them."""
    found: list[str] = []

    def read(text: Spans) -> Spans:
        found.append(plain(text))
        return text

    reworded(block, read)
    return found


def _words(facts: Mapping[str, Any], name: str) -> list[tuple[int, str]]:
    """(story, its text) of every story in a list of the facts."""
    return [(win["story"], win["text"]) for win in facts.get(name, ())]
