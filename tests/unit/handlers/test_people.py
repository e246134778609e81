"""The county's list of people: adding, roles, leaving, second accounts, and who may do it; on both databases."""

from __future__ import annotations

import pytest

import handlers.people
import handlers.workgroups
from bot.chat.commands import Actor, CommandSpec, Role, parse_args
from bot.chat.errors import UserError
from handlers.people.words import PersonWords, read_person, refusal
from storage.models import audit, identity
from storage.queries import people
from storage.queries.setup import Ask, resolve_people, resolve_person
from tests.builders import a_person, a_plan, a_workgroup, an_actor, owns
from tests.desk import Desk, buttons, words

ADA, CORA, ANN, BO = "Ada Root", "Cora Diaz", "Ann Ortiz", "Bo Lind"
HOSTILE = "<!channel> *Eve* [x](do:undo)|"


@pytest.fixture
def county(work):
    """A coordinator and two members."""
    with work() as uow:
        return {
            name: a_person(uow, name, role)
            for name, role in ((CORA, Role.COORDINATOR), (ANN, Role.MEMBER), (BO, Role.MEMBER))
        }


@pytest.fixture
def desk(engine, clock, county):
    return Desk(engine, clock, handlers.people, handlers.workgroups)


def role_of(work, name: str) -> Role:
    with work() as uow:
        return next(p.role for p in people.all_people(uow) if p.name == name)


@pytest.mark.parametrize("spec", handlers.people.COMMANDS, ids=lambda spec: spec.verb)
def test_every_example_parses(spec: CommandSpec) -> None:
    for example in spec.examples:
        assert example.startswith(spec.verb)
        assert parse_args(spec.args, example.removeprefix(spec.verb))[1] == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<@U1|ann> analyst", ("<@U1|ann>", None, Role.ANALYST)),
        ("coordinator: <@U1>", ("<@U1>", None, Role.COORDINATOR)),
        ("Ann Ortiz Ann@X.gov as coordinator", ("Ann Ortiz", "ann@x.gov", Role.COORDINATOR)),
        ("Ann <mailto:ann@x.gov|ann@x.gov>", ("Ann", "ann@x.gov", None)),
        ("Ann Staffer", ("Ann Staffer", None, None)),
        ("", ("", None, None)),
    ],
)
def test_somebody_to_add_in_one_line(text: str, found: tuple[str, str | None, Role | None]) -> None:
    assert read_person(text) == PersonWords(*found)


@pytest.mark.parametrize(
    ("asker", "target", "wanted", "allowed"),
    [
        (Role.COORDINATOR, Role.MEMBER, Role.COORDINATOR, True),
        (Role.COORDINATOR, Role.COORDINATOR, Role.MEMBER, True),
        (Role.COORDINATOR, Role.MEMBER, Role.ADMIN, False),
        (Role.COORDINATOR, Role.ADMIN, Role.MEMBER, False),
        (Role.COORDINATOR, Role.ADMIN, None, False),
        (Role.ADMIN, Role.ADMIN, Role.MEMBER, True),
        (Role.ADMIN, Role.MEMBER, Role.ADMIN, True),
    ],
)
def test_who_may_change_whom(asker: Role, target: Role, wanted: Role | None, allowed: bool) -> None:
    assert (refusal(1, asker, 2, target, wanted) == "") is allowed


def test_a_member_sees_and_changes_nobody(desk, work) -> None:
    for spec in handlers.people.COMMANDS:
        assert "Ask Cora Diaz" in words(desk.says(ANN, f"{spec.verb} {BO}").message)
    assert role_of(work, BO) is Role.MEMBER


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("<@UANNORTIZ>", ANN),
        ("<@UANNORTIZ|somebody else>", ANN),
        ("ann ortiz", ANN),
        ("Ann", ANN),
        ("ortiz", ANN),
        ("@ann.ortiz", ANN),
        ("bo@x.gov", "Bo Boss"),
    ],
)
def test_a_person_is_found_by_mention_name_or_email(work, county, text: str, name: str) -> None:
    with work() as uow:
        actor = Actor("console", "local", "UBOSS", "Bo Boss", "Bo@X.gov")
        people.create_person(uow.connection, uow.organization.id, actor, name="Bo Boss", role=Role.MEMBER, at=uow.at)
        assert resolve_person(uow, an_actor(CORA), text).name == name
        assert resolve_person(uow, an_actor(CORA), str(county[ANN].id)).name == ANN
        both = resolve_people(uow, an_actor(CORA), f"{text}, <@UANNORTIZ> <@UNEW|New>", create=True)
        assert [p.name for p in both] == list(dict.fromkeys([name, ANN, "New"]))


