"""What goes wrong on the way: retries, forgeries, doubtful words, too little permission, too many words, a stuck database.

The same county and the same real application as in test_slack_journey.
"""

from __future__ import annotations

import time
from datetime import date
from datetime import time as at

import pytest

from storage.models import audit, inbox, meeting_note, outbox, person, update
from tests.fake_slack import Fault
from tests.slack_county import CHANNELS, County, labels, words_of
from tests.slack_larkspur import SECRET, county
from tests.slack_people import BOT_USER, Json
from tests.stuck import stuck

__all__ = ["county"]

COMMAND = {"command": "/sip", "text": "update 1.1.2 done", "team_id": "T0LARKSPUR", "trigger_id": "13.37.abc"}
EVERYTHING = (update, meeting_note, inbox, audit, outbox, person)


@pytest.fixture
async def prompt(county: County) -> Json:
    """The prompt for the March meeting, just posted."""
    await county.travel(date(2026, 3, 5))
    return county.newest("forms", "March 2026 meeting")


def as_ann(county: County) -> Json:
    """Ann's `/sip update 1.1.2 done`, as Slack delivers it."""
    return {**COMMAND, "user_id": county.person("ann").slack.user, "channel_id": CHANNELS["intake"]}


# the same thing twice


async def test_a_command_delivered_twice_is_one_update_and_one_answer(county: County) -> None:
    first = await county.slack.post_form(as_ann(county))
    again = await county.slack.post_form(as_ann(county))
    assert first == again
    assert "Saved: 1.1.2 is done" in first[1]
    assert county.count(update) == (1,)


async def test_a_reply_delivered_again_is_one_update_one_reaction_one_receipt(county: County, prompt: Json) -> None:
    ann = county.person("ann")
    said = await ann.replies(prompt, "1.1.2 done, it is out")
    before = len(county.slack.calls)
    again = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    await county.slack.event({**said, "channel_type": "channel"}, headers=again)
    await county.settle()
    assert county.count(update) == (1,)
    assert len(county.slack.calls) == before


@pytest.mark.parametrize("told_by", ["parent_user_id", "root"])
async def test_a_reply_to_a_prompt_that_is_not_known_to_have_arrived_is_taken_when_it_comes_again(
    county: County, told_by: str
) -> None:
    county.slack.fail("chat.postMessage", Fault(accepted=True))
    await county.travel(date(2026, 3, 5))
    prompt = county.newest("forms", "March 2026 meeting")
    said = {
        "type": "message", "channel_type": "channel", "user": county.person("ann").slack.user, "ts": "1772730000.000100",
        "channel": prompt["channel"], "thread_ts": prompt["ts"], "text": "1.1.2 done, it is out",
    }  # fmt: skip
    said |= {"parent_user_id": BOT_USER} if told_by == "parent_user_id" else {"root": {"user": BOT_USER}}
    before = county.count(*EVERYTHING)
    assert (await county.slack.event(said, "Ev1"))[0] == 503
    assert county.count(*EVERYTHING) == before
    await county.travel(date(2026, 3, 5), at(9, 1))
    assert len(county.when("March 2026 meeting")) == 1
    assert (await county.slack.event(said, "Ev1"))[0] == 200
    await county.settle()
    assert county.count(update) == (1,)


