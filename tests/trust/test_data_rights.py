"""Rights over data: the log that only grows, links that end, what is removed and what is kept, a person forgotten."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import JSON, String, cast, delete, func, insert, select, text
from sqlalchemy import update as sql_update
from sqlalchemy.exc import DatabaseError

from bot.chat.codec import to_json
from bot.chat.commands import Actor, Role
from bot.chat.compose import built_in
from bot.chat.messages import say
from bot.chat.replies import Reply
from bot.keys import Keys
from bot.links import Links
from bot.newsletter_pages import NewsletterPages
from bot.newsletter_words import WORDS
from bot.report_reading import Reading
from bot.web import make_web
from handlers import measures, newsletter, people, records, rollup, settings, stories, updates
from storage import audit_log, erasure, export
from storage.models import (
    audit,
    console_message,
    conversation_reference,
    identity,
    inbox,
    link,
    meeting_note,
    metadata,
    organization,
    outbox,
    person,
    person_link,
    report,
    step,
    story,
    story_credit,
    subscriber,
    survey,
    survey_answer,
    update,
    voice_result,
)
from storage.queries.people import create_organization, create_person, organizations
from storage.uow import Destination, unit_of_work
from tests.builders import a_channel, a_person, a_plan, a_workgroup
from tests.desk import Desk, buttons, words
from tests.trust.table import record
from tests.unit.handlers.newsletter_county import county, ready
from tests.unit.handlers.rollup_county import APRIL_1, set_channel

__all__ = ["county"]

CORA, ADA = "Cora Diaz", "Ada Admin"
KEYS = Keys.of("correct-horse-battery-staple-0123456789")


@pytest.fixture
def desk(engine, clock, work) -> Desk:
    """A county whose roll-up for March 2026 is published."""
    with work() as uow:
        a_plan(uow)
        a_person(uow, CORA, Role.COORDINATOR)
        a_person(uow, ADA, Role.ADMIN)
        set_channel(uow)
    desk = Desk(engine, clock, records, rollup, people, settings, stories, updates, measures)
    clock.move_to(APRIL_1)
    desk.tick()
    return desk


def reading_of(desk: Desk, keys: Keys | None = None) -> Reading:
    return Reading(desk.engine, desk.clock, built_in(), Links(keys))


def posted(desk: Desk) -> str:
    """The name of the link that was posted for everybody."""
    with desk.engine.connect() as connection:
        return str(connection.execute(select(report.c.token).order_by(report.c.id).limit(1)).scalar_one())


def own(desk: Desk, who: str = CORA, period: str = "2026-03") -> str:
    """The name of somebody's own link to a period's report."""
    links = {b.label: b.url for b in buttons(desk.says(who, f"/sip export {period}").message)}
    return links["Page"].rsplit("/", 1)[1]


def logged(desk: Desk, action: str) -> list[tuple[int | None, str]]:
    with desk.engine.connect() as connection:
        rows = connection.execute(select(audit).where(audit.c.action == action).order_by(audit.c.id))
        return [(row.person_id, row.detail) for row in rows]


# the log


@pytest.mark.parametrize(
    "statement",
    [
        sql_update(audit).values(detail="nothing"),
        delete(audit),
        sql_update(audit).where(audit.c.id == 1).values(action=""),
    ],
)
def test_the_database_refuses_to_change_the_log(desk, statement):
    refused = 0
    try:
        with desk.engine.begin() as connection:
            connection.execute(statement)
    except DatabaseError:
        refused += 1
    record("the audit log changed by hand", desk.engine.dialect.name, f"{refused} of 1 refused by the database")
    assert refused == 1
    assert logged(desk, "rollup published")


def test_a_log_is_emptied_no_other_way_either(desk):
    if desk.engine.dialect.name != "postgresql":
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DatabaseError), desk.engine.begin() as connection:
        connection.execute(text("TRUNCATE audit"))


def test_an_operator_shortens_the_log_and_that_is_noted(desk, clock):
    clock.move_to(APRIL_1 + timedelta(days=3000))
    with desk.engine.begin() as connection:
        removed = audit_log.prune(connection, clock.read() - timedelta(days=2000), clock.read())
    assert all(removed.values())
    assert [detail for _, detail in logged(desk, "audit log shortened")] == [
        f"{removed[1]} rows from before 2028-12-26"
    ]
    with pytest.raises(DatabaseError), desk.engine.begin() as connection:
        connection.execute(delete(audit))


def test_the_log_says_names_but_keeps_none(desk):
    desk.says(ADA, "/sip people rename Cora Diaz: Cora Silva")
    shown = words(desk.says(ADA, "/sip audit renamed").message)
    assert "Ada Admin: person renamed: Cora Silva" in shown
    assert all("Cora" not in detail for _, detail in logged(desk, "person renamed"))
    assert "person renamed" not in words(desk.says(ADA, "/sip audit published").message)
    assert "rollup published" in words(desk.says(ADA, "/sip audit since 2026-03-01").message)
    assert "Nothing of that" in words(desk.says(ADA, "/sip audit published since 2026-04-02").message)


def test_looking_for_a_name_puts_none_into_the_log(desk, work):
    with work() as uow:
        zoe = a_person(uow, "Zoe Ortega")
        a_person(uow, "Zoe Baker")
    for asked in ("Zoe Ortega", "Zoe", "Zoe Zwick"):  # one person, one of two, nobody
        desk.says(ADA, f"/sip audit {asked}")
    desk.submits(ADA, desk.says(ADA, "/sip people forget Zoe Ortega"), {"name": "Zoe Ortega"})
    assert "Zoe Ortega" not in words(desk.says(ADA, "/sip audit Zoe Ortega").message)
    desk.says(ADA, "/sip audit Erased")
    other = "words that are no action"
    assert [detail for _, detail in logged(desk, "audit read")] == [f"<person {zoe.id}>", other, other, other, "Erased"]


# links


async def test_who_reads_a_report_is_noted(desk):
    reading = reading_of(desk)
    client = TestClient(TestServer(make_web(str, reading.report, reading.export)))
    mine, everybodys = own(desk), posted(desk)
    async with client:
        for path in (f"/r/{mine}", f"/r/{mine}.csv", f"/r/{everybodys}.pdf", f"/r/{everybodys}.pdf"):
            assert (await client.get(path)).status == 200
        assert (await client.get(f"/r/{mine[:-1]}{'y' if mine.endswith('x') else 'x'}")).status == 404
    found = logged(desk, "report read")
    record("reads of reports by a link", desk.engine.dialect.name, f"{len(found)} of 3 noted (one twice in an hour)")
    with desk.engine.connect() as connection:
        cora = connection.execute(select(person.c.id).where(person.c.name == CORA)).scalar_one()
    assert [who for who, _ in found] == [cora, cora, None]
    assert "csv" in found[1][1]
    assert "everybody's link" in found[2][1]


async def test_a_revoked_link_is_gone_and_a_new_one_is_made(desk):
    reading = reading_of(desk)
    before = [own(desk), own(desk, ADA), posted(desk)]
    assert all(reading.report(name, "html").status == 200 for name in before)
    listed = desk.says(CORA, "/sip report links 2026-03").message
    assert "Ada Admin" in words(listed)
    desk.presses(CORA, listed, "End the one of Ada Admin")
    assert [reading.report(name, "html").status for name in before] == [200, 410, 200]
    desk.says(CORA, "/sip report revoke 2026-03")
    gone = [reading.report(name, kind).status for name in before for kind in ("html", "pdf", "csv", "json")]
    record("reports by a revoked link", desk.engine.dialect.name, f"{gone.count(410)} of {len(gone)} refused (410)")
    assert set(gone) == {410}
    assert b"ended by a coordinator" in reading.report(before[0], "html").body
    fresh = own(desk)
    assert fresh not in before
    assert reading.report(fresh, "html").status == 200
    assert [detail for _, detail in logged(desk, "links revoked")] == [
        "roll-up March 2026: the posted one and 1 of people's own"
    ]


@pytest.mark.parametrize("change", ["people remove Cora Diaz", "people role Cora Diaz member"])
def test_links_of_somebody_who_is_no_coordinator_any_more_open_nothing(desk, change):
    reading, mine = reading_of(desk), own(desk)
    everything = buttons(desk.says(CORA, "/sip export everything").message)[0].url.rsplit("/", 1)[1]
    desk.says(ADA, f"/sip {change}")
    found = [
        reading.report(mine, "html").status,
        reading.export(everything).status,
        reading.report(posted(desk), "html").status,
    ]
    record(
        "links of who is removed, or no coordinator any more",
        desk.engine.dialect.name,
        f"{found[:2].count(410)} of 2 refused",
        part=f"change {change}",
    )
    assert found == [410, 410, 200]
    assert "Cora Diaz" not in words(desk.says(ADA, "/sip report links 2026-03").message)


def test_links_expire_when_the_county_says(desk, clock):
    reading, mine, everybodys = reading_of(desk), own(desk), posted(desk)
    clock.move_to(APRIL_1 + timedelta(days=399))
    assert (reading.report(mine, "html").status, reading.report(everybodys, "html").status) == (200, 200)
    clock.move_to(APRIL_1 + timedelta(days=401))
    assert (reading.report(mine, "html").status, reading.report(everybodys, "html").status) == (410, 410)
    desk.says(CORA, "/sip settings link days 1000")
    assert (reading.report(mine, "html").status, reading.report(everybodys, "html").status) == (410, 200)


def test_with_a_key_what_is_stored_opens_nothing(desk):
    signing, name = Links(KEYS), posted(desk)
    reading = reading_of(desk, KEYS)
    desk.dispatcher._links = signing
    token = own(desk)
    assert reading.report(token, "html").status == 200
    assert reading.report(signing.address(f"/r/{name}").rsplit("/", 1)[1], "html").status == 200
    stored = [name, token[:-43]]
    assert [reading.report(one, "html") for one in stored] == [None, None]
    assert reading.report(stored[1] + "A" * 43, "html") is None
    other = Links(Keys.of("another-secret-another-secret-987654321"))
    assert reading.report(other.address(f"/r/{name}").rsplit("/", 1)[1], "html") is None
    rotated = Keys.of("another-secret-another-secret-987654321,correct-horse-battery-staple-0123456789")
    assert reading_of(desk, rotated).report(token, "html").status == 200
    with desk.engine.connect() as connection:
        kept = " ".join(connection.execute(select(inbox.c.reply)).scalars())
    assert token[:-43] in kept
    assert token not in kept


@pytest.fixture
def edition(engine, clock, county) -> Desk:
    """A county whose newsletter of the first quarter of 2026 is out."""
    desk = Desk(engine, clock, newsletter, records, rollup)
    ready(desk)
    for said in ("approve", "publish"):
        desk.says(CORA, f"/sip newsletter {said}")
    return desk


def archived(desk: Desk, links: Links, token: str) -> list[str]:
    """The tokens of the editions that the archive leads to; none where its address opens nothing."""
    pages = NewsletterPages(desk.engine, desk.clock, built_in(), "https://sip.example", links)
    page = pages.archive(token, WORDS["en"])
    return re.findall(r'href="/r/([\w-]+)"', page.body.decode()) if page else []


def test_a_revoked_edition_leaves_the_archive_until_it_goes_out_again(edition):
    links = Links()
    token = buttons(edition.says(CORA, "/sip newsletter archive").message)[0].url.rsplit("/", 1)[1]
    (before,) = archived(edition, links, token)
    assert "The archive leaves it out" in words(edition.says(CORA, "/sip report revoke 2026-Q1").message)
    assert reading_of(edition).report(before, "html").status == 410
    assert archived(edition, links, token) == []
    own(edition, period="2026-Q1")  # a coordinator's own link is nobody else's
    assert archived(edition, links, token) == []
    begun = edition.says(CORA, "/sip newsletter correct The date was wrong")
    edition.submits(CORA, begun)
    for said in ("approve", "publish"):
        edition.says(CORA, f"/sip newsletter {said}")
    (after,) = archived(edition, links, token)
    assert reading_of(edition).report(after, "html").status == 200


def test_with_a_key_the_archives_address_in_the_database_opens_nothing(edition):
    signing = edition.dispatcher._links = Links(KEYS)
    token = buttons(edition.says(CORA, "/sip newsletter archive").message)[0].url.rsplit("/", 1)[1]
    with edition.engine.connect() as connection:
        stored = str(connection.execute(select(organization.c.archive_token)).scalar_one())
        kept = " ".join(connection.execute(select(inbox.c.reply)).scalars())
    assert len(archived(edition, signing, token)) == 1
    assert [archived(edition, signing, one) for one in (stored, stored + "A" * 43)] == [[], []]
    assert stored in kept
    assert token not in kept
    ended = buttons(edition.says(CORA, "/sip newsletter archive new").message)[0].url.rsplit("/", 1)[1]
    assert [len(archived(edition, signing, one)) for one in (token, ended)] == [0, 1]


def test_a_second_delivery_gets_the_same_signed_link(desk):
    desk.dispatcher._links = Links(KEYS)
    first = desk.says(CORA, "/sip export 2026-03", delivery_id="twice")
    assert desk.says(CORA, "/sip export 2026-03", delivery_id="twice").message == first.message


def test_nobody_has_a_name_signed_by_typing_it():
    assert Links(KEYS).address("/r/" + "x" * 32) != "/r/" + "x" * 32
    typed = say("see /r/" + "x" * 32)
    assert Links(KEYS).sign(typed) == typed


# export


def test_an_export_has_all_of_a_county_and_nothing_of_another(desk, clock, engine):
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        uow.organization = create_organization(uow.connection, "Foreign County", "UTC", uow.at)
        a_plan(uow)
        stranger = a_person(uow, "Stranger Foreign")
        uow.insert(
            update,
            step_id=uow.scalar(select(func.max(step.c.id))),
            person_id=stranger.id,
            at=uow.at,
            note="FOREIGN",
            source="typed",
        )
    desk.says(CORA, '/sip update 1.1.1 done =HYPERLINK("http://x")')
    link_url = buttons(desk.says(CORA, "/sip export everything").message)[0].url
    page = reading_of(desk).export(link_url.rsplit("/", 1)[1])
    assert page.filename == "sipbot-export-2026-04-01.zip"
    book = zipfile.ZipFile(io.BytesIO(page.body))
    whole = "".join(book.read(name).decode() for name in book.namelist())
    counts = {}
    with engine.connect() as connection:
        for table in export.exported():
            rows = [json.loads(line) for line in book.read(f"{table.name}.jsonl").decode().splitlines()]
            mine = organization.c.id == 1 if table is organization else table.c.organization_id == 1
            counts[table.name] = (
                len(rows),
                connection.execute(select(func.count()).select_from(table).where(mine)).scalar(),
            )
            cells = list(csv.DictReader(io.StringIO(book.read(f"{table.name}.csv").decode("utf-8-sig"))))
            assert len(cells) == len(rows)
        secrets = [
            *connection.execute(select(report.c.token)).scalars(),
            *connection.execute(select(link.c.name)).scalars(),
        ]
    counts["audit"] = (counts["audit"][0], counts["audit"][1] - 1)  # the download itself is noted after it
    wrong = {name: count for name, count in counts.items() if count[0] != count[1]}
    record(
        "everything exported",
        engine.dialect.name,
        f"{len(counts)} tables, {len(wrong)} with other counts than the database",
    )
    assert wrong == {}
    assert "FOREIGN" not in whole
    assert "Foreign" not in whole
    assert not [secret for secret in secrets if secret in whole]
    assert "'=HYPERLINK" in book.read("step_update.csv").decode()
    assert [who for who, _ in logged(desk, "everything exported")] != []


def test_an_export_link_is_for_an_hour(desk, clock):
    token = buttons(desk.says(CORA, "/sip export everything").message)[0].url.rsplit("/", 1)[1]
    assert reading_of(desk).report(token, "html") is None
    clock.move_to(clock.read() + timedelta(minutes=61))
    assert reading_of(desk).export(token).status == 410
    assert "is for a coordinator" in words(desk.says("Mia Member", "/sip export everything").message)


def test_every_table_is_exported_or_left_out_for_a_reason():
    assert set(export.LEFT_OUT) <= set(metadata.tables)
    named = {
        table.name for table in export.exported() if table is not organization and "organization_id" not in table.c
    }
    assert named == set()


def test_an_erasure_touches_no_copy_of_another_county(desk, clock, engine):
    """What the bot answered and the console showed is kept without its county's column in the way of other tables."""
    elsewhere = insert(conversation_reference).values(
        workspace="another", external_id="UCORADIAZ", kind="user", account_id="hello", service_url="",
        conversation_id="", bot_id="",
    )  # fmt: skip
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        uow.organization = create_organization(uow.connection, "Foreign County", "UTC", uow.at)
        namesake = create_person(
            uow.connection,
            uow.organization.id,
            Actor("slack", "T2", "UCORADIAZ"),
            name=CORA,
            role=Role.MEMBER,
            at=uow.at,
        )
        uow.rows(elsewhere)
    desk.says(ADA, "/sip people Cora Diaz", delivery_id="about cora")
    foreign = {"at": clock.read(), "reply": to_json(Reply(say(f"To {CORA}"))), "organization": uow.organization.id}
    with engine.begin() as connection:
        connection.execute(insert(inbox).values(delivery_id="theirs", **foreign))
        said = {"key": "k", "channel": "CGROUP", "author": "UCORADIAZ", "author_name": CORA, "text": f"I am {CORA}"}
        connection.execute(insert(console_message).values(at=clock.read(), **said))

    def copies() -> dict[str, int]:
        with engine.connect() as connection:
            replies = connection.execute(select(inbox.c.delivery_id, inbox.c.reply)).all()
            shown = connection.execute(select(console_message.c.text)).scalars().all()
        named = {row.delivery_id: row.reply.count(CORA) for row in replies if CORA in row.reply}
        return {**named, "console": sum(CORA in one for one in shown)}

    before = copies()
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        uow.organization = next(one for one in organizations(uow.connection) if one.name == "Foreign County")
        assert "hello" not in erasure.known(uow, namesake.id).users
        erasure.forget(uow, namesake)
    after = copies()
    mine = {name: count for name, count in before.items() if name != "theirs"}
    gone = len(before.keys() - after.keys())
    record("an erased person's namesake in another county", engine.dialect.name,
           f"{len(mine)} copies there, {len(mine.keys() - after.keys())} changed; {gone} of 1 changed here")  # fmt: skip
    assert mine.keys() >= {"about cora", "console"}
    assert after == mine


