"""Workgroups set up in chat: typed, by form and by button, on both databases."""

from __future__ import annotations

import pytest

import handlers.workgroups
from bot.chat.commands import CommandSpec, Role, parse_args
from bot.chat.errors import UserError
from handlers.workgroups.words import MemberWords, split_member
from storage.models import audit, meeting, workgroup
from storage.queries import people, plan, setup
from storage.queries.workgroups import members, workgroup_by_id, workgroups
from tests.builders import a_channel, a_person, a_plan, a_workgroup
from tests.desk import Desk, buttons, words

CORA, ANN = "Cora Diaz", "Ann Ortiz"
HOSTILE = "<!channel> *Forms* [x](do:undo) | `team`"


@pytest.fixture
def county(work):
    """A plan with three strategies, a coordinator and a member; nothing is set up."""
    with work() as uow:
        a_person(uow, CORA, Role.COORDINATOR)
        a_person(uow, ANN)
        return a_plan(uow)


@pytest.fixture
def desk(engine, clock, county):
    return Desk(engine, clock, handlers.workgroups)


@pytest.fixture
def forms(work, county):
    """The Forms team: strategy 1.1, led by Ann, in #forms-team."""
    with work() as uow:
        ann = next(p for p in people.all_people(uow) if p.name == ANN)
        return a_workgroup(uow, "Forms team", (county.strategies["1.1"],), ((ann, "leader"),))


@pytest.mark.parametrize("spec", handlers.workgroups.COMMANDS, ids=lambda spec: spec.verb)
def test_every_example_parses(spec: CommandSpec) -> None:
    for example in spec.examples:
        assert example.startswith(spec.verb)
        assert parse_args(spec.args, example.removeprefix(spec.verb))[1] == ""


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Forms team <@U1> leader", ("Forms team", "<@U1>", "leader")),
        ("Forms team: <@U1|ann o> as team lead", ("Forms team", "<@U1|ann o>", "leader")),
        ("<@U1> REC", ("", "<@U1>", "equity member")),
        ("<@U1> manager Forms team", ("Forms team", "<@U1>", "manager")),
        ("Equity <@U1>", ("Equity", "<@U1>", "")),
        ("Forms team <@U1>, <@U2> staff", ("Forms team", "<@U1>,<@U2>", "staff")),
        ("forms Ann Ortiz supervisor", ("Forms team", "Ann Ortiz", "manager")),
        ("Forms team <@U1> wizard", ("Forms team", "<@U1>", "wizard")),
        ("", ("", "", "")),
    ],
)
def test_a_name_people_and_a_role_in_one_line(text: str, found: tuple[str, str, str]) -> None:
    assert split_member(text, ["Forms team", "Equity"]) == MemberWords(*found)


def test_only_a_coordinator_changes_workgroups(desk, forms, work) -> None:
    for spec in handlers.workgroups.COMMANDS:
        if spec.role >= Role.COORDINATOR:
            assert "Ask Cora Diaz" in words(desk.says(ANN, f"{spec.verb} Forms team").message)
    with work() as uow:
        assert [group.name for group in workgroups(uow)] == ["Forms team"]


def test_the_form_makes_a_workgroup_with_all_it_needs(desk, county, work) -> None:
    form = desk.says(CORA, "/sip workgroup add Forms team", channel="CFORMS")
    fields = {field.name: field for field in form.form.fields}
    assert fields["name"].value == "Forms team"
    assert [option.group for option in fields["strategies"].options] == ["Goal 1", "Goal 1", "Goal 2"]
    chosen = ",".join(str(county.strategies[ref]) for ref in ("1.1", "2.1"))
    reply = desk.submits(
        CORA, form, strategies=chosen, leader="<@UNEW|Bo Lind>", cadence="quarterly third wed from april"
    )
    assert "Forms team is a workgroup now." in words(reply.message)
    assert "Strategies: 1.1, 2.1 = 2.2" in words(reply.message)
    assert "Next meeting: 15 April 2026" in words(reply.message)
    with work() as uow:
        channel = people.channel_for(uow, "console", "local", "CFORMS")
        group = next((w for w in workgroups(uow) if w.channel_id == channel.id), None)
        assert [(m.name, m.role) for m in members(uow, group.id)] == [("Bo Lind", "leader")]
        assert people.person_by_identity(uow, "console", "local", "UNEW").role is Role.MEMBER


