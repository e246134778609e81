"""Erasing a person: whatever says who they are goes; what they did stays, as done by "a former member".

Only structured places are changed. Where somebody else's words, the plan or a published report name them, a human has
to look: `places` finds them, so that nothing is guessed and nothing overlooked. A name alone is nobody: another reader
of the newsletter may have it too.

What is kept as JSON is read before a name is looked for in it: in the text of JSON the end of a line is a letter.
"""

from __future__ import annotations

import json
import re
import secrets
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Row,
    String,
    Table,
    Text,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)

from bot.chat.codec import to_json
from bot.chat.replies import Reply
from storage.models import (
    console_message,
    console_reaction,
    console_read,
    conversation_reference,
    follow_up,
    identity,
    inbox,
    link,
    metadata,
    organization,
    outbox,
    pace,
    person,
    person_link,
    review_link,
    step_owner,
    story,
    story_credit,
    subscriber,
    workgroup_member,
)
from storage.outbox import DEAD, PENDING, WITHDRAWN
from storage.queries.people import LINKED, Person, workspaces
from storage.queries.settings import DEFAULTS, change_setting
from storage.queries.setup import lock_organization
from storage.queries.story_credits import DECLINED
from storage.uow import UnitOfWork

FORMER = "a former member"
_WILD, _ESCAPED = re.compile(r"[%_/]"), r"/\g<0>"
# How Unicode's names of letters begin in scripts without gaps between words, and in Korean, which writes particles onto
# a name.
_NO_GAPS = (
    "CJK ", "HALFWIDTH KATAKANA", "HIRAGANA", "IDEOGRAPHIC", "KATAKANA", "KHMER", "LAO", "MYANMAR", "THAI", "TIBETAN",
)  # fmt: skip
_ENDINGS = ("HANGUL",)
# Vowel signs and the like in India's scripts (Devanagari to Sinhala), which are not all letters for `re`.
_VOWEL = r"[\u0900-\u0963\u0966-\u0dff]"
# What JSON may write in more than one way, whose capitals SQLite does not know, and gaps between words.
_VARIES = re.compile(r'[^!-~]+|["\\]')
_SEPARATORS = re.compile(r"\s*(?:,|;|&|\band\b)\s*")
# Where a text is the bot's own copy of what it said: the name in it is changed, nothing is asked.
_COPIES = frozenset({"outbox", "inbox", "console_message"})


@dataclass(frozen=True, slots=True)
class Known:
    """All that says who somebody is. `ids`: of their rows, linked accounts' among them."""

    ids: tuple[int, ...]
    names: tuple[str, ...]
    emails: tuple[str, ...]
    users: tuple[str, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(term for term in (*self.names, *self.emails, *self.users) if term.strip()))

    @property
    def pattern(self) -> re.Pattern[str]:
        """Any of it as whole words, in whatever case and however far apart."""
        longest = sorted(self.terms, key=len, reverse=True)
        return re.compile("|".join(map(_whole, longest)), re.I)


def _whole(term: str) -> str:
    """The expression that finds a name, address or id where it stands by itself: `_` is a mark of chat around it, and
    beside a script without gaps between words anything may stand."""
    words = r"\s+".join(map(re.escape, term.split()))
    if "@" in term:
        return _address(words)
    first, last = (unicodedata.name(letter, "") for letter in (term.strip()[0], term.strip()[-1]))
    before = "" if first.startswith(_NO_GAPS) else rf"(?<![^\W_])(?<!{_VOWEL})"
    after = "" if last.startswith((*_NO_GAPS, *_ENDINGS)) else rf"(?![^\W_]|{_VOWEL})"
    return before + words + after


def _address(words: str) -> str:
    """The same for an e-mail address, given as an expression: not one that is longer in front or behind. A mark belongs
    to it where a letter is on its other side. In `ann@x.org.Thanks` a sentence begins after the dot, in `ann@x.org.uk`
    none."""
    local, _, domain = words.partition("@")
    before = r"(?<![^\W_])(?<![^\W_][._+-])(?<![^\W_][._+-]{2})"
    after = r"(?![^\W_])(?![.-][^\W_])"
    return f"{before}{local}@(?:{domain}{after}|(?-i:{domain.lower()}(?=\\.[A-Z](?![A-Z]))))"


@dataclass(frozen=True, slots=True)
class Place:
    """A column of a row in which somebody is named."""

    table: str
    column: str
    row: str


