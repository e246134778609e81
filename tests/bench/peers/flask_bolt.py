"""Flask, sync Bolt and SQLAlchemy's ORM, served by waitress with 16 threads."""

from __future__ import annotations

import logging
import sys

from flask import Flask, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from stored import _UPDATE, SECRET
from waitress import serve

PORT, PATH = int(sys.argv[1]), sys.argv[2]


class Base(DeclarativeBase):
    pass


class Told(Base):
    __tablename__ = "told"
    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str]
    step: Mapped[str]
    status: Mapped[str]
    note: Mapped[str]


engine = create_engine(f"sqlite:///{PATH}", connect_args={"timeout": 5}, pool_size=16)


@event.listens_for(engine, "connect")
def _prepare(connection, _):  # type: ignore[no-untyped-def]
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


Base.metadata.create_all(engine)
authorized = AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-bench", bot_user_id="UBOT")
bolt = App(signing_secret=SECRET, authorize=lambda **_: authorized, process_before_response=True)


@bolt.command("/sip")
def sip(ack, command):  # type: ignore[no-untyped-def]
    found = _UPDATE.match(command["text"])
    with Session(engine) as session:
        session.add(Told(person=command["user_id"], step=found[1], status=found[2], note=found[3]))
        session.commit()
    ack(f"Saved: {found[1]} is {found[2]}.")


flask = Flask("peer")
handler = SlackRequestHandler(bolt)


@flask.post("/slack/events")
def events():  # type: ignore[no-untyped-def]
    return handler.handle(request)


logging.getLogger("waitress").setLevel(logging.ERROR)  # it warns of every request that waits a moment
serve(flask, host="127.0.0.1", port=PORT, threads=16)
