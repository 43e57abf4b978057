"""The writable layer against docker diff, and its sizes against what was written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change
from imagexplorer.core.errors import NotFound
from imagexplorer.sources.engine import changes
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine

SCRIPT = """
echo hello > /new.txt
echo more >> /opaque/z
rm /big.bin
mkdir -p /tree/deep/er
for n in 1 2 3 4 5 6; do dd if=/dev/zero of=/tree/deep/f$n bs=10 count=$n; done
ln -s /new.txt /tree/link
mkfifo /tree/pipe
chmod 4711 /tree/deep/f1
chown 7:8 /tree/deep/f2 && touch -d '2001-09-09 01:46:40' /tree/deep/f2
mkdir /empty
rm -r /data/sub
"""
PODMAN_NOISE = ("/etc", "/run", "/proc", "/sys", "/dev")


def found(engine: Engine, container: str, local: bool) -> Mapping[str, Change]:
    listed = changes.changes(engine.source.wire, container, engine.control, local, owners=not engine.podman)
    assert [change.path for change in listed] == sorted(change.path for change in listed)
    return {change.path: change for change in listed if not change.path.startswith(PODMAN_NOISE)}


@pytest.mark.parametrize("local", [True, False], ids=["upper-folder", "archives"])
def test_changes_are_those_of_diff(engine: Engine, container: str, local: bool) -> None:
    write_in(engine.api, container, SCRIPT)
    told = {row["Path"]: row["Kind"] for row in engine.api.diff(container) or []}
    kinds = {MODIFIED: 0, ADDED: 1, DELETED: 2}
    mine = found(engine, container, local)
    assert {path: kinds[change.kind] for path, change in mine.items()} == {
        path: kind for path, kind in told.items() if not path.startswith(PODMAN_NOISE)
    }
    assert mine["/big.bin"].kind == DELETED
    assert mine["/data/sub"].kind == DELETED
    assert mine["/new.txt"].kind == ADDED
    assert mine["/opaque/z"].kind == MODIFIED


@pytest.mark.parametrize("local", [True, False], ids=["upper-folder", "archives"])
def test_sizes_and_kinds(engine: Engine, container: str, local: bool) -> None:
    write_in(engine.api, container, SCRIPT)
    mine = found(engine, container, local)
    sizes = {path: change.size_bytes for path, change in mine.items() if change.node == "file"}
    expected = {f"/tree/deep/f{n}": 10 * n for n in range(1, 7)} | {"/new.txt": 6, "/opaque/z": 7}
    assert sizes == expected
    nodes = {"/tree": "dir", "/tree/deep/er": "dir", "/tree/pipe": "fifo", "/empty": "dir"}
    assert {path: mine[path].node for path in nodes} == nodes
    assert mine["/tree/deep/f1"].mode == 0o4711
    assert mine["/tree/deep/f2"].owner == ((7, 8) if local or not engine.podman else None), "Podman says root of all"
    assert mine["/tree/deep/f2"].mtime == 10**18
    assert mine["/tree/link"].node == "symlink"
    assert mine["/big.bin"].size_bytes is None


def test_a_file_that_the_engine_takes_for_the_same_one(engine: Engine, container: str) -> None:
    """Same size, same time: docker diff does not tell it (podman diff does), and the writable layer has it."""
    write_in(
        engine.api,
        container,
        "cp -p /opaque/z /ref; tr a-z A-Z < /ref > /opaque/z; touch -r /ref /opaque/z; cat /data/sub/x > /dev/null",
    )
    assert ("/opaque/z" in {row["Path"] for row in engine.api.diff(container)}) == engine.podman
    mine = found(engine, container, local=True)
    if engine.containerd:  # where the folder lies is not told
        assert "/opaque/z" not in mine
        return
    assert mine["/opaque/z"].kind == MODIFIED
    assert mine["/opaque/z"].size_bytes is not None
    assert not any(path.startswith("/data") for path in mine)


def test_only_what_an_image_has_is_taken_for_changed(tmp_path: Path) -> None:
    """What the list left out, and no layer below has, came after the list."""
    (tmp_path / "low/etc").mkdir(parents=True)
    (tmp_path / "low/etc/conf").write_bytes(b"")
    (tmp_path / "low/told").write_bytes(b"")
    file, folder = changes.Node("file", 1, 0o644), changes.Node("dir", 0, 0o755)
    nodes = {"/etc": folder, "/etc/conf": file, "/etc/young": file, "/told": file, "/gone": changes.Node("other", 0, 0)}
    left_out = changes.unlisted([Change("/told", MODIFIED)], nodes, [str(tmp_path / "none"), str(tmp_path / "low")])
    assert sorted(change.path for change in left_out) == ["/etc/conf"]


def test_what_the_engine_made_is_told_apart_and_rows_come_before_sizes(
    engine: Engine, sample: str, tidy: list[str]
) -> None:
    host = engine.api.create_host_config(binds=["a_volume:/srv/inner/vol"])
    made = engine.api.create_container(SAMPLE, ["sleep", "600"], host_config=host)["Id"]
    tidy.append(made)
    engine.api.start(made)
    write_in(engine.api, made, "echo 1 > /mine")
    first: list[Change] = []
    rows = changes.changes(engine.source.wire, made, engine.control, False, first.extend)
    assert [row.path for row in first] == [row.path for row in rows]
    assert all(row.size_bytes is None for row in first)
    # Podman writes users and groups of its own where an image has none: no other sign tells them from the container's.
    others = {"/etc", "/etc/passwd", "/etc/group"} if engine.podman else set()
    assert {row.path for row in rows if not row.engines} - others == {"/mine"}
    assert {"/srv", "/srv/inner", "/srv/inner/vol"} <= {row.path for row in rows if row.engines}
    told: list[Change] = []
    changes.changes(engine.source.wire, made, engine.control, True, told.extend)
    assert bool(told) == engine.containerd, "where the folder can be read there is nothing to wait for"


def test_nothing_changed(engine: Engine, sample: str, tidy: list[str]) -> None:
    made = engine.api.create_container(SAMPLE, ["true"])["Id"]
    tidy.append(made)
    assert not found(engine, made, True)


def test_a_container_that_is_gone(engine: Engine, sample: str) -> None:
    with pytest.raises(NotFound):
        engine.source.changes("0" * 64, engine.control)


def test_names_that_are_no_text(engine: Engine, container: str) -> None:
    write_in(engine.api, container, r"""mkdir /odd; touch "$(printf '/odd/\377x')" '/odd/ü' "$(printf '/odd/a\nb')" """)
    paths = {change.path for change in engine.source.changes(container, engine.control)}
    assert "/odd/ü" in paths
    assert "/odd/a\nb" in paths
    # The engine's JSON has lost the byte; where its folder cannot be read the mark of that stays.
    assert "/odd/\udcffx" in paths or (engine.containerd and "/odd/\ufffdx" in paths)


def test_a_volume_inside_an_added_folder_is_not_read(engine: Engine, sample: str, tidy: list[str]) -> None:
    host = engine.api.create_host_config(binds=["big_volume:/srv/inner/vol"])
    made = engine.api.create_container(SAMPLE, ["sleep", "600"], host_config=host)["Id"]
    tidy.append(made)
    engine.api.start(made)
    write_in(
        engine.api, made, "for n in 1 2 3 4 5 6; do echo $n > /srv/inner/f$n; done; echo secret > /srv/inner/vol/s"
    )
    paths = found(engine, made, False)
    assert not any("/vol/" in path for path in paths)
    assert paths["/srv/inner/f1"].size_bytes == 2


def added(*paths: str) -> list[Change]:
    return [Change(path, ADDED) for path in paths]


def test_the_plan_never_reads_what_did_not_change() -> None:
    rows = [*added("/a", *(f"/a/{n}" for n in range(9)), "/etc/x"), Change("/etc", MODIFIED), Change("/gone", DELETED)]
    archives, heads = changes.plan(rows, [])
    assert archives == ["/a"]
    assert heads == ["/etc/x", "/etc"]
    assert changes.plan(rows, ["/a/3"])[0] == []


def test_the_plan_is_bounded() -> None:
    rows = added(*(f"/f{n}" for n in range(5000)))
    archives, heads = changes.plan(rows, [])
    assert (archives, len(heads)) == ([], changes.HEADS)
    deep = added(*(path for n in range(500) for path in (f"/d{n}", *(f"/d{n}/{m}" for m in range(9)))))
    assert len(changes.plan(deep, [])[0]) == changes.ARCHIVES


def test_beyond_the_bounds_sizes_are_not_known(engine: Engine, container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_in(engine.api, container, "for n in $(seq 30); do echo $n > /file$n; done")
    monkeypatch.setattr(changes, "HEADS", 10)
    mine = found(engine, container, False)
    files = [change for path, change in mine.items() if path.startswith("/file")]
    assert len(files) == 30
    assert 1 <= sum(change.size_bytes is not None for change in files) <= 10


def test_a_folder_that_cannot_be_read_is_not_an_error(tmp_path: Path) -> None:
    from imagexplorer.core.control import Control

    assert changes.upper_nodes(str(tmp_path / "none"), Control()) is None


@pytest.mark.parametrize("header", ["", "%%%", "bnVsbA==", "e30=", "eyJuYW1lIjoieCJ9"])
def test_odd_headers_tell_nothing(header: str) -> None:
    assert changes.head_node(header, "/x") is None
