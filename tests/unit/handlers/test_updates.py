"""`update`, thread replies and `undo`, spoken to as people do, on both databases."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest

import handlers.updates
from bot.chat.commands import CommandSpec, Role, parse_args
from bot.chat.errors import UserError
from bot.chat.messages import Message, say
from bot.renderers.adaptive_card import message_card
from bot.renderers.slack_blocks import message_blocks
from storage.models import meeting_note, outbox, report, step, update
from storage.queries import people, updates
from storage.queries import plan as plans
from storage.tenancy import across
from storage.uow import Destination
from tests.builders import a_person, a_plan, a_workgroup, owns
from tests.desk import Desk, buttons, words

ANN, BO = "Ann Ortiz", "Bo Lindqvist"
CHANNEL, THREAD = "CENGAGEMENT", "1700.1"


@pytest.fixture
def county(work):
    """Ann owns 1.1.1, Bo owns 1.1.2 and 1.1.3; both are in a workgroup with strategy 1.1 whose prompt is posted."""
    with work() as uow:
        found = a_plan(uow)
        ann, bo = a_person(uow, ANN), a_person(uow, BO)
        group = a_workgroup(uow, "Engagement", (found.strategies["1.1"],), ((ann, "leader"), (bo, "staff")))
        owns(uow, ann, found.steps["1.1.1"])
        owns(uow, bo, found.steps["1.1.2"], found.steps["1.1.3"])
        channel_id = uow.scalar(plans.select(plans.workgroup.c.channel_id).where(plans.workgroup.c.id == group))
        uow.post("prompt", Destination(channel_id), say("Agenda"), key="p", period="2026-03", subject_id=group)
        uow.post("rollup", Destination(channel_id), say("Roll-up"), key="r", period="2026-02")
        uow.change(outbox, outbox.c.kind == "prompt", remote_id=THREAD)
        uow.change(outbox, outbox.c.kind == "rollup", remote_id="1700.2")
    return found


@pytest.fixture
def desk(engine, clock, county):
    return Desk(engine, clock, handlers.updates)


@pytest.fixture
def status(work):
    def of(ref: str) -> tuple[str, str]:
        with work() as uow:
            step = plans.steps_by_ref(uow, ref)[0]
            return step.status, step.note

    return of


def rows(work, table=update):
    with work() as uow:
        across(uow.connection)
        return uow.rows(table.select().order_by(table.c.id)).all()


def private(desk: Desk) -> Message:
    """The newest private message about a reply."""
    return [queued for queued in desk.queued("receipt") if queued.row.message][-1].message


def test_every_example_is_understood():
    specs: tuple[CommandSpec, ...] = handlers.updates.COMMANDS
    for spec in specs:
        for example in spec.examples:
            assert parse_args(spec.args, example.removeprefix(spec.verb).strip())[1] == "", example


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("update 1.1.2 done Form piloted", ("done", "Form piloted")),
        ("update 1.1.2: done - form piloted", ("done", "form piloted")),
        ("update #1.1.2 Completed — “both” units", ("done", "“both” units")),
        ("update done 1.1.2 form piloted", ("done", "form piloted")),
        ("update step 1.1.2 is underway", ("in progress", "")),
        ("update 1.1.2 wip", ("in progress", "")),
        ("update 1.1.2 waiting on IT", ("blocked", "waiting on IT")),
        ("update 1.1.2 on hold", ("blocked", "on hold")),
        ("update 1.1.2 cancelled", ("dropped", "")),
        ("update 1.1.2 todo listo", ("done", "")),
        ("update 1.1.2 todo bien", ("not started", "todo bien")),
        ("update 1.1.2 not done yet", ("not started", "not done yet")),
        ("update 1.1.2 -5 points", ("not started", "-5 points")),
        ("update 1.1.2 done by Friday", ("not started", "done by Friday")),
        ("update done 1.1.2, except the form", ("not started", "done except the form")),
        ("update 1.1.2 completed 3 of 5 units", ("not started", "completed 3 of 5 units")),
        ("update 1.1.2 blocked since May, now done", ("done", "blocked since May, now done")),
        ("update 1.1.2 done 3 staff were trained", ("done", "3 staff were trained")),
        ("update 1.1.2 Cancelled, no funding", ("dropped", "no funding")),
        ("update 1.1.2 closed: two cases were the last", ("done", "two cases were the last")),
        ("update 1.1.2 dropped because of the budget", ("dropped", "because of the budget")),
        ("update 1.1.2 finished the form", ("done", "the form")),
        ("update 1.1.2 done\nCan we close the strategy?", ("done", "Can we close the strategy?")),
    ],
)
def test_spellings_of_an_update(desk, status, typed, stored):
    reply = desk.says(ANN, f"/sip {typed}")
    assert "Saved: 1.1.2" in words(reply.message), words(reply.message)
    assert status("1.1.2") == stored


@pytest.mark.parametrize(
    "said",
    [
        "cancelled meeting, rescheduled to Friday",
        "complete rewrite of the form needed",
        "Closed out two cases",
        "dropped the ball, sorry",
        "canceled two sessions this month",
        "done yet?",
        "done already or still waiting?",
        "is it done, or done already?",
        "is done already, or not?",
        "finished by mistake",
    ],
)
def test_typed_words_close_no_step_that_they_leave_open_in_a_thread(desk, status, said):
    reply = desk.says(ANN, f"/sip update 1.1.2 {said}")
    assert "1.1.2 is not started (as before)" in words(reply.message)
    assert status("1.1.2") == ("not started", said)
    desk.replies(BO, f"1.1.2 {said}", channel="", thread="", direct=True)
    assert status("1.1.2")[0] == "not started"


def test_a_status_that_the_words_after_it_take_back_is_one_press_away(desk, status):
    reply = desk.says(ANN, "/sip update 1.1.2 done by Friday")
    assert "1.1.2 is not started (as before)" in words(reply.message)
    assert "Your words leave open whether it is done. So the status is as it was." in words(reply.message)
    after = desk.presses(ANN, reply.message, "It is done")
    assert "1.1.2 is done (was not started)" in words(after.message)
    assert status("1.1.2") == ("done", "done by Friday")
    again = desk.says(ANN, "/sip update 1.1.2 done by Monday")
    assert "It is done" not in words(again.message)  # it already is: nothing is left open


def test_a_status_chosen_in_a_form_is_no_promise(desk, status):
    form = desk.says(ANN, "/sip update 1.1.2")
    desk.submits(ANN, form, status="done", note="by Friday we had all of them")
    assert status("1.1.2") == ("done", "by Friday we had all of them")


def test_the_receipt_says_what_was_stored_and_when_it_appears(desk):
    said = words(desk.says(ANN, "/sip update 1.1.1 in progress training has begun").message)
    assert "1.1.1 is in progress (was not started). Do thing 1.1.1" in said
    assert "“training has begun”" in said
    assert "March 2026 roll-up on 1 April 2026" in said
    assert "[Edit] [Undo]" in said
    again = words(desk.says(BO, "/sip update 1.1.1 the second session too").message)
    assert "1.1.1 is in progress (as before)" in again


def test_a_shared_step_answers_to_both_references(desk, status):
    assert "Saved: 2.2.1 is done" in words(desk.says(ANN, "/sip update 2.2.1 done").message)
    assert status("2.1.1")[0] == "done"


def test_done_twice_says_who_said_it_first(desk, work):
    desk.says(ANN, "/sip update 1.1.1 done")
    said = words(desk.says(BO, "/sip update 1.1.1 done").message)
    assert "Ann Ortiz had marked it done on 2 March 2026." in said
    assert len(rows(work)) == 2


def test_blocked_without_a_note_asks_what_is_in_the_way(desk, status):
    reply = desk.says(ANN, "/sip update 1.1.1 blocked")
    assert status("1.1.1") == ("blocked", "")
    form = desk.presses(ANN, reply.message, "Say what is in the way")
    said = words(desk.submits(ANN, form, note="No room").message)
    assert "1.1.1 is blocked (was not started)" in said
    assert status("1.1.1") == ("blocked", "No room")


def test_a_closed_step_takes_notes_but_is_reopened_only_on_purpose(desk, status):
    desk.says(ANN, "/sip update 1.1.1 done")
    assert "as before" in words(desk.says(BO, "/sip update 1.1.1 forms are on the shelf").message)
    asked = desk.says(BO, "/sip update 1.1.1 in progress one unit is missing")
    assert "Ann Ortiz marked it so on 2 March 2026" in words(asked.message)
    assert status("1.1.1") == ("done", "one unit is missing")
    reply = desk.presses(BO, asked.message, "Reopen 1.1.1")
    assert reply.replace
    assert "is in progress (was done)" in words(reply.message)
    assert status("1.1.1") == ("in progress", "one unit is missing")


def test_without_words_a_form_opens_with_the_only_own_step_chosen(desk, county):
    form = desk.says(ANN, "/sip update").form
    assert form.fields[0].value == str(county.steps["1.1.1"])
    assert [option.group for option in form.fields[0].options][:2] == ["My steps", form.fields[0].options[1].group]
    assert desk.says(BO, "/sip update").form.fields[0].value == ""


def test_the_form_lists_own_steps_then_the_workgroups_and_closed_ones_last(desk):
    desk.says(BO, "/sip update 1.1.1 done")
    options = desk.says(BO, "/sip update").form.fields[0].options
    assert [re.match(r"[\d.]+", option.label)[0] for option in options] == [
        "1.1.2", "1.1.3", "1.2.1", "1.2.2", "2.1.1", "2.1.2", "1.1.1",
    ]  # fmt: skip
    assert options[-1].group == "Done or dropped"


def test_a_form_with_nothing_to_record_stays_open(desk, work):
    form = desk.says(BO, "/sip update")
    assert dict(desk.submits(BO, form, note="x").errors.errors).keys() == {"step"}
    assert dict(desk.submits(BO, form, step="1").errors.errors).keys() == {"note"}
    assert rows(work) == []


def test_a_status_alone_goes_to_the_only_open_step_and_says_so(desk, status):
    assert "This is your only open one" in words(desk.says(ANN, "/sip update done").message)
    assert status("1.1.1")[0] == "done"
    assert desk.says(BO, "/sip update done").form is not None
    assert desk.says(BO, "/sip update piloted the form").form.fields[2].value == "piloted the form"


@pytest.mark.parametrize(
    ("ref", "button"),
    [("1.1", "1.1.2"), ("1.1.8", "1.1.2"), ("7.7.7", "2.2"), ("1.1.99999999999", "1.1.1"), ("1", "1.2.1")],
)
def test_a_doubtful_reference_gives_buttons_that_carry_everything(desk, work, ref, button):
    reply = desk.says(BO, f"/sip update {ref} done piloted in two units")
    assert rows(work) == []
    form = desk.presses(BO, reply.message, "Another step").form
    assert [field.value for field in form.fields] == ["", "done", "piloted in two units"]
    label = next((b.label for b in buttons(reply.message) if b.label.startswith(button)), "")
    saved = desk.presses(BO, reply.message, label or buttons(reply.message)[0].label)
    assert [(row.status, row.note) for row in rows(work)] == [("done", "piloted in two units")]
    assert saved.replace


def test_a_long_note_to_a_doubtful_reference_comes_back_in_a_form(desk):
    note = "word " * 400
    assert desk.says(BO, f"/sip update 1.1 done {note}").form.fields[2].value == note.strip()


@pytest.mark.parametrize(("typed", "asked"), [("1.1 done", "“1.1” has several"), ("done", "Which step is it about?")])
def test_a_note_longer_than_a_form_holds_comes_back_whole_while_the_step_is_asked_for(desk, work, typed, asked):
    note = "word " * 1_000
    reply = desk.says(BO, f"/sip update {typed} {note}")
    assert asked in words(reply.message)
    assert "Nothing is saved yet" in words(reply.message)
    assert note.strip() in words(reply.message)
    assert (reply.form, rows(work)) == (None, [])
    longest = desk.says(BO, f"/sip update {typed} " + "x" * 10_000).message
    assert "left out" not in json.dumps(message_blocks(longest)) + json.dumps(message_card(longest))


def test_a_status_is_changed_without_cutting_a_note_that_no_form_holds(desk, work):
    note = ("word " * 1_000).strip()
    first = desk.says(BO, f"/sip update 1.1.1 in progress {note}")
    form = desk.presses(BO, first.message, "Edit")
    assert "The note has 4,999 characters" in words(Message(form.form.intro))
    assert [field.name for field in form.form.fields] == ["step", "status"]
    desk.submits(BO, form, status="done")
    assert [(row.status, row.note) for row in rows(work) if not row.withdrawn_at] == [("done", note)]


def test_a_note_that_is_too_long_is_refused_in_words(desk, work):
    assert "10,000" in words(desk.says(BO, "/sip update 1.1.1 done " + "x" * 10_001).message)
    assert rows(work) == []


def test_an_edit_supersedes_and_keeps_its_place_in_time(desk, clock, work, status):
    first = desk.says(ANN, "/sip update 1.1.1 in progress half way")
    clock.move_to(clock.read() + timedelta(hours=1))
    desk.says(BO, "/sip update 1.1.1 done")
    clock.move_to(clock.read() + timedelta(hours=1))
    form = desk.presses(ANN, first.message, "Edit")
    assert [field.value for field in form.form.fields][1:] == ["in progress", "half way"]
    desk.submits(ANN, form, note="half way there")
    assert status("1.1.1")[0] == "done"
    old, _, new = rows(work)
    assert (new.supersedes_id, new.at, new.note) == (old.id, old.at, "half way there")
    assert old.withdrawn_at == clock.read()
    assert "already changed" in words(desk.presses(ANN, first.message, "Edit").message)


def test_nobody_changes_the_update_of_another(desk, work):
    reply = desk.says(ANN, "/sip update 1.1.1 done")
    for label in ("Edit", "Undo"):
        assert "Only the person" in words(desk.presses(BO, reply.message, label).message)
    assert rows(work)[0].withdrawn_at is None


def test_rows_of_another_county_do_not_exist(desk, work):
    with work() as uow:
        uow.organization = people.create_organization(uow.connection, "Juniper County", "UTC", uow.at)
        theirs = a_plan(uow).steps["1.1.1"]
        uow.person = people.create_person(
            uow.connection, uow.organization.id, None, name="Stranger", role=Role.MEMBER, at=uow.at
        )
        other = updates.add_update(uow, theirs, "done", "", "typed")
    values = {"step": str(theirs), "status": "dropped"}
    assert "no longer in the plan" in words(desk.sends(ANN, verb="update", values=values, source="button").message)
    for verb in ("update", "undo"):
        reply = desk.sends(ANN, verb=verb, values={"update": str(other), "status": "dropped"}, source="button")
        assert "Only the person" in words(reply.message)
    assert [(row.status, row.withdrawn_at) for row in rows(work)] == [("done", None)]


def test_undo_takes_back_the_last_write_and_says_which(desk, clock, status):
    assert "nothing of yours" in words(desk.says(ANN, "/sip undo").message)
    desk.says(ANN, "/sip update 1.1.1 in progress half way")
    clock.move_to(clock.read() + timedelta(minutes=1))
    reply = desk.says(ANN, "/sip update 1.1.1 done piloted")
    clock.move_to(clock.read() + timedelta(minutes=1))
    desk.submits(ANN, desk.presses(ANN, reply.message, "Edit"), note="piloted twice")
    assert "1.1.1 done “piloted twice”" in words(desk.says(ANN, "/sip undo").message)
    assert status("1.1.1") == ("done", "piloted")
    assert "1.1.1 done “piloted”. It is in progress now." in words(desk.says(ANN, "/sip undo").message)
    assert "half way" in words(desk.says(ANN, "/sip undo").message)
    assert "nothing of yours" in words(desk.says(ANN, "/sip undo").message)


def later(clock) -> None:
    clock.move_to(clock.read() + timedelta(minutes=1))


def test_undo_takes_back_what_was_said_of_a_step_that_is_no_longer_in_the_plan(desk, clock, work, county):
    desk.says(ANN, "/sip update 1.1.1 done piloted")
    later(clock)
    desk.says(ANN, "/sip update 1.1.2 done trained")
    with work() as uow:
        uow.change(step, step.c.id == county.steps["1.1.2"], retired_at=uow.at)
    said = words(desk.says(ANN, "/sip undo").message)
    assert "A step that is no longer in the plan: done “trained”." in said
    assert "now" not in said
    assert "1.1.1 done “piloted”. It is not started now." in words(desk.says(ANN, "/sip undo").message)
    assert [row.withdrawn_at is not None for row in rows(work)] == [True, True]
    assert "nothing of yours" in words(desk.says(ANN, "/sip undo").message)


def test_undo_takes_back_a_meeting_note(desk, work):
    desk.replies(ANN, "the room is booked", channel=CHANNEL, thread=THREAD)
    assert "your meeting note “the room is booked”" in words(desk.says(ANN, "/sip undo").message)
    assert [note.withdrawn_at is not None for note in rows(work, meeting_note)] == [True]


def test_undo_names_what_it_cannot_take_back_instead_of_an_older_update(desk, clock, work, status):
    desk.says(ANN, "/sip update 1.1.1 done piloted")
    later(clock)
    with work() as uow:
        uow.at, uow.person = clock.read(), next(p for p in people.all_people(uow) if p.name == ANN)
        uow.audit("reading recorded", "measure 1, 2026-02")
    later(clock)
    reply = desk.says(ANN, "/sip undo")
    said = words(reply.message)
    assert "reading recorded (measure 1, 2026-02)" in said
    assert "Record the right value for the same month" in said
    assert status("1.1.1") == ("done", "piloted")
    desk.presses(ANN, reply.message, "Take back my last update")
    assert status("1.1.1") == ("not started", "")


def test_undo_after_a_newer_update_takes_that_back_and_then_stops_at_the_reading(desk, clock, work, status):
    with work() as uow:
        uow.person = next(p for p in people.all_people(uow) if p.name == ANN)
        uow.audit("meeting held", "Engagement, 2026-03-10: 2 staff members")
    later(clock)
    desk.says(ANN, "/sip update 1.1.1 done")
    later(clock)
    assert "Taken back" in words(desk.says(ANN, "/sip undo").message)
    said = words(desk.says(ANN, "/sip undo").message)
    assert "meeting held (Engagement, 2026-03-10" in said
    assert "Take back my last" not in said
    assert "nothing of yours" in words(desk.says(BO, "/sip undo").message)


def test_of_two_edits_at_once_only_one_stands(desk, work):
    """The second one reads the update before the first one has superseded it, and waits for it on PostgreSQL."""
    desk.says(ANN, "/sip update 1.1.1 done")
    with work() as uow:
        uow.person = next(p for p in people.all_people(uow) if p.name == ANN)
        seen = updates.last_own_update(uow)

    def second() -> None:
        with work() as uow:
            updates.withdraw_update(uow, seen.id)

    with ThreadPoolExecutor() as pool:
        with work() as uow:
            updates.withdraw_update(uow, seen.id)
            waiting = pool.submit(second)
            wait([waiting], timeout=0.2)
        with pytest.raises(UserError, match="already changed or taken back"):
            waiting.result()


def test_a_note_becomes_one_update_however_often_it_is_pressed_at_once(desk, work):
    desk.replies(ANN, "The families liked it", channel=CHANNEL, thread=THREAD)
    note = rows(work, meeting_note)[0].id
    with work() as uow:
        updates.withdraw_note(uow, note)
    with work() as uow, pytest.raises(UserError, match="already turned into an update"):
        updates.withdraw_note(uow, note)


@pytest.mark.parametrize("value", ["²", "9999999999", "9" * 5000, "-1", "x"])
def test_values_no_button_has_are_answered_in_words(desk, value):
    for verb in ("update", "undo", "note step"):
        for name in ("step", "update", "note", "story", "workgroup"):
            reply = desk.sends(ANN, verb=verb, values={name: value, "status": "done"}, source="button")
            assert reply.message is None or "went wrong" not in words(reply.message)
    assert "is not in the plan" in words(desk.says(ANN, "/sip update 99999999999.1.1 done").message)


def test_what_is_published_stays(desk, work, clock):
    reply = desk.says(ANN, "/sip update 1.1.1 done")
    with work() as uow:
        uow.insert(
            report, kind="rollup", period="2026-03", state="published", facts={}, content={}, token="t",
            created_at=uow.at, published_at=uow.at,
        )  # fmt: skip
    assert "March 2026 roll-up" in words(desk.says(ANN, "/sip undo").message)
    assert "already published" in words(desk.presses(ANN, reply.message, "Edit").message)
    assert rows(work)[0].withdrawn_at is None
    clock.move_to(clock.read() + timedelta(days=31))
    desk.says(ANN, "/sip update 1.1.2 done")
    assert "Taken back" in words(desk.says(ANN, "/sip undo").message)


def test_a_reply_with_two_lines_is_two_updates(desk, status):
    desk.replies(BO, "1.1.2 done piloted the form\n1.1.3 blocked: waiting on IT", channel=CHANNEL, thread=THREAD)
    assert status("1.1.2") == ("done", "piloted the form")
    assert status("1.1.3") == ("blocked", "waiting on IT")
    assert "white_check_mark" in [queued.row.reaction for queued in desk.queued("receipt")]
    receipt = private(desk)
    assert [button.label for button in buttons(receipt)] == ["Edit 1.1.2", "Edit 1.1.3", "Undo"]
    taken = words(desk.presses(BO, receipt, "Undo").message)
    assert "1.1.2 done" in taken
    assert "1.1.3 blocked" in taken
    assert status("1.1.3")[0] == "not started"


@pytest.mark.parametrize(
    "words_said", ["done, except the letter", "done pending approval", "was done but we reopened it"]
)
def test_a_status_that_is_taken_back_stays_words(desk, status, words_said):
    desk.replies(BO, f"1.1.2 {words_said}", channel=CHANNEL, thread=THREAD)
    assert status("1.1.2") == ("not started", words_said)


def test_a_step_that_is_only_a_condition_keeps_its_status(desk, work, status):
    desk.replies(BO, "1.1.2 blocked until 1.1.3 is done", channel=CHANNEL, thread=THREAD)
    assert status("1.1.2") == ("blocked", "until 1.1.3 is done")
    assert [row.status for row in rows(work)] == ["blocked"]


def test_a_status_alone_in_the_thread_goes_to_the_only_open_step_there(desk, status):
    desk.replies(ANN, "Done!", channel=CHANNEL, thread=THREAD)
    assert status("1.1.1")[0] == "done"
    assert "your only open one" in words(private(desk))


def test_a_status_that_fits_two_steps_is_kept_and_asked(desk, work, status):
    desk.replies(BO, "done - both units", channel=CHANNEL, thread=THREAD)
    assert rows(work) == []
    question = private(desk)
    assert [button.label[:5] for button in buttons(question)][:2] == ["1.1.2", "1.1.3"]
    assert "is done (was not started)" in words(desk.presses(BO, question, "1.1.3").message)
    assert status("1.1.3") == ("done", "both units")
    assert rows(work, meeting_note)[0].withdrawn_at is not None


def test_prose_is_kept_as_a_meeting_note_and_its_author_asked(desk, work, status):
    desk.replies(BO, "we are done with lunch, the room for thing 1.1.3 is free?", channel=CHANNEL, thread=THREAD)
    (note,) = rows(work, meeting_note)
    assert (note.text, note.month, note.withdrawn_at) == (
        "we are done with lunch, the room for thing 1.1.3 is free?", "2026-03", None,
    )  # fmt: skip
    question = private(desk)
    assert len(buttons(question)) == 5 + 3
    assert desk.queued("receipt")[-1].row.person_id is not None
    kept = desk.presses(BO, question, "Keep as a meeting note")
    assert kept.replace
    form = desk.presses(BO, question, "Another step")
    desk.submits(BO, form, step="1")
    assert status("1.1.1") == ("not started", note.text)
    assert "already turned" in words(desk.presses(BO, question, "1.1.3").message)
    desk.says(BO, "/sip undo")
    assert rows(work, meeting_note)[0].withdrawn_at is None


def test_prose_around_progress_is_kept_without_a_long_question(desk, work):
    desk.replies(BO, "Hi all, here is mine:\n1.1.2 done", channel=CHANNEL, thread=THREAD)
    assert [row.text for row in rows(work, meeting_note)] == ["Hi all, here is mine:"]
    message = private(desk)
    assert [button.label for button in buttons(message)] == ["Edit", "Undo", "It belongs to a step", "Undo"]
    assert not desk.presses(BO, message, "Undo").replace
    assert desk.presses(BO, message, "It belongs to a step").form is not None


def test_a_reply_that_names_an_unknown_step_is_asked_about(desk, work):
    desk.replies(BO, "1.1.7 done", channel=CHANNEL, thread=THREAD)
    assert rows(work) == []
    assert "1.1.7 is not in the plan" in words(private(desk))
    desk.presses(BO, private(desk), "1.1.3")
    assert [(row.status, row.note) for row in rows(work)] == [("done", "")]


def test_a_reply_does_not_reopen_a_closed_step(desk, status):
    desk.says(ANN, "/sip update 1.1.1 dropped")
    desk.replies(BO, "1.1.1 started again in unit B", channel=CHANNEL, thread=THREAD)
    assert status("1.1.1") == ("dropped", "again in unit B")
    desk.presses(BO, private(desk), "Reopen 1.1.1")
    assert status("1.1.1")[0] == "in progress"


@pytest.mark.parametrize(("channel", "thread"), [(CHANNEL, "1700.2"), (CHANNEL, "9.9"), ("COTHER", THREAD)])
def test_other_threads_are_left_alone(desk, work, channel, thread):
    desk.replies(BO, "1.1.1 done", channel=channel, thread=thread)
    assert rows(work) == rows(work, meeting_note) == []
    assert desk.queued("receipt") == []


def test_words_of_strangers_stay_words(desk):
    note = "](do:undo) **bold** [x](https://evil.example) <@U1> {{ 7*7 }}"
    assert note.replace("<@U1>", "@U1") in words(desk.says(ANN, f"/sip update 1.1.1 {note}").message)


def test_a_mention_is_kept_as_the_name_people_read(desk, status):
    desk.says(ANN, "/sip update 1.1.1 done thanks to <@UBOLINDQVIST|bo> and <#CFORMS|forms>")
    assert status("1.1.1") == ("done", "thanks to @Bo Lindqvist and #forms")


def in_direct(desk, name: str, text: str) -> Message:
    """A reply under a direct message of the bot's; what it is answered with."""
    desk.replies(name, text, channel="DM", thread="1800.1", direct=True)
    return desk.queued("receipt")[-1].message


