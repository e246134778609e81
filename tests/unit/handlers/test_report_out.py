"""The quarterly report-out and the learnings it tells."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update as sql_update

from bot.chat.commands import Role
from bot.chat.messages import Chart
from bot.pages import report_page
from handlers import learning, rollup, updates
from handlers.rollup.length import count_words
from storage.models import follow_up, meeting, plan_change, reading, step, voice_result
from storage.models import learning as stored_learning
from tests.builders import a_person, a_plan, a_workgroup
from tests.desk import Desk, buttons, words
from tests.paper import body_pages
from tests.unit.handlers.rollup_county import told

APRIL_8 = datetime(2026, 4, 8, 17, tzinfo=UTC)
MARCH_9 = datetime(2026, 3, 9, 18, tzinfo=UTC)
SECTIONS = (
    "Measures", "Groups", "Strategies: planned, done, learned", "Client voice", "Barriers", "Course corrections",
    "Training needs", "Decisions log", "Next quarter", "Data notes",
)  # fmt: skip


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, rollup, learning, updates)


@pytest.fixture
def county(work, clock):
    """A quarter in which something of everything happened."""
    with work() as uow:
        plan = a_plan(uow)
        ann, cora = a_person(uow, "Ann Ortiz"), a_person(uow, "Cora Diaz", Role.COORDINATOR)
        group = a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        told(uow, ann, plan.steps["1.1.1"], "done", "Sent", MARCH_9)
        told(uow, ann, plan.steps["1.1.2"], "blocked", "Waiting for the vendor", MARCH_9)
        told(uow, ann, plan.steps["1.1.2"], None, "We call them every Friday", MARCH_9 + timedelta(days=7))
        for month, population, value, kind in (
            ("2025-12", "", 40.0, ""),
            ("2026-02", "", 42.5, ""),
            ("2026-02", "Spanish", 37.5, ""),
            ("2026-02", "State average", 44.1, "state"),
        ):
            given = {"month": month, "population": population, "value": value, "kind": kind, "person_id": cora.id}
            uow.insert(reading, measure_id=plan.measures[1], at=MARCH_9, **given)
        held = uow.insert(
            meeting, workgroup_id=group, month="2026-03", held_on=date(2026, 3, 10), state="held",
            decisions="One letter for both offices",
        )  # fmt: skip
        task = {"text": "Plan the training on the letter", "created_at": MARCH_9, "owner_id": ann.id}
        uow.insert(follow_up, workgroup_id=group, meeting_id=held, **task)
        heard = {"kind": "survey", "responses": 40, "heard": "Letters are long", "did": "One page now"}
        uow.insert(voice_result, person_id=cora.id, at=MARCH_9, month="2026-03", **heard)
        changed = {"before": "Do thing 1.1.3", "after": "Do it with partners", "reason": "The partner asked"}
        place = {"kind": "changed", "what": "step", "ref": "1.1.3", "strategy_id": plan.strategies["1.1"]}
        uow.insert(plan_change, plan_id=plan.plan_id, at=MARCH_9, **place, **changed)
        uow.rows(sql_update(step).where(step.c.id == plan.steps["1.2.1"]).values(due=date(2026, 5, 4)))
    clock.move_to(APRIL_8)
    return plan


def learn(desk, ref="1.1", **given):
    filled = {"expected": "Fewer calls", "found": "Calls fell by half", "verdict": "adapt", **given}
    return desk.submits("Ann Ortiz", desk.says("Ann Ortiz", f"/sip learn {ref}"), **filled)


def test_it_has_every_section_and_what_happened_in_it(desk, county, clock):
    clock.move_to(datetime(2026, 3, 30, 18, tzinfo=UTC))
    learn(desk)
    clock.move_to(APRIL_8)
    message = desk.says("Cora Diaz", "/sip report 2026-Q1 full").message
    text = words(message)
    assert [block.text for block in message.blocks if getattr(block, "level", 0) == 2] == list(SECTIONS)
    for said in (
        "Measure 1 Rate (↑ up is better) | 40% | 40% (Dec 2025) | Feb 2026 42.5% | +2.5 points | +2.5 points | 44.1% (Feb 2026) | 64%",
        "Spanish | Measure 1 Rate | 37.5% (Feb 2026) | 42.5% | −5 points",
        "Learned, 30 Mar: we expected: Fewer calls; we found: Calls fell by half → adapt",
        "Survey, March 2026 (people heard: 40): Letters are long We did: One page now",
        "1.1.2 Do thing 1.1.2: Waiting for the vendor. Since then: We call them every Friday",
        "9 Mar, step 1.1.3 changed: was “Do thing 1.1.3”, is “Do it with partners”. Why: The partner asked",
        "Forms: Plan the training on the letter (Ann Ortiz)",
        "10 Mar, Forms: One letter for both offices",
        "1.2.1 Do thing 1.2.1 (due 4 May)",
    ):
        assert said in text, said
    assert [block.title for block in message.blocks if isinstance(block, Chart)] == ["Measure 1 Rate"]


def test_two_or_three_pages(desk, county):
    message = desk.says("Cora Diaz", "/sip report Q1 2026 full").message
    assert 250 < count_words(message) < 1500
    assert body_pages(message) <= 3


def test_silence_is_said(desk, work, clock):
    with work() as uow:
        a_plan(uow)
        a_person(uow, "Cora Diaz", Role.COORDINATOR)
    clock.move_to(APRIL_8)
    text = words(desk.says("Cora Diaz", "/sip report 2026-Q1 full").message)
    for said in (
        "No group's reading was recorded.",
        "Learned: nothing recorded.",
        "No result was recorded this quarter.",
        "None reported.",
        "The plan was not changed this quarter.",
        "No open step or follow-up speaks of training.",
        "No decision was recorded.",
        "No open step is due in Q2 2026",
    ):
        assert said in text, said


def test_its_page_is_behind_a_link_and_stays_one_page(desk, county, engine):
    def address() -> str:
        message = desk.says("Cora Diaz", "/sip report 2026-Q1 full").message
        return next(b.url for b in buttons(message) if b.label == "The whole page")

    url = address()
    assert address() == url
    page = report_page(engine, url.rpartition("/")[2], "html")
    assert page is not None
    assert "quarterly report-out" in page.body.decode()


def test_what_may_identify_a_client_is_not_told(desk, county, clock):
    clock.move_to(datetime(2026, 3, 30, 18, tzinfo=UTC))
    learn(desk, found="Ms. Vega, case 12345678, came back")
    text = words(desk.says("Cora Diaz", "/sip report 2026-Q1 full").message)
    assert "12345678" not in text
    assert "kept in the workgroup, because it may identify a client; adapt" in text


def test_a_learning_can_be_changed_and_taken_back_by_whoever_wrote_it(desk, county):
    saved = learn(desk)
    assert "So we: adapt" in words(saved.message)
    form = desk.presses("Ann Ortiz", saved.message, "Edit")
    assert {f.name: f.value for f in form.form.fields}["found"] == "Calls fell by half"
    changed = desk.submits("Ann Ortiz", form, verdict="adopt")
    assert "Changed: what you learned about 1.1." in words(changed.message)
    listed = words(desk.says("Cora Diaz", "/sip learnings 1.1").message)
    assert listed.count("Calls fell by half") == 1
    assert "→ adopt (Ann Ortiz)" in listed
    assert "Only the person who wrote a learning" in words(desk.presses("Cora Diaz", changed.message, "Edit").message)
    desk.presses("Ann Ortiz", changed.message, "Take back")
    assert "Nothing is written down yet." in words(desk.says("Ann Ortiz", "/sip learnings").message)


@pytest.mark.parametrize("change", ["edit", "take back"])
def test_of_two_changes_of_a_learning_at_once_only_one_stands(desk, county, work, change):
    """The second reads it before the first has replaced it, and waits for it on PostgreSQL."""
    saved = learn(desk)
    form = desk.presses("Ann Ortiz", saved.message, "Edit")
    second = {
        "edit": lambda: desk.submits("Ann Ortiz", form, verdict="adopt"),
        "take back": lambda: desk.presses("Ann Ortiz", saved.message, "Take back"),
    }[change]
    with ThreadPoolExecutor() as pool:
        with work() as uow:
            uow.change(stored_learning, withdrawn_at=uow.at)
            waiting = pool.submit(second)
            wait([waiting], timeout=0.3)
        reply = waiting.result()
    said = words(reply.message) if reply.message else dict(reply.errors.errors)[""]
    assert "already changed or taken back" in said or "while it stands" in said
    assert "Nothing is written down yet." in words(desk.says("Ann Ortiz", "/sip learnings").message)


def test_a_learning_without_words_or_verdict_is_refused_in_its_form(desk, county):
    reply = learn(desk, found=" ", verdict="")
    assert dict(reply.errors.errors).keys() == {"found", "verdict"}


def test_undo_says_where_a_learning_is_taken_back(desk, county):
    learn(desk)
    assert "learned" in words(desk.says("Ann Ortiz", "/sip undo").message).lower()
