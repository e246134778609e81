"""What goes wrong between Teams and the whole application: redelivery, lost answers, refusals, a busy or absent Teams.

Judged by rows: no update is lost in any of it, and none is there twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

import pytest

from storage.models import inbox, meeting_note, outbox, update
from tests.contract.driver import Shown
from tests.contract.teams import CONVERSATIONS, OPEN_FORM, TeamsCounty, TeamsMember, TeamsShown
from tests.dead import retried
from tests.fake_teams import Fault
from tests.stuck import stuck
from tests.teams_people import BOT, MENTION, Json

pytestmark = pytest.mark.parametrize(
    ("platform", "engine"), [("teams", "sqlite"), ("teams", "postgresql")], indirect=["engine"]
)

FORMS = CONVERSATIONS["forms"]
TOGETHER = pytest.mark.parametrize("together", [False, True], ids=["in_turn", "at_once"])


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that is said again is said again at once."""
    monkeypatch.setattr("bot.adapters.waiting.LONGEST_WAIT", 0.01)


@pytest.fixture
async def prompt(county: TeamsCounty) -> Shown:
    """The prompt for the March meeting, just posted."""
    await county.travel(date(2026, 3, 5))
    return county.newest("forms", "March 2026 meeting")


@pytest.fixture
def ann(county: TeamsCounty) -> TeamsMember:
    found = county.person("ann")
    assert isinstance(found, TeamsMember)
    return found


# the same activity again


async def in_words(county: TeamsCounty, ann: TeamsMember) -> Json:
    """`update` in her own chat."""
    return ann.teams.activity(type="message", text="update 1.1.2 done It is out")


async def in_the_thread(county: TeamsCounty, ann: TeamsMember) -> Json:
    """A reply to the prompt."""
    await county.travel(date(2026, 3, 5))
    prompt = county.newest("forms", "March 2026 meeting")
    assert isinstance(prompt, TeamsShown)
    named = {"type": "mention", "text": MENTION, "mentioned": {"id": BOT, "name": "sipbot"}}
    fields = {"type": "message", "text": f"{MENTION} 1.1.2 done It is out", "entities": [named]}
    return ann.teams.activity(FORMS, prompt.post["id"], **fields)


async def by_button(county: TeamsCounty, ann: TeamsMember) -> Json:
    """A press that says which of a strategy's steps was meant."""
    await ann.types("update 1.1 done It is out")
    [data] = [one["data"] for one in _executes(ann.card("Which step of 1.1")) if one["title"] == "1.1.2"]
    value = {"action": {"type": "Action.Execute", "verb": "sipbot", "data": data}, "trigger": "manual"}
    return ann.teams.activity(
        type="invoke", name="adaptiveCard/action", value=value, replyToId=ann.teams.seen[-1]["id"]
    )


async def by_dialog(county: TeamsCounty, ann: TeamsMember) -> Json:
    """A filled dialog, opened from a card in the channel."""
    await ann.types("update 1.1.2", "forms")
    assert ann.teams.dialog is not None
    data = {**ann.teams.dialog["card"]["actions"][0]["data"], "select:status": "done", "long:note": "It is out"}
    step = next(one["value"] for one in ann.teams.dialog["card"]["body"] if one.get("id") == "select:step")
    where = ann.teams.dialog["where"] | {"id": county.teams.next_id(), "name": "task/submit"}
    return where | {"value": {"data": data | {"select:step": step}}}


def _executes(shown: Shown) -> list[Json]:
    assert isinstance(shown, TeamsShown)
    sets = [one["actions"] for one in shown.card["body"] if one["type"] == "ActionSet"]
    return [action for actions in sets for action in actions]


Way = Callable[[TeamsCounty, TeamsMember], Awaitable[Json]]


@pytest.mark.parametrize("way", [in_words, in_the_thread, by_button, by_dialog])
@TOGETHER
async def test_what_is_delivered_again_is_one_update_with_one_receipt(
    county: TeamsCounty, ann: TeamsMember, way: Way, together: bool
) -> None:
    activity = await way(county, ann)
    if together:
        answers = await asyncio.gather(*(county.teams.post(activity) for _ in range(4)))
    else:
        answers = [await county.teams.post(activity) for _ in range(4)]
    await county.settle()
    assert answers == [answers[0]] * 4
    assert answers[0][0] == 200
    assert [(row.status, row.note) for row in county.rows(update)] == [("done", "It is out")]
    assert county.count(meeting_note) == (0,)
    assert len([shown for shown in ann.seen if "Saved: 1.1.2 is done" in shown.words]) == 1
    assert county.receipts() == (["saved"] if way is in_the_thread else [])


