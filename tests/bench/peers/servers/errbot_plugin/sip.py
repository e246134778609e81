"""Errbot's command `/sip update ...`."""

from __future__ import annotations

from errbot import BotPlugin, botcmd

from tests.bench.peers.servers.store import Store


class Sip(BotPlugin):
    """Keeps an update."""

    def activate(self):
        super().activate()
        self._store = Store(self.bot_config.DESK_FILE)

    @botcmd
    def sip(self, msg, args):
        """An action step's progress."""
        return self._store.keep(args)