def test_a_faulty_form_stays_open_and_stores_nothing(desk, forms, work) -> None:
    form = desk.says(CORA, "/sip workgroup add")
    reply = desk.submits(
        CORA, form, {"name": "FORMS team", "cadence": "weekly", "zone": "Mars", "leader": "Zoe Nobody"}
    )
    assert set(dict(reply.errors.errors)) == {"name", "cadence", "zone", "leader"}
    too_long = desk.submits(CORA, form, {"name": "x" * 10_000, "leader": "<@UNEW|Bo>"})
    assert "10,000 characters" in dict(too_long.errors.errors)["name"]
    with work() as uow:
        assert len(workgroups(uow)) == 1
        assert people.person_by_identity(uow, "console", "local", "UNEW") is None


def test_an_edit_changes_what_was_changed_and_hands_the_lead_over(desk, forms, work) -> None:
    form = desk.presses(CORA, desk.says(CORA, "/sip workgroup").message, "Edit")
    shown = {field.name: field.value for field in form.form.fields}
    assert (shown["cadence"], shown["leader"]) == ("the second Tuesday of every month", "<@UANNORTIZ>")
    desk.submits(CORA, form)
    with work() as uow:
        assert [(m.name, m.role) for m in members(uow, forms)] == [(ANN, "leader")]
        before = len(uow.rows(audit.select()).all())
    assert "changed" in words(desk.submits(CORA, form, {"name": "Paper cutters", "leader": "<@UBO|Bo Lind>"}).message)
    with work() as uow:
        group = workgroup_by_id(uow, forms)
        assert (group.name, group.cadence.to_text()) == ("Paper cutters", "monthly:2:1:2026-01")
        assert [(m.name, m.role) for m in members(uow, forms)] == [("Bo Lind", "leader"), (ANN, "staff")]
        assert plan.strategies(uow)[0].workgroups == ((forms, "Paper cutters"),)
        actions = [row.action for row in uow.rows(audit.select().order_by(audit.c.id))][before:]
        assert actions == ["workgroup changed", "workgroup strategies", "person added", "workgroup leader"]


def test_an_open_form_puts_nothing_back_that_was_changed_meanwhile(desk, forms, county, work) -> None:
    form = desk.presses(CORA, desk.says(CORA, "/sip workgroup").message, "Edit")
    for change in ("strategies Forms team 1.2", "cadence Forms team last Friday", "channel Forms team"):
        desk.says(CORA, f"/sip workgroup {change}", channel="CNEW")
    desk.submits(CORA, desk.presses(CORA, desk.says(CORA, "/sip workgroup").message, "Edit"), leader="<@UBO|Bo Lind>")
    as_slack_says_her = "<@UANNORTIZ|Ann Ortiz>"
    desk.submits(CORA, form, {"name": "Paper cutters", "leader": as_slack_says_her})
    with work() as uow:
        group = workgroup_by_id(uow, forms)
        assert (group.name, group.cadence.describe()) == ("Paper cutters", "the last Friday of every month")
        assert next(c.external_id for c in setup.channels(uow) if c.id == group.channel_id) == "CNEW"
        assert [s.ref for s in plan.strategies(uow) if s.workgroups] == ["1.2"]
        assert [(m.name, m.role) for m in members(uow, forms)] == [("Bo Lind", "leader"), (ANN, "staff")]


def test_people_join_in_a_role_by_mention_by_name_and_by_form(desk, forms, work) -> None:
    assert "as manager" in words(desk.says(CORA, "/sip workgroup member forms <@UBO|Bo Lind> manager").message)
    desk.says(CORA, "/sip workgroup member Forms team Cora Diaz")
    form = desk.says(CORA, "/sip workgroup member")
    desk.submits(CORA, form, workgroup=str(forms), people="<@UBO>,<@UCY|Cy Park>", role="equity member")
    with work() as uow:
        found = {(m.name, m.role) for m in members(uow, forms)}
    assert found == {(ANN, "leader"), (CORA, "staff"), ("Bo Lind", "equity member"), ("Cy Park", "equity member")}
    assert "do not know that role" in words(desk.says(CORA, "workgroup member Forms team <@UBO> wizard").message)


