"""What Prometheus reads at /metrics. Never the name of an organization, a person or anything anybody wrote: the labels
are our own verbs, jobs, platforms and outcomes, so their number does not grow with use.

Counters are this process's own; what is in the database is read when somebody looks, at most once in `KEPT` seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
KEPT = 10.0  # seconds that what was read from the database is told again
_COMMAND_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)  # Slack gives up after three seconds
_LAG_BUCKETS = (30.0, 60.0, 300.0, 900.0, 3600.0, 6 * 3600.0, 24 * 3600.0)


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database tells. `due`: of the pending ones, those whose moment has come. Ages in seconds, 0 where
    nothing waits. `tick_age`: since any replica looked at the calendar; None where none ever did."""

    pending: int
    due: int
    dead: int
    oldest_due: float
    oldest_pending: float
    tick_age: float | None


@dataclass(frozen=True, slots=True)
class Pool:
    """The database's connections: in use, and how many are kept open; more are made when all are in use."""

    used: int
    kept: int


class Metrics:
    """One process's figures. `stored` reads the database, None where it does not answer; `pool` tells of its
    connections; `slack_connected` whether Slack's socket is there, None where there is to be none; `seconds` is any
    steadily growing clock."""

    def __init__(
        self,
        version: str,
        database: str,
        stored: Callable[[], Stored | None],
        pool: Callable[[], Pool],
        slack_connected: Callable[[], bool | None],
        seconds: Callable[[], float],
    ) -> None:
        self._version, self._database = version, database
        self._stored, self._pool, self._slack_connected, self._seconds = stored, pool, slack_connected, seconds
        self._known: tuple[float, Stored | None] | None = None
        self._registry = CollectorRegistry()
        self._commands = Histogram(
            "sipbot_command_seconds",
            "From a command's coming in to its answer, which is after its commit",
            ("verb", "outcome"),
            buckets=_COMMAND_BUCKETS,
            registry=self._registry,
        )
        self._repeated = Counter(
            "sipbot_inbox_duplicates", "Deliveries that had been answered before", registry=self._registry
        )
        self._deliveries = Counter(
            "sipbot_deliveries", "What became of attempts to deliver", ("platform", "outcome"), registry=self._registry
        )
        self._lag = Histogram(
            "sipbot_job_lag_seconds",
            "How long after it was due a job was done",
            ("job",),
            buckets=_LAG_BUCKETS,
            registry=self._registry,
        )
        self._failures = Counter(
            "sipbot_job_failures", "Jobs that failed, and stay due", ("job",), registry=self._registry
        )
        self._registry.register(_Collector(self._now))

    def command(self, verb: str, outcome: str, seconds: float) -> None:
        """A command was answered. `verb` is one of our own."""
        self._commands.labels(verb, outcome).observe(seconds)
        if outcome == "repeated":
            self._repeated.inc()

    def delivered(self, platform: str, outcome: str) -> None:
        """An attempt to deliver ended: sent, adopted, retried or dead."""
        self._deliveries.labels(platform or "any", outcome).inc()

    def job(self, name: str, lag: float | None) -> None:
        """A job was done so many seconds after it was due, or failed (None)."""
        if lag is None:
            self._failures.labels(name).inc()
        else:
            self._lag.labels(name).observe(max(0.0, lag))

    def text(self) -> bytes:
        """Everything, in Prometheus's text format. Reads the database: not for the event loop."""
        return generate_latest(self._registry)

    def _now(self) -> Iterator[Metric]:
        info = InfoMetricFamily("sipbot_build", "What is running")
        info.add_metric([], {"version": self._version, "database": self._database})
        yield info
        pool = self._pool()
        yield _gauge("sipbot_database_connections_used", "Connections to the database in use", pool.used)
        yield _gauge("sipbot_database_connections_kept", "Connections kept open; more only in a rush", pool.kept)
        connected = self._slack_connected()
        if connected is not None:
            yield _gauge("sipbot_slack_connected", "Whether Slack's socket is there, in Socket Mode", int(connected))
        stored = self._recent()
        yield _gauge("sipbot_database_up", "Whether the database answered", int(stored is not None))
        if stored is None:
            return
        queue = GaugeMetricFamily("sipbot_outbox_messages", "Messages not delivered, by state", labels=("state",))
        for state in ("pending", "due", "dead"):
            queue.add_metric([state], getattr(stored, state))
        yield queue
        yield _gauge(
            "sipbot_outbox_oldest_due_seconds", "How long the oldest message waits whose turn it is", stored.oldest_due
        )
        yield _gauge("sipbot_outbox_oldest_pending_seconds", "The same, with those to try again", stored.oldest_pending)
        if stored.tick_age is not None:
            yield _gauge("sipbot_tick_age_seconds", "Since any replica looked at the calendar", stored.tick_age)

    def _recent(self) -> Stored | None:
        now = self._seconds()
        if self._known is None or now - self._known[0] >= KEPT:
            self._known = (now, self._stored())
        return self._known[1]


class _Collector:
    """Makes its metrics when they are asked for."""

    def __init__(self, collect: Callable[[], Iterator[Metric]]) -> None:
        self.collect = collect

    def describe(self) -> list[Metric]:
        return []  # nothing is read before somebody looks


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def age(now: datetime, then: datetime | None) -> float:
    """Seconds from `then` to `now`; 0 where there is no `then`."""
    return max(0.0, (now - then).total_seconds()) if then else 0.0
