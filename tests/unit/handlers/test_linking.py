"""One person on both platforms: asked and never joined by themselves, joined whole, and taken apart again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, select

import handlers.people
from bot.chat.clock import MovableClock
from bot.chat.commands import Actor, Command, CommandSpec, Place, Role
from bot.chat.compose import built_in
from bot.chat.messages import Message, say
from bot.chat.replies import Reply
from storage.models import audit, follow_up, metadata, person_link, step_owner, story, workgroup_member
from storage.models import update as step_update
from storage.queries import links, people, plan
from storage.queries.people import Person
from storage.uow import Destination, UnitOfWork, unit_of_work
from tests.builders import a_plan, a_workgroup, owns
from tests.conftest import Work
from tests.desk import Desk, Queued, buttons, words

SLACK, TEAMS = ("slack", "T1"), ("teams", "tenant")
MAIL = "ann@county.example"
ANN_IN_SLACK = Actor(*SLACK, "UANN", "Ann Ortiz", MAIL)
ANN_IN_TEAMS = Actor(*TEAMS, "aad-ann", "Ortiz, Ann", MAIL.upper())
CORA = Actor(*SLACK, "UCORA", "Cora Diaz")
EVE = Actor(*TEAMS, "aad-eve", "Eve", "eve@county.example")
_numbers = count(1)


class Office:
    """People on two platforms at one dispatcher; `asked` and `told` are what waits for them."""

    def __init__(self, engine: Engine, clock: MovableClock) -> None:
        hello = CommandSpec("hello", lambda *_: Reply(say("Hello.")), "say hello")
        self.desk = Desk(engine, clock, handlers.people, type("Module", (), {"COMMANDS": (hello,)}))

    def does(self, actor: Actor, text: str, **fields: Any) -> Reply:
        return self.desk.dispatcher.handle(Command(text, actor, Place(direct=True), f"o{next(_numbers)}", **fields))

    def presses(self, actor: Actor, message: Message | None, label: str) -> Reply:
        assert message is not None
        button = next(b for b in buttons(message) if label in b.label)
        return self.does(actor, "", verb=button.verb, values=dict(button.values), source="button")

    def posts(self, kind: str) -> list[Queued]:
        return self.desk.queued(kind)

    def question(self) -> Message:
        return self.posts("question")[-1].message


@pytest.fixture
def office(engine: Engine, clock: MovableClock, work: Work) -> Office:
    """Larkspur County in Slack and in Teams; Cora coordinates it and Ann is an analyst, both in Slack."""
    with work() as uow:
        for platform, workspace in (SLACK, TEAMS):
            people.add_workspace(uow.connection, uow.organization.id, platform, workspace)
        for actor, role in ((CORA, Role.COORDINATOR), (ANN_IN_SLACK, Role.ANALYST)):
            people.create_person(uow.connection, uow.organization.id, actor, name=actor.name, role=role, at=uow.at)
    return Office(engine, clock)


@pytest.fixture
def both(office: Office) -> Office:
    """Ann has spoken in both places and was asked."""
    for actor in (ANN_IN_SLACK, ANN_IN_TEAMS):
        office.does(actor, "hello")
    assert office.desk.tick() == 1
    return office


def behind(work: Work, actor: Actor) -> Person:
    with work() as uow:
        found = people.who(uow.connection, actor)
        assert found is not None
        return found[1]


def linked(office: Office) -> Message | None:
    """Both say yes -> what the second is answered."""
    office.presses(ANN_IN_TEAMS, office.question(), "Yes")
    return office.presses(ANN_IN_SLACK, office.question(), "Yes").message


def test_the_newer_account_is_asked_once_and_nothing_is_joined(both: Office, work: Work) -> None:
    [asked] = both.posts("question")
    assert asked.row.person_id == behind(work, ANN_IN_TEAMS).id
    assert "Are you the same Ann Ortiz who uses Slack here?" in words(asked.message)
    assert both.desk.tick() == 0
    assert behind(work, ANN_IN_TEAMS).id != behind(work, ANN_IN_SLACK).id


def test_both_accounts_must_say_yes(both: Office, work: Work) -> None:
    first = both.question()
    assert "asked your Slack account" in words(both.presses(ANN_IN_TEAMS, first, "Yes").message)
    assert behind(work, ANN_IN_TEAMS).id != behind(work, ANN_IN_SLACK).id
    confirm = both.question()
    assert both.posts("question")[-1].row.person_id == behind(work, ANN_IN_SLACK).id
    assert "may do what an analyst may" in words(confirm)
    done = both.presses(ANN_IN_SLACK, confirm, "Yes")
    assert "Slack and Teams are linked now" in words(done.message)
    ann = behind(work, ANN_IN_SLACK)
    assert behind(work, ANN_IN_TEAMS) == ann
    assert (ann.name, ann.role) == ("Ann Ortiz", Role.ANALYST)
    [told] = both.posts("notice")  # in Teams; in Slack the press was answered
    assert (told.row.person_id, told.row.platform) == (ann.id, "teams")
    assert "Undo" in [button.label for button in buttons(told.message)]


@pytest.mark.parametrize("presser", [EVE, ANN_IN_SLACK, CORA])
def test_nobody_else_says_yes_to_the_first_question(both: Office, work: Work, presser: Actor) -> None:
    assert "for somebody else" in words(both.presses(presser, both.question(), "Yes").message)
    assert behind(work, ANN_IN_TEAMS).id != behind(work, ANN_IN_SLACK).id


@pytest.mark.parametrize("presser", [EVE, ANN_IN_TEAMS])
def test_nobody_else_says_yes_to_the_second_question(both: Office, work: Work, presser: Actor) -> None:
    both.presses(ANN_IN_TEAMS, both.question(), "Yes")
    assert "for somebody else" in words(both.presses(presser, both.question(), "Yes").message)
    assert behind(work, ANN_IN_TEAMS).id != behind(work, ANN_IN_SLACK).id


def test_the_first_question_cannot_be_skipped(both: Office, work: Work) -> None:
    button = next(b for b in buttons(both.question()) if "Yes" in b.label)
    forged = both.does(ANN_IN_SLACK, "", verb=button.verb, values=dict(button.values), source="button")
    assert "for somebody else" in words(forged.message)
    assert "settled" in words(both.does(EVE, "", verb="people same", values={"link": "99", "answer": "yes"}).message)


@pytest.mark.parametrize("who", [ANN_IN_TEAMS, ANN_IN_SLACK])
def test_a_no_is_kept(both: Office, work: Work, who: Actor) -> None:
    if who is ANN_IN_SLACK:
        both.presses(ANN_IN_TEAMS, both.question(), "Yes")
    question = both.question()
    assert "stay two people" in words(both.presses(who, question, "No").message)
    assert "settled" in words(both.presses(who, question, "Yes").message)
    assert both.desk.tick() == 0
    assert behind(work, ANN_IN_TEAMS).id != behind(work, ANN_IN_SLACK).id
    assert len(both.posts("notice")) == (who is ANN_IN_SLACK)


def test_pressing_twice_changes_nothing(both: Office, work: Work) -> None:
    linked(both)
    assert "settled" in words(both.presses(ANN_IN_SLACK, both.question(), "Yes").message)
    assert len(both.posts("notice")) == 1


def test_nothing_done_before_is_lost_and_all_goes_back_on_undo(both: Office, work: Work) -> None:
    older, newer = behind(work, ANN_IN_SLACK), behind(work, ANN_IN_TEAMS)
    with work() as uow:
        rows = a_plan(uow)
        owns(uow, newer, rows.steps["1.1.1"], rows.steps["1.1.2"])
        owns(uow, older, rows.steps["1.1.2"])
        group = a_workgroup(uow, "Forms", members=((newer, "leader"), (older, "staff")))
        a_workgroup(uow, "Visits", members=((newer, "leader"),))
        step = rows.steps["1.1.1"]
        uow.insert(step_update, step_id=step, person_id=newer.id, at=uow.at, status="done", note="Mine", source="typed")
        values = {"text": "A win", "original_text": "A win", "consent": "staff", "state": "in review", "verdict": "ok"}
        uow.insert(story, person_id=newer.id, at=uow.at, findings=[], **values)
        uow.post("nudge", Destination(person_id=newer.id), say("Any news?"), key="n1")
        before = whole(uow)
    linked(both)
    assert [q.row.person_id for q in both.posts("nudge")] == [older.id]
    with work() as uow:
        for table in (step_update, story):
            assert [r.person_id for r in uow.rows(select(table))] == [older.id]
        mine = {s.ref: s.owner_ids for s in plan.steps(uow, owner_id=older.id)}
        assert mine == {"1.1.1": (older.id,), "1.1.2": (older.id,)}
        roles = {(r.workgroup_id, r.person_id): r.role for r in uow.rows(select(workgroup_member))}
        assert roles[group, older.id] == "staff"  # a role in a workgroup is not raised either
        assert older.id in {key[1] for key in roles if key[0] != group}
        assert newer.id not in {p.id for p in (*people.all_people(uow), *people.former(uow))}
        uow.insert(step_update, step_id=step, person_id=older.id, at=uow.at, note="Since", source="typed")
    undone = both.presses(ANN_IN_TEAMS, both.posts("notice")[-1].message, "Undo")
    assert "took the accounts apart" in words(undone.message)
    assert (behind(work, ANN_IN_SLACK).id, behind(work, ANN_IN_TEAMS).id) == (older.id, newer.id)
    with work() as uow:
        after = whole(uow)
        since = after["step_update"].pop()
        assert since[1:] == (older.id,)
        assert after == before
    assert both.desk.tick() == 0


def whole(uow: UnitOfWork) -> dict[str, list[tuple[Any, ...]]]:
    """Who every row is about, but for the notes and messages that linking itself makes."""
    found = {}
    for table in metadata.sorted_tables:
        columns = [c for c in table.columns for key in c.foreign_keys if key.column.table.name == "person"]
        if columns and table.name not in ("audit", "link", "person_link", "outbox", "review_link"):
            rows = uow.rows(select(table.c.id, *columns).order_by(table.c.id))
            found[table.name] = [tuple(row) for row in rows]
    return found


def test_every_table_that_says_a_person_is_moved_or_stays_for_a_reason() -> None:
    said = {
        t.name
        for t in metadata.sorted_tables
        for c in t.columns
        for k in c.foreign_keys
        if k.column.table.name == "person"
    }
    moved = {table.name for table, _ in links._mentions()}
    assert said - moved == {"audit", "link", "person_link", "review_link"}
    assert {"step_owner", "outbox", "identity", follow_up.name, step_owner.name} <= moved


def test_a_link_never_raises_a_role(office: Office, work: Work) -> None:
    office.does(ANN_IN_TEAMS, "hello")
    with work() as uow:
        newer = people.who(uow.connection, ANN_IN_TEAMS)
        assert newer is not None
        uow.change(metadata.tables["person"], metadata.tables["person"].c.id == newer[1].id, role=int(Role.COORDINATOR))
    office.desk.tick()
    linked(office)
    assert behind(work, ANN_IN_TEAMS).role == Role.ANALYST


def test_the_last_coordinator_is_not_lost_in_somebody_else(office: Office, work: Work) -> None:
    office.does(ANN_IN_TEAMS, "hello")
    newer = behind(work, ANN_IN_TEAMS)
    table = metadata.tables["person"]
    with work() as uow:
        uow.change(table, table.c.id == newer.id, role=int(Role.COORDINATOR))
        uow.change(table, table.c.name == CORA.name, role=int(Role.MEMBER))
    office.desk.tick()
    assert "last one who can set up this county" in words(linked(office))
    assert behind(work, ANN_IN_TEAMS).id == newer.id


def test_a_person_without_an_account_is_vouched_for_by_a_coordinator(office: Office, work: Work) -> None:
    with work() as uow:
        dee = people.create_person(
            uow.connection, uow.organization.id, None, name="Dee Wu", role=Role.LEADERSHIP, at=uow.at
        )
        people.learn(uow, dee.id, email=EVE.email)
    office.does(EVE, "hello")
    office.desk.tick()
    assert "a coordinator confirms it next" in words(office.question())
    assert "asked Cora Diaz" in words(office.presses(EVE, office.question(), "Yes").message)
    assert "for somebody else" in words(office.presses(ANN_IN_SLACK, office.question(), "Yes").message)
    assert behind(work, EVE).role is Role.MEMBER
    office.presses(CORA, office.question(), "Yes")
    assert (behind(work, EVE).name, behind(work, EVE).role) == ("Dee Wu", Role.LEADERSHIP)


def test_a_coordinator_cannot_vouch_for_an_administrator(office: Office, work: Work) -> None:
    with work() as uow:
        dee = people.create_person(uow.connection, uow.organization.id, None, name="Dee Wu", role=Role.ADMIN, at=uow.at)
        people.learn(uow, dee.id, email=EVE.email)
    office.does(EVE, "hello")
    office.desk.tick()
    office.presses(EVE, office.question(), "Yes")
    with work() as uow:
        link_id = uow.scalar(select(person_link.c.id))
    forged = office.does(CORA, "", verb="people same", values={"link": str(link_id), "answer": "yes"})
    assert "Only an administrator" in words(forged.message)
    assert behind(work, EVE).role is Role.MEMBER


def test_two_people_with_one_address_are_not_guessed_between(office: Office, work: Work) -> None:
    with work() as uow:
        twin = Actor("slack", "T2", "UTWIN", "Ann Twin", MAIL)
        people.create_person(uow.connection, uow.organization.id, twin, name=twin.name, role=Role.MEMBER, at=uow.at)
    office.does(ANN_IN_TEAMS, "hello")
    assert office.desk.tick() == 0


def test_accounts_side_by_side_in_one_workspace_are_two_people(office: Office) -> None:
    office.does(Actor(*SLACK, "UANN2", "Ann O", MAIL), "hello")
    assert office.desk.tick() == 0


def test_who_was_removed_does_not_come_back_by_the_other_platform(office: Office, work: Work) -> None:
    office.does(CORA, "people remove Ann Ortiz")
    assert "no longer on this county's list" in words(office.does(ANN_IN_TEAMS, "hello").message)
    assert office.desk.tick() == 0
    with work() as uow:
        assert people.who(uow.connection, ANN_IN_TEAMS) is None


def test_an_answer_after_one_of_them_was_removed_joins_nothing(both: Office) -> None:
    both.presses(ANN_IN_TEAMS, both.question(), "Yes")
    both.does(CORA, "people remove Ann Ortiz")
    assert "no longer on this county's list" in words(both.presses(ANN_IN_SLACK, both.question(), "Yes").message)
    assert "settled" in words(both.presses(CORA, both.question(), "Yes").message)


def test_an_email_told_later_is_kept_and_matched(office: Office, work: Work) -> None:
    quiet = Actor(*TEAMS, ANN_IN_TEAMS.user, ANN_IN_TEAMS.name)
    office.does(quiet, "hello")
    assert office.desk.tick() == 0
    office.does(ANN_IN_TEAMS, "hello")
    assert office.desk.tick() == 1
    assert behind(work, ANN_IN_TEAMS).email == ANN_IN_TEAMS.email


@pytest.fixture
def elsewhere(engine: Engine, clock: MovableClock, office: Office) -> Callable[[], Any]:
    """Another county on the same server, with somebody who has Ann's address."""
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        uow.organization = people.create_organization(uow.connection, "Sorrel County", "America/Denver", uow.at)
        people.add_workspace(uow.connection, uow.organization.id, "teams", "other tenant")
        stranger = Actor("teams", "other tenant", "aad-x", "Ann Far", MAIL)
        found = people.create_person(
            uow.connection, uow.organization.id, stranger, name=stranger.name, role=Role.ADMIN, at=uow.at
        )
        link_id = links.start(uow, found.id, found.id)
    return lambda: (stranger, found, link_id)