def test_who_cannot_be_found_is_asked_about_and_never_made_from_a_bare_name(work, county) -> None:
    with work() as uow:
        a_person(uow, "Ann Other")
        ask = Ask("people remove", "person")
        with pytest.raises(UserError, match="“Ann” could be Ann Ortiz, Ann Other") as caught:
            resolve_person(uow, an_actor(CORA), "Ann", create=True, ask=ask)
        assert ("Ann Ortiz", "people remove", (("person", str(county[ANN].id)),)) in caught.value.choices
        with pytest.raises(UserError, match="Did you mean Ann Ortiz"):
            resolve_person(uow, an_actor(CORA), "An Ortis", create=True)
        with pytest.raises(UserError, match="do not know Zed yet"):
            resolve_person(uow, an_actor(CORA), "<@UZED|Zed>")
        for nobody in ("", "99999", "x" * 10_000, "<@>", "9" * 40, f"<@{'U' * 200}>", "<@U\x00>"):
            with pytest.raises(UserError) as refused:
                resolve_person(uow, an_actor(CORA), nobody, create=True)
            assert len(refused.value.text) < 300
        assert len(people.all_people(uow)) == 4


def test_a_mention_of_somebody_unknown_puts_them_on_the_list_once(desk, work) -> None:
    reply = desk.says(CORA, f"/sip people add <@UEVE|{HOSTILE.replace('>', '')}> analyst")
    assert "as analyst" in words(reply.message)
    assert "is on the list, as analyst" in words(desk.says(CORA, "/sip people add <@UEVE>").message)
    with work() as uow:
        eve = people.person_by_identity(uow, "console", "local", "UEVE")
        assert (eve.name, eve.role) == (HOSTILE.replace(">", ""), Role.ANALYST)
        assert "undo" not in {button.verb for button in buttons(reply.message)}


def test_somebody_without_an_account_is_added_by_form_or_in_one_line(desk, work) -> None:
    form = desk.says(CORA, "/sip people add Dee Wu")
    assert form.form.fields[0].value == "Dee Wu"
    assert [option.value for option in form.form.fields[2].options][-1] == "coordinator"
    reply = desk.submits(CORA, form, email="Dee@county.example", role="leadership")
    assert "none yet: sipbot cannot write to them" in words(reply.message)
    again = desk.submits(CORA, form, {"name": "\x00", "email": "dee@county.example", "role": "admin"})
    assert set(dict(again.errors.errors)) == {"name", "role"}
    assert "at most 320" in words(desk.says(CORA, f"/sip people add E {'e' * 400}@x.gov").message)
    taken = desk.says(CORA, "/sip people add D. Wu dee@county.example")
    assert "Dee Wu has that e-mail address already" in words(taken.message)
    listed = words(desk.says(CORA, "/sip people").message)
    assert "Dee Wu, leadership. No chat account, in no workgroup" in listed
    assert "4 people on the list" in listed


def test_a_coordinator_gives_roles_up_to_their_own(desk, work) -> None:
    assert "now on; before, member" in words(desk.says(CORA, "/sip people role Ann Ortiz analyst").message)
    form = desk.says(CORA, "/sip people role <@UBOLIND>")
    desk.submits(CORA, form, role="coordinator")
    assert (role_of(work, ANN), role_of(work, BO)) == (Role.ANALYST, Role.COORDINATOR)
    assert "Only an administrator" in words(desk.says(CORA, "/sip people role Bo admin").message)
    assert "cannot raise yourself" in words(desk.says(CORA, "/sip people role Cora Diaz admin").message)
    assert role_of(work, CORA) is Role.COORDINATOR


def test_only_an_administrator_touches_an_administrator(desk, work) -> None:
    with work() as uow:
        a_person(uow, ADA, Role.ADMIN)
    for text in ("role Ada Root member", "remove Ada Root", "link <@UX|x> Ada Root", "rename Ada Root: Nobody"):
        assert "Only an administrator" in words(desk.says(CORA, f"/sip people {text}").message)
    assert role_of(work, ADA) is Role.ADMIN
    desk.says(ADA, "/sip people role Ann admin")
    assert role_of(work, ANN) is Role.ADMIN


def test_the_last_one_who_can_set_up_the_county_stays(desk, work) -> None:
    for text in ("remove Cora Diaz", "role Cora Diaz member", "add <@UCORADIAZ> member"):
        assert "You are the last one" in words(desk.says(CORA, f"/sip people {text}").message)
    desk.says(CORA, "/sip people role Ann coordinator")
    desk.says(CORA, "/sip people role Cora Diaz member")
    assert (role_of(work, CORA), role_of(work, ANN)) == (Role.MEMBER, Role.COORDINATOR)


