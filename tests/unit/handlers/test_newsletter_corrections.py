"""A published edition is corrected: never silently, and never twice at once."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select
from sqlalchemy import update as sql_update

from bot.pages import report_page
from storage.dead_letters import dead_letters
from storage.models import outbox, report
from tests.desk import words
from tests.unit.handlers.newsletter_county import STORY, county, desk, ready

__all__ = ["county", "desk"]

WITHDRAW = {"report": "1", "reason": "The numbers were wrong."}


@pytest.fixture
def published(desk, county, engine):
    """The first quarter's edition is out and posted as message 171.5."""
    ready(desk)
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    with engine.begin() as connection:
        connection.execute(sql_update(outbox).values(state="sent", attempts=1, remote_id="171.5"))


def begin(desk, reason="The date of the training was wrong", **fields):
    return desk.submits("Cora Diaz", desk.says("Cora Diaz", "/sip newsletter correct"), reason=reason, **fields)


def put_out(desk):
    for said in ("edit coming up The training is on 12 May.", "approve", "publish"):
        reply = desk.says("Cora Diaz", f"/sip newsletter {said}")
    return words(reply.message)


def pages(engine):
    """The pages of all revisions as Markdown, oldest first."""
    with engine.connect() as connection:
        tokens = list(connection.execute(select(report.c.token).order_by(report.c.revision)).scalars())
    return tokens, [page.body.decode() if (page := report_page(engine, one, "md")) else "" for one in tokens]


def test_the_published_edition_stays_until_the_correction_is_out(desk, published, engine):
    said = words(begin(desk).message)
    assert "A copy to correct, revision 2" in said
    assert "Correction: The date of the training was wrong." in said
    (_, (first, second)) = pages(engine)
    assert STORY in first
    assert second == ""


def test_a_correction_says_so_where_it_stands_and_where_the_old_one_stood(desk, published, engine):
    begin(desk)
    said = put_out(desk)
    assert "A note stands under its post." in said
    (tokens, (first, second)) = pages(engine)
    assert "corrected this newsletter for Q1 2026" in first
    assert STORY not in first
    assert f"/r/{tokens[1]}" in first
    assert "**Corrected on 7 April 2026:** The date of the training was wrong." in second
    assert "The training is on 12 May." in second
    (note,) = desk.queued("notice")
    assert (note.to, note.row.thread) == ("#everyone", "171.5")
    assert f"/r/{tokens[1]}" in str(note.message)
    assert len(desk.queued("newsletter")) == 1, "no second post in the channel"


def test_a_correction_of_a_correction_is_reached_from_the_first(desk, published, engine):
    begin(desk)
    put_out(desk)
    begin(desk, "And the place")
    put_out(desk)
    (tokens, (first, second, third)) = pages(engine)
    assert f"/r/{tokens[2]}" in first
    assert f"/r/{tokens[2]}" in second
    assert "**Corrected on 7 April 2026:** And the place." in third
    assert [note.row.thread for note in desk.queued("notice")] == ["171.5", "171.5"]


def test_a_corrected_edition_can_be_withdrawn(desk, published, engine):
    begin(desk)
    put_out(desk)
    desk.says("Cora Diaz", "/sip newsletter withdraw All of it was wrong.")
    (_, (first, second)) = pages(engine)
    assert "corrected this newsletter" in first
    assert "withdrew this newsletter" in second
    assert "was withdrawn" in words(desk.queued("notice")[-1].message)
    assert desk.queued("notice")[-1].row.thread == "171.5"


def test_what_follows_a_correction_that_was_withdrawn_is_posted_like_any_edition(desk, published, engine):
    begin(desk)
    put_out(desk)
    desk.says("Cora Diaz", "/sip newsletter withdraw All of it was wrong.")
    again = words(desk.says("Cora Diaz", "/sip newsletter draft Q1 2026").message)
    assert "Correction:" not in again
    assert "The training is on 12 May." in words(desk.says("Cora Diaz", "/sip newsletter preview").message)
    said = put_out(desk)
    assert "Published. It will appear in a moment in everyone." in said
    assert [post.to for post in desk.queued("newsletter")] == ["#everyone", "#everyone"]
    (_, (*_, third)) = pages(engine)
    assert "Corrected on" not in third


@pytest.mark.parametrize("meanwhile", ["draft Q1 2026", "approve", ""])
def test_a_correction_of_what_is_withdrawn_meanwhile_goes_out_like_any_edition(desk, published, engine, meanwhile):
    desk.dispatcher._mail = True
    desk.says("Cora Diaz", "/sip newsletter subscribers add bob@x.example")
    begin(desk)
    if meanwhile == "approve":
        desk.says("Cora Diaz", "/sip newsletter approve")
    withdrawn = words(desk.sends("Dev Rao", verb="newsletter withdraw", values=WITHDRAW, source="form").message)
    assert "The correction that was begun is an edition of its own now" in withdrawn
    if meanwhile == "approve":
        said = words(desk.says("Cora Diaz", "/sip newsletter publish").message)
    else:
        desk.says("Cora Diaz", f"/sip newsletter {meanwhile}")
        said = put_out(desk)
    assert "Published. It will appear in a moment in everyone. It goes by e-mail to 1 subscriber." in said
    (_, (first, second)) = pages(engine)
    assert "withdrew this newsletter" in first
    assert STORY in second
    assert "Corrected on" not in second
    (note,) = desk.queued("notice")
    assert "was withdrawn" in words(note.message)


