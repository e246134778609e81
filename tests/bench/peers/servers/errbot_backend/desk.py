"""Slack's signed slash commands over HTTP (waitress, 16 threads) as messages to Errbot, and its reply as the answer."""

from __future__ import annotations

import logging
import threading

from errbot.backends import null
from errbot.backends.base import Message
from flask import Flask, abort, request
from slack_sdk.signature import SignatureVerifier
from waitress import serve

from tests.bench.peers.servers.store import SECRET


class Desk(null.NullBackend):
    """A reply is left to the thread that asked. (NullBackend imported by name would be taken for a second backend.)"""

    _reply = threading.local()

    def build_reply(self, msg, text=None, private=False, threaded=False):
        return Message(body=text, frm=self.bot_identifier, to=msg.frm, parent=msg)

    def send_message(self, msg):
        super().send_message(msg)
        self._reply.text = msg.body

    def answer(self):
        if not SignatureVerifier(SECRET).is_valid_request(request.get_data(), dict(request.headers)):
            abort(401)
        form = request.form
        person = self.build_identifier(form["user_id"])
        text = f"{form['command']} {form['text']}"
        self.process_message(Message(body=text, frm=person, to=self.bot_identifier))
        return self._reply.text

    def serve_forever(self):
        self.connect_callback()
        web = Flask(__name__)
        web.add_url_rule("/slack/events", "events", self.answer, methods=["POST"])
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # else it warns of every request that waits
        serve(web, host="127.0.0.1", port=self.bot_config.DESK_PORT, threads=16, _quiet=True)
