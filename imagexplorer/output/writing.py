"""A text onto the disk, whole or not at all: beside its place first, then renamed. Knows no document."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress

from imagexplorer.core.errors import Refused
from imagexplorer.core.text import plain

PART = ".part"


def own_part(path: str) -> str:
    """A name beside the path, and nobody else's: two that write the same do not take each other's."""
    return f"{path}.{secrets.token_hex(4)}{PART}"


def name_new(part: str, path: str) -> None:
    """Raises FileExistsError where something came there meanwhile: a link, unlike a rename, never replaces it.
    Not every file system has links. The part is gone afterwards."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
        os.rename(part, path)
    else:
        os.unlink(part)


def write_text(path: str, pieces: Iterable[str]) -> None:
    """In place of what stood there. What is no UTF-8 is written as escapes. Raises Refused, which names the path; what
    the pieces raise goes on, and nothing is left behind."""
    part = own_part(path)
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
