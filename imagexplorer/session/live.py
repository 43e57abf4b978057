"""What a page follows of a container as it runs: streams of the worker process (`indexing.live_client`) in its lanes.

Callbacks answer on the GUI thread. A stream ends with its lane: dropped when a tab is hidden or its page closes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.jobs import Jobs
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed

if TYPE_CHECKING:
    from imagexplorer.core.life import Moment
    from imagexplorer.core.live import LogBatch, LogSpec, Processes, Sample

Find = Callable[[str, Failed], "Link | None"]


class Live:
    def __init__(self, jobs: Jobs, find: Find) -> None:
        self._jobs, self._find = jobs, find

    def follow_log(
        self,
        lane: str,
        source: str,
        container_id: str,
        spec: LogSpec,
        each: Callable[[LogBatch], None],
        ended: Callable[[], None],
        failed: Failed,
    ) -> None:
        self._follow(lane, source, lambda host, control: host.logs(container_id, spec, control), each, ended, failed)

    def follow_use(
        self,
        lane: str,
        source: str,
        container_id: str,
        each: Callable[[Sample], None],
        ended: Callable[[], None],
        failed: Failed,
    ) -> None:
        self._follow(lane, source, lambda host, control: host.stats(container_id, control), each, ended, failed)

    def load_processes(
        self, lane: str, source: str, container_id: str, done: Callable[[Processes], None], failed: Failed
    ) -> None:
        link = self._find(source, failed)
        if link is not None:
            host = link.source.host
            work = lambda control: host.processes(container_id, control)  # noqa: E731 - one line, as in the other rooms
            self._jobs.load(lane, work, done, link.failed(failed))

    def load_written(
        self, lane: str, source: str, container_id: str, done: Callable[[int | None], None], failed: Failed
    ) -> None:
        link = self._find(source, failed)
        if link is not None:
            host = link.source.host
            self._jobs.load(lane, lambda control: host.written(container_id, control), done, link.failed(failed))

    def load_history(
        self,
        lane: str,
        source: str,
        container_id: str,
        since: int,
        done: Callable[[Sequence[Moment]], None],
        failed: Failed,
    ) -> None:
        link = self._find(source, failed)
        if link is not None:
            host = link.source.host
            work = lambda control: host.history(container_id, since, control)  # noqa: E731 - as above
            self._jobs.load(lane, work, done, link.failed(failed))

    def save_lines(
        self, lane: str, path: str, pieces: Iterable[str], done: Callable[[], None], failed: Failed, title: str
    ) -> None:
        """Text onto the disk, whole or not at all. The pieces are made as they are written."""

        def work(control: Control) -> None:
            from imagexplorer.output.writing import write_text

            def stepping() -> Iterable[str]:
                for piece in pieces:
                    control.step()
                    yield piece

            write_text(path, stepping())

        self._jobs.load(lane, work, lambda _none: done(), failed, title)

    def _follow(
        self,
        lane: str,
        source: str,
        begin: Callable[[Any, Control], Iterable[Any]],
        each: Callable[[Any], None],
        ended: Callable[[], None],
        failed: Failed,
    ) -> None:
        link = self._find(source, failed)
        if link is None:
            return
        host = link.source.host

        def work(control: Control, give: Callable[[Any], None]) -> None:
            for item in begin(host, control):
                give(item)

        self._jobs.stream(lane, work, each, link.failed(failed), lambda _none: ended())
