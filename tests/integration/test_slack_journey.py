"""The journey of a county on Slack: set up by typing, a month with its meeting, the roll-up, the newsletter.

Everything real but Slack itself: signed requests to `/slack/events`, the dispatcher, all handlers and jobs, the outbox,
SQLite and PostgreSQL. Every call to Slack is held against Slack's contract when a test ends.
"""

from __future__ import annotations

from datetime import date, time

import pytest

from storage.models import attendance, follow_up, meeting, meeting_note, story, update
from tests.slack_county import CHANNELS, URL, County, labels, words_of
from tests.slack_larkspur import county
from tests.slack_people import Json

__all__ = ["county"]

PROMPT_DAY = date(2026, 3, 5)  # three working days before Tuesday the tenth
WIN = "The front desk cut the welcome packet from eleven pages to three, and the lobby is quieter for it."


@pytest.fixture
async def prompt(county: County) -> Json:
    """The prompt for the March meeting, just posted."""
    await county.travel(PROMPT_DAY)
    return county.newest("forms", "March 2026 meeting")


def reactions(county: County) -> list[str]:
    return [call["name"] for call in county.slack.called("reactions.add")]


# setting up


async def test_a_coordinator_sets_the_county_up_by_typing(county: County) -> None:
    cora = county.person("cora")
    await cora.types("/sip workgroup First contact")
    assert "Strategies: 1.1, 1.2" in cora.text
    assert "Channel: #forms" in cora.text
    assert "Led by: Ann Ortiz" in cora.text
    assert "Ben Okafor, equity member" in cora.text
    await cora.types("/sip settings")
    assert "Executive channel: #executives" in cora.text
    assert "Name: Larkspur County" in cora.text
    await cora.types("/sip steps 1.1.2")
    assert "Owner: Ann Ortiz" in cora.text


# the prompt and its thread


async def test_the_prompt_comes_to_the_workgroups_channel_three_working_days_before(county: County) -> None:
    await county.travel(PROMPT_DAY, time(8, 59))
    assert county.slack.posts(CHANNELS["forms"]) == []
    await county.travel(PROMPT_DAY)
    assert county.when("March 2026 meeting") == ["2026-03-05 09:00"]
    post = county.newest("forms")
    assert f"@{county.person('ann').slack.user}: please add a word on 2 steps" in words_of(post)
    assert labels(post) == ["Update a step", "Tell a win", "Record the meeting", "Not meeting this month"]


async def test_a_reply_that_names_a_step_is_an_update(county: County, prompt: Json) -> None:
    ann = county.person("ann")
    said = await ann.replies(prompt, "1.1.2 done, the letter is at the printer")
    (row,) = county.rows(update)
    assert (row.status, row.note, row.source) == ("done", "the letter is at the printer", "thread")
    (reaction,) = county.slack.called("reactions.add")
    assert (reaction["name"], reaction["timestamp"]) == ("white_check_mark", said["ts"])
    private = county.slack.called("chat.postEphemeral")[-1]
    assert (private["user"], private["thread_ts"]) == (ann.slack.user, prompt["ts"])
    assert "Saved: 1.1.2 is done (was not started)" in ann.text
    assert "It will appear in the March 2026 roll-up on 1 April 2026." in ann.text


async def test_two_updates_in_one_reply_are_both_stored(county: County, prompt: Json) -> None:
    ann = county.person("ann")
    await ann.replies(prompt, "1.1.2 done\n1.2.2 blocked waiting for the contract")
    assert [(row.status, row.note) for row in county.rows(update)] == [
        ("done", ""),
        ("blocked", "waiting for the contract"),
    ]
    assert "Saved 2 updates" in ann.text
    await ann.presses("Undo")
    assert all(row.withdrawn_at for row in county.rows(update))


async def test_a_remark_is_kept_and_its_author_is_asked_which_step(county: County, prompt: Json) -> None:
    ann = county.person("ann")
    await ann.replies(prompt, "The printer sent the letter back with questions")
    assert reactions(county) == ["memo"]
    assert "Which step is it about?" in ann.text
    assert county.count(update, meeting_note) == (0, 1)
    await ann.presses(next(label for label in labels(ann.slack.seen[-1]) if label.startswith("1.1.2")))
    (row,) = county.rows(update)
    assert row.note == "The printer sent the letter back with questions"
    assert "Saved: 1.1.2" in ann.text


async def test_somebody_new_who_only_replies_is_known_by_name(county: County, prompt: Json) -> None:
    ann, eve = county.person("ann"), county.person("eve")
    await eve.replies(prompt, "1.1.1 in progress I call them on Mondays")
    await ann.types("/sip steps 1.1.1")
    assert "Eve Farah: in progress" in ann.text