async def test_a_crowd_that_speaks_at_once_each_twice_is_heard_once_each(county: TeamsCounty) -> None:
    people = [county.teams.person(f"worker{number}", f"Worker {number}") for number in range(8)]
    said = [who.activity(type="message", text=f"update 1.2.1 Word of {who.name}") for who in people]
    await asyncio.gather(*(county.teams.post(activity) for activity in [*said, *said]))
    await county.settle()
    assert sorted(row.note for row in county.rows(update)) == [f"Word of {who.name}" for who in people]
    assert [len(who.seen) for who in people] == [1] * len(people)


async def test_the_dialog_on_a_card_in_a_channel_is_everybodys_own(county: TeamsCounty, ann: TeamsMember) -> None:
    ben = county.person("ben")
    assert isinstance(ben, TeamsMember)
    await ann.types("update 1.1.2", "forms")
    offered = county.newest("forms", "there is a form for it")
    assert isinstance(offered, TeamsShown)
    await ben.teams.opens(offered.post, OPEN_FORM)
    await ben.submits(status="Blocked", note="From Ben")
    await ann.submits(note="")
    assert "Choose a status, write a note, or both." in ann.faults
    await ann.submits(note="From Ann")
    assert [(row.status, row.note) for row in county.rows(update)] == [("blocked", "From Ben"), (None, "From Ann")]
    assert "From Ann" not in ben.text
    assert "Saved: 1.1.2 is blocked (as before)" in ann.text


# what is said while the database cannot be written


async def test_a_reply_during_an_outage_is_stored_once_teams_delivers_it_again(
    county: TeamsCounty, ann: TeamsMember
) -> None:
    activity = await in_the_thread(county, ann)
    with stuck(county.app.engine):
        assert (await county.teams.post(activity))[0] == 503
    assert county.count(update) == (0,)
    for _ in range(2):
        assert (await county.teams.post(activity))[0] == 200
    await county.settle()
    assert [row.note for row in county.rows(update)] == ["It is out"]
    assert "Saved: 1.1.2 is done" in ann.text


async def test_a_command_during_an_outage_says_that_nothing_was_saved(county: TeamsCounty, ann: TeamsMember) -> None:
    with stuck(county.app.engine):
        await ann.teams.says("update 1.1.2 done")
        await county.app.teams.drain()  # type: ignore[union-attr]
    ann.look()
    assert ann.text.startswith("Not saved:")
    assert county.count(update) == (0,)
    await ann.types("update 1.1.2 done")
    assert county.count(update) == (1,)


async def test_a_dialog_during_an_outage_keeps_what_was_typed(county: TeamsCounty, ann: TeamsMember) -> None:
    await ann.types("update 1.1.2", "forms")
    with stuck(county.app.engine):
        assert ann.form is not None
        await ann.teams.submits({"note": "Two pages of careful words"})
    assert ann.form is not None
    assert "Not saved:" in ann.faults
    assert "Two pages of careful words" in ann.form.words
    await ann.submits()
    assert [row.note for row in county.rows(update)] == ["Two pages of careful words"]


# answers


@pytest.mark.parametrize(
    "fault", [Fault(accepted=True), Fault(429, retry_after=0), Fault(500), Fault(502), Fault(503), Fault(504)]
)
async def test_a_receipt_comes_through_whatever_teams_answers(
    county: TeamsCounty, ann: TeamsMember, fault: Fault
) -> None:
    county.teams.fail("POST activities", fault)
    await ann.types("update 1.1.2 done It is out")
    receipts = [shown for shown in ann.seen if "Saved: 1.1.2 is done" in shown.words]
    assert len(receipts) == (2 if fault.accepted else 1)  # a lost answer is said twice, which changes nothing
    assert county.count(update) == (1,)


async def test_a_receipt_that_teams_finds_too_large_is_not_silence(county: TeamsCounty, ann: TeamsMember) -> None:
    county.teams.fail("POST activities", Fault(413))
    await ann.types("update 1.1.2 done It is out")
    assert "Type “me” to see whether it is stored" in ann.text
    assert county.count(update) == (1,)


async def test_a_token_that_was_taken_back_is_renewed(county: TeamsCounty, ann: TeamsMember) -> None:
    tokens = county.teams.tokens
    county.teams.take_token_back()
    await ann.types("update 1.1.2 done")
    assert "Saved: 1.1.2 is done" in ann.text
    assert county.teams.tokens == tokens + 1
    assert county.count(update) == (1,)


# posts of the outbox


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_prompt_that_teams_could_not_take_comes_later_and_once(county: TeamsCounty, status: int) -> None:
    county.teams.fail("POST conversations", Fault(status))
    before = len(county.posts("forms"))
    await county.travel(date(2026, 3, 5))
    assert len(county.posts("forms")) == before
    await county.travel(date(2026, 3, 6))
    assert len([post for post in county.posts("forms") if "March 2026 meeting" in post.words]) == 1
    assert [row.attempts for row in county.rows(outbox) if row.kind == "prompt"] == [2]


