"""Our words the way Teams' people call the bot: `@sipbot help` in a channel, `help` alone in the personal chat."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.chat.calls import CALL, marked
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import Message, Span, Spans, reworded

MENTION = "@sipbot "
# A command in the middle of plain words goes as far as its sentence does.
_IN_WORDS = re.compile(rf"{CALL}(.+?)(?= and (?:its|the|tell) |[.!?,;](?:\s|$)|\n|$)")


def worded(message: Message, direct: bool) -> Message:
    """The message for the personal chat (`direct`) or for a channel."""
    blocks = tuple(reworded(block, lambda found: _spans(found, direct)) for block in message.blocks)
    return replace(message, blocks=blocks, summary=text(message.summary, direct))


def text(ours: str, direct: bool) -> str:
    """Plain words. In the personal chat, where nothing else sets a command off, it is quoted."""
    return _IN_WORDS.sub(r"“\1”", ours).replace(CALL, "") if direct else ours.replace(CALL, MENTION)


def form(asked: Form) -> Form:
    """A form; what it says is ours, what its fields hold is not."""
    blocks = tuple(reworded(block, lambda found: _spans(found, direct=False)) for block in asked.intro)
    return replace(asked, fields=tuple(map(_field, asked.fields)), intro=blocks)


def errors(found: FormErrors) -> FormErrors:
    """What is wrong with a form."""
    return FormErrors(tuple((name, text(marked(sentence), direct=False)) for name, sentence in found.errors))


def _field(field: Field) -> Field:
    hint, placeholder = (text(marked(ours), direct=False) for ours in (field.hint, field.placeholder))
    return replace(field, hint=hint, placeholder=placeholder, value=field.value.replace(CALL, MENTION))


def _spans(found: Spans, direct: bool) -> Spans:
    return tuple(_span(span, direct) if CALL in span.text else span for span in found)


def _span(span: Span, direct: bool) -> Span:
    set_off = span.code or span.bold
    return replace(span, text=span.text.replace(CALL, "") if direct and set_off else text(span.text, direct))
