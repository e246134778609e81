"""The progress reports' working draft: eleven sections, always a draft, every sentence traced to stored rows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import update as sql_update

from bot.chat.commands import Role
from bot.chat.messages import Bullets, Heading, Table, plain
from bot.domain.progress_report import SECTIONS, WITHHELD, Draft, Entry, Part, Section, Sentence
from bot.pages import report_page
from handlers import rollup
from handlers.rollup import progress
from storage.models import (
    attendance,
    follow_up,
    goal,
    learning,
    measure,
    meeting,
    plan_change,
    reading,
    step,
    story,
    strategy,
    update,
    voice_result,
)
from storage.queries import people
from tests.builders import a_person, a_plan, a_workgroup
from tests.desk import Desk, buttons, words
from tests.unit.handlers.rollup_county import told

MARCH_9 = datetime(2026, 3, 9, 18, tzinfo=UTC)
MAY_4 = datetime(2026, 5, 4, 17, tzinfo=UTC)
TABLES = {
    "U": update, "R": reading, "S": story, "V": voice_result, "M": meeting, "L": learning, "F": follow_up,
    "C": plan_change, "G": goal, "T": strategy, "P": step,
}  # fmt: skip


@pytest.fixture
def desk(engine, clock):
    return Desk(engine, clock, rollup)


@pytest.fixture
def county(work, clock):
    """Something of everything, some of it not fit to leave the agency."""
    with work() as uow:
        plan = a_plan(uow)
        ann, cora = a_person(uow, "Ann Ortiz"), a_person(uow, "Cora Diaz", Role.COORDINATOR)
        group = a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "equity member"),))
        told(uow, ann, plan.steps["1.1.1"], "done", "Sent to every unit", MARCH_9)
        told(uow, ann, plan.steps["1.1.2"], "blocked", "Waiting for the vendor", MARCH_9)
        told(uow, ann, plan.steps["1.1.3"], "in progress", "Ms. Vega, case 12345678, came back", MARCH_9)
        told(uow, ann, plan.steps["1.2.1"], "dropped", "The partner closed", MARCH_9)
        given = {"measure_id": plan.measures[1], "person_id": cora.id, "at": MARCH_9}
        uow.insert(reading, month="2026-02", value=42.5, **given)
        uow.insert(reading, month="2026-02", population="Spanish", value=37.5, **given)
        uow.insert(
            story, person_id=ann.id, at=MARCH_9, text="Two offices share one form", original_text="x", consent="staff",
            state="approved", verdict="ok", findings=[], reviewed_at=MARCH_9, workgroup_id=group,
        )  # fmt: skip
        heard = {"kind": "survey", "responses": 7, "heard": "Letters are long", "did": "One page now"}
        uow.insert(voice_result, person_id=cora.id, at=MARCH_9, month="2026-03", **heard)
        held = uow.insert(meeting, workgroup_id=group, month="2026-03", held_on=date(2026, 3, 10), state="held")
        uow.insert(attendance, meeting_id=held, person_id=ann.id, role="equity member")
        uow.insert(follow_up, workgroup_id=group, meeting_id=held, text="Find an interpreter", created_at=MARCH_9)
        tried = {"expected": "Fewer calls", "found": "Calls fell", "verdict": "abandon"}
        uow.insert(learning, strategy_id=plan.strategies["1.1"], person_id=ann.id, at=MARCH_9, **tried)
        changed = {"before": "Do thing 1.1.3", "after": "Do it with partners", "reason": "The partner asked"}
        place = {"kind": "changed", "what": "step", "ref": "1.1.3", "strategy_id": plan.strategies["1.1"]}
        uow.insert(plan_change, plan_id=plan.plan_id, at=MARCH_9, **place, **changed)
        uow.rows(sql_update(step).where(step.c.id == plan.steps["2.1.1"]).values(text="Compare results by language"))
    clock.move_to(MAY_4)
    return plan


def draft(work, number=1) -> Draft:
    with work() as uow:
        return progress.compiled(uow, number)


def test_every_sentence_is_traced_to_rows_that_are_stored(work, county):
    found = draft(work)
    assert len(found.sentences) > 25
    with work() as uow:
        stored = {letter: set(uow.rows(select(table.c.id)).scalars()) for letter, table in TABLES.items()}
    for sentence in found.sentences:
        assert sentence.sources
        for key in sentence.sources:
            assert int(key[1:]) in stored[key[0]], (sentence.text, key)


def test_every_content_line_of_the_document_cites_its_rows_and_the_log_has_them(work, county):
    with work() as uow:
        _, message = progress.draft(uow, 1)
    log = next(block for block in message.blocks if isinstance(block, Table))
    known = {plain(row[0]) for row in log.rows}
    lines = [plain(item) for block in message.blocks if isinstance(block, Bullets) for item in block.items]
    assert len(lines) == len(draft(work).sentences)
    for line in lines:
        cited = re.search(r"\[((?:[A-Z]\d+(?:, )?)+)\]$", line)
        assert cited, line
        assert set(cited[1].split(", ")) <= known


def test_it_has_the_eleven_sections_and_says_draft_in_each(work, county):
    with work() as uow:
        _, message = progress.draft(uow, 1)
    heads = [block.text for block in message.blocks if isinstance(block, Heading) and block.level == 2]
    assert heads == [f"{n}. {title}" for n, title in enumerate(SECTIONS, 1)] + ["11. Appendix: update log"]
    assert words(message).count("DRAFT – not submitted") >= 12
    assert message.summary.startswith("DRAFT – not submitted")
    assert message.banner == "DRAFT – not submitted"


def test_what_happened_stands_where_the_state_asks_for_it(work, county):
    with work() as uow:
        text = words(progress.draft(uow, 1)[1])
    parts = dict(zip(range(12), re.split(r"\n(?=\d+\. [A-Z])", text), strict=False))
    assert "1.1.1 Do thing 1.1.1: done, 9 March 2026: “Sent to every unit”" in parts[4]
    assert "1.2.1 Do thing 1.2.1: dropped, 9 March 2026: “The partner closed”" in parts[4]
    assert "1.2.2 Do thing 1.2.2: not started" in parts[4]
    assert "changed in the plan on 9 March 2026" in parts[4]
    assert "Measure 1 Rate was 42.5% in February 2026: baseline 40%, change +2.5 points, target 64%" in parts[3]
    assert "Two offices share one form" in parts[5]
    assert "1.1.2, 9 March 2026: “Waiting for the vendor”" in parts[6]
    assert "Fewer calls Found: Calls fell abandon" in parts[6]
    assert "Old text: “Do thing 1.1.3” New text: “Do it with partners” Why: The partner asked" in parts[7]
    assert "people heard: fewer than 11: Letters are long" in parts[8]
    assert "Measure 1 Rate, Spanish, February 2026: 37.5% (everybody: 42.5%; gap −5 points)" in parts[9]
    assert "2.1.1 and 2.2.1 Compare results by language: not started" in parts[9]
    assert "An equity member took part in 1 of 1 meeting." in parts[9]
    assert "Forms: Find an interpreter" in parts[10]


def test_what_was_learned_in_the_evening_was_learned_that_day(work, county):
    with work() as uow:
        uow.change(learning, at=datetime(2026, 3, 10, 4, tzinfo=UTC))  # 21:00 on the 9th in California
    (found,) = [entry for entry in draft(work).log if entry.key.startswith("L")]
    assert found.day == date(2026, 3, 9)


def test_words_that_may_identify_somebody_are_withheld_and_named(work, county):
    with work() as uow:
        text = words(progress.draft(uow, 1)[1])
    assert "12345678" not in text
    assert WITHHELD in text
    withheld = [entry.key for entry in draft(work).withheld]
    assert len(withheld) == 1
    assert f"1 record is withheld because the words may identify somebody: {withheld[0]}." in text


def test_nobody_is_named(work, county):
    with work() as uow:
        text = words(progress.draft(uow, 1)[1])
    assert "Ann Ortiz" not in text
    assert "Cora Diaz" not in text
    assert "| member |" in text


def test_the_second_report_begins_where_the_first_ended(work, county):
    with work() as uow:
        uow.rows(sql_update(measure).values(progress_report_1=date(2026, 4, 1), progress_report_2=date(2027, 4, 1)))
        ann = people.all_people(uow)[0]
        told(uow, ann, county.steps["1.1.2"], "done", "It came", MAY_4 - timedelta(days=3))
    first, second = draft(work, 1), draft(work, 2)
    assert (first.end, second.start, second.end) == (date(2026, 4, 1), date(2026, 4, 1), date(2026, 5, 4))
    assert "1 of 7 action steps is done." in [s.text for s in first.sentences]
    assert "2 of 7 action steps are done." in [s.text for s in second.sentences]
    titles = [part.title for part in second.sections[5].parts]
    assert "Blocked steps" not in titles  # it was blocked in the first report's time


def test_a_county_without_history_gets_silence_not_sentences(work, clock):
    with work() as uow:
        a_plan(uow)
    clock.move_to(MAY_4)
    found = draft(work)
    assert [section.number for section in found.sections if section.empty] == [2, 3, 5, 6, 7, 8, 9, 10]
    with work() as uow:
        text = words(progress.draft(uow, 1)[1])
    assert "No story was approved and no step finished in this period." in text


def test_a_sentence_without_a_source_cannot_be_made():
    with pytest.raises(ValueError, match="needs words and a source"):
        Sentence("We did well.", ())
    with pytest.raises(ValueError, match="does not hold"):
        Draft(1, "", None, MAY_4.date(), (Section(1, (Part("", (Sentence("Well.", ("U1",)),)),), ""),), ())
    assert Entry("U1", None, "1.1.1", "member", "secret", True).shown == WITHHELD


def test_chat_shows_how_much_there_is_and_links_the_document(desk, county, engine):
    message = desk.says("Cora Diaz", "/sip report progress 1").message
    text = words(message)
    assert "DRAFT – not submitted." in text
    assert "4. Status of every strategy and action step: 10 sentences" in text
    assert "Withheld, because the words may identify somebody: 1 record." in text
    (button,) = [b for b in buttons(message) if b.url]
    page = report_page(engine, button.url.rpartition("/")[2], "html")
    assert "DRAFT – not submitted" in page.body.decode()
    assert report_page(engine, button.url.rpartition("/")[2], "csv") is None


def test_a_draft_is_never_posted_and_only_two_exist(desk, county):
    assert "not posted to a channel" in words(desk.says("Cora Diaz", "/sip report progress 1 public").message)
    assert "report progress 1, or report progress 2" in words(desk.says("Cora Diaz", "/sip report progress 3").message)
