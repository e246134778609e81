"""Flask, synchronous Bolt and SQLAlchemy, served by waitress with 16 threads."""

from __future__ import annotations

import logging
import sys

from flask import Flask, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.authorization import AuthorizeResult
from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, event
from waitress import serve

from tests.bench.peers.servers.store import PRAGMAS, SECRET, answer, parse

updates = Table(
    "updates",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("step", String),
    Column("status", String),
    Column("note", String),
)


def main() -> None:
    port, file = int(sys.argv[1]), sys.argv[2]
    engine = create_engine(f"sqlite:///{file}", pool_size=16)

    @event.listens_for(engine, "connect")
    def durable(connection, _):
        for pragma in PRAGMAS:
            connection.execute(pragma)

    updates.metadata.create_all(engine)

    def authorize(**_):
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-bench", bot_user_id="UBOT")

    bolt = App(signing_secret=SECRET, authorize=authorize)

    @bolt.command("/sip")
    def sip(ack, command):
        step, status, note = parse(command["text"])
        with engine.begin() as connection:
            connection.execute(updates.insert().values(step=step, status=status, note=note))
        ack(answer(step, status))

    web, handler = Flask(__name__), SlackRequestHandler(bolt)
    web.add_url_rule("/slack/events", "events", lambda: handler.handle(request), methods=["POST"])
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else it warns of every request that waits
    serve(web, host="127.0.0.1", port=port, threads=16, _quiet=True)


if __name__ == "__main__":
    main()