def test_another_countys_people_are_out_of_reach(office: Office, work: Work, elsewhere: Callable[[], Any]) -> None:
    stranger, found, link_id = elsewhere()
    office.does(ANN_IN_SLACK, "hello")
    assert office.desk.tick() == 0
    for verb, values in (
        ("people same", {"link": str(link_id), "answer": "yes"}),
        ("people apart", {"link": str(link_id)}),
        ("people link", {"who": str(found.id), "person": str(behind(work, ANN_IN_SLACK).id), "sure": "yes"}),
        ("people link", {"who": "<@UANN>", "person": str(found.id), "sure": "yes"}),
        ("people unlink", {"person": str(found.id)}),
    ):
        reply = office.does(CORA, "", verb=verb, values=values, source="button")
        assert "linked" not in words(reply.message)
    with work() as uow:
        assert people.who(uow.connection, stranger) is not None
        assert people.who(uow.connection, stranger)[1].id == found.id  # type: ignore[index]
        assert uow.scalar(select(person_link.c.state)) == "proposed"


# a coordinator's own word


def test_a_coordinator_links_two_on_the_list_by_name_and_everyone_is_told(office: Office, work: Work) -> None:
    quiet = Actor(*TEAMS, ANN_IN_TEAMS.user, ANN_IN_TEAMS.name)
    office.does(quiet, "hello")
    question = office.does(CORA, "people link Ortiz, Ann: Ann Ortiz")
    assert "Ortiz, Ann (Teams) really the same person as Ann Ortiz (Slack)" in words(question.message)
    assert behind(work, quiet).name == "Ortiz, Ann"
    done = office.presses(CORA, question.message, "Yes")
    assert "They were told" in words(done.message)
    ann = behind(work, quiet)
    assert ann == behind(work, ANN_IN_SLACK)
    assert [(q.row.person_id, q.row.platform) for q in office.posts("notice")] == [(ann.id, "slack"), (ann.id, "teams")]
    assert "by Cora Diaz" in words(office.posts("notice")[0].message)
    with work() as uow:
        assert [r.action for r in uow.rows(select(audit))] == ["account linked"]
    office.presses(CORA, done.message, "Undo")
    assert behind(work, quiet).name == "Ortiz, Ann"


