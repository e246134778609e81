"""Progress, wherever people talk: the prompt and its thread, words, forms, corrections."""

from __future__ import annotations

from datetime import date, time

import pytest

from storage.models import meeting_note, update
from tests.contract.driver import County, Shown
from tests.contract.platforms import EVERYWHERE

pytestmark = EVERYWHERE

PROMPT_DAY = date(2026, 3, 5)  # three working days before Tuesday the tenth


@pytest.fixture
async def prompt(county: County) -> Shown:
    """The prompt for the March meeting, just posted."""
    await county.travel(PROMPT_DAY)
    return county.newest("forms", "March 2026 meeting")


# setting up


async def test_a_coordinator_sets_the_county_up_by_typing(county: County) -> None:
    cora = county.person("cora")
    await cora.types("workgroup First contact", "forms")
    for words in ("Strategies: 1.1, 1.2", "Channel: #forms", "Led by: Ann Ortiz", "Ben Okafor, equity member"):
        assert words in cora.text
    await cora.types("settings")
    for words in ("Executive channel: #executives", "Newsletter channels: #intake", "Name: Larkspur County"):
        assert words in cora.text
    await cora.types("steps 1.1.2")
    assert "Owner: Ann Ortiz" in cora.text


# the prompt and its thread


async def test_the_prompt_with_its_agenda_comes_three_working_days_before(county: County) -> None:
    before = len(county.posts("forms"))
    await county.travel(PROMPT_DAY, time(8, 59))
    assert len(county.posts("forms")) == before
    await county.travel(PROMPT_DAY)
    assert county.sent("prompt") == ["2026-03-05 09:00"]
    post = county.newest("forms")
    for words in ("First contact: March 2026 meeting", "please add a word on 2 steps", "1.1.2 Rewrite the welcome"):
        assert words in post.words
    assert post.buttons == ["Update a step", "Tell a win", "Record the meeting", "Not meeting this month"]


async def test_a_reply_that_names_a_step_is_an_update_with_a_receipt(county: County, prompt: Shown) -> None:
    ann = county.person("ann")
    public = len(county.posts("forms"))
    await ann.replies(prompt, "1.1.2 done, the letter is at the printer")
    (row,) = county.rows(update)
    assert (row.status, row.note, row.source) == ("done", "the letter is at the printer", "thread")
    assert county.receipts() == ["saved"]
    assert "Saved: 1.1.2 is done (was not started)" in ann.text
    assert "It will appear in the March 2026 roll-up on 1 April 2026." in ann.text
    assert ann.seen[-1].buttons == ["Edit", "Undo"]
    assert len(county.posts("forms")) == public


async def test_a_reply_that_names_no_step_is_kept_and_asked_about(county: County, prompt: Shown) -> None:
    ann = county.person("ann")
    public = len(county.posts("forms"))
    await ann.replies(prompt, "The printer sent the letter back with questions")
    assert county.receipts() == ["noted"]
    assert "Which step is it about?" in ann.text
    assert county.count(update, meeting_note) == (0, 1)
    await ann.presses("1.1.2")
    (row,) = county.rows(update)
    assert row.note == "The printer sent the letter back with questions"
    assert "Saved: 1.1.2" in ann.text
    assert not [shown for shown in ann.seen if "Which step is it about?" in shown.words]  # the receipt stands for it
    assert len(county.posts("forms")) == public


async def test_two_updates_in_one_reply_are_both_stored_and_taken_back_together(county: County, prompt: Shown) -> None:
    ann = county.person("ann")
    await ann.replies(prompt, "1.1.2 done\n1.2.2 blocked waiting for the contract")
    assert [(row.status, row.note) for row in county.rows(update)] == [
        ("done", ""),
        ("blocked", "waiting for the contract"),
    ]
    assert "Saved 2 updates" in ann.text
    await ann.presses("Undo")
    assert all(row.withdrawn_at for row in county.rows(update))


async def test_a_mistyped_step_in_a_reply_is_kept_and_asked_about(county: County, prompt: Shown) -> None:
    ann = county.person("ann")
    await ann.replies(prompt, "1.1.9 done it is out")
    assert "1.1.9 is not in the plan." in ann.text
    assert county.count(update, meeting_note) == (0, 1)
    await ann.presses("1.1.2")
    (row,) = county.rows(update)
    assert (row.status, row.note) == ("done", "it is out")


# words and forms


@pytest.mark.parametrize("channel", ["forms", ""])
async def test_a_typed_update_is_answered_with_what_was_stored(county: County, channel: str) -> None:
    ann = county.person("ann")
    await ann.types("update 1.1.2 done The letter is out", channel)
    (row,) = county.rows(update)
    assert (row.status, row.note) == ("done", "The letter is out")
    assert "Saved: 1.1.2 is done (was not started)" in ann.text
    assert "“The letter is out”" in ann.text
    assert ann.seen[-1].buttons == ["Edit", "Undo"]


