"""The county's settings: typed, by form and from a place, with from when they apply; on both databases."""

from __future__ import annotations

import pytest

import handlers.settings
from bot.chat.commands import CommandSpec, Role, parse_args
from bot.chat.messages import Message
from handlers.settings.values import SETTINGS
from storage.models import audit
from storage.queries import people, setup
from storage.queries.settings import DEFAULTS, channel_ids, number, setting, work_calendar
from tests.builders import a_channel, a_person
from tests.desk import Desk, buttons, words

CORA, ANN = "Cora Diaz", "Ann Ortiz"


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        a_person(uow, CORA, Role.COORDINATOR)
        a_person(uow, ANN)
    return Desk(engine, clock, handlers.settings)


@pytest.fixture
def county(work, engine):
    """The organization as it is stored now: a unit of work keeps the one it was opened with."""

    def read():
        with engine.connect() as connection:
            return people.organizations(connection)[0]

    return read


@pytest.mark.parametrize("spec", handlers.settings.COMMANDS, ids=lambda spec: spec.verb)
def test_every_example_parses(spec: CommandSpec) -> None:
    for example in spec.examples:
        assert example.startswith(spec.verb)
        values, left = parse_args(spec.args, example.removeprefix(spec.verb))
        assert left == ""
        assert "value" not in values or "name" in values


def test_every_stored_setting_can_be_set_in_chat() -> None:
    assert {one.key for one in SETTINGS} == {*DEFAULTS, "name", "zone"}


def test_only_a_coordinator_sees_and_changes_settings(desk, county) -> None:
    for text in ("settings", "settings send at 10:00", "settings edit"):
        assert "Ask Cora Diaz" in words(desk.says(ANN, text).message)
    assert county().settings == {}


def test_all_settings_are_shown_with_value_default_and_words(desk) -> None:
    desk.says(CORA, "/sip settings send at 9:30 am")
    shown = words(desk.says(CORA, "/sip settings").message)
    assert "Send at: 09:30 (usually 09:00)" in shown
    assert "Nudge days: 5, working days before month end that owners are reminded" in shown
    assert "Setting up" in shown


@pytest.mark.parametrize(
    ("text", "key", "stored"),
    [
        ("send at 4:30 pm", "send_at", "16:30"),
        ("prompt days: 5 working days", "prompt_days", "5"),
        ("days off 12/24/2026, 2026-11-27", "extra_days_off", "2026-11-27,2026-12-24"),
        ("Nudge-Days 7", "nudge_days", "7"),
    ],
)
def test_a_setting_typed_in_everyday_words(desk, county, text: str, key: str, stored: str) -> None:
    assert "It applies" in words(desk.says(CORA, f"/sip settings {text}").message)
    assert county().settings == {key: stored}


def test_name_and_zone_are_the_organizations_own(desk, county) -> None:
    desk.says(CORA, "/sip settings name Larkspur & Fern <County>")
    desk.says(CORA, "/sip settings time zone mountain time")
    assert (county().name, county().zone, county().settings) == ("Larkspur & Fern <County>", "America/Denver", {})


def test_an_unknown_zone_offers_the_nearest_as_buttons(desk, county) -> None:
    reply = desk.says(CORA, "/sip settings zone Pacfic")
    desk.presses(CORA, desk.says(CORA, "/sip settings zone Denvr").message, "America/Denver")
    assert "America/Los_Angeles" in [button.label for button in buttons(reply.message)]
    assert county().zone == "America/Denver"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("send at whenever", "time of day"),
        ("draft days 16", "from 1 to 15"),
        ("extra days off Christmas", "is not a date"),
        ("name " + "x" * 10_000, "10,000 characters"),
        ("executive channel finance", "do not know the channel"),
        ("colour blue", "I know no setting"),
    ],
)
def test_a_faulty_value_is_refused_with_a_sentence(desk, county, text: str, sentence: str) -> None:
    assert sentence in words(desk.says(CORA, f"/sip settings {text}").message)
    assert (county().settings, county().name) == ({}, "Larkspur County")


def test_the_executive_channel_is_this_place_or_the_one_named(desk, county, work) -> None:
    reply = desk.says(CORA, "/sip settings executive channel", channel="CEXEC")
    assert "#CEXEC (was none). It applies from the roll-up of 1 April 2026 at 09:00" in words(reply.message)
    desk.says(CORA, "/sip settings executive channel <#C2|leaders>", channel="DCORA", direct=True)
    refused = desk.says(CORA, "/sip settings executive channel", channel="DCORA", direct=True)
    assert "Type this in the channel you mean" in words(refused.message)
    stored = county()
    with work() as uow:
        uow.organization = stored
        assert [people.channel_by_id(uow, key).name for key in channel_ids(uow, "executive_channel")] == ["leaders"]


def test_newsletter_channels_are_a_list_that_can_be_cleared(desk, county) -> None:
    desk.says(CORA, "/sip settings newsletter channels <#C1|all> <#C2|partners>, <#C1|all>")
    assert len(county().settings["newsletter_channels"].split(",")) == 2
    desk.says(CORA, "/sip settings newsletter channels", channel="C3")
    assert len(county().settings["newsletter_channels"].split(",")) == 3
    desk.says(CORA, "/sip settings newsletter channels none")
    assert county().settings["newsletter_channels"] == ""


