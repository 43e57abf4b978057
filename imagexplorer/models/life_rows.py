"""What happened to a container as rows of a table."""

from __future__ import annotations

from imagexplorer.core.life import Moment
from imagexplorer.core.text import exact_time, human_age
from imagexplorer.models.columns import Column

_ICONS = {
    "created": "created",
    "started": "running",
    "goes on": "running",
    "ended": "exited",
    "stopped": "stop",
    "paused": "paused",
    "restarted": "restart",
    "removed": "dead",
    "out of memory": "error",
    "health": "healthy",
    "health check": "healthy",
}

LIFE = (
    Column("When", lambda each: exact_time(int(each.time)), sort=lambda each: each.time, key="when", chars=20),
    Column("Age", lambda each: human_age(int(each.time)), sort=lambda each: -each.time, key="age", ages=True, chars=15),
    Column(
        "What",
        lambda each: each.what,
        icon=lambda each: _ICONS.get(each.what, "info") if each.tone != "error" else "error",
        tone=lambda each: each.tone,
        key="what",
        chars=17,
    ),
    Column(
        "About",
        lambda each: each.about.replace("\n", "  "),
        tooltip=lambda each: each.about,
        key="about",
        chars=60,
        stretch=True,
    ),
)


def moment_key(moment: Moment) -> str:
    return f"{moment.time!r} {moment.what} {moment.about[:80]}"
