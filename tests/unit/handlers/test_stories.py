"""Wins from telling to approval: nothing confidential is stored as ready, a human always decides."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime, timedelta

import pytest

import handlers.stories
import handlers.updates
from bot.chat.commands import Role, parse_args
from bot.chat.messages import Message, Text
from bot.renderers.adaptive_card import message_card
from bot.renderers.slack_blocks import message_blocks
from storage.audit_log import READS
from storage.models import audit, story
from storage.queries import people, stories
from tests.builders import a_person, a_plan, a_workgroup
from tests.desk import Desk, buttons, words

ANN, BO, CLEO, DAN = "Ann Ortiz", "Bo Lindqvist", "Cleo Marsh", "Dan Vega"
FINE = "Two units now hand over families in one meeting instead of three."
BLOCKED = "Call the mother at 555-123-4567 to hear more about it."
DOUBTFUL = "Staff met a mother who moved from Redding and helped her with the new form."


@pytest.fixture
def desk(engine, clock, work):
    """Ann and Bo are members, Cleo and Dan coordinators; Ann is in the workgroup Engagement."""
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, ANN)
        a_person(uow, BO)
        a_person(uow, CLEO, Role.COORDINATOR)
        a_person(uow, DAN, Role.COORDINATOR)
        a_workgroup(uow, "Engagement", (plan.strategies["1.1"],), ((ann, "leader"),))
    return Desk(engine, clock, handlers.stories, handlers.updates)


@pytest.fixture
def told(desk):
    """Ann's story in review."""
    return tell(desk)


def tell(desk, name=ANN, text=FINE, **fields):
    fields.setdefault("consent", "staff")
    return desk.submits(name, desk.says(name, "/sip win"), text=text, **fields)


def rows(work):
    with work() as uow:
        return uow.rows(story.select().order_by(story.c.id)).all()


def audited(work):
    with work() as uow:
        return [row.action for row in uow.rows(audit.select().order_by(audit.c.id)) if row.action not in READS]


def test_every_example_is_understood():
    for spec in handlers.stories.COMMANDS:
        for example in spec.examples:
            assert parse_args(spec.args, example.removeprefix(spec.verb).strip())[1] == "", example


@pytest.mark.parametrize("verb", ["win", "story"])
def test_typed_words_are_put_into_the_form_and_not_stored(desk, work, verb):
    form = desk.says(ANN, f"/sip {verb} {FINE}").form
    values = {field.name: field.value for field in form.fields}
    assert values["text"] == FINE
    assert values["workgroup"] == "1"
    assert values["consent"] == ""
    shortcut = desk.sends(ANN, verb="win", values={"text": FINE}, source="shortcut").form
    assert shortcut.fields[0].value == FINE
    assert rows(work) == []


def test_typed_words_that_must_not_leave_are_pointed_out_at_once(desk):
    form = desk.says(ANN, f"/sip win {BLOCKED}").form
    assert "555-123-4567" in words(Message(form.intro))
    assert form.fields[0].value == BLOCKED


def test_a_told_story_is_in_review_and_each_coordinator_is_asked_once(desk, work, told):
    (row,) = rows(work)
    assert (row.state, row.text, row.original_text, row.consent) == ("in review", FINE, FINE, "staff")
    said = words(told.message)
    assert "Cleo Marsh or Dan Vega will read it" in said
    assert "Q1 2026" in said
    assert "[Edit] [Undo]" in said
    asked = desk.queued("review")
    assert [queued.to for queued in asked] == [CLEO, DAN]
    assert "[Approve] [Edit] [Send back] [Decline]" in words(asked[0].message)
    desk.submits(ANN, desk.presses(ANN, told.message, "Edit"), text=FINE + " It saves a week.")
    assert len(desk.queued("review")) == 2
    assert rows(work)[0].text == FINE + " It saves a week."


def test_a_story_told_in_the_evening_was_told_that_day(desk, clock):
    clock.move_to(datetime(2026, 3, 10, 4, tzinfo=UTC))  # 21:00 on the 9th in California
    tell(desk)
    assert "9 March 2026 · " in words(desk.says(CLEO, "/sip stories").message)


def test_words_that_must_not_leave_are_not_stored_and_the_form_stays(desk, work):
    reply = tell(desk, text=f"{FINE} {BLOCKED}")
    ((field, sentence),) = reply.errors.errors
    assert field == "text"
    assert "“555-123-4567”" in sentence
    assert rows(work) == []
    assert desk.queued("review") == []


