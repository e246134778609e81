"""The outbox: in order, again when it must, once when it got through, and a word to those who can mend it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.chat.clock import MovableClock
from bot.chat.commands import Actor, Role
from bot.chat.compose import built_in
from bot.chat.errors import SendError
from bot.chat.messages import Message, Span, Text, say
from bot.chat.ports import Pace
from bot.delivery import GIVE_UP, LEASE, LEAST_ATTEMPTS, Delivery
from storage import outbox as rows
from storage import pacing
from storage.models import outbox, pace, person
from storage.queries import people
from storage.uow import Destination
from tests.builders import a_channel, a_person
from tests.dead import retried
from tests.desk import words


class Platform:
    """A chat platform of ours: `faults` are raised one a send of `faulty` words; `accepts_anyway` puts the post there
    all the same."""

    platform = "console"

    def __init__(self) -> None:
        self.pace = Pace()
        self.there: dict[str, str] = {}
        self.order: list[str] = []
        self.posts = []
        self.faults: list[SendError | None] = []
        self.faulty = "one"
        self.accepts_anyway = False

    async def send(self, post):
        fault = self.faults.pop(0) if self.faults and words(post.message) == self.faulty else None
        if fault is None or self.accepts_anyway:
            self.there[post.key] = post.target or f"t{len(self.order)}"
            self.order.append(words(post.message))
            self.posts.append(post)
        if fault is not None:
            raise fault
        return self.there[post.key]

    async def find(self, post):
        return self.there.get(post.key)


@pytest.fixture
def platform():
    return Platform()


@pytest.fixture
def delivery(engine, clock, platform):
    return Delivery(engine, clock, [platform], composer=built_in())


@pytest.fixture
def forms(work):
    with work() as uow:
        return a_channel(uow, "forms")


def queue(work, channel_id, *texts):
    with work() as uow:
        for text in texts:
            uow.post("prompt", Destination(channel_id=channel_id), say(text), key=text)


def states(engine):
    with engine.connect() as connection:
        return [
            tuple(row) for row in connection.execute(select(outbox.c.state, outbox.c.remote_id).order_by(outbox.c.id))
        ]


async def test_a_channels_posts_arrive_in_their_order(engine, work, delivery, platform, forms):
    queue(work, forms, "one", "two", "three")
    assert await delivery.drain() == 3
    assert platform.order == ["one", "two", "three"]
    assert states(engine) == [("sent", "t0"), ("sent", "t1"), ("sent", "t2")]


async def test_a_failed_post_holds_back_its_channel_but_not_the_others(work, delivery, platform, forms, clock):
    with work() as uow:
        other = a_channel(uow, "other")
    queue(work, forms, "one", "two")
    queue(work, other, "elsewhere")
    platform.faults = [SendError("busy", retry_after=30)]
    await delivery.drain()
    assert platform.order == ["elsewhere"]
    clock.move_to(clock.read() + timedelta(seconds=31))
    await delivery.drain()
    assert platform.order == ["elsewhere", "one", "two"]


async def test_posts_wait_for_the_first_of_their_line_but_not_beyond_their_patience(
    work, delivery, platform, forms, clock
):
    queue(work, forms, "one", "two")
    platform.faults = [SendError("slow down", retry_after=rows.PATIENCE.total_seconds())]
    await delivery.drain()
    assert platform.order == []
    queue(work, forms, "three")
    platform.faults, platform.faulty = [SendError("much slower", retry_after=4000)], "two"
    clock.move_to(clock.read() + rows.PATIENCE)
    await delivery.drain()
    assert platform.order == ["one", "three"]
    clock.move_to(clock.read() + timedelta(seconds=4000) - rows.PATIENCE)
    queue(work, forms, "four")
    await delivery.drain()
    assert platform.order == ["one", "three"]  # it is nearly the second one's turn again
    clock.move_to(clock.read() + rows.PATIENCE)
    await delivery.drain()
    assert platform.order == ["one", "three", "two", "four"]


async def test_changes_of_one_message_never_pass_each_other(work, delivery, platform, forms, clock):
    with work() as uow:
        for text in ("one", "two"):
            uow.post("retold", Destination(channel_id=forms), say(text), key=text, target="t1")
        uow.post("retold", Destination(channel_id=forms), say("another"), key="another", target="t2")
    platform.faults = [SendError("much slower", retry_after=4000)]
    await delivery.drain()
    assert platform.order == ["another"]
    clock.move_to(clock.read() + timedelta(seconds=4000))
    await delivery.drain()
    assert platform.order == ["another", "one", "two"]


async def test_a_dead_letter_frees_its_line(work, delivery, platform, forms):
    queue(work, forms, "one", "two")
    platform.faults = [SendError("no", permanent=True)]
    await delivery.drain()
    assert platform.order[0] == "two"


def test_many_workers_at_once_never_claim_the_same_row(engine, work, clock):
    with work() as uow:
        for number in range(160):
            uow.post("prompt", Destination(channel_id=a_channel(uow, f"c{number}")), say("x"), key=f"k{number}")

    def claims(name):
        return [row.id for _ in range(20) for row in rows.claim(engine, name, clock.read(), LEASE, 2)]

    names = "ab" if engine.dialect.name == "sqlite" else "abcdefgh"  # SQLite lets in one at a time, and not in turn
    with ThreadPoolExecutor(len(names)) as workers:
        taken = [one for found in workers.map(claims, names) for one in found]
    assert len(taken) == len(set(taken)) > 20  # where two want the same row, one of them goes without


def test_an_outcome_of_a_lost_lease_changes_nothing_of_the_new_ones(engine, work, forms, clock):
    queue(work, forms, "one")
    (row,) = rows.claim(engine, "slow", clock.read(), LEASE, 1)
    clock.move_to(clock.read() + LEASE)
    assert len(rows.claim(engine, "quick", clock.read(), LEASE, 1)) == 1
    rows.put_back(engine, row, clock.read(), "late")
    rows.mark_sent(engine, row, clock.read(), "late")
    assert rows.claim(engine, "third", clock.read(), LEASE, 1) == []
    assert states(engine) == [("pending", "")]


async def test_a_post_whose_reply_was_lost_is_adopted_not_doubled(engine, work, delivery, platform, forms, clock):
    queue(work, forms, "one")
    platform.faults, platform.accepts_anyway = [SendError("lost", unknown=True)], True
    await delivery.drain()
    clock.move_to(clock.read() + timedelta(minutes=1))
    await delivery.drain()
    assert [post.target for post in platform.posts] == ["", "t0"]  # the second is the first one's words of today
    assert states(engine) == [("sent", "t0")]


async def test_what_was_sent_is_marked_as_soon_as_the_database_takes_it(
    engine, work, delivery, platform, forms, clock, monkeypatch
):
    """Where nobody can be asked what is there, as on Teams, it would else go out a second time."""
    mark, tried = rows.mark_sent, []

    def down_twice(*arguments):
        tried.append(1)
        if len(tried) < 3:
            raise OperationalError("update", {}, Exception("database or disk is full"))
        mark(*arguments)

    async def nobody_knows(post):
        return None

    monkeypatch.setattr(rows, "mark_sent", down_twice)
    monkeypatch.setattr(platform, "find", nobody_knows)
    queue(work, forms, "one")
    await delivery.drain()
    clock.move_to(clock.read() + LEASE)
    await delivery.drain()
    assert platform.order == ["one"]
    assert states(engine) == [("sent", "t0")]


async def test_a_row_left_by_a_killed_worker_is_taken_over_when_its_lease_ends(
    engine, work, delivery, platform, forms, clock
):
    queue(work, forms, "one")
    assert len(rows.claim(engine, "dead worker", clock.read(), LEASE, 1)) == 1
    assert await delivery.drain() == 0
    clock.move_to(clock.read() + LEASE)
    assert await delivery.drain() == 1
    assert platform.order == ["one"]


async def test_workers_that_were_killed_with_a_row_are_no_reason_to_wait_for_hours(
    engine, work, delivery, platform, forms, clock
):
    queue(work, forms, "one")
    for number in range(15):
        assert [row.attempts for row in rows.claim(engine, f"dead {number}", clock.read(), LEASE, 1)] == [
            min(2, number + 1)
        ]
        clock.move_to(clock.read() + LEASE)
    platform.faults = [SendError("no answer")]
    assert await delivery.drain() == 1
    clock.move_to(clock.read() + timedelta(seconds=8))
    assert await delivery.drain() == 1
    assert platform.order == ["one"]


async def test_two_workers_never_claim_the_same_row(engine, work, forms, clock):
    queue(work, forms, "one")
    assert [len(rows.claim(engine, name, clock.read(), LEASE, 5)) for name in ("a", "b")] == [1, 0]


async def test_a_late_mark_of_a_lost_lease_changes_nothing(engine, work, delivery, forms, clock):
    queue(work, forms, "one")
    (row,) = rows.claim(engine, "slow", clock.read(), LEASE, 1)
    clock.move_to(clock.read() + LEASE)
    await delivery.drain()
    rows.mark_sent(engine, row, clock.read(), "other")
    assert states(engine) == [("sent", "t0")]


async def test_a_dead_letter_tells_those_who_miss_it_and_those_who_can_mend_it_once(work, delivery, platform, forms):
    with work() as uow:
        a_person(uow, "Adam It", Role.ADMIN)
        a_person(uow, "Cora Diaz", Role.COORDINATOR)
        a_person(uow, "Ann Ortiz")
    queue(work, forms, "one", "two")
    platform.faults = [SendError("the channel is archived", permanent=True)]
    await delivery.drain()
    told = {post.address.user: words(post.message) for post in platform.posts}
    assert told[""] == "two"
    said = "A prompt for #forms in Console could not be delivered. Why: the channel is archived."
    assert said in told["UADAMIT"]
    assert said in told["UCORADIAZ"]
    assert len(platform.posts) == 3


async def test_somebody_without_an_account_is_a_dead_letter(engine, work, delivery):
    with work() as uow:
        nobody = uow.insert(person, name="No Account", role=1, created_at=uow.at)
        uow.post("nudge", Destination(person_id=nobody), say("hello"), key="k")
    await delivery.drain()
    assert states(engine) == [("dead", "")]


async def test_it_gives_up_in_the_end(engine, work, delivery, platform, forms, clock):
    queue(work, forms, "one")
    platform.faults = [SendError("no")] * 100
    begun = clock.read()
    while clock.read() - begun < GIVE_UP:
        await delivery.drain()
        assert states(engine) == [("pending", "")]
        clock.move_to(clock.read() + timedelta(hours=6))
    await delivery.drain()
    assert states(engine) == [("dead", "")]


async def test_an_outage_of_ours_is_no_reason_to_give_up_at_the_first_refusal(
    engine, work, delivery, platform, forms, clock
):
    queue(work, forms, "one")
    clock.move_to(clock.read() + GIVE_UP + timedelta(hours=1))
    platform.faults = [SendError("busy", retry_after=30)] * (LEAST_ATTEMPTS - 1)
    for _ in range(LEAST_ATTEMPTS):
        assert states(engine) == [("pending", "")]
        await delivery.drain()
        clock.move_to(clock.read() + timedelta(seconds=30))
    assert states(engine) == [("sent", "t0")]


async def test_people_are_mentioned_by_their_account_here(work, delivery, platform, forms):
    with work() as uow:
        ann = a_person(uow, "Ann Ortiz")
        uow.post("prompt", Destination(channel_id=forms), Message((Text((Span("Ann", person=ann.id),)),)), key="k")
    await delivery.drain()
    assert platform.posts[0].mentions == {ann.id: "UANNORTIZ"}


async def test_a_private_word_in_a_channel_has_both_addresses(work, delivery, platform, forms):
    with work() as uow:
        ann = a_person(uow, "Ann Ortiz")
        uow.post("receipt", Destination(forms, ann.id, "t9", "console"), say("psst"), key="k")
    await delivery.drain()
    address = platform.posts[0].address
    assert (address.channel, address.user, address.thread) == ("CFORMS", "UANNORTIZ", "t9")


@pytest.fixture
def teams():
    found = Platform()
    found.platform = "teams"
    return found


@pytest.fixture
def both(engine, clock, platform, teams):
    """Delivery to two platforms."""
    return Delivery(engine, clock, [platform, teams], composer=built_in())


def on_both(uow, last=""):
    """Ann, with an account on each platform."""
    ann = a_person(uow, "Ann Ortiz")
    people.add_identity(uow.connection, uow.organization.id, ann.id, Actor("teams", "tenant", "aad-ann"))
    if last:
        people.learn(uow, ann.id, last_platform=last)
    return ann


@pytest.mark.parametrize(
    ("last", "named", "reached"),
    [
        ("", "", "console"),
        ("teams", "", "teams"),
        ("console", "", "console"),
        ("console", "teams", "teams"),  # a receipt belongs where they spoke
        ("teams", "slack", "teams"),  # a platform they are not on
    ],
)
async def test_a_private_message_goes_where_they_spoke_last(work, both, platform, teams, last, named, reached):
    with work() as uow:
        uow.post("nudge", Destination(person_id=on_both(uow, last).id, platform=named), say("hello"), key="k")
    await both.drain()
    assert [p.platform for p in (platform, teams) if p.posts] == [reached]


async def test_what_one_account_refuses_for_good_goes_to_the_other(engine, work, both, platform, teams):
    with work() as uow:
        uow.post("nudge", Destination(person_id=on_both(uow, "teams").id), say("one"), key="k")
    teams.faults = [SendError("sipbot was removed there", permanent=True)]
    await both.drain()
    assert platform.order == ["one"]
    assert states(engine) == [("sent", "t0")]


async def test_what_one_account_cannot_take_now_waits_for_it(engine, work, both, platform, teams):
    with work() as uow:
        uow.post("nudge", Destination(person_id=on_both(uow, "teams").id), say("one"), key="k")
    teams.faults = [SendError("busy", retry_after=30)]
    await both.drain()
    assert platform.order == []
    assert states(engine) == [("pending", "")]


async def test_what_both_accounts_refuse_is_one_dead_letter(engine, work, both, platform, teams):
    with work() as uow:
        uow.post("nudge", Destination(person_id=on_both(uow).id), say("one"), key="k")
    platform.faults, teams.faults = ([SendError("no", permanent=True)], [SendError("no", permanent=True)])
    await both.drain()
    assert states(engine) == [("dead", "")]


async def test_a_private_word_in_a_channel_of_a_platform_they_are_not_on_is_a_direct_message(
    work, both, platform, teams
):
    with work() as uow:
        there = people.channel_for(uow, "teams", "tenant", "19:forms", "forms").id
        ben = a_person(uow, "Ben Okafor")
        uow.post("receipt", Destination(there, ben.id, "t9", "teams"), say("psst"), key="k")
    await both.drain()
    assert teams.posts == []
    address = platform.posts[0].address
    assert (address.channel, address.user, address.thread) == ("", "UBENOKAFOR", "")


async def test_a_channel_on_one_platform_mentions_those_who_are_there_and_names_the_others(work, both, teams):
    with work() as uow:
        there = people.channel_for(uow, "teams", "tenant", "19:forms", "forms").id
        ann, ben = on_both(uow), a_person(uow, "Ben Okafor")
        both_named = Message((Text((Span("Ann", person=ann.id), Span(" and "), Span("Ben", person=ben.id))),))
        uow.post("prompt", Destination(channel_id=there), both_named, key="k")
    await both.drain()
    assert teams.posts[0].mentions == {ann.id: "aad-ann"}


async def test_a_dead_letter_is_sent_again_when_it_is_asked_for(engine, work, delivery, platform, forms, clock):
    queue(work, forms, "one")
    platform.faults = [SendError("archived", permanent=True)]
    await delivery.drain()
    assert retried(engine, clock.read()) == 1
    await delivery.drain()
    assert platform.order == ["one"]
    assert retried(engine, clock.read()) == 0


# pace


def test_all_replicas_together_keep_a_platforms_pace(engine):
    """The moments of a workspace are given once, whoever asks; a conversation is busy from its post's moment on."""
    pace = Pace(conversation=10.0, workspace=0.25)

    def take(channel, now, latest=1000.0):
        return pacing.take(engine, pace, "T1", f"T1:C{channel}", now, latest)

    with ThreadPoolExecutor(8) as replicas:
        taken = list(replicas.map(lambda number: take(number, 100.0), range(40)))
    assert sorted(turn.at for turn in taken) == [100.0 + 0.25 * number for number in range(40)]
    assert all(turn.ours for turn in taken)
    last = max(range(40), key=lambda number: taken[number].at)
    assert take(last, 110.0) == pacing.Turn(119.75, ours=False)
    assert take(0, 500.0) == pacing.Turn(500.0, ours=True)
    assert take(1, 500.0, latest=500.2) == pacing.Turn(500.25, ours=False)
    assert take(1, 500.0) == pacing.Turn(500.25, ours=True)


