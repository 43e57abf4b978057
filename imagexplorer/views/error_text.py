"""Errors as people read them (a sentence) and as they report them (details). Knows the error tree only."""

from __future__ import annotations

import traceback

from imagexplorer import __version__
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.text import plain


def sentence_of(error: ImagexplorerError) -> str:
    """What failed, why, and the way out, in one line."""
    return plain(str(error), 1000)


def details_of(error: ImagexplorerError) -> str:
    """For a report: the sentence, its kind, and where it came from."""
    lines = [f"imagexplorer {__version__}", f"{type(error).__name__}: {plain(str(error), 4000)}"]
    details = getattr(error, "details", "")
    if details:
        lines.append(str(details))
    cause = error.__cause__
    if cause is not None and not details:
        lines += [line.rstrip("\n") for line in traceback.format_exception_only(cause)]
    return "\n".join(lines)
