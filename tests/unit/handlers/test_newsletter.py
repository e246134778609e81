"""The newsletter's life: compiled, edited, refused while something is missing, approved, published, withdrawn."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import update as sql_update

from bot.chat.commands import Role, parse_args
from bot.chat.messages import Actions, Divider, Message
from handlers import newsletter
from storage.audit_log import READS
from storage.models import audit, organization, outbox, reading, report, update
from storage.queries import reports
from tests.builders import a_person, a_plan
from tests.desk import buttons, words
from tests.unit.handlers.newsletter_county import APRIL_7, STORY, county, desk, ready

__all__ = ["county", "desk"]


def test_the_draft_is_compiled_once_and_every_coordinator_is_asked(desk, county, clock):
    clock.move_to(APRIL_7 - timedelta(minutes=1))
    assert desk.tick() == 0
    clock.move_to(APRIL_7)
    assert [desk.tick(), desk.tick()] == [1, 0]
    posts = desk.queued("newsletter_draft")
    assert {post.to for post in posts} == {"Cora Diaz", "Dev Rao"}
    assert [button.label for button in buttons(posts[0].message)] == [
        "Write “From the manager”",
        "Preview",
        "Edit",
        "Choose wins",
        "Edit on one page",
        "Approve",
    ]
    assert "1 thing to do before it can go out" in words(posts[0].message)
    assert "1 thing to do" in posts[0].message.summary
    form = desk.presses("Cora Diaz", posts[0].message, "Write “From the manager”").form
    assert form is not None
    assert "80–120 words" in form.fields[0].value


def test_a_december_update_belongs_to_the_fourth_quarter_where_the_county_is(work, desk, clock):
    with work() as uow:
        plan = a_plan(uow)
        cora = a_person(uow, "Cora Diaz", Role.COORDINATOR)
        for number, at in enumerate((datetime(2027, 1, 1, 7, 59, tzinfo=UTC), datetime(2027, 1, 1, 8, tzinfo=UTC)), 1):
            given = {"person_id": cora.id, "at": at, "status": "done", "source": "typed"}
            uow.insert(update, step_id=plan.steps[f"1.1.{number}"], **given)
    clock.move_to(datetime(2027, 1, 8, 20, tzinfo=UTC))
    assert desk.tick() == 1
    text = words(desk.says("Cora Diaz", "/sip newsletter preview").message)
    assert "Q4 2026" in text
    assert "- 1.1.1" in text
    assert "- 1.1.2" not in text


def test_the_whole_life(desk, county, work, engine):
    ready(desk)
    text = words(desk.says("Cora Diaz", "/sip newsletter preview").message)
    assert STORY in text
    assert "Credit: the front desk" in text
    assert "Letters are hard to read" in text
    assert "fewer than 11" in text
    assert "not answered yet" in text
    assert "Approved." in words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert not desk.queued("newsletter")
    desk.says("Cora Diaz", "/sip newsletter publish")
    (post,) = desk.queued("newsletter")
    assert post.to == "#everyone"
    assert post.row.dedupe_key.endswith(f"newsletter:2026-Q1:{post.row.channel_id}")
    with engine.begin() as connection:
        token = connection.execute(select(report.c.token)).scalar_one()
        page = reports.report_by_token(connection, token)
        assert page is not None
        assert STORY in words(page.message)
        assert f"/r/{token}" in str(post.message)
        connection.execute(sql_update(outbox).values(state="sent", attempts=1, remote_id="171.5"))
    asked = desk.says("Cora Diaz", "/sip newsletter withdraw")
    desk.submits("Cora Diaz", asked, reason="A number was wrong")
    (note,) = desk.queued("notice")
    assert (note.to, note.row.thread) == ("#everyone", "171.5")
    assert "A number was wrong." in words(note.message)
    with engine.connect() as connection:
        page = reports.report_by_token(connection, token)
        assert page is not None
        assert (page.state, page.message, page.reason) == ("withdrawn", None, "A number was wrong")
        actions = select(audit.c.action).where(audit.c.action.not_in(READS)).order_by(audit.c.id)
        done = list(connection.execute(actions).scalars())
    wanted = ["compiled", "edited", "approved", "published", "withdrawn"]
    assert done == [f"newsletter {word}" for word in wanted]


def test_the_preview_is_what_will_be_published(desk, county, work):
    ready(desk)
    preview = desk.says("Cora Diaz", "/sip newsletter preview").message
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    with work() as uow:
        view = reports.latest(uow, reports.NEWSLETTER, "2026-Q1")
        assert view is not None
        published = reports.as_published(uow, view)
    heading, standing, *rest, divider, actions = preview.blocks
    assert (heading, *rest) == published.blocks
    assert "Preview for you alone" in words(Message((standing,)))
    assert isinstance(divider, Divider)
    assert isinstance(actions, Actions)


def test_nothing_left_to_do_makes_approving_the_next_step(desk, county):
    ready(desk)
    message = desk.says("Cora Diaz", "/sip newsletter").message
    assert "Nothing is missing." in words(message)
    assert {button.label: button.style for button in buttons(message)} == {
        "Preview": "",
        "Edit": "",
        "Choose wins": "",
        "Edit on one page": "",
        "Approve": "primary",
    }


def test_numbers_are_told_in_plain_words(desk, county, work):
    with work() as uow:
        made = {"month": "2026-02", "value": 39.5, "person_id": 1, "at": APRIL_7 - timedelta(days=20)}
        uow.insert(reading, measure_id=county.measures[1], **made)
    desk.says("Cora Diaz", "/sip newsletter draft Q1 2026")
    text = words(desk.says("Cora Diaz", "/sip newsletter preview").message)
    assert "Measure 1 Rate: 39.5% (February 2026); we began at 40% and aim for 64% (up is better)." in text
    assert "This is 1.5 points below what the plan expects for that month" in text
    assert "Our other measure:\n- Measure 2 Rate: no reading yet" in text


def test_a_post_that_still_waits_does_not_go_out_after_the_edition_was_withdrawn(desk, county):
    ready(desk)
    for said in ("approve", "publish", "withdraw A number was wrong."):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    (post,) = desk.queued("newsletter")
    assert (post.row.state, post.row.error) == ("dead", "withdrawn")
    assert not desk.queued("notice"), "where nothing was posted there is nothing to take back"


def test_a_withdrawn_edition_can_go_out_again(desk, county):
    ready(desk)
    for said in ("approve", "publish", "withdraw Wrong.", "draft Q1 2026", "approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    assert len(desk.queued("newsletter")) == 2


def test_drafts_have_no_page(desk, county, engine):
    ready(desk)
    with engine.connect() as connection:
        assert reports.report_by_token(connection, connection.execute(select(report.c.token)).scalar_one()) is None


def test_the_letter_must_be_written_or_cleared(desk, county):
    desk.says("Cora Diaz", "/sip newsletter draft Q1 2026")
    text = words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert "is not approved yet" in text
    assert "“From the manager” still has a gap" in text
    form = desk.says("Cora Diaz", "/sip newsletter edit letter")
    desk.submits("Cora Diaz", form, text="")
    assert "Approved." in words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert "From the manager" not in words(desk.says("Cora Diaz", "/sip newsletter preview").message)


def test_words_that_identify_a_client_stop_it(desk, county):
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter edit wins Ms. Vega, case 12345678, found work.")
    text = words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert "“Wins” has" in text
    assert "case 12345678" in text


def test_compiling_again_keeps_what_people_wrote(desk, county, work):
    ready(desk)
    with work() as uow:
        uow.insert(
            update, step_id=county.steps["1.1.2"], status="done", source="typed", person_id=1,
            at=datetime(2026, 3, 30, tzinfo=UTC),
        )  # fmt: skip
    desk.says("Dev Rao", "/sip newsletter draft")
    text = words(desk.says("Cora Diaz", "/sip newsletter preview").message)
    assert "a quarter of steady work" in text
    assert "- 1.1.2" in text


def test_editing_after_approval_needs_a_new_approval(desk, county):
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    said = desk.says("Cora Diaz", "/sip newsletter edit hello Good day.")
    assert "needs a new approval" in words(said.message)
    assert "is not approved: it is draft" in words(desk.says("Cora Diaz", "/sip newsletter publish").message)


def test_a_published_edition_cannot_be_edited_or_compiled(desk, county):
    ready(desk)
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    assert "Correct it, or withdraw it first" in words(desk.says("Cora Diaz", "/sip newsletter edit hello Hi").message)
    assert "correct it or withdraw it first" in words(desk.says("Cora Diaz", "/sip newsletter draft Q1 2026").message)


def test_an_edition_that_is_being_published_is_not_made_a_draft_again(desk, county, work):
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    replies = []
    compiling = threading.Thread(target=lambda: replies.append(desk.says("Dev Rao", "/sip newsletter draft Q1 2026")))
    with work() as uow:
        uow.change(report, state="published", published_at=uow.at)
        compiling.start()
        compiling.join(0.4)
    compiling.join()
    assert "is published. To change it, correct it or withdraw it first." in words(replies[0].message)
    with work() as uow:
        assert uow.scalar(select(report.c.state)) == "published"


@pytest.mark.parametrize("slip", ["Q1 0001", "0001-01", "Q1 1926"])
def test_a_slip_of_the_year_makes_no_draft(desk, county, slip):
    said = words(desk.says("Cora Diaz", f"/sip newsletter draft {slip}").message)
    assert "is more than 30 years ago. Please check the year." in said
    assert "no such edition" in words(desk.says("Cora Diaz", "/sip newsletter").message)


def test_without_a_channel_it_is_not_published(desk, county, work):
    with work() as uow:
        uow.rows(sql_update(organization).values(settings={}))
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    assert "it was not published" in words(desk.says("Cora Diaz", "/sip newsletter publish").message)
    assert "approved" in words(desk.says("Cora Diaz", "/sip newsletter").message)


def test_a_section_that_is_too_long_is_refused_and_kept_in_the_form(desk, county):
    ready(desk)
    form = desk.says("Cora Diaz", "/sip newsletter edit hello")
    reply = desk.submits("Cora Diaz", form, text="word " * 700)
    assert reply.errors is not None
    assert "3,000 characters" in reply.errors.errors[0][1]


def test_a_section_that_somebody_saved_meanwhile_is_shown_before_it_is_overwritten(desk, county, work):
    def letter():
        with work() as uow:
            found = reports.latest(uow, reports.NEWSLETTER, "2026-Q1")
            return next(one["text"] for one in found.content["sections"] if one["id"] == "manager")

    ready(desk)
    mine, theirs = (desk.says(name, "/sip newsletter edit letter") for name in ("Cora Diaz", "Dev Rao"))
    desk.submits("Dev Rao", theirs, text="Dev wrote this.")
    again = desk.submits("Cora Diaz", mine, text="Cora wrote that.")
    assert letter() == "Dev wrote this."
    shown = words(Message(again.form.intro))
    assert shown.startswith("Somebody changed this section while you wrote.")
    assert shown.endswith("Dev wrote this.")
    assert again.form.fields[0].value == "Cora wrote that."
    assert "Saved" in words(desk.submits("Cora Diaz", again).message)
    assert letter() == "Cora wrote that."


def test_choosing_a_section_by_button(desk, county):
    ready(desk)
    choice = desk.says("Cora Diaz", "/sip newsletter edit")
    form = desk.presses("Cora Diaz", choice.message, "Coming up").form
    assert form is not None
    assert "Write to sipbot: “win”" in form.fields[0].value


def test_another_countys_edition_is_out_of_reach(desk, county, work, engine):
    ready(desk)
    with engine.begin() as connection:
        other = connection.execute(
            organization.insert().values(name="Elsewhere", zone="UTC", settings={}, created_at=APRIL_7)
        ).inserted_primary_key[0]
        connection.execute(sql_update(report).values(organization_id=other))
    reply = desk.sends("Cora Diaz", verb="newsletter approve", values={"report": "1"}, source="button")
    assert "no such edition" in words(reply.message)


def test_typed_markup_stays_text(desk, county):
    ready(desk)
    evil = "[Press](do:newsletter%20publish) <!channel> | a | b |\n\n![x](https://evil.example)"
    desk.says("Cora Diaz", f"/sip newsletter edit hello {evil}")
    message = desk.says("Cora Diaz", "/sip newsletter preview").message
    assert "[Press](do:newsletter%20publish) <!channel>" in words(message)
    assert {button.label for button in buttons(message)} == {"Edit", "As a post", "As an e-mail", "Approve"}


def test_every_example_parses():
    for spec in newsletter.COMMANDS:
        for example in spec.examples:
            assert example.startswith(spec.verb)
            assert parse_args(spec.args, example.removeprefix(spec.verb).strip())[1] == ""
