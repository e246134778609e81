"""Whom an erasure finds in words that are kept as JSON, and whom it leaves alone: a namesake."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert, select, text

from bot.chat.codec import from_json, to_data, to_json
from bot.chat.commands import Role
from bot.chat.messages import Bullets, Message, Text, say, spans
from bot.chat.replies import Reply
from bot.domain.newsletter import Edition, Section
from handlers import records
from storage import erasure
from storage.models import (
    console_message,
    console_read,
    inbox,
    organization,
    outbox,
    person,
    report,
    story,
    subscriber,
)
from storage.queries.people import Person
from storage.queries.settings import change_setting, setting
from storage.queries.setup import lock_organization
from storage.uow import Destination, UnitOfWork
from tests.builders import a_channel, a_person
from tests.desk import Desk, words

PLAIN, QUOTED, UMLAUT, BOTH, CYRILLIC = (
    "Ann Ortiz",
    'Robert "Bob" Smith',
    "Jörg Weber",
    'Zoë "Zö" Müller',
    "Иван Петров",
)
MAIL = "ann@county.example"
OTHERS = " ".join(
    [f"{part}{MAIL}" for part in ("jo", "jo-", "jo_", "jo+", "jo.", "jo__", "é")]
    + [f"{MAIL}{part}" for part in (".uk", "-corp.org", "s", ".co.uk", "1")]
    + [f"{MAIL.upper()}.UK", f"{MAIL.title()}.Uk"]
)
everybody = pytest.mark.parametrize("name", [PLAIN, QUOTED, UMLAUT, BOTH, CYRILLIC])
written = pytest.mark.parametrize("ascii_only", [True, False], ids=["escaped", "as it is"])


def a_report(uow: UnitOfWork, **content: object) -> int:
    given = {"period": "2026-Q1", "state": "published", "token": "t" * 24, "created_at": uow.at, "facts": {}}
    return uow.insert(report, kind="newsletter", **{**given, **content})


def posted(uow: UnitOfWork, message: Message) -> None:
    uow.post("notice", Destination(channel_id=a_channel(uow, "forms")), message, key="a")


def said_in_the_console(uow: UnitOfWork, words_said: str, message: str) -> None:
    values = {"key": "k", "channel": "CFORMS", "author": "", "author_name": "", "private_to": "", "edited": 0}
    uow.rows(insert(console_message).values(text=words_said, message=message, at=uow.at, **values))


def answered(uow: UnitOfWork, delivery: str, reply: Reply) -> None:
    values = {"delivery_id": delivery, "at": uow.at, "reply": to_json(reply), "organization": uow.organization.id}
    uow.rows(insert(inbox).values(**values))


def with_mail(uow: UnitOfWork, who: Person) -> Person:
    uow.change(person, person.c.id == who.id, email=MAIL)
    return who


# words in JSON


@everybody
@pytest.mark.parametrize("before", ["thanks go to ", "thanks go to\n", "thanks go to\t", "“"])
def test_an_edition_that_names_them_is_for_a_human(work, name, before):
    with work() as uow:
        who = a_person(uow, name)
        key = a_report(uow, content=Edition((Section("editor", f"Our {before}{name}, who led it"),)).to_data())
        assert erasure.forget(uow, who)[1] == {"report.content": [str(key)]}


@everybody
@written
def test_a_report_is_found_however_its_json_is_written(work, name, ascii_only):
    with work() as uow:
        who = a_person(uow, name)
        key = a_report(uow, content={})
        content = json.dumps(to_data(say(f"Decided:\n{name.upper()} drafts it")), ensure_ascii=ascii_only)
        stored = "CAST(:content AS json)" if uow.connection.dialect.name == "postgresql" else ":content"
        uow.rows(text(f"UPDATE report SET content = {stored} WHERE id = :key"), content=content, key=key)
        assert erasure.forget(uow, who)[1] == {"report.content": [str(key)]}


def test_a_name_as_a_key_of_facts_is_found(work):
    with work() as uow:
        who = a_person(uow, UMLAUT)
        key = a_report(uow, content={}, facts={"told by": {UMLAUT: 3}})
        assert erasure.forget(uow, who)[1] == {"report.facts": [str(key)]}


@everybody
@written
def test_posts_lose_the_name_wherever_it_stands(work, name, ascii_only):
    message = Message((Text(spans(f"Decided:\n{name} drafts it")), Bullets((spans(name), spans(f"“{name.upper()}”")))))
    with work() as uow:
        who = a_person(uow, name)
        posted(uow, message)
        uow.change(outbox, message=json.dumps(to_data(message), ensure_ascii=ascii_only, separators=(",", ":")))
        counts, places = erasure.forget(uow, who)
        left = from_json(uow.scalar(select(outbox.c.message)))
    former = erasure.FORMER
    assert left == Message(
        (Text(spans(f"Decided:\n{former} drafts it")), Bullets((spans(former), spans(f"“{former}”"))))
    )
    assert (counts["messages"], places) == (1, {})


@everybody
def test_the_console_loses_the_name_wherever_it_stands(work, name):
    with work() as uow:
        who = a_person(uow, name)
        said_in_the_console(uow, f"Decided:\n{name} drafts it", to_json(say(f"Thanks to\n{name}.")))
        erasure.forget(uow, who)
        row = uow.rows(select(console_message)).one()
    assert row.text == f"Decided:\n{erasure.FORMER} drafts it"
    assert from_json(row.message) == say(f"Thanks to\n{erasure.FORMER}.")


@everybody
def test_answers_that_name_them_are_blanked(work, name):
    with work() as uow:
        who = a_person(uow, name)
        answered(uow, "d1", Reply(say(f"Noted:\n{name}")))
        assert erasure.forget(uow, who)[0]["messages"] == 1
        assert uow.scalar(select(inbox.c.reply)) == to_json(Reply())


@pytest.mark.parametrize(
    ("name", "said", "left"),
    [
        (PLAIN, "Thanks, Ann  Ortiz and Ann\u00a0Ortiz and ann\nortiz!", "Thanks, {} and {} and {}!"),
        (PLAIN, "_Ann Ortiz_ and *Ann Ortiz*", "_{}_ and *{}*"),
        ("王小明", "昨天王小明来了", "昨天{}来了"),
        ("สมชาย", "เมื่อวานสมชายมา", "เมื่อวาน{}มา"),
        ("علي", "رأى علي عليها", "رأى {} عليها"),
        ("דן", "דן, דנה", "{}, דנה"),
        ("राम", "राम और रामायण। राम।", "{} और रामायण। {}।"),
        ("이수", "이수가 김이수와", "{}가 김이수와"),
        ("Bo Lund", f"{MAIL}, jo.{MAIL} and {MAIL}.org", "{}, jo.ann@county.example and ann@county.example.org"),
        ("Bo Lund", f"_{MAIL}_ or *_{MAIL}_*\n-{MAIL}\n—{MAIL}-", "_{}_ or *_{}_*\n-{}\n—{}-"),
        ("Bo Lund", f"To {MAIL}.Thanks! To {MAIL.title()}. To {MAIL}.I", "To {}.Thanks! To {}. To {}.I"),
        ("Bo Lund", OTHERS, OTHERS),
    ],
    ids=[
        "gaps",
        "marks",
        "no gaps",
        "thai",
        "arabic",
        "hebrew",
        "devanagari",
        "korean",
        "addresses",
        "marked addresses",
        "sentences",
        "longer addresses",
    ],
)
def test_a_name_is_found_by_itself_and_not_in_others(work, name, said, left):
    with work() as uow:
        posted(uow, say(said))
        who = with_mail(uow, a_person(uow, name))
        erasure.forget(uow, who)
        assert from_json(uow.scalar(select(outbox.c.message))) == say(left.replace("{}", erasure.FORMER))


def test_somebody_whose_name_is_part_of_other_words_changes_nothing_there(work):
    """Neither are such rows counted."""
    with work() as uow:
        who = a_person(uow, "Ann")
        posted(uow, say("Hannah's annual plan"))
        answered(uow, "d1", Reply(say("Hannah's annual plan")))
        told = {"text": "We mended it", "original_text": "", "consent": "staff", "verdict": "ok", "findings": []}
        uow.insert(story, person_id=who.id, at=uow.at, state="approved", credit="Hannah and Bo", **told)
        uow.rows(insert(console_read).values(reader="UBO", channel="CANNUAL", last_id=1))
        kept = [select(outbox.c.message), select(inbox.c.reply), select(story.c.credit), select(console_read.c.channel)]
        before = [uow.scalar(one) for one in kept]
        counts, places = erasure.forget(uow, who)
        assert [uow.scalar(one) for one in kept] == before
    assert {what: count for what, count in counts.items() if count} == {"accounts": 1}
    assert places == {}


def test_a_message_can_still_be_read_when_they_were_called_like_a_part_of_it(work):
    with work() as uow:
        who = a_person(uow, "Text")
        posted(uow, say("Text said so"))
        erasure.forget(uow, who)
        assert from_json(uow.scalar(select(outbox.c.message))) == say(f"{erasure.FORMER} said so")


# the county's own row


@pytest.mark.parametrize("address", [MAIL, MAIL.title()])
def test_answers_to_the_newsletter_go_to_them_no_more(work, address):
    with work() as uow:
        who = with_mail(uow, a_person(uow, PLAIN))
        change_setting(uow, "reply_to", address)
    with work() as uow:
        assert erasure.places(uow, erasure.known(uow, who.id)) == []  # for it goes by itself
        counts, places = erasure.forget(uow, who)
        assert (counts["reply addresses"], places) == (1, {})
        lock_organization(uow)
        assert setting(uow, "reply_to") == ""


def test_somebody_elses_reply_address_stays(work):
    with work() as uow:
        who = with_mail(uow, a_person(uow, PLAIN))
        change_setting(uow, "reply_to", "joann@county.example")
    with work() as uow:
        counts, places = erasure.forget(uow, who)
        assert (counts["reply addresses"], places) == (0, {})
        lock_organization(uow)
        assert setting(uow, "reply_to") == "joann@county.example"


def test_a_county_that_is_named_after_them_is_for_a_human(work):
    with work() as uow:
        who = a_person(uow, PLAIN)
        mine = organization.c.id == uow.organization.id
        uow.rows(organization.update().where(mine).values(name=f"{PLAIN} Memorial Agency"))
        assert erasure.forget(uow, who)[1] == {"organization.name": [str(uow.organization.id)]}


# readers


def a_reader(uow: UnitOfWork, email: str, name: str = PLAIN) -> int:
    return uow.insert(subscriber, email=email, name=name, token=email, subscribed_at=uow.at)


def test_a_reader_of_the_same_name_is_for_a_human(work):
    with work() as uow:
        who = with_mail(uow, a_person(uow, PLAIN))
        theirs, other = a_reader(uow, MAIL), a_reader(uow, "ann.ortiz@partner.example")
        named = {"subscriber.name": [str(other)]}
        assert erasure.ids(erasure.places(uow, erasure.known(uow, who.id))) == named
        counts, places = erasure.forget(uow, who)
        assert (counts["subscriptions"], places) == (1, named)
        rows = {row.id: row for row in uow.rows(select(subscriber))}
    assert (rows[other].email, rows[other].name) == ("ann.ortiz@partner.example", PLAIN)
    assert rows[other].unsubscribed_at is None
    assert (rows[theirs].email, rows[theirs].name) == (f"erased-{theirs}", "")
    assert rows[theirs].unsubscribed_at is not None


def test_without_an_address_nobody_is_unsubscribed(work):
    with work() as uow:
        who = a_person(uow, PLAIN)
        other = a_reader(uow, "ann.ortiz@partner.example")
        counts, places = erasure.forget(uow, who)
    assert (counts["subscriptions"], places) == (0, {"subscriber.name": [str(other)]})


# in chat


def test_somebody_who_was_removed_is_not_taken_for_one_of_several_who_are_here(engine, clock, work):
    with work() as uow:
        a_person(uow, "Ada Admin", Role.ADMIN)
        for name in ("Ann Ortiz", "Ann Other"):
            a_person(uow, name)
        former = a_person(uow, "Ann Former")
        uow.change(person, person.c.id == former.id, active=False)
    desk = Desk(engine, clock, records)
    asked = desk.says("Ada Admin", "/sip people forget Ann")
    assert asked.form is None
    assert "could be Ann Ortiz, Ann Other, Ann Former (removed). Which one?" in words(asked.message)
    form = desk.says("Ada Admin", "/sip people forget Ann Former")
    desk.submits("Ada Admin", form, {"name": "Ann Former"})
    with work() as uow:
        assert uow.scalar(select(person.c.name).where(person.c.id == former.id)) == erasure.FORMER


def test_the_answer_says_all_of_it(engine, clock, work):
    with work() as uow:
        a_person(uow, "Ada Admin", Role.ADMIN)
        with_mail(uow, a_person(uow, QUOTED))
        change_setting(uow, "reply_to", MAIL)
        key = a_report(uow, content={"text": f"Our thanks go to\n{QUOTED}"})
    desk = Desk(engine, clock, records)
    form = desk.says("Ada Admin", f"/sip people forget {QUOTED}")
    answer = words(desk.submits("Ada Admin", form, {"name": QUOTED}).message)
    assert "reply address" in answer
    assert f"report.content: {key}" in answer
    assert "Nothing else here names them" not in answer
