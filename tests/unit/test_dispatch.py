"""The one door: once a delivery, known people only, plain answers, and never "saved" when it was not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from bot.chat.commands import Actor, Arg, Command, CommandSpec, Place, Role
from bot.chat.errors import UserError
from bot.chat.forms import Field, Form, FormErrors
from bot.chat.messages import say
from bot.chat.replies import Reply
from bot.dispatch import Policy
from storage import outbox
from storage.db import reading
from storage.models import channel, inbox, meeting_note, person, workgroup
from storage.uow import Destination
from tests.builders import a_channel, a_person, a_workgroup
from tests.desk import Desk, buttons, words


def _keep(command, uow):
    group = uow.scalar(select(workgroup.c.id))
    uow.insert(
        meeting_note,
        workgroup_id=group,
        person_id=uow.person.id,
        month="2026-03",
        text=command.values["text"],
        at=uow.at,
    )
    return Reply(say(f"Kept: {command.values['text']}"), reaction="ok")


def _break(command, uow):
    raise ZeroDivisionError


def _refuse(command, uow):
    _keep(command, uow)
    raise UserError("Not like this.", (("Try", "keep", (("text", "x"),)),))


def _locked(command, uow):
    raise OperationalError("insert", {}, Exception("database is locked"))


def _ask(command, uow):
    return Reply(form=Form("Keep something", "keep", (Field("text", "What"),)))


def _keep_once(command, uow):
    if uow.scalar(select(func.count()).select_from(meeting_note)):
        return Reply(errors=FormErrors((("text", "There is one already."),)))
    return _keep(command, uow)


MODULE = SimpleNamespace(
    COMMANDS=(
        CommandSpec("keep once", _keep_once, "keep words if there are none"),
        CommandSpec("keep", _keep, "keep words", args=(Arg("text", "rest"),), aliases=("store",)),
        CommandSpec("keep safe", _keep, "keep words safe", role=Role.COORDINATOR, args=(Arg("text", "rest"),)),
        CommandSpec("break", _break, "break"),
        CommandSpec("refuse", _refuse, "refuse", args=(Arg("text", "rest"),)),
        CommandSpec("lock", _locked, "lock"),
        CommandSpec("ask", _ask, "ask", args=(Arg("text", "rest"),)),
        CommandSpec("help", lambda c, u: Reply(say("the help")), "help", args=(Arg("verb", "rest"),)),
    )
)


@pytest.fixture
def desk(engine, clock, work):
    with work() as uow:
        a_workgroup(uow, "Forms")
        a_person(uow, "Ann Ortiz")
        a_person(uow, "Cora Diaz", Role.COORDINATOR)
    return Desk(engine, clock, MODULE)


def notes(desk) -> int:
    with desk.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(meeting_note)).scalar_one()


def test_a_retry_gets_the_first_reply_and_stores_nothing(desk):
    first = desk.says("Ann Ortiz", "/sip keep this", delivery_id="same")
    again = desk.says("Ann Ortiz", "/sip keep this", delivery_id="same")
    assert words(first.message) == "Kept: this"
    assert again == first
    assert notes(desk) == 1


def test_a_user_error_is_shown_with_its_choices_and_stores_nothing(desk):
    reply = desk.says("Ann Ortiz", "/sip refuse x")
    assert words(reply.message) == "Not like this.\n[Try]"
    assert notes(desk) == 0


def test_a_bug_gives_a_reference_and_stores_nothing(desk):
    reply = desk.says("Ann Ortiz", "/sip break")
    assert "reference:" in words(reply.message)
    assert "ZeroDivisionError" not in words(reply.message)


def test_a_locked_database_is_never_called_saved(desk):
    assert words(desk.says("Ann Ortiz", "/sip lock").message).startswith("Not saved")


def test_an_unknown_verb_names_the_nearest_one(desk):
    reply = desk.says("Ann Ortiz", "/sip kep")
    assert "Did you mean “keep”?" in words(reply.message)
    assert [b.verb for b in buttons(reply.message)] == ["keep", "help"]


def test_words_no_argument_takes_are_not_swallowed(desk):
    assert "I did not understand “now”" in words(desk.says("Ann Ortiz", "/sip break now").message)


def test_nothing_typed_is_help(desk):
    assert words(desk.says("Ann Ortiz", "/sip").message) == "the help"


def test_the_longest_verb_wins_and_a_refusal_says_who_can(desk):
    assert (
        words(desk.says("Ann Ortiz", "/sip keep safe words").message)
        == "“keep safe” is for a coordinator. Ask Cora Diaz."
    )
    assert words(desk.says("Cora Diaz", "/sip keep safe words").message) == "Kept: words"


def test_a_newcomer_of_a_known_workspace_is_a_member(desk):
    desk.says("Bo Newcomer", "/sip keep hello")
    with desk.engine.connect() as connection:
        role = connection.execute(select(person.c.role).where(person.c.name == "Bo Newcomer")).scalar_one()
    assert role == Role.MEMBER


def test_administrators_by_settings(engine, clock, work):
    desk = Desk(engine, clock, MODULE, policy=Policy(admins=frozenset({"UADAMIT"})))
    desk.says("Adam It", "/sip help")
    with engine.connect() as connection:
        assert connection.execute(select(person.c.role)).scalar_one() == Role.ADMIN


def test_a_second_workspace_is_not_let_in(desk):
    desk.says("Ann Ortiz", "/sip help")
    stranger = Command("help", Actor("console", "elsewhere", "U9", "Mallory"), Place(), "d-x")
    assert "not connected" in words(desk.dispatcher.handle(stranger).message)
    with desk.engine.connect() as connection:
        assert connection.execute(select(func.count()).where(person.c.name == "Mallory")).scalar_one() == 0


def test_somebody_taken_off_the_list_is_refused(desk, work):
    with work() as uow:
        uow.change(person, person.c.name == "Ann Ortiz", active=False)
    assert "no longer on this county's list" in words(desk.says("Ann Ortiz", "/sip keep x").message)


def test_the_first_workspace_is_adopted_by_an_empty_installation(engine, clock):
    desk = Desk(engine, clock, MODULE)
    assert words(desk.says("Ann Ortiz", "/sip help").message) == "the help"


def test_an_answer_to_an_event_is_queued(desk):
    reply = desk.sends(
        "Ann Ortiz", verb="keep", values={"text": "x"}, answerable=False, channel="CFORMS", thread="t1", message="m1"
    )
    assert reply == Reply()
    reaction, answer = desk.queued("receipt")
    assert (reaction.row.reaction, reaction.row.target) == ("ok", "m1")
    assert (words(answer.message), answer.row.thread, answer.to) == ("Kept: x", "t1", "Ann Ortiz")
    assert answer.row.channel_id is not None


def test_a_refused_event_is_answered_too(desk):
    desk.sends("Ann Ortiz", verb="refuse", values={"text": "x"}, answerable=False, direct=True, channel="D1")
    (answer,) = desk.queued("receipt")
    assert words(answer.message).startswith("Not like this.")
    assert answer.row.channel_id is None
    assert notes(desk) == 0


def test_a_direct_message_makes_no_channel(desk):
    """But for a reaction, which is put on a message in a conversation."""

    def known():
        with desk.engine.connect() as connection:
            return set(connection.execute(select(channel.c.external_id)).scalars())

    before = known()
    direct = {"answerable": False, "direct": True, "channel": "D1", "message": "m1"}
    desk.sends("Ann Ortiz", verb="refuse", values={"text": "x"}, **direct)
    assert known() == before
    desk.sends("Ann Ortiz", verb="keep", values={"text": "x"}, **direct)
    assert known() == before | {"D1"}
    assert [row.row.reaction for row in desk.queued("receipt")] == ["", "ok", ""]


def test_a_refused_form_that_is_sent_again_is_looked_at_again(desk, work):
    """Slack's forms have the same delivery for the same words."""
    form = {"verb": "keep once", "values": {"text": "x"}, "source": "form", "delivery_id": "form:V1:x"}
    with work() as uow:
        person_id, group = uow.scalar(select(person.c.id).limit(1)), uow.scalar(select(workgroup.c.id))
        uow.insert(meeting_note, workgroup_id=group, person_id=person_id, month="2026-03", text="first", at=uow.at)
    assert desk.sends("Ann Ortiz", **form).errors.errors == (("text", "There is one already."),)
    with work() as uow:
        uow.rows(meeting_note.delete())
    assert [words(desk.sends("Ann Ortiz", **form).message) for _ in range(2)] == ["Kept: x"] * 2
    assert notes(desk) == 1