def test_removing_says_what_is_left_without_an_owner_and_back_restores_it(desk, county, work) -> None:
    with work() as uow:
        plan = a_plan(uow)
        owns(uow, county[ANN], plan.steps["1.1.1"], plan.steps["1.1.2"])
        owns(uow, county[BO], plan.steps["1.1.2"])
        a_workgroup(uow, "Forms team", members=((county[ANN], "leader"),))
    reply = desk.says(CORA, "/sip people remove <@UANNORTIZ>")
    shown = words(reply.message)
    assert "1 open step has no owner now" in shown
    assert "1.1.1 Do thing 1.1.1" in shown
    assert "1 open step keeps another owner" in shown
    assert "They led Forms team" in shown
    assert "no longer on this county's list" in words(desk.says(ANN, "/sip people").message)
    assert "Ann Ortiz was removed" in words(desk.says(CORA, "/sip people role <@UANNORTIZ> analyst").message)
    desk.presses(CORA, reply.message, "Bring back")
    one = words(desk.says(CORA, "/sip people Ann Ortiz").message)
    assert "Workgroups: Forms team (leader)" in one


def test_the_removed_are_listed_to_be_brought_back(desk, work) -> None:
    desk.says(CORA, "/sip people remove Bo")
    former = desk.presses(CORA, desk.says(CORA, "/sip people").message, "Removed (1)")
    assert "is back" in words(desk.presses(CORA, former.message, "Bring Bo Lind back").message)
    assert "find nobody" in words(desk.says(CORA, "/sip people back Ann Ortiz").message)


def test_a_second_account_is_linked_only_after_the_question(desk, county, work) -> None:
    question = desk.says(CORA, "/sip people link <@UANN2|ann.o> Ann Ortiz")
    with work() as uow:
        assert people.person_by_identity(uow, "console", "local", "UANN2") is None
    desk.presses(CORA, question.message, "Yes, link it")
    with work() as uow:
        assert people.person_by_identity(uow, "console", "local", "UANN2").id == county[ANN].id
        assert [row.action for row in uow.rows(audit.select())] == ["person added", "account linked"]
    assert "already" in words(desk.presses(CORA, question.message, "Yes, link it").message)


def test_an_account_of_somebody_on_the_list_changes_hands_only_after_they_were_removed(desk, county, work) -> None:
    refused = desk.says(CORA, "/sip people link <@UBOLIND> Ann Ortiz")
    assert "remove Bo Lind first" in words(refused.message)
    desk.presses(CORA, refused.message, "Remove Bo Lind")
    question = desk.says(CORA, "/sip people link <@UBOLIND> Ann Ortiz")
    assert "What Bo Lind has done so far goes with the account" in words(question.message)
    desk.presses(CORA, question.message, "Yes, link it")
    with work() as uow:
        assert people.person_by_identity(uow, "console", "local", "UBOLIND").id == county[ANN].id
        assert (
            uow.scalar(
                identity.select().with_only_columns(identity.c.person_id).where(identity.c.person_id == county[BO].id)
            )
            is None
        )


def test_renaming_by_words_and_by_form_can_be_taken_back(desk, work) -> None:
    reply = desk.says(CORA, "/sip people rename Ann Ortiz: Ann Silva")
    assert "Ann Ortiz is called Ann Silva" in words(reply.message)
    desk.presses(CORA, reply.message, "Call them Ann Ortiz again")
    form = desk.says(CORA, "/sip people rename <@UANNORTIZ>")
    assert dict(desk.submits(CORA, form, {"name": "y" * 10_000}).errors.errors)["name"].startswith(
        "That name has 10,000"
    )
    desk.submits(CORA, form, {"name": "Ann  O."})
    with work() as uow:
        assert "Ann O." in {p.name for p in people.all_people(uow)}


def test_a_long_list_comes_in_pages(desk, work) -> None:
    with work() as uow:
        for number in range(30):
            a_person(uow, f"Person {number:02}")
    first = desk.says(CORA, "/sip people").message
    assert "People 1 to 25 of 33" in words(first)
    assert "Person 29" in words(desk.presses(CORA, first, "Show more").message)


def test_candidates_of_an_ambiguous_name_finish_the_command(desk, work) -> None:
    with work() as uow:
        a_person(uow, "Ann Other")
    reply = desk.says(CORA, "/sip people role Ann analyst")
    desk.presses(CORA, reply.message, "Ann Other")
    assert (role_of(work, "Ann Other"), role_of(work, ANN)) == (Role.ANALYST, Role.MEMBER)
