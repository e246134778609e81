"""Help, made from the specs that parse: what it shows works."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process

from bot.chat.commands import Command, CommandSpec, Role, squash
from bot.chat.messages import Message
from bot.chat.replies import Reply
from storage.uow import UnitOfWork

_PERSON = re.compile(r"<@\w+>")
_CHANNEL = re.compile(r"<#\w+\|(\w+)>")
_FIRST = ("update", "win", "steps", "agenda", "me")  # what a member needs in the first week, in this order


@dataclass(frozen=True, slots=True)
class Entry:
    """One verb as help shows it."""

    usage: str
    summary: str
    examples: tuple[str, ...]
    verb: str
    aliases: tuple[str, ...]
    role: str

    @property
    def example(self) -> str:
        """The example that shows most."""
        return max((self.verb, *self.examples), key=len)


class Help:
    """The `help` command over the specs of all capabilities."""

    def __init__(self, specs: Iterable[CommandSpec]) -> None:
        self._specs = [spec for spec in specs if not spec.hidden]

    def run(self, command: Command, uow: UnitOfWork) -> Reply:
        """All that this person may do, or one verb with its sub-verbs and examples."""
        asked = squash(command.values.get("verb", ""))
        allowed = [spec for spec in self._specs if uow.person.role >= spec.role]
        if asked:
            found = [s for s in self._specs if s.verb == asked or s.verb.startswith(asked + " ") or asked in s.aliases]
            if not found and (near := process.extractOne(asked, [s.verb for s in self._specs], score_cutoff=60)):
                found = [s for s in self._specs if s.verb == near[0]]
            if found:
                return Reply(_about(uow, found))
        first = sorted((s for s in allowed if s.verb in _FIRST), key=lambda s: _FIRST.index(s.verb))
        rest = [s for s in allowed if s.verb not in _FIRST and " " not in s.verb and s.verb != "help"]
        return Reply(
            uow.compose(
                "help/all",
                first=[_entry(s) for s in first],
                rest=[_entry(s) for s in rest],
                asked=asked,
            )
        )


def _about(uow: UnitOfWork, found: list[CommandSpec]) -> Message:
    """One verb with all its examples; one with sub-verbs as a list of them, those for everybody first."""
    if len(found) == 1:
        return uow.compose("help/verb", e=_entry(found[0]))
    entries = [_entry(spec) for spec in found]
    roles = dict.fromkeys(entry.role for entry in sorted(entries, key=lambda entry: entry.role != ""))
    groups = [(role, [entry for entry in entries if entry.role == role]) for role in roles]
    return uow.compose("help/verbs", verb=found[0].verb, groups=groups)


def _entry(spec: CommandSpec) -> Entry:
    role = "" if spec.role == Role.MEMBER else spec.role.word
    examples = tuple(_as_typed(example) for example in spec.examples)
    return Entry(spec.usage, spec.summary, examples, spec.verb, spec.aliases, role)


def _as_typed(example: str) -> str:
    """`people add <@U1>` as people see it when they type: `people add @Ann`."""
    return _CHANNEL.sub(r"#\1", _PERSON.sub("@Ann", example))