def test_a_reply_under_a_reminder_in_direct_messages_is_progress(desk, work, status):
    assert "Saved: 1.1.2 is done" in words(in_direct(desk, BO, "1.1.2 done: two units"))
    assert status("1.1.2") == ("done", "two units")
    assert "This is your only open one" in words(in_direct(desk, BO, "blocked: waiting for the contract"))
    assert status("1.1.3") == ("blocked", "waiting for the contract")
    assert rows(work, meeting_note) == []


def test_a_direct_reply_that_names_no_step_is_asked_with_its_words_on_the_buttons(desk, work, status):
    asked = in_direct(desk, BO, "The families liked the new letter")
    assert "Which step is it about?" in words(asked)
    assert [button.label for button in buttons(asked)] == ["1.1.2", "1.1.3", "Another step"]
    assert rows(work) == rows(work, meeting_note) == []
    desk.presses(BO, asked, "1.1.3")
    assert status("1.1.3") == ("not started", "The families liked the new letter")


def test_a_direct_status_that_fits_two_steps_and_an_unknown_step_are_asked(desk, work, status):
    asked = in_direct(desk, BO, "done, piloted")
    desk.presses(BO, asked, "1.1.2")
    assert status("1.1.2") == ("done", "piloted")
    assert "1.1.9 is not in the plan" in words(in_direct(desk, BO, "1.1.9 done"))
    assert len(rows(work)) == 1


