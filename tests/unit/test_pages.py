"""Published reports as documents: every format behind a link, the sheet of numbers, and what a withdrawn one shows."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from functools import partial

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy import update as sql_update

from bot.app import build
from bot.chat.codec import from_data, to_data
from bot.chat.compose import Composer, built_in
from bot.config import load
from bot.domain.rollup import KEPT
from bot.pages import HOUSE, house_page, report_page
from bot.renderers.chart import chart_png
from bot.report_files import NoReport, render_report
from bot.scheduler import REMEMBERED
from bot.web import SECURITY_HEADERS, add_document, make_web
from handlers import meetings, rollup
from storage.db import open_engine
from storage.migrate import migrate
from storage.models import reading, report, strategy, update
from storage.queries.people import organizations
from tests.builders import a_person, a_plan, a_workgroup
from tests.desk import Desk
from tests.golden.cases import CHARTS

APRIL_1 = datetime(2026, 4, 1, 16, 0, tzinfo=UTC)
EVIL = '=HYPERLINK("http://x") <script>'


@pytest.fixture
def token(engine, clock, work) -> str:
    """The token of a published March with a reading, a finished step and a hostile strategy title."""
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz")
        given = {"person_id": ann.id, "at": uow.at}
        uow.insert(reading, measure_id=plan.measures[1], month="2026-02", value=39.5, **given)
        uow.insert(update, step_id=plan.steps["1.1.1"], status="done", source="typed", **given)
        uow.rows(sql_update(strategy).where(strategy.c.id == plan.strategies["1.1"]).values(title=EVIL))
    clock.move_to(APRIL_1)
    Desk(engine, clock, rollup).tick()
    with engine.connect() as connection:
        return str(connection.execute(select(report.c.token)).scalar_one())


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_roll_up_has_a_sheet_of_its_numbers(engine, token):
    page = report_page(engine, token, "csv")
    assert page is not None
    assert (page.content_type, page.filename) == ("text/csv; charset=utf-8", "rollup-2026-03.csv")
    assert page.body.startswith(b"\xef\xbb\xbf")  # Excel reads UTF-8 only with it
    goal, _, first, *_ = rows_of(page.body.decode("utf-8-sig"))
    assert (goal["name"], goal["value"], goal["data_month"], goal["gap"]) == (
        "Measure 1 Rate",
        "39.5",
        "2026-02",
        "-1.5",
    )
    assert (first["ref"], first["steps_done"], first["steps_total"]) == ("1.1", "1", "3")
    assert first["name"] == f"'{EVIL}"


def test_a_roll_up_has_a_workbook_of_its_numbers(engine, token):
    page = report_page(engine, token, "xlsx")
    assert page is not None
    assert page.filename == "rollup-2026-03.xlsx"
    book = CalamineWorkbook.from_filelike(io.BytesIO(page.body))
    assert book.sheet_names == ["Goals", "Strategies", "Steps", "Meetings"]
    head, goal, *_ = book.get_sheet_by_name("Goals").to_python()
    named = dict(zip(head, goal, strict=True))
    assert (named["Measure"], named["Latest"], named["Gap"], named["Status"]) == (
        "Measure 1 Rate",
        39.5,
        -1.5,
        "behind",
    )
    assert f"{named['Data month']:%Y-%m}" == "2026-02"
    _, strategy_row, *_ = book.get_sheet_by_name("Strategies").to_python()
    assert strategy_row[1] == EVIL, "text, as it was typed: a cell of text is never run"
    _, step, *_ = book.get_sheet_by_name("Steps").to_python()
    assert (step[0], step[2]) == ("1.1.1", "done")


NAMING = "Maria Lopez, our client, was hospitalized after her suicide attempt; case 1234567."


@pytest.mark.parametrize("stored_before", [False, True])
def test_the_workbook_keeps_a_reason_that_may_identify_a_client_in_its_workgroup(engine, work, clock, stored_before):
    with work() as uow:
        plan = a_plan(uow)
        ann = a_person(uow, "Ann Ortiz")
        a_workgroup(uow, "Forms", (plan.strategies["1.1"],), ((ann, "leader"),))
        a_workgroup(uow, "Coaching", (plan.strategies["1.2"],), ((ann, "leader"),))
    desk = Desk(engine, clock, meetings, rollup)
    desk.says("Ann Ortiz", f"/sip meeting excused Forms {NAMING}")
    desk.says("Ann Ortiz", "/sip meeting excused Coaching A county holiday")
    clock.move_to(APRIL_1)
    desk.tick()
    with engine.begin() as connection:
        row = connection.execute(select(report).where(report.c.period == "2026-03")).one()
        assert "Maria Lopez" not in json.dumps(row.facts)
        if stored_before:  # a roll-up from before reasons were screened
            groups = [
                {**one, "reason": NAMING if one["name"] == "Forms" else one["reason"]} for one in row.facts["groups"]
            ]
            connection.execute(
                sql_update(report).where(report.c.id == row.id).values(facts={**row.facts, "groups": groups})
            )
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(report_page(engine, row.token, "xlsx").body))
    reasons = {line[0]: line[3] for line in sheet.get_sheet_by_name("Meetings").to_python()[1:]}
    assert reasons == {"Forms": KEPT, "Coaching": "A county holiday"}


@pytest.fixture
def charted(engine, token) -> str:
    """The same report with two charts in it."""
    with engine.begin() as connection:
        kept = from_data(connection.execute(select(report.c.content)).scalar_one())
        charts = (CHARTS["chart_gaps"], CHARTS["chart_dollars"])
        connection.execute(sql_update(report).values(content=to_data(kept.plus(*charts))))
    return token


def test_each_chart_of_a_report_is_served_as_a_picture(engine, charted):
    first, second = (report_page(engine, charted, f"chart-{n}.png") for n in (1, 2))
    assert (first.content_type, first.filename, first.max_age) == ("image/png", "", 3600)
    assert first.body == chart_png(CHARTS["chart_gaps"])
    assert second.body == chart_png(CHARTS["chart_dollars"])
    for other in ("chart-3.png", "chart-0.png", "chart-1.svg", "chart-1.png.html", "chart-.png"):
        assert report_page(engine, charted, other) is None
    assert report_page(engine, "unknown", "chart-1.png") is None


def test_the_page_shows_its_charts_with_their_numbers(engine, charted):
    page = report_page(engine, charted, "html").body.decode()
    assert page.count("<svg") == 2
    assert "<summary>The numbers</summary>" in page
    assert "$12,400" in page


async def test_the_web_serves_pictures_for_an_hour_and_everything_else_afresh(engine, charted):
    async with TestClient(TestServer(make_web(str, partial(report_page, engine)))) as client:
        picture = await client.get(f"/r/{charted}/chart-1.png")
        assert (picture.status, picture.content_type) == (200, "image/png")
        assert picture.headers["Cache-Control"] == "public, max-age=3600"
        assert (await client.head(f"/r/{charted}/chart-2.png")).status == 200
        pdf = await client.get(f"/r/{charted}.pdf")
        assert (pdf.headers["Cache-Control"], pdf.content_type) == ("no-store", "application/pdf")
        assert 'filename="rollup-2026-03.pdf"' in pdf.headers["Content-Disposition"]
        for missing in ("chart-9.png", "html", "pdf", "x/y"):
            assert (await client.get(f"/r/{charted}/{missing}")).status == 404


async def test_a_page_whose_database_is_away_says_so_and_when_to_try_again(clock, tmp_path):
    there = open_engine(f"sqlite:///{tmp_path / 'county.sqlite3'}", durable=False)
    migrate(there)
    app = build(load(_env_file=None), clock=clock, console=True, engine=there)
    async with TestClient(TestServer(app.web)) as client:
        paths = [f"/{place}/a-token-of-some-length" for place in ("r", "archive", "review")]
        assert [(await client.get(path)).status for path in paths] == [404] * 3
        (tmp_path / "county.sqlite3").rename(tmp_path / "elsewhere.sqlite3")
        for path in paths:
            answer = await client.get(path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
            assert "cannot reach its database right now" in await answer.text()
            assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_every_format_of_a_page(engine, token):
    html, pdf, md, data = (report_page(engine, token, kind) for kind in ("html", "pdf", "md", "json"))
    assert b"<script>" not in html.body
    assert not html.filename
    assert [f'href="{token}.{kind}"'.encode() in html.body for kind in ("pdf", "xlsx", "csv")] == [True] * 3
    assert pdf.body.startswith(b"%PDF")
    assert (pdf.content_type, pdf.filename) == ("application/pdf", "rollup-2026-03.pdf")
    assert b"March 2026 roll-up" in md.body
    assert json.loads(data.body)
    assert report_page(engine, token, "exe") is None
    assert report_page(engine, "unknown", "csv") is None


def test_a_withdrawn_report_says_so_and_gives_no_numbers(engine, token):
    with engine.begin() as connection:
        connection.execute(sql_update(report).values(state="withdrawn", reason="A number was <wrong>."))
    page = report_page(engine, token, "html")
    assert b"withdrew this roll-up for March 2026." in page.body
    assert b"A number was &lt;wrong&gt;." in page.body
    assert b"Measure 1 Rate" not in page.body
    assert [report_page(engine, token, kind) for kind in ("csv", "xlsx", "chart-1.png")] == [None] * 3
    assert b'class="files"' not in page.body


def written(engine, clock, period, form):
    with engine.connect() as connection:
        (county,) = organizations(connection)
    return render_report(engine, clock, county, period, form)


def test_the_command_line_writes_the_sheet_of_a_month(engine, token, clock):
    assert rows_of(written(engine, clock, "2026-03", "csv").decode())[0]["value"] == "39.5"
    assert b"March 2026" in written(engine, clock, "2026-03", "md")
    assert written(engine, clock, "2026-03", "pdf").startswith(b"%PDF")


@pytest.mark.parametrize(
    ("period", "form", "sentence"),
    [
        ("2026-Q1", "csv", "one month, not of a quarter"),
        ("2026-Q1", "xlsx", "one month, not of a quarter"),
        ("2026-03", "exe", "Choose html, pdf, md, json, xlsx, csv"),
        ("2026-12", "csv", "has not begun"),
    ],
)
def test_what_cannot_be_written_gets_a_sentence(engine, token, clock, period, form, sentence):
    with pytest.raises(NoReport, match=sentence):
        written(engine, clock, period, form)


async def test_the_pages_the_app_directories_point_to_are_served_like_every_other_page():
    application = web.Application()
    for name in HOUSE:
        add_document(application, f"/{name}", lambda name=name: house_page(built_in(), name))
    async with TestClient(TestServer(application)) as client:
        for name, said in (("privacy", "on the county's own server"), ("terms", "offered as it is")):
            answer = await client.get(f"/{name}")
            assert (answer.status, answer.content_type) == (200, "text/html")
            assert SECURITY_HEADERS.items() <= dict(answer.headers).items()
            assert said in (await answer.text()).replace("&#x27;", "'")


def test_a_county_says_it_in_its_own_words(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "privacy.md.j2").write_text("# How Larkspur County keeps your data")
    assert b"How Larkspur County keeps your data" in house_page(Composer(tmp_path), "privacy").body


def test_the_privacy_page_says_how_long_answers_are_kept():
    assert REMEMBERED.days == 3
    assert b"for three days" in house_page(built_in(), "privacy").body