def test_a_removed_member_can_be_put_back_with_one_button(desk, forms, work) -> None:
    reply = desk.says(CORA, "/sip workgroup remove Forms team <@UANNORTIZ>")
    assert "no leader now" in words(reply.message)
    with work() as uow:
        assert members(uow, forms) == []
    desk.presses(CORA, reply.message, "Put back")
    with work() as uow:
        assert [(m.name, m.role) for m in members(uow, forms)] == [(ANN, "leader")]


def test_everybody_may_join_and_leave_for_themselves(desk, forms, work) -> None:
    assert "as staff" in words(desk.says("Dee Wu", "/sip workgroup join forms").message)
    assert "as leader. Nothing changed" in words(desk.says(ANN, "/sip workgroup join", channel="CFORMS-TEAM").message)
    reply = desk.says(ANN, "/sip workgroup leave")
    assert "tell your coordinator" in words(reply.message)
    with work() as uow:
        assert [(m.name, m.role) for m in members(uow, forms)] == [("Dee Wu", "staff")]


def test_the_channel_is_the_place_or_the_one_named_but_never_a_direct_message(desk, forms, work) -> None:
    desk.says(CORA, "/sip workgroup channel Forms team", channel="CHERE")
    with work() as uow:
        assert people.channel_by_id(uow, workgroup_by_id(uow, forms).channel_id).external_id == "CHERE"
    reply = desk.says(CORA, "/sip workgroup channel Forms team <#C1|forms>", channel="DCORA", direct=True)
    assert "go to #forms" in words(reply.message)
    refused = desk.says(CORA, "/sip workgroup channel Forms team", channel="DCORA", direct=True)
    assert "Type this in the channel you mean" in words(refused.message)


def test_a_channel_of_two_workgroups_is_pointed_out(desk, forms, work) -> None:
    with work() as uow:
        a_workgroup(uow, "Equity")
    reply = desk.says(CORA, "/sip workgroup channel Equity", channel="CFORMS-TEAM")
    assert "is also the channel of Forms team" in words(reply.message)


def test_cadence_and_strategies_by_words(desk, forms, county, work) -> None:
    desk.says(CORA, "/sip workgroup cadence forms last Friday")
    assert "1.2, 2.1 = 2.2" in words(desk.says(CORA, "/sip workgroup strategies Forms team 1.2 2.2").message)
    with work() as uow:
        assert workgroup_by_id(uow, forms).cadence.describe() == "the last Friday of every month"
        assert [s.ref for s in plan.strategies(uow) if s.workgroups] == ["1.2", "2.1"]
    assert "no strategy 9.9" in words(desk.says(CORA, "/sip workgroup strategies Forms team 9.9 1.1").message)
    assert "weekly" not in words(desk.says(CORA, "/sip workgroup").message)
    assert "at most one meeting a month" in words(desk.says(CORA, "/sip workgroup cadence forms weekly").message)


def test_a_mistyped_name_changes_nothing_and_offers_the_nearest(desk, forms, work) -> None:
    with work() as uow:
        a_workgroup(uow, "Equity")
    reply = desk.says(CORA, "/sip workgroup strategies Equitty 1.2", channel="CFORMS-TEAM")
    assert "Which strategies?" in words(reply.message)
    reply = desk.says(CORA, "/sip workgroup close From team")
    assert buttons(reply.message)[0].label == "Forms team"
    assert "Close Forms team?" in words(desk.presses(CORA, reply.message, "Forms team").message)
    with work() as uow:
        assert len(workgroups(uow)) == 2


def test_closing_asks_first_keeps_history_and_can_be_taken_back(desk, forms, work) -> None:
    with work() as uow:
        uow.insert(meeting, workgroup_id=forms, month="2026-02", state="held")
    question = desk.says(CORA, "/sip workgroup close Forms team")
    with work() as uow:
        assert workgroup_by_id(uow, forms) is not None
    closed = desk.presses(CORA, question.message, "Close Forms team")
    assert closed.replace
    taken = desk.submits(CORA, desk.says(CORA, "/sip workgroup add forms TEAM"))
    assert "workgroup open Forms team" in dict(taken.errors.errors)["name"]
    desk.presses(CORA, closed.message, "Open it again")
    with work() as uow:
        assert [m.name for m in members(uow, forms)] == [ANN]
        assert uow.scalar(meeting.select().with_only_columns(meeting.c.month)) == "2026-02"


