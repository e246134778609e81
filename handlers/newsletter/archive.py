"""The link to the archive of published editions."""

from __future__ import annotations

from bot.chat.commands import Command
from bot.chat.errors import UserError
from bot.chat.replies import Reply
from storage.queries.archive import archive_token
from storage.uow import UnitOfWork


def archive(command: Command, uow: UnitOfWork) -> Reply:
    """Show the link; with `new` make another, which ends the one before."""
    if not uow.public_url:
        raise UserError("The archive needs an address. IT can set PUBLIC_URL.")
    fresh = bool(command.values.get("new"))
    url = uow.page(f"/archive/{archive_token(uow, fresh=fresh)}")
    return Reply(uow.compose("newsletter/archive_link", url=url, fresh=fresh))