def test_a_coordinator_links_by_form(office: Office, work: Work) -> None:
    in_teams = Actor(*TEAMS, "aad-cora", "Cora in Teams")
    with work() as uow:
        cora = people.who(uow.connection, CORA)
        assert cora is not None
        people.add_identity(uow.connection, uow.organization.id, cora[1].id, in_teams)
    form = office.does(in_teams, "people link").form
    assert form is not None
    assert [field.name for field in form.fields] == ["who", "name"]
    empty = office.does(in_teams, "", verb=form.verb, values={"who": "", "name": "Ann"}, source="form")
    assert empty.errors is not None
    values = {"who": "<@aad-ann>", "name": "Ann Ortiz"}
    question = office.does(in_teams, "", verb=form.verb, values=values, source="form")
    office.presses(in_teams, question.message, "Yes")
    assert behind(work, ANN_IN_TEAMS) == behind(work, ANN_IN_SLACK)


def test_one_account_of_several_is_taken_off(both: Office, work: Work) -> None:
    linked(both)
    asked = both.does(CORA, "people unlink Ann Ortiz")
    done = both.presses(CORA, asked.message, "Teams")
    assert "not Ann Ortiz's any more, but Ortiz, Ann's own" in words(done.message)
    assert behind(work, ANN_IN_TEAMS).name == "Ortiz, Ann"
    assert "nothing to take apart" in words(both.does(CORA, "people unlink Ann Ortiz").message)


