"""The engine's own store gives what its export gives: the same entries in the same order, without the export."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagexplorer.core.control import Control
from imagexplorer.core.layer_index import FILE, LayerIndex
from imagexplorer.sources.engine.local import own_layers
from imagexplorer.sources.engine.wire import Wire
from imagexplorer.sources.protocol import ScanOptions
from imagexplorer.sources.split_tar import SplitTar
from imagexplorer.sources.storage import Stored, docker_layers, podman_layers, scan_stored
from imagexplorer.sources.stored_contents import hash_stored
from imagexplorer.sources.tar_scan import scan
from tests import engine_images, tars
from tests.engines import SAMPLE, Engine
from tests.sources.engine.save_reading import index_rows

COLUMNS = ("kind", "mode", "uid", "gid", "size", "mtime", "flags", "path_start", "paths", "data")


def scanned(engine: Engine, name: str, verify: bool) -> dict[int, LayerIndex]:
    detail = engine.source.image(name, engine.control)
    found: dict[int, LayerIndex] = {}
    engine.source.scan(detail, range(len(detail.layers)), ScanOptions(verify), found.__setitem__, engine.control)
    return found


@pytest.mark.engine
def test_the_store_agrees_with_the_export(engine: Engine, sample: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exported = scanned(engine, SAMPLE, True)
    asked: list[str] = []
    real = Wire.open

    def noted(self: Wire, method: str, path: str, **more: Any) -> Any:
        asked.append(path)
        return real(self, method, path, **more)

    monkeypatch.setattr(Wire, "open", noted)
    stored = scanned(engine, SAMPLE, False)
    assert not any(path.endswith("/get") for path in asked), "an export was asked for"
    assert sorted(stored) == sorted(exported)
    for layer, index in exported.items():
        assert index_rows(stored[layer]) == index_rows(index)
        for column in COLUMNS:
            assert bytes(stored[layer][column]) == bytes(index[column]), column
        assert stored[layer].diff_id == index.diff_id
        assert stored[layer].columns.meta["stream_bytes"] == index.columns.meta["stream_bytes"]
        # What was not hashed is not called verified; the containerd store's blobs are read whole.
        assert stored[layer].verified is engine.containerd


@pytest.mark.engine
def test_contents_are_hashed_from_the_folders(engine: Engine, sample: str) -> None:
    exported, stored = scanned(engine, SAMPLE, True), scanned(engine, SAMPLE, False)
    detail = engine.source.image(SAMPLE, engine.control)
    files = 0
    for layer, index in exported.items():
        rows = [row for row in range(len(index)) if index["kind"][row] == FILE]
        files += len(rows)
        hashes = engine.source.content_hashes(detail, layer, rows, stored[layer], engine.control)
        assert list(hashes) == [index["hash"][row] for row in rows]
    assert files > 5


@pytest.mark.engine
def test_a_commit_and_what_is_left_of_a_damaged_store(engine: Engine, container: str, tidy: list[str]) -> None:
    """A store that lost a file is not an error: the export has the layer."""
    engine_images.write_in(engine.api, container, "echo x > /committed; rm /big.bin")
    tidy.append("image:test/kept:1")
    engine.api.commit(container, "test/kept", "1")
    assert index_rows(scanned(engine, "test/kept:1", False)[0]) == index_rows(scanned(engine, "test/kept:1", True)[0])
    detail = engine.source.image("test/kept:1", engine.control)
    place = own_layers(engine.api.info(), engine.podman, detail)[detail.layers[-1].diff_id]
    path = place.split or place.blob
    assert path is not None
    if engine.containerd:
        return  # its blob is the only copy
    path.rename(f"{path}.away")
    try:
        assert scan_stored(place, "layer", Control()) is None
    finally:
        Path(f"{path}.away").rename(path)


@pytest.mark.engine
def test_what_is_not_there_is_left_out(engine: Engine, sample: str, tmp_path: Path) -> None:
    detail = engine.source.image(SAMPLE, engine.control)
    for info in ({}, {"DockerRootDir": str(tmp_path), "Driver": "overlay2"}, {"DockerRootDir": "x", "Driver": "../.."}):
        assert own_layers(info, engine.podman, detail) == {}


def split_of(tar: bytes, spaced: bool = False) -> bytes:
    """What tar-split would keep of a tar, by way of the standard library; `spaced`: not as Go writes JSON."""
    lines: list[dict[str, Any]] = []
    at = 0
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        for member in archive:
            size = member.size if member.isreg() else 0
            lines.append(
                {"type": 2, "payload": b64encode(tar[at : member.offset_data]).decode(), "position": len(lines)}
            )
            told = {"size": size} if size else {}
            lines.append({"type": 1, "name": member.name} | told | {"payload": None, "position": len(lines)})
            at = member.offset_data + size
    lines.append({"type": 2, "payload": b64encode(tar[at:]).decode(), "position": len(lines)})
    marks = (", ", ": ") if spaced else (",", ":")
    return gzip.compress(b"".join(json.dumps(line, separators=marks).encode() + b"\n" for line in lines))


def layer(sizes: list[int]) -> bytes:
    return tars.tar([tars.file(f'dir/,"size":7,{n:0{1 + n * 7 % 150}}', b"x" * size) for n, size in enumerate(sizes)])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.integers(0, 2000), st.integers(0, 200_000)), max_size=60), st.booleans())
def test_a_split_tar_reads_as_the_tar(tmp_path: Path, sizes: list[int], spaced: bool) -> None:
    tar = layer(sizes)
    path = tmp_path / "split.gz"
    path.write_bytes(split_of(tar, spaced))
    split = scan_stored(Stored("sha256:" + "a" * 64, split=path), "layer", Control())
    whole = scan(tars_reader(tar), where="layer", control=Control())
    assert split is not None
    for column in COLUMNS:
        assert bytes(split[column]) == bytes(whole[column]), column
    assert split.columns.meta["stream_bytes"] == len(tar)


def tars_reader(data: bytes) -> Any:
    from imagexplorer.sources.readers import BytesReader

    return BytesReader(data)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400_000), st.integers(0, 9000)), max_size=20))
def test_any_part_may_be_read_in_any_order(tmp_path: Path, parts: list[tuple[int, int]]) -> None:
    tar = layer([0, 10, 3000, 100_000, 0, 5, 200_000, 1])
    blank = bytearray(tar)  # contents read as zeros
    with tarfile.open(fileobj=io.BytesIO(tar)) as archive:
        for member in archive:
            blank[member.offset_data : member.offset_data + member.size] = bytes(member.size)
    path = tmp_path / "split.gz"
    path.write_bytes(split_of(tar))
    source = SplitTar(path)
    for offset, length in parts:
        assert source.pread(offset, length) == bytes(blank[offset : offset + length])


@pytest.mark.parametrize(
    "damage", ["cut", "flip", "no gzip", "no json", "other kind", "negative", "no base64", "endless line", "no payload"]
)
def test_a_damaged_split_is_not_taken(tmp_path: Path, damage: str) -> None:
    good = split_of(layer([5, 6]))
    lines = gzip.decompress(good).splitlines()
    told = {
        "cut": good[:-20],
        "flip": good[:40] + bytes([good[40] ^ 255]) + good[41:],
        "no gzip": b"hello",
        "no json": gzip.compress(b"hello\n"),
        "other kind": gzip.compress(b'{"type": 3}\n'),
        "negative": gzip.compress(
            b"\n".join([*lines[:1], b'{"type":1,"name":"x","size":-5,"payload":null}', *lines[2:]])
        ),
        "no base64": gzip.compress(b'{"type":2,"payload":"a,b="}\n'),
        "endless line": gzip.compress(b'{"type":2,"payload":"' + b"A" * (17 << 20)),
        "no payload": gzip.compress(b'{"type": 2}\n'),
    }[damage]
    path = tmp_path / "split.gz"
    path.write_bytes(told)
    assert scan_stored(Stored("sha256:" + "a" * 64, split=path), "layer", Control()) is None


def test_only_a_layer_that_names_its_diff_id_is_taken(tmp_path: Path) -> None:
    diff_id = "sha256:" + "a" * 64
    place = tmp_path / "image/overlay2/layerdb/sha256" / ("a" * 64)
    place.mkdir(parents=True)
    (place / "cache-id").write_text("abc")
    (place / "diff").write_text("sha256:" + "b" * 64)
    assert docker_layers(tmp_path, "overlay2", [diff_id]) == {}
    (place / "diff").write_text(diff_id)
    assert docker_layers(tmp_path, "overlay2", [diff_id])[diff_id].folder == tmp_path / "overlay2/abc/diff"
    (place / "cache-id").write_text("../../etc")
    assert docker_layers(tmp_path, "overlay2", [diff_id])[diff_id].folder is None
    assert docker_layers(tmp_path, "overlay2", ["../x"]) == {}


@pytest.mark.parametrize("text", ["", "{", "null", "[3, null]", '[{"id": "../x", "diff-digest": "d"}]', "[" * 9000])
def test_odd_lists_of_layers(tmp_path: Path, text: str) -> None:
    (tmp_path / "overlay-layers").mkdir()
    (tmp_path / "overlay-layers" / "layers.json").write_text(text)
    assert podman_layers(tmp_path, "overlay", ["d"]) == {}


def test_no_link_is_followed_to_contents(tmp_path: Path) -> None:
    """A layer's folder may change under our feet: what is not the very file is not hashed."""
    folder = tmp_path / "diff"
    (folder / "real").mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"12345")
    (folder / "real" / "file").write_bytes(b"12345")
    (folder / "link").symlink_to("../secret")
    (folder / "folder").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "long").write_bytes(b"123456")
    names = ["real/file", "link", "folder/secret", "pipe", "long", "none", "../secret"]
    index = scan(tars_reader(tars.tar([tars.file(name, b"12345") for name in names])), where="x", control=Control())
    hashes = hash_stored(Stored("x", folder=folder), index, range(len(index)), Control())
    assert [bool(value) for value in hashes] == [True, False, False, False, False, False, False]
    assert hash_stored(Stored("x", folder=tmp_path / "none"), index, [0], Control()) == [0]