async def test_mentions_are_kept_as_the_names_people_read(county: County, prompt: Json) -> None:
    ann, ben = county.person("ann"), county.person("ben")
    await ann.types(f"/sip update 1.1.2 in progress with {ben.mention} in <#{CHANNELS['forms']}|forms>")
    await ann.replies(prompt, f"1.2.2 blocked, ask <@{ben.slack.user}>")
    await ann.tells_win_of(
        await ann.slack.says(f"<@{ben.slack.user}> cut the form to one page", channel=CHANNELS["forms"])
    )
    assert "@Ben Okafor cut the form to one page" in words_of(ann.form)
    assert [row.note for row in county.rows(update)] == ["with @Ben Okafor in #forms", "ask @Ben Okafor"]


async def test_talk_in_other_threads_is_nobodys_business(county: County, prompt: Json) -> None:
    ann = county.person("ann")
    other = await ann.slack.says("Who brings cake?", channel=CHANNELS["forms"])
    await ann.replies(other, "1.1.2 done")
    assert county.count(update, meeting_note) == (0, 0)
    assert reactions(county) == []


# updates by typing, form and button


async def test_a_typed_update_is_answered_in_the_response_without_a_call(county: County) -> None:
    ann, before = county.person("ann"), len(county.slack.calls)
    body = await ann.types("/sip update 1.1.2 done The letter is out")
    assert body["response_type"] == "ephemeral"
    assert "Saved: 1.1.2 is done" in words_of(body)
    assert "“The letter is out”" in words_of(body)
    assert len(county.slack.calls) == before


