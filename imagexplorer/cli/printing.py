"""Pieces of a document or text onto standard output. Knows the terminal, no document."""

from __future__ import annotations

import sys
from collections.abc import Iterable


def show(pieces: Iterable[str]) -> None:
    """Write as it is made. Bytes that are no UTF-8 were made escapes by the reports."""
    out = getattr(sys.stdout, "buffer", None)
    for piece in pieces:
        if out is None:
            sys.stdout.write(piece)
        else:
            out.write(piece.encode("utf-8", "backslashreplace"))


def width() -> int:
    """Of the terminal; 0 where the output is no terminal, so that nothing is shortened."""
    if not sys.stdout.isatty():
        return 0
    import shutil

    return shutil.get_terminal_size().columns
