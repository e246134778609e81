"""The capabilities, listed by hand: adding one is adding it here. They never import each other."""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec
from handlers import (
    home,
    learning,
    measures,
    meetings,
    newsletter,
    nudges,
    outbox,
    people,
    plan,
    records,
    rollup,
    settings,
    stories,
    updates,
    voice,
    workgroups,
)
from handlers.help import Help

CAPABILITIES = (
    updates,
    stories,
    meetings,
    nudges,
    plan,
    learning,
    home,
    rollup,
    newsletter,
    measures,
    voice,
    workgroups,
    people,
    settings,
    records,
    outbox,
)

_SPECS: tuple[CommandSpec, ...] = tuple(spec for capability in CAPABILITIES for spec in capability.COMMANDS)
_HELP = CommandSpec(
    "help",
    Help(_SPECS).run,
    "What you can say, or more about one verb",
    args=(Arg("verb", "rest"),),
    examples=("help", "help update"),
)
COMMANDS = (*_SPECS, _HELP)
JOBS = tuple(job for capability in CAPABILITIES for job in getattr(capability, "JOBS", ()))
