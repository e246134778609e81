"""A county's own templates: used where they work; where they do not, the built-in words are and somebody is told."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from jinja2 import TemplateNotFound

from bot.chat.commands import Arg, CommandSpec, Role
from bot.chat.compose import Composer, compose
from bot.chat.replies import Reply
from bot.dispatch import Dispatcher, Policy
from storage.uow import reading_work
from tests.builders import a_person
from tests.desk import Desk, words

NAME = "delivery/dead_letter"
DATA = {
    "kind": "roll-up",
    "to": "#executives",
    "platform": "slack",
    "error": "the channel is gone",
    "everywhere": False,
}
BUILT_IN = compose(NAME, **DATA)
BROKEN = {
    "a tag that is not closed": ("{% if kind %} It did not go out.", "line 1"),
    "a name that is misspelt": ("It did not go out.\n\n{{ eror }}", "line 3: 'eror' is undefined"),
    "a field that is not there": ("{{ kind.rows[3].name }}", "has no attribute"),
    "a sum of words and numbers": ("{{ error + 1 }}", "concatenate"),
    "a division by nothing": ("{{ 1 / 0 }}", "zero"),
    "an endless list": ("{% for n in range(99999999999) %}x{% endfor %}", "Range too big"),
    "a filter nobody knows": ("{{ kind|shout }}", "No filter named 'shout'"),
    "a way out of the sandbox": ("{{ kind.__class__.__mro__ }}", "unsafe"),
    "a progress bar of words": ("![Done](progress:many/all)", "many"),
    "a person without a number": ("[Ann](person:ann)", "ann"),
    "a file it includes that is missing": ('{% include "delivery/_none.md.j2" %}', "delivery/_none.md.j2"),
    "nothing": ("\n\n", "it says nothing"),
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "delivery").mkdir()
    return tmp_path


def write(folder, text: str, name: str = NAME) -> Composer:
    (folder / f"{name}.md.j2").write_text(text, "utf-8")
    return Composer(folder)


def test_a_county_speaks_in_its_own_words(folder):
    message, fault = write(folder, "Oh no, a {{ kind }}!").attempt(NAME, **DATA)
    assert words(message) == "Oh no, a roll-up!"
    assert fault is None


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_template_gives_way_to_the_built_in_one(folder, kind, caplog):
    text, reason = BROKEN[kind]
    message, fault = write(folder, text).attempt(NAME, **DATA)
    assert message == BUILT_IN
    assert fault.template == f"{NAME}.md.j2"
    assert reason in fault.reason
    assert f"{NAME}.md.j2" in caplog.text


def test_text_in_no_known_encoding_is_a_fault_too(folder):
    (folder / f"{NAME}.md.j2").write_bytes(b"\xff\xfe caf\xe9")
    message, fault = Composer(folder).attempt(NAME, **DATA)
    assert message == BUILT_IN
    assert "decode" in fault.reason


def test_a_broken_part_is_named_not_what_includes_it(folder):
    write(folder, '{% include "delivery/_part.md.j2" %}')
    _, fault = write(folder, "fine\n{{ typo }}", "delivery/_part").attempt(NAME, **DATA)
    assert fault.template == "delivery/_part.md.j2"
    assert fault.reason.startswith("line 2: ")


def test_a_template_that_is_nowhere_is_our_mistake(folder):
    with pytest.raises(TemplateNotFound):
        Composer(folder).message("delivery/nowhere")


def _fail(command, uow):
    return Reply(uow.compose(NAME, **DATA | {"error": command.values["text"]}))


SPECS = (CommandSpec("fail", _fail, "say that something failed", args=(Arg("text", "rest"),)),)


@pytest.fixture
def desk(engine, clock, work, folder) -> Desk:
    with work() as uow:
        a_person(uow, "Ann Ortiz")
        a_person(uow, "Cora Diaz", role=Role.COORDINATOR)
        a_person(uow, "Ida Adams", role=Role.ADMIN)
    desk = Desk(engine, clock, SimpleNamespace(COMMANDS=SPECS))
    desk.dispatcher = Dispatcher(engine, clock, SPECS, composer=write(folder, "{{ eror }}"), policy=Policy())
    return desk


def test_coordinators_are_told_once_a_day(desk, clock):
    for _ in range(3):
        assert "Why: no luck." in words(desk.says("Ann Ortiz", "/sip fail no luck").message)
    notices = desk.queued("broken_template")
    assert sorted(notice.to for notice in notices) == ["Cora Diaz", "Ida Adams"]
    said = words(notices[0].message)
    assert "delivery/dead_letter.md.j2" in said
    assert "'eror' is undefined" in said
    assert "SIPBOT_TEMPLATES" in said
    clock.move_to(clock.read() + timedelta(days=1))
    desk.says("Ann Ortiz", "/sip fail no luck")
    assert len(desk.queued("broken_template")) == 4


def test_where_nothing_may_be_written_nobody_is_told_and_the_words_still_come(desk, engine, clock, folder, work):
    with work() as uow:
        organization = uow.organization
    with reading_work(engine, clock.read(), Composer(folder), organization) as uow:
        assert uow.compose(NAME, **DATA) == BUILT_IN
    assert desk.queued("broken_template") == []