def test_a_direct_reply_with_prose_around_progress_says_what_was_not_recorded(desk, status):
    said = words(in_direct(desk, BO, "Hello there everybody\n1.1.2 done"))
    assert "Saved: 1.1.2 is done" in said
    assert "Not recorded, because it names no step: “Hello there everybody”" in said


def test_a_long_direct_reply_without_a_step_is_asked_for_again_with_one(desk, work):
    assert "Send them again with the step first" in words(in_direct(desk, BO, "long " * 200))
    assert rows(work) == []


@pytest.mark.parametrize("text", ["1.1.1 done piloted", "done: piloted", "I'm done with 1.1.1, piloted"])
def test_a_mention_in_the_prompts_thread_counts_like_a_reply(desk, work, text):
    reply = desk.sends(ANN, text=text, source="mention", channel=CHANNEL, thread=THREAD, message="m1")
    assert reply.reaction == "white_check_mark"
    assert [(row.status, row.source) for row in rows(work)] == [("done", "thread")]


def test_a_mention_with_prose_in_the_prompts_thread_is_a_meeting_note(desk, work):
    reply = desk.sends(ANN, text="the families liked it", source="mention", channel=CHANNEL, thread=THREAD)
    assert "Which step is it about?" in words(reply.message)
    assert [note.text for note in rows(work, meeting_note)] == ["the families liked it"]


def test_a_mention_with_a_command_in_a_thread_is_the_command(desk, work):
    desk.sends(ANN, text="update 1.1.1 done", source="mention", channel=CHANNEL, thread=THREAD)
    assert [row.source for row in rows(work)] == ["mention"]


def test_a_mention_in_another_thread_is_progress_but_no_meeting_note(desk, work):
    desk.sends(ANN, text="1.1.1 done", source="mention", channel=CHANNEL, thread="1.9")
    assert [row.status for row in rows(work)] == ["done"]
    desk.sends(ANN, text="the families liked it", source="mention", channel=CHANNEL, thread="1.9")
    assert rows(work, meeting_note) == []
