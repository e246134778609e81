"""A replica that wants a Slack token that has ended, with several threads: `python -m tests.trust.renewing …`.

Prints, as JSON, the tokens that its threads got.
"""

from __future__ import annotations

import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor

from bot.adapters.slack import OAuth, Workspaces
from bot.chat.clock import SystemClock
from bot.chat.errors import SendError
from bot.keys import Keys
from storage.db import open_engine
from storage.installations import Installations
from tests.install_house import KEY
from tests.slack_oauth import CLIENT, CLIENT_SECRET


def main() -> None:
    database, api_url, workspace, threads = sys.argv[1:]
    store = Installations(open_engine(database), SystemClock(), Keys.of(KEY), "UTC")

    async def get() -> str | None:
        workspaces = Workspaces(store, OAuth(CLIENT, CLIENT_SECRET, api_url), SystemClock())
        while True:
            try:
                token = await workspaces.token(workspace)
            except SendError as error:
                if error.permanent:
                    raise
                continue  # another replica is a long time about it
            await workspaces.stop()
            return token

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(int(threads)) as pool:
        found = list(pool.map(lambda _: asyncio.run(get()), range(int(threads))))
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