# retention


def test_only_what_passes_is_removed_until_the_county_says_more(desk, clock, work):
    with work() as uow:
        _old_words(uow)
    _a_night_later(desk, clock, 4000)
    with work() as uow:
        left = _left(uow)
    assert left == {"messages": 0, "answers": 1, "voice": 1, "notes": 1, "stories": 1, "drafts": 1}
    for what in ("survey answers", "client voice", "meeting notes", "declined stories", "drafts"):
        assert "from tonight" in words(desk.says(CORA, f"/sip settings retention {what} 365").message)
    _a_night_later(desk, clock, 1)
    with work() as uow:
        left = _left(uow)
    record(
        "retention over 11 years",
        desk.engine.dialect.name,
        f"{sum(left.values())} of 6 kinds left once the county set them",
    )
    assert set(left.values()) == {0}
    assert reading_of(desk).report(posted(desk), "html") is not None  # what was published stays
    with work() as uow:
        march = (report.c.period == "2026-03", report.c.state == "published")
        assert uow.scalar(select(func.count()).select_from(report).where(*march)) == 1
    removed = logged(desk, "retention")
    assert ("survey answers: 1 removed") in [detail for _, detail in removed]
    assert desk.tick() == 0  # a night's work is done once


def test_a_story_that_a_report_tells_is_never_removed(desk, clock, work):
    with work() as uow:
        _old_words(uow)
        told = uow.scalar(select(story.c.id))
        facts = {"wins": [{"story": told, "text": "We mended it"}]}
        given = {
            "period": "2026-Q1",
            "state": "published",
            "token": "t" * 32,
            "created_at": uow.at,
            "published_at": uow.at,
        }
        uow.insert(report, kind="newsletter", facts=facts, content={}, **given)
    desk.says(CORA, "/sip settings retention declined stories 365")
    _a_night_later(desk, clock, 4000)
    with work() as uow:
        assert _left(uow)["stories"] == 1


