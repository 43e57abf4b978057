"""A path's story: all that the layers of an image did to it, the versions included that no one sees any more.

Facts come from the FileTree; contents are hashed by who can read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from imagexplorer.core.file_tree import REPEATED, WRITTEN, FileTree, Version
from imagexplorer.core.layer_index import FILE, HARDLINK
from imagexplorer.core.tree_view import MARK_DELETED


@dataclass(frozen=True, slots=True)
class PathVersion:
    """What one layer says of the path. `number` is the version's in the tree; `content` that of the version which
    holds its bytes (a hard link's target), None where there are none. `what` is one of `core.file_tree.HAPPENED`.
    `content_hash` is xxh3-64, 0 while unknown; `mtime` nanoseconds since 1970."""

    number: int
    layer: int
    what: int
    mark: int
    kind: int
    mode: int = 0
    uid: int = 0
    gid: int = 0
    size_bytes: int | None = None
    mtime: int | None = None
    link: bytes | None = None
    content: int | None = None
    content_hash: int = 0

    @property
    def removed(self) -> bool:
        return self.mark == MARK_DELETED or self.what > REPEATED

    @property
    def readable(self) -> bool:
        """Whether there are bytes to look at, an empty file's included."""
        return self.content is not None


@dataclass(frozen=True, slots=True)
class Story:
    """`versions` newest first. `shown` is the number of the one that the whole image shows, None where it is gone."""

    path: bytes
    versions: tuple[PathVersion, ...]
    shown: int | None


def story(tree: FileTree, node: int) -> Story:
    """Without hashes: see `with_hashes`."""
    versions = [_version(tree, each) for each in tree.versions(node)]
    last = versions[-1] if versions else None
    shown = last.number if last is not None and not last.removed else None
    return Story(tree.path(node), tuple(reversed(versions)), shown)


def _version(tree: FileTree, version: Version) -> PathVersion:
    base = PathVersion(version.number, version.layer, version.what, version.mark, version.kind)
    if version.what > REPEATED or version.row is None:
        return base
    content, size = None, None
    if version.kind == FILE:
        content, size = version.number, version.size
    elif version.kind == HARDLINK and version.data is not None and tree["version_kind"][version.data] == FILE:
        content, size = version.data, tree["version_size"][version.data]
    return replace(
        base, mode=version.mode, uid=version.uid, gid=version.gid, size_bytes=size, mtime=version.mtime,
        link=version.link, content=content,
    )  # fmt: skip


def with_hashes(told: Story, hashes: Mapping[int, int]) -> Story:
    """`hashes` by the number of the version that holds the content."""
    versions = tuple(
        replace(each, content_hash=hashes.get(each.content, 0)) if each.content is not None else each
        for each in told.versions
    )
    return replace(told, versions=versions)


def is_shown(tree: FileTree, version: int) -> bool:
    """Whether the whole image shows this very version at its path."""
    node = tree.node_of(version)
    return version == tree["version_start"][node + 1] - 1 and tree["version_what"][version] == WRITTEN
