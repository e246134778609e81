"""What the bot says, as frozen data: a Message is a list of blocks, a block holds spans of text.

Nothing here is escaped, shortened or split; that is the renderers' work. Blocks survive `to_json`/`from_json`
unchanged, because a message waits in the outbox and is rendered only when its destination's platform is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import count


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `person` is the id of a person who should be notified where the platform can;
    `status` the kind of what the words say about how something stands (bot/chat/statuses.py), "" where they do not."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    href: str = ""
    person: int | None = None
    status: str = ""


Spans = tuple[Span, ...]
Values = tuple[tuple[str, str], ...]


def plain(spans: Spans) -> str:
    """The words of the spans without their styles."""
    return "".join(span.text for span in spans)


def spans(text: str) -> Spans:
    """One unstyled span."""
    return (Span(text),)


@dataclass(frozen=True, slots=True)
class Heading:
    """`lang`, here and below: the language of the words as in HTML, where it is not the message's."""

    text: str
    level: int = 1
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    spans: Spans
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    items: tuple[Spans, ...]
    ordered: bool = False
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value pairs."""

    rows: tuple[tuple[str, Spans], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` are the header cells; every row has as many cells as there are columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]


@dataclass(frozen=True, slots=True)
class Image:
    """`alt` says in words what the picture shows; it is never empty."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: a value for each of its months, None where there is none. `kind` is what it stands for:
    "measured", "expected" (where the plan wants the measure to be), "target" or "state" (the state's average)."""

    label: str
    values: tuple[float | None, ...]
    kind: str = "measured"


@dataclass(frozen=True, slots=True)
class Chart:
    """A measure over time. `months` are data months like `2026-02`, `unit` the measure's. `alt` says in words what the
    chart shows; it is never empty. `url` is where its picture is served, "" where it has no address."""

    title: str
    unit: str
    months: tuple[str, ...]
    lines: tuple[Line, ...]
    alt: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` things, e.g. action steps."""

    label: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Button:
    """Pressing it sends Command(verb, values); with `url` it opens that page instead."""

    label: str
    verb: str = ""
    values: Values = ()
    style: str = ""  # "", "primary" or "danger"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Actions:
    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Divider:
    pass


@dataclass(frozen=True, slots=True)
class Context:
    """Small print under what it explains."""

    spans: Spans
    lang: str = ""


Block = Heading | Text | Bullets | Facts | Table | Image | Chart | Progress | Actions | Divider | Context


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks from top to bottom. `summary` is what a notification or a screen reader says first. On paper `banner`
    stands at the head of every page, e.g. that it is a draft, and a `compact` one is set small and closely."""

    blocks: tuple[Block, ...]
    summary: str = ""
    banner: str = ""
    compact: bool = False

    def short(self) -> str:
        """The summary, or the first words of the message: never empty for a message with text."""
        if self.summary:
            return self.summary
        for block in self.blocks:
            if isinstance(block, Heading):
                return block.text
            if isinstance(block, Text | Context):
                return plain(block.spans)
        return ""

    def plus(self, *blocks: Block) -> Message:
        """The same message with more blocks at its end."""
        return replace(self, blocks=self.blocks + blocks)

    def people(self) -> frozenset[int]:
        """Ids of the people the message mentions."""
        return frozenset(span.person for span in _all_spans(self.blocks) if span.person is not None)


def say(text: str, *buttons: Button) -> Message:
    """A message of one plain paragraph, with buttons under it."""
    blocks: tuple[Block, ...] = (Text(spans(text)),)
    return Message(blocks + ((Actions(buttons),) if buttons else ()))


def with_chart_urls(message: Message, address: str) -> Message:
    """The message with an address for each chart's picture: `address` is its page's (`https://…/r/<token>`), which
    serves the n-th chart as `chart-<n>.png`, counted from 1."""
    number = count(1)
    blocks = tuple(
        replace(block, url=f"{address}/chart-{next(number)}.png") if isinstance(block, Chart) else block
        for block in message.blocks
    )
    return replace(message, blocks=blocks)


def in_language(blocks: Iterable[Block], lang: str) -> tuple[Block, ...]:
    """The blocks, whose words are in `lang`, a language as in HTML."""
    named = Heading | Text | Bullets | Context
    return tuple(replace(block, lang=lang) if isinstance(block, named) else block for block in blocks)


def reworded(block: Block, change: Callable[[Spans], Spans]) -> Block:
    """The block with each text a reader meets put through `change`, from top to bottom; buttons stay as they are."""

    def words(text: str) -> str:
        return plain(change(spans(text)))

    match block:
        case Heading(text):
            return replace(block, text=words(text))
        case Text(found) | Context(found):
            return replace(block, spans=change(found))
        case Bullets(items):
            return replace(block, items=tuple(map(change, items)))
        case Facts(rows):
            return Facts(tuple((words(label), change(value)) for label, value in rows))
        case Table(columns, cells):
            return Table(tuple(map(words, columns)), tuple(tuple(map(change, row)) for row in cells))
        case Image(url, alt):
            return Image(url, words(alt))
        case Chart():
            lines = tuple(replace(line, label=words(line.label)) for line in block.lines)
            return replace(block, title=words(block.title), lines=lines, alt=words(block.alt))
        case Progress(label, done, total):
            return Progress(words(label), done, total)
    return block


def _all_spans(blocks: Iterable[Block]) -> Iterable[Span]:
    for block in blocks:
        match block:
            case Text(found) | Context(found):
                yield from found
            case Bullets(items):
                for item in items:
                    yield from item
            case Facts(rows):
                for _, value in rows:
                    yield from value
            case Table(_, rows):
                for row in rows:
                    for cell in row:
                        yield from cell
            case _:
                pass