def _a_night_later(desk: Desk, clock, days: int) -> None:
    clock.move_to(clock.read() + timedelta(days=days))
    desk.tick()


def _old_words(uow) -> None:
    """One of everything that may be removed, said a long time ago."""
    who = a_person(uow, "Bo Lind")
    group = a_workgroup(uow, "Old group")
    long_ago = datetime(2026, 1, 5, 18, tzinfo=UTC)
    uow.post(
        "notice", Destination(person_id=who.id), uow.compose("records/audit", entries=[], text="", older=""), key="old"
    )
    uow.change(outbox, outbox.c.dedupe_key.like("%:old"), state="sent", created_at=long_ago, sent_at=long_ago)
    asked = {"questions": [], "created_at": long_ago, "created_by": who.id, "closes_on": date(2026, 1, 20)}
    one = uow.insert(survey, token="s" * 20, title="Winter", **asked)
    uow.rows(
        survey_answer.insert().values(
            organization_id=uow.organization.id, survey_id=one, submission="a" * 20, answers={}
        )
    )
    uow.insert(voice_result, person_id=who.id, at=long_ago, month="2026-01", kind="survey", heard="Long waits")
    uow.insert(meeting_note, workgroup_id=group, person_id=who.id, month="2026-01", text="Note", at=long_ago)
    words_of = {
        "text": "We mended it",
        "original_text": "We mended it",
        "consent": "staff",
        "verdict": "ok",
        "findings": [],
    }
    uow.insert(story, person_id=who.id, at=long_ago, state="declined", **words_of)
    given = {"period": "2025-Q4", "state": "draft", "token": "d" * 32, "created_at": long_ago}
    uow.insert(report, kind="newsletter", facts={}, content={}, **given)