def test_consent_is_asked_for_and_a_release_needs_its_place_and_date(desk, work):
    assert "consent" in dict(tell(desk, consent="").errors.errors)
    assert {"release_ref", "release_on"} <= dict(tell(desk, consent="release").errors.errors).keys()
    late = tell(desk, consent="release", release_ref="Binder 7", release_on="2030-01-01")
    assert "still to come" in dict(late.errors.errors)["release_on"]
    tell(desk, consent="release", release_ref="Binder 7", release_on="2026-02-27", linkages="yes")
    (row,) = rows(work)
    assert (row.release_ref, row.release_on, row.linkages) == ("Binder 7", date(2026, 2, 27), True)
    assert "Binder 7, signed 27 February 2026" in words(desk.queued("review")[0].message)


def test_staff_who_agreed_may_be_named_and_others_are_pointed_out(desk, work):
    named = "Bo Lindqvist rewrote the form with the front desk."
    tell(desk, text=named, credit="")
    tell(desk, text=named, credit="Bo Lindqvist (supervisor) and Maria Quill")
    assert [row.verdict for row in rows(work)] == ["review", "ok"]
    assert rows(work)[-1].credit == "Bo Lindqvist (supervisor) and Maria Quill"
    card = words(desk.queued("review")[-1].message)
    assert "Not on our list of people: Maria Quill" in card


def test_words_that_need_a_look_are_bold_with_the_reason(desk, work):
    reply = tell(desk, text=DOUBTFUL)
    (row,) = rows(work)
    assert row.verdict == "review"
    assert row.findings[0]["why"] in words(reply.message)
    card = desk.says(CLEO, "/sip stories").message
    bold = [s.text for b in card.blocks if isinstance(b, Text) for s in b.spans if s.bold and s.text in DOUBTFUL]
    assert bold == [finding["text"] for finding in row.findings]
    assert row.findings[0]["why"] in words(card)


def test_the_queue_is_oldest_first_and_for_coordinators(desk, clock):
    assert "No win waits" in words(desk.says(CLEO, "/sip stories").message)
    tell(desk)
    clock.move_to(clock.read() + timedelta(days=1))
    tell(desk, BO, text="The front desk answers within a day.")
    said = words(desk.says(CLEO, "/sip stories").message)
    assert "2 wins wait" in said
    assert said.index("A win from Ann Ortiz") < said.index("A win from Bo Lindqvist")
    assert "coordinator" in words(desk.says(ANN, "/sip stories").message)
    assert "coordinator" in words(desk.sends(ANN, verb="stories approve", values={"story": "1"}).message)


def test_a_coordinators_own_wins_do_not_keep_the_others_out_of_their_queue(desk, clock):
    for number in range(5):
        tell(desk, CLEO, f"{FINE} Number {number}.")
    clock.move_to(clock.read() + timedelta(days=1))
    tell(desk, ANN, f"{FINE} It waits.")
    said = words(desk.says(CLEO, "/sip stories").message)
    assert said.index("It waits.") < said.index("Number 0.")
    assert "6 wins wait" in said


def test_the_queue_shows_whole_cards_only_and_no_button_of_a_story_that_it_does_not_show(desk):
    for n in range(1, 6):
        tell(desk, text=f"Story {n}. " + FINE + " It took a while." * 160)
    message = desk.says(CLEO, "/sip stories").message
    assert "5 wins wait for review. Here are the oldest 3;" in words(message)
    blocks = json.dumps(message_blocks(message))
    assert "left out" not in blocks
    assert "left out" not in json.dumps(message_card(message))
    shown = [n for n in range(1, 6) if f"Story {n}." in blocks]
    assert shown == [1, 2, 3]
    approving = [button for button in buttons(message) if button.verb == "stories approve"]
    assert [int(dict(button.values)["story"]) for button in approving] == shown


def test_a_story_too_long_for_any_queue_is_shown_when_it_is_the_oldest(desk, work):
    tell(desk)
    tell(desk)
    with work() as uow:
        stories.change_story(uow, 1, text="It took a while. " * 700)
    message = desk.says(CLEO, "/sip stories").message
    assert "2 wins wait for review. Here is the oldest;" in words(message)
    assert {dict(button.values)["story"] for button in buttons(message)} == {"1"}


def test_an_approved_story_is_told_to_its_author_and_read_by_reports(desk, clock, work, told):
    card = desk.queued("review")[0].message
    clock.move_to(clock.read() + timedelta(days=2))
    reply = desk.presses(CLEO, card, "Approve")
    assert reply.replace
    assert "waits for review" not in words(reply.message)
    assert [(queued.to, "approved" in words(queued.message)) for queued in desk.queued("notice")] == [(ANN, True)]
    with work() as uow:
        (view,) = stories.approved_between(uow, uow.at, uow.at + timedelta(seconds=1))
        assert (view.text, view.reviewer, view.workgroup) == (FINE, CLEO, "Engagement")
        assert stories.approved_between(uow, uow.at - timedelta(days=3), uow.at) == []
    assert "approved by Cleo Marsh" in words(desk.presses(DAN, card, "Approve").message)
    assert "approved" in words(desk.presses(ANN, told.message, "Edit").message)
    assert "withdraw it" in words(desk.says(ANN, "/sip undo").message)