def test_a_refused_form_stays_open_with_what_was_typed(desk):
    reply = desk.sends("Ann Ortiz", verb="refuse", values={"text": "x"}, source="form")
    assert reply.errors.errors == (("", "Not like this."),)
    assert desk.sends("Ann Ortiz", verb="lock", source="form").errors.errors[0][1].startswith("Not saved")


def test_a_nameless_newcomer_gets_their_name_when_it_is_known(desk):
    nameless = Actor("console", "local", "U77")
    desk.dispatcher.handle(Command("help", nameless, Place(), "d-1"))
    desk.dispatcher.handle(Command("help", Actor("console", "local", "U77", "Bo Lund"), Place(), "d-2"))
    with desk.engine.connect() as connection:
        assert connection.execute(select(person.c.name).where(person.c.name == "Bo Lund")).scalar_one()


def test_a_form_asked_for_by_an_event_comes_as_a_button(desk):
    desk.sends("Ann Ortiz", text="ask this", answerable=False, channel="CFORMS", source="mention")
    (answer,) = desk.queued("receipt")
    (button,) = buttons(answer.message)
    assert (button.verb, button.values) == ("ask", (("text", "this"),))
    assert desk.presses("Ann Ortiz", answer.message, "Open").form.title == "Keep something"


def batch(desk, *texts, delivery=None):
    commands = [
        Command(text, Actor("console", "local", "UANNORTIZ", "Ann Ortiz"), Place(), delivery or f"b-{text}-{i}")
        for i, text in enumerate(texts)
    ]
    return [words(reply.message).splitlines()[0] for reply in desk.dispatcher.handle_all(commands)]


