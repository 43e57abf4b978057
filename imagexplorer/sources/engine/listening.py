"""What an engine tells, gathered while nobody takes it: a flood of events is handed over as few Touched.

Knows when, not what: reading and translating are `source`'s and `events`'.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from threading import Condition, Thread

from imagexplorer.core.entities import Touched

GATHER_SECONDS = 0.05
"""The first event after a silence is told at once, those after it together this often."""


def gathered(told: Iterable[Touched], seconds: float = GATHER_SECONDS) -> Iterator[Touched]:
    """The same, in as few pieces as who takes them can keep up with. `told` is read on a thread, which ends with it;
    what it raises is raised here, after what came before.

    Each piece costs a message to the window and a turn of four threads. Were it one an event, a busy engine would be
    heard minutes late, and the lists with it."""
    listening = _Listening(told)
    listening.start()
    yield from listening.pieces(seconds)
    if listening.error is not None:
        raise listening.error


class _Listening(Thread):
    def __init__(self, told: Iterable[Touched]) -> None:
        super().__init__(daemon=True, name="events")
        self._told = told
        self._changed = Condition()
        self._images: set[str] = set()
        self._containers: set[str] = set()
        self._volumes: set[str] = set()
        self._ended = False
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            for each in self._told:
                with self._changed:
                    self._images |= each.images
                    self._containers |= each.containers
                    self._volumes |= each.volumes
                    self._changed.notify_all()
        except Exception as error:  # told to who takes, on their thread, where it is translated
            self.error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def pieces(self, seconds: float) -> Iterator[Touched]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._images or self._containers or self._volumes or self._ended)
                piece = Touched(frozenset(self._images), frozenset(self._containers), frozenset(self._volumes))
                for each in (self._images, self._containers, self._volumes):
                    each.clear()
                ended = self._ended
            if piece:
                yield piece
            if ended:
                return
            with self._changed:
                self._changed.wait_for(lambda: self._ended, seconds)
