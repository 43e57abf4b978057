"""What a container's writable layer changed, with sizes where they can be had cheaply.

Knows /containers/x/changes, the upper folder of overlay drivers, and the archive routes. Sizes come from the upper
folder where this user may read it; else from the engine, in at most HEADS + ARCHIVES calls and ARCHIVE_BYTES: a folder
that was added as a whole is streamed once (only tar headers count), every other path is asked for by a HEAD. What is
beyond the bounds keeps size None.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import stat
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.engine_files import with_engines_own
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change, short_id
from imagexplorer.core.errors import NotFound, Refused
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.container_tar import nanoseconds
from imagexplorer.sources.engine.fields import Json, go_text, moment, number, rows, section, text
from imagexplorer.sources.engine.wire import SHORT_SECONDS, Wire, gone_is_not_found

HEADS = 256
ARCHIVES = 32
ARCHIVE_BYTES = 256 * 1024 * 1024
FEW = 4
"""Up to so many entries of an added folder, a HEAD for each costs less than its archive."""

_KINDS = {0: MODIFIED, 1: ADDED, 2: DELETED}

# Go's os.FileMode, as the archive route's stat header has it.
_GO_TYPES = (
    (1 << 31, "dir"), (1 << 27, "symlink"), (1 << 25, "fifo"),
    (1 << 21, "char"), (1 << 26, "block"), (1 << 24, "other"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    kind: str
    size: int
    mode: int
    owner: tuple[int, int] | None = None
    mtime: int | None = None


_FORMATS = {
    stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFLNK: "symlink", stat.S_IFIFO: "fifo", stat.S_IFCHR: "char",
    stat.S_IFBLK: "block",
}  # fmt: skip
_WHITEOUT = Node("other", 0, 0)
"""Overlay's mark of what was deleted."""


def changes(
    wire: Wire,
    container: str,
    control: Control,
    local: bool,
    on_listed: Callable[[Sequence[Change]], object] | None = None,
    owners: bool = True,
) -> Sequence[Change]:
    """Sorted by path. `local`: the engine's paths may be paths of this machine. `owners`: its archives tell them (those
    of Podman say root of every file). `on_listed` hears of all, without their
    sizes, where these take calls."""
    what = f"changes of container {short_id(container)}"
    at = f"/containers/{quoted(container)}"
    inspect = wire.get(f"{at}/json", what=what, control=control)
    with gone_is_not_found(wire, f"{at}/json", what, control):
        found = list(listed(wire.json("GET", f"{at}/changes", what=what, control=control, seconds=600)))
    folders = section(section(inspect, "GraphDriver"), "Data")
    upper, lower = text(folders, "UpperDir"), text(folders, "LowerDir")
    nodes: dict[str, Node] | None = upper_nodes(upper, control) if local and upper else None
    if nodes is not None:
        found += unlisted(found, nodes, lower.split(":") if lower else ())
    found = with_engines_own(found, mount_points(inspect))
    if nodes is None:
        if on_listed is not None and found:
            on_listed(sorted(found, key=lambda change: change.path))
        nodes = asked_nodes(wire, at, found, mount_points(inspect), what, control)
        if not owners:
            nodes = {path: replace(node, owner=None) for path, node in nodes.items()}
        return sorted((_sized(change, nodes) for change in found), key=lambda change: change.path)
    # JSON of the engine has U+FFFD for each byte that is no UTF-8; the folder has the bytes.
    spelled = {go_text(path): path for path in nodes if not path.isascii()}
    if spelled:
        found = [replace(change, path=spelled.get(change.path, change.path)) for change in found]
    return sorted((_sized(change, nodes) for change in found), key=lambda change: change.path)


def listed(answer: Any) -> Iterator[Change]:
    """The rows of the answer, which is null where nothing changed."""
    for row in rows(answer):
        kind = _KINDS.get(number(row, "Kind") or 0)
        if kind and text(row, "Path"):
            yield Change(text(row, "Path"), kind)


