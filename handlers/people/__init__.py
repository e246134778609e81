"""People: who is on the county's list, what each may do, and which chat accounts are theirs.

`views` shows them, `adding` puts them on the list, `changes` changes them, `linking` and `same` make one of two (how:
`joining`), `words` reads what was typed and says who may change whom. Owners of steps belong to handlers.plan,
workgroups to handlers.workgroups.
"""

from __future__ import annotations

from bot.chat.commands import Arg, CommandSpec, Role
from handlers.people.adding import add
from handlers.people.changes import back, remove, rename, role
from handlers.people.linking import link, unlink
from handlers.people.same import JOBS, answer, apart
from handlers.people.views import show

_TEXT = (Arg("text", "rest"),)
_SET = Role.COORDINATOR

__all__ = ["COMMANDS", "JOBS"]

COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "people",
        show,
        "Who is on the list, their roles and workgroups, and what is missing",
        _SET,
        (Arg("who", "rest"),),
        ("people", "people Ann Ortiz"),
    ),
    CommandSpec(
        "people add",
        add,
        "Put somebody on the list: by mention, or by name and e-mail",
        _SET,
        _TEXT,
        ("people add <@U1>", "people add <@U1> analyst", "people add Ann Ortiz ann@county.example"),
    ),
    CommandSpec(
        "people role",
        role,
        "Say what somebody may do: member, leadership, analyst, coordinator, admin",
        _SET,
        _TEXT,
        ("people role <@U1> coordinator", "people role Ann Ortiz analyst"),
    ),
    CommandSpec(
        "people rename",
        rename,
        "Change how a person is called",
        _SET,
        _TEXT,
        ("people rename <@U1> Ann Ortiz", "people rename Ann Ortiz: Ann Silva"),
    ),
    CommandSpec(
        "people remove",
        remove,
        "Take somebody off the list; what they did stays",
        _SET,
        _TEXT,
        ("people remove <@U1>", "people remove Ann Ortiz"),
    ),
    CommandSpec("people back", back, "Bring back somebody who was removed", _SET, _TEXT, ("people back <@U1>",)),
    CommandSpec(
        "people link",
        link,
        "Say that a second chat account is a person's, or that two on the list are one",
        _SET,
        _TEXT,
        ("people link <@U2> Ann Ortiz", "people link Ann O: Ann Ortiz"),
    ),
    CommandSpec(
        "people unlink",
        unlink,
        "Take a second chat account off a person again",
        _SET,
        _TEXT,
        ("people unlink Ann Ortiz",),
    ),
    CommandSpec("people same", answer, "Answer whether two accounts are yours", hidden=True),
    CommandSpec("people apart", apart, "Two people again", hidden=True),
)
