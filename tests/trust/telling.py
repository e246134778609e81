"""A process that tells an update for every line it reads, and answers with the seconds it took and the words it was
told: `python -m tests.trust.telling DATABASE_URL`."""

from __future__ import annotations

import json
import sys
from time import monotonic

from bot import logs
from bot.app import build
from bot.chat.commands import Command, Place
from bot.config import load
from tests.builders import an_actor
from tests.desk import words


def main() -> None:
    logs.configure(stream=sys.stderr)
    dispatcher = build(load(_env_file=None, database_url=sys.argv[1]), console=True).dispatcher
    for line in sys.stdin:
        began = monotonic()
        text = f"update 1.1.1 in progress {line.strip()}"
        reply = dispatcher.handle(Command(text, an_actor("Ann Lee"), Place(direct=True), f"told:{line.strip()}"))
        print(json.dumps([monotonic() - began, words(reply.message)]), flush=True)


if __name__ == "__main__":
    main()
