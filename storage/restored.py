"""What a restored database owes to what was posted after its backup was taken.

Its rows say less than the world knows: what waited then may have gone out, and what the calendar decided since is
undecided again. So whatever waits counts as tried, and for two days what the calendar decides does too: before it is
sent, the platform is asked for it (DESIGN §9). docs/operations.md says what that cannot cover.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Executable, exists, insert, literal, select, update

from storage.db import reading
from storage.models import ledger, organization, outbox
from storage.models.base import UtcDateTime
from storage.outbox import PENDING
from storage.tenancy import within

JOB = "restore"  # of the ledger row that each organization gets
DOUBT = timedelta(days=2)  # how far back a platform is asked: LOOK_BACK in bot/adapters/slack/outbound.py


def marks(at: datetime) -> tuple[Executable, Executable]:
    """What to run in a database that is restored at `at`, of whatever version."""
    tried = {"attempts": outbox.c.attempts + 1, "lease_owner": "", "created_at": literal(at, UtcDateTime())}
    moment = (literal(f"{at:%Y-%m-%dT%H:%M:%SZ}"), literal(at, UtcDateTime()))
    rows = select(organization.c.id, literal(JOB), literal(""), *moment)
    noted = insert(ledger).from_select(["organization_id", "job", "subject", "period", "at"], rows)
    return update(outbox).where(outbox.c.state == PENDING).values(tried), noted


def lately(connection: Connection, organization_id: int, at: datetime) -> bool:
    """Whether the organization's database was restored in the last days."""
    marked = exists().where(ledger.c.organization_id == organization_id, ledger.c.job == JOB, ledger.c.at > at - DOUBT)
    return bool(connection.execute(select(marked)).scalar())


def is_fresh(engine: Engine, organization_id: int, at: datetime) -> bool:
    """The same, for who has no transaction."""
    with reading(engine) as connection:
        within(connection, organization_id)
        return lately(connection, organization_id, at)
