"""A win that is taken back leaves the agendas that were posted with it and the drafts people have a link to."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime

import pytest

from bot.chat.commands import Role
from bot.chat.jobs import Due
from handlers import meetings, rollup, stories
from handlers.meetings import prompts
from storage.db import reading
from storage.models import measure, outbox
from storage.queries.reports import report_by_token
from storage.queries.told_stories import TAKEN_BACK
from tests.builders import a_person, a_plan, a_workgroup
from tests.desk import Desk, buttons, words

ANN, CLEO = "Ann Ortiz", "Cleo Marsh"
WIN = (
    "Two units now hand over families in one meeting instead of three meetings, and nobody has to tell the same things "
    "three times, because the worker who knows the family sits beside the one who will know it from then on."
)
START = "Two units now hand over families"
ANOTHER = "Our front desk answers the phone in four languages since the first of the month."


@pytest.fixture
def desk(engine, clock, work):
    """Ann's win and another of her group are approved; on 5 March the group's agenda is queued."""
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, ANN)
        a_person(uow, CLEO, Role.COORDINATOR)
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        uow.change(measure, progress_report_1=date(2026, 3, 31))
    desk = Desk(engine, clock, stories, meetings, rollup)
    for text in (WIN, ANOTHER):
        desk.submits(ANN, desk.says(ANN, "/sip win"), text=text, consent="staff", step=str(plan.steps["1.1.1"]))
        desk.presses(CLEO, desk.queued("review")[-1].message, "Approve")
    clock.move_to(datetime(2026, 3, 5, 18, 0, tzinfo=UTC))
    desk.tick()
    return desk


def take_back(desk, number="1"):
    desk.sends(ANN, verb="win withdraw", values={"story": number}, source="button")


def test_an_agenda_that_waits_goes_out_without_it(desk):
    assert START in words(desk.queued("prompt")[0].message)
    take_back(desk)
    (prompt,) = desk.queued("prompt")
    assert START not in words(prompt.message)
    assert TAKEN_BACK in words(prompt.message)
    assert ANOTHER in words(prompt.message)
    assert desk.queued("retold") == []


def test_an_agenda_that_was_posted_gets_new_words(desk, work):
    with work() as uow:
        uow.change(outbox, outbox.c.kind == "prompt", state="sent", remote_id="17.1")
    take_back(desk)
    (retold,) = desk.queued("retold")
    assert (retold.to, retold.row.target) == ("#forms", "17.1")
    assert START not in words(retold.message)
    assert ANOTHER in words(retold.message)
    assert [one.label for one in buttons(retold.message)] == [
        one.label for one in buttons(desk.queued("prompt")[0].message)
    ]


def test_an_agenda_posted_before_the_win_was_told_is_left_alone(desk, work):
    with work() as uow:
        uow.change(outbox, outbox.c.kind == "prompt", created_at=datetime(2026, 2, 1, tzinfo=UTC))
    take_back(desk)
    assert START in words(desk.queued("prompt")[0].message)


def test_the_page_of_a_progress_reports_draft_no_longer_tells_it(desk, engine):
    shown = desk.says(CLEO, "/sip report progress 1").message
    token = next(one.url for one in buttons(shown) if one.url).rpartition("/")[2]

    def page():
        with reading(engine) as connection:
            return words(report_by_token(connection, token).message)

    assert page().count(START) == 2, "under the successes and in the log"
    take_back(desk)
    assert START not in page()
    assert ANOTHER in page()
    desk.says(CLEO, "/sip report progress 1")
    assert START not in page()
    assert TAKEN_BACK not in page()


def test_a_win_taken_back_while_the_agenda_is_made_does_not_go_out(desk, work, clock):
    with work() as uow:
        uow.rows(outbox.delete().where(outbox.c.kind == "prompt"))
    taking = threading.Thread(target=lambda: take_back(desk))
    with work() as uow:
        prompts.post_prompt(uow, Due("1", "2026-03", clock.read()))
        taking.start()
        taking.join(0.4)  # it waits
    taking.join()
    (prompt,) = desk.queued("prompt")
    assert START not in words(prompt.message)


@pytest.mark.parametrize("posted", [True, False])
def test_a_report_posted_on_request_gets_new_words_too(desk, work, posted):
    desk.says(CLEO, "/sip report public", channel="CFORMS", thread="9.1")
    assert ANOTHER in words(desk.queued("posted report")[0].message)
    if posted:
        with work() as uow:
            uow.change(outbox, outbox.c.kind == "posted report", state="sent", remote_id="17.2")
    take_back(desk, "2")
    (post,) = desk.queued("retold") if posted else desk.queued("posted report")
    assert (post.to, post.row.target) == ("#forms", "17.2" if posted else "")
    assert ANOTHER not in words(post.message)
    assert TAKEN_BACK in words(post.message)


def test_a_published_month_posted_again_does_too(desk, work, clock):
    clock.move_to(datetime(2026, 4, 1, 17, 0, tzinfo=UTC))
    desk.tick()
    desk.says(CLEO, "/sip report 2026-03 public", channel="CFORMS")
    assert ANOTHER in words(desk.queued("posted report")[0].message)
    take_back(desk, "2")
    assert ANOTHER not in words(desk.queued("posted report")[0].message)
