"""What delivery does when the platform, the clock or the database takes its time: nothing doubled, nothing for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot import delivery as module
from bot.chat.clock import SystemClock, TravellingClock
from bot.chat.codec import from_json, to_json
from bot.chat.compose import built_in
from bot.chat.errors import SendError
from bot.chat.messages import say
from bot.chat.ports import Pace
from bot.delivery import Delivery
from storage import outbox as rows
from storage.models import outbox
from tests.builders import a_channel
from tests.unit.test_delivery import Platform, delivery, forms, platform, queue, states, words

__all__ = ["delivery", "forms", "platform"]


async def test_a_post_that_takes_as_long_as_its_lease_is_let_go(engine, work, delivery, platform, forms, monkeypatch):
    """Another replica has it by then."""
    monkeypatch.setattr(module, "LEASE", timedelta(seconds=0.2))
    monkeypatch.setattr(module, "LONGEST_SEND", timedelta(seconds=0.1))
    monkeypatch.setattr(platform, "send", lambda post: asyncio.sleep(60))
    queue(work, forms, "one")
    await asyncio.wait_for(delivery.once(), 5)
    with engine.connect() as connection:
        row = connection.execute(select(outbox)).one()
    assert (row.state, row.error, row.lease_owner) == ("pending", "console took too long", "")


async def test_after_a_long_look_there_is_no_send_in_what_is_left(work, delivery, platform, forms, clock, monkeypatch):
    async def slow(post):
        clock.move_to(clock.read() + module.LEASE - module.LONGEST_SEND / 3)

    platform.faults = [SendError("no answer", unknown=True)]
    queue(work, forms, "one")
    await delivery.once()
    monkeypatch.setattr(platform, "find", slow)
    clock.move_to(clock.read() + timedelta(seconds=60))
    await delivery.once()
    assert platform.order == []
    monkeypatch.setattr(platform, "find", Platform().find)
    await delivery.drain()
    assert platform.order == ["one"]


async def test_what_is_left_of_an_earlier_claim_changes_nothing_of_a_later_one(engine, work, delivery, forms, clock):
    """In the same process, too."""
    queue(work, forms, "one")
    (early,) = await delivery._claim(1, stays=False)
    clock.move_to(clock.read() + module.LEASE)
    (late,) = await delivery._claim(1, stays=False)
    rows.release(engine, early, clock.read())
    rows.put_back(engine, early, clock.read(), "late")
    with engine.connect() as connection:
        row = connection.execute(select(outbox)).one()
    assert (row.lease_owner, row.attempts, row.error) == (late.lease_owner, 2, "")


async def test_an_error_that_cannot_be_written_as_it_is_is_written_all_the_same(
    engine, work, delivery, platform, forms
):
    """A mail server that speaks Latin-1."""
    platform.faults = [SendError("550 Empf\udce4nger\0 unbekannt", permanent=True)]
    queue(work, forms, "one")
    await delivery.drain()
    with engine.connect() as connection:
        row = connection.execute(select(outbox).where(outbox.c.kind == "prompt")).one()
    assert (row.state, row.error) == ("dead", "550 Empf?nger unbekannt")


async def test_an_outcome_that_nobody_foresaw_ends_nothing(work, delivery, platform, forms, monkeypatch):
    def broken(*_):
        raise ValueError("cannot be written")

    monkeypatch.setattr(rows, "mark_sent", broken)
    queue(work, forms, "one")
    assert await delivery.once() == 1


async def test_a_note_that_fails_sends_nothing_twice(engine, work, delivery, platform, forms, monkeypatch):
    def locked(*_):
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    async def nobody_knows(post):
        return None

    monkeypatch.setattr(platform, "find", nobody_knows)
    monkeypatch.setattr(rows, "note_account", locked)
    reach = rows.Reach("console", "local", user="U1", refused=True)
    monkeypatch.setattr(rows, "ways", lambda *_: [reach])
    queue(work, forms, "one")
    await delivery.drain()
    assert platform.order == ["one"]
    assert states(engine) == [("sent", "t0")]


async def test_words_that_were_changed_while_they_were_sent_are_corrected(
    engine, work, delivery, platform, forms, monkeypatch
):
    """A story is taken back while its post waits for its turn."""
    send = platform.send

    async def changed_meanwhile(post):
        if not post.target:
            with engine.begin() as connection:
                connection.execute(outbox.update().values(message=to_json(say("without the story"))))
        return await send(post)

    monkeypatch.setattr(platform, "send", changed_meanwhile)
    queue(work, forms, "with the story")
    await delivery.drain()
    assert platform.order == ["with the story", "without the story"]
    assert platform.posts[1].target == "t0"
    with engine.connect() as connection:
        found = connection.execute(select(outbox.c.kind, outbox.c.message).order_by(outbox.c.id)).all()
    assert [(row.kind, words(from_json(row.message))) for row in found] == [
        ("prompt", "without the story"),
        ("retold", "without the story"),
    ]


async def test_words_that_were_changed_before_a_lost_post_is_found_are_corrected(
    engine, work, delivery, platform, forms, clock
):
    """Slack has the post, we do not know it, and a story in it is taken back before we ask."""
    queue(work, forms, "one")
    platform.faults, platform.accepts_anyway = [SendError("lost", unknown=True)], True
    await delivery.drain()
    with work() as uow:
        uow.change(outbox, outbox.c.state == "pending", message=to_json(say("without the story")))
    clock.move_to(clock.read() + timedelta(minutes=1))
    await delivery.drain()
    assert [(post.target, words(post.message)) for post in platform.posts] == [("", "one"), ("t0", "without the story")]
    assert states(engine) == [("sent", "t0")]


async def test_a_lost_post_that_cannot_be_corrected_now_is_looked_for_again(
    engine, work, delivery, platform, forms, clock
):
    queue(work, forms, "one")
    platform.faults, platform.accepts_anyway = [SendError("lost", unknown=True)], True
    await delivery.drain()
    platform.faults, platform.accepts_anyway = [SendError("busy", retry_after=30)], False
    clock.move_to(clock.read() + timedelta(minutes=1))
    await delivery.drain()
    assert states(engine) == [("pending", "")]
    clock.move_to(clock.read() + timedelta(minutes=1))
    await delivery.drain()
    assert [post.target for post in platform.posts] == ["", "t0"]
    assert states(engine) == [("sent", "t0")]


async def test_what_a_platform_asks_us_to_wait_for_a_look_holds_up_no_other_post(
    engine, work, delivery, platform, forms, clock, monkeypatch
):
    """Slack lets some apps look once a minute; they may post once a second."""
    looks = []

    async def busy(post):
        looks.append(post.key)
        raise SendError("ratelimited", retry_after=60)

    monkeypatch.setattr(platform, "find", busy)
    platform.pace = Pace(workspace=0.2)
    with work() as uow:
        others = [a_channel(uow, name) for name in ("other", "third")]
    queue(work, forms, "one")
    platform.faults = [SendError("lost", unknown=True)]
    await delivery.drain()
    clock.move_to(clock.read() + timedelta(seconds=10))
    queue(work, others[0], "two")
    await delivery.drain()
    platform.faults, platform.faulty = [SendError("lost", unknown=True)], "three"
    queue(work, others[1], "three")
    await delivery.drain()
    clock.move_to(clock.read() + timedelta(seconds=10))
    queue(work, others[0], "four")
    await delivery.drain()
    assert platform.order == ["two", "four"]
    assert len(looks) == 1  # "three" waits without asking
    monkeypatch.setattr(platform, "find", Platform().find)
    clock.move_to(clock.read() + timedelta(seconds=60))
    await delivery.drain()
    assert sorted(platform.order[2:]) == ["one", "three"]
    with engine.connect() as connection:
        assert set(connection.execute(select(outbox.c.attempts)).scalars()) == {1, 2}


async def test_closing_gives_back_at_once_what_waits_and_finishes_what_is_being_sent(
    engine, work, platform, forms, clock, monkeypatch
):
    goes_on = TravellingClock(SystemClock())
    goes_on.move_to(clock.read())
    sending, letting, send = asyncio.Event(), asyncio.Event(), platform.send

    async def slow(post):
        sending.set()
        await letting.wait()
        return await send(post)

    monkeypatch.setattr(platform, "send", slow)
    platform.pace = Pace(workspace=20)
    with work() as uow:
        other = a_channel(uow, "other")
    queue(work, forms, "one")
    queue(work, other, "two")
    delivery = Delivery(engine, goes_on, [platform], composer=built_in())
    running = asyncio.create_task(delivery.run())
    await asyncio.wait_for(sending.wait(), 5)
    delivery.close()

    def rows_left():
        with engine.connect() as connection:
            mine = (outbox.c.state, outbox.c.lease_owner != "", outbox.c.attempts)
            return sorted(tuple(row) for row in connection.execute(select(*mine)))

    async with asyncio.timeout(5):
        while rows_left() != [("pending", False, 0), ("pending", True, 1)]:
            await asyncio.sleep(0.02)
    assert not running.done()
    letting.set()
    await asyncio.wait_for(running, 5)
    assert [row[0] for row in rows_left()] == ["pending", "sent"]
