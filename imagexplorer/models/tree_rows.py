"""One row of a TreeView as the columns of a file tree read it, and those columns. Knows no model and no widget."""

from __future__ import annotations

import stat
from bisect import bisect_left
from dataclasses import replace

from imagexplorer.core.layer_index import CHAR, DIR, FIFO, FILE, HARDLINK, KINDS, NO_OWNER, NO_TIME, SYMLINK
from imagexplorer.core.owners import NUMBERS, Owners
from imagexplorer.core.text import counted, exact_size, exact_time, human_age, human_size, plain_bytes
from imagexplorer.core.tree_view import MARK_ADDED, MARK_DELETED, MARK_MODIFIED, MARK_OWNER, MARKS, TreeView
from imagexplorer.models.columns import Column

NONE = "–"
KIND_ICONS = {
    "file": "file",
    "dir": "folder",
    "symlink": "symlink",
    "hardlink": "hardlink",
    "char": "device",
    "block": "device",
    "fifo": "pipe",
}
KIND_WORDS = {
    "file": "file",
    "dir": "folder",
    "symlink": "symbolic link",
    "hardlink": "hard link",
    "char": "character device",
    "block": "block device",
    "fifo": "named pipe",
    "whiteout": "whiteout",
    "opaque": "opaque marker",
    "other": "other",
}
MARK_TONES = {MARK_ADDED: "added", MARK_MODIFIED: "modified", MARK_DELETED: "removed", MARK_OWNER: "owner"}
"""Tone and icon of a mark have the same name."""
MARK_WORDS = {
    MARK_ADDED: "added",
    MARK_MODIFIED: "modified",
    MARK_DELETED: "removed",
    MARK_OWNER: "same content, owner or mode changed",
}


def layer_number(layer: int) -> int:
    """What a layer is called on the screen: 0 is the base, as in `inspect --json` and in every problem's words."""
    return layer


class TreeRow:
    """A row of a view, made for one question and dropped: holds nothing but where to look."""

    __slots__ = ("owners", "row", "view")

    def __init__(self, view: TreeView, row: int, owners: Owners = NUMBERS) -> None:
        self.view = view
        self.row = row
        self.owners = owners

    @property
    def name(self) -> bytes:
        view = self.view
        start: int = view.name_start[self.row]
        return bytes(view.names[start : start + view.name_length[self.row]])

    @property
    def path(self) -> bytes:
        """From the root, no leading slash."""
        names = []
        row = self.row
        while row:
            names.append(TreeRow(self.view, row).name)
            row = self.view.parent[row]
        return b"/".join(reversed(names))

    @property
    def node(self) -> int:
        return int(self.view.node[self.row])

    @property
    def kind(self) -> str:
        return KINDS[self.view.kind[self.row]]

    @property
    def is_dir(self) -> bool:
        return bool(self.view.kind[self.row] == DIR)

    @property
    def size_bytes(self) -> int:
        return int(self.view.size[self.row])

    @property
    def has_size(self) -> bool:
        """Folders, and files by whatever name; links and devices have none of their own."""
        return self.view.kind[self.row] in (FILE, DIR, HARDLINK)

    @property
    def share(self) -> float:
        """Of the folder above, 0 to 1."""
        above = self.view.size[self.view.parent[self.row]]
        return min(self.view.size[self.row] / above, 1.0) if above > 0 else 0.0

    @property
    def files(self) -> int:
        return int(self.view.columns["files"][self.row])

    @property
    def mark(self) -> int:
        return int(self.view.mark[self.row])

    @property
    def layer(self) -> int:
        return int(self.view.layer[self.row])

    @property
    def mode(self) -> int:
        return int(self.view.mode[self.row])

    @property
    def owner_numbers(self) -> tuple[int, int]:
        columns = self.view.columns
        return columns["uid"][self.row], columns["gid"][self.row]

    @property
    def owner(self) -> str:
        numbers = self.owner_numbers
        return self.owners.words(*numbers) if NO_OWNER not in numbers else NONE

    @property
    def is_hit(self) -> bool:
        """False for a folder that is only there because of what is in it."""
        hit = self.view.hit
        return not hit or bool(hit[self.row])

    @property
    def modified(self) -> int | None:
        """Unix seconds."""
        nanoseconds = self.view.columns["mtime"][self.row]
        return None if nanoseconds == NO_TIME else nanoseconds // 10**9

    @property
    def link(self) -> bytes | None:
        """The target of a symlink or hard link, as stored."""
        columns = self.view.columns
        rows = columns["link_row"]
        at = bisect_left(rows, self.row)
        if at == len(rows) or rows[at] != self.row:
            return None
        start = columns["link_start"]
        return bytes(columns["links"][start[at] : start[at + 1]])


def _name(row: TreeRow) -> str:
    text = plain_bytes(row.name)
    link = row.link
    return text if link is None else f"{text} → {plain_bytes(link)}"


