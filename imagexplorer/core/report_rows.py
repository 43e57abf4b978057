"""Entries of layers and files of a tree as rows of JSON, many at a time: what makes documents of images long.

Knows how one row is written; what stands around the rows is `core.report`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quoted

from imagexplorer.core.columns import Columns
from imagexplorer.core.layer_index import FILE, HARDLINK, KINDS, NO_TIME, SYMLINK, LayerIndex
from imagexplorer.core.tree_view import MARK_DELETED, TreeView

_CHUNK = 4096
_SECOND = 10**9
# Years 1 to 9999: what RFC 3339 can say.
_FIRST, _LAST = -62_135_596_800, 253_402_300_799


def rfc3339(seconds: int | None) -> str | None:
    """`2024-05-01T12:00:00Z`; None where no time is known or it has no such spelling."""
    if seconds is None or not _FIRST <= seconds <= _LAST:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def rfc3339_ns(nanoseconds: int) -> str | None:
    """The same of nanoseconds (NO_TIME: None), with a fraction where there is one."""
    if nanoseconds == NO_TIME:
        return None
    seconds, fraction = divmod(nanoseconds, _SECOND)
    text = rfc3339(seconds)
    return f"{text[:-1]}.{fraction:09d}".rstrip("0") + "Z" if text and fraction else text


def joined(chunks: Iterable[list[str]]) -> Iterator[str]:
    separator = "\n"
    for rows in chunks:
        if rows:
            yield separator + ",\n".join(rows)
            separator = ",\n"


def entry_rows(index: LayerIndex) -> Iterator[list[str]]:
    paths, starts = index["paths"], index["path_start"]
    links = _sparse(index.columns, "link_row", "link_start", "links")
    stored = _sparse(index.columns, "stored_row", "stored_start", "stored")
    names = [f'"{kind}"' for kind in KINDS]
    for low in range(0, len(index), _CHUNK):
        high = min(low + _CHUNK, len(index))
        columns = [index[name][low:high].tolist() for name in ("kind", "size", "mode", "uid", "gid")]
        times = _times(index["mtime"][low:high])
        edges = starts[low : high + 1].tolist()
        rows = []
        begin = edges[0]
        for row, end, time, kind, size, mode, uid, gid in zip(
            range(low, high), edges[1:], times, *columns, strict=True
        ):
            path = str(paths[begin:end], "utf-8", "surrogateescape")
            link = links.get(row) if kind in (SYMLINK, HARDLINK) else None
            tail = f"{quoted(link)}}}" if link is not None else "null}"
            if stored and row in stored:
                tail = f'{tail[:-1]},"stored":{quoted(stored[row])}}}'
            rows.append(
                f'{{"path":{quoted(path)},"kind":{names[kind]},"size":{size},"mode":{mode},'
                f'"uid":{uid},"gid":{gid},"mtime":{time},"link":{tail}'
            )
            begin = end
        yield rows


def _times(column: memoryview) -> list[str]:
    """Times in nanoseconds as JSON: all at once, for there are as many as entries."""
    import numpy as np

    nanoseconds = np.asarray(column)
    seconds = nanoseconds // _SECOND
    texts = [f'"{text}Z"' for text in np.datetime_as_string(seconds.astype("M8[s]")).tolist()]
    for row in np.flatnonzero((nanoseconds == NO_TIME) | (nanoseconds != seconds * _SECOND)).tolist():
        text = rfc3339_ns(column[row])
        texts[row] = "null" if text is None else quoted(text)
    return texts


def file_rows(view: TreeView) -> Iterator[list[str]]:
    links = _sparse(view.columns, "link_row", "link_start", "links")
    kinds, sizes, modes, layers = view.kind, view.size, view.mode, view.layer
    rows: list[str] = []
    for row, path in by_path(view):
        kind = kinds[row]
        layer = layers[row]
        size = sizes[row] if kind in (FILE, HARDLINK) else 0
        link = links.get(row) if kind in (SYMLINK, HARDLINK) else None
        rows.append(
            f'{{"path":{quoted(str(path, "utf-8", "surrogateescape"))},"kind":"{KINDS[kind]}","size":{size},'
            f'"mode":{modes[row]},"link":{"null" if link is None else quoted(link)},'
            f'"layer":{"null" if layer < 0 else layer}}}'
        )
        if len(rows) == _CHUNK:
            yield rows
            rows = []
    yield rows


def by_path(view: TreeView) -> Iterator[tuple[int, bytes]]:
    """The rows that are there, with their paths, in the order of the paths' bytes; the root left out. Only the names
    in the folders on the way are held at a time.

    All that is below `a` starts with `a/`, and no sibling does: sorted by `a` for itself and `a/` for what is below,
    the children of a folder are in the order of the whole paths (`a`, `a-b`, `a/x`).
    """
    stack = [(iter(_children(view, 0)), b"")]
    while stack:
        children, above = stack[-1]
        for name, row in children:
            if row >= 0:
                yield row, above + name
            else:
                stack.append((iter(_children(view, ~row)), above + name))
                break
        else:
            stack.pop()


def _children(view: TreeView, folder: int) -> list[tuple[bytes, int]]:
    """(name, row) of each child that is there, and (name with a slash, ~row) of each that holds something."""
    low, high = view.first[folder], view.first[folder] + view.count[folder]
    names = view.names
    found = []
    for row, start, length, mark, count in zip(
        range(low, high),
        view.name_start[low:high].tolist(),
        view.name_length[low:high].tolist(),
        view.mark[low:high].tolist(),
        view.count[low:high].tolist(),
        strict=True,
    ):
        if mark == MARK_DELETED:
            continue
        name = bytes(names[start : start + length])
        found.append((name, row))
        if count:
            found.append((name + b"/", ~row))
    found.sort()
    return found


def _sparse(columns: Columns, rows: str, starts: str, blob: str) -> dict[int, str]:
    """A sparse column of bytes as text by row."""
    edges = columns[starts].tolist()
    data = columns[blob]
    return {
        row: str(data[edges[at] : edges[at + 1]], "utf-8", "surrogateescape")
        for at, row in enumerate(columns[rows].tolist())
    }