async def test_a_form_sent_twice_is_one_update(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip update")
    form = ann.form
    await ann.submits(step="1.2.2", status="Done")
    ann.slack.modal = form
    await ann.submits(step="1.2.2", status="Done")
    assert county.count(update) == (1,)


async def test_undo_pressed_twice_takes_back_once(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip update 1.1.2 in progress First draft")
    await ann.types("/sip update 1.1.2 done Printed")
    receipt = dict(ann.slack.seen[-1])
    await ann.presses("Undo", receipt)
    await ann.presses("Undo", receipt)
    assert "already changed or taken back" in ann.text
    assert [row.withdrawn_at is None for row in county.rows(update)] == [True, False]


async def test_the_calendar_on_two_replicas_posts_one_prompt(county: County, prompt: Json) -> None:
    county.app.runner.tick()
    await county.settle()
    assert len(county.when("March 2026 meeting")) == 1


# what is not from Slack


@pytest.mark.parametrize(("secret", "seconds"), [("somebody else's", 0), (SECRET, -310), (SECRET, 310)])
async def test_a_forged_or_stale_request_is_refused_and_leaves_nothing(
    county: County, secret: str, seconds: int
) -> None:
    before = county.count(*EVERYTHING)
    status, _ = await county.slack.post_form(as_ann(county), secret=secret, at=time.time() + seconds)
    assert status == 401
    await county.settle()
    assert county.count(*EVERYTHING) == before


# doubtful words


async def test_a_strategys_number_asks_which_of_its_steps(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip update 1.1 done It is out")
    assert "Which step of 1.1 is it?" in ann.text
    assert county.count(update) == (0,)
    await ann.presses(next(label for label in labels(ann.slack.seen[-1]) if label.startswith("1.1.2")))
    (row,) = county.rows(update)
    assert (row.status, row.note) == ("done", "It is out")


async def test_an_unknown_step_offers_those_that_come_near(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip update 1.1.9 done")
    assert "1.1.9 is not in the plan." in ann.text
    assert labels(ann.slack.seen[-1])[-1] == "Another step"
    assert county.count(update) == (0,)


async def test_a_mistyped_verb_is_answered_with_the_nearest(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip updte 1.1.2 done")
    assert "Did you mean “update”?" in ann.text
    assert county.count(update) == (0,)


async def test_what_one_may_not_do_is_refused_with_whom_to_ask(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip settings executive channel here")
    assert "“settings” is for a coordinator. Ask cora" in ann.text


async def test_a_button_made_for_somebody_else_gives_no_rights(county: County) -> None:
    ann, eve = county.person("ann"), county.person("eve")
    await ann.types("/sip update 1.1.2 done")
    await eve.presses("Undo", ann.slack.seen[-1])
    assert "Only the person who made an update can change it." in eve.text
    assert county.rows(update)[0].withdrawn_at is None


async def test_text_is_only_text_wherever_it_is_shown(county: County, prompt: Json) -> None:
    ann = county.person("ann")
    hostile = "<!channel> *bold* `code` {{ 7*7 }} [x](do:undo) <https://evil.example|click>"
    await ann.types(f"/sip update 1.1.2 blocked {hostile.replace('<', '&lt;').replace('>', '&gt;')}")
    await ann.types("/sip agenda First contact")
    assert "{{ 7*7 }} [x](do:undo)" in ann.text
    sent = [call["args"].get("text", "") for call in county.slack.calls]
    assert not [words for words in sent if "<!channel>" in words]


# many words


async def test_a_very_long_note_is_kept_whole_and_can_be_read_whole(county: County) -> None:
    ann = county.person("ann")
    note = " ".join(f"Sentence {number} of a long report." for number in range(1, 295))
    assert 9_000 < len(note) < 9_100
    await ann.types(f"/sip update 1.1.2 in progress {note}")
    assert county.rows(update)[0].note == note
    assert len(ann.text) < 600
    await ann.types(f"/sip update 1.1.2 done {note.replace('long', 'longer')}")
    await ann.presses("See all of it")
    assert note.replace("long", "longer") in ann.text.replace("\n", "")
    await ann.presses("1 earlier update")
    assert note in ann.text.replace("\n", "")


async def test_a_note_beyond_the_limit_is_refused_with_its_length(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip update 1.1.2 done " + "x" * 10_001)
    assert ann.text == ("Not saved: the note has 10,001 characters and I can keep 10,000. Please send it in two parts.")
    assert county.count(update) == (0,)


# things that fail


async def test_a_stuck_database_says_that_nothing_was_saved(county: County) -> None:
    ann = county.person("ann")
    with stuck(county.app.engine):
        body = await ann.slack.types("/sip update 1.1.2 done")
    assert words_of(body).startswith("Not saved:")
    assert county.count(update) == (0,)
    await ann.types("/sip update 1.1.2 done")
    assert county.count(update) == (1,)


async def test_a_reply_that_a_stuck_database_never_takes_is_told_so_in_its_thread(county: County, prompt: Json) -> None:
    ann, eve = county.person("ann"), county.person("eve")
    said = {
        "type": "message", "channel_type": "channel", "user": ann.slack.user, "ts": "1772730000.000100",
        "channel": prompt["channel"], "thread_ts": prompt["ts"], "text": "1.1.2 done", "parent_user_id": BOT_USER,
    }  # fmt: skip
    elsewhere = said | {"user": eve.slack.user, "thread_ts": "17.1", "parent_user_id": ann.slack.user}
    with stuck(county.app.engine):
        assert (await county.slack.event(said, headers={"X-Slack-Retry-Num": "2"}))[0] == 503
        for event in (said, elsewhere):
            assert (await county.slack.event(event, headers={"X-Slack-Retry-Num": "3"}))[0] == 200
        await county.app.slack.drain()  # type: ignore[union-attr]
    assert ann.text.startswith("Not saved:")
    assert ann.slack.seen[-1]["thread_ts"] == prompt["ts"]
    assert eve.slack.seen == []


async def test_a_stuck_database_keeps_the_form_with_what_was_typed(county: County) -> None:
    ann = county.person("ann")
    await ann.types("/sip update")
    with stuck(county.app.engine):
        body = await ann.slack.submits(ann.form, {"note": "Two pages of careful words"})
    assert body["errors"]["step"].startswith("Not saved:")
    assert ann.slack.modal is not None


async def test_a_prompt_that_slack_could_not_take_arrives_once_slack_is_back(county: County) -> None:
    county.slack.fail("chat.postMessage", Fault(status=429, retry_after=30))
    await county.travel(date(2026, 3, 5))
    assert county.slack.posts(CHANNELS["forms"]) == []
    await county.travel(date(2026, 3, 6))
    assert county.when("March 2026 meeting") == ["2026-03-05 09:00", "2026-03-05 23:30"]  # refused, then taken
    assert len(county.slack.posts(CHANNELS["forms"])) == 1
