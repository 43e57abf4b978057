"""What a running container says of itself as it goes: samples of its use, lines of its log, its terminals.

Records and the arithmetic of two samples. Sizes are bytes, times Unix seconds of the engine's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment's use. `cpu_percent` is of one core: two busy cores are 200; None until there are two moments to
    compare. The byte counts of network and disk grow from the container's start. None is "not told"."""

    time: float
    cpu_percent: float | None = None
    cores: int | None = None
    memory_bytes: int | None = None
    memory_limit_bytes: int | None = None
    received_bytes: int | None = None
    sent_bytes: int | None = None
    read_bytes: int | None = None
    written_bytes: int | None = None
    processes: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A Sample beside the processor time used since the container's start, in nanoseconds."""

    sample: Sample
    cpu_ns: int | None = None


def since(before: Counted | None, now: Counted) -> Sample:
    """The newer sample with the processor's share between the two. A container that was restarted in between begins
    anew, and two samples of one moment have no share."""
    if before is None or before.cpu_ns is None or now.cpu_ns is None:
        return now.sample
    passed = now.sample.time - before.sample.time
    used = now.cpu_ns - before.cpu_ns
    if passed <= 0 or used < 0:
        return now.sample
    return replace(now.sample, cpu_percent=used / passed / 1e7)


def per_second(before: Sample | None, now: Sample, counter: str) -> float | None:
    """How fast a counter of bytes grew between two samples; None where that cannot be said."""
    if before is None or now.time <= before.time:
        return None
    old, new = getattr(before, counter), getattr(now, counter)
    if old is None or new is None or new < old:
        return None
    return float(new - old) / (now.time - before.time)


STDOUT, STDERR = 1, 2


@dataclass(frozen=True, slots=True)
class LogBatch:
    """Lines of a log as they came. `text` holds them joined by newlines, as the container wrote them; `streams` has
    STDOUT or STDERR for each; `times` their nanoseconds since 1970 as 8 bytes each in this machine's order (array
    "q"), 0 where not told."""

    text: bytes
    streams: bytes
    times: bytes

    def __len__(self) -> int:
        return len(self.streams)


@dataclass(frozen=True, slots=True)
class LogSpec:
    """Which part of a log: the last `tail` lines (None: all), since a Unix time (0: the start), and whether to go on
    with what is written from now on."""

    tail: int | None = None
    since: float = 0.0
    follow: bool = True


@dataclass(frozen=True, slots=True)
class Processes:
    """The process table: titles, and as many texts in every row."""

    titles: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class TerminalSpec:
    """A program run in a container with a terminal of so many columns and rows. Without a command: its best shell."""

    container_id: str
    command: tuple[str, ...] = ()
    user: str = ""
    directory: str = ""
    columns: int = 80
    rows: int = 24
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class TerminalStarted:
    """The first item of a terminal's stream: its id, for `terminal_write` and `terminal_resize`."""

    id: str


@dataclass(frozen=True, slots=True)
class TerminalEnded:
    """The last item: how the program ended, None where the engine could not tell any more."""

    exit_code: int | None = None