def test_nobody_approves_words_they_have_not_seen(desk, work, told):
    card = desk.queued("review")[0].message
    desk.submits(ANN, desk.presses(ANN, told.message, "Edit"), text="Other words.")
    reply = desk.presses(CLEO, card, "Approve")
    assert "has changed since" in words(reply.message)
    assert rows(work)[0].state == "in review"
    desk.presses(CLEO, reply.message, "Approve")
    assert rows(work)[0].state == "approved"


@pytest.mark.parametrize("press", ["Approve", "Decline"])
def test_a_decision_waits_for_an_edit_that_is_being_stored(desk, work, told, press):
    """What is stored between reading the story and deciding on it must be seen by the decision."""
    card = desk.queued("review")[0].message
    replies = []

    def decide():
        reply = desk.presses(CLEO, card, press)
        replies.append(desk.submits(CLEO, reply, reason="No.") if reply.form else reply)

    reviewer = threading.Thread(target=decide)
    with work() as uow:
        if press == "Approve":
            stories.change_story(uow, 1, text="Other words.")
        else:
            stories.set_state(uow, stories.story_by_id(uow, 1), "withdrawn")
        reviewer.start()
        reviewer.join(0.4)
    reviewer.join()
    assert rows(work)[0].state == ("in review" if press == "Approve" else "withdrawn")
    assert ("has changed since" if press == "Approve" else "withdrawn") in words(replies[0].message)


def test_the_later_of_two_edits_in_review_sees_the_earlier_one_before_it_replaces_it(desk, work, told):
    card = desk.queued("review")[0].message
    mine, theirs = (desk.presses(CLEO, card, "Edit") for _ in range(2))
    desk.submits(CLEO, theirs, text=FINE + " It saves a week.")
    again = desk.submits(CLEO, mine, text=FINE + " Thank you.")
    assert again.form.fields[0].value == FINE + " Thank you."
    assert "It saves a week." in words(Message(again.form.intro, ""))
    assert rows(work)[0].text == FINE + " It saves a week."
    desk.submits(CLEO, again, text=FINE + " It saves a week. Thank you.")
    assert rows(work)[0].text == FINE + " It saves a week. Thank you."


def test_an_author_sees_what_a_coordinator_took_out_before_it_comes_back(desk, work, told):
    form = desk.presses(ANN, told.message, "Edit")
    desk.submits(
        CLEO, desk.presses(CLEO, desk.queued("review")[0].message, "Edit"), text="Two units share one meeting."
    )
    again = desk.submits(ANN, form, text=FINE + " Thank you.")
    assert "Two units share one meeting." in words(Message(again.form.intro, ""))
    assert again.form.fields[0].value == FINE + " Thank you."
    assert rows(work)[0].text == "Two units share one meeting."
    desk.submits(ANN, again)
    assert rows(work)[0].text == FINE + " Thank you."


def test_an_authors_edit_waits_for_an_approval_that_is_being_stored(desk, work, told):
    form = desk.presses(ANN, told.message, "Edit")
    author = threading.Thread(target=desk.submits, args=(ANN, form), kwargs={"text": "Other words."})
    with work() as uow:
        stories.set_state(uow, stories.story_by_id(uow, 1), "approved")
        author.start()
        author.join(0.4)
    author.join()
    assert (rows(work)[0].state, rows(work)[0].text) == ("approved", FINE)


@pytest.mark.parametrize("how", ["withdraw", "undo"])
def test_nobody_is_asked_any_more_to_review_a_story_that_was_taken_back(desk, work, told, how):
    if how == "undo":
        desk.presses(ANN, told.message, "Undo")
    else:
        desk.sends(ANN, verb="win withdraw", values={"story": "1"}, source="button")
    assert {(card.row.state, card.row.error) for card in desk.queued("review")} == {("dead", "withdrawn")}


