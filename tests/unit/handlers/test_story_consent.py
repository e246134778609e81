"""Whose consent a win has: the people it names, both programs of a Linkages story, and what happens when it is taken
back after publication."""

from __future__ import annotations

from datetime import timedelta

import pytest

import handlers.newsletter
import handlers.stories
from bot.chat.codec import to_data, to_json
from bot.chat.commands import Role
from bot.chat.messages import Message, Text, say, spans
from storage.models import outbox, report, story, story_credit
from storage.queries.told_stories import TAKEN_BACK
from storage.uow import Destination
from tests.builders import a_channel, a_person, a_plan
from tests.desk import Desk, words

ANN, BO, CLEO, DAN = "Ann Ortiz", "Bo Lindqvist", "Cleo Marsh", "Dan Vega"
FINE = "Two units now hand over families in one meeting instead of three meetings."
NAMES_BO = "Bo Lindqvist rewrote the letter that goes out with the appointment."


@pytest.fixture
def desk(engine, clock, work):
    """Ann and Bo are members, Cleo and Dan coordinators."""
    with work() as uow:
        a_plan(uow)
        a_person(uow, ANN)
        a_person(uow, BO)
        a_person(uow, CLEO, Role.COORDINATOR)
        a_person(uow, DAN, Role.COORDINATOR)
    return Desk(engine, clock, handlers.stories, handlers.newsletter)


def tell(desk, text=FINE, name=ANN, **fields):
    return desk.submits(name, desk.says(name, "/sip win"), text=text, **{"consent": "staff", **fields})


def stored(work, table=story):
    with work() as uow:
        return uow.rows(table.select().order_by(table.c.id)).all()


def card(desk):
    return desk.queued("review")[-1].message


# the people a win names


def test_everybody_a_win_names_is_told_what_it_says_and_its_author_is_not(desk, work):
    tell(desk, NAMES_BO, credit=f"{BO}, {ANN} and Maria Quill")
    (asked,) = desk.queued("notice")
    assert asked.to == BO
    assert NAMES_BO in words(asked.message)
    assert [(row.person_id, row.state) for row in stored(work, story_credit)] == [(1, "agreed"), (2, "asked")]
    assert "Ann Ortiz (agreed), Bo Lindqvist (no answer yet)" in words(desk.says(CLEO, "/sip stories").message)
    desk.presses(BO, asked.message, "That is fine")
    assert "Bo Lindqvist (agreed)" in words(desk.says(CLEO, "/sip stories").message)


def test_one_is_asked_once_however_often_a_win_is_edited(desk):
    told = tell(desk, NAMES_BO, credit=BO)
    desk.submits(ANN, desk.presses(ANN, told.message, "Edit"), text=f"{NAMES_BO} It saves a week.")
    assert [asked.to for asked in desk.queued("notice")] == [BO]


def test_who_declines_leaves_the_credit_line_and_a_win_that_names_them_is_reviewed_anew(desk, work, clock):
    tell(desk, NAMES_BO, credit=f"{BO} (supervisor), {ANN}")
    asked = desk.queued("notice")[0].message
    desk.presses(CLEO, card(desk), "Approve")
    clock.move_to(clock.read() + timedelta(hours=1))
    reply = desk.presses(BO, asked, "Please do not name me")
    assert reply.replace
    assert "asked to take it out before anything is published" in words(reply.message)
    (row,) = stored(work)
    assert (row.state, row.credit, row.verdict) == ("in review", ANN, "review")
    assert [ask.to for ask in desk.queued("review")[2:]] == [CLEO, DAN]
    assert words(card(desk)).startswith("Bo Lindqvist asked not to be named in this win.")
    assert "Bo Lindqvist (said no)" in words(card(desk))


def test_a_name_that_only_the_credit_line_has_goes_without_another_review(desk, work):
    tell(desk, credit=BO)
    desk.presses(CLEO, card(desk), "Approve")
    said = words(desk.presses(BO, desk.queued("notice")[0].message, "Please do not name me").message)
    assert "in the words too" not in said
    assert [(row.state, row.credit) for row in stored(work)] == [("approved", "")]