def mount_points(inspect: Any) -> list[str]:
    mounts = inspect.get("Mounts") if isinstance(inspect, Mapping) else None
    tmpfs = section(section(inspect, "HostConfig"), "Tmpfs") if isinstance(inspect, Mapping) else {}
    return [*(text(mount, "Destination").rstrip("/") for mount in rows(mounts)), *(str(at).rstrip("/") for at in tmpfs)]


def upper_nodes(upper: str, control: Control) -> dict[str, Node] | None:
    """Every node of the writable layer's folder by its path in the container; None where it cannot be read."""
    root = os.fsencode(upper)
    found: dict[str, Node] = {}
    waiting = [b""]
    try:
        mapped = os.stat(root).st_uid != 0  # users of its own: the numbers here are not those in there
        while waiting:
            control.step(len(found), None, "changes")
            folder = waiting.pop()
            with os.scandir(root + folder) as entries:
                for entry in entries:
                    path = folder + b"/" + entry.name
                    try:
                        status = entry.stat(follow_symlinks=False)
                    except FileNotFoundError:  # the container goes on while we look
                        continue
                    if stat.S_ISCHR(status.st_mode) and status.st_rdev == 0:
                        found[os.fsdecode(path)] = _WHITEOUT  # for its name
                        continue
                    found[os.fsdecode(path)] = _node(status, None if mapped else (status.st_uid, status.st_gid))
                    if stat.S_ISDIR(status.st_mode):
                        waiting.append(path)
    except FileNotFoundError:
        return found or None
    except OSError:  # not ours to read, or not on this machine
        return None
    return found


def unlisted(found: Sequence[Change], nodes: Mapping[str, Node], lower: Sequence[str]) -> list[Change]:
    """Files that were written, and that the engine left out: it takes a file of the same size, whose time is of the
    same second as in a layer from a tar, for the same one. `lower`: folders of the image's layers, topmost first. What
    is in none of them is younger than the engine's list, or of the engine's own making."""
    told = {change.path for change in found}
    return [
        Change(path, MODIFIED)
        for path, node in nodes.items()
        if node.kind == "file" and go_text(path) not in told and _is_below(lower, path)
    ]


def _is_below(lower: Sequence[str], path: str) -> bool:
    for folder in lower:
        try:
            status = os.lstat(folder + path)
        except OSError:
            continue
        return stat.S_ISREG(status.st_mode)
    return False


def asked_nodes(
    wire: Wire, at: str, found: Sequence[Change], mounts: Sequence[str], what: str, control: Control
) -> dict[str, Node]:
    """Nodes by path, from the engine's archive routes, within the bounds of this module."""
    nodes: dict[str, Node] = {}
    archives, heads = plan(found, mounts)
    budget = ARCHIVE_BYTES
    for done, folder in enumerate(archives):
        control.step(done, len(archives) + len(heads), "sizes of changes")
        budget -= _archive(wire, at, folder, nodes, budget, what, control)
        if budget <= 0:
            break
    for done, path in enumerate(heads):
        control.step(len(archives) + done, len(archives) + len(heads), "sizes of changes")
        node = _head(wire, at, path, what, control)
        if node is not None:
            nodes[path] = node
    return nodes


def plan(found: Sequence[Change], mounts: Sequence[str]) -> tuple[list[str], list[str]]:
    """(folders to stream, paths to ask for one by one): within the bounds, and never a byte that did not change."""
    added = {change.path for change in found if change.kind == ADDED}
    below: dict[str, int] = {}
    tops: dict[str, str] = {}
    for path in sorted(added):
        parent = path.rpartition("/")[0]
        tops[path] = tops.get(parent, path)
        below[tops[path]] = below.get(tops[path], 0) + 1
    crossed = {top for top in below for mount in mounts if mount == top or mount.startswith(top + "/")}
    archives = [top for top, entries in below.items() if entries > FEW and top not in crossed][:ARCHIVES]
    streamed = set(archives)
    heads = [
        change.path
        for change in found
        if change.kind != DELETED and change.path not in mounts and tops.get(change.path) not in streamed
    ]
    return archives, heads[:HEADS]


