"""What people type after `workgroup member`, `workgroup cadence`, …: where the name ends and the rest begins. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.domain.setup import leading_name, matching
from storage.queries.workgroups import EQUITY, LEADER, MANAGER, STAFF

ROLE_SPELLINGS: Mapping[str, str] = {
    "leader": LEADER,
    "team leader": LEADER,
    "team lead": LEADER,
    "lead": LEADER,
    "chair": LEADER,
    "manager": MANAGER,
    "program manager": MANAGER,
    "supervisor": MANAGER,
    "equity member": EQUITY,
    "equity": EQUITY,
    "rec member": EQUITY,
    "rec": EQUITY,
    "staff": STAFF,
    "member": STAFF,
    "worker": STAFF,
}
_PERSON = re.compile(r"<@[^>\s][^>]*>|(?<!\S)@[\w.\-]+(?:@[\w.\-]+)?")
_JOINTS = " \t\n,;:=-–—"
_SMALL = re.compile(r"^(?:as|is|the|a|an|and|to|our|their)\s+", re.I)
_BY_LENGTH = sorted(ROLE_SPELLINGS, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class MemberWords:
    """`name` of a workgroup, `people` as resolve_people reads them, `role` as stored; each may be "" (not said).
    A role that is none of ours stays as it was written."""

    name: str
    people: str
    role: str


def split_member(text: str, names: Collection[str]) -> MemberWords:
    """`Forms team <@U1> leader`: the words before the mentions are the name, those after it the role; the role may
    also come first, and the name last. Without a mention the name has to be one of `names`, then comes the person."""
    mentions = list(_PERSON.finditer(text))
    if not mentions:
        name, rest = leading_name(text, names)
        person, role = take_role(rest)
        return MemberWords(name, person, role)
    before, role = _trim(text[: mentions[0].start()]), ""
    after = _trim(text[mentions[-1].end() :])
    after, role = take_role(after)
    if not role and not matching(before, names):
        before, role = take_role(before)
    # Words after the mention that are no role: the name if none came before, else a role that does not exist.
    people = ",".join(match.group(0) for match in mentions)
    return MemberWords(before or after, people, role or (after if before else ""))


def take_role(text: str) -> tuple[str, str]:
    """The text without the role it ends or begins with, and that role as it is stored; ("text", "") without one."""
    text = _trim(text)
    for spelling in _BY_LENGTH:
        words = re.escape(spelling).replace(r"\ ", r"[\s_-]+")
        match = re.search(rf"(?<![\w.@-]){words}$", text, re.I) or re.match(rf"{words}(?![\w.@-])", text, re.I)
        if match:
            rest = re.sub(r"\b(?:as|is)$", "", _trim(text[: match.start()] + " " + text[match.end() :]))
            return _trim(rest), ROLE_SPELLINGS[spelling]
    return text, ""


def _trim(text: str) -> str:
    return _SMALL.sub("", text.strip(_JOINTS)).strip(_JOINTS)
