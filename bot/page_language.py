"""Which language a public page speaks: English or Spanish."""

from __future__ import annotations

from bot.domain.survey import Language


def language_of(asked: str, accepted: str) -> Language:
    """What the link says (`?lang=`), else the first of ours that the browser prefers (Accept-Language, RFC 9110
    §12.5.4), else English."""
    if asked in ("en", "es"):
        return "es" if asked == "es" else "en"
    ranked = []
    for part in accepted[:500].split(","):
        tag, _, weight = part.strip().lower().partition(";q=")
        try:
            ranked.append((-float(weight or 1), tag.partition("-")[0]))
        except ValueError:
            continue
    by_wish = sorted(ranked, key=lambda one: one[0])
    first = next((tag for weight, tag in by_wish if tag in ("en", "es") and weight < 0), "en")
    return "es" if first == "es" else "en"
