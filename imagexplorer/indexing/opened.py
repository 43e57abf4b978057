"""The sources that a worker process has open, by address: opened once, lent to calls, closed when nobody uses them.

Knows opening and closing; must not know what a source is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.sources.protocol import ImageSource

Opener = Callable[[Address, Control], ImageSource]


@dataclass(slots=True, eq=False)
class _Open:
    source: ImageSource
    users: int = 0
    dropped: bool = False


class OpenSources:
    """Any thread may use it."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        self._lock = Lock()
        self._open: dict[Address, _Open] = {}
        self._opening: dict[Address, Lock] = {}

    @contextmanager
    def use(self, address: Address, control: Control) -> Iterator[ImageSource]:
        """The source, opened if it is not; it stays open while the block runs. Raises what opening raises."""
        one = self._take(address, control)
        try:
            yield one.source
        finally:
            self._give_back(one)

    def put(self, source: ImageSource) -> None:
        """One that was opened elsewhere, in place of what stood under its address."""
        self.drop(source.address)
        with self._lock:
            self._open[source.address] = _Open(source)

    def drop(self, address: Address) -> None:
        """Forget it: the next use opens it anew. It is closed once nobody uses it."""
        with self._lock:
            one = self._open.get(address)
            if one is None:
                return
            for other in [key for key, each in self._open.items() if each is one]:
                del self._open[other]
            one.dropped = True
            idle = one.users == 0
        if idle:
            one.source.close()

    def close(self) -> None:
        for address in list(self._open):
            self.drop(address)

    def _take(self, address: Address, control: Control) -> _Open:
        with self._lock:
            one = self._open.get(address)
            if one is not None:
                one.users += 1
                return one
            opening = self._opening.setdefault(address, Lock())
        with opening:  # two that ask for the same one wait for one opening
            with self._lock:
                one = self._open.get(address)
                if one is not None:
                    one.users += 1
                    return one
            source = self._opener(address, control)
            with self._lock:
                one = self._open[address] = self._open[source.address] = _Open(source, users=1)
            return one

    def _give_back(self, one: _Open) -> None:
        with self._lock:
            one.users -= 1
            last = one.dropped and one.users == 0
        if last:
            one.source.close()
