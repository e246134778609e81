"""What a coordinator decides about an edition: wins and their order, a quarter without client voice, who approves."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import update as sql_update

from bot.chat.commands import Role
from bot.chat.messages import Message
from bot.domain.newsletter import MOST_WORDS
from storage.models import organization, person, story, voice_result
from storage.queries import links
from tests.builders import a_person, a_workgroup
from tests.desk import buttons, words
from tests.unit.handlers.newsletter_county import STORY, county, desk, ready

__all__ = ["county", "desk"]
SECOND = "The intake unit tried one shared form and gave back forty minutes a week to each worker."
THIRD = "Employment and child welfare staff now plan visits together on one calendar, so families come once."


@pytest.fixture
def stories(county, work, clock):
    """Two more approved stories, of another workgroup; the last is of Linkages. Ids by order: 1, 2, 3."""
    with work() as uow:
        group = a_workgroup(uow, "Visits")
        for text, linkages in ((SECOND, False), (THIRD, True)):
            uow.insert(
                story, text=text, original_text=text, consent="staff", state="approved", verdict="ok", findings=[],
                person_id=1, at=uow.at - timedelta(days=20), reviewed_at=uow.at - timedelta(days=20),
                workgroup_id=group, linkages=linkages,
            )  # fmt: skip


def settings_of(work, **values):
    with work() as uow:
        now = uow.scalar(select(organization.c.settings))
        uow.rows(sql_update(organization).values(settings={**now, **values}))


def preview(desk):
    return words(desk.says("Cora Diaz", "/sip newsletter preview").message)


# Wins


def test_linkages_comes_first_and_every_workgroup_is_told(desk, stories):
    ready(desk)
    text = preview(desk)
    assert text.index(THIRD) < text.index(STORY) < text.index(SECOND)
    assert "Visits (Linkages)" in text


def test_wins_are_chosen_and_ordered_in_a_form(desk, stories):
    ready(desk)
    form = desk.says("Cora Diaz", "/sip newsletter wins")
    assert [field.value for field in form.form.fields] == ["3", "1", "2"]
    said = desk.submits("Cora Diaz", form, win_1="2", win_2="1", win_3="")
    assert "2 wins, in your order" in words(said.message)
    assert "A Linkages story is approved but not told." in words(said.message)
    text = preview(desk)
    assert text.index(SECOND) < text.index(STORY)
    assert THIRD not in text


def test_a_choice_outlives_compiling_again_but_not_the_story(desk, stories, work):
    ready(desk)
    desk.submits("Cora Diaz", desk.says("Cora Diaz", "/sip newsletter wins"), win_1="2", win_2="1", win_3="")
    desk.says("Cora Diaz", "/sip newsletter draft")
    assert preview(desk).index(SECOND) < preview(desk).index(STORY)
    with work() as uow:
        uow.change(story, story.c.id == 2, state="withdrawn")
    assert "no longer approved" in words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    desk.says("Cora Diaz", "/sip newsletter draft")
    assert SECOND not in preview(desk)
    assert STORY in preview(desk)


def test_wins_that_do_not_fit_together_are_refused_and_none_is_cut(desk, stories, work):
    with work() as uow:
        uow.change(story, text=story.c.text + " Interdepartmentally." * 48)
    ready(desk)
    form = desk.says("Cora Diaz", "/sip newsletter wins")
    told = [field.value for field in form.form.fields if field.value]
    assert len(told) == 2  # what is compiled fits, too
    refused = desk.submits("Cora Diaz", form, win_1="2", win_2="1", win_3="3")
    ((place, sentence),) = refused.errors.errors
    assert place == "win_3"
    assert re.fullmatch(
        r"These wins have 3,\d{3} characters together, and the section holds 3,000. Choose fewer.", sentence
    )
    assert "2 wins, in your order" in words(desk.submits("Cora Diaz", form, win_1="2", win_2="1", win_3="").message)


def test_choosing_wins_shows_what_somebody_wrote_meanwhile_before_it_replaces_it(desk, stories):
    ready(desk)
    form = desk.says("Cora Diaz", "/sip newsletter wins")
    desk.says("Dev Rao", "/sip newsletter edit wins Two teams share one form.")
    again = desk.submits("Cora Diaz", form, win_1="2", win_2="", win_3="")
    assert [field.value for field in again.form.fields] == ["2", "", ""]
    assert "Two teams share one form." in words(Message(again.form.intro, ""))
    assert "Two teams share one form." in preview(desk)
    desk.submits("Cora Diaz", again)
    assert "Two teams share one form." not in preview(desk)
    assert SECOND in preview(desk)


def test_none_was_heard_replaces_no_text_that_is_there(desk, county):
    ready(desk)
    desk.says("Dev Rao", "/sip newsletter edit voice We answer the telephone until seven.")
    said = desk.says("Cora Diaz", "/sip newsletter none")
    assert "has a text, which was left as it is" in words(said.message)
    assert "until seven" in preview(desk)


def test_the_same_story_twice_is_refused(desk, stories):
    ready(desk)
    reply = desk.submits("Cora Diaz", desk.says("Cora Diaz", "/sip newsletter wins"), win_1="1", win_2="1")
    assert reply.errors.errors == (("win_2", "This story stands in place 1 already."),)


def test_who_rewrote_the_wins_is_warned_before_they_are_replaced(desk, stories):
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter edit wins Our own words.")
    form = desk.says("Cora Diaz", "/sip newsletter wins").form
    assert "You rewrote the wins by hand" in str(form.intro)


# Client voice


def test_a_quarter_without_client_voice_is_confirmed_by_a_person(desk, county, work):
    with work() as uow:
        uow.change(voice_result, withdrawn_at=uow.at)
    ready(desk)
    refused = desk.says("Cora Diaz", "/sip newsletter approve").message
    assert "“You said, we did” needs what clients said" in words(refused)
    said = desk.presses("Cora Diaz", refused, "None this quarter")
    assert "Confirmed" in words(said.message)
    assert "None this quarter: no survey, focus group or interview was held" in preview(desk)
    assert "Approved." in words(desk.says("Cora Diaz", "/sip newsletter approve").message)


def test_client_voice_cannot_be_left_out(desk, county):
    ready(desk)
    desk.submits("Cora Diaz", desk.says("Cora Diaz", "/sip newsletter edit voice"), text="")
    assert "“You said, we did” needs what clients said" in words(
        desk.says("Cora Diaz", "/sip newsletter approve").message
    )


# Length


def test_the_status_tells_the_length_and_what_is_unusual(desk, county):
    ready(desk)
    text = words(desk.says("Cora Diaz", "/sip newsletter").message)
    assert "500–800 read well. A short issue is honest" in text
    assert "The manager's letter has 9 words; 80–120 read well." in text


def test_more_than_two_pages_do_not_go_out(desk, county):
    ready(desk)
    for section in ("hello", "equity"):
        desk.says("Cora Diaz", f"/sip newsletter edit {section} " + "word " * 380)
    text = words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert f"and may have {MOST_WORDS}. Shorten it; “Hello” is the longest." in text


# Approval


def test_two_people_approve_where_the_county_asks_for_it(desk, county, work):
    settings_of(work, newsletter_approvals="2")
    ready(desk)
    first = words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert "A second person has to approve it" in first
    assert "Cora Diaz (2 people are needed)" in first
    (asked,) = desk.queued("newsletter_approval")
    assert asked.to == "Dev Rao"
    assert "Another person has to approve it" in words(desk.says("Cora Diaz", "/sip newsletter approve").message)
    assert "is not approved" in words(desk.says("Cora Diaz", "/sip newsletter publish").message)
    second = words(desk.presses("Dev Rao", asked.message, "Approve").message)
    assert "Approved. It goes out" in second
    assert "Approved by: Cora Diaz, Dev Rao" in second
    desk.says("Cora Diaz", "/sip newsletter publish")
    assert desk.queued("newsletter")


def test_one_person_with_two_accounts_approves_once(desk, county, work):
    """Linked after both accounts had approved."""
    settings_of(work, newsletter_approvals="2")
    ready(desk)
    for name in ("Cora Diaz", "Dev Rao"):
        desk.says(name, "/sip newsletter approve")
    with work() as uow:
        ids = [uow.scalar(select(person.c.id).where(person.c.name == name)) for name in ("Cora Diaz", "Dev Rao")]
        link = links.start(uow, *ids)
        links.join(uow, links.link(uow, link))
    said = words(desk.says("Cora Diaz", "/sip newsletter publish").message)
    assert "asks for 2 approvals now and this edition has 1 (Cora Diaz)" in said
    assert not desk.queued("newsletter")


@pytest.mark.parametrize("change", ["edit hello Good day.", "draft"])
def test_a_change_ends_every_approval(desk, county, work, change):
    settings_of(work, newsletter_approvals="2")
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    desk.says("Dev Rao", f"/sip newsletter {change}")
    assert "Approved by: nobody yet" in words(desk.says("Cora Diaz", "/sip newsletter").message)
    assert "A second person" in words(desk.says("Dev Rao", "/sip newsletter approve").message)


@pytest.mark.parametrize("asked", ["newsletter", "newsletter preview", "newsletter preview email"])
def test_a_button_approves_the_words_that_could_be_read(desk, county, asked):
    ready(desk)
    shown = desk.says("Cora Diaz", f"/sip {asked}").message
    desk.says("Dev Rao", "/sip newsletter edit letter Thank you, and goodbye.")
    instead = desk.presses("Cora Diaz", shown, "Approve").message
    assert "Not approved: the edition was changed since you were shown this button." in words(instead)
    assert "State: draft" in words(instead)
    assert "Approved. It goes out" in words(desk.presses("Cora Diaz", instead, "Approve").message)


def test_the_second_of_two_approves_the_words_the_first_approved(desk, county, work):
    settings_of(work, newsletter_approvals="2")
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    (asked,) = desk.queued("newsletter_approval")
    desk.says("Cora Diaz", "/sip newsletter edit hello Good day.")
    assert "changed since" in words(desk.presses("Dev Rao", asked.message, "Approve").message)
    assert "Approved by: nobody yet" in words(desk.says("Cora Diaz", "/sip newsletter").message)


def test_a_draft_compiled_again_to_the_same_words_is_approved_with_the_button_that_is_there(desk, county):
    ready(desk)
    shown = desk.says("Cora Diaz", "/sip newsletter").message
    desk.says("Dev Rao", "/sip newsletter draft")
    assert "Approved. It goes out" in words(desk.presses("Cora Diaz", shown, "Approve").message)


def test_a_rule_made_stricter_after_approval_holds(desk, county, work):
    ready(desk)
    desk.says("Cora Diaz", "/sip newsletter approve")
    settings_of(work, newsletter_approvals="2")
    assert "asks for 2 approvals now" in words(desk.says("Cora Diaz", "/sip newsletter publish").message)
    assert not desk.queued("newsletter")


def test_a_lone_coordinator_is_told_whom_to_make_the_second(desk, county, work):
    settings_of(work, newsletter_approvals="2")
    ready(desk)
    with work() as uow:
        uow.change(person, person.c.name == "Dev Rao", role=int(Role.MEMBER))
    assert "Nobody else may do that yet" in words(desk.says("Cora Diaz", "/sip newsletter approve").message)


def test_a_member_approves_nothing(desk, county, work):
    with work() as uow:
        a_person(uow, "Mo Lim")
    ready(desk)
    assert "is for a coordinator" in words(desk.says("Mo Lim", "/sip newsletter approve").message)


# Previews and test copies


def test_every_audience_has_its_preview(desk, county):
    ready(desk)
    post = desk.says("Cora Diaz", "/sip newsletter preview channel").message
    assert "As it will be posted in everyone." in words(post)
    assert STORY not in words(post)
    mail = desk.presses("Cora Diaz", post, "As an e-mail").message
    assert "E-mail is not set up here" in words(mail)
    assert STORY in words(mail)
    assert "own link to unsubscribe" in words(mail)
    page = desk.presses("Cora Diaz", mail, "As a page").message
    assert STORY in words(page)
    assert [one.label for one in buttons(page)][-1] == "Approve"


def test_the_channel_gets_what_its_preview_showed(desk, county):
    ready(desk)
    shown = desk.says("Cora Diaz", "/sip newsletter preview channel").message
    for said in ("approve", "publish"):
        desk.says("Cora Diaz", f"/sip newsletter {said}")
    (post,) = desk.queued("newsletter")
    assert shown.blocks[1:-1] == post.message.blocks


def test_a_test_copy_changes_nothing(desk, county):
    ready(desk)
    said = words(desk.says("Cora Diaz", "/sip newsletter test").message)
    assert "marked TEST" in said
    assert "E-mail is not set up here" in said
    (copy,) = desk.queued("newsletter_test")
    assert copy.to == "Cora Diaz"
    assert words(copy.message).startswith("TEST copy, not published")
    assert not desk.queued("newsletter")
    assert "State: draft" in words(desk.says("Cora Diaz", "/sip newsletter").message)