def test_two_posts_of_one_conversation_never_get_the_same_moment(engine):
    pace = Pace(conversation=10.0)
    with ThreadPoolExecutor(8) as replicas:
        taken = list(replicas.map(lambda _: pacing.take(engine, pace, "T1", "T1:C1", 100.0, 1000.0), range(16)))
    assert [turn.at for turn in taken if turn.ours] == [100.0]


async def test_a_channels_posts_keep_their_distance(work, platform, forms, clock, engine):
    platform.pace = Pace(conversation=1.0, workspace=0.25)
    waits = []

    class Noting(MovableClock):
        async def sleep(self, seconds):
            waits.append(seconds)

    queue(work, forms, "one", "two", "three")
    await Delivery(engine, Noting(clock.read()), [platform], composer=built_in()).drain()
    assert platform.order == ["one", "two", "three"]
    assert sorted(set(waits)) == [1.0, 2.0]


@pytest.mark.parametrize("asked", [0.0, 7.0])
async def test_what_a_platform_asks_us_to_wait_holds_for_its_whole_workspace(
    work, delivery, platform, forms, clock, engine, asked
):
    with work() as uow:
        other = a_channel(uow, "other")
    queue(work, forms, "one")
    platform.pace = Pace(workspace=0.1)
    platform.faults = [SendError("slow down", retry_after=asked)]
    await delivery.drain()
    queue(work, other, "elsewhere")
    await delivery.drain()
    assert "elsewhere" in platform.order
    with engine.connect() as connection:
        free_at = connection.execute(select(pace.c.free_at).where(pace.c.what == "console:local")).scalar_one()
    assert free_at - clock.read().timestamp() >= asked + 0.1 - 1e-6