def known(uow: UnitOfWork, person_id: int) -> Known:
    """Who somebody is, everywhere it is kept."""
    mine = person_link.c.organization_id == uow.organization.id
    linked = select(person_link.c.was_id).where(
        mine, person_link.c.person_id == person_id, person_link.c.state == LINKED
    )
    ids = (person_id, *uow.rows(linked).scalars())
    here = uow.organization.id
    named = select(person.c.name, person.c.email).where(person.c.organization_id == here, person.c.id.in_(ids))
    rows = uow.rows(named).all()
    held = (identity.c.organization_id == here, identity.c.person_id.in_(ids))
    accounts = uow.rows(select(identity.c.external_id, identity.c.workspace).where(*held)).all()
    users = [row.external_id for row in accounts]
    met = conversation_reference.c
    where = [(row.workspace, row.external_id) for row in accounts]
    theirs = select(met.account_id).where(tuple_(met.workspace, met.external_id).in_(where), met.kind == "user")
    users += [one for one in uow.rows(theirs).scalars() if one]
    emails = tuple(dict.fromkeys(row.email.lower() for row in rows if row.email))
    return Known(ids, tuple(dict.fromkeys(row.name for row in rows)), emails, tuple(dict.fromkeys(users)))


def erase(uow: UnitOfWork, who: Known) -> dict[str, int]:
    """Do it -> how many rows of a kind were changed. The record of it says no more than that."""
    lock_organization(uow)  # its settings are read, and may be changed
    counts = {"accounts": _accounts(uow, who), "subscriptions": _subscriptions(uow, who), "credits": _credits(uow, who)}
    counts["messages"] = _outbox(uow, who) + _inbox(uow, who)
    counts["reply addresses"] = _reply_address(uow, who)
    _console(uow, who)
    _tasks(uow, who)
    quiet = {"active": False, "nudges": False, "snoozed_until": None, "away_until": None, "last_platform": ""}
    uow.change(person, person.c.id.in_(who.ids), name=FORMER, email="", erased_at=uow.at, **quiet)
    return counts


def forget(uow: UnitOfWork, found: Person) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Erase somebody and note that it was done -> (what went, rows that still name them by `table.column`)."""
    who = known(uow, found.id)
    counts = erase(uow, who)
    uow.audit("person erased", f"{found.ref}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))
    return counts, ids(places(uow, who))


def places(uow: UnitOfWork, who: Known) -> list[Place]:
    """Where else they are named, in all tables and columns of the organization and in its own row."""
    return [
        Place(table.name, column, row)
        for table in metadata.sorted_tables
        if (table is organization or "organization_id" in table.c)
        and table.name not in (*_COPIES, "identity", "person")
        for column, row in _named(uow, table, who)
    ]


def _named(uow: UnitOfWork, table: Table, who: Known) -> Iterator[tuple[str, str]]:
    keys = list(table.primary_key.columns)
    for column in table.columns:
        if isinstance(column.type, String | Text | JSON):
            text: ColumnElement[Any] = cast(column, Text) if isinstance(column.type, JSON) else column
            for row in uow.rows(select(*keys, column).where(*_others(uow, table, who), _may_name(text, who))):
                *key, said = tuple(row)
                if column is organization.c.settings:
                    said = _settings_left(said, who)
                if who.pattern.search(_words(said)):
                    yield column.name, " ".join(map(str, key))


def _others(uow: UnitOfWork, table: Table, who: Known) -> tuple[ColumnElement[bool], ...]:
    """The organization's rows, but for a subscription of theirs, which goes by itself."""
    mine = (organization.c.id if table is organization else table.c.organization_id) == uow.organization.id
    return (mine, func.lower(subscriber.c.email).not_in(who.emails)) if table is subscriber else (mine,)


def _may_name(text: ColumnElement[Any], who: Known) -> ColumnElement[bool]:
    """As near as the database can ask, and never too narrow: `pattern` decides."""
    likes = {f"%{_VARIES.sub('%', _WILD.sub(_ESCAPED, term))}%" for term in who.terms}
    # The database's own lower() on both sides.
    return or_(*(func.lower(text).like(func.lower(literal(like)), escape="/") for like in sorted(likes)))


def _words(value: Any) -> str:
    """All words in a text, or in what JSON holds, names of fields among them."""
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        return "\n".join(map(_words, value))
    return value if isinstance(value, str) else ""


