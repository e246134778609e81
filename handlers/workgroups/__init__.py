"""Workgroups: who works on which strategies, where they talk and when they meet.

`views` shows them, `form` adds and changes them, `changes` does one thing by words, `members` is about people, `words`
reads what was typed. Meetings themselves belong to handlers.meetings.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from handlers.workgroups.changes import cadence, channel, close, one_each, reopen, strategies
from handlers.workgroups.form import add, edit
from handlers.workgroups.members import join, leave, member, remove
from handlers.workgroups.views import show

_NAME = (Arg("name", "rest"),)
_TEXT = (Arg("text", "rest"),)
_SET = Role.COORDINATOR

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "workgroup",
        show,
        "The workgroups: what they work on, who leads them, when they meet",
        args=_NAME,
        examples=("workgroup", "workgroup Forms team"),
        aliases=("workgroups",),
    ),
    CommandSpec("workgroup join", join, "Join a workgroup", args=_NAME, examples=("workgroup join Forms team",)),
    CommandSpec("workgroup leave", leave, "Leave a workgroup", args=_NAME, examples=("workgroup leave Forms team",)),
    CommandSpec("workgroup add", add, "Add a workgroup", _SET, _NAME, ("workgroup add", "workgroup add Forms team")),
    CommandSpec("workgroup edit", edit, "Change a workgroup", _SET, _NAME, ("workgroup edit Forms team",)),
    CommandSpec(
        "workgroup setup", one_each, "Make a workgroup for every strategy that has none", _SET, (), ("workgroup setup",)
    ),
    CommandSpec(
        "workgroup member",
        member,
        "Put people into a workgroup, as leader, manager, equity member or staff",
        _SET,
        _TEXT,
        ("workgroup member Forms team <@U1> leader", "workgroup member"),
    ),
    CommandSpec(
        "workgroup remove",
        remove,
        "Take a person out of a workgroup",
        _SET,
        _TEXT,
        ("workgroup remove Forms team <@U1>",),
    ),
    CommandSpec(
        "workgroup channel",
        channel,
        "Set the channel for a workgroup's agendas and prompts: this one, or the one named",
        _SET,
        _TEXT,
        ("workgroup channel Forms team", "workgroup channel Forms team <#C1|forms>"),
    ),
    CommandSpec(
        "workgroup cadence",
        cadence,
        "Say when a workgroup meets",
        _SET,
        _TEXT,
        ("workgroup cadence Forms team second Tuesday",),
    ),
    CommandSpec(
        "workgroup strategies",
        strategies,
        "Say which strategies a workgroup works on",
        _SET,
        _TEXT,
        ("workgroup strategies Forms team 1.1 1.2",),
    ),
    CommandSpec(
        "workgroup close", close, "Close a workgroup; its history stays", _SET, _NAME, ("workgroup close Forms team",)
    ),
    CommandSpec("workgroup open", reopen, "Open a closed workgroup again", _SET, _NAME, ("workgroup open Forms team",)),
)