def test_commands_that_came_together_get_their_own_replies(desk):
    assert batch(desk, "keep one", "keep two", "keep three") == ["Kept: one", "Kept: two", "Kept: three"]
    assert notes(desk) == 3


def test_a_refused_command_leaves_the_others_of_its_batch_alone(desk):
    assert batch(desk, "keep one", "refuse two", "break", "keep three")[0::3] == ["Kept: one", "Kept: three"]
    assert notes(desk) == 2


def test_the_same_delivery_twice_in_a_batch_has_one_effect(desk):
    assert batch(desk, "keep one", "keep one", delivery="same") == ["Kept: one", "Kept: one"]
    assert notes(desk) == 1


def test_a_batch_whose_commit_fails_is_saved_for_nobody_and_everybody_is_told(desk, monkeypatch):
    from bot import dispatch

    opened = dispatch.unit_of_work
    calls = []

    @contextmanager
    def failing(*arguments):
        with opened(*arguments) as uow:
            yield uow
            calls.append(1)
            if len(calls) == 1:
                raise OperationalError("commit", {}, Exception("disk I/O error"))

    monkeypatch.setattr(dispatch, "unit_of_work", failing)
    assert all(said.startswith("Not saved") for said in batch(desk, "keep one", "keep two"))
    assert notes(desk) == 0


