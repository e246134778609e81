"""What a simulation leaves: posts.jsonl (everything anyone saw), acts.jsonl (what was scripted) and every report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.chat.codec import from_json, to_data
from bot.domain.periods import Month
from bot.pages import FORMATS
from bot.renderers.text import to_text
from bot.simulation.run import Simulation
from storage.models import channel, outbox, person
from storage.queries.reports import NEWSLETTER, ROLLUP, as_published, published

PUBLIC = "public"


def write_out(simulation: Simulation, folder: Path) -> dict[str, int]:
    """Write the files into `folder`; how many lines or files of each there are."""
    posts = sorted([*_posts(simulation), *_replies(simulation)], key=lambda post: (post["at"], post["kind"]))
    _lines(folder / "posts.jsonl", posts)
    acts = [{**asdict(act), "at": act.at.isoformat()} for act in simulation.script.acts]
    _lines(folder / "acts.jsonl", acts)
    return {"posts": len(posts), "acts": len(acts), "reports": _reports(simulation, folder / "reports")}


def _lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _posts(simulation: Simulation) -> Iterator[dict[str, Any]]:
    """Everything delivered through the outbox."""
    statement = (
        select(outbox, channel.c.name.label("place"), person.c.name.label("who"))
        .select_from(outbox)
        .outerjoin(channel, channel.c.id == outbox.c.channel_id)
        .outerjoin(person, person.c.id == outbox.c.person_id)
        .where(outbox.c.organization_id == simulation.organization.id, outbox.c.state == "sent")
    )
    with simulation.reading() as uow:
        for row in uow.rows(statement):
            message = from_json(row.message) if row.message else None
            yield {
                "at": row.sent_at.astimezone(simulation.organization.tz).isoformat(),
                "kind": "reaction" if row.reaction else row.kind,
                "period": row.period or str(Month.of(row.sent_at.astimezone(simulation.organization.tz).date())),
                "place": row.place or "direct message",
                "to": row.who or PUBLIC,
                "text": to_text(message) if message else f":{row.reaction}:",
                "message": to_data(message) if message else None,
            }


def _replies(simulation: Simulation) -> Iterator[dict[str, Any]]:
    """What commands were answered with at once."""
    for said in simulation.said:
        at = said.at.astimezone(simulation.organization.tz)
        yield {
            "at": at.isoformat(),
            "kind": "receipt",
            "period": str(Month.of(at.date())),
            "place": said.place.removeprefix("C-") or "direct message",
            "to": said.person,
            "text": to_text(said.message),
            "message": to_data(said.message),
        }


def _reports(simulation: Simulation, folder: Path) -> int:
    """Every published report, as Markdown and as a page; how many there are."""
    folder.mkdir(exist_ok=True)
    with simulation.reading() as uow:
        found = [(view, as_published(uow, view)) for kind in (ROLLUP, NEWSLETTER) for view in published(uow, kind)]
    for view, message in found:
        for form in ("md", "html"):
            writer, _ = FORMATS[form]
            (folder / f"{view.kind}-{view.period}.{form}").write_bytes(writer(message))
    return len(found)