def test_one_workgroup_for_each_strategy_after_a_preview(desk, forms, work) -> None:
    preview = desk.says(CORA, "/sip workgroup setup")
    assert "add 2 workgroups" in words(preview.message)
    with work() as uow:
        assert len(workgroups(uow)) == 1
    desk.presses(CORA, preview.message, "Add 2")
    desk.presses(CORA, preview.message, "Add 2")
    with work() as uow:
        assert len(workgroups(uow)) == 3
        assert all(len(s.workgroups) == 1 for s in plan.strategies(uow))
    assert "Every strategy has a workgroup" in words(desk.says(CORA, "/sip workgroup setup").message)


def test_the_list_says_what_is_missing_and_only_coordinators_get_buttons(desk, forms) -> None:
    shown = words(desk.says(CORA, "/sip workgroup").message)
    assert "Works on 1.1. Led by Ann Ortiz, in #forms-team.\nMeets on" in shown
    assert "next on 10 March 2026" in shown
    assert "Setting up" in shown
    member = desk.says(ANN, "/sip workgroup").message
    assert buttons(member) == []
    assert "Setting up" not in words(member)


def test_a_long_list_comes_in_pages_that_a_chat_can_show(desk, work) -> None:
    with work() as uow:
        for number in range(1, 21):
            a_workgroup(uow, f"Group {number:02}")
    first = desk.says(CORA, "/sip workgroup").message
    assert "Workgroups 1 to 12 of 20" in words(first)
    assert len(first.blocks) <= 50
    assert "Group 20" in words(desk.presses(CORA, first, "Show more").message)


def test_a_hostile_name_stays_text_everywhere(desk, county, work) -> None:
    form = desk.says(CORA, "/sip workgroup add")
    reply = desk.submits(CORA, form, {"name": HOSTILE})
    assert f"{HOSTILE} is a workgroup now." in words(reply.message)
    assert HOSTILE in words(desk.says(CORA, "/sip workgroup").message)
    assert f"Close {HOSTILE}?" in words(desk.says(CORA, f"/sip workgroup close {HOSTILE}").message)
    assert "undo" not in {button.verb for button in buttons(desk.says(CORA, "/sip workgroup").message)}
    long = words(desk.says(CORA, "/sip workgroup member " + "word " * 2000 + "<@U1>").message)
    assert len(long) < 400
    many = desk.says(CORA, "/sip workgroup member x " + "<@U1> " * 1500).message
    assert "a few at a time" in words(many)


def test_row_ids_of_another_county_or_of_nothing_are_refused(desk, forms, work, engine, clock) -> None:
    with work() as uow:
        home = uow.organization
        uow.organization = people.create_organization(uow.connection, "Other County", "UTC", uow.at)
        foreign = uow.insert(workgroup, name="Theirs", cadence="monthly:2:1:2026-01", created_at=uow.at)
        uow.organization = home
    for row in (str(foreign), "999", "x", "9" * 30):
        reply = desk.sends(CORA, verb="workgroup edit", values={"workgroup": row}, source="button")
        assert "not open any more" in words(reply.message)


def test_the_checklist_reads_the_county(work, county) -> None:
    with work() as uow:
        missing = [item.verb for item in setup.checklist(uow) if not item.done]
        assert missing == ["settings edit", "workgroup setup", "workgroup", "workgroup member"]
        a_channel(uow, "x")
        ann = next(p for p in people.all_people(uow) if p.name == ANN)
        a_workgroup(uow, "All", tuple(set(county.strategies.values())), ((ann, "leader"),))
        assert [item.verb for item in setup.checklist(uow) if not item.done] == ["settings edit"]


def test_a_workgroup_is_found_by_row_id_or_words(work, forms) -> None:
    with work() as uow:
        assert setup.find_workgroup(uow, str(forms)) == setup.find_workgroup(uow, " FORMS-team ")
        with pytest.raises(UserError) as caught:
            setup.find_workgroup(uow, "fromsteam")
        assert caught.value.choices == (("Forms team", "steps", (("workgroup", str(forms)),)),)
