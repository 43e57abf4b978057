"""A file of a container beside its image's, made ready to be shown. Must not know where the two come from."""

from __future__ import annotations

from imagexplorer.core.control import Control
from imagexplorer.core.errors import NotFound
from imagexplorer.core.file_sides import FileSide, FileSides, words
from imagexplorer.core.preview import MORE_BYTES, Preview
from imagexplorer.core.recognise import TEXT
from imagexplorer.core.text import plain
from imagexplorer.indexing.comparisons import contents_differ
from imagexplorer.indexing.previewing import preview


def shown(sides: FileSides, path: str, more: bool, control: Control) -> Preview:
    """Both: how they differ. One: its content. Raises NotFound for none."""
    old, new = sides.image, sides.container
    one = new if new is not None else old
    if one is None:
        raise NotFound(plain(path, 300), "it is not there any more")
    if old is None or new is None:
        return _content(one, path, more, control)
    said = words(sides)
    if old.kind == new.kind == "file":
        if max(old.size, new.size) > MORE_BYTES:
            said.append(f"only the first {MORE_BYTES >> 20} MiB of each are compared")
        return contents_differ(old.data, new.data, f"image{path}", f"container{path}", control, said)
    return _said("\n".join(said) or f"A {new.kind}: mode, owner and target are the same.")


def _content(side: FileSide, path: str, more: bool, control: Control) -> Preview:
    if side.kind == "file":
        return preview(
            lambda start, length: side.data[start : start + length], path, min(side.size, MORE_BYTES), control, more
        )
    return _said(f"It leads to {plain(side.link, 1000)}" if side.link else f"A {side.kind}.")


def _said(text: str) -> Preview:
    size = len(text.encode("utf-8", "replace"))
    return Preview(TEXT, "", size, size, text=text)
