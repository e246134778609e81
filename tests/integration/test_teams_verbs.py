"""Every example of every verb, said in Teams to the real dispatcher: in a channel by mention, in the personal chat plainly."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine

import handlers
from bot.chat.clock import MovableClock
from bot.chat.commands import Actor, Command, CommandSpec, Role
from bot.chat.replies import Reply
from storage.queries import people
from tests import teams_house
from tests.builders import a_plan, a_workgroup
from tests.conftest import Work
from tests.desk import Desk, words
from tests.teams_house import House
from tests.teams_people import CHANNEL, TENANT, Person, shown

house, ann, ben = teams_house.house, teams_house.ann, teams_house.ben

SHOWN: tuple[CommandSpec, ...] = tuple(spec for spec in handlers.COMMANDS if not spec.hidden)
_AS_IN_SLACK = re.compile(r"(?<!/)/sip\b")  # not the address https://sip.example
_PERSON, _CHANNEL = re.compile(r"<@\w+>"), re.compile(r"<#\w+\|(\w+)>")


@pytest.fixture
def answers(
    house: House, ann: Person, ben: Person, engine: Engine, clock: MovableClock, work: Work
) -> list[tuple[Command, Reply]]:
    """Larkspur County with a plan and a workgroup, coordinated by Ann in Teams; what it was asked and answers."""
    with work() as uow:
        people.add_workspace(uow.connection, uow.organization.id, "teams", TENANT)
        actor = Actor("teams", TENANT, ann.user, ann.name)
        me = people.create_person(uow.connection, uow.organization.id, actor, name=ann.name, role=Role.ADMIN, at=uow.at)
        plan = a_plan(uow)
        a_workgroup(uow, "Forms team", (plan.strategies["1.1"],), ((me, "leader"),))
    desk = Desk(engine, clock, *handlers.CAPABILITIES)
    found: list[tuple[Command, Reply]] = []

    def answer(command: Command) -> Reply:
        found.append((command, desk.dispatcher.handle(command)))
        return found[-1][1]

    house.answer = answer
    return found


def typed(example: str, ben: Person) -> str:
    """The example with Teams' own mentions of people."""
    return _CHANNEL.sub(r"#\1", _PERSON.sub(f"<at>{ben.name}</at>", example))


@pytest.mark.parametrize("channel", ["", CHANNEL])
async def test_every_example_is_understood(
    house: House, ann: Person, ben: Person, answers: list[tuple[Command, Reply]], channel: str
) -> None:
    examples = [example for spec in SHOWN if spec.verb != "help" for example in (spec.verb, *spec.examples)]
    for example in examples:
        before = len(answers)
        await ann.says(typed(example, ben), channel=channel, mentions=(ben,))
        assert len(answers) == before + 1, example
        command, reply = answers[-1]
        said = words(reply.message)
        for fault in ("went wrong", "I do not know “", "I did not understand"):
            assert fault not in said, f"{example}: {said}"
        if "<at>" in typed(example, ben):
            assert f"<@{ben.user}|{ben.name}>" in command.text
    await house.settled()
    told = [*ann.seen, *house.teams.posts(CHANNEL)]
    assert len(told) >= len(examples) * 0.9, "nearly everything is answered at once"
    assert [shown(post) for post in told if _AS_IN_SLACK.search(str(post))] == []
