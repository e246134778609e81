"""Wins, meetings and what becomes of a month and a quarter, wherever people talk."""

from __future__ import annotations

from datetime import date, time

import pytest

from storage.models import attendance, follow_up, meeting, report, story, update
from tests.contract.driver import County, Shown
from tests.contract.platforms import EVERYWHERE

pytestmark = EVERYWHERE

WIN = "The front desk cut the welcome packet from eleven pages to three, and the lobby is quieter for it."
TOO_MUCH = "Maria Lopez, 34, of 12 Elm Street called (555) 123-4567 about her CPS case"


@pytest.fixture
async def prompt(county: County) -> Shown:
    """The prompt for the March meeting, just posted."""
    await county.travel(date(2026, 3, 5))
    return county.newest("forms", "March 2026 meeting")


# wins


@pytest.mark.parametrize("channel", ["forms", ""])
async def test_a_win_that_tells_too_much_stays_in_its_form_until_it_is_mended(county: County, channel: str) -> None:
    ann, cora = county.person("ann"), county.person("cora")
    await ann.types("win", channel)
    await ann.submits(text=TOO_MUCH, consent="Only staff", step="1.1.2")
    assert "“Maria”: This looks like the name of a person we serve." in ann.faults
    assert ann.form is not None
    assert TOO_MUCH in ann.form.words
    assert county.count(story) == (0,)
    assert not [shown for shown in cora.seen if "A win from" in shown.words]
    await ann.submits(text=WIN)
    assert ann.form is None
    assert "Your win is in review." in ann.text
    (row,) = county.rows(story)
    assert (row.state, row.text, row.consent != "") == ("in review", WIN, True)
    assert row.step_id is not None
    assert WIN in cora.text
    assert not [post for post in county.posts("forms") if "lobby" in post.words or "Maria" in post.words]


async def test_a_coordinator_approves_on_the_card_and_the_author_hears_of_it(county: County) -> None:
    ann, cora = county.person("ann"), county.person("cora")
    await ann.types(f"win {WIN}")
    await ann.submits(consent="Only staff", step="1.1.2")
    card = cora.card("A win from Ann Ortiz")
    assert card.buttons == ["Approve", "Edit", "Send back", "Decline"]
    await cora.presses("Approve", card)
    assert "Approved:" in card.words  # the card itself, so that nobody approves it twice
    assert "Approve" not in card.buttons
    assert "Your win is approved." in ann.text
    assert [row.state for row in county.rows(story)] == ["approved"]


async def test_a_win_told_from_a_message_begins_with_its_words(county: County) -> None:
    ann = county.person("ann")
    said = await ann.says(WIN, "forms")
    await ann.tells_win_of(said)
    assert ann.form is not None
    assert WIN in ann.form.words
    await ann.submits(consent="Only staff")
    assert "Your win is in review." in ann.text
    assert [row.text for row in county.rows(story)] == [WIN]


async def test_a_win_comes_back_with_a_question_and_is_told_better(county: County) -> None:
    ann, cora = county.person("ann"), county.person("cora")
    await ann.types(f"win {WIN}")
    await ann.submits(consent="Only staff")
    await cora.presses("Send back", cora.card("A win from Ann Ortiz"))
    await cora.submits(reason="Which office was it?")
    assert "Ann Ortiz has been told: “Which office was it?”" in cora.text
    await county.travel(date(2026, 3, 2), time(11))
    await ann.presses("Edit", ann.card("Please look at this: “Which office was it?”"))
    assert ann.form is not None
    assert WIN in ann.form.words
    await ann.submits(text=f"{WIN} It was the north office.")
    assert [(row.state, row.text[-17:]) for row in county.rows(story)] == [("in review", "the north office.")]
    assert "north office" in cora.text


# the meeting


async def test_the_meeting_is_recorded_from_the_prompt(county: County, prompt: Shown) -> None:
    ann, ben = county.person("ann"), county.person("ben")
    await ben.replies(prompt, "I will bring the numbers from the front desk")
    await county.travel(date(2026, 3, 10), time(15))
    await ann.presses("Record the meeting", prompt)
    assert ann.form is not None
    assert "I will bring the numbers from the front desk" in ann.form.words
    await ann.submits(
        attendance=["Ann Ortiz", "Ben Okafor"],
        decisions="Large print on every letter.",
        follow_ups="@Ben Okafor: ask the phone company by 20 March",
    )
    assert "Saved: First contact met on 10 March 2026." in ann.text
    assert county.count(meeting, attendance, follow_up) == (1, 2, 1)
    note = county.newest("forms", "We met on 10 March 2026.")
    assert "ask the phone company" in note.words


