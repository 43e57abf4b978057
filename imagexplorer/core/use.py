"""A container's use over time: samples as columns, bounded, and what a plot needs of them. Times are Unix seconds."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imagexplorer.core.live import Sample

KEPT = 1500
"""Samples: a quarter of an hour at one a second, and some."""
NAMES = ("cpu", "memory", "limit", "received", "sent", "read", "written", "processes")
NOT_TOLD = math.nan
SET_BACK_S = 5.0
"""A moment so much earlier than the last is another clock's; a little earlier, it came late."""


class Series:
    """Columns by name, as long as `times`; a value that was not told is NaN."""

    def __init__(self, names: Sequence[str], kept: int = KEPT) -> None:
        self._kept = kept
        self.times: array[float] = array("d")
        self._columns: dict[str, array[float]] = {name: array("d") for name in names}

    def put(self, moment: float, values: Mapping[str, float | None]) -> None:
        """A moment is later than the one before, or the clock was set back: then all begins anew."""
        if self.times and moment <= self.times[-1]:
            if moment > self.times[-1] - SET_BACK_S:
                return
            for column in (self.times, *self._columns.values()):
                del column[:]
        self.times.append(moment)
        for name, column in self._columns.items():
            value = values.get(name)
            column.append(NOT_TOLD if value is None else float(value))
        if len(self.times) > self._kept * 2:
            for column in (self.times, *self._columns.values()):
                del column[: len(column) - self._kept]

    def __len__(self) -> int:
        return len(self.times)

    def __getitem__(self, name: str) -> array[float]:
        return self._columns[name]

    def now(self, name: str) -> float | None:
        """The newest value, where it was told."""
        column = self._columns[name]
        return column[-1] if column and not math.isnan(column[-1]) else None

    def at(self, moment: float, within: float) -> int | None:
        """The number of the sample nearest to a moment, if it is not further from it than `within` seconds."""
        right = bisect_left(self.times, moment)
        near = [number for number in (right - 1, right) if 0 <= number < len(self.times)]
        best = min(near, key=lambda number: abs(self.times[number] - moment), default=None)
        return best if best is not None and abs(self.times[best] - moment) <= within else None

    def window(self, start: float, end: float) -> range:
        """The numbers of the samples from `start` to `end`, and one beyond each, so that lines reach the edge."""
        first, last = bisect_left(self.times, start), bisect_left(self.times, end)
        return range(max(first - 1, 0), min(last + 1, len(self.times)))

    def recent(self, name: str, count: int) -> Sequence[float]:
        return self._columns[name][-count:]


class UseHistory(Series):
    """Network and disk are bytes a second."""

    def __init__(self, kept: int = KEPT) -> None:
        super().__init__(NAMES, kept)
        self.last: Sample | None = None

    def add(self, sample: Sample) -> None:
        """One that is not newer than the last says nothing new, unless the clock was set back."""
        from imagexplorer.core.live import per_second

        before = self.last
        if before is not None and sample.time <= before.time:
            if sample.time > before.time - SET_BACK_S:
                return
            before = None
        self.last = sample
        values: dict[str, float | None] = {
            "cpu": sample.cpu_percent,
            "memory": sample.memory_bytes,
            "limit": sample.memory_limit_bytes,
            "processes": sample.processes,
        }
        for name in ("received", "sent", "read", "written"):
            values[name] = per_second(before, sample, f"{name}_bytes")
        self.put(sample.time, values)


def top_of(values: Sequence[float], least: float) -> float:
    """The upper end of a scale: a round number (1, 2 or 5 by powers of ten) not below any value nor `least`."""
    highest = max((value for value in values if not math.isnan(value)), default=0.0)
    highest = max(highest, least)
    step = 10.0 ** math.floor(math.log10(highest)) if highest > 0 else 1.0
    return next((step * part for part in (1, 2, 5, 10) if step * part >= highest), highest)
