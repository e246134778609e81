"""What could not be delivered: `outbox` shows it, `outbox retry` sends it again once what was in the way is mended."""

from __future__ import annotations

from collections import Counter

from bot.chat.commands import Arg, Command, CommandSpec, Role
from bot.chat.replies import Reply
from storage.dead_letters import dead_letters, send_again
from storage.uow import UnitOfWork

_REASONS = 10


def show(_: Command, uow: UnitOfWork) -> Reply:
    """How many there are, of what kind and why."""
    letters = dead_letters(uow.connection, uow.organization, uow.at)
    reasons = Counter((one.kind.replace("_", " "), one.error) for one in letters)
    late = sum(one.late for one in letters)
    return Reply(
        uow.compose("delivery/outbox", total=len(letters), reasons=reasons.most_common(_REASONS), late=late, sent=None)
    )


def retry(command: Command, uow: UnitOfWork) -> Reply:
    """Put them back in the queue; what is about a meeting or a month that is over only with `all`."""
    letters = dead_letters(uow.connection, uow.organization, uow.at)
    chosen = [one for one in letters if command.values.get("which") == "all" or not one.late]
    sent = send_again(uow.connection, chosen, uow.at)
    if sent:
        uow.audit("outbox retry", f"{sent} sent again")
    left = len(letters) - sent
    return Reply(uow.compose("delivery/outbox", total=left, reasons=[], late=left, sent=sent))


COMMANDS = (
    CommandSpec(
        "outbox",
        show,
        "What could not be delivered, and why",
        role=Role.COORDINATOR,
        examples=("outbox",),
    ),
    CommandSpec(
        "outbox retry",
        retry,
        "Send again what could not be delivered",
        role=Role.COORDINATOR,
        args=(Arg("which", "choice", {"all": "all", "everything": "all"}),),
        examples=("outbox retry", "outbox retry all"),
    ),
)