async def test_an_unrecorded_meeting_is_asked_about_before_the_month_ends(county: County) -> None:
    await county.travel(date(2026, 3, 26))
    ann = county.person("ann")
    await ann.presses("Not meeting this month", ann.card("Did First contact meet in March 2026?"))
    await ann.submits(reason="Half of us were at the regional training.")
    assert "Saved: First contact does not meet in March 2026." in ann.text
    assert "We do not meet in March 2026." in county.newest("forms").words


# the month and the quarter


async def test_a_coordinator_sees_the_report_as_it_stands_and_shows_it_only_on_request(county: County) -> None:
    ann, cora = county.person("ann"), county.person("cora")
    await ann.types("update 1.1.2 done The letter is out")
    await cora.types("report", "intake")
    assert "March 2026 roll-up" in cora.text
    assert not [post for post in county.posts("intake") if "roll-up" in post.words]
    await cora.types("report public", "intake")
    assert "March 2026 roll-up" in county.newest("intake").words


async def test_a_month_goes_from_the_prompt_to_the_roll_up_and_a_quarter_to_the_newsletter(
    county: County, prompt: Shown
) -> None:
    ann, ben, cora = (county.person(name) for name in ("ann", "ben", "cora"))
    await ann.replies(prompt, "1.1.2 done, the letter is out")
    receipt = ann.card("Saved: 1.1.2")
    await ben.replies(prompt, "1.1.3 blocked, no sender number yet")
    await ann.types(f"win {WIN}")
    await ann.submits(consent="Only staff", step="1.1.2")
    await cora.presses("Approve", cora.card("A win from Ann Ortiz"))
    await county.travel(date(2026, 3, 10), time(15))
    await ann.presses("Record the meeting", prompt)
    await ann.submits(decisions="Large print on every letter.")
    await cora.types("measure record 1 46.5% 2026-02")

    before = len(county.posts("executives"))
    await county.travel(date(2026, 4, 1), time(8, 59))
    assert len(county.posts("executives")) == before
    await county.travel(date(2026, 4, 1))
    assert county.sent("rollup") == ["2026-04-01 09:00"]
    rollup = county.newest("executives")
    for words in ("March 2026 roll-up", "46.5%", "1 of 1 workgroup met", "no sender number yet", WIN[:40]):
        assert words in rollup.words
    await ann.presses("Undo", receipt)
    assert "roll-up with this update is already published" in ann.text
    assert all(row.withdrawn_at is None for row in county.rows(update))

    await county.travel(date(2026, 4, 7))
    assert county.sent("newsletter_draft") == ["2026-04-07 09:00"]
    await publishes(county)
    await withdraws(county)


async def publishes(county: County) -> None:
    """Cora takes the draft from her chat to publication."""
    cora = county.person("cora")
    draft = cora.card("The draft of the quarter's newsletter is ready")
    await cora.presses("Approve", draft)
    assert "is not approved yet" in cora.text
    await cora.presses("None this quarter")
    await cora.presses("Edit", draft)
    await cora.presses("From the manager")
    await cora.submits(text="Thank you all for a steady quarter.")
    assert "it can be approved" in cora.text
    await cora.presses("Preview")
    assert "Thank you all for a steady quarter." in cora.text
    assert not [post for post in county.posts("intake") if "steady quarter" in post.words]
    await cora.presses("Approve")
    assert "Approved. It goes out when you press Publish." in cora.text
    await cora.presses("Publish")
    assert "Published. It will appear in a moment in intake." in cora.text
    edition = county.newest("intake", "Larkspur County newsletter, Q1 2026")
    assert edition.buttons == ["Read the newsletter"]
    (row,) = [row for row in county.rows(report) if row.kind == "newsletter"]
    assert row.state == "published"
    await cora.types("newsletter publish")
    assert "is not approved: it is published" in cora.text
    assert len(county.sent("newsletter")) == 1


async def withdraws(county: County) -> None:
    """Cora takes it back again, and says why under it."""
    cora = county.person("cora")
    await cora.presses("Withdraw", cora.card("Published. It will appear"))
    await cora.submits(reason="The numbers on page one were wrong.")
    assert "Withdrawn. Its page says so now." in cora.text
    assert "Reason: The numbers on page one were wrong." in county.newest("intake", "was withdrawn").words
    (row,) = [row for row in county.rows(report) if row.kind == "newsletter"]
    assert row.state == "withdrawn"
