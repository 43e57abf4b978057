"""The end of what a program wrote to its terminal, as lines that can be shown. Swallows what steers a terminal."""

from __future__ import annotations

import re

from imagexplorer.core.text import plain

KEPT_BYTES = 64 * 1024
KEPT_LINES = 20
LONGEST = 500

# ECMA-48 (5.4 control sequences, 5.6 control strings) and the two-character escapes of ISO 2022.
_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"
    rb"|\x1b[\]PX^_][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)"
    rb"|\x1b[ -/]*[0-~]"
    rb"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)


def last_lines(raw: bytes, lines: int = KEPT_LINES) -> tuple[str, ...]:
    """The last lines that hold anything; of a line that was written over (CR) what stood there last."""
    text = _ESCAPES.sub(b"", raw[-KEPT_BYTES:])
    shown = [line.rstrip(b"\r").rpartition(b"\r")[2].rstrip() for line in text.split(b"\n")]
    kept = [line for line in shown if line][-lines:]
    return tuple(plain(line.decode("utf-8", "replace").replace("\t", "    "), LONGEST) for line in kept)
