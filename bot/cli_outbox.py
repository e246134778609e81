"""`sipbot outbox`: messages that could not be delivered."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.chat.clock import SystemClock
from bot.chat.compose import built_in
from bot.terminal import database, out, settings
from storage.dead_letters import dead_letters, send_again
from storage.queries.people import organizations
from storage.uow import unit_of_work

app = typer.Typer(no_args_is_help=True, help="Messages to be delivered.")


@app.callback()
def outbox() -> None:
    """Messages to be delivered."""


@app.command("retry")
def retry(
    late: Annotated[bool, typer.Option("--all", help="Also what is about a meeting or a month that is over")] = False,
) -> None:
    """Send dead letters again, once what was in their way is mended."""
    with unit_of_work(database(settings()), SystemClock().read(), built_in()) as uow:
        letters = [
            one for found in organizations(uow.connection) for one in dead_letters(uow.connection, found, uow.at)
        ]
        sent = send_again(uow.connection, [one for one in letters if late or not one.late], uow.at)
    out.print(f"{sent} put back in the queue.")
    if sent < len(letters):
        out.print(f"{len(letters) - sent} are out of date and stay where they are; --all sends them too.")
