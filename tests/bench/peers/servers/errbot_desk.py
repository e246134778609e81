"""Errbot with a backend and a plugin of our own (errbot_backend, errbot_plugin): its Slack backends speak RTM or
Socket Mode, not HTTP. BOT_ASYNC is off, so that the request's thread runs the command and has its answer."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from errbot.bootstrap import bootstrap

HERE = Path(__file__).parent


def main() -> None:
    config = ModuleType("config")
    with tempfile.TemporaryDirectory() as data:
        config.__dict__.update(
            BOT_ADMINS=("ann",),
            BOT_ASYNC=False,
            BOT_DATA_DIR=data,
            BOT_EXTRA_BACKEND_DIR=str(HERE / "errbot_backend"),
            BOT_EXTRA_PLUGIN_DIR=str(HERE / "errbot_plugin"),
            BOT_LOG_FILE="",
            BOT_LOG_LEVEL=logging.ERROR,
            BOT_PREFIX="/",
            CORE_PLUGINS=(),
            AUTOINSTALL_DEPS=False,
            STORAGE="Memory",
            DESK_PORT=int(sys.argv[1]),
            DESK_FILE=sys.argv[2],
        )
        bootstrap("Desk", logging.getLogger(""), config)


if __name__ == "__main__":
    main()