def test_an_edition_whose_correction_is_being_published_is_not_withdrawn(desk, published, work):
    begin(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    replies = []
    given = {"verb": "newsletter withdraw", "values": WITHDRAW, "source": "form"}
    withdrawing = threading.Thread(target=lambda: replies.append(desk.sends("Dev Rao", **given)))
    with work() as uow:
        uow.change(report, report.c.id == 2, state="published", published_at=uow.at)
        withdrawing.start()
        withdrawing.join(0.4)
        uow.change(report, report.c.id == 1, state="corrected")
    withdrawing.join()
    assert replies[0].errors, "nothing was withdrawn"
    with work() as uow:
        assert list(uow.rows(select(report.c.state).order_by(report.c.id)).scalars()) == ["corrected", "published"]


@pytest.fixture
def unreached(desk, county, work, engine):
    """The edition is published, and neither its post nor its e-mail could be delivered."""
    desk.dispatcher._mail = True
    desk.says("Cora Diaz", "/sip newsletter subscribers add bob@x.example")
    ready(desk)
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    with engine.begin() as connection:
        connection.execute(sql_update(outbox).values(state="dead", attempts=1, error="refused"))
    with work() as uow:
        assert len(dead_letters(uow.connection, uow.organization, uow.at)) == 2


def test_a_withdrawn_edition_is_no_dead_letter_that_could_be_sent_again(desk, unreached, work):
    desk.says("Cora Diaz", "/sip newsletter withdraw A client is named in it.")
    with work() as uow:
        kinds = {letter.kind for letter in dead_letters(uow.connection, uow.organization, uow.at)}
    assert not kinds & {"newsletter", "newsletter_mail"}
    assert not desk.queued("notice"), "nobody there saw it"


def test_where_an_edition_may_have_appeared_its_withdrawal_is_told(desk, unreached, engine):
    with engine.begin() as connection:
        connection.execute(sql_update(outbox).values(state="pending", error=""))
    desk.says("Cora Diaz", "/sip newsletter withdraw A client is named in it.")
    (note,) = desk.queued("notice")
    assert (note.to, note.row.thread) == ("#everyone", "")


@pytest.mark.parametrize("arrived", [True, False])
def test_a_channel_that_only_the_correction_reached_is_told_of_it_once(desk, unreached, engine, arrived):
    posts, first = sql_update(outbox).where(outbox.c.kind == "newsletter"), outbox.c.subject_id == 1
    begin(desk)
    put_out(desk)
    if arrived:
        with engine.begin() as connection:
            connection.execute(posts.where(~first).values(state="sent", attempts=1, remote_id="180.1"))
        begin(desk, "And the place")
        put_out(desk)
        assert [note.row.thread for note in desk.queued("notice")] == ["180.1"]
    desk.says("Cora Diaz", "/sip newsletter withdraw All of it was wrong.")
    assert [note.row.thread for note in desk.queued("notice")] == ["180.1"] * (2 * arrived)


def test_whoever_the_edition_did_not_reach_gets_the_corrected_one(desk, unreached, work):
    begin(desk)
    assert "It will appear in a moment in everyone. It goes by e-mail to 1 subscriber." in put_out(desk)
    with work() as uow:
        assert dead_letters(uow.connection, uow.organization, uow.at) == []
    waiting = [
        row for kind in ("newsletter", "newsletter_mail") for row in desk.queued(kind) if row.row.state == "pending"
    ]
    assert [row.row.kind for row in waiting] == ["newsletter", "newsletter_mail"]
    assert "The training is on 12 May." in str(waiting[1].message)


def test_a_correction_compiled_again_stays_one(desk, published):
    begin(desk)
    again = words(desk.says("Cora Diaz", "/sip newsletter draft Q1 2026").message)
    assert "Correction: The date of the training was wrong." in again
    assert "A note stands under its post." in put_out(desk)


def test_there_is_one_correction_at_a_time(desk, published):
    begin(desk)
    assert "already being written" in words(desk.says("Cora Diaz", "/sip newsletter correct").message)


def test_what_is_not_out_is_edited_not_corrected(desk, county):
    ready(desk)
    assert "only a published edition" in words(desk.says("Cora Diaz", "/sip newsletter correct It is wrong.").message)


def test_a_correction_is_approved_like_any_edition(desk, published):
    begin(desk)
    assert "is not approved: it is draft" in words(desk.says("Cora Diaz", "/sip newsletter publish").message)