def test_an_account_that_came_by_no_link_becomes_a_member_of_its_own(office: Office, work: Work) -> None:
    with work() as uow:
        ann = people.who(uow.connection, ANN_IN_SLACK)
        assert ann is not None
        people.add_identity(uow.connection, uow.organization.id, ann[1].id, ANN_IN_TEAMS)
    office.presses(CORA, office.does(CORA, "people unlink Ann Ortiz").message, "Teams")
    assert behind(work, ANN_IN_TEAMS).role is Role.MEMBER
    assert behind(work, ANN_IN_SLACK).role is Role.ANALYST
    office.does(ANN_IN_TEAMS, "hello")
    assert office.desk.tick() == 0


def test_only_they_themselves_or_a_coordinator_undo_a_link(both: Office, work: Work) -> None:
    shown = linked(both)
    assert "for somebody else" in words(both.presses(EVE, shown, "Undo").message)
    assert behind(work, ANN_IN_TEAMS) == behind(work, ANN_IN_SLACK)
    both.presses(ANN_IN_SLACK, shown, "Undo")
    assert behind(work, ANN_IN_TEAMS) != behind(work, ANN_IN_SLACK)
    assert "settled" in words(both.presses(ANN_IN_SLACK, shown, "Undo").message)


def test_links_come_apart_in_the_order_they_were_made(both: Office, work: Work) -> None:
    first = linked(both)
    office = both
    question = office.does(CORA, "people link Ann Ortiz: Cora Diaz")
    assert "look like two people" in words(question.message)
    with work() as uow:
        fay = Actor("console", "local", "UFAY", "Fay")
        people.create_person(uow.connection, uow.organization.id, fay, name="Fay", role=Role.MEMBER, at=uow.at)
    second = office.presses(CORA, office.does(CORA, "people link Ann Ortiz: Fay").message, "Yes")
    assert behind(work, ANN_IN_TEAMS).name == "Fay"
    assert "Ann Ortiz is Fay now" in words(office.presses(CORA, first, "Undo").message)
    office.presses(CORA, second.message, "Undo")
    office.presses(CORA, first, "Undo")
    assert behind(work, ANN_IN_TEAMS).name == "Ortiz, Ann"
