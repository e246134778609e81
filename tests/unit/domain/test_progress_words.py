"""What replies in a prompt's thread mean: a table of real-life wordings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from

from bot.domain.progress_words import Said, read_reply, take_status

REFS = frozenset({"1.2.1", "1.2.2", "1.2.3", "1.2.4", "2.1.1", "3.1.2", "10.12.1"})

_PIECES = [
    "1.2.3",
    "1.2",
    "9.9.9",
    "done",
    "blocked",
    "✅",
    "and",
    "-",
    ":",
    "?",
    "\n",
    "\n\n",
    " ",
    "by Friday",
    "lunch",
    "“x”",
]


def text():
    """Replies made of the pieces the rules look at."""
    return lists(sampled_from(_PIECES), max_size=12).map("".join)


# reply -> (ref, status, note) of each item
REPLIES = {
    "1.2.3 done": [("1.2.3", "done", "")],
    "1.2.3 done piloted the form": [("1.2.3", "done", "piloted the form")],
    "1.2.3 ✅": [("1.2.3", "done", "")],
    "✅ 1.2.3": [("1.2.3", "done", "")],
    "1.2.3 ✔️ both units": [("1.2.3", "done", "both units")],
    "1.2.3 :white_check_mark: thanks all": [("1.2.3", "done", "thanks all")],
    "Step 1.2.3 – complete!": [("1.2.3", "done", "")],
    "#1.2.3 in progress": [("1.2.3", "in progress", "")],
    "1.2.3: done - the “welcome” form is out": [("1.2.3", "done", "the “welcome” form is out")],
    "1.2.3 — it’s going well": [("1.2.3", None, "it’s going well")],
    "1.2.3 is now underway": [("1.2.3", "in progress", "")],
    "- 1.2.3 in-progress, half of staff trained": [("1.2.3", "in progress", "half of staff trained")],
    "Finished 1.2.3 on Monday": [("1.2.3", "done", "on Monday")],
    "We've started working on 1.2.3": [("1.2.3", "in progress", "")],
    "I’ve completed step 1.2.3": [("1.2.3", "done", "")],
    "1.2.3 waiting on IT": [("1.2.3", "blocked", "waiting on IT")],
    "1.2.3 on hold until the contract is signed": [("1.2.3", "blocked", "on hold until the contract is signed")],
    "1.2.3 not started": [("1.2.3", "not started", "")],
    "1.2.3 not done yet": [("1.2.3", None, "not done yet")],
    "1.2.3 almost done": [("1.2.3", None, "almost done")],
    "1.2.3 will be done next month": [("1.2.3", None, "will be done next month")],
    "1.2.3 done by Friday": [("1.2.3", None, "done by Friday")],
    "1.2.3 done by Ann in both units": [("1.2.3", "done", "by Ann in both units")],
    "1.2.3 cancelled, see 1.2.4": [("1.2.3", "dropped", "see 1.2.4")],
    "1.2.3 and 1.2.4 done": [("1.2.3", "done", ""), ("1.2.4", "done", "")],
    "1.2.3, 2.1.1: blocked, no room": [("1.2.3", "blocked", "no room"), ("2.1.1", "blocked", "no room")],
    "1.2.1-1.2.3 done": [("1.2.1", "done", ""), ("1.2.2", "done", ""), ("1.2.3", "done", "")],
    "1.2.3 done, 1.2.4 blocked waiting on IT": [("1.2.3", "done", ""), ("1.2.4", "blocked", "waiting on IT")],
    "1.2.3 done piloted the form\n1.2.4 blocked: waiting on IT": [
        ("1.2.3", "done", "piloted the form"),
        ("1.2.4", "blocked", "waiting on IT"),
    ],
    "1.2.3 done\nBoth units use it.\n\nThe room is booked for Friday": [
        ("1.2.3", "done", "Both units use it."),
        ("", None, "The room is booked for Friday"),
    ],
    "The training for 1.2.3 is done": [("1.2.3", None, "The training for 1.2.3 is done")],
    "<@U0BOT> 1.2.3 done": [("1.2.3", "done", "")],
    "<@U0BOT|sipbot> done": [("", "done", "")],
    "*1.2.3* done": [("1.2.3", "done", "")],
    "1.2.3 :tada: both units": [("1.2.3", None, ":tada: both units")],
    "1.2.3 (done)": [("1.2.3", "done", "")],
    "Still working on 1.2.3": [("1.2.3", "in progress", "")],
    "finished 1.2.3, still working on 1.2.4": [("1.2.3", "done", ""), ("1.2.4", "in progress", "")],
    "Done: 1.2.3 piloted; blocked: 1.2.4 no room": [("1.2.3", "done", "piloted"), ("1.2.4", "blocked", "no room")],
    "Done: 1.2.3 piloted, 1.2.4 trained": [("1.2.3", "done", "piloted, 1.2.4 trained")],
    "Completed 1.2.3, 1.2.4 and 2.1.1.": [("1.2.3", "done", ""), ("1.2.4", "done", ""), ("2.1.1", "done", "")],
    "The form is out for 1.2.3 and 1.2.4": [
        ("1.2.3", None, "The form is out for 1.2.3 and 1.2.4"),
        ("1.2.4", None, "The form is out for 1.2.3 and 1.2.4"),
    ],
    "10.12.1 started": [("10.12.1", "in progress", "")],
    "1.9.9 done": [("1.9.9", "done", "")],
    "1.2 done": [("1.2", "done", "")],
    "strategy 1.2 is going well": [("1.2", None, "is going well")],
    "done": [("", "done", "")],
    "Done!": [("", "done", "")],
    "all done": [("", "done", "")],
    "Done - piloted in one unit": [("", "done", "piloted in one unit")],
    "Still in progress.": [("", "in progress", "")],
    "It’s done, thanks!": [("", "done", "thanks!")],
    "blocked by the contract": [("", "blocked", "by the contract")],
    "✅": [("", "done", "")],
}  # fmt: skip

# Prose: kept word for word, no step and no status read into it.
PROSE = [
    "we are done with lunch",
    "Done with the slides, see you there",
    "I'm stuck in traffic",
    "waiting for Ann to join",
    "3 of 5 done",
    "meeting on 3.12",
    "moved to 3.12.2026",
    "see you 12/3",
    "CalWORKs 2.0 is coming",
    "2.0 training went well",
    "we use version 1.2.3 of the form",
    "upgraded to v1.2.3",
    "server 10.1.2.3 is done",
    "Is 1.2.3 done?",
    "1.2.3 done?",
    "who has the agenda",
    "progress was slow this month",
    "Started at 9, we should close early",
    "64.5% engaged, up 1.2 points",
    "closed on Monday for the holiday",
    "1.5 hours is enough",
    "complete list attached",
]


@pytest.mark.parametrize("text", REPLIES)
def test_a_reply_that_names_a_step_or_a_status(text):
    assert [(said.ref, said.status, said.note) for said in read_reply(text, REFS)] == REPLIES[text]


@pytest.mark.parametrize("text", PROSE)
def test_prose_stays_prose(text):
    assert read_reply(text, REFS) == (Said("", None, text, text),)


@given(text())
def test_no_line_is_lost_whatever_is_written(reply):
    kept = "\n".join(said.text for said in read_reply(reply, REFS))
    assert all(line.strip() in kept for line in reply.splitlines())


def test_every_word_of_a_reply_is_kept():
    text = "Hi all, mine:\n1.2.3 done\npiloted\n\nThe room moved\nto B2"
    assert "\n".join(said.text for said in read_reply(text, REFS)) == text.replace("\n\n", "\n")


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("is done - piloted", ("done", "piloted")),
        ("waiting on IT", ("blocked", "waiting on IT")),
        ("WIP", ("in progress", "")),
        ("donep", None),
        ("done-ish", None),
        ("start-up costs are known", None),
        ("", None),
    ],
)
def test_a_status_at_the_beginning(text, taken):
    assert take_status(text) == taken
