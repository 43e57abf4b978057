"""How a container's files differ from its image's, as a patch that `git apply` and GNU patch (-p1) take.

The format is git's extended diff (git-diff(1), "Generating patch text with -p"): modes 100644 and 100755, symbolic
links as 120000, names with odd bytes quoted as C strings. What such a patch cannot say stands in notes before it: both
programs pass over lines that are no diff. Bytes in, bytes out.
"""

from __future__ import annotations

import difflib
import stat
from collections.abc import Iterator, Sequence

from imagexplorer.core.file_sides import FileSide, FileSides, words
from imagexplorer.core.text import plain

LINES_MOST = 20_000
"""Longer ones are replaced as a whole: difflib takes minutes where thousands of lines repeat."""

_CONTEXT = 3
_LOOKED_AT = 8000  # as git does to tell text from bytes
_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


def file_patch(path: str, sides: FileSides) -> tuple[bytes, list[str]]:
    """`path` is absolute. The patch of it, b"" for none, and what it does not say."""
    old, new = sides.image, sides.container
    notes = _unsaid(old, new)
    if (old is None or not _fits(old)) and (new is None or not _fits(new)):
        return b"", notes
    if (
        old is not None
        and new is not None
        and _fits(old)
        and _fits(new)
        and _git_mode(old) // 8**3 != (_git_mode(new) // 8**3)
    ):  # a file that became a link, or the other way round: git has one go and the other come
        gone, come = file_patch(path, FileSides(old, None))[0], file_patch(path, FileSides(None, new))[0]
        return gone + come, notes
    return b"".join(_diff(path, old if old and _fits(old) else None, new if new and _fits(new) else None)), notes


def note_lines(path: str, notes: Sequence[str]) -> bytes:
    return "".join(f"# {plain(path, 1000)}: {note}\n" for note in notes).encode("utf-8", "replace")


def _diff(path: str, old: FileSide | None, new: FileSide | None) -> Iterator[bytes]:
    name = path.lstrip("/")
    a, b = _quoted(f"a/{name}"), _quoted(f"b/{name}")
    hunks = b"".join(_hunks(_data(old), _data(new)))
    before, after = (None if side is None else _git_mode(side) for side in (old, new))
    if before == after and not hunks:
        return
    yield f"diff --git {a} {b}\n".encode()
    if before is None:
        yield f"new file mode {after:o}\n".encode()
    elif after is None:
        yield f"deleted file mode {before:o}\n".encode()
    elif before != after:
        yield f"old mode {before:o}\nnew mode {after:o}\n".encode()
    if hunks:
        # A name with a blank ends at a tab, or its end could not be told (diff(1) does so too).
        end = "\t" if " " in name else ""
        yield f"--- {'/dev/null' if old is None else a + end}\n+++ {'/dev/null' if new is None else b + end}\n".encode()
        yield hunks


def _hunks(old: bytes, new: bytes) -> Iterator[bytes]:
    if old == new:
        return
    one, other = _lines(old), _lines(new)
    if max(len(one), len(other)) > LINES_MOST:
        yield f"@@ -{_range(len(one))} +{_range(len(other))} @@\n".encode()
        yield from (_line(b"-", line) for line in one)
        yield from (_line(b"+", line) for line in other)
        return
    # difflib wants text: latin-1 has every byte.
    left, right = ([line.decode("latin-1") for line in lines] for lines in (one, other))
    for line in list(difflib.unified_diff(left, right, n=_CONTEXT, lineterm=""))[2:]:
        if line.startswith("@@"):
            yield line.encode() + b"\n"
        else:
            yield _line(line[0].encode(), line[1:].encode("latin-1"))


def _lines(data: bytes) -> list[bytes]:
    """Each with its newline; the last one may have none."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _line(mark: bytes, line: bytes) -> bytes:
    return mark + line if line.endswith(b"\n") else mark + line + b"\n\\ No newline at end of file\n"


def _range(count: int) -> str:
    return f"1,{count}" if count else "0,0"


def _fits(side: FileSide) -> bool:
    return bool(side.kind == "symlink" and side.link) or (
        side.kind == "file" and side.size == len(side.data) and b"\0" not in side.data[:_LOOKED_AT]
    )


def _data(side: FileSide | None) -> bytes:
    if side is None:
        return b""
    return side.link.encode("utf-8", "surrogateescape") if side.kind == "symlink" else side.data


def _git_mode(side: FileSide) -> int:
    if side.kind == "symlink":
        return stat.S_IFLNK
    return stat.S_IFREG | (0o755 if side.mode & 0o100 else 0o644)


def _unsaid(old: FileSide | None, new: FileSide | None) -> list[str]:
    """What is other, and stands in no patch."""
    notes = []
    for side, here in ((old, "the image's"), (new, "the container's")):
        if side is not None and not _fits(side):
            if side.kind == "symlink":
                what = "a link, and the engine does not tell where it leads"
            elif side.kind != "file":
                what = f"a {side.kind}"
            elif side.size != len(side.data):
                what = f"a file of {side.size:,} bytes, too large for a patch"
            else:
                what = f"a binary file of {side.size:,} bytes"
            if not (side.kind == "dir" and old is not None and new is not None and old.kind == new.kind):
                notes.append(f"{here} is {what}; it is not in this patch")
    if old is not None and new is not None:
        kept = {"was", "leads"} if _fits(old) and _fits(new) else set()
        for said in words(FileSides(old, new)):
            said_by_patch = (
                said.split(" ", 1)[0] in kept
                or said.endswith("bytes")
                or (said.startswith("mode") and _fits(new) and _mode_is_said(old.mode, new.mode))
            )
            if not said_by_patch:
                notes.append(f"{said}; it is not in this patch")
    elif new is not None and _fits(new) and new.kind == "file":
        if new.mode not in (0o644, 0o755):
            notes.append(f"its mode is {new.mode:04o}; a patch can say {_git_mode(new) & 0o777:04o} only")
        if new.uid or new.gid:
            notes.append(f"its owner is {new.uid}:{new.gid}; it is not in this patch")
    return notes


def _mode_is_said(old: int, new: int) -> bool:
    return {old, new} <= {0o644, 0o755}


def _quoted(name: str) -> str:
    raw = name.encode("utf-8", "surrogateescape")
    if all(32 <= byte < 127 and byte not in (34, 92) for byte in raw):
        return name
    return (
        '"' + "".join(_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in raw) + '"'
    )
