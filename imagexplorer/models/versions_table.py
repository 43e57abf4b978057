"""The columns of a path's story: rows are (PathVersion, the instruction of its layer, words for its content), newest
first. Knows no model and no widget."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import dataclass

from imagexplorer.core.file_tree import IMPLIED, REMOVED_BY_OPAQUE, REMOVED_BY_WHITEOUT, REPEATED, REPLACED_PARENT
from imagexplorer.core.layer_index import CHAR, DIR, FIFO, FILE, HARDLINK, KINDS, NO_TIME, SYMLINK
from imagexplorer.core.owners import NUMBERS, Owners
from imagexplorer.core.story import PathVersion, Story
from imagexplorer.core.text import exact_size, exact_time, human_size, plain_bytes
from imagexplorer.core.tree_view import MARK_ADDED, MARK_MODIFIED, MARK_OWNER
from imagexplorer.models.columns import Column
from imagexplorer.models.tree_rows import KIND_WORDS, MARK_TONES, NONE, layer_number

_TYPES = {
    FILE: stat.S_IFREG, DIR: stat.S_IFDIR, SYMLINK: stat.S_IFLNK, HARDLINK: stat.S_IFREG, CHAR: stat.S_IFCHR,
    FIFO: stat.S_IFIFO,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class VersionRow:
    """`same_as` is the layer of an older version with the same bytes, None where there is none."""

    version: PathVersion
    instruction: str
    shown: bool
    same_as: int | None = None
    owners: Owners = NUMBERS

    @property
    def hash_words(self) -> str:
        """xxh3-64 of the content, "" while unknown."""
        return f"{self.version.content_hash:016x}" if self.version.content_hash else ""

    @property
    def what(self) -> str:
        """What the layer did, in words."""
        version = self.version
        if version.removed:
            how = {
                REMOVED_BY_WHITEOUT: "deleted",
                REMOVED_BY_OPAQUE: "deleted with all that the folder held",
                REPLACED_PARENT: "gone: a folder above became something else",
            }
            return how.get(version.what, "deleted with the folder above")
        if version.what == REPEATED:
            return "written, and again later in this layer"
        if version.what == IMPLIED:
            return "folder that no layer lists"
        if version.mark == MARK_ADDED:
            return "added"
        if version.mark == MARK_OWNER:
            return "same content, owner or mode changed"
        if version.mark == MARK_MODIFIED:
            return "content changed"
        return "written"


def version_rows(story: Story, instruction: Callable[[int], str], owners: Owners = NUMBERS) -> list[VersionRow]:
    """Newest first. `instruction(layer)` gives the words of what made a layer."""
    rows = []
    for at, version in enumerate(story.versions):
        same = next(
            (
                older.layer
                for older in story.versions[at + 1 :]
                if version.content_hash and older.content_hash == version.content_hash
            ),
            None,
        )
        rows.append(VersionRow(version, instruction(version.layer), version.number == story.shown, same, owners))
    return rows


def _mode(row: VersionRow) -> str:
    version = row.version
    return "" if version.removed else stat.filemode(_TYPES.get(version.kind, 0) | version.mode).replace("?", "-")


def _content(row: VersionRow) -> str:
    version = row.version
    if version.link is not None:
        return "→ " + plain_bytes(version.link)
    if row.same_as is not None:
        return f"same as layer {layer_number(row.same_as)}"
    return row.hash_words


VERSIONS = (
    Column(
        "Layer",
        lambda row: str(layer_number(row.version.layer)),
        sort=lambda row: -row.version.number,
        number=True,
        key="layer",
        chars=6,
    ),
    Column(
        "What it did",
        lambda row: row.what + (", shown" if row.shown else ""),
        icon=lambda row: MARK_TONES.get(row.version.mark, "file"),
        tone=lambda row: MARK_TONES.get(row.version.mark, ""),
        tooltip=lambda row: "This is the version that the whole image shows" if row.shown else "",
        key="what",
        chars=32,
    ),
    Column(
        "Size",
        lambda row: NONE if row.version.size_bytes is None else human_size(row.version.size_bytes),
        sort=lambda row: row.version.size_bytes,
        tooltip=lambda row: exact_size(row.version.size_bytes),
        number=True,
        key="size",
        chars=9,
    ),
    Column("Kind", lambda row: "" if row.version.removed else KIND_WORDS[KINDS[row.version.kind]], key="kind", chars=9),
    Column("Mode", _mode, sort=lambda row: row.version.mode, mono=True, key="mode", chars=11),
    Column(
        "Owner",
        lambda row: "" if row.version.removed else row.owners.words(row.version.uid, row.version.gid),
        sort=lambda row: (row.version.uid, row.version.gid),
        tooltip=lambda row: "" if row.version.removed else row.owners.exact(row.version.uid, row.version.gid),
        key="owner",
        chars=9,
    ),
    Column(
        "Modified",
        lambda row: exact_time(None if row.version.mtime in (None, NO_TIME) else row.version.mtime // 10**9),
        sort=lambda row: row.version.mtime,
        key="mtime",
        chars=19,
    ),
    Column(
        "Content",
        _content,
        tooltip=lambda row: row.hash_words and f"xxh3-64 {row.hash_words}",
        mono=True,
        key="content",
        chars=17,
    ),
    Column(
        "Instruction",
        lambda row: row.instruction,
        tooltip=lambda row: row.instruction,
        mono=True,
        key="instruction",
        stretch=True,
        chars=30,
    ),
)
