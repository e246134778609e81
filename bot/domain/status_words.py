"""The words and marks for a step's status, in English and Spanish, as people write them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

NOT_STARTED, IN_PROGRESS, BLOCKED, DONE, DROPPED = "not started", "in progress", "blocked", "done", "dropped"

# Spellings that say a status and nothing else.
SPELLINGS: Mapping[str, str] = {
    **dict.fromkeys(("not started", "not yet started", "not begun", "unstarted"), NOT_STARTED),
    **dict.fromkeys(
        ("in progress", "inprogress", "started", "begun", "began", "under way", "underway", "ongoing",
         "on going", "wip", "working on it", "on track"),
        IN_PROGRESS,
    ),
    **dict.fromkeys(("blocked", "stuck", "stalled"), BLOCKED),
    **dict.fromkeys(("done", "all done", "complete", "completed", "finished", "closed"), DONE),
    **dict.fromkeys(("dropped", "cancelled", "canceled", "abandoned"), DROPPED),
}  # fmt: skip
# Spellings that also say why, so they stay in the note. On hold is blocked, not dropped: the step is still wanted.
_TELLING: Mapping[str, str] = dict.fromkeys(("waiting", "on hold", "paused", "held up"), BLOCKED)
# Spanish counts only where it is set off: "listo para revisar" is not done yet. Not "lista": that is also a list.
_SPANISH: Mapping[str, str] = {
    **dict.fromkeys(("no empezado", "no empezada", "no iniciado", "no iniciada", "sin empezar"), NOT_STARTED),
    **dict.fromkeys(("en progreso", "en curso", "en proceso", "en marcha", "empezado", "iniciado"), IN_PROGRESS),
    **dict.fromkeys(("bloqueado", "bloqueada"), BLOCKED),
    **dict.fromkeys(
        ("listo", "hecho", "hecha", "terminado", "terminada", "completo", "completa", "completado", "completada",
         "finalizado", "finalizada"),
        DONE,
    ),
    **dict.fromkeys(("cancelado", "cancelada"), DROPPED),
}  # fmt: skip
_MARKS: Mapping[str, str] = {
    **dict.fromkeys(("✅", "✔", "☑", ":white_check_mark:", ":heavy_check_mark:", ":ballot_box_with_check:"), DONE),
    **dict.fromkeys(("🚧", ":construction:"), IN_PROGRESS),
    **dict.fromkeys(("⛔", "🛑", ":no_entry:", ":octagonal_sign:"), BLOCKED),
}


def _alternatives(words: Collection[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", r"[\s_-]+") for word in longest_first)


STATUS = re.compile(
    rf"(?:(?P<word>{_alternatives(SPELLINGS)})(?!\w|-\w)|(?P<telling>{_alternatives(_TELLING)})(?!\w)"
    rf"|(?P<spanish>{_alternatives(_SPANISH)})(?=\s*(?:$|[:;,.!)\n]|-\s|y\s))|(?P<mark>{_alternatives(_MARKS)}))\ufe0f?",
    re.I,
)


def status_of(match: re.Match[str]) -> str:
    """The status that a match of STATUS says."""
    if match["mark"]:
        return _MARKS[match["mark"]]
    spelled = " ".join(re.split(r"[\s_-]+", (match["word"] or match["telling"] or match["spanish"]).lower()))
    return SPELLINGS.get(spelled) or _TELLING.get(spelled) or _SPANISH[spelled]