def test_nobody_puts_a_name_back_that_was_declined(desk, work):
    told = tell(desk, NAMES_BO, credit=BO)
    desk.presses(BO, desk.queued("notice")[0].message, "Please do not name me")
    again = desk.submits(ANN, desk.presses(ANN, told.message, "Edit"), text=FINE, credit=BO)
    assert "Bo Lindqvist asked not to be named" in dict(again.errors.errors)["credit"]
    in_review = desk.submits(CLEO, desk.presses(CLEO, card(desk), "Edit"), text=FINE, credit=f"{ANN}, {BO}")
    assert "Bo Lindqvist asked not to be named" in dict(in_review.errors.errors)["credit"]
    desk.submits(CLEO, desk.presses(CLEO, card(desk), "Edit"), text=FINE, credit="")
    assert stored(work)[0].text == FINE


def test_only_those_who_are_named_may_answer(desk):
    tell(desk, NAMES_BO, credit=BO)
    reply = desk.sends(DAN, verb="credit decline", values={"story": "1"}, source="button")
    assert "You are not named in that win" in words(reply.message)


# both programs


def test_a_linkages_story_is_approved_when_somebody_of_each_program_agreed(desk, work):
    tell(desk, linkages="yes")
    form = desk.presses(CLEO, card(desk), "Approve")
    assert stored(work)[0].state == "in review"
    assert dict(desk.submits(CLEO, form, calworks="Cleo Marsh").errors.errors).keys() == {"child_welfare"}
    same = desk.submits(CLEO, form, calworks="Cleo Marsh", child_welfare="cleo  marsh")
    assert "same person" in dict(same.errors.errors)["child_welfare"]
    done = desk.submits(CLEO, form, calworks="Cleo Marsh", child_welfare="Rae Stone")
    assert "Approved" in words(done.message)
    (row,) = stored(work)
    assert (row.state, row.agreed_calworks, row.agreed_child_welfare) == ("approved", "Cleo Marsh", "Rae Stone")


def test_agreement_is_to_the_words_that_were_shown(desk, work):
    told = tell(desk, linkages="yes")
    form = desk.presses(CLEO, card(desk), "Approve")
    desk.submits(ANN, desk.presses(ANN, told.message, "Edit"), text="Other words.")
    reply = desk.submits(CLEO, form, calworks="Cleo Marsh", child_welfare="Rae Stone")
    assert "has changed since" in words(reply.message)
    assert stored(work)[0].state == "in review"


@pytest.mark.parametrize("how", ["sent back and told anew", "a name declined and edited"])
def test_both_programs_agree_anew_to_what_comes_back_to_review(desk, work, how):
    told = tell(desk, NAMES_BO, credit=BO, linkages="yes")
    asked = desk.queued("notice")[0].message
    agreed = {"calworks": "Cleo Marsh", "child_welfare": "Rae Stone"}
    desk.submits(CLEO, desk.presses(CLEO, card(desk), "Approve"), **agreed)
    if how == "sent back and told anew":
        desk.sends(CLEO, verb="stories sendback", values={"story": "1", "reason": "Say more."}, source="form")
        desk.submits(ANN, desk.presses(ANN, told.message, "Edit"), text=FINE)
    else:
        desk.presses(BO, asked, "Please do not name me")
        desk.submits(CLEO, desk.presses(CLEO, card(desk), "Edit"), text=FINE)
    shown = desk.says(CLEO, "/sip stories").message
    assert "Rae Stone" not in words(shown)
    form = desk.presses(CLEO, shown, "Approve")
    assert stored(work)[0].state == "in review"
    assert [field.value for field in form.form.fields] == ["", ""]
    desk.submits(CLEO, form, calworks="Dan Vega", child_welfare="Sam Roe")
    (row,) = stored(work)
    assert (row.state, row.agreed_calworks, row.agreed_child_welfare) == ("approved", "Dan Vega", "Sam Roe")


# taken back after publication


