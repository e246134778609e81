"""How dispatch answers what it could not do, or not at once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.chat.calls import marked
from bot.chat.commands import Command, CommandSpec
from bot.chat.errors import UserError
from bot.chat.forms import Form, FormErrors
from bot.chat.messages import Button, Message, say
from bot.chat.replies import Reply

_QUOTED = re.compile(r"“(.*?)”", re.S)
_LONGEST_QUOTE = 80  # characters of what somebody typed that a sentence gives back
_LONGEST_SENTENCE = 1000  # for a quote with quotes in it
_NAMED = 3


def way_to(form: Form, command: Command) -> Message:
    """A button that opens the form: an event brings no way to open it at once."""
    button = Button("Open the form", command.verb, tuple(command.values.items()), "primary")
    return say(f"{form.title}: there is a form for it.", button)


def form_stays(command: Command, text: str) -> Reply | None:
    """For a submitted form: it stays open with the sentence above its fields, so nothing typed is lost."""
    return Reply(errors=FormErrors((("", _brief(text)),))) if command.source == "form" else None


def who_can(spec: CommandSpec, able: Sequence[str]) -> str:
    """Who may do what somebody may not, by name: they should know whom to ask."""
    names = " or ".join(able[:_NAMED]) if able else "IT, who can make somebody one (SIPBOT_ADMINS)"
    article = "an" if spec.role.word[0] in "aeiou" else "a"
    return f"“{spec.verb}” is for {article} {spec.role.word}. Ask {names}."


def sorry(error: UserError) -> Message:
    """A refusal in words, with the buttons that help."""
    return say(marked(_brief(error.text)), *(Button(label, verb, values) for label, verb, values in error.choices))


def _brief(sentence: str) -> str:
    """A sentence with its quotes cut: somebody who typed three thousand characters knows which by the first eighty."""
    return _cut(_QUOTED.sub(lambda found: f"“{_cut(found[1], _LONGEST_QUOTE)}”", sentence), _LONGEST_SENTENCE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
