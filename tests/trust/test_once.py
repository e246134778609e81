"""Every request delivered one to four times, out of order and at once, to different replicas, some copies long after:
each has its effect once, and all its copies are answered alike.

Three replicas of the application on one database, each with its own connections, adapters and memory; signed requests
over HTTP. An effect is a row that a person caused: an update, a win, a survey's answer, a saved edition, a receipt in the
outbox, a reader who has left.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from sqlalchemy import Engine, insert, select

import bot.limits
import bot.survey_limits
from bot.adapters.teams.answers import TAKEN
from bot.app import build
from bot.chat.clock import MovableClock
from bot.chat.commands import Role
from bot.chat.compose import built_in
from bot.config import load
from bot.domain.frozen_data import to_data
from bot.domain.periods import Quarter
from bot.domain.survey import QUESTIONS
from handlers.newsletter.drafting import compile_edition
from handlers.newsletter.editing import mark
from handlers.newsletter.editions import contents
from storage.db import open_engine
from storage.models import audit, channel, outbox, report, review_link, story, subscriber, survey, update
from storage.models import survey_answer as survey_answers
from storage.queries import people
from storage.queries.people import Person
from storage.uow import Destination, UnitOfWork, unit_of_work
from tests.builders import a_person, a_plan, a_workgroup, an_organization
from tests.fake_slack import FakeSlack
from tests.fake_teams import FakeTeams
from tests.slack_county import serve
from tests.slack_people import BOT_USER, TEAM
from tests.teams_people import BOT, CHANNEL, MENTION, TENANT
from tests.trust.replicas import SECRET, TOKEN
from tests.trust.signing import signature
from tests.trust.table import record

FULL = os.environ.get("SIPBOT_TRUST") == "full"
EACH = 45  # requests of a kind
SEEDS = range(1, 11 if FULL else 4)
REPLICAS, AT_ONCE = 3, 12
SURVEY, BEFORE = "lobby-survey-token-0001", "Thank you all."
SLACK_PROMPT, TEAMS_PROMPT = "1770000000.000001", "1699999999999"
FORM = "application/x-www-form-urlencoded"
# Rows of the outbox that one request of a kind makes: an event is answered through it (a reaction and a private word).
RECEIPTS = {"slack mention": 1, "slack thread reply": 2, "teams thread reply": 2}


@dataclass(frozen=True)
class Request:
    """As the platform sends it. `note` is what its update says; a reader's token for their way out."""

    kind: str
    note: str
    path: str
    body: bytes
    content_type: str


def requests(slack: FakeSlack, teams: FakeTeams) -> list[Request]:
    """EACH of every kind."""
    return [make(slack, teams, f"note {number} {make.__name__}") for number in range(EACH) for make in KINDS]