def _renamed(value: Any, who: Known) -> Any:
    """The same text, or data of a message, without the name. What kind a part of a message is stays: by it the message
    is read."""
    if isinstance(value, str):
        return who.pattern.sub(FORMER, value)
    if isinstance(value, list):
        return [_renamed(one, who) for one in value]
    if isinstance(value, dict):
        return {name: one if name == "is" else _renamed(one, who) for name, one in value.items()}
    return value


def _said_of(text: str) -> str:
    """The words of a message, form or reply in the codec's JSON; "" is none."""
    return _words(json.loads(text)) if text else ""


def _message_renamed(text: str, who: Known) -> str:
    """A message in the codec's JSON without the name, letter for letter what it was where it had none."""
    return to_json(_renamed(json.loads(text), who)) if who.pattern.search(_said_of(text)) else text


def _accounts(uow: UnitOfWork, who: Known) -> int:
    mine = identity.c.organization_id == uow.organization.id
    rows = uow.rows(select(identity).where(mine, identity.c.person_id.in_(who.ids))).all()
    for row in rows:
        at = (row.workspace, row.external_id)
        learned = conversation_reference.c
        uow.rows(delete(conversation_reference).where(learned.workspace == at[0], learned.external_id == at[1]))
        uow.rows(delete(pace).where(pace.c.what == f"{row.platform}:{row.workspace}:{row.external_id}"))
    uow.remove(identity, identity.c.person_id.in_(who.ids))
    uow.remove(review_link, review_link.c.person_id.in_(who.ids))
    uow.change(link, link.c.person_id.in_(who.ids), link.c.revoked_at.is_(None), revoked_at=uow.at)
    either = or_(person_link.c.person_id.in_(who.ids), person_link.c.was_id.in_(who.ids))
    uow.remove(person_link, either)
    return len(rows)


def _subscriptions(uow: UnitOfWork, who: Known) -> int:
    """The row stays for what was sent; nobody can be written to by it. Theirs is what has an address of theirs."""
    mine = subscriber.c.organization_id == uow.organization.id
    theirs = func.lower(subscriber.c.email).in_(who.emails)
    rows = uow.rows(select(subscriber.c.id).where(mine, theirs)).scalars().all()
    for key in rows:
        gone = {"email": f"erased-{key}", "name": "", "bounce_reason": "", "unsubscribed_at": uow.at}
        uow.change(subscriber, subscriber.c.id == key, token=secrets.token_urlsafe(24), **gone)
        to_them = outbox.c.subscriber_id == key
        uow.change(outbox, to_them, outbox.c.state == PENDING, state=DEAD, error=WITHDRAWN)
        uow.change(outbox, to_them, message="", error=WITHDRAWN)
    return len(rows)


def _credits(uow: UnitOfWork, who: Known) -> int:
    """No story names them in its credit line any more, nor as one who agreed for a program."""
    uow.change(story_credit, story_credit.c.person_id.in_(who.ids), state=DECLINED, at=uow.at)
    mine = story.c.organization_id == uow.organization.id
    columns = ("credit", "agreed_calworks", "agreed_child_welfare")
    naming = or_(*(_may_name(story.c[name], who) for name in columns))
    count = 0
    for row in uow.rows(select(story.c.id, *(story.c[name] for name in columns)).where(mine, naming)).all():
        values = {name: _renamed(getattr(row, name), who) for name in columns[1:]}
        count += _changed(uow, story, row, credit=_uncredited(row.credit, who), **values)
    return count


def _uncredited(credit: str, who: Known) -> str:
    """A credit line without them; that of others stays as it was written."""
    parts = [part for part in _SEPARATORS.split(credit) if part]
    kept = [part for part in parts if not who.pattern.search(part)]
    return credit if kept == parts else ", ".join(kept)


def _changed(uow: UnitOfWork, table: Table, row: Row[Any], **values: Any) -> int:
    """Put values into a row where they differ from what it has -> how many rows that changed: 1 or 0."""
    if all(getattr(row, name) == value for name, value in values.items()):
        return 0
    return uow.change(table, table.c.id == row.id, **values)


