"""A run that is watched to its end: how it ended, and the last of what it wrote.

Knows the routes of logs and wait. Cancelling stops watching and nothing else: the container goes on.
"""

from __future__ import annotations

from threading import Thread
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Ended
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused
from imagexplorer.core.last_lines import KEPT_BYTES, last_lines
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.sources.engine import actions
from imagexplorer.sources.engine.wire import FOREVER, Parameters, Wire

_HEADER = 8
"""Of a frame: stream, three zeros, length as 4 bytes, most significant first (API, "Attach to a container")."""


def run_attached(wire: Wire, spec: RunSpec, control: Control) -> Ended:
    """Create, start, and wait for the end. Raises what `actions.run` does."""
    container = actions.create(wire, spec, control)
    what = f"run {spec.image}"
    waiting = _Waiting(wire, container, what, control)
    waiting.start()  # before it starts: one that removes itself may be gone a moment after
    actions.start_new(wire, container, spec, control)
    try:
        output = _output(wire, container, what, control)
    except (NotFound, Refused):  # gone already, or its log driver keeps nothing
        output = b""
    waiting.join()
    control.step()
    if waiting.code is None:
        waiting.ask("not-running")  # an engine that does not know "next-exit"; or it is gone, and nobody knows
    return Ended(container, waiting.code, last_lines(output))


class _Waiting(Thread):
    def __init__(self, wire: Wire, container: str, what: str, control: Control) -> None:
        super().__init__(daemon=True, name=f"wait {container[:12]}")
        self._wire, self._container, self._what, self._control = wire, container, what, control
        self.code: int | None = None

    def run(self) -> None:
        self.ask("next-exit")

    def ask(self, condition: str) -> None:
        params: Parameters = {"condition": condition}
        try:
            answer: Any = self._wire.json(
                "POST", f"/containers/{self._container}/wait", what=self._what, control=self._control,
                params=params, seconds=FOREVER,
            )  # fmt: skip
        except ImagexplorerError:  # cancelled, lost or gone: whoever reads the output meets the same
            return
        code = answer.get("StatusCode") if isinstance(answer, dict) else None
        self.code = code if isinstance(code, int) else None


def _output(wire: Wire, container: str, what: str, control: Control) -> bytes:
    """The last bytes of what it writes, until it ends."""
    params: Parameters = {"follow": 1, "stdout": 1, "stderr": 1}
    kept = bytearray()
    path = f"/containers/{container}/logs"
    with wire.open("GET", path, what=what, control=control, params=params, seconds=FOREVER) as response:
        left, header = 0, b""
        for piece in iter(lambda: response.raw.read1(decode_content=True), b""):
            control.step()
            while piece:
                if not left:
                    need = _HEADER - len(header)
                    header, piece = header + piece[:need], piece[need:]
                    if len(header) == _HEADER:
                        left, header = int.from_bytes(header[4:], "big"), b""
                    continue
                kept += piece[:left]
                piece, left = piece[left:], max(left - len(piece), 0)
            del kept[:-KEPT_BYTES]
    return bytes(kept)