class _Deadlock(Exception):
    sqlstate = "40P01"


@pytest.mark.parametrize("fails", [1, 2])
def test_what_crosses_another_transaction_is_tried_again(desk, monkeypatch, fails):
    from bot import dispatch

    opened = dispatch.unit_of_work
    calls = []

    @contextmanager
    def crossed(*arguments):
        with opened(*arguments) as uow:
            yield uow
            calls.append(1)
            if len(calls) <= fails:
                raise OperationalError("commit", {}, _Deadlock())

    monkeypatch.setattr(dispatch, "unit_of_work", crossed)
    assert not [said for said in batch(desk, "keep one", "keep two") if said.startswith("Not saved")]
    assert notes(desk) == 2


@pytest.mark.parametrize("done", [True, False])
def test_a_connection_lost_at_the_commit_is_looked_into(desk, monkeypatch, done):
    """Done or not, the inbox says; and one receipt for one note."""
    from bot import dispatch

    opened = dispatch.unit_of_work
    calls = []

    @contextmanager
    def breaking(*arguments):
        calls.append(1)
        error = OperationalError(None, None, Exception("server closed the connection"), connection_invalidated=True)
        with opened(*arguments) as uow:
            yield uow
            if len(calls) == 1 and not done:
                raise error
        if len(calls) == 1:
            raise error

    monkeypatch.setattr(dispatch, "unit_of_work", breaking)
    assert "Kept: this" in words(desk.says("Ann Ortiz", "/sip keep this").message)
    assert (notes(desk), len(calls)) == (1, 2)


def test_a_commit_that_the_second_look_comes_too_early_for_is_found_by_the_third(desk, monkeypatch):
    """The connection broke before the answer, the server is still at it: the second try meets its rows."""
    transact, calls = desk.dispatcher._transact, []

    def early(command):
        calls.append(1)
        if len(calls) == 1:
            raise OperationalError(None, None, Exception("server closed the connection"), connection_invalidated=True)
        if len(calls) == 2:
            transact(command)
            raise IntegrityError("insert", {}, Exception("duplicate key"))
        return transact(command)

    monkeypatch.setattr(desk.dispatcher, "_transact", early)
    assert "Kept: this" in words(desk.says("Ann Ortiz", "/sip keep this").message)
    assert (notes(desk), len(calls)) == (1, 3)


def test_who_cannot_be_told_is_not_told_that_it_was_not_saved(desk, monkeypatch):
    from bot import dispatch

    @contextmanager
    def breaking(*arguments):
        yield from ()
        raise OperationalError(None, None, Exception("server closed the connection"), connection_invalidated=True)

    monkeypatch.setattr(dispatch, "unit_of_work", breaking)
    monkeypatch.setattr(dispatch, "answers_again", lambda engine: False)
    reply = desk.says("Ann Ortiz", "/sip keep this")
    assert words(reply.message).startswith("I cannot tell")
    assert reply.unsaved


def role_of(desk, name) -> int:
    with desk.engine.connect() as connection:
        return connection.execute(select(person.c.role).where(person.c.name == name)).scalar_one()


def test_somebody_named_administrator_later_becomes_one(engine, clock, work):
    Desk(engine, clock, MODULE).says("Adam It", "/sip help")
    later = Desk(engine, clock, MODULE, policy=Policy(admins=frozenset({"UADAMIT"})))
    later.says("Adam It", "/sip help")
    assert role_of(later, "Adam It") == Role.ADMIN


def test_words_in_a_thread_that_is_none_of_ours_leave_no_trace(desk):
    reply = desk.replies("Bo Bystander", "lunch anyone?", channel="CFORMS", thread="t-elsewhere")
    assert reply == Reply()
    with desk.engine.connect() as connection:
        assert connection.execute(select(person.c.id).where(person.c.name == "Bo Bystander")).first() is None
        assert connection.execute(select(func.count()).select_from(inbox)).scalar_one() == 0


