"""What replies in a prompt's thread mean: a table of real-life wordings."""

from __future__ import annotations

import time

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


BLOCKED, DONE, STARTED, DROPPED, WAITS = "blocked", "done", "in progress", "dropped", "not started"

# reply -> the status that is stored for each step: what is in doubt leaves it as it is.
STORED = {
    # a later step is the condition
    "1.2.1 blocked until 1.2.2 is done": {"1.2.1": BLOCKED},
    "1.2.1 waiting until 1.2.2 is done": {"1.2.1": BLOCKED},
    "1.2.1 blocked until the contract for 1.2.2 is done": {"1.2.1": BLOCKED},
    "1.2.1 in progress, needs 1.2.2 done first": {"1.2.1": STARTED},
    "1.2.1 in progress and will be done when 1.2.2 is complete": {"1.2.1": STARTED},
    "1.2.1 done once 1.2.2 is done": {"1.2.1": None},
    "1.2.1 done if 1.2.2 is done": {"1.2.1": None},
    "1.2.1 done after 1.2.2 is done": {"1.2.1": None},
    "1.2.1 done unless 1.2.2 is blocked": {"1.2.1": None},
    "Done with 1.2.1 once 1.2.2 is done": {"1.2.1": None},
    "Blocked: 1.2.1 until 1.2.2 is done": {"1.2.1": BLOCKED},
    "1.2.1 en curso, necesita 1.2.2 listo": {"1.2.1": STARTED},
    "1.2.1 bloqueado: hasta que 1.2.2 está listo": {"1.2.1": BLOCKED},
    # Spanish
    "1.2.1 todo listo": {"1.2.1": DONE},
    "1.2.1 todo terminado": {"1.2.1": DONE},
    "1.2.1 todo completo": {"1.2.1": DONE},
    "1.2.1 ya está hecho, gracias": {"1.2.1": DONE},
    "Terminado 1.2.1": {"1.2.1": DONE},
    "1.2.1 y 1.2.2 listo": {"1.2.1": DONE, "1.2.2": DONE},
    "1.2.1 terminado, 1.2.2 en curso y 1.2.3 bloqueado": {"1.2.1": DONE, "1.2.2": STARTED, "1.2.3": BLOCKED},
    "1.2.1 no empezado": {"1.2.1": WAITS},
    "Todo listo": {"": DONE},
    "1.2.1 todo bien": {"1.2.1": None},
    "Todo.": {"": None},
    "Todo, menos la carta": {"": None},
    "1.2.1 listo, menos la carta": {"1.2.1": None},
    "1.2.1 listo para revisar": {"1.2.1": None},
    "1.2.1 no listo": {"1.2.1": None},
    "1.2.1 casi listo": {"1.2.1": None},
    "1.2.1 aún no está listo": {"1.2.1": None},
    "1.2.1 todavía no terminado": {"1.2.1": None},
    "1.2.1 lista de familias": {"1.2.1": None},
    "1.2.1 iniciado y terminado": {"1.2.1": None},
    "1.2.1 bloqueado, ya listo": {"1.2.1": None},
    # a second status
    "1.2.1 was blocked, now done": {"1.2.1": DONE},
    "1.2.1 was in progress, now complete": {"1.2.1": DONE},
    "1.2.1 was on track until IT left, now blocked": {"1.2.1": BLOCKED},
    "Blocked until Monday, now done": {"": DONE},
    "1.2.1 was blocked, now done by Friday": {"1.2.1": None},
    "1.2.1 was blocked but is done now": {"1.2.1": None},
    "1.2.1 was on track until IT left": {"1.2.1": None},
    "1.2.1 started and finished": {"1.2.1": None},
    "Started 1.2.1, done Friday": {"1.2.1": None},
    "1.2.1 blocked no more": {"1.2.1": None},
    "1.2.1 was done but we reopened it": {"1.2.1": None},
    # not all of it
    "1.2.1-1.2.3 done, except 1.2.2": {"1.2.1": DONE, "1.2.3": DONE},
    "1.2.1-1.2.3 done, except 1.2.2 is blocked": {"1.2.1": DONE, "1.2.3": DONE},
    "1.2.1-1.2.3 except 1.2.2 done": {"1.2.1": None, "1.2.3": None},
    "1.2.1-1.2.4 done except 1.2.2-1.2.3": {"1.2.1": DONE, "1.2.4": DONE},
    "Done: 1.2.1, 1.2.2 and 1.2.3, but not 1.2.2": {"1.2.1": DONE, "1.2.3": DONE},
    "1.2.1-1.2.3 done except the form for 1.2.2": {"1.2.1": None, "1.2.2": None, "1.2.3": None},
    "1.2.1 done, except the letter": {"1.2.1": None},
    "1.2.1 done but not in unit B": {"1.2.1": None},
    "1.2.1 completed 3 of 5 trainings": {"1.2.1": None},
    "1.2.1 complete 60%": {"1.2.1": None},
    "1.2.1 done 50%": {"1.2.1": None},
    "1.2.1 done - 60%": {"1.2.1": None},
    "1.2.1 completed none of the trainings": {"1.2.1": None},
    "1.2.1 done in part": {"1.2.1": None},
    "Done - 50%": {"": None},
    # asked, not said
    "Done with 1.2.2? Not yet.": {"1.2.2": None},
    "Finished with 1.2.2? No.": {"1.2.2": None},
    "Complete 1.2.2 by Friday": {"1.2.2": None},
    "Complete 1.2.2 please": {"1.2.2": None},
    "1.2.3 complete the form": {"1.2.3": None},
    "1.2.1 cancelled this month's session, will redo": {"1.2.1": None},
    "Cancelled 1.2.1's session": {"1.2.1": None},
    "1.2.1 dropped the ball": {"1.2.1": None},
    "1.2.1 cancelled meeting, rescheduled to Friday": {"1.2.1": None},
    "1.2.1 complete rewrite of the form needed": {"1.2.1": None},
    "1.2.1 closed out": {"1.2.1": None},
    "1.2.1 completed the first draft": {"1.2.1": None},
    "1.2.1 finished the first of two trainings": {"1.2.1": None},
    "1.2.1 marked done by mistake": {"1.2.1": None},
    "1.2.1 done NOT": {"1.2.1": None},
    "1.2.1 blocked, resolved yesterday": {"1.2.1": None},
    # not yet
    "1.2.1 done hopefully Friday": {"1.2.1": None},
    "1.2.1 done within two weeks": {"1.2.1": None},
    "1.2.1 done by noon": {"1.2.1": None},
    "1.2.1 done pending approval": {"1.2.1": None},
    "1.2.1 done, 1.2.2 done by Friday": {"1.2.1": DONE, "1.2.2": None},
}  # fmt: skip

