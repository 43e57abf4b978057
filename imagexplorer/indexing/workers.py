"""The worker processes of one program, and what is asked of them beyond any source."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.indexing.process import WorkerProcess
from imagexplorer.indexing.records import CacheOptions, Call

if TYPE_CHECKING:
    from imagexplorer.core.engine_places import EnginePlace
    from imagexplorer.core.report_reading import Report


class Workers:
    """The worker processes: `lists` (lists, details, events, actions: never killed by a cancel), `scans` (indexes and
    views: free of effects, so it may be killed and asked again) and `checks` (hashing that nobody waits for, there only
    while it is needed). Each starts when first asked."""

    def __init__(self, cache: CacheOptions | None = None) -> None:
        self.lists = WorkerProcess("lists", cache)
        self.scans = WorkerProcess("scan", cache)
        self.checks = WorkerProcess("check", cache)

    def warm(self, control: Control) -> None:
        """Start the scanning process and let it import what it needs. Call it on a thread after the first paint."""
        self.scans.ask(Call("indexing", "warm"), control)

    def engine_places(self, control: Control) -> Sequence[EnginePlace]:
        """Every place where an engine may be, and what is there."""
        found: Sequence[EnginePlace] = self.lists.ask(Call("indexing", "engine_places"), control)
        return found

    def report(self, path: str, control: Control) -> Report:
        """A saved document to look at. Raises NotFound, Refused, Damaged."""
        report: Report = self.scans.ask(Call("indexing", "report", arguments={"path": path}), control, kill=True)
        return report

    def use_cache(self, cache: CacheOptions, control: Control) -> None:
        """From now on, in what runs as in what is started later."""
        for process in (self.lists, self.scans, self.checks):
            process.use_cache(cache, control)

    def clear_cache(self, control: Control) -> None:
        self.scans.ask(Call("indexing", "clear_cache"), control)

    def cache_bytes(self, control: Control) -> int:
        return int(self.scans.ask(Call("indexing", "cache_bytes"), control))

    def close(self) -> None:
        """End all. Waits 2 s at most."""
        self.checks.kill()
        self.lists.close()
        self.scans.close()
        self.checks.close()