def _left(uow) -> dict[str, int]:
    def count(table, *where) -> int:
        return int(uow.scalar(select(func.count()).select_from(table).where(*where)))

    return {
        "messages": count(outbox, outbox.c.dedupe_key.like("%:old"), outbox.c.message != ""),
        "answers": count(survey_answer),
        "voice": count(voice_result),
        "notes": count(meeting_note),
        "stories": count(story, story.c.text != ""),
        "drafts": count(report, report.c.state == "draft"),
    }


# a person


SENTINEL, MAIL, USER, TEAMS = "Zebulon Quistgaard", "zq@sentinel.example", "UZEBULONQUISTGAARD", "29:zebulon-teams-id"


def _everywhere(connection) -> list[str]:
    """Every table and column in which the person is still named."""
    found = []
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, String | JSON):
                text_of = func.lower(cast(column, String))
                for term in (SENTINEL, MAIL, USER, TEAMS):
                    if connection.execute(
                        select(func.count()).select_from(table).where(text_of.contains(term.lower()))
                    ).scalar():
                        found.append(f"{table.name}.{column.name}")
    return sorted(set(found))


def test_an_erased_person_is_in_no_column_but_where_a_human_decides(desk, clock, work):
    with work() as uow:
        zeb = a_person(uow, SENTINEL)
        uow.change(person, person.c.id == zeb.id, email=MAIL)
        twin = a_person(uow, "Zeb on Teams")
        uow.insert(identity, person_id=zeb.id, platform="teams", workspace="tenant", external_id="aad-zebulon")
        uow.insert(person_link, person_id=zeb.id, was_id=twin.id, state="linked", moved={}, at=uow.at)
        learned = {"service_url": "https://t.example", "bot_id": "b", "welcomed": True, "account_id": TEAMS}
        uow.rows(
            conversation_reference.insert().values(
                workspace="tenant", kind="user", external_id="aad-zebulon", **learned
            )
        )
        uow.insert(subscriber, email=MAIL, name=SENTINEL, token="z" * 20, subscribed_at=uow.at)
        for key, to in (("a", Destination(person_id=zeb.id)), ("b", Destination(channel_id=a_channel(uow, "forms")))):
            message = uow.compose("records/forget", person=zeb, accounts=1, places={}, shown=1)
            uow.post("notice", to, message, key=key)
        said = {
            "text": "We mended it",
            "original_text": "We mended it",
            "consent": "staff",
            "verdict": "ok",
            "findings": [],
        }
        told = uow.insert(
            story,
            person_id=zeb.id,
            at=uow.at,
            state="approved",
            credit=f"{SENTINEL}, Ann Ortiz",
            agreed_calworks=SENTINEL,
            **said,
        )
        uow.insert(story_credit, story_id=told, person_id=zeb.id, state="agreed", at=uow.at)
        saying = {"channel": f"dm:{USER}", "author": USER, "author_name": SENTINEL, "at": uow.at, "edited": 0}
        uow.rows(
            console_message.insert().values(
                key=f"{USER}:1", text=f"I am {SENTINEL}", message="", private_to="", **saying
            )
        )
        group = a_workgroup(uow, "Engagement 2", members=((zeb, "leader"),))
        # somebody else's words, which a human has to look at
        uow.insert(
            meeting_note, workgroup_id=group, person_id=zeb.id, month="2026-03", text=f"Ask {SENTINEL}", at=uow.at
        )
        audit_before = len(uow.rows(select(audit.c.id)).all())
    desk.says(SENTINEL, "/sip me")
    desk.says(ADA, f"/sip people role {SENTINEL} analyst")
    desk.says(ADA, f"/sip people remove {SENTINEL}")
    with desk.engine.connect() as connection:
        before = _everywhere(connection)
    form = desk.says(ADA, f"/sip people forget {SENTINEL}")
    assert "nothing was erased" in str(desk.submits(ADA, form, {"name": "Somebody Else"}).errors)
    answer = desk.submits(ADA, form, {"name": SENTINEL.lower()})
    with desk.engine.connect() as connection:
        left = _everywhere(connection)
    record(
        "an erased person's name, address and ids",
        desk.engine.dialect.name,
        f"in {len(before)} columns before, {len(left)} after ({', '.join(left)}: for a human)",
    )
    assert len(before) > 10
    assert left == ["meeting_note.text"]
    assert "meeting_note.text: 1" in words(answer.message)
    assert SENTINEL not in words(answer.message)
    (erased,) = logged(desk, "person erased")
    assert "Zebulon" not in erased[1]
    assert "a former member" in words(desk.says(ADA, "/sip audit erased").message)
    with work() as uow:
        assert len(uow.rows(select(audit.c.id)).all()) > audit_before
        row = uow.row(select(person).where(person.c.id == zeb.id))
        assert (row.name, row.email, row.active) == (erasure.FORMER, "", False)
        assert uow.scalar(select(story.c.credit)) == "Ann Ortiz"
    # the same account speaks again: somebody new
    assert "nothing" in words(desk.says(SENTINEL, "/sip undo").message).lower()
    with work() as uow:
        again = uow.rows(select(person.c.id).where(person.c.name == SENTINEL)).scalars().all()
        assert len(again) == 1
        assert again != [zeb.id]


def test_who_may_not_be_erased(desk):
    assert "cannot erase yourself" in words(desk.says(ADA, f"/sip people forget {ADA}").message)
    assert "is for an admin" in words(desk.says(CORA, f"/sip people forget {ADA}").message)