# Near to those, and not in doubt.
STILL_READ = {
    "1.2.1 waiting on IT and 1.2.2 done": {"1.2.1": BLOCKED, "1.2.2": DONE},
    "1.2.1 on hold until fall and 1.2.2 done": {"1.2.1": BLOCKED, "1.2.2": DONE},
    "1.2.1 blocked: the survey is not complete": {"1.2.1": BLOCKED},
    "1.2.1 blocked: no longer funded": {"1.2.1": BLOCKED},
    "1.2.1 blocked until the ticket is resolved": {"1.2.1": BLOCKED},
    "1.2.1 blocked; IT has not resolved it": {"1.2.1": BLOCKED},
    "1.2.1 complete with both units": {"1.2.1": DONE},
    "1.2.1 dropped because the county ended it": {"1.2.1": DROPPED},
    "1.2.1 done - not easy, but done": {"1.2.1": DONE},
    "1.2.1 blocked 3 of 5 sites": {"1.2.1": BLOCKED},
    "1.2.1 not started, waiting on the hire": {"1.2.1": WAITS},
    "1.2.1 in progress, waiting on IT": {"1.2.1": STARTED},
    "1.2.1 in progress, completed two trainings": {"1.2.1": STARTED},
    "1.2.1 in progress: outreach done, 3 of 5 sites": {"1.2.1": STARTED},
    "1.2.1 in progress, about 60% there": {"1.2.1": STARTED},
    "1.2.1 was started in May": {"1.2.1": STARTED},
    "1.2.1 was completed on Monday": {"1.2.1": DONE},
    "1.2.1 completed the training": {"1.2.1": DONE},
    "1.2.1 done as part of onboarding": {"1.2.1": DONE},
    "1.2.1 done: 12 of the 12 staff": {"1.2.1": DONE},
    "1.2.1 done 100%": {"1.2.1": DONE},
    "1.2.1 done - engagement rose to 85%": {"1.2.1": DONE},
    "1.2.1 done - started using it in both units": {"1.2.1": DONE},
    "1.2.1 done, survey is now in progress": {"1.2.1": DONE},
    "1.2.1 done, not 1.2.2": {"1.2.1": DONE},
    "1.2.1 done. Started on the next": {"1.2.1": DONE},
    "Finished 1.2.1 before the holidays": {"1.2.1": DONE},
    "Finished 1.2.1 and started on 1.2.2": {"1.2.1": DONE, "1.2.2": STARTED},
    "Complete: 1.2.1": {"1.2.1": DONE},
    "1.2.1 dropped from the plan": {"1.2.1": DROPPED},
    "1.2.1 cancelled, no funding": {"1.2.1": DROPPED},
}


@pytest.mark.parametrize("text", [*STORED, *STILL_READ])
def test_what_is_stored_is_not_in_doubt(text):
    said = read_reply(text, REFS)
    assert {one.ref: one.status for one in said} == {**STORED, **STILL_READ}[text]
    assert all(one.note for one in said if one.status is None)


@pytest.mark.parametrize(
    "piece",
    ["1.2.1 ", "1.2.1, ", "1.2.1-", "1.2.1 done ", "9.9.9 ", "v 1.2.1 ", "?", ",and", "and ", "ok, ", "y ", " "],
)
def test_the_longest_reply_is_read_in_a_moment(piece):
    text = ("1.2.1 done " + piece * 10_000)[:9_990] + " 1.2.2 x"
    start = time.process_time()
    read_reply(text, REFS)
    assert time.process_time() - start < 0.3  # it takes a twentieth; what grows with the square took more than one


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