async def test_a_limited_post_is_sent_no_sooner_than_teams_says(county: TeamsCounty) -> None:
    county.teams.fail("POST conversations", Fault(429, retry_after=30))
    await county.travel(date(2026, 3, 5))
    calls = len(county.teams.called("POST conversations"))
    for seconds, tried in ((29, 0), (2, 1)):
        county.clock.move_to(county.clock.read() + timedelta(seconds=seconds))
        await county.settle()
        assert len(county.teams.called("POST conversations")) == calls + tried
    assert "March 2026 meeting" in county.newest("forms").words


async def test_a_prompt_whose_answer_was_lost_may_come_twice_and_every_reply_counts(
    county: TeamsCounty, ann: TeamsMember
) -> None:
    county.teams.fail("POST conversations", Fault(accepted=True))
    await county.travel(date(2026, 3, 6))
    prompts = [post for post in county.posts("forms") if "March 2026 meeting" in post.words]
    assert len(prompts) == 2
    await ann.replies(prompts[0], "1.1.2 done It is out")
    await ann.replies(prompts[1], "1.2.2 blocked no contract")
    assert [(row.status, row.note) for row in county.rows(update)] == [
        ("done", "It is out"),
        ("blocked", "no contract"),
    ]


# a team or a person without the app


@pytest.mark.parametrize("status", [403, 404, 413])
async def test_a_refused_prompt_is_a_dead_letter_that_it_hears_of_and_can_send_again(
    county: TeamsCounty, status: int
) -> None:
    ida = county.person("ida")
    county.teams.fail("POST conversations", Fault(status))
    await county.travel(date(2026, 3, 5))
    assert "A prompt for #forms in Teams could not be delivered." in ida.text
    assert f"Teams answered {status}" in ida.text
    assert "add the app again" in ida.text or "larger than Teams takes" in ida.text
    await county.travel(date(2026, 3, 6))
    assert not [post for post in county.posts("forms") if "March 2026 meeting" in post.words]
    assert retried(county.app.engine, county.clock.read()) == 1
    await county.settle()
    assert len([post for post in county.posts("forms") if "March 2026 meeting" in post.words]) == 1
    assert len([shown for shown in ida.seen if "could not be delivered" in shown.words]) == 1


async def test_a_team_that_took_the_app_out_gets_its_prompt_when_it_is_added_again(
    county: TeamsCounty, ann: TeamsMember
) -> None:
    ida = county.person("ida")
    await county.teams.post(ann.teams.activity(FORMS, type="installationUpdate", action="remove"))
    await county.travel(date(2026, 3, 5))
    assert "add the app to it, and mention @sipbot there once" in ida.text
    await county.teams.post(ann.teams.activity(FORMS, type="installationUpdate", action="add"))
    assert retried(county.app.engine, county.clock.read()) == 1
    await county.settle()
    prompt = county.newest("forms", "March 2026 meeting")
    await ann.replies(prompt, "1.1.2 done It is out")
    assert [row.source for row in county.rows(update)] == ["thread"]
    assert county.receipts() == ["saved"]


async def test_somebody_without_the_app_is_answered_in_the_channel_that_there_is_an_answer(
    county: TeamsCounty, ann: TeamsMember, prompt: Shown
) -> None:
    ida = county.person("ida")
    county.teams.uninstalled.add(ann.teams.user)
    await ann.replies(prompt, "1.1.2 done It is out")
    assert county.count(update) == (1,)
    assert county.receipts() == ["saved"]
    assert "A receipt for Ann Ortiz in Teams could not be delivered." in ida.text
    await ann.types("update 1.2.2 done", "forms")
    assert county.count(update) == (2,)
    assert "add sipbot under Apps in Teams" in county.newest("forms").words
    assert not [post for post in county.posts("forms") if "Saved" in post.words]
    county.teams.uninstalled.clear()
    assert retried(county.app.engine, county.clock.read()) == 1
    await county.settle()
    assert "Saved: 1.1.2 is done" in ann.text


async def test_nothing_of_an_activity_that_is_not_teams_own_is_stored(county: TeamsCounty, ann: TeamsMember) -> None:
    before = county.count(update, inbox, outbox)
    foreign = {**ann.teams.activity(type="message", text="update 1.1.2 done")}
    foreign["channelData"] = {"tenant": {"id": "another"}}
    assert (await county.teams.post(foreign))[0] == 401
    forged = ann.teams.activity(type="message", text="update 1.1.2 done")
    assert (await county.teams.post(forged, county.teams.token(aud="another")))[0] == 401
    assert county.count(update, inbox, outbox) == before