def _outbox(uow: UnitOfWork, who: Known) -> int:
    """What waits for them is not sent, what was sent to them is no longer kept, and other posts lose the name."""
    to_them = outbox.c.person_id.in_(who.ids)
    uow.change(outbox, to_them, outbox.c.state == PENDING, state=DEAD)
    count = uow.change(outbox, to_them, message="", error=WITHDRAWN)
    mine = outbox.c.organization_id == uow.organization.id
    columns = [outbox.c[name] for name in ("message", "error", "dedupe_key")]
    naming = or_(*(_may_name(column, who) for column in columns))
    for row in uow.rows(select(outbox.c.id, *columns).where(mine, naming)).all():
        key = f"{uow.organization.id}:erased:{row.id}" if who.pattern.search(row.dedupe_key) else row.dedupe_key
        values = {"message": _message_renamed(row.message, who), "error": _renamed(row.error, who)}
        count += _changed(uow, outbox, row, dedupe_key=key, **values)
    return count


def _inbox(uow: UnitOfWork, who: Known) -> int:
    """Answers that were told; a delivery whose number says who sent it is forgotten whole."""
    named = or_(_may_name(inbox.c.reply, who), _may_name(inbox.c.delivery_id, who))
    rows = uow.rows(select(inbox).where(inbox.c.organization == uow.organization.id, named)).all()
    count = 0
    for row in rows:
        here = inbox.c.delivery_id == row.delivery_id
        if who.pattern.search(row.delivery_id):
            count += uow.rows(delete(inbox).where(here)).rowcount
        elif who.pattern.search(_said_of(row.reply)):
            count += uow.rows(update(inbox).where(here).values(reply=to_json(Reply()))).rowcount
    return count


def _reply_address(uow: UnitOfWork, who: Known) -> int:
    """Answers to the newsletter go to no address of theirs any more -> how many such addresses there were."""
    settings = uow.organization.settings
    left = _settings_left(settings, who)
    if left == settings:
        return 0
    change_setting(uow, "reply_to", left["reply_to"])
    return 1


def _settings_left(settings: Mapping[str, str], who: Known) -> dict[str, str]:
    """The organization's settings without an address of theirs."""
    theirs = settings.get("reply_to", "").lower() in who.emails
    return {**settings, "reply_to": DEFAULTS["reply_to"]} if theirs else dict(settings)


def _console(uow: UnitOfWork, who: Known) -> None:
    """The local console is a chat of its own: what they said there goes with them. It is one organization's."""
    if not workspaces(uow.connection, uow.organization.id, "console"):
        return
    direct = [f"dm:{user}" for user in who.users]
    theirs = or_(
        console_message.c.author.in_(who.users),
        console_message.c.private_to.in_(who.users),
        console_message.c.channel.in_(direct),
    )
    gone = {"author": "erased", "author_name": FORMER, "private_to": "erased", "text": "", "message": ""}
    keys = uow.rows(select(console_message.c.id).where(theirs)).scalars().all()
    uow.rows(delete(console_reaction).where(console_reaction.c.message_id.in_(keys)))
    uow.rows(update(console_message).where(console_message.c.id.in_(keys)).values(channel="erased", **gone))
    read = or_(console_read.c.reader.in_(who.users), console_read.c.channel.in_(direct))
    uow.rows(delete(console_read).where(read))
    columns = [console_message.c[name] for name in ("key", "text", "message", "author_name")]
    naming = or_(*(_may_name(column, who) for column in columns))
    for row in uow.rows(select(console_message.c.id, *columns).where(naming)).all():
        values = {name: _renamed(getattr(row, name), who) for name in ("text", "author_name")}
        values["message"] = _message_renamed(row.message, who)
        key = f"erased:{row.id}" if who.pattern.search(row.key) else row.key
        uow.rows(update(console_message).where(console_message.c.id == row.id).values(key=key, **values))


def _tasks(uow: UnitOfWork, who: Known) -> None:
    """Nothing is theirs to do any more."""
    for table in (step_owner, workgroup_member):
        mine = table.c.organization_id == uow.organization.id
        uow.rows(delete(table).where(mine, table.c.person_id.in_(who.ids)))
    uow.change(follow_up, follow_up.c.owner_id.in_(who.ids), follow_up.c.done_at.is_(None), owner_id=None)


def ids(found: Sequence[Place]) -> dict[str, list[str]]:
    """`table.column` -> rows."""
    said: dict[str, list[str]] = {}
    for place in found:
        said.setdefault(f"{place.table}.{place.column}", []).append(place.row)
    return said
