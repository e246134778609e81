"""Recording a meeting, held or excused, and what becomes of its follow-ups."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot.chat.commands import Arg, parse_args
from bot.chat.messages import Message
from handlers import meetings
from storage.models import (
    audit,
    meeting,
    meeting_note,
    organization,
    outbox,
    report,
    workgroup,
)
from storage.queries import meetings as queries
from storage.queries import workgroups
from tests.builders import a_channel, a_workgroup
from tests.desk import Desk, words
from tests.unit.handlers.meeting_county import APRIL, OTHERS, PROMPT_TIME, make_county, the_meeting


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, meetings, OTHERS)


@pytest.fixture
def county(work):
    return make_county(work)


def recorded(desk, name="Ann Ortiz", **fields):
    return desk.submits(name, desk.says(name, "/sip meeting held Forms"), **fields)


def test_a_meeting_is_recorded_with_attendance_decisions_and_follow_ups(desk, clock, work, engine, county):
    clock.move_to(PROMPT_TIME)
    desk.tick()
    with engine.begin() as connection:
        connection.execute(outbox.update().values(remote_id="17.1", state="sent"))
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    (prompt,) = desk.queued("prompt")
    form = desk.presses("Lee Park", prompt.message, "Record the meeting")
    assert {f.name: f.value for f in form.form.fields} == {
        "date": "2026-03-10",
        "attendance": f"{county.ann.id},{county.lee.id}",
        "decisions": "",
        "follow_ups": "",
    }
    reply = desk.submits(
        "Lee Park",
        form,
        attendance=f"{county.ann.id},{county.lee.id},{county.gus.id}",
        decisions="Pilot the short form",
        follow_ups="@Ann Ortiz: draft the letter by 20 March\n\n- lee: call the print shop\nsomebody orders <b>tea</b>",
    )
    said = words(reply.message)
    assert "Saved: Forms met on 10 March 2026." in said
    assert "Who was there: 1 leader, 1 staff member, 1 guest" in said
    assert "March 2026 roll-up" in said
    assert not reply.public
    (note,) = desk.queued("receipt")
    assert (note.to, note.row.thread) == ("#forms", "17.1")
    assert "1 leader, 1 staff member, 1 guest" in words(note.message)
    assert "Pilot the short form" in words(note.message)
    assert note.message.people() == {county.ann.id, county.lee.id}
    row = the_meeting(work, county.group)
    assert (row.state, row.held_on, row.decisions) == ("held", date(2026, 3, 10), "Pilot the short form")
    assert note.row.dedupe_key.endswith(f":meeting:{row.id}:held:1")
    with work() as uow:
        found = queries.follow_ups(uow, county.group, open_only=True)
        assert [(f.owner, f.due, f.text) for f in found] == [
            ("Ann Ortiz", date(2026, 3, 20), "@Ann Ortiz: draft the letter by 20 March"),
            ("Lee Park", None, "lee: call the print shop"),
            (None, None, "somebody orders <b>tea</b>"),
        ]
        assert [(a.name, a.role) for a in queries.attendance(uow, [row.id])] == [
            ("Ann Ortiz", "leader"), ("Gus Hall", "guest"), ("Lee Park", "staff")
        ]  # fmt: skip
        assert uow.scalar(select(audit.c.action)) == "meeting held"


def test_the_note_of_a_workgroup_whose_channel_changed_is_in_no_thread_of_the_old_one(desk, clock, work, county):
    clock.move_to(PROMPT_TIME)
    desk.tick()
    with work() as uow:
        uow.change(outbox, remote_id="17.1", state="sent")
        uow.change(workgroup, workgroup.c.id == county.group, channel_id=a_channel(uow, "letters"))
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    recorded(desk)
    (note,) = desk.queued("receipt")
    assert (note.to, note.row.thread) == ("#letters", "")


def test_recording_again_replaces_attendance_and_keeps_follow_ups(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    first = recorded(desk, follow_ups="Ann Ortiz: draft the letter")
    again = desk.presses("Ann Ortiz", first.message, "Edit")
    assert "1 follow-up already kept" in again.form.fields[3].hint
    reply = desk.submits(
        "Ann Ortiz", again, attendance=str(county.ann.id), follow_ups="Ann Ortiz: draft the letter\nOrder paper"
    )
    assert "Changed: Forms met on 10 March 2026." in words(reply.message)
    row = the_meeting(work, county.group)
    with work() as uow:
        assert [a.name for a in queries.attendance(uow, [row.id])] == ["Ann Ortiz"]
        assert [f.text for f in queries.follow_ups(uow, county.group)] == ["Ann Ortiz: draft the letter", "Order paper"]
    assert [q.row.dedupe_key.rsplit(":", 1)[1] for q in desk.queued("receipt")] == ["1", "2"]


def test_the_later_of_two_open_forms_shows_what_the_earlier_one_saved(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    anns, lees = (desk.says(name, "/sip meeting held Forms") for name in ("Ann Ortiz", "Lee Park"))
    desk.submits("Ann Ortiz", anns, attendance=str(county.ann.id), decisions="Pilot the short form")
    again = desk.submits("Lee Park", lees, follow_ups="Lee Park: order paper")
    said = words(Message(again.form.intro))
    assert "this form did not show what Ann Ortiz saved of the March 2026 meeting of Forms." in said
    assert "Who was there: 1 leader" in said
    assert "Decisions: Pilot the short form" in said
    assert {f.name: f.value for f in again.form.fields} == {
        "date": "2026-03-10",
        "attendance": f"{county.ann.id},{county.lee.id}",
        "decisions": "",
        "follow_ups": "Lee Park: order paper",
    }
    row = the_meeting(work, county.group)
    assert row.decisions == "Pilot the short form"
    with work() as uow:
        assert queries.follow_ups(uow, county.group) == []
    reply = desk.submits("Lee Park", again, decisions="Pilot the short form, in two languages")
    assert "Changed: Forms met on 10 March 2026." in words(reply.message)
    assert the_meeting(work, county.group).decisions == "Pilot the short form, in two languages"


def test_a_form_that_is_sent_twice_is_answered_twice(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    form = desk.says("Ann Ortiz", "/sip meeting held Forms")
    for _ in range(2):
        assert "Forms met on 10 March 2026." in words(
            desk.submits("Ann Ortiz", form, decisions="Pilot the short form").message
        )


def test_a_day_of_another_month_does_not_replace_what_is_recorded_there(desk, clock, work, county):
    clock.move_to(datetime(2026, 2, 11, 18, tzinfo=UTC))
    recorded(desk, decisions="Ask two families")
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    again = recorded(desk, date="2026-02-10")
    assert "what Ann Ortiz saved of the February 2026 meeting" in words(Message(again.form.intro))
    assert the_meeting(work, county.group, "2026-02").decisions == "Ask two families"


@pytest.mark.parametrize(
    ("meanwhile", "says"),
    [
        ("/sip meeting excused Forms: two of us are ill", "Not meeting: two of us are ill"),
        ("back", "When: not recorded"),
    ],
)
def test_an_open_form_shows_that_the_meeting_was_excused_or_taken_back_meanwhile(
    desk, clock, work, county, meanwhile, says
):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    saved = recorded(desk, decisions="Pilot the short form") if meanwhile == "back" else None
    form = desk.says("Lee Park", "/sip meeting held Forms")
    if saved:
        desk.presses("Ann Ortiz", saved.message, "Take back")
    else:
        desk.says("Ann Ortiz", meanwhile)
    again = desk.submits("Lee Park", form, decisions="Another")
    assert says in words(Message(again.form.intro))
    assert "Saved: Forms met" in words(desk.submits("Lee Park", again).message)


def test_of_two_forms_saved_at_once_the_second_waits_and_shows_the_first(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    with work() as uow:
        it = {"month": "2026-03", "held_on": date(2026, 3, 10), "state": "prompted"}
        uow.insert(meeting, workgroup_id=county.group, **it)
    form = desk.says("Lee Park", "/sip meeting held Forms")
    with ThreadPoolExecutor() as pool:
        with work() as uow:
            workgroups.lock_workgroup(uow, county.group)
            uow.change(meeting, state="held", decisions="Pilot it", recorded_by=county.ann.id)
            waiting = pool.submit(desk.submits, "Lee Park", form, decisions="Wait")
            wait([waiting], timeout=0.3)
        assert "Decisions: Pilot it" in words(Message(waiting.result().form.intro))


def test_mentions_in_the_form_are_people(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    recorded(
        desk, attendance="<@UANNORTIZ>,<@UGUSHALL|gus>,<@UNEW|Nora New>", follow_ups="<@UGUSHALL|gus> tell the lobby"
    )
    row = the_meeting(work, county.group)
    with work() as uow:
        assert [a.name for a in queries.attendance(uow, [row.id])] == ["Ann Ortiz", "Gus Hall", "Nora New"]
        (item,) = queries.follow_ups(uow, county.group)
    assert (item.owner, item.text) == ("Gus Hall", "@Gus Hall tell the lobby")


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"date": ""}, "date", "Choose the day you met."),
        ({"date": "soon"}, "date", "Choose the day you met."),
        ({"date": "2026-04-01"}, "date", "still ahead"),
        ({"attendance": ""}, "attendance", "Choose who was there."),
        ({"attendance": "9999"}, "attendance", "I do not know “9999”"),
        ({"decisions": "x" * 10_001}, "decisions", "10,001 characters"),
        ({"follow_ups": "x" * 10_001}, "follow_ups", "10,001 characters"),
    ],
)
def test_a_faulty_form_stays_open_and_nothing_is_stored(desk, clock, work, county, fields, field, sentence):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    reply = recorded(desk, **fields)
    errors = dict(reply.errors.errors)
    assert list(errors) == [field]
    assert sentence in errors[field]
    assert the_meeting(work, county.group) is None


def test_a_day_outside_the_prompted_month_is_refused(desk, clock, county):
    clock.move_to(PROMPT_TIME)
    desk.tick()
    form = desk.presses("Ann Ortiz", desk.queued("prompt")[0].message, "Record the meeting")
    reply = desk.submits("Ann Ortiz", form, date="2026-02-10")
    assert dict(reply.errors.errors)["date"] == "This is the meeting of March 2026: choose a day in that month."


def test_only_members_and_coordinators_record(desk, work, county):
    reply = desk.says("Gus Hall", "/sip meeting held Forms")
    assert "Only members of Forms or a coordinator can record its meeting. Ask Ann Ortiz." in words(reply.message)
    reply = desk.says("Gus Hall", "/sip meeting excused Forms because")
    assert "Only members of Forms" in words(reply.message)
    assert desk.says("Cleo Diaz", "/sip meeting held").form is not None
    assert the_meeting(work, county.group) is None


def test_another_organizations_workgroup_cannot_be_named_by_its_id(desk, engine, county):
    with engine.begin() as connection:
        other = connection.execute(
            organization.insert().values(
                name="Other", zone="America/Los_Angeles", settings={}, created_at=datetime(2026, 1, 1, tzinfo=UTC)
            )
        ).inserted_primary_key[0]
        connection.execute(workgroup.update().values(organization_id=other))
    reply = desk.sends("Cleo Diaz", verb="meeting held", values={"workgroup": str(county.group)}, source="button")
    assert reply.form is None
    assert "I know no workgroup" in words(reply.message)


def test_a_forged_month_is_refused_in_words(desk, county):
    reply = desk.sends("Ann Ortiz", verb="meeting held", values={"month": "2026-13"}, source="button")
    assert "no month 13" in words(reply.message)


def test_a_month_too_old_for_a_revision_is_promised_none(desk, clock, work, county):
    clock.move_to(datetime(2026, 6, 30, 18, tzinfo=UTC))  # a revision would go out on 1 July, when March is too old
    with work() as uow:
        uow.insert(
            report, kind="rollup", period="2026-03", state="published", facts={}, content={}, token="t",
            created_at=uow.at, published_at=uow.at,
        )  # fmt: skip
    values = {"workgroup": str(county.group), "month": "2026-03", "reason": "Half the team was at a training"}
    excused = desk.sends("Ann Ortiz", verb="meeting excused", values=values, source="form")
    assert "published too long ago to be revised, so it stays as it is" in words(excused.message)
    clock.move_to(datetime(2026, 6, 29, 18, tzinfo=UTC))
    excused = desk.sends("Ann Ortiz", verb="meeting excused", values=values, source="form")
    assert "A revision that says what changed goes out on the next working day" in words(excused.message)


def test_what_is_recorded_after_the_roll_up_says_that_a_revision_follows(desk, clock, work, county):
    clock.move_to(datetime(2026, 4, 2, 18, tzinfo=UTC))
    with work() as uow:
        uow.insert(
            report, kind="rollup", period="2026-03", state="published", facts={}, content={}, token="t",
            created_at=uow.at, published_at=uow.at,
        )  # fmt: skip
    desk.tick()
    form = desk.says("Ann Ortiz", "/sip meeting held")
    assert form.form.fields[0].value == "2026-03-10"  # April's meeting is ahead, March's is unanswered
    saved = desk.submits("Ann Ortiz", form, decisions="One letter.")
    assert "published already. A revision that says what changed" in words(saved.message)
    assert the_meeting(work, county.group).state == "held"
    assert "One letter." in words(desk.presses("Ann Ortiz", saved.message, "See the meeting").message)
    desk.presses("Ann Ortiz", saved.message, "Take back")
    excused = desk.sends(
        "Ann Ortiz",
        verb="meeting excused",
        values={"workgroup": str(county.group), "month": "2026-03", "reason": "Half the team was at a training"},
        source="form",
    )
    assert "published already. A revision that says what changed" in words(excused.message)
    seen = desk.presses("Ann Ortiz", excused.message, "See the meeting")
    assert "Half the team was at a training" in words(seen.message)


def test_a_meeting_is_excused_with_its_reason(desk, work, county):
    form = desk.says("Ann Ortiz", "/sip meeting excused")
    assert [f.name for f in form.form.fields] == ["reason"]
    assert dict(desk.submits("Ann Ortiz", form, reason=" ").errors.errors)["reason"].startswith("Say in a few words")
    reply = desk.submits("Ann Ortiz", form, reason="Half the team is at a training")
    assert "Saved: Forms does not meet in March 2026." in words(reply.message)
    row = the_meeting(work, county.group)
    assert (row.state, row.reason) == ("excused", "Half the team is at a training")
    (note,) = desk.queued("receipt")
    assert "Half the team is at a training" in words(note.message)
    assert "Half the team" in desk.presses("Ann Ortiz", reply.message, "Edit").form.fields[0].value
    assert desk.presses("Ann Ortiz", reply.message, "We met after all").form is not None


def test_a_typed_reason_needs_no_form_and_no_workgroup(desk, work, county):
    desk.says("Ann Ortiz", "/sip meeting excused the office is flooded")
    assert the_meeting(work, county.group).reason == "the office is flooded"


def test_a_typed_reason_is_kept_while_the_workgroup_is_asked_for(desk, work, county):
    with work() as uow:
        a_workgroup(uow, "Letters", members=((county.ann, "staff"),))
    reply = desk.says("Ann Ortiz", "/sip meeting excused the office is flooded")
    desk.presses("Ann Ortiz", reply.message, "Forms")
    assert the_meeting(work, county.group).reason == "the office is flooded"


def test_a_long_reason_is_kept_in_a_form_while_the_workgroup_is_asked_for(desk, work, county):
    with work() as uow:
        other = a_workgroup(uow, "Reunification", (), ((county.ann, "staff"),))
    reason = "Half of us are away. " * 130
    asked = desk.says("Ann Ortiz", f"/sip meeting excused {reason}")
    assert next(field.value for field in asked.form.fields if field.name == "reason") == reason.strip()
    desk.submits("Ann Ortiz", asked, workgroup=str(other))
    assert the_meeting(work, other).reason == reason.strip()


def test_a_long_reason_where_no_form_opens_is_asked_for_again(desk, work, county):
    with work() as uow:
        a_workgroup(uow, "Reunification", (), ((county.ann, "staff"),))
    text = "meeting excused " + "Half of us are away. " * 130
    desk.sends("Ann Ortiz", text=text, source="mention", answerable=False, channel="CX", message="m1")
    assert "Send it again with the name (Forms or Reunification)" in words(desk.queued("receipt")[-1].message)


def test_a_reason_longer_than_a_form_holds_is_asked_for_again(desk, work, county):
    with work() as uow:
        a_workgroup(uow, "Reunification", (), ((county.ann, "staff"),))
    asked = desk.says("Ann Ortiz", "/sip meeting excused " + "Half of us are away. " * 200)
    assert "Nothing is saved yet" in words(asked.message)
    assert "Send it again with the name (Forms or Reunification)" in words(asked.message)


def test_a_reason_longer_than_a_form_holds_is_not_cut_by_changing_it(desk, work, county):
    reason = ("Half of us are away. " * 200).strip()
    reply = desk.says("Ann Ortiz", f"/sip meeting excused {reason}")
    (field,) = desk.presses("Ann Ortiz", reply.message, "Edit").form.fields
    assert (field.value, "has 4,199 characters" in field.hint) == ("", True)
    assert the_meeting(work, county.group).reason == reason


@pytest.mark.parametrize("value", ["²", "99999999999", "9" * 5000, "-1"])
def test_values_no_button_has_are_answered_in_words(desk, county, value):
    for verb, name in (("meeting held", "workgroup"), ("meeting excused", "workgroup"), ("followup", "follow_up")):
        reply = desk.sends("Ann Ortiz", verb=verb, values={name: value})
        assert reply.message is None or "went wrong" not in words(reply.message)
    assert "I know no workgroup" in words(desk.says("Ann Ortiz", f"/sip meeting held {value}").message)


def test_a_held_meeting_is_not_excused(desk, clock, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    recorded(desk)
    reply = desk.says("Ann Ortiz", "/sip meeting excused Forms no")
    assert "recorded as held" in words(reply.message)
    assert desk.presses("Ann Ortiz", reply.message, "Change the record").form is not None
    assert "Taken back." in words(desk.presses("Ann Ortiz", reply.message, "Take back").message)


@pytest.mark.parametrize(("day", "state"), [(datetime(2026, 3, 12, 18, tzinfo=UTC), "prompted"), (APRIL, "missed")])
def test_what_was_recorded_can_be_taken_back(desk, clock, work, county, day, state):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    reply = recorded(desk, decisions="Go", follow_ups="Lee Park: call")
    clock.move_to(day)
    back = desk.presses("Ann Ortiz", reply.message, "Take back")
    assert "Its 1 follow-up stays on the list." in words(back.message)
    row = the_meeting(work, county.group)
    assert (row.state, row.held_on) == (state, date(2026, 3, 10))
    assert "Ann Ortiz took back" in words(desk.queued("receipt")[-1].message)
    assert desk.presses("Ann Ortiz", back.message, "Record the meeting").form.fields[2].value == "Go"
    assert "Nothing is recorded" in words(desk.presses("Ann Ortiz", reply.message, "Take back").message)
    with work() as uow:
        assert queries.attendance(uow, [row.id]) == []


def test_a_button_takes_back_only_the_record_it_showed(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    first = recorded(desk, decisions="Go")
    desk.submits("Lee Park", desk.says("Lee Park", "/sip meeting held Forms"), decisions="Go, in two languages")
    shown = desk.presses("Ann Ortiz", first.message, "Take back")
    assert "your button did not show what Lee Park saved of the March 2026 meeting of Forms." in words(shown.message)
    assert "Decisions: Go, in two languages" in words(shown.message)
    assert the_meeting(work, county.group).state == "held"
    assert "Taken back." in words(desk.presses("Ann Ortiz", shown.message, "Take back").message)
    excused = desk.says("Ann Ortiz", "/sip meeting excused Forms: two of us are ill")
    again = desk.says("Lee Park", "/sip meeting excused Forms: the room is flooded")
    shown = desk.presses("Ann Ortiz", excused.message, "Take back")
    assert "Not meeting: the room is flooded" in words(shown.message)
    assert the_meeting(work, county.group).state == "excused"
    assert "Taken back." in words(desk.presses("Lee Park", again.message, "Take back").message)


@pytest.mark.parametrize("second", ["Take back", "meeting excused"])
def test_taking_back_and_excusing_wait_for_who_is_recording(desk, clock, work, county, second):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    saved = recorded(desk, decisions="Go") if second == "Take back" else None
    if saved is None:
        with work() as uow:
            uow.insert(meeting, workgroup_id=county.group, month="2026-03", state="prompted")
    with ThreadPoolExecutor() as pool:
        with work() as uow:
            workgroups.lock_workgroup(uow, county.group)
            uow.change(
                meeting, state="held", held_on=date(2026, 3, 10), decisions="Pilot it", recorded_by=county.lee.id
            )
            if saved:
                waiting = pool.submit(desk.presses, "Ann Ortiz", saved.message, second)
            else:
                waiting = pool.submit(desk.says, "Ann Ortiz", "/sip meeting excused Forms: no room")
            wait([waiting], timeout=0.3)
        said = words(waiting.result().message)
    assert ("Decisions: Pilot it" if saved else "is recorded as held") in said
    assert the_meeting(work, county.group).state == "held"


def test_meeting_opens_the_form_and_later_shows_the_record(desk, clock, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    desk.submits("Ann Ortiz", desk.says("Ann Ortiz", "/sip meeting"), decisions="Go", follow_ups="Lee Park: call")
    said = words(desk.says("Ann Ortiz", "/sip meeting Forms").message)
    assert "Forms met on 10 March 2026." in said
    assert "1 leader, 1 staff member: Ann Ortiz, Lee Park" in said
    assert "- call · Lee Park · open" in said


def test_what_was_said_in_the_thread_is_there_when_the_meeting_is_recorded(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    with work() as uow:
        said = {"workgroup_id": county.group, "person_id": county.lee.id, "month": "2026-03", "at": uow.at}
        uow.insert(meeting_note, text="The *printer* is broken", **said)
        uow.insert(meeting_note, text="Never mind", withdrawn_at=uow.at, **said)
    form = desk.says("Ann Ortiz", "/sip meeting held")
    assert "- Lee Park: The *printer* is broken" in words(Message(form.form.intro))
    assert "Never mind" not in words(Message(form.form.intro))
    desk.submits("Ann Ortiz", form)
    assert "The *printer* is broken" in words(desk.says("Ann Ortiz", "/sip meeting").message)


# Follow-ups


def test_a_follow_up_is_done_and_leaves_the_agenda(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    recorded(desk, follow_ups="Lee Park: call the print shop by friday")
    assert "call the print shop" in words(desk.says("Ann Ortiz", "/sip agenda").message)
    mine = desk.says("Lee Park", "/sip followup")
    assert "by 13 March 2026 · Forms" in words(mine.message)
    done = desk.presses("Lee Park", mine.message, "Done")
    assert "Done: Lee Park: call the print shop" in words(done.message)
    assert "call the print shop" not in words(desk.says("Ann Ortiz", "/sip agenda").message)
    assert "no open follow-ups" in words(desk.says("Lee Park", "/sip followups").message)
    desk.presses("Lee Park", done.message, "Undo")
    assert "call the print shop" in words(desk.says("Ann Ortiz", "/sip agenda").message)


def test_a_follow_up_of_others_is_not_for_outsiders(desk, clock, work, county):
    clock.move_to(datetime(2026, 3, 11, 18, tzinfo=UTC))
    recorded(desk, follow_ups="Lee Park: call")
    with work() as uow:
        (item,) = queries.follow_ups(uow, county.group)
    press = {"verb": "followup", "values": {"follow_up": str(item.id)}, "source": "button"}
    assert "Only members of Forms" in words(desk.sends("Gus Hall", **press).message)
    press["values"] = {"follow_up": "77"}
    assert "not there any more" in words(desk.sends("Lee Park", **press).message)


def test_every_example_parses():
    for spec in meetings.COMMANDS:
        for example in spec.examples:
            assert example.startswith(spec.verb)
            assert parse_args(spec.args, example[len(spec.verb) :].strip())[1] == ""
    assert all(isinstance(arg, Arg) for spec in meetings.COMMANDS for arg in spec.args)
