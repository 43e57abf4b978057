"""Where an entry's name lies in the tree, lexically, and which names are whiteouts. Bytes in, bytes out.

Whiteouts: OCI image spec, layer.md, "Whiteouts"; aufs' own names as container engines know them.
"""

from __future__ import annotations

from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, OPAQUE, WHITEOUT

WHITEOUT_PREFIX = b".wh."
OPAQUE_NAME = b".wh..wh..opq"


def place(raw: bytes) -> bytes:
    """Without leading or trailing slash, `.` and `..` resolved inside the root, links not followed."""
    parts: list[bytes] = []
    for part in raw.split(b"/"):
        if part in (b"", b"."):
            continue
        if part == b"..":
            if parts:
                parts.pop()
        else:
            parts.append(part)
    return b"/".join(parts)


def climbs(raw: bytes) -> bool:
    return b".." in raw and b".." in raw.split(b"/")


def whiteout(path: bytes, kind: int) -> tuple[bytes, int, str]:
    """(path, kind, problem) of a placed path whose last name may be a whiteout's.

    A whiteout's path becomes the path that it removes. Names that would remove a folder itself or its parent
    (`.wh.`, `.wh..`, `.wh...`), and folders, links or devices of such a name, keep their kind and remove nothing.
    """
    head, slash, name = path.rpartition(b"/")
    if not name.startswith(WHITEOUT_PREFIX):
        return path, kind, ""
    if kind not in (FILE, HARDLINK):
        what = "a folder" if kind == DIR else "not a regular file"
        return path, kind, f"has the name of a whiteout but is {what}, so it removes nothing"
    if name == OPAQUE_NAME:
        return head, OPAQUE, ""
    target = name[len(WHITEOUT_PREFIX) :]
    if target in (b"", b".", b".."):
        return path, kind, "is a whiteout without a name, so it removes nothing"
    return head + slash + target, WHITEOUT, ""
