"""The fold against a real tool that unpacks layers one over the other: umoci, on stacks that it does not refuse."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given, settings

from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import KINDS
from imagexplorer.core.overlay import stack
from tests import tars
from tests.core.naive import Entry, above, build, lexical
from tests.core.stacks import STACKS
from tests.core.visible import visible

pytestmark = [
    pytest.mark.torture,
    pytest.mark.skipif(shutil.which("umoci") is None, reason="umoci is not installed (apt install umoci)"),
    pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="umoci unpacks owners as root only"),
]

_MARKERS = ("whiteout", "opaque")
Facts = dict[bytes, tuple[str, bytes | int]]


def member(entry: Entry) -> tars.Entry:
    folder, slash, name = entry.path.rpartition(b"/")
    match entry.kind:
        case "whiteout":
            return tars.file(folder + slash + b".wh." + name)
        case "opaque":
            return tars.file(entry.path + b"/.wh..wh..opq" if entry.path else b".wh..wh..opq")
        case "dir":
            return tars.folder(entry.path + b"/" if entry.path else b"./")
        case "file":
            return tars.file(entry.path, b"x" * entry.size)
        case _:
            return tars.Entry(entry.path, kind=entry.kind, link=entry.link)


def unpacked(layers: Sequence[Sequence[Entry]], scratch: Path) -> Facts | None:
    """What umoci makes of it, None where it refuses."""
    layout = tars.oci_layout(scratch / "layout", [tars.tar(map(member, layer)) for layer in layers])
    bundle = scratch / "bundle"
    done = subprocess.run(
        ["umoci", "unpack", "--image", f"{layout}:latest", str(bundle)], capture_output=True, timeout=60, check=False
    )
    if done.returncode:
        return None
    root = os.fsencode(bundle / "rootfs")
    found: Facts = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            full = os.path.join(folder, name)
            path = os.path.relpath(full, root)
            if os.path.islink(full):
                found[path] = ("symlink", os.readlink(full))
            elif os.path.isdir(full):
                found[path] = ("dir", 0)
            else:
                found[path] = ("file" if os.path.isfile(full) else "other", os.path.getsize(full))
    return found


def facts(tree: FileTree) -> Facts:
    """What we say is visible, hard links as what they name."""
    found: Facts = {}
    for entry in visible(tree):
        last = tree.versions(tree.find(entry.path) or 0)[-1]
        if entry.kind == "hardlink":
            assert last.data is not None
            last = next(v for v in tree.versions(tree.node_of(last.data)) if v.number == last.data)
        kind = KINDS[last.kind]
        found[entry.path] = (kind, (last.link or b"") if kind == "symlink" else last.size)
    return found


def ordered(layer: Sequence[Entry]) -> list[Entry]:
    """As engines write a layer: the directories that markers speak of, the markers, the rest. Tools that apply a
    layer member by member then do what the specification says of it in any order."""
    folders = {path for entry in layer if entry.kind in _MARKERS for path in (entry.path, *above(entry.path))}
    gone = {entry.path for entry in layer if entry.kind == "whiteout"}

    def place(entry: Entry) -> int:
        if entry.kind in _MARKERS:
            return 1
        return 0 if entry.kind == "dir" and entry.path in folders and entry.path not in gone else 2

    return sorted(layer, key=place)


def linked_symlinks(layers: Sequence[Sequence[Entry]]) -> bool:
    """Whether a hard link may name a symlink: engines then follow the link as a parent too, which no rule tells."""
    symlinks = {entry.path for layer in layers for entry in layer if entry.kind == "symlink"}
    names = {path.rpartition(b"/")[2] for path in symlinks}
    return any(
        entry.kind == "hardlink" and lexical(entry.link).rpartition(b"/")[2] in names
        for layer in layers
        for entry in layer
    )


@settings(max_examples=1000, deadline=None)
@given(STACKS.filter(any))
def test_agrees_with_umoci(layers: Sequence[Sequence[Entry]]) -> None:
    layers = [ordered(layer) for layer in layers if layer]
    assume(not linked_symlinks(layers))
    tree = stack([build(layer) for layer in layers])
    assume(not tree.problems)
    with tempfile.TemporaryDirectory(prefix="umoci-") as scratch:
        theirs = unpacked(layers, Path(scratch))
    assume(theirs is not None)
    assert facts(tree) == theirs
