"""What people typed, kept out of the Markdown parser.

While a template is rendered each value is set aside and one private character stands in the text for it; the parsed
blocks get the values back. To the parser a value is a single opaque letter, so a note can hold any text and remain
text. And because the letters are the same for every note, one parse serves every rendering of the same shape.
"""

from __future__ import annotations

import re

from bot.chat import messages as m
from bot.chat.messages import Block, Span, Spans

# Supplementary Private Use Area-A: characters nobody types. https://www.unicode.org/charts/PDF/UF0000.pdf
_FIRST, _LAST = 0xF0000, 0xFFFFD
_RESERVED = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]")


class Markdown(str):
    """Text that is Markdown already and must not be set aside."""

    __slots__ = ()


class Values:
    """The values of one rendering."""

    def __init__(self) -> None:
        self._held: dict[int, str] = {}

    def hold(self, value: object) -> Markdown:
        """What to write into the text for a value: nothing for an empty one, digits as they are, else one letter.
        Raises ValueError beyond 65,000 values, which no message holds."""
        if isinstance(value, Markdown):
            return value
        text = str(value).strip()
        if not text or isinstance(value, int):
            return Markdown(text)
        code = _FIRST + len(self._held)
        if code > _LAST:
            raise ValueError("more values than a message can hold")
        self._held[code] = _RESERVED.sub("\ufffd", text).replace("\r", "")
        return Markdown(chr(code))

    def back(self, text: str) -> str:
        """The text with its values."""
        return text if text.isascii() else text.translate(self._held)

    def fill(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """The blocks with their values."""
        return tuple(self._block(block) for block in blocks) if self._held else blocks

    def _block(self, block: Block) -> Block:
        match block:
            case m.Heading(text, level):
                return m.Heading(self.back(text), level)
            case m.Text(found):
                return m.Text(self._spans(found))
            case m.Context(found):
                return m.Context(self._spans(found))
            case m.Bullets(items, ordered):
                return m.Bullets(tuple(self._spans(item) for item in items), ordered)
            case m.Facts(rows):
                return m.Facts(tuple((self.back(label), self._spans(value)) for label, value in rows))
            case m.Table(columns, rows):
                cells = tuple(tuple(self._spans(cell) for cell in row) for row in rows)
                return m.Table(tuple(self.back(column) for column in columns), cells)
            case m.Image(url, alt):
                return m.Image(self.back(url), self.back(alt))
            case m.Progress(label, done, total):
                return m.Progress(self.back(label), done, total)
            case m.Actions(buttons):
                return m.Actions(tuple(self._button(button) for button in buttons))
            case m.Divider() | m.Chart():  # no template writes a chart: handlers add them
                return block

    def _spans(self, found: Spans) -> Spans:
        return tuple(s if s.text.isascii() and s.href.isascii() else self._span(s) for s in found)

    def _span(self, s: Span) -> Span:
        return Span(self.back(s.text), s.bold, s.italic, s.code, self.back(s.href), s.person, s.status)

    def _button(self, button: m.Button) -> m.Button:
        values = tuple((name, self.back(value)) for name, value in button.values)
        return m.Button(self.back(button.label), button.verb, values, button.style, self.back(button.url))
