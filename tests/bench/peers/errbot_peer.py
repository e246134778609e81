"""errbot: a webhook of a plugin, which runs the plugin's command (errbot's Slack back end speaks over a socket only)."""

from __future__ import annotations

import importlib
import logging
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

from stored import SECRET

PORT, PATH = int(sys.argv[1]), sys.argv[2]
PLUGIN = f"""
from errbot import BotPlugin, botcmd, webhook
from flask import abort, request
from slack_sdk.signature import SignatureVerifier
from stored import store

verifier = SignatureVerifier({SECRET!r})


class Updates(BotPlugin):
    @botcmd
    def sip(self, msg, args):
        return store({PATH!r}, msg.frm.person, args)

    @webhook("/slack/events", raw=True)
    def events(self, request):
        if not verifier.is_valid_request(request.get_data(), dict(request.headers)):
            abort(401)
        # What errbot does with a message: its command by name, through the plugin that has it.
        form = request.form
        message = self._bot.build_message(form["text"])
        message.frm = self.build_identifier(form["user_id"])
        return self._bot.all_commands["sip"](message, form["text"])
"""


def main() -> None:
    from errbot.bootstrap import setup_bot

    folder = Path(tempfile.mkdtemp())
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / "updates.py").write_text(PLUGIN)
    (plugins / "updates.plug").write_text("[Core]\nName = Updates\nModule = updates\n[Python]\nVersion = 3\n")
    config = SimpleNamespace(**vars(importlib.import_module("errbot.config-template")))
    config.BACKEND, config.STORAGE, config.TEXT_COLOR_THEME = "Null", "Memory", ""
    config.BOT_DATA_DIR, config.BOT_LOG_FILE = str(folder), str(folder / "log")
    config.BOT_LOG_LEVEL, config.BOT_EXTRA_PLUGIN_DIR = logging.WARNING, str(plugins)
    config.BOT_ADMINS, config.CORE_PLUGINS = ("@nobody",), ("Webserver",)
    logging.getLogger().setLevel(logging.WARNING)
    bot = setup_bot("Null", logging.getLogger(""), config)
    bot.plugin_manager.set_plugin_configuration("Webserver", {"HOST": "127.0.0.1", "PORT": PORT, "SSL": None})
    bot.serve_forever()


if __name__ == "__main__":
    main()