@pytest.mark.parametrize("channel", ["forms", ""])
async def test_an_update_without_words_is_a_form_that_stays_open_until_it_is_right(
    county: County, channel: str
) -> None:
    ann = county.person("ann")
    await ann.types("update", channel)
    await ann.submits(note="Two units said yes")
    assert "Choose the step this is about." in ann.faults or "Choose one." in ann.faults
    assert ann.form is not None
    assert "Two units said yes" in ann.form.words
    assert county.count(update) == (0,)
    await ann.submits(step="1.2.2", status="In progress")
    assert ann.form is None
    (row,) = county.rows(update)
    assert (row.status, row.note) == ("in progress", "Two units said yes")
    assert "Saved: 1.2.2 is in progress (was not started)" in ann.text


async def test_an_update_by_the_prompts_button_is_edited_and_undone_from_its_receipt(
    county: County, prompt: Shown
) -> None:
    ben, as_posted = county.person("ben"), prompt.words
    await ben.presses("Update a step", prompt)
    await ben.submits(status="Blocked", note="No sender number yet")  # his only step is chosen already
    assert "Saved: 1.1.3 is blocked" in ben.text
    assert prompt.words == as_posted
    await ben.presses("Edit")
    assert ben.form is not None
    assert "No sender number yet" in ben.form.words
    await ben.submits(note="The phone company owes us a sender number")
    assert "owes us a sender number" in ben.text
    assert [row.withdrawn_at is None for row in county.rows(update)] == [False, True]
    await ben.presses("Undo")
    assert "Taken back" in ben.text
    assert "What you had said before the edit stands again." in ben.text
    await ben.types("undo")
    assert "It is not started now." in ben.text


async def test_a_strategys_number_asks_which_of_its_steps(county: County) -> None:
    ann = county.person("ann")
    await ann.types("update 1.1 done It is out", "forms")
    assert "Which step of 1.1 is it?" in ann.text
    assert county.count(update) == (0,)
    await ann.presses("1.1.2")
    (row,) = county.rows(update)
    assert (row.status, row.note) == ("done", "It is out")
    assert "Saved: 1.1.2 is done" in ann.text


async def test_a_closed_step_is_reopened_only_when_that_is_confirmed(county: County) -> None:
    ann, ben = county.person("ann"), county.person("ben")
    await ann.types("update 1.1.2 done")
    await ben.types("update 1.1.2 in progress")
    assert "Nothing has changed yet." in ben.text
    assert county.count(update) == (1,)
    await ben.presses("Reopen 1.1.2")
    assert "Saved: 1.1.2 is in progress (was done)" in ben.text
    assert county.count(update) == (2,)


async def test_only_its_author_changes_an_update(county: County) -> None:
    ann, ben = county.person("ann"), county.person("ben")
    await ann.types("update 1.1.2 done")
    await ben.types("undo")
    assert "There is nothing of yours to take back." in ben.text
    assert county.rows(update)[0].withdrawn_at is None


# words that are no command, and those that are not for everybody


async def test_help_says_what_can_be_said(county: County) -> None:
    ann = county.person("ann")
    await ann.types("help")
    for words in ("update", "win", "agenda", "undo"):
        assert words in ann.text
    assert "newsletter" not in ann.text  # for a coordinator
    await ann.types("help update")
    assert "Record progress on an action step" in ann.text
    assert county.count(update) == (0,)


async def test_an_unknown_word_is_answered_with_the_nearest(county: County) -> None:
    ann = county.person("ann")
    await ann.types("updte 1.1.2 done", "forms")
    assert "I do not know “updte”. Did you mean “update”?" in ann.text
    assert county.count(update) == (0,)


async def test_what_one_may_not_do_is_refused_with_whom_to_ask(county: County) -> None:
    ann = county.person("ann")
    await ann.types("report", "forms")
    assert "“report” is for a coordinator. Ask Cora Lane" in ann.text
    assert not [post for post in county.posts("forms") if "roll-up" in post.words]


async def test_what_people_write_is_only_text_wherever_it_is_shown(county: County, prompt: Shown) -> None:
    ann, ben = county.person("ann"), county.person("ben")
    await ann.replies(prompt, "1.1.2 blocked {{ 7*7 }} [x](do:undo) | a & b")
    assert county.rows(update)[0].note == "{{ 7*7 }} [x](do:undo) | a & b"
    await ben.types("steps 1.1.2")
    assert "{{ 7" in ben.text
    assert "49" not in ben.text
    assert "Undo" not in ben.seen[-1].buttons


# nudges


async def test_owners_of_quiet_steps_are_nudged_privately_and_can_put_it_off(county: County) -> None:
    ann, ben, cora = (county.person(name) for name in ("ann", "ben", "cora"))
    await county.travel(date(2026, 3, 24))
    assert county.sent("nudge") == ["2026-03-24 09:00"] * 2
    assert "2 steps of yours have no update in March 2026 yet." in ann.text
    assert "1 step of yours has no update in March 2026 yet." in ben.text
    assert not [shown for shown in cora.seen if "of yours" in shown.words]
    await ben.presses("Snooze 2 days")
    assert "No reminder before Thursday 26 March 2026." in ben.text
    await ann.presses("Stop these")
    assert "Your reminders are off now." in ann.text
    await county.travel(date(2026, 3, 26))
    assert county.sent("nudge")[2:] == ["2026-03-26 09:00"]
    await ben.presses("Update", ben.card("As you asked, once more"))
    await ben.submits(status="In progress")
    assert "Saved: 1.1.3 is in progress" in ben.text