async def test_a_moment_given_out_before_the_platform_asked_us_to_wait_is_worth_nothing(
    work, platform, forms, clock, engine
):
    platform.pace = Pace(workspace=5.0)
    with work() as uow:
        others = [a_channel(uow, f"other {number}") for number in range(2)]
    queue(work, forms, "one")
    for number, other in enumerate(others):
        queue(work, other, f"later {number}")
    came = []
    send = platform.send

    class Going(MovableClock):
        async def sleep(self, seconds):
            until = self.read() + timedelta(seconds=seconds)
            await asyncio.sleep(seconds / 100)
            self.move_to(max(until, self.read()))

    going = Going(clock.read())

    async def sends(post):
        came.append((going.read() - clock.read()).total_seconds())
        platform.faulty = words(post.message) if len(came) == 1 else ""
        return await send(post)

    platform.send, platform.faults = sends, [SendError("slow down", retry_after=18)]
    await Delivery(engine, going, [platform], composer=built_in()).drain()
    assert came[0] == 0.0
    assert min(came[1:]) >= 18.0


async def test_a_post_whose_moment_is_far_goes_back_to_the_queue(engine, work, delivery, platform, forms, clock):
    queue(work, forms, "one")
    platform.pace = Pace(workspace=0.1)
    pacing.hold(engine, "console:local", clock.read().timestamp(), 600)
    assert await delivery.drain() == 1
    assert platform.order == []
    clock.move_to(clock.read() + timedelta(seconds=600))
    await delivery.drain()
    assert platform.order == ["one"]
    with engine.connect() as connection:
        assert connection.execute(select(outbox.c.attempts)).scalar_one() == 1