def test_words_under_a_post_that_may_have_arrived_are_asked_for_again_and_leave_no_trace(desk, work, clock):
    with work() as uow:
        uow.post("prompt", Destination(channel_id=a_channel(uow, "forms")), say("Any news?"), key="p")
    (row,) = outbox.claim(desk.engine, "one", clock.read(), timedelta(minutes=1), 1)

    def said(thread, ours):
        return desk.replies("Bo Bystander", "1.2.3 done", channel="CFORMS", thread=thread, ours=ours)

    assert said("t1", ours=True).unsaved
    assert said("t1", ours=False) == Reply()
    outbox.put_back(desk.engine, row, clock.read(), "no answer")
    assert said("t1", ours=True).unsaved
    (row,) = outbox.claim(desk.engine, "two", clock.read(), timedelta(minutes=1), 1)
    outbox.mark_sent(desk.engine, row, clock.read(), "t1")
    assert said("t2", ours=True) == Reply()
    with desk.engine.connect() as connection:
        assert connection.execute(select(person.c.id).where(person.c.name == "Bo Bystander")).first() is None
        assert connection.execute(select(func.count()).select_from(inbox)).scalar_one() == 0


@pytest.mark.parametrize("how", [{"thread": "t0"}, {"target": "t0"}, {"alone": "yes"}])
def test_what_is_on_its_way_and_begins_no_thread_makes_nobody_say_it_again(desk, work, clock, how):
    with work() as uow:
        kim = a_person(uow, "Kim Tran").id if "alone" in how else None
        to = Destination(a_channel(uow, "forms"), kim, how.get("thread", ""))
        uow.post("receipt", to, say("Saved."), key="p", target=how.get("target", ""))
    assert len(outbox.claim(desk.engine, "one", clock.read(), timedelta(minutes=1), 1)) == 1
    assert desk.replies("Bo Bystander", "1.2.3 done", channel="CFORMS", thread="t1", ours=True) == Reply()


def test_a_reference_alone_is_an_update(engine, clock, work):
    told = []
    spec = CommandSpec("update", lambda c, u: told.append(c.values["all"]) or Reply(), "u", args=(Arg("all", "rest"),))
    desk = Desk(engine, clock, SimpleNamespace(COMMANDS=(spec, *MODULE.COMMANDS)))
    for said in ("1.2.3 done piloted", "#1.2 blocked", "Step 2.1.4: begun"):
        desk.says("Ann Ortiz", said)
    assert told == ["1.2.3 done piloted", "#1.2 blocked", "Step 2.1.4: begun"]


def test_a_character_postgresql_cannot_store_is_left_out(desk):
    assert words(desk.says("Ann Ortiz", "/sip keep a\0b").message) == "Kept: ab"


def test_an_event_that_could_not_be_saved_says_so_to_its_adapter(desk):
    assert desk.sends("Ann Ortiz", verb="lock", answerable=False, channel="CFORMS").unsaved


def test_what_people_said_is_not_in_the_log_of_a_database_error(desk):
    with desk.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT no_such_column FROM person WHERE name = :secret"), {"secret": "SECRET NOTE"})
    assert "SECRET NOTE" not in str(caught.value)


def test_a_reader_does_not_wait_for_a_writer(desk):
    with desk.engine.begin() as writer:
        writer.execute(update(person).values(email="x"))
        with reading(desk.engine) as connection:
            assert connection.execute(select(func.count()).select_from(person)).scalar_one() == 2


def test_simultaneous_first_words_of_one_person_make_one_person(desk):
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda i: desk.says("Zoe New", f"/sip keep n{i}", delivery_id=f"z{i}"), range(6)))
    assert sorted(words(reply.message) for reply in replies) == [f"Kept: n{i}" for i in range(6)]
    assert role_of(desk, "Zoe New") == Role.MEMBER
