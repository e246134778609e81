"""Why an edition is withdrawn or corrected: readers see it, so the story check looks at it first. What is to be taken
back because it said too much is easily said again in the reason."""

from __future__ import annotations

from bot.domain.story_privacy import Finding, check_story
from storage.queries import people
from storage.uow import UnitOfWork


def refused(uow: UnitOfWork, reason: str) -> str:
    """Why readers may not see this reason; "" where they may."""
    found = [finding for finding in _findings(uow, reason) if finding.severity == "block"]
    return f"{_said(found)} Write it another way; nothing was done yet." if found else ""


def doubtful(uow: UnitOfWork, reason: str) -> str:
    """What a person should look at in it before readers see it; "" where nothing was found."""
    found = _findings(uow, reason)
    return f"{_said(found)} Write it another way, or send it as it is." if found else ""


def _findings(uow: UnitOfWork, reason: str) -> tuple[Finding, ...]:
    staff = frozenset(person.name for person in people.all_people(uow, active_only=False))
    return check_story(reason, staff).findings


def _said(found: list[Finding] | tuple[Finding, ...]) -> str:
    quoted = ", ".join(dict.fromkeys(f"“{finding.text}”" for finding in found))
    return f"Readers would see {quoted}: {found[0].why}"
