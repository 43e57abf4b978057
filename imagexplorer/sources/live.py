"""What can be followed of a container while it runs. Part of `ContainerHost`, in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from imagexplorer.core.control import Control

if TYPE_CHECKING:
    from imagexplorer.core.life import Moment
    from imagexplorer.core.live import (
        LogBatch,
        LogSpec,
        Processes,
        Sample,
        TerminalEnded,
        TerminalSpec,
        TerminalStarted,
    )


class LiveHost(Protocol):
    """Streams end with what they follow, with Cancelled, or with the error that names why. Ids are full ids."""

    def logs(self, container_id: str, spec: LogSpec, control: Control) -> Iterator[LogBatch]:
        """Batches of whole lines, as they come."""
        ...

    def stats(self, container_id: str, control: Control) -> Iterator[Sample]:
        """Its use, at the engine's own pace, until it does not run any more."""
        ...

    def processes(self, container_id: str, control: Control) -> Processes:
        """Raises Refused for one that does not run, and where the engine cannot tell."""
        ...

    def written(self, container_id: str, control: Control) -> int | None:
        """Bytes of its writable layer at this moment; the engine walks it for that."""
        ...

    def history(self, container_id: str, since: int, control: Control) -> Sequence[Moment]:
        """What happened to it since a Unix time, as far as the engine remembers; oldest first."""
        ...

    def terminal(self, spec: TerminalSpec, control: Control) -> Iterator[TerminalStarted | bytes | TerminalEnded]:
        """Run a program with a terminal: its id, its output, its end. Cancelling hangs up."""
        ...

    def terminal_write(self, identifier: str, data: bytes, control: Control) -> None: ...
    def terminal_resize(self, identifier: str, columns: int, rows: int, control: Control) -> None: ...
