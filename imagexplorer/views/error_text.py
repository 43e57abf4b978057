"""Errors as people read them (a sentence) and as they report them (details). Knows the error tree only."""

from __future__ import annotations

from imagexplorer import __version__
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.text import plain


def sentence_of(error: ImagexplorerError) -> str:
    """What failed, why, and the way out, in one line."""
    return plain(str(error), 1000)


def details_of(error: ImagexplorerError) -> str:
    """For a report: the sentence, its kind, and where it came from."""
    first, *more = error.report()
    return "\n".join([f"imagexplorer {__version__}", plain(first, 4000), *more])
