"""Files by type and by size: what a filter finds beyond names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.file_types import TYPES
from imagexplorer.core.layer_index import DIR
from imagexplorer.core.overlay import stack
from imagexplorer.core.secret_files import _NAMES, _PLACES, by_name
from imagexplorer.core.sizes import SizeRange, size_range
from imagexplorer.core.text import human_size
from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.core.tree_viewing import view
from tests.core.naive import Entry, build

TREE = stack(
    [
        build(
            [
                Entry(b"usr/bin/sudo", mode=0o4755, size=9),
                Entry(b"usr/bin/wall", mode=0o2755, size=9),
                Entry(b"usr/bin/su", "hardlink", mode=0o4755, link=b"usr/bin/sudo"),
                Entry(b"usr/bin/gcc-12", mode=0o755, size=9),
                Entry(b"usr/bin/cc", "symlink", mode=0o777, link=b"gcc-12"),
                Entry(b"usr/include/x.h", size=9),
                Entry(b"usr/share/doc/x", size=9),
                Entry(b"tmp", "dir", mode=0o1777),
                Entry(b"tmp/left", size=9),
                Entry(b"srv/in", "dir", mode=0o777),
                Entry(b"srv/in/note", mode=0o666),
                Entry(b"dev/null", "char", mode=0o666),
                Entry(b"run/pipe", "fifo", mode=0o600),
                Entry(b"var/lib/apt/lists/archive_Packages", size=9),
                Entry(b"root/.cache/pip/wheel", size=9),
                Entry(b"root/.aws/credentials", size=9),
                Entry(b"root/credentials", size=9),
                Entry(b"home/x/id_rsa", size=9),
                Entry(b"home/x/id_rsa.pub", size=9),
                Entry(b"home/y/id_rsa", "dir"),
                Entry(b"ssl/Server.P12", size=9),
                Entry(b".env", size=9),
            ]
        )
    ]
)


@pytest.mark.parametrize(
    ("types", "wanted"),
    [
        (["setuid"], "usr/bin/su usr/bin/sudo usr/bin/wall"),
        (["executable"], "usr/bin/gcc-12 usr/bin/su usr/bin/sudo usr/bin/wall"),
        (["writable"], "srv/in srv/in/note"),
        (["symlink", "hardlink"], "usr/bin/cc usr/bin/su"),
        (["special"], "dev/null run/pipe"),
        (["empty"], "srv/in/note"),
        (["secret"], ".env home/x/id_rsa root/.aws/credentials ssl/Server.P12"),
        (["cache"], "root/.cache/pip/wheel tmp/left var/lib/apt/lists/archive_Packages"),
        (["build", "documents"], "usr/bin/gcc-12 usr/include/x.h usr/share/doc/x"),
    ],
)
def test_files_by_type(types: list[str], wanted: str) -> None:
    shown = view(TREE, ViewSpec(types=tuple(types)))
    found = sorted(shown.path(row).decode() for row in range(len(shown)) if shown.hit[row])
    assert found == wanted.split()
    assert shown.hit_bytes == sum(int(shown.size[row]) for row in range(len(shown)) if shown.kind[row] != DIR)


@settings(max_examples=150, deadline=None)
@given(st.one_of([st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True) for pattern, _ in (*_NAMES, *_PLACES)]))
def test_what_is_a_secret_by_its_name_is_found_among_names(name: str) -> None:
    path = b"srv/" + name.encode()
    if by_name(path) and b"\0" not in path and all(part not in (b"", b".", b"..") for part in path.split(b"/")):
        tree = stack([build([Entry(path, size=1), Entry(b"srv/other", size=1)])])
        assert view(tree, ViewSpec(types=("secret",))).hits == 1


def test_every_type_can_be_asked_for() -> None:
    for name in TYPES:
        assert view(TREE, ViewSpec(types=(name,))).hits > 0, name


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("> 1 MB", SizeRange(1_000_001)),
        (" >=1.5GiB ", SizeRange(1_610_612_736)),
        ("<512", SizeRange(0, 511)),
        ("<= 10k", SizeRange(0, 10_000)),
        ("=0", SizeRange(0, 0)),
        ("1 MB..5 MB", SizeRange(1_000_000, 5_000_000)),
        ("1 MB", None),
        (">", None),
        ("> x", None),
        ("> 5 iB", None),
        ("a > 5", None),
        ("", None),
    ],
)
def test_sizes_are_read_as_people_write_them(text: str, wanted: SizeRange | None) -> None:
    assert size_range(text) == wanted


@given(st.integers(1000, 10**14))
def test_what_the_program_prints_it_reads(size: int) -> None:
    found = size_range(f"= {human_size(size)}")
    assert found is not None
    assert abs(found.least - size) <= size * 0.06
