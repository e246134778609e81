"""Erasing a person: whatever says who they are goes; what they did stays, as done by "a former member".

Only structured places are changed. Where somebody else's words, the plan or a published report name them, a human has
to look: `places` finds them, so that nothing is guessed and nothing overlooked.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
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
from storage.queries.story_credits import DECLINED
from storage.uow import UnitOfWork

FORMER = "a former member"
_WILD, _ESCAPED = re.compile(r"[%_/]"), r"/\g<0>"
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
        return tuple(dict.fromkeys(term for term in (*self.names, *self.emails, *self.users) if term))

    @property
    def pattern(self) -> re.Pattern[str]:
        """Any of it as whole words, in whatever case."""
        longest = sorted(self.terms, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.I)


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
    counts = {"accounts": _accounts(uow, who), "subscriptions": _subscriptions(uow, who), "credits": _credits(uow, who)}
    counts["messages"] = _outbox(uow, who) + _inbox(uow, who)
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
    """Where else they are named, in all tables and columns of the organization."""
    return [
        Place(table.name, column, row)
        for table in metadata.sorted_tables
        if "organization_id" in table.c and table.name not in (*_COPIES, "identity", "person", "subscriber")
        for column, row in _named(uow, table, who)
    ]


def _named(uow: UnitOfWork, table: Table, who: Known) -> Iterator[tuple[str, str]]:
    keys = list(table.primary_key.columns)
    for column in table.columns:
        if isinstance(column.type, String | Text | JSON):
            text: ColumnElement[Any] = cast(column, Text) if isinstance(column.type, JSON) else column
            mine = table.c.organization_id == uow.organization.id
            for row in uow.rows(select(*keys, column).where(mine, _has(text, who))):
                *key, said = tuple(row)
                if who.pattern.search(_text(said)):
                    yield column.name, " ".join(map(str, key))


def _has(text: ColumnElement[Any], who: Known) -> ColumnElement[bool]:
    """Any of it, as the database can ask; JSON may hold letters as escapes."""
    spellings = sorted({form for term in who.terms for form in (term, json.dumps(term)[1:-1])})
    # The database's own lower() on both sides: SQLite's knows ASCII alone.
    likes = [func.lower(literal(f"%{_WILD.sub(_ESCAPED, form)}%")) for form in spellings]
    return or_(*(func.lower(text).like(like, escape="/") for like in likes))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


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
    """The row stays for what was sent; nobody can be written to by it."""
    mine = subscriber.c.organization_id == uow.organization.id
    address = or_(func.lower(subscriber.c.email).in_(who.emails), subscriber.c.name.in_(who.names))
    rows = uow.rows(select(subscriber.c.id).where(mine, address)).scalars().all()
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
    rows = uow.rows(
        select(story.c.id, *(story.c[name] for name in columns)).where(
            mine, or_(*(_has(story.c[c], who) for c in columns))
        )
    ).all()
    for row in rows:
        kept = [part for part in _SEPARATORS.split(row.credit) if part and not who.pattern.search(part)]
        agreed = {name: who.pattern.sub(FORMER, getattr(row, name)) for name in columns[1:]}
        uow.change(story, story.c.id == row.id, credit=", ".join(kept), **agreed)
    return len(rows)


def _outbox(uow: UnitOfWork, who: Known) -> int:
    """What waits for them is not sent, what was sent to them is no longer kept, and other posts lose the name."""
    to_them = outbox.c.person_id.in_(who.ids)
    uow.change(outbox, to_them, outbox.c.state == PENDING, state=DEAD)
    count = uow.change(outbox, to_them, message="", error=WITHDRAWN)
    mine = outbox.c.organization_id == uow.organization.id
    naming = or_(*(_has(outbox.c[name], who) for name in ("message", "error", "dedupe_key")))
    for row in uow.rows(select(outbox).where(mine, naming)).all():
        values = {name: who.pattern.sub(FORMER, getattr(row, name)) for name in ("message", "error")}
        if who.pattern.search(row.dedupe_key):
            values["dedupe_key"] = f"{uow.organization.id}:erased:{row.id}"
        count += uow.change(outbox, outbox.c.id == row.id, **values)
    return count


def _inbox(uow: UnitOfWork, who: Known) -> int:
    """Answers that were told; a delivery whose number says who sent it is forgotten whole."""
    named = or_(_has(inbox.c.reply, who), _has(inbox.c.delivery_id, who))
    rows = uow.rows(select(inbox).where(inbox.c.organization == uow.organization.id, named)).all()
    for row in rows:
        here = inbox.c.delivery_id == row.delivery_id
        if who.pattern.search(row.delivery_id):
            uow.rows(delete(inbox).where(here))
        else:
            uow.rows(update(inbox).where(here).values(reply=to_json(Reply())))
    return len(rows)


def _console(uow: UnitOfWork, who: Known) -> None:
    """The local console is a chat of its own: what they said there goes with them. It is one organization's."""
    if not workspaces(uow.connection, uow.organization.id, "console"):
        return
    theirs = or_(
        console_message.c.author.in_(who.users),
        console_message.c.private_to.in_(who.users),
        console_message.c.channel.in_([f"dm:{user}" for user in who.users]),
    )
    gone = {"author": "erased", "author_name": FORMER, "private_to": "erased", "text": "", "message": ""}
    keys = uow.rows(select(console_message.c.id).where(theirs)).scalars().all()
    uow.rows(delete(console_reaction).where(console_reaction.c.message_id.in_(keys)))
    uow.rows(update(console_message).where(console_message.c.id.in_(keys)).values(channel="erased", **gone))
    uow.rows(delete(console_read).where(or_(console_read.c.reader.in_(who.users), _has(console_read.c.channel, who))))
    columns = ("key", "text", "message", "author_name")
    for row in uow.rows(select(console_message).where(or_(*(_has(console_message.c[c], who) for c in columns)))).all():
        values = {name: who.pattern.sub(FORMER, getattr(row, name)) for name in columns[1:]}
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
