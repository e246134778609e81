"""A worker as `sipbot worker` runs it: `python -m tests.bench.worker DATABASE_URL API_URL [free]`. `free`: no pace is
kept, so that the worker itself is what is measured. Prints "ready" when it delivers."""

from __future__ import annotations

import asyncio
import os
import sys

import bot.adapters.slack.adapter
from bot import logs
from bot.app import build
from bot.chat.ports import Pace
from bot.config import load
from bot.serving import serve


async def work(url: str, api: str) -> None:
    slack = {"slack_bot_token": "xoxb-test", "slack_signing_secret": "unused", "slack_api_url": api}
    app = build(load(_env_file=None, database_url=url, **slack), console=False)
    print("ready", flush=True)
    await serve(app, None, "", 0, worker=True, listen=False, grace=0)


if __name__ == "__main__":
    logs.configure(stream=open(os.devnull, "w"))  # noqa: SIM115 - lines are made as in life, and nobody reads them
    if sys.argv[3:] == ["free"]:
        bot.adapters.slack.adapter.SlackAdapter.pace = Pace()
    asyncio.run(work(sys.argv[1], sys.argv[2]))