def slash_command(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    fields = {
        "command": "/sip", "text": f"update 1.1.1 in progress {note}", "team_id": TEAM, "user_id": "U0ANN00001",
        "user_name": "ann", "channel_id": "CFIRST", "channel_name": "first", "trigger_id": f"t {note}",
        "response_url": f"{slack.url}/respond/U0ANN00001/CFIRST/0",
    }  # fmt: skip
    return Request("slack command", note, "/slack/events", urlencode(fields).encode(), FORM)


def button(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    value = {"verb": "update", "values": {"ref": "1.1.1", "status": "in progress", "note": note}}
    action = {"type": "button", "action_id": "a1", "block_id": "b1", "value": json.dumps(value)}
    where = {"channel": {"id": "CFIRST", "name": "first"}, "message": {"ts": SLACK_PROMPT, "text": "x"}}
    return _interaction("slack button", note, "block_actions", slack, actions=[action], **where)


def form(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    own = json.dumps(["CFIRST", "", "", False, "first"])
    inside = json.dumps({"verb": "update", "values": {"ref": "1.1.1", "status": "in progress"}, "own": own})
    values = {"note": {"note": {"type": "plain_text_input", "value": note}}}
    view = {"id": f"V {note}", "type": "modal", "callback_id": "form", "private_metadata": inside, "blocks": []}
    return _interaction("slack form", note, "view_submission", slack, view={**view, "state": {"values": values}})


def _interaction(kind: str, note: str, what: str, slack: FakeSlack, **more: Any) -> Request:
    user = {"id": "U0ANN00001", "username": "ann", "team_id": TEAM}
    url = f"{slack.url}/respond/U0ANN00001/CFIRST/0"
    payload = {"type": what, "team": {"id": TEAM}, "user": user, "trigger_id": f"t {note}", "response_url": url, **more}
    return Request(kind, note, "/slack/events", urlencode({"payload": json.dumps(payload)}).encode(), FORM)


def thread_reply(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    said = {"type": "message", "channel_type": "channel", "text": f"1.1.1 done {note}", "thread_ts": SLACK_PROMPT}
    return _event("slack thread reply", note, slack, said)


def mention(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    return _event(
        "slack mention", note, slack, {"type": "app_mention", "text": f"<@{BOT_USER}> update 1.1.1 done {note}"}
    )


def _event(kind: str, note: str, slack: FakeSlack, said: dict[str, Any]) -> Request:
    event = {"user": "U0ANN00001", "channel": "CFIRST", "ts": slack.timestamp(), "team": TEAM, **said}
    body = {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A0SIPBOT", "event_id": f"Ev {note}",
        "event_time": int(time.time()), "event": event,
        "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
    }  # fmt: skip
    return Request(kind, note, "/slack/events", json.dumps(body).encode(), "application/json")


def teams_message(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    said = teams.person("ben").activity(type="message", text=f"update 1.1.1 in progress {note}")
    return _activity("teams message", note, said)


def teams_button(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    data = {"verb": "update", "values": {"ref": "1.1.1", "status": "in progress", "note": note}}
    return _activity("teams button", note, _executed(teams, data))


def teams_form(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    data = {"verb": "update", "form": "f", "hidden": {"ref": "1.1.1", "status": "in progress"}, "text:note": note}
    return _activity("teams form", note, _executed(teams, data))


def teams_thread_reply(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    said = f"{MENTION} 1.1.1 done {note}"
    ours = [{"type": "mention", "text": MENTION, "mentioned": {"id": BOT, "name": "sipbot"}}]
    ben = teams.person("ben")
    return _activity(
        "teams thread reply", note, ben.activity(CHANNEL, TEAMS_PROMPT, type="message", text=said, entities=ours)
    )


def slack_win(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    """The form that the shortcut on a message opens, filled in."""
    inside = json.dumps({"verb": "win", "values": {}, "own": json.dumps(["CFIRST", "", "", False, "first"])})
    consent = {"type": "static_select", "selected_option": {"value": "staff"}}
    values = {"text": {"text": {"type": "plain_text_input", "value": note}}, "consent": {"consent": consent}}
    view = {"id": f"V {note}", "type": "modal", "callback_id": "form", "private_metadata": inside, "blocks": []}
    return _interaction("slack win", note, "view_submission", slack, view={**view, "state": {"values": values}})


def teams_win(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    """The message extension's dialog, filled in."""
    data = {"verb": "win", "form": "f", "hidden": {"consent": "staff"}, "text:text": note}
    said = teams.person("ben").activity(type="invoke", name="composeExtension/submitAction", value={"data": data})
    return _activity("teams win", note, said)


def teams_dialog(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    data = {"verb": "update", "form": "f", "hidden": {"ref": "1.1.1", "status": "in progress"}, "text:note": note}
    said = teams.person("ben").activity(type="invoke", name="task/submit", value={"data": data})
    return _activity("teams dialog", note, said)


def survey_answer(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    body = urlencode({"form": token_of(note), "q4": note}).encode()
    return Request("survey answer", note, f"/survey/{SURVEY}", body, FORM)


def review_save(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    """Each of an edition of its own: one page's second save is of other words than it was opened with."""
    fields = {"delivery": token_of(note), "text_manager": note, "base_manager": mark(BEFORE)}
    return Request("review save", note, f"/review/{link_of(note)}", urlencode(fields).encode(), FORM)


def link_of(note: str) -> str:
    return "editing-page-" + token_of(note)


def quarter_of(note: str) -> str:
    number = int(note.split()[1])
    return f"{1990 + number // 4}-Q{number % 4 + 1}"


def unsubscription(slack: FakeSlack, teams: FakeTeams, note: str) -> Request:
    return Request("unsubscription", note, f"/unsubscribe/{token_of(note)}", b"List-Unsubscribe=One-Click", FORM)


def token_of(note: str) -> str:
    return "reader-" + "-".join(note.split())


def _executed(teams: FakeTeams, data: dict[str, Any]) -> dict[str, Any]:
    value = {"action": {"type": "Action.Execute", "verb": "sipbot", "data": data}, "trigger": "manual"}
    return teams.person("ben").activity(type="invoke", name="adaptiveCard/action", value=value, replyToId="1700")


def _activity(kind: str, note: str, activity: dict[str, Any]) -> Request:
    return Request(kind, note, "/api/messages", json.dumps(activity).encode(), "application/json")


KINDS = (slash_command, button, form, thread_reply, mention, teams_message, teams_button, teams_form,
         teams_thread_reply, slack_win, teams_win, teams_dialog, survey_answer, review_save, unsubscription)  # fmt: skip


def a_county(engine: Engine, clock: MovableClock, made: list[Request]) -> None:
    """One workgroup a platform, each with a prompt that waits for replies; readers, a survey, and editions in work."""
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        an_organization(uow)
        rows = a_plan(uow)
        for platform, workspace, external, prompt in (
            ("slack", TEAM, "CFIRST", SLACK_PROMPT),
            ("teams", TENANT, CHANNEL, TEAMS_PROMPT),
        ):
            people.add_workspace(uow.connection, uow.organization.id, platform, workspace)
            group = a_workgroup(uow, f"Of {platform}", (rows.strategies["1.1"],))
            there = people.channel_for(uow, "console", "local", f"COF-{platform.upper()}")
            uow.change(channel, channel.c.id == there.id, platform=platform, workspace=workspace, external_id=external)
            uow.post("prompt", Destination(there.id), None, key=platform, period="2026-03", subject_id=group)
            uow.change(outbox, outbox.c.channel_id == there.id, state="sent", remote_id=prompt)
        for note in (one.note for one in made if one.kind == "unsubscription"):
            email = f"{token_of(note)}@county.example"
            uow.insert(subscriber, email=email, token=token_of(note), subscribed_at=uow.at)
        cora = a_person(uow, "Cora Diaz", Role.COORDINATOR)
        uow.insert(survey, token=SURVEY, title="Lobby", questions=to_data(QUESTIONS), created_at=uow.at,
                   created_by=cora.id, closes_on=date(2026, 12, 31))  # fmt: skip
        uow.person = cora
        for note in (one.note for one in made if one.kind == "review save"):
            _a_draft(uow, cora, note)


def _a_draft(uow: UnitOfWork, cora: Person, note: str) -> None:
    """An edition and Cora's link to its editing page."""
    view = compile_edition(uow, Quarter.parse(quarter_of(note)))
    edition = contents(view).with_text("manager", BEFORE)
    uow.change(report, report.c.id == view.id, content=edition.to_data())
    digest = hashlib.sha256(link_of(note).encode()).hexdigest()
    uow.rows(insert(review_link).values(digest=digest, organization_id=uow.organization.id, report_id=view.id,
                                        person_id=cora.id, expires_at=uow.at + timedelta(days=1)))  # fmt: skip


@asynccontextmanager
async def replicas(url: str, clock: MovableClock, slack: FakeSlack, teams: FakeTeams) -> AsyncIterator[list[str]]:
    """REPLICAS applications, by address."""
    async with AsyncExitStack() as stack:
        found = []
        settings = load(
            _env_file=None, database_url=url, slack_bot_token=TOKEN, slack_signing_secret=SECRET,
            slack_api_url=slack.api_url, public_url="https://sip.example",
        )  # fmt: skip
        for _ in range(REPLICAS):
            app = build(settings, clock=clock, engine=open_engine(url), teams=teams.settings)
            await app.start(worker=False)
            stack.push_async_callback(app.stop)
            runner, address = await serve(app.web)
            stack.push_async_callback(runner.cleanup)
            found.append(address.removesuffix("/slack/events"))
        yield found


async def delivered(session: aiohttp.ClientSession, base: str, request: Request, bearer: str) -> tuple[int, bytes]:
    """One copy -> how it is answered; once more while it is told that it was not saved, as the platforms do, or that
    the answer comes later."""
    headers = {"Content-Type": request.content_type, "Authorization": f"Bearer {bearer}"}
    for _ in range(20):
        if request.path == "/slack/events":
            headers = {**signature(SECRET, request.body), "Content-Type": request.content_type}
        async with session.post(
            base + request.path, data=request.body, headers=headers, allow_redirects=False
        ) as answer:
            body = await answer.read()
            if answer.status == 303:
                return 303, answer.headers["Location"].encode()
            later = body == b"" if request.kind == "slack command" else TAKEN.encode() in body
            if answer.status == 200 and b"Not saved" not in body and not later:
                return 200, body
        await asyncio.sleep(0.1)
    return answer.status, body


async def everything(url: str, clock: MovableClock, made: list[Request], slack: FakeSlack, teams: FakeTeams,
                     chance: random.Random) -> tuple[int, dict[Request, set[tuple[int, bytes]]]]:  # fmt: skip
    """Deliver each one to four times and one in three once more an hour later -> (copies, the answers of each)."""
    now = [one for one in made for _ in range(chance.randint(1, 4))]
    later = [one for one in made if chance.random() < 1 / 3]
    chance.shuffle(now)
    answers: dict[Request, set[tuple[int, bytes]]] = defaultdict(set)
    room, bearer = asyncio.Semaphore(AT_ONCE), teams.token()
    async with replicas(url, clock, slack, teams) as bases, aiohttp.ClientSession() as session:

        async def one(request: Request) -> None:
            async with room:
                answers[request].add(await delivered(session, chance.choice(bases), request, bearer))

        await asyncio.gather(*(one(request) for request in now))
        clock.move_to(clock.read() + timedelta(hours=1))
        await asyncio.gather(*(one(request) for request in later))
    return len(now) + len(later), answers


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
async def test_each_effect_is_there_once_and_every_copy_is_answered_alike(engine, clock, seed, monkeypatch):
    monkeypatch.setattr(bot.limits, "COMMANDS", 10**9)  # two people say it all within one minute
    monkeypatch.setattr(bot.survey_limits, "BURST", 10**9)
    chance = random.Random(seed)
    url = engine.url.render_as_string(hide_password=False)
    async with FakeSlack(SECRET, token=TOKEN) as slack, FakeTeams() as teams:
        slack.person("U0ANN00001", "ann", "CFIRST")
        made = requests(slack, teams)
        a_county(engine, clock, made)
        copies, answers = await everything(url, clock, made, slack, teams, chance)
    effects = counted(engine, made)
    wrong = {one: found for one, found in effects.items() if found != 1}
    receipts = receipts_of(engine)
    unlike = [one for one in made if len(answers[one]) != 1]
    record(
        "every request delivered 1–4 times, out of order, at once",
        f"{engine.dialect.name}, {len(made):,} requests of {len(KINDS)} kinds each, {REPLICAS} replicas",
        f"{copies:,} copies: {sum(max(0, n - 1) for n in effects.values())} doubled, {list(effects.values()).count(0)} lost, "
        f"{sum(receipts.values())} receipts in the outbox for {EACH * sum(RECEIPTS.values())} due, "
        f"{len(unlike)} answered differently",
        part=f"seed {seed}",
    )
    assert not wrong
    assert sum(receipts.values()) == EACH * sum(RECEIPTS.values())
    assert not unlike, [(one.kind, answers[one]) for one in unlike]
    pages = ("survey answer", "review save")
    assert {status for one, found in answers.items() for status, _ in found if one.kind not in pages} == {200}
    assert {status for one, found in answers.items() for status, _ in found if one.kind in pages} == {303}


def counted(engine: Engine, made: list[Request]) -> dict[tuple[str, str], int]:
    """(kind, note) -> how many effects it had."""
    with engine.connect() as connection:
        notes = Counter(connection.execute(select(update.c.note)).scalars())
        notes += Counter(connection.execute(select(story.c.text)).scalars())
        notes += Counter(one["q4"] for one in connection.execute(select(survey_answers.c.answers)).scalars())
        done_by = connection.execute(select(audit.c.action, audit.c.detail)).tuples().all()
        readers = dict(connection.execute(select(subscriber.c.token, subscriber.c.id)).tuples().all())
    left = Counter(detail for action, detail in done_by if action == "newsletter unsubscribed")
    edited = Counter(detail.split()[0] for action, detail in done_by if action == "newsletter edited")

    def effects(one: Request) -> int:
        if one.kind == "unsubscription":
            return left[f"<reader {readers[token_of(one.note)]}>"]
        return edited[quarter_of(one.note)] if one.kind == "review save" else notes[one.note]

    return {(one.kind, one.note): effects(one) for one in made}


def receipts_of(engine: Engine) -> Counter[str]:
    with engine.connect() as connection:
        return Counter(connection.execute(select(outbox.c.dedupe_key).where(outbox.c.kind == "receipt")).scalars())
