"""What this program did to engines: a bounded list, newest last, each with the command line that would do the same.

Secrets are left out before anything is kept: values whose name says so, and users in URLs.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

from imagexplorer.core.text import plain

KEPT = 500
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Deed:
    """`ended` is None while it is under way; `error` is "" where all went well; `output` is the last of what a program
    wrote."""

    id: int
    title: str
    command: str = ""
    begun: float = 0.0
    ended: float | None = None
    error: str = ""
    output: tuple[str, ...] = ()


class Activity:
    """The last `KEPT` deeds."""

    def __init__(self, kept: int = KEPT) -> None:
        self._numbers = count(1)
        self._deeds: deque[Deed] = deque(maxlen=kept)

    def __len__(self) -> int:
        return len(self._deeds)

    @property
    def deeds(self) -> Sequence[Deed]:
        return tuple(self._deeds)

    def begin(self, title: str, command: str = "", now: float | None = None) -> int:
        """Returns the id for `end`."""
        deed = Deed(next(self._numbers), redacted(title), redacted(command), time.time() if now is None else now)
        self._deeds.append(deed)
        return deed.id

    def end(self, deed: int, error: str = "", now: float | None = None, output: Sequence[str] = ()) -> None:
        for place, each in enumerate(self._deeds):
            if each.id == deed:
                ended = time.time() if now is None else now
                self._deeds[place] = replace(
                    each, ended=ended, error=redacted(error), output=tuple(map(redacted, output))
                )
                return


def redacted(text: str) -> str:
    """One bounded line without `NAME=value` pairs whose name tells a secret, and without users in URLs."""
    from imagexplorer.core.secrets import shown_value  # its patterns take long to compile: not before the first paint

    words = []
    for word in plain(text, LONGEST).split(" "):
        name, equals, value = word.partition("=")
        words.append(f"{name}={shown_value(name, value)}" if equals else shown_value("", word))
    return " ".join(words)
