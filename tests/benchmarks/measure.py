"""Runs a command and says what it took: wall and CPU seconds and the peak of memory, medians of several runs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO


@dataclass(frozen=True)
class Cost:
    wall: float
    cpu: float
    peak_mib: float

    def __sub__(self, other: Cost) -> Cost:
        return Cost(max(self.wall - other.wall, 1e-4), max(self.cpu - other.cpu, 1e-4), self.peak_mib)

    def __str__(self) -> str:
        return f"{self.wall:7.3f} {self.cpu:7.3f} {self.peak_mib:6.0f}"


def run_once(
    command: Sequence[str], environment: Mapping[str, str] | None = None, stdin: IO[bytes] | None = None
) -> Cost:
    """Raises RuntimeError for a command that fails."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, stdin=stdin or subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **(environment or {})},  # as where it is installed
    )  # fmt: skip
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    if process.returncode:
        raise RuntimeError(
            f"{' '.join(command)[:200]}: status {process.returncode}: {said.decode(errors='replace')[-500:]}"
        )
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def run(runs: int, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Cost:
    return median([run_once(command, environment) for _ in range(runs)])


def python(runs: int, code: str, *arguments: str) -> Cost:
    """A script of the same interpreter, without site."""
    return run(runs, [sys.executable, "-c", code, *arguments])


def median(costs: Sequence[Cost]) -> Cost:
    def middle(of: Callable[[Cost], float]) -> float:
        return statistics.median(of(cost) for cost in costs)

    return Cost(middle(lambda c: c.wall), middle(lambda c: c.cpu), max(cost.peak_mib for cost in costs))


def total(costs: Sequence[Cost]) -> Cost:
    """One after the other."""
    return Cost(sum(c.wall for c in costs), sum(c.cpu for c in costs), max(c.peak_mib for c in costs))
