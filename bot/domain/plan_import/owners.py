"""Who does a step and by when, taken out of the step's text or read from a line or cell of its own.

"by March 31, 2025" in running text gives the due date and stays in the text; what is in brackets or behind a label
("Lead:", "Due:") is cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.plan_import.dates import WrittenDate, find_dates

_OWNER = (
    r"(?:(?:staff|team|project|program|step|action)\s+)?(?:lead|owner)(?:\s+(?:staff|person|agency"
    r"|unit|department|party))?(?:\(s\)|s)?"
    r"|(?:person|part(?:y|ies)|staff|unit|agency|team|position)?(?:\(s\)"
    r"|s)?\s*responsible(?:\s+(?:part(?:y|ies)|person(?:s|nel)?|staff|unit|agency|team))?(?:\(s\))?"
    r"|assigned(?:\s+(?:to|staff))?|assignee|by whom|who|contact(?:\s+person)?|point person|champion"
)
_DUE = (
    r"due(?:\s+(?:date|by|on))?|(?:target(?:ed)?|estimated|expected|planned"
    r"|projected)\s+(?:completion(?:\s+date)?|date|end date|finish)"
    r"|completion(?:\s+(?:date|target|timeline))?|(?:to be )?completed?\s+by|deadline|timelines?"
    r"|time\s?frame|by when|when|target|end date|finish(?:\s+(?:date|by))?|date|by"
)
_LABEL = re.compile(rf"(?:(?P<owner>{_OWNER})|(?P<due>{_DUE}))\s*(?P<sep>[:=]|\s[–—-](?=\s))\s*", re.I)
_LABEL_AT_START = re.compile(
    rf"^(?:(?P<owner>{_OWNER})|(?P<due>{_DUE}))\s*(?:[:=]|\s[–—-](?=\s)|\t)\s*|^(?P<owner2>lead"
    rf"|owner)\s+(?=(?-i:[A-Z]))|^(?P<due2>due(?:\s+by|\s+on)?|by|completed?\s+by"
    rf"|no later than)\s+(?=(?-i:[\dA-Z]))",
    re.I,
)
_BRACKET_WORD = re.compile(rf"\b(?:{_OWNER}|due|target|timeline|deadline|complet\w+|by)\b", re.I)
_BREAK = re.compile(r"(?:(?<=[.;,|!?])\s*|\s+[–—-]+\s*|\s*\|\s*|\s*[–—]\s*)$")
_BY_DATE = re.compile(
    r"\b(?:by|no later than|on or before|before|due(?: by| on)?|completed? by|until)\s+(?:the\s+)?(?:end of\s+)?$", re.I
)
_AFTER_DASH = re.compile(
    r"(?:\s[–—-]\s*(?:due(?:\s+(?:by|on))?|by|complete(?:d)?\s+by)?|[.;,]\s*due(?:\s+(?:by"
    r"|on))?)\s*:?\s+(?P<when>[A-Z]?[A-Za-z]{0,9}\.?\s?\d[\w/,. -]{3,16})$",
    re.I,
)
_NOTE = re.compile(
    r"(?:phase|year|cohort|part|step|see|per|revised|version|effective|updated?|as of|since|starting|begins?|beginning"
    r"|from|data|results?|baseline|approved|acl|monthly|weekly|quarterly|english|spanish)\b",
    re.I,
)
_SHORTENED = re.compile(  # the full stop of "Ana R." and "Economic Dev." is no sentence's
    r"\b(?:[A-Z]|Dev|Dept|Mgr|Dir|Inc|Jr|Sr|Asst|Coord|Svcs?|Div|Supv|Admin)$"
)
_DASH_OWNER = re.compile(r"\s[–—-]\s+(?P<rest>[A-Z][\w&/.' -]{1,50}[,;]\s*(?:due|by)\b.{4,30})$")
_NOBODY = re.compile(
    r"^(?:t\.?b\.?d\.?|t\.?b\.?a\.?|n/?a|none|to be (?:determined|assigned|decided)|unassigned|vacant|[-–—]*|\?+)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Assignment:
    """Owner and due date as found; `due_text` is set when there were words where a date should be."""

    owner: str | None = None
    due: WrittenDate | None = None
    due_text: str | None = None
    unassigned: bool = False

    def merged(self, later: Assignment) -> Assignment:
        """This, completed by what `later` knows and this does not."""
        return Assignment(
            self.owner or later.owner,
            self.due or later.due,
            self.due_text or later.due_text,
            self.unassigned or later.unassigned,
        )


def read_owner(text: str) -> Assignment:
    """A cell or value that names the owner; "TBD" is nobody."""
    owner = re.sub(r"\s[–—-]+\s*$", "", text.replace("\v", " ")).strip(" .;,|()–—")
    if _SHORTENED.search(owner) and f"{owner}." in text:
        owner += "."
    owner = owner + ")" if owner.count("(") > owner.count(")") else owner
    return Assignment(unassigned=bool(owner)) if _NOBODY.match(owner) else Assignment(owner=owner or None)


def read_due(text: str) -> Assignment:
    """A cell or value that says when; of a range the last date counts."""
    text = text.replace("\v", " ").strip(" .;,|()")
    dates = find_dates(text)
    if not dates:
        return Assignment(due_text=text or None)
    days = [d for d in dates if d.kind == "day"] or [d for d in dates if d.kind == "month"] or dates
    return Assignment(due=days[-1], due_text=text)


def read_labelled(text: str) -> Assignment | None:
    """A line of its own such as "Lead: Staff Development; Due: 6/30/2025", or None when it is not one."""
    match = _LABEL_AT_START.match(text)
    if not match or match["owner2"] is not None:
        return None
    if match["due2"] and not find_dates(text):
        return None
    return _labelled_parts(text)


def _labelled_parts(text: str) -> Assignment:
    first = _LABEL_AT_START.match(text)
    starts: list[re.Match[str]] = [first] if first else []
    starts += [m for m in _LABEL.finditer(text, first.end() if first else 0) if _starts_part(text, m)]
    result = Assignment()
    for i, part in enumerate(starts):
        end = starts[i + 1].start() if i + 1 < len(starts) else len(text)
        value = text[part.end() : end]
        if part["owner"] or part.groupdict().get("owner2") is not None:
            result = result.merged(_owner_then_date(value))
        else:
            result = result.merged(read_due(value))
    return result


def _starts_part(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 12) : match.start()]  # a break is at most a few characters long
    return not before.strip() or bool(_BREAK.search(before)) or (before[-1:].isspace() and match[0][:1].isupper())


def _owner_then_date(value: str) -> Assignment:
    """ "Staff Development, due 6/30/2025" and "Staff Development; 6/30/2025" hold both."""
    dates = find_dates(value)
    if dates and (head := value[: dates[-1].start]).rstrip():
        head = re.sub(r"[\s;,–—-]*\b(?:due(?:\s+(?:by|on|date))?|by)?\s*:?\s*$", "", head, flags=re.I)
        if head.strip() and not value[dates[-1].end :].strip(" .;,)"):
            return read_owner(head).merged(read_due(value[dates[-1].start :]))
    return read_owner(value)


def _closing_bracket(text: str) -> tuple[str, str] | None:
    """(before, inside) of a bracket that closes the text, brackets inside it counted."""
    end = text.rstrip(" .;,")
    if not end or end[-1] not in ")]":
        return None
    depth = 0
    for i in range(len(end) - 1, -1, -1):
        depth += (end[i] in ")]") - (end[i] in "([")
        if depth == 0:
            return end[:i].rstrip(), end[i + 1 : -1].strip()
    return None


def _from_bracket(inside: str) -> Assignment | None:
    if not _BRACKET_WORD.search(inside):
        return _name_and_date(inside)
    if match := _LABEL_AT_START.match(inside):
        if match["due2"] and not find_dates(inside):
            return None  # "(by phone)", "(due to high demand)"
        return _labelled_parts(inside) if not _lazy_owner(inside) else _owner_then_date(_lazy_owner(inside))
    both = _owner_then_date(inside)
    return both if both.due else None


def _name_and_date(inside: str) -> Assignment | None:
    """ "(E&T Manager, 12/15/2024)", "(Intake; TBD)"; not "(revised 6/1/2024)" and other notes that end in a date."""
    dates = find_dates(inside)
    if not dates or dates[-1].end < len(inside) - 1 or _NOTE.match(inside):
        return None
    if dates[-1].start <= 2:
        return read_due(inside) if dates[-1].kind == "day" else None
    named = inside[0].isupper() and inside[: dates[-1].start].rstrip().endswith((",", ";", "–", "—", "-"))
    return _owner_then_date(inside) if named else None


def _lazy_owner(inside: str) -> str:
    """The name in "Lead Staff Development" (no colon), else ""."""
    match = re.match(r"(?:lead|owner)\s+(?![:=–—-])(.+)$", inside, re.I)
    return match[1] if match else ""


def take_assignment(text: str) -> tuple[str, Assignment]:
    """(text without bracketed or labelled owner and date, what they said)."""
    found = Assignment()
    while (bracket := _closing_bracket(text)) and (inside := _from_bracket(bracket[1])):
        text, found = bracket[0], found.merged(inside)
    for match in _LABEL.finditer(text):
        word = (match["owner"] or match["due"]).lower()
        if (
            match.start()
            and _starts_part(text, match)
            and word not in ("who", "when", "by", "target", "date", "contact")
        ):
            found = found.merged(_labelled_parts(text[match.start() :]))
            text = _BREAK.sub("", text[: match.start()]).rstrip(" ;,|–—-(")
            break
    if not found.owner and (named := _DASH_OWNER.search(text)):
        both = _owner_then_date(named["rest"])
        if both.owner and both.due:
            text, found = text[: named.start()].rstrip(" ,;"), found.merged(both)
    if not found.due and (dashed := _AFTER_DASH.search(text)) and find_dates(dashed["when"]):
        text, found = text[: dashed.start()].rstrip(" ,;"), found.merged(read_due(dashed["when"]))
    return text, found if found.due else found.merged(_due_in_prose(text))


def _due_in_prose(text: str) -> Assignment:
    """ "... by March 31, 2025": the only such date of the text, which stays as it is."""
    dates = [d for d in find_dates(text) if d.kind in ("day", "month") and _BY_DATE.search(text[: d.start])]
    return Assignment(due=dates[0]) if len(dates) == 1 else Assignment()