def _archive(wire: Wire, at: str, folder: str, nodes: dict[str, Node], budget: int, what: str, control: Control) -> int:
    """Stream one added folder; returns the bytes that it took."""
    above, name = folder.rpartition("/")[0], folder.rpartition("/")[2]
    taken = 0
    try:
        with wire.open("GET", f"{at}/archive", what=what, control=control, params={"path": folder}) as response:
            reader = _Counted(response, budget)
            try:
                with tarfile.open(fileobj=reader, mode="r|", errorlevel=0) as archive:  # type: ignore[call-overload]
                    for member in archive:
                        control.step()
                        path = member.name.removeprefix("./").strip("/")
                        # Some engines name members from the folder, others from its parent.
                        full = f"{above}/{path}" if path.split("/")[0] == name else f"{folder}/{path}"
                        nodes[full] = _member(member)
            except (tarfile.TarError, ValueError, EOFError):
                pass  # the budget is used up: what was seen counts
            taken = reader.taken
    except (NotFound, Refused):  # gone meanwhile, or a place that engines do not archive (/proc)
        pass
    return taken


def _head(wire: Wire, at: str, path: str, what: str, control: Control) -> Node | None:
    try:
        with wire.open(
            "HEAD", f"{at}/archive", what=what, control=control, params={"path": path}, seconds=SHORT_SECONDS
        ) as response:
            return head_node(response.headers.get("X-Docker-Container-Path-Stat", ""), path)
    except (NotFound, Refused):
        return None


def head_node(header: str, path: str) -> Node | None:
    """The stat header: base64 of JSON with name, size, mode (a Go FileMode). Podman follows links: then it tells of
    another name, and nothing is known of this one."""
    try:
        told: Json = json.loads(base64.b64decode(header))
    except (ValueError, binascii.Error):
        return None
    mode, size = number(told, "mode"), number(told, "size")
    if mode is None or size is None or text(told, "name") != path.rpartition("/")[2]:
        return None
    kind = next((kind for bit, kind in _GO_TYPES if mode & bit), "file")
    bits = mode & 0o777 | (0o4000 if mode & 1 << 23 else 0) | (0o2000 if mode & 1 << 22 else 0)
    bits |= 0o1000 if mode & 1 << 20 else 0
    seconds = moment(told, "mtime")
    return Node(kind, size if kind == "file" else 0, bits, mtime=None if seconds is None else seconds * 10**9)


def _sized(change: Change, nodes: Mapping[str, Node]) -> Change:
    node = nodes.get(change.path)
    if node is None or node is _WHITEOUT or change.kind == DELETED:
        return change
    # Said in full: `replace` takes three times as long, and there may be 50,000 of them.
    return Change(change.path, change.kind, node.size, node.kind, node.mode, change.engines, node.owner, node.mtime)


def _node(status: os.stat_result, owner: tuple[int, int] | None) -> Node:
    mode = status.st_mode
    kind = _FORMATS.get(stat.S_IFMT(mode), "other")
    return Node(kind, status.st_size if kind == "file" else 0, stat.S_IMODE(mode), owner, status.st_mtime_ns)


def _member(member: tarfile.TarInfo) -> Node:
    kinds = (
        (member.isdir(), "dir"), (member.issym(), "symlink"), (member.isfifo(), "fifo"),
        (member.ischr(), "char"), (member.isblk(), "block"),
    )  # fmt: skip
    kind = next((kind for true, kind in kinds if true), "file")
    size = member.size if kind == "file" else 0
    return Node(kind, size, member.mode & 0o7777, (member.uid, member.gid), nanoseconds(member.mtime))


class _Counted:
    """The body of an archive answer as a file, up to a number of bytes."""

    def __init__(self, response: Any, budget: int) -> None:
        self._raw = response.raw
        self._left = budget
        self.taken = 0

    def read(self, size: int) -> bytes:
        if self._left <= 0:
            return b""
        data: bytes = self._raw.read(size, decode_content=True)
        self.taken += len(data)
        self._left -= len(data)
        return data