def test_one_button_brings_the_value_before_back(desk, county) -> None:
    reply = desk.says(CORA, "/sip settings extra days off 2026-12-24")
    desk.presses(CORA, reply.message, "Back to none")
    reply = desk.says(CORA, "/sip settings nudge days 9")
    desk.presses(CORA, reply.message, "Back to 5")
    assert county().settings == {"extra_days_off": "", "nudge_days": "5"}


def test_the_form_changes_what_differs_all_together_or_nothing(desk, county, work) -> None:
    with work() as uow:
        channel = a_channel(uow, "exec")
    form = desk.says(CORA, "/sip settings edit")
    given = {"name": "Fern County", "zone": "Mars", "send_at": "", "prompt_days": "4", "nudge_days": "6"}
    faulty = desk.submits(CORA, form, given)
    assert [name for name, _ in faulty.errors.errors] == ["zone"]
    assert county().settings == {}
    given |= {"zone": "america/denver", "executive_channel": str(channel)}
    assert "Prompt days: now 4 (was 3)" in words(desk.submits(CORA, form, given).message)
    stored = county()
    assert (stored.name, stored.zone) == ("Fern County", "America/Denver")
    assert stored.settings == {"executive_channel": str(channel), "prompt_days": "4", "nudge_days": "6"}
    with work() as uow:
        uow.organization = stored
        assert (number(uow, "prompt_days"), setting(uow, "send_at")) == (4, "09:00")
        assert work_calendar(uow).extra_days_off == frozenset()
        details = [row.detail for row in uow.rows(audit.select().order_by(audit.c.id))]
        assert details[-1] == "nudge days: 5 -> 6"
    assert "Nothing changed" in words(desk.submits(CORA, desk.says(CORA, "/sip settings edit")).message)


def test_an_open_form_puts_nothing_back_that_was_changed_meanwhile(desk, county) -> None:
    form = desk.says(CORA, "/sip settings edit")
    desk.says(CORA, "/sip settings nudge days 9")
    desk.says(CORA, "/sip settings extra days off 2026-12-24")
    said = words(desk.submits(CORA, form, prompt_days="4").message)
    assert "Prompt days: now 4 (was 3)" in said
    assert "Nudge days" not in said
    assert county().settings == {"nudge_days": "9", "extra_days_off": "2026-12-24", "prompt_days": "4"}


def test_the_channel_that_is_chosen_stays_among_those_a_menu_can_offer(desk, county, work) -> None:
    with work() as uow:
        for n in range(110):
            a_channel(uow, f"a{n:03}")
        last = a_channel(uow, "z-leaders")
    desk.says(CORA, f"/sip settings executive channel {last}")
    desk.says(CORA, f"/sip settings newsletter channels {last}")
    form = desk.says(CORA, "/sip settings edit")
    chosen = [field for field in form.form.fields if field.kind in ("select", "multi")]
    assert [(field.value, field.options[0].label) for field in chosen] == [(str(last), "#z-leaders")] * 2
    assert all(len(field.options) == 100 for field in chosen)
    assert "Nothing changed" in words(desk.submits(CORA, form).message)


@pytest.mark.parametrize(("platform", "direct"), [("slack", "D0CORA"), ("console", "dm:UCORA")])
def test_nobodys_direct_messages_are_offered_as_a_channel(desk, work, platform, direct) -> None:
    with work() as uow:
        a_channel(uow, "dm-exec")
        private = people.channel_for(uow, platform, "T1", direct).id
        people.channel_for(uow, "slack", "T1", "C0DEPUTIES")
    form = desk.says(CORA, "/sip settings edit")
    (field,) = (field for field in form.form.fields if field.kind == "select")
    assert [option.label for option in field.options] == ["#C0DEPUTIES", "#dm-exec"]
    refused = desk.submits(CORA, form, executive_channel=str(private))
    assert "do not know the channel" in dict(refused.errors.errors)["executive_channel"]


def test_a_change_keeps_what_somebody_else_changed_a_moment_ago(desk, work) -> None:
    desk.says(CORA, "/sip settings nudge days 9")
    with work() as uow:  # holds the organization as it was before that
        assert setting(uow, "nudge_days") == "5"
        setup.lock_organization(uow)
        assert setting(uow, "nudge_days") == "9"


def test_a_row_id_that_is_no_channel_of_ours_is_refused(desk, county) -> None:
    form = desk.says(CORA, "/sip settings edit", channel="CX")
    assert "executive_channel" not in {field.name for field in form.form.fields}
    assert "Type in each of them" in words(Message(form.form.intro))
    reply = desk.sends(CORA, verb="settings edit", values={"executive_channel": "999"}, source="form")
    assert "do not know the channel" in dict(reply.errors.errors)["executive_channel"]
    assert county().settings == {}


def test_another_countys_name_is_refused(desk, county, work) -> None:
    with work() as uow:
        people.create_organization(uow.connection, "Fern County", "UTC", uow.at)
    assert "Another county" in words(desk.says(CORA, "/sip settings name Fern County").message)


def test_the_checklist_ticks_off_the_executive_channel(desk, county, work) -> None:
    assert "Choose the roll-up's channel" in [b.label for b in buttons(desk.says(CORA, "/sip settings").message)]
    desk.says(CORA, "/sip settings executive channel", channel="CEXEC")
    stored = county()
    with work() as uow:
        uow.organization = stored
        assert {item.verb: item.done for item in setup.checklist(uow)}["settings edit"]
    assert "Done so far: choose the roll-up's channel" in words(desk.says(CORA, "/sip settings").message)
