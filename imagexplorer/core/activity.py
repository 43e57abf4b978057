"""What this program did: a bounded list of acts, each with the command line that would do the same; and long reading.

Secrets are left out before anything is kept: values whose name says so, and users in URLs.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.text import plain

KEPT = 500
LONGEST = 2000
_REPORT_LINES = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """`reason` in the engine's own words where it had some, what that `means`, the `way_out` ("": none is known), and
    lines for a report."""

    reason: str = ""
    means: str = ""
    way_out: str = ""
    report: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deed:
    """`ended` is None while it is under way; `error` is "" where all went well; `output` is the last of what a program
    wrote. What only read `acts` on nothing."""

    id: int
    title: str
    command: str = ""
    begun: float = 0.0
    ended: float | None = None
    error: str = ""
    output: tuple[str, ...] = ()
    failure: Failure | None = None
    cancelled: bool = False
    acts: bool = True


class Activity:
    """The last `KEPT` deeds, and as many readings beside them."""

    def __init__(self, kept: int = KEPT) -> None:
        self._numbers = count(1)
        self._deeds: deque[Deed] = deque(maxlen=kept)
        self._read: deque[Deed] = deque(maxlen=kept)

    def __len__(self) -> int:
        return len(self._deeds) + len(self._read)

    @property
    def deeds(self) -> Sequence[Deed]:
        """What was done, oldest first."""
        return tuple(self._deeds)

    @property
    def everything(self) -> Sequence[Deed]:
        """What is under way, then what ended last, with what was read."""
        return sorted((*self._deeds, *self._read), key=lambda deed: -(deed.ended or float("inf")))

    def begin(self, title: str, command: str = "", now: float | None = None) -> int:
        """Returns the id for `end`."""
        deed = Deed(next(self._numbers), redacted(title), redacted(command), time.time() if now is None else now)
        self._deeds.append(deed)
        return deed.id

    def end(
        self, deed: int, error: ImagexplorerError | str = "", now: float | None = None, output: Sequence[str] = ()
    ) -> None:
        for place, each in enumerate(self._deeds):
            if each.id == deed:
                self._deeds[place] = _ended(each, error, time.time() if now is None else now, output)
                return

    def read(self, title: str, begun: float, ended: float, error: ImagexplorerError | None = None) -> None:
        """Something that took its time and changed nothing."""
        deed = Deed(next(self._numbers), redacted(title), begun=begun, acts=False)
        self._read.append(_ended(deed, error or "", ended, ()))


def _ended(deed: Deed, error: ImagexplorerError | str, now: float, output: Sequence[str]) -> Deed:
    failure = None
    if isinstance(error, ImagexplorerError):
        report = tuple(map(redacted, error.report()[:_REPORT_LINES]))
        failure = Failure(redacted(error.reason or error.what), error.means, redacted(error.way_out), report)
    return replace(
        deed,
        ended=now,
        error=redacted(str(error)),
        output=tuple(map(redacted, output)),
        failure=failure,
        cancelled=isinstance(error, Cancelled),
    )


def redacted(text: str) -> str:
    """One bounded line without `NAME=value` pairs whose name tells a secret, and without users in URLs."""
    from imagexplorer.core.secrets import shown_value  # its patterns take long to compile: not before the first paint

    words = []
    for word in plain(text, LONGEST).split(" "):
        name, equals, value = word.partition("=")
        words.append(f"{name}={shown_value(name, value)}" if equals else shown_value("", word))
    return " ".join(words)