def test_one_does_not_approve_ones_own_story_unless_alone(desk, work):
    tell(desk, CLEO)
    assert [queued.to for queued in desk.queued("review")] == [DAN]
    card = desk.says(CLEO, "/sip stories").message
    tell(desk)
    assert "somebody else approves it: Dan Vega" in words(desk.presses(CLEO, card, "Approve").message)
    with work() as uow:
        uow.rows(stories.person.update().where(stories.person.c.name == DAN).values(active=False))
    reply = desk.presses(CLEO, card, "Approve")
    assert "only coordinator" in words(reply.message)
    assert "1 win waits" in words(reply.message)
    assert reply.replace
    assert [row.state for row in rows(work)] == ["approved", "in review"]


def test_an_edit_in_review_keeps_what_was_told_and_is_checked(desk, work, told):
    form = desk.presses(CLEO, desk.queued("review")[0].message, "Edit")
    assert "555-123-4567" in dict(desk.submits(CLEO, form, text=BLOCKED).errors.errors)["text"]
    card = desk.submits(CLEO, form, text="Two units share one meeting.")
    assert f"As it was told: {FINE}" in words(card.message)
    assert "- “now hand over families in one meeting instead of three.” became “share one meeting.”" in words(
        card.message
    )
    desk.presses(CLEO, card.message, "Approve")
    (row,) = rows(work)
    assert (row.text, row.original_text, row.state) == ("Two units share one meeting.", FINE, "approved")
    assert "Two units share one meeting." in words(desk.queued("notice")[0].message)


def test_a_story_sent_back_comes_again_after_its_author_edits_it(desk, clock, work, told):
    form = desk.presses(CLEO, desk.queued("review")[0].message, "Send back")
    assert desk.submits(CLEO, form, reason="").errors
    desk.submits(CLEO, form, reason="Say which units")
    notice = desk.queued("notice")[0]
    assert notice.to == ANN
    assert "Say which units" in words(notice.message)
    assert rows(work)[0].state == "sent back"
    clock.move_to(clock.read() + timedelta(hours=1))
    edit = desk.presses(ANN, notice.message, "Edit")
    assert "Say which units" in words(Message(edit.form.intro))
    desk.submits(ANN, edit, text="Units A and B hand over in one meeting.")
    (row,) = rows(work)
    assert (row.state, row.text, row.reason) == ("in review", "Units A and B hand over in one meeting.", "")
    assert len(desk.queued("review")) == 4


def test_a_declined_story_is_explained_to_its_author(desk, work, told):
    form = desk.presses(CLEO, desk.queued("review")[0].message, "Decline")
    desk.submits(CLEO, form, reason="We told this one in January")
    assert "We told this one in January" in words(desk.queued("notice")[0].message)
    assert rows(work)[0].state == "declined"
    assert "declined" in words(desk.presses(ANN, told.message, "Edit").message)


def test_authors_take_their_story_back_at_any_time(desk, work, told):
    desk.presses(CLEO, desk.queued("review")[0].message, "Approve")
    listed = desk.says(ANN, "/sip win withdraw")
    assert "Taken back" in words(desk.presses(ANN, listed.message, buttons(listed.message)[0].label).message)
    assert rows(work)[0].state == "withdrawn"
    assert [queued.to for queued in desk.queued("notice")][1:] == [CLEO, DAN]
    assert audited(work)[-1] == "story withdrawn"
    assert "no win to take back" in words(desk.says(ANN, "/sip win withdraw").message)


def test_undo_takes_back_a_story_in_review(desk, work, told):
    said = words(desk.presses(ANN, told.message, "Undo").message)
    assert FINE in said
    assert rows(work)[0].state == "withdrawn"
    assert "already taken back" in words(desk.presses(ANN, told.message, "Undo").message)
    assert "withdrawn" in words(desk.presses(CLEO, desk.queued("review")[0].message, "Approve").message)


def test_a_story_of_another_county_does_not_exist(desk, work):
    with work() as uow:
        uow.organization = people.create_organization(uow.connection, "Juniper County", "UTC", uow.at)
        uow.person = people.create_person(
            uow.connection, uow.organization.id, None, name="Stranger", role=Role.MEMBER, at=uow.at
        )
        found = stories.add_story(uow, text=FINE, consent="staff", verdict="ok", findings=[])
    for verb in ("stories approve", "stories", "stories sendback"):
        assert "cannot find" in words(desk.sends(CLEO, verb=verb, values={"story": str(found)}).message)
    assert "No win waits" in words(desk.says(CLEO, "/sip stories").message)


def test_nobody_touches_the_story_of_another(desk, work, told):
    for verb in ("win", "win withdraw", "undo"):
        reply = desk.sends(BO, verb=verb, values={"story": "1"}, source="button")
        assert "nly" in words(reply.message)
    assert rows(work)[0].state == "in review"
    assert "cannot find" in words(desk.sends(CLEO, verb="stories", values={"story": "x"}).message)
