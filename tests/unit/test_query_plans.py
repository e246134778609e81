"""What must not become slow with the years: looked up by an index on PostgreSQL, also under row-level security."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, func, insert, text

from bot.chat.commands import Place
from bot.chat.messages import say
from storage import outbox
from storage.models import outbox as table
from storage.models import update
from storage.queries.plan import statuses, steps
from storage.queries.threads import begun_by
from storage.queries.updates import step_named
from storage.uow import Destination
from tests.builders import a_channel, a_person, a_plan, an_actor

HISTORY = 5000


@pytest.fixture
def county(engine, work):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security that its planner would have to mind")
    with work() as uow:
        rows, ann = a_plan(uow), a_person(uow, "Ann Ortiz")
        same = {"organization_id": uow.organization.id, "person_id": ann.id, "status": "done", "source": "command"}
        told = [
            {**same, "step_id": rows.steps["1.1.1"], "at": uow.at - timedelta(minutes=n), "note": f"Try {n}."}
            for n in range(HISTORY)
        ]
        uow.connection.execute(insert(update), told)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE step_update"))
    return engine


@pytest.mark.parametrize(
    "read",
    [
        lambda uow: step_named(uow, "1.1.1"),
        steps,
        lambda uow: steps(uow, before=uow.at),
        lambda uow: statuses(uow, before=uow.at),
    ],
)
def test_the_last_update_of_a_step_is_looked_up(county, work, read):
    ran = []
    event.listen(county, "before_cursor_execute", lambda _c, _cur, sql, values, *_: ran.append((sql, values)))
    with work() as uow:
        read(uow)
        asked = [(sql, values) for sql, values in ran if "step_update" in sql]
        plans = [uow.connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars().all() for sql, values in asked]
    assert plans
    assert [line for plan in plans for line in plan if "Seq Scan on step_update" in line] == []


def test_the_first_post_of_a_line_is_looked_up(engine, work, clock):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security that its planner would have to mind")
    with work() as uow:
        for number in range(200):
            uow.post("notice", Destination(channel_id=a_channel(uow, f"c{number}")), say("x"), key=f"k{number}")
    with engine.begin() as connection:
        connection.execute(text("ANALYZE outbox"))
    ran = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cur, sql, values, *_: ran.append((sql, values)))
    outbox.claim(engine, "one", clock.read(), timedelta(0), 10)
    sql, values = next(one for one in ran if one[0].startswith("UPDATE"))
    with engine.connect() as connection:
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars())
    assert "ix_outbox_line on outbox other" in plan, plan


def test_whose_thread_it_is_is_looked_up(engine, work):
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no row-level security that its planner would have to mind")
    with work() as uow:
        here = Destination(channel_id=a_channel(uow, "forms"))
        for number in range(500):
            uow.post("notice", here, say("x"), key=f"k{number}")
        uow.change(table, state="sent", remote_id=func.concat("17.", table.c.id))
    with engine.begin() as connection:
        connection.execute(text("ANALYZE outbox"))
    ran = []
    event.listen(engine, "before_cursor_execute", lambda _c, _cur, sql, values, *_: ran.append((sql, values)))
    with engine.connect() as connection:
        assert begun_by(connection, an_actor("Ann"), Place("CFORMS", "17.3")) == "ours"
        sql, values = next(one for one in ran if "FROM outbox" in one[0])
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars())
    assert "Index Cond: ((channel_id = channel.id) AND" in plan, plan