@pytest.fixture
def published(desk, work, clock):
    """Ann's win, approved and told in a published edition with one post delivered and one that waits."""
    tell(desk)
    desk.presses(CLEO, card(desk), "Approve")
    said = Message((Text(spans("News of the quarter.")), Text(spans(FINE))), "News")
    with work() as uow:
        there, waits = a_channel(uow, "everyone"), a_channel(uow, "partners")
        key = uow.insert(
            report, kind="newsletter", period="2026-Q1", state="published", facts={}, token="t" * 20,
            content={"sections": [], "stories": [1], "message": to_data(said)}, created_at=uow.at, published_at=uow.at,
        )  # fmt: skip
        for name, channel in (("a", there), ("b", waits)):
            uow.post("newsletter", Destination(channel_id=channel), said, key=name, subject_id=key)
        uow.rows(outbox.update().where(outbox.c.channel_id == there).values(state="sent", remote_id="17.1"))
    return key


@pytest.mark.parametrize("how", ["withdraw", "decline", "send back"])
def test_a_win_taken_back_leaves_the_posts_that_told_it(desk, work, published, clock, how):
    if how == "withdraw":
        reply = desk.sends(ANN, verb="win withdraw", values={"story": "1"}, source="button")
        assert "are being changed" in words(reply.message)
    else:
        verb = "stories decline" if how == "decline" else "stories sendback"
        desk.sends(CLEO, verb=verb, values={"story": "1", "reason": "No."}, source="form")
    waits, delivered = (desk.queued("newsletter")[1], desk.queued("retold"))
    assert FINE not in words(waits.message)
    assert [(one.to, one.row.target, FINE in words(one.message)) for one in delivered] == [("#everyone", "17.1", False)]
    assert TAKEN_BACK in words(delivered[0].message)


def test_a_post_that_could_not_be_delivered_is_sent_again_without_a_win_taken_back(desk, work, published):
    with work() as uow:
        uow.change(outbox, outbox.c.state == "pending", outbox.c.kind == "newsletter", state="dead", error="no way")
    desk.sends(ANN, verb="win withdraw", values={"story": "1"}, source="button")
    dead = desk.queued("newsletter")[1]
    assert dead.row.state == "dead"
    assert FINE not in words(dead.message)
    assert TAKEN_BACK in words(dead.message)


@pytest.mark.parametrize("state", ["corrected", "withdrawn"])
def test_a_win_leaves_the_posts_of_what_was_corrected_or_withdrawn(desk, work, published, state):
    with work() as uow:
        uow.change(report, state=state)
    desk.sends(ANN, verb="win withdraw", values={"story": "1"}, source="button")
    assert [(one.to, FINE in words(one.message)) for one in desk.queued("retold")] == [("#everyone", False)]


def test_the_coordinators_are_told_where_a_withdrawn_win_was_published(desk, published):
    desk.sends(ANN, verb="win withdraw", values={"story": "1"}, source="button")
    told = [note for note in desk.queued("notice") if note.to in (CLEO, DAN)]
    assert [note.to for note in told] == [CLEO, DAN]
    assert "It was published in: newsletter Q1 2026" in words(told[0].message)


def test_who_declines_after_publication_is_told_that_it_was_too_late(desk, work, published):
    tell(desk, NAMES_BO, credit=BO)
    with work() as uow:
        uow.rows(report.update().values(content={"sections": [], "stories": [2], "message": to_data(say(NAMES_BO))}))
    reply = desk.presses(BO, desk.queued("notice")[-1].message, "Please do not name me")
    assert "published already, in: newsletter Q1 2026" in words(reply.message)
    late = [note for note in desk.queued("notice") if "asked not to be named" in words(note.message)]
    assert [note.to for note in late] == [CLEO, DAN]


def test_who_declines_to_be_named_in_the_words_of_a_published_win_leaves_its_posts(desk, work, published):
    tell(desk, NAMES_BO, credit=BO)
    told = say(NAMES_BO)
    with work() as uow:
        uow.change(story, story.c.id == 2, state="approved")
        uow.rows(report.update().values(content={"sections": [], "stories": [2], "message": to_data(told)}))
        uow.change(outbox, outbox.c.kind == "newsletter", message=to_json(told))
    desk.presses(BO, desk.queued("notice")[-1].message, "Please do not name me")
    posts = [desk.queued("newsletter")[1], *desk.queued("retold")]
    assert [words(post.message) for post in posts] == [TAKEN_BACK] * 2