async def test_an_update_by_form(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip update", "forms")
    await ann.submits(step="1.2.2", status="In progress", note="Two units said yes")
    assert ann.slack.modal is None
    assert "Saved: 1.2.2 is in progress (was not started)" in ann.text
    assert county.slack.called("chat.postEphemeral")[-1]["channel"] == CHANNELS["forms"]


async def test_a_form_without_its_answer_stays_open(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip update")
    body = await ann.submits(note="We began")
    assert body["errors"] == {"step": "Choose the step this is about."}
    assert county.count(update) == (0,)


async def test_update_edit_and_undo_by_buttons(county: County, prompt: Json) -> None:
    ben = county.person("ben")
    await ben.presses("Update a step", prompt)
    await ben.submits(status="Blocked", note="No sender number yet")  # his only step is chosen already
    assert "Saved: 1.1.3 is blocked" in ben.text
    await ben.presses("Edit")
    await ben.submits(note="The phone company owes us a sender number")
    assert "owes us a sender number" in ben.text
    assert [row.withdrawn_at is None for row in county.rows(update)] == [False, True]
    await ben.presses("Undo")
    assert "Taken back" in ben.text
    assert "What you had said before the edit stands again." in ben.text
    await ben.types("/sip undo")
    assert "It is not started now." in ben.text


# wins


async def test_a_win_by_the_message_shortcut_is_reviewed_and_approved(county: County) -> None:
    ann, cora = county.person("ann"), county.person("cora")
    post = await ann.slack.says(WIN, channel=CHANNELS["forms"])
    await ann.tells_win_of(post)
    assert WIN in words_of(ann.form)
    await ann.submits(consent="Only staff", step="1.1.2")
    assert "Your win is in review." in ann.text
    card = cora.direct[-1]
    assert WIN in words_of(card)
    assert labels(card) == ["Approve", "Edit", "Send back", "Decline"]
    await cora.presses("Approve", card)
    assert "Approved:" in words_of(card)  # the card itself, so that nobody approves it twice
    assert "Your win is approved." in ann.text
    assert [row.state for row in county.rows(story)] == ["approved"]


async def test_a_double_click_on_approve_tells_the_author_once(county: County) -> None:
    ann, cora = county.person("ann"), county.person("cora")
    await ann.types(f"/sip win {WIN}")
    await ann.submits(consent="Only staff")
    card = dict(cora.direct[-1])
    await cora.presses("Approve", card)
    await cora.presses("Approve", card)
    assert "Nothing changed: this story is approved by cora." in cora.text
    assert len([post for post in ann.direct if "approved" in words_of(post)]) == 1


async def test_a_win_that_tells_too_much_stays_in_its_form(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip win Maria Lopez, 34, of 12 Elm Street called (555) 123-4567 about her CPS case")
    body = await ann.submits(consent="Only staff")
    assert "text" in body["errors"]
    assert county.count(story) == (0,)


# the meeting


async def test_the_meeting_is_recorded_from_the_prompt(county: County, prompt: Json) -> None:
    ann, ben = county.person("ann"), county.person("ben")
    await ben.replies(prompt, "I will bring the numbers from the front desk")
    await county.travel(date(2026, 3, 10), time(15))
    await ann.presses("Record the meeting", prompt)
    assert "I will bring the numbers from the front desk" in words_of(ann.form)
    await ann.submits(
        attendance=["Ann Ortiz", "Ben Okafor"],
        decisions="Large print on every letter.",
        follow_ups="@Ben Okafor: ask the phone company by 20 March",
    )
    assert "Saved: First contact met on 10 March 2026." in ann.text
    assert county.count(meeting, attendance, follow_up) == (1, 2, 1)
    note = county.newest("forms")
    assert "We met on 10 March 2026." in words_of(note)
    assert f"@{ben.slack.user}: ask the phone company" in words_of(note)


async def test_an_unrecorded_meeting_is_asked_about_before_the_month_ends(county: County) -> None:
    await county.travel(date(2026, 3, 26))
    ann = county.person("ann")
    assert county.when("Did First contact meet in March 2026?") == ["2026-03-26 09:00"]
    await ann.presses("Not meeting this month", ann.direct[-1])
    await ann.submits(reason="Half of us were at the regional training.")
    assert "Saved: First contact does not meet in March 2026." in ann.text
    assert "We do not meet in March 2026." in words_of(county.newest("forms"))
    await county.travel(date(2026, 4, 1))
    assert "excused: First contact" in words_of(county.newest("executives"))


# nudges


async def test_owners_of_quiet_steps_are_nudged_once_and_can_put_it_off(county: County) -> None:
    ann, ben, cora = (county.person(name) for name in ("ann", "ben", "cora"))
    await county.travel(date(2026, 3, 24))
    assert county.when("no update in March 2026") == ["2026-03-24 09:00"] * 2
    assert not cora.direct
    await ben.presses("Snooze 2 days", ben.direct[-1])
    assert "No reminder before Thursday 26 March 2026." in ben.text
    await ann.presses("Stop these", ann.direct[-1])
    assert "Your reminders are off now." in ann.text
    await county.travel(date(2026, 4, 30))
    assert [when for when in county.when("1 step of yours") if when < "2026-04"] == [
        "2026-03-24 09:00",
        "2026-03-26 09:00",
    ]
    assert not [post for post in ann.direct if "April 2026 yet" in words_of(post)]


# the roll-up and the newsletter


async def test_what_was_said_in_march_is_in_the_roll_up_and_the_newsletter(county: County, prompt: Json) -> None:
    ann, ben, cora = (county.person(name) for name in ("ann", "ben", "cora"))
    await ann.replies(prompt, "1.1.2 done, the letter is out")
    await ben.replies(prompt, "1.1.3 blocked, no sender number yet")
    await ann.types(f"/sip win {WIN}")
    await ann.submits(consent="Only staff", step="1.1.2")
    await cora.presses("Approve", cora.direct[-1])
    await county.travel(date(2026, 3, 10), time(15))
    await ann.presses("Record the meeting", prompt)
    await ann.submits(decisions="Large print on every letter.")
    await cora.types("/sip measure record 1 46.5% 2026-02")

    await county.travel(date(2026, 4, 1), time(8, 59))
    assert county.slack.posts(CHANNELS["executives"]) == []
    await county.travel(date(2026, 4, 1))
    rollup = county.newest("executives")
    for words in (
        "March 2026 roll-up",
        "46.5%",
        "1 of 1 workgroup met",
        "no sender number yet",
        WIN[:40],
    ):
        assert words in words_of(rollup)
    await ann.presses("Undo", next(post for post in ann.slack.seen if "Saved: 1.1.2" in words_of(post)))
    assert "roll-up with this update is already published" in ann.text

    await county.travel(date(2026, 4, 7))
    assert county.when("The draft of the quarter's newsletter is ready") == ["2026-04-07 09:00"]
    await publishes(county)
    edition = county.newest("intake", "Read the newsletter")
    assert "Larkspur County newsletter, Q1 2026" in words_of(edition)
    (url,) = [e["url"] for b in edition["blocks"] if b["type"] == "actions" for e in b["elements"]]
    page = await county.get(url.removeprefix(URL))
    assert "Thank you all for a steady quarter." in page
    assert WIN in page
    await cora.types("/sip newsletter publish")
    assert len([post for post in county.slack.posts(CHANNELS["intake"]) if "Read the" in words_of(post)]) == 1


async def publishes(county: County) -> None:
    """Cora takes the draft from its direct message to publication."""
    cora = county.person("cora")
    await cora.presses("Approve", cora.direct[-1])
    assert "is not approved yet" in cora.text
    await cora.presses("None this quarter")
    await cora.presses("Edit", cora.direct[-1])
    await cora.presses("From the manager")
    await cora.submits(text="Thank you all for a steady quarter.")
    assert "it can be approved" in cora.text
    await cora.presses("Preview")
    assert "Thank you all for a steady quarter." in cora.text
    await cora.presses("Approve")
    await cora.presses("Publish")


# home


async def test_home_shows_my_steps_and_lets_me_report_on_them(county: County) -> None:
    ann = county.person("ann")
    home = await ann.opens_home()
    assert "1.1.2 Rewrite the welcome letter" in home
    assert "First contact meets on 10 March 2026" in home
    await ann.presses_at_home("Give an update")
    await ann.submits(step="1.1.2", status="Done")
    assert "Saved: 1.1.2 is done" in ann.text
    assert "1.1.2" not in (await ann.opens_home())
