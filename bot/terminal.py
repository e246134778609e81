"""What the commands of the command line share: where they write, how they stop, and the settings they read."""

from __future__ import annotations

from typing import NoReturn

import typer
from rich.console import Console

from bot import config, logs

FAILED, UNUSABLE = 1, 2

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def stop(code: int, *sentences: str) -> NoReturn:
    """Say why, on standard error, and end with this exit code."""
    for sentence in sentences:
        err.print(sentence, markup=False)
    raise typer.Exit(code)


def settings(**given: object) -> config.Settings:
    """The settings; what cannot be used ends the command with a sentence for each."""
    try:
        found = config.load(**given)
    except config.SettingsError as error:
        stop(UNUSABLE, "These settings cannot be used:", *(f"  {fault}" for fault in error.faults))
    logs.configure(found.hidden)
    return found
