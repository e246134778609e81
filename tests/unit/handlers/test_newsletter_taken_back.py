"""A story taken back leaves an edition, before it is published and after."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.chat.codec import to_data
from bot.chat.messages import (
    Bullets,
    Context,
    Facts,
    Heading,
    Image,
    Message,
    Progress,
    Table,
    Text,
    spans,
)
from bot.domain.newsletter import Edition, Section, tells
from handlers import newsletter, rollup, stories
from handlers.newsletter import audiences
from handlers.rollup import publishing
from storage.models import outbox, report, story, story_credit
from storage.queries import reports
from storage.queries.told_stories import TAKEN_BACK
from tests.builders import a_person
from tests.desk import Desk, words
from tests.unit.handlers.newsletter_county import STORY, county, desk, ready, withdraw_story

__all__ = ["county", "desk"]


def test_a_story_taken_back_after_publication_leaves_the_page(desk, county, work, engine):
    ready(desk)
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    withdraw_story(work)
    with engine.connect() as connection:
        page = reports.report_by_token(connection, connection.execute(select(report.c.token)).scalar_one())
    assert page is not None
    assert STORY not in words(page.message)
    assert TAKEN_BACK in words(page.message)
    assert "steady work" in words(page.message)


def page_of(engine):
    with engine.connect() as connection:
        found = reports.report_by_token(connection, connection.execute(select(report.c.token)).scalar_one())
    assert found is not None
    return words(found.message)


def test_a_story_told_in_bullets_leaves_the_page_too(desk, county, work, engine):
    told = "### Shorter calls\n\nWe tried this:\n\n- One letter, not three\n- One shared phone line for both offices"
    with work() as uow:
        uow.change(story, text=told, original_text=told)
    ready(desk)
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    assert "- One letter, not three" in page_of(engine)
    withdraw_story(work)
    after = page_of(engine)
    for gone in ("Shorter calls", "We tried this", "One letter", "shared phone line"):
        assert gone not in after
    assert after.count(TAKEN_BACK) == 1
    assert "steady work" in after
    assert "1.1.1" in after, "the bullets of other sections stay"


def test_a_story_sent_back_and_told_anew_leaves_with_the_words_it_was_published_with(desk, county, work, engine):
    ready(desk)
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    with work() as uow:
        uow.change(story, state="in review", text="Something else altogether, told in other words.")
    assert STORY not in page_of(engine)


REWORDED = "In every office of the county one letter does what three did."


def reword(desk, text=REWORDED):
    """Dev sends the win back, Cora tells it in other words and Dev approves those."""
    desk.sends("Dev Rao", verb="stories sendback", values={"story": "1", "reason": "A family shows."}, source="form")
    told = {"story": "1", "text": text, "consent": "staff"}
    assert "is in review" in words(desk.sends("Cora Diaz", verb="win", values=told, source="form").message)
    assert "Approved" in words(desk.presses("Dev Rao", desk.queued("review")[-1].message, "Approve").message)


@pytest.fixture
def both(engine, clock):
    return Desk(engine, clock, newsletter, stories, rollup)


def test_a_story_approved_in_other_words_does_not_bring_the_old_ones_back(both, county, work, engine):
    ready(both)
    for said in ("approve", "publish"):
        both.says("Cora Diaz", f"/sip newsletter {said}")
    with work() as uow:
        uow.change(outbox, outbox.c.kind == "newsletter", state="dead", error="no way")
    reword(both)
    for told in (page_of(engine), words(both.says("Cora Diaz", "/sip report Q1 2026").message)):
        assert "appointment letter" not in told
        assert REWORDED not in told
        assert TAKEN_BACK in told
    (post,) = both.queued("newsletter")
    assert "appointment letter" not in str(post.message)


def test_the_words_of_a_published_month_do_not_come_back_either(both, county, engine):
    both.clock.move_to(datetime(2026, 4, 2, 18, tzinfo=UTC))
    both.tick()
    assert STORY in page_of(engine)
    reword(both)
    assert STORY not in page_of(engine)
    assert TAKEN_BACK in page_of(engine)


def test_an_edition_goes_out_with_the_words_that_are_approved_now(both, county):
    ready(both)
    both.says("Cora Diaz", "/sip newsletter approve")
    reword(both)
    assert "no longer approved: “Two offices now" in words(both.says("Cora Diaz", "/sip newsletter publish").message)
    both.says("Cora Diaz", "/sip newsletter draft")
    assert "Approved." in words(both.says("Cora Diaz", "/sip newsletter approve").message)
    assert "Published." in words(both.says("Cora Diaz", "/sip newsletter publish").message)


def test_old_words_in_an_edited_section_are_found_however_often_it_is_compiled(both, county):
    ready(both)
    both.says("Cora Diaz", f"/sip newsletter edit wins Hear this! {STORY}")
    partly = "Two offices now share one appointment letter and families have to call only once."
    reword(both, text=partly)
    for _ in range(2):
        both.says("Cora Diaz", "/sip newsletter draft")
        refused = words(both.says("Cora Diaz", "/sip newsletter approve").message)
        assert "no longer approved: “Two offices now share" in refused
    both.says("Cora Diaz", f"/sip newsletter edit wins Hear this! {partly}")
    assert "Approved." in words(both.says("Cora Diaz", "/sip newsletter approve").message)


@pytest.fixture
def held_up(monkeypatch):
    """Gives a way to do one thing, which stops when it makes its page, and another meanwhile; whether that waited."""

    def meanwhile(module, publish, take_back):
        at_the_page, go_on, page = threading.Event(), threading.Event(), module.page

        def stopped(*given, **named):
            at_the_page.set()
            go_on.wait(10)
            return page(*given, **named)

        monkeypatch.setattr(module, "page", stopped)
        publishing, taking_back = threading.Thread(target=publish), threading.Thread(target=take_back)
        publishing.start()
        assert at_the_page.wait(10)
        taking_back.start()
        taking_back.join(0.4)
        waited = taking_back.is_alive()
        go_on.set()
        publishing.join()
        taking_back.join()
        return waited

    return meanwhile


def test_a_win_taken_back_while_its_edition_is_published_does_not_go_out(both, county, held_up):
    both.dispatcher._mail = True
    both.says("Cora Diaz", "/sip newsletter subscribers add bob@x.example")
    ready(both)
    both.says("Cora Diaz", "/sip newsletter approve")
    assert held_up(
        audiences,
        lambda: both.says("Cora Diaz", "/sip newsletter publish"),
        lambda: both.sends("Cora Diaz", verb="win withdraw", values={"story": "1"}, source="button"),
    )
    (mail,) = both.queued("newsletter_mail")
    assert STORY not in words(mail.message)
    assert TAKEN_BACK in words(mail.message)


def test_a_win_taken_back_while_its_month_is_published_does_not_go_out(both, county, held_up):
    both.clock.move_to(datetime(2026, 4, 2, 18, tzinfo=UTC))
    assert held_up(
        publishing,
        both.tick,
        lambda: both.sends("Cora Diaz", verb="win withdraw", values={"story": "1"}, source="button"),
    )
    posts = both.queued("rollup")
    assert posts
    assert [post.to for post in posts if STORY in words(post.message)] == []
    assert TAKEN_BACK in words(posts[0].message)


@pytest.mark.parametrize(
    "block",
    [
        Heading(STORY),
        Text(spans(STORY)),
        Context(spans(STORY)),
        Bullets((spans("Kept."), spans(STORY))),
        Facts((("Kept", spans(STORY)), (STORY, spans("Kept.")))),
        Table((STORY, "Kept"), ((spans(STORY), spans("Kept.")),)),
        Image("https://sip.example/a.png", STORY),
        Progress(STORY, 1, 2),
    ],
    ids=lambda block: type(block).__name__,
)
def test_a_story_taken_back_leaves_every_kind_of_block(block, desk, county, work, engine):
    ready(desk)
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    with work() as uow:
        content = uow.scalar(select(report.c.content))
        message = Message((Text(spans("Before.")), block, Text(spans("After."))), STORY)
        uow.change(report, content={**content, "message": to_data(message)})
    withdraw_story(work)
    with engine.connect() as connection:
        page = reports.report_by_token(connection, connection.execute(select(report.c.token)).scalar_one())
    assert "appointment letter" not in repr(page.message)
    assert TAKEN_BACK in repr(page.message)
    assert ("Kept" in repr(block)) == ("Kept" in repr(page.message))
    assert words(page.message).startswith("Before.")
    assert words(page.message).endswith("After.")


def test_a_story_taken_back_stops_it_even_after_approval(desk, county, work):
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    withdraw_story(work)
    text = words(desk.says("Cora Diaz", "/sip newsletter publish").message)
    assert "a story that is no longer approved: “Two offices now share" in text
    assert not desk.queued("newsletter")
    desk.says("Cora Diaz", "/sip newsletter draft Q1 2026")
    assert "Approved." in words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert STORY not in words(desk.says("Cora Diaz", "/sip newsletter preview").message)


def test_a_story_taken_back_leaves_the_draft_by_itself_and_its_approval_ends(desk, county, work):
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    desk.tick()
    withdraw_story(work)
    before = len(desk.queued("newsletter_draft"))
    desk.tick()
    desk.tick()
    told = desk.queued("newsletter_draft")[before:]
    assert [note.to for note in told] == ["Cora Diaz", "Dev Rao"]
    assert "no longer approved, so the draft was compiled again without it" in words(told[0].message)
    assert STORY not in words(desk.says("Cora Diaz", "/sip newsletter preview").message)
    assert "steady work" in words(desk.says("Cora Diaz", "/sip newsletter preview").message)
    assert "is not approved" in words(desk.says("Cora Diaz", "/sip newsletter publish").message)


def test_a_story_approved_anew_and_taken_back_again_leaves_the_draft_again(engine, county, work, clock):
    desk = Desk(engine, clock, newsletter, stories)
    ready(desk)

    def dev(verb, **values):
        clock.move_to(clock.read() + timedelta(minutes=5))
        desk.sends("Dev Rao", verb=verb, values={"story": "1", **values}, source="form")

    for _ in range(2):
        assert "Approved." in words(desk.says("Cora Diaz", "/sip newsletter approve").message)
        desk.tick()
        before = len(desk.queued("newsletter_draft"))
        dev("stories sendback", reason="Ask the families once more.")
        desk.tick()
        desk.tick()
        told = desk.queued("newsletter_draft")[before:]
        assert [note.to for note in told] == ["Cora Diaz", "Dev Rao"]
        assert "compiled again without it" in words(told[0].message)
        assert STORY not in words(desk.says("Cora Diaz", "/sip newsletter preview").message)
        assert "is not approved" in words(desk.says("Cora Diaz", "/sip newsletter publish").message)
        desk.sends("Cora Diaz", verb="win", values={"story": "1", "text": STORY, "consent": "staff"}, source="form")
        desk.presses("Dev Rao", desk.queued("review")[-1].message, "Approve")
        desk.says("Cora Diaz", "/sip newsletter draft")
        assert STORY in words(desk.says("Cora Diaz", "/sip newsletter preview").message)


def test_words_a_person_wrote_are_left_to_them(desk, county, work):
    ready(desk)
    desk.says("Cora Diaz", f"/sip newsletter edit wins Hear this! {STORY}")
    desk.tick()
    withdraw_story(work)
    before = len(desk.queued("newsletter_draft"))
    desk.tick()
    assert len(desk.queued("newsletter_draft")) == before
    assert "Hear this!" in words(desk.says("Cora Diaz", "/sip newsletter preview").message)


def test_somebody_who_declined_to_be_named_keeps_the_edition_back(desk, county, work):
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter edit shoutouts Thank you, Bo Lindqvist.")
    with work() as uow:
        bo = a_person(uow, "Bo Lindqvist")
        key = uow.scalar(select(story.c.id))
        uow.insert(story_credit, story_id=key, person_id=bo.id, state="declined", at=uow.at)
    said = words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert "names Bo Lindqvist, who asked not to be named" in said
    desk.says("Cora Diaz", "/sip newsletter edit shoutouts Thank you, front desk.")
    assert "Approved." in words(desk.says("Cora Diaz", "/sip newsletter approve").message)


def test_a_story_taken_back_is_found_in_an_edited_section(desk, county, work):
    ready(desk)
    desk.says("Cora Diaz", f"/sip newsletter edit wins Hear this! {STORY}")
    withdraw_story(work)
    desk.says("Cora Diaz", "/sip newsletter draft Q1 2026")
    text = words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert "Take it out of the text" in text


def test_a_short_story_is_found_only_when_it_is_all_there():
    edition = Edition((Section("wins", "We moved the desk. It helps."),))
    assert tells(edition, "we moved the desk") is not None
    assert tells(edition, "We moved the phone") is None
