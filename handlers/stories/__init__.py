"""Wins: people tell them (`win`), a coordinator reviews them (`stories`), nothing else is ever published.

form.py asks for a story, telling.py takes it and checks it, naming.py asks the people it names, review.py is the
coordinator's side; cards.py says how a story looks, asking.py who is told. The privacy rules are in
bot/domain/story_privacy.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from handlers.stories import naming
from handlers.stories.review import approve, decline, edit, queue, send_back
from handlers.stories.telling import told_by, withdraw

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        verb="win",
        run=told_by,
        summary="Tell a success story; it is checked and reviewed before anyone else sees it",
        args=(Arg("text", "rest"),),
        examples=("win", "win Two units now hand over families in one meeting instead of three"),
        aliases=("story",),
    ),
    CommandSpec(
        verb="win withdraw",
        run=withdraw,
        summary="Take back a story you told, at any time",
        examples=("win withdraw",),
        aliases=("story withdraw",),
    ),
    CommandSpec(
        verb="stories",
        run=queue,
        summary="Stories that wait for review",
        role=Role.COORDINATOR,
        examples=("stories",),
    ),
    CommandSpec("credit agree", naming.agree, "Be named in a win", hidden=True),
    CommandSpec("credit decline", naming.decline, "Not be named in a win", hidden=True),
    CommandSpec("stories approve", approve, "Approve a story", Role.COORDINATOR, hidden=True),
    CommandSpec("stories edit", edit, "Edit a story in review", Role.COORDINATOR, hidden=True),
    CommandSpec("stories sendback", send_back, "Send a story back with a reason", Role.COORDINATOR, hidden=True),
    CommandSpec("stories decline", decline, "Decline a story with a reason", Role.COORDINATOR, hidden=True),
)