def _name_tip(row: TreeRow) -> str:
    lines = ["/" + plain_bytes(row.path)]
    if row.is_dir:
        lines.append(f"{counted(row.files, 'file')}, {exact_size(row.size_bytes)}")
    else:
        lines.append(KIND_WORDS[row.kind])
    link = row.link
    if link is not None:
        lines.append("→ " + plain_bytes(link))
    return "\n".join(lines)


def mode_words(row: TreeRow) -> str:
    """`-rw-r--r--`."""
    formats = {DIR: stat.S_IFDIR, SYMLINK: stat.S_IFLNK, CHAR: stat.S_IFCHR, FIFO: stat.S_IFIFO}
    return stat.filemode(formats.get(row.view.kind[row.row], stat.S_IFREG) | row.mode)


def _percent(row: TreeRow) -> str:
    return f"{row.share:.0%}" if row.has_size else ""


NAME = Column(
    "Name",
    _name,
    tooltip=_name_tip,
    icon=lambda row: KIND_ICONS.get(row.kind, "file"),
    tone=lambda row: "removed" if row.mark == MARK_DELETED else "" if row.is_hit else "muted",
    key="name",
    stretch=True,
    chars=40,
    elide_middle=True,
)
SIZE = Column(
    "Size",
    lambda row: human_size(row.size_bytes) if row.has_size else "",
    tooltip=lambda row: exact_size(row.size_bytes) if row.has_size else "",
    tone=lambda row: "removed" if row.mark == MARK_DELETED else "",
    number=True,
    key="size",
    chars=9,
    about="Files at or below, in bytes of content",
)
SHARE = Column(
    "Share",
    lambda _: "",
    spoken=_percent,
    tooltip=lambda row: f"{_percent(row)} of the folder above" if row.has_size else "",
    share=lambda row: row.share if row.has_size else 0.0,
    key="share",
    chars=9,
    about="Of the folder above",
)
MARK = Column(
    "Mark",
    lambda row: MARKS[row.mark],
    spoken=lambda row: MARK_WORDS.get(row.mark, ""),
    tooltip=lambda row: MARK_WORDS.get(row.mark, ""),
    icon=lambda row: MARK_TONES.get(row.mark, ""),
    tone=lambda row: MARK_TONES.get(row.mark, ""),
    key="mark",
    chars=4,
    about="A added, M modified, D removed, O owner or mode only",
)
LAYER = Column(
    "Layer",
    lambda row: str(layer_number(row.layer)) if row.layer >= 0 else "",
    tooltip=lambda row: f"last written by layer {layer_number(row.layer)}" if row.layer >= 0 else "",
    number=True,
    key="layer",
    chars=5,
    about="The layer that wrote it last",
)
MODE = Column(
    "Mode",
    lambda row: f"{row.mode:04o}",
    tooltip=lambda row: mode_words(row),
    number=True,
    mono=True,
    key="mode",
    chars=6,
)
OWNER = Column(
    "Owner",
    lambda row: row.owner,
    tooltip=lambda row: row.owners.exact(*row.owner_numbers) if row.owner != NONE else "",
    key="owner",
    chars=11,
    optional=True,
    about="User and group, in the order of their numbers",
)
MODIFIED = Column(
    "Modified",
    lambda row: human_age(row.modified),
    tooltip=lambda row: exact_time(row.modified),
    ages=True,
    optional=True,
    key="mtime",
    chars=14,
)

LINK = Column(
    "Link target",
    lambda row: plain_bytes(row.link or b""),
    tooltip=lambda row: plain_bytes(row.link or b""),
    optional=True,
    key="link",
    chars=24,
    elide_middle=True,
    about="What symbolic and hard links lead to",
)
KIND = Column("Type", lambda row: KIND_WORDS[row.kind], optional=True, key="kind", chars=12)
COUNT = Column(
    "Files",
    lambda row: f"{row.files:,}" if row.is_dir else "",
    number=True,
    optional=True,
    key="files",
    chars=8,
    about="Files at or below",
)

CHANGED_SIZE = replace(
    SIZE,
    text=lambda row: NONE if row.mark == MARK_DELETED and not row.size_bytes else SIZE.text(row),
    tooltip=lambda row: (
        "what was removed lies in the image"
        if row.mark == MARK_DELETED and not row.size_bytes
        else exact_size(row.size_bytes)
    ),
)
"""An engine does not say how large what a container removed was."""

FILES = (NAME, SIZE, SHARE, MARK, LAYER, MODE, OWNER, MODIFIED, LINK, KIND, COUNT)
"""An image's files."""

CHANGES = (NAME, CHANGED_SIZE, SHARE, MARK)
"""A container's changes."""

WHOLE = (NAME, CHANGED_SIZE, SHARE, MARK, replace(OWNER, optional=False), replace(MODIFIED, optional=False), LINK, KIND)
"""All files of a container. Owners and times of what it changed stand there as far as they are told in bulk."""

SORTS = {
    "name": "name",
    "size": "size",
    "share": "size",
    "mark": "mark",
    "layer": "layer",
    "mode": "mode",
    "owner": "owner",
    "mtime": "mtime",
    "link": "link",
    "kind": "kind",
    "files": "files",
}
"""What `ViewSpec.sort` is for a column, by the columns' names."""
