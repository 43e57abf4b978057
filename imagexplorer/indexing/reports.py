"""A saved document of the command line, read from the disk: bounded, and nothing but our own documents.

What its fields mean says `core.report_reading`.
"""

from __future__ import annotations

import os
import stat

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Problem
from imagexplorer.core.errors import Damaged
from imagexplorer.core.report_reading import HEAD_BYTES, Report, looks_like_report, read_report
from imagexplorer.core.text import plain
from imagexplorer.sources.documents import load
from imagexplorer.sources.pinned_file import refused

MAX_BYTES = 64 << 20
"""An image of 400,000 files with --tree has about so much."""
_OPEN = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


def is_report(path: str) -> bool:
    """Whether a path is a regular file that begins as our documents do. Reads 512 bytes; never raises."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        fd = os.open(path, _OPEN)
        try:
            return looks_like_report(os.read(fd, HEAD_BYTES))
        finally:
            os.close(fd)
    except (OSError, ValueError):
        return False


def load_report(path: str, control: Control) -> Report:
    """Raises NotFound, Refused, Damaged; each names the path."""
    shown = plain(path, 300)
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise refused(path, error) from error
    control.step()
    if not looks_like_report(raw[:HEAD_BYTES]):
        raise Damaged(shown, "it is no report of imagexplorer")
    problems: list[Problem] = []
    return read_report(load(raw, shown, problems, MAX_BYTES), shown)
