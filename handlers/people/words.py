"""What people type after `people add`, `people role`, …, and who may change whom. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.chat.commands import Role
from storage.queries.setup import MENTION

ROLE_SPELLINGS: Mapping[str, Role] = {
    "member": Role.MEMBER,
    "staff": Role.MEMBER,
    "leadership": Role.LEADERSHIP,
    "leader": Role.LEADERSHIP,
    "executive": Role.LEADERSHIP,
    "director": Role.LEADERSHIP,
    "analyst": Role.ANALYST,
    "data analyst": Role.ANALYST,
    "coordinator": Role.COORDINATOR,
    "sip coordinator": Role.COORDINATOR,
    "admin": Role.ADMIN,
    "administrator": Role.ADMIN,
}
EMAIL_LENGTH = 320  # RFC 3696 §3: 64 before the @, 255 after it
# Slack writes an address as <mailto:ann@x.gov|ann@x.gov>. Starting at a boundary and never giving back keeps the
# search linear in texts of any length.
_MAIL = re.compile(r"<mailto:([^|>\s]+)(?:\|[^>]*)?>|<?(?<![\w.+'-])([\w.+'-]++@[\w-]+(?:\.[\w-]+)+)>?", re.ASCII)
_JOINTS = " \t\n,;:=-–—"
_BY_LENGTH = sorted(ROLE_SPELLINGS, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class PersonWords:
    """`who` is a mention token, a name or what is left of one; `email` and `role` are None where none was said."""

    who: str
    email: str | None
    role: Role | None


def read_person(text: str) -> PersonWords:
    """`<@U1> analyst`, `Ann Ortiz ann@x.gov as coordinator`: the role is the last thing said, or the first."""
    mail = _MAIL.search(text)
    email = (mail[1] or mail[2]).lower() if mail else None
    rest, role = take_role(text[: mail.start()] + " " + text[mail.end() :] if mail else text)
    mention = MENTION.search(rest)
    return PersonWords(mention.group(0) if mention else " ".join(rest.split()), email, role)


def take_role(text: str) -> tuple[str, Role | None]:
    """The text without the role it ends or begins with, and that role."""
    text = text.strip(_JOINTS)
    for spelling in _BY_LENGTH:
        words = re.escape(spelling).replace(r"\ ", r"[\s_-]+")
        match = re.search(rf"(?<![\w.@-]){words}$", text, re.I) or re.match(rf"{words}(?![\w.@-])", text, re.I)
        if match:
            rest = (text[: match.start()] + " " + text[match.end() :]).strip(_JOINTS)
            return re.sub(r"\s+(?:as|is|to|an?|the)$", "", rest).strip(_JOINTS), ROLE_SPELLINGS[spelling]
    return text, None


def valid_email(text: str) -> bool:
    """Whether it looks like one e-mail address."""
    return len(text) <= EMAIL_LENGTH and _MAIL.fullmatch(text) is not None


def refusal(asker_id: int, asker: Role, target_id: int, target: Role, wanted: Role | None = None) -> str:
    """Why the asker may not change this person (to the role `wanted`), in a sentence; "" when they may.

    Coordinators change everybody but administrators; nobody gives a role above their own, or raises themselves.
    """
    if target > asker:
        return "Only an administrator changes an administrator."
    if wanted is not None and wanted > asker:
        return (
            "You cannot raise yourself; ask an administrator."
            if asker_id == target_id
            else "Only an administrator makes somebody an administrator."
        )
    return ""
