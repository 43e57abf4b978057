"""How old a list is, in words, where its engine does not tell any more. Knows the session's record of a source."""

from __future__ import annotations

import time

from imagexplorer.core.text import plain
from imagexplorer.session import SourceState, of_all


def age_words(source: SourceState | None) -> str:
    """Of when the rows are and why they are no newer; "" while they are right."""
    if source is None or not (source.stale_since or source.state == "lost"):
        return ""
    since = time.strftime("%H:%M", time.localtime(source.stale_since or source.since))
    if of_all(source):
        return plain(f"{source.words.partition(', ')[2]}, as of {since}", 200)
    if source.state == "lost":
        return f"as of {since}, reconnecting"
    return plain(f"as of {since}: {source.error.reason if source.error is not None else 'no answer'}", 300)