def test_a_county_with_many_posts_does_not_hold_up_another(engine, work, clock):
    many = rows.LOOK_AHEAD + 10
    with work() as uow:
        busy = uow.organization.id
        for number in range(many):
            uow.post("prompt", Destination(channel_id=a_channel(uow, f"busy {number}")), say("many"), key=f"b{number}")
    with work() as uow:
        uow.organization = people.create_organization(uow.connection, "Juniper County", "UTC", uow.at)
        quiet = uow.organization.id
        uow.post("prompt", Destination(channel_id=a_channel(uow, "quiet")), say("quiet"), key="q")
    first = rows.claim(engine, "looking", clock.read(), LEASE, 500)
    assert [row.organization_id for row in first] == [busy] * rows.PER_ORGANIZATION
    then = rows.claim(engine, "looking", clock.read(), LEASE, 500, [busy])
    assert [row.organization_id for row in then] == [quiet]


async def test_a_slow_post_holds_up_nobody_else(work, delivery, platform, forms):
    with work() as uow:
        other = a_channel(uow, "other")
    slow = asyncio.Event()
    send = platform.send

    async def sends(post):
        if words(post.message) == "one":
            await slow.wait()
        return await send(post)

    platform.send = sends
    running = asyncio.create_task(delivery.run())
    queue(work, forms, "one")
    queue(work, other, "two", "three")
    delivery.wake()
    for _ in range(100):
        await asyncio.sleep(0.02)
        if len(platform.order) == 2:
            break
    assert platform.order == ["two", "three"]
    slow.set()
    delivery.close()
    await asyncio.wait_for(running, 5)
    assert platform.order == ["two", "three", "one"]


async def test_nothing_ends_the_loop_but_closing_it(work, delivery, platform, forms, monkeypatch):
    claims = []
    claim = rows.claim

    def broken_once(*arguments, **how):
        claims.append(1)
        if len(claims) == 1:
            raise RuntimeError("no such luck")
        return claim(*arguments, **how)

    monkeypatch.setattr(rows, "claim", broken_once)
    running = asyncio.create_task(delivery.run())
    queue(work, forms, "one")
    for _ in range(100):
        delivery.wake()
        await asyncio.sleep(0.02)
        if platform.order:
            break
    delivery.close()
    await asyncio.wait_for(running, 5)
    assert platform.order == ["one"]
