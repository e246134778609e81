"""The nightly removal of what is older than the county wants it kept (`/sip settings retention …`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta

from bot.chat.jobs import Due
from bot.domain.cadence import local_time
from storage import retention
from storage.queries.settings import kept_for
from storage.uow import UnitOfWork

JOB = "retention"
AT = time(2, 30)  # nobody works
MOST = 40  # batches of a kind in a night; a first night with years to remove is followed by others
_LOOKED = "looked"
_READS = timedelta(days=2)


def due(uow: UnitOfWork) -> Iterable[Due]:
    """Once a night, a batch for every few hundred rows that are too old, and a last one that says it was looked."""
    moment, day = local_time(uow.today, AT, uow.organization.tz), uow.today.isoformat()
    if uow.at < moment or _LOOKED in uow.decided(JOB, day):
        return []
    found = []
    for what in retention.KINDS:
        kept = kept_for(uow, what)
        if kept is not None:
            rows = len(retention.old(uow, what, uow.at - kept, retention.BATCH * MOST))
            batches = -(-rows // retention.BATCH)
            found += [Due(f"{what} {number}", day, moment) for number in range(1, batches + 1)]
    return [*found, Due(_LOOKED, day, uow.at)]  # a look that finds nothing is never late


def remove(uow: UnitOfWork, one: Due) -> None:
    """One batch; how many rows went is noted, not what they said."""
    if one.subject == _LOOKED:
        retention.forget_reads(uow, uow.at - _READS)
        return
    what = one.subject.split()[0]
    kept = kept_for(uow, what)
    if kept is None:
        return
    ids = retention.old(uow, what, uow.at - kept, retention.BATCH)
    if ids:
        retention.remove(uow, what, ids)
        uow.audit("retention", f"{what.removeprefix('keep_').replace('_', ' ')}: {len(ids)} removed")
