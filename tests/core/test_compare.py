"""Two trees compared, against a comparison of two dictionaries."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given

from imagexplorer.core.compare import ADDED, CONTENT, KIND, METADATA, REMOVED, Side, compare, differences
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.layer_index import DIR, FILE, HARDLINK, SYMLINK
from tests.core.naive import Entry
from tests.core.stacks import STACKS
from tests.core.test_file_tree import of
from tests.core.visible import visible

Layers = Sequence[Sequence[Entry]]


def content(layers: Layers, tree: FileTree, version: int) -> int:
    return layers[tree["version_layer"][version]][tree["version_row"][version]].hash


def told(a: Layers, b: Layers) -> dict[bytes, str]:
    one, other = of(*a), of(*b)

    def same(of_a: np.ndarray, of_b: np.ndarray) -> np.ndarray:
        return np.array([content(a, one, x) == content(b, other, y) for x, y in zip(of_a, of_b, strict=True)])

    found = compare(one, other, same)
    rows = differences(found)
    assert [row.path for row in rows] == sorted(row.path for row in rows)
    assert len(rows) == len(found)
    return {row.path: row.change for row in rows}


def shown(layers: Layers) -> dict[bytes, tuple[object, ...]]:
    """(kind, size, hash or link, mode, uid) by path; mode and owner None where no layer lists the folder."""
    tree = of(*layers)
    found: dict[bytes, tuple[object, ...]] = {}
    for entry in visible(tree):
        last = tree.versions(tree.find(entry.path) or 0)[-1]
        data = last.number if last.data is None else last.data
        kind = tree["version_kind"][data] if last.kind == HARDLINK and last.data is not None else last.kind
        deep: object = content(layers, tree, data) if kind == FILE and tree["version_size"][data] else None
        deep = last.link if kind == SYMLINK else deep
        listed = last.row is not None
        mode = last.mode if listed and kind != SYMLINK else None
        size = tree["version_size"][data] if kind == FILE else 0
        found[entry.path] = (DIR if not listed else kind, size, deep, mode, last.uid if listed else None)
    return found


def naive(a: Layers, b: Layers) -> dict[bytes, str]:
    one, other = shown(a), shown(b)
    result = dict.fromkeys(one.keys() - other.keys(), REMOVED) | dict.fromkeys(other.keys() - one.keys(), ADDED)
    for path in one.keys() & other.keys():
        (kind, size, deep, mode, uid), (kind_b, size_b, deep_b, mode_b, uid_b) = one[path], other[path]
        listed = uid is not None and uid_b is not None
        if kind != kind_b:
            result[path] = KIND
        elif (size, deep) != (size_b, deep_b):
            result[path] = CONTENT
        elif listed and (mode, uid) != (mode_b, uid_b):
            result[path] = METADATA
    return result


@given(STACKS, STACKS)
def test_it_is_what_two_dictionaries_tell(a: Layers, b: Layers) -> None:
    assert told(a, b) == naive(a, b)


@given(STACKS)
def test_an_image_does_not_differ_from_itself(layers: Layers) -> None:
    assert told(layers, layers) == {}


def test_bytes_count_a_content_once() -> None:
    a = of([Entry(b"x", "file", 5, 1), Entry(b"same", "file", 9, 2)])
    b = of([Entry(b"y", "file", 7, 3), Entry(b"z", "hardlink", link=b"y"), Entry(b"same", "file", 9, 2)])
    found = compare(a, b, lambda one, _other: np.ones(len(one), bool))
    assert (found.added_bytes, found.removed_bytes) == (7, 5)
    assert isinstance(found.a, Side)
