"""What of a container's changes one would rather not keep in an image: keys, logs, caches. By their paths alone."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from imagexplorer.core.advice_rules import PLACES
from imagexplorer.core.secret_files import by_name

SECRETS, LOGS, CACHES = "secrets", "logs", "caches"
_LOGS = ("var/log", "**/*.log", "**/.bash_history", "**/.ash_history", "**/.python_history")
_CACHES = ("tmp", "var/tmp", "var/cache", "**/.cache", "**/__pycache__", "**/node_modules/.cache")


@dataclass(frozen=True, slots=True)
class Note:
    """Paths of one sort, without a leading slash, and their bytes. `why` is what the first of them is."""

    kind: str
    paths: tuple[bytes, ...]
    size_bytes: int
    why: str = ""


def notes(files: Iterable[tuple[bytes, int]]) -> tuple[Note, ...]:
    """Of files that were added or changed: path without a leading slash, and bytes."""
    found: dict[str, list[tuple[bytes, int]]] = {SECRETS: [], LOGS: [], CACHES: []}
    why = ""
    logs, caches = _matching(LOGS), _matching(CACHES)
    for path, size in files:
        what = by_name(path)
        if what:
            why = why or what
            found[SECRETS].append((path, size))
            continue
        text = path.decode("utf-8", "surrogateescape")
        kind = LOGS if logs.match(text) else CACHES if caches.match(text) else ""
        if kind:
            found[kind].append((path, size))
    return tuple(
        Note(kind, tuple(path for path, _ in each), sum(size for _, size in each), why if kind == SECRETS else "")
        for kind, each in found.items()
        if each
    )


@cache
def _matching(kind: str) -> re.Pattern[str]:
    own = _LOGS if kind == LOGS else _CACHES
    known = () if kind == LOGS else tuple(pattern for rule in PLACES for pattern in rule.patterns)
    return re.compile("|".join(map(_regex, (*own, *known))))


def _regex(pattern: str) -> str:
    """`core.tree_places` says what a pattern means: what it names, and all below."""
    anywhere = pattern.startswith("**/")
    names = "/".join(translate(name)[4:-3].replace(".*", "[^/]*") for name in pattern.removeprefix("**/").split("/"))
    return f"{'(?:.*/)?' if anywhere else ''}{names}(?:/.*)?\\Z"
