"""A text onto the disk, whole or not at all: beside its place first, then renamed. Knows no document."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress

from imagexplorer.core.errors import Refused
from imagexplorer.core.text import plain


def write_text(path: str, pieces: Iterable[str]) -> None:
    """In place of what stood there. What is no UTF-8 is written as escapes. Raises Refused, which names the path; what
    the pieces raise goes on, and nothing is left behind."""
    part = f"{path}.{os.getpid()}.part"
    made = False
    try:
        with open(part, "x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            made = True
            file.writelines(pieces)
        os.replace(part, path)
        made = False
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise Refused(plain(path, 300), f"it cannot be written: {reason}") from error
    finally:
        if made:
            with suppress(OSError):
                os.unlink(part)
