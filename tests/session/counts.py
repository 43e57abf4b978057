"""What may not grow while a session wears: counted before and after, and printed with the times to recover."""

from __future__ import annotations

import os
import statistics
import threading
from pathlib import Path


class Counts:
    """Threads, descriptors, child processes."""

    def __init__(self) -> None:
        self.threads, self.descriptors, self.children = self.now()

    @staticmethod
    def now() -> tuple[int, int, int]:
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        return threading.active_count(), len(os.listdir("/proc/self/fd")), len(children)

    def grown(self, room: int = 0) -> bool:
        """`room`: for a connection that is open at the moment of looking."""
        now = self.now()
        return any(
            new > old + room for new, old in zip(now, (self.threads, self.descriptors, self.children), strict=True)
        )

    def __str__(self) -> str:
        now = self.now()
        return (
            f"threads {self.threads} -> {now[0]}, descriptors {self.descriptors} -> {now[1]}, "
            f"processes {self.children} -> {now[2]}"
        )


def figures(name: str, tried: int, times: list[float], counts: Counts, within_s: float = 2.0) -> None:
    slow = sorted(times)[int(len(times) * 0.99)] if times else 0.0
    print(
        f"\n{name}: {tried} tried, {len(times)} recovered, {sum(each > within_s for each in times)} of them not within "
        f"{within_s:.0f} s; to recover median {statistics.median(times or [0]):.2f} s, p99 {slow:.2f} s, largest "
        f"{max(times, default=0):.2f} s; {counts}"
    )
