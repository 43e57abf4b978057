"""Archives that are wrong in parts: the fault is named with both values, the rest shown, nothing outside read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Damaged, ImagexplorerError, NotFound
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources.protocol import ScanOptions
from tests import tars
from tests.sources.contract import CONFIG, LAYERS, TAGS, opened

Found = tuple[ImageDetail, dict[int, LayerIndex]]


def read(path: Path, reference: str = "0", platform: str = "", verify: bool = True) -> Found:
    with opened(path) as source:
        control = Control()
        detail = source.image(reference, control, platform)
        found: dict[int, LayerIndex] = {}
        detail = source.scan(detail, range(len(detail.layers)), ScanOptions(verify), found.__setitem__, control)
        return detail, found


def reasons(found: Found) -> str:
    detail, layers = found
    problems = [*detail.problems, *(problem for index in layers.values() for problem in index.problems)]
    return "\n".join(f"{problem.where}: {problem.reason}" for problem in problems)


def write(path: Path, members: Sequence[tars.Entry]) -> Path:
    path.write_bytes(tars.tar(members))
    return path


def save(tmp_path: Path, layers: Sequence[tars.Entry], names: Any, config: Any = None, **more: Any) -> Path:
    """A docker archive put together by hand."""
    raw = config if isinstance(config, bytes) else tars.dumped(config if config is not None else CONFIG)
    manifest = [{"Config": "c.json", "RepoTags": ["x:1"], "Layers": names, **more}]
    return write(
        tmp_path / "a.tar", [*layers, tars.file("c.json", raw), tars.file("manifest.json", tars.dumped(manifest))]
    )


def four(**replaced: tars.Entry) -> list[tars.Entry]:
    return [replaced.get(f"l{n}", tars.file(f"l{n}.tar", LAYERS[n])) for n in range(4)]


NAMES = [f"l{n}.tar" for n in range(4)]


def test_a_good_one_is_quiet(tmp_path: Path) -> None:
    found = read(save(tmp_path, four(), NAMES))
    assert reasons(found) == ""
    assert all(index.verified for index in found[1].values())


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (tars.file("other", ""), "not in this archive"),
        (tars.fifo("l1.tar"), "fifo"),
        (tars.folder("l1.tar"), "dir"),
        (tars.device("l1.tar"), "char"),
        (tars.symlink("l1.tar", "l1.tar"), "circle|itself"),
        (tars.symlink("l1.tar", "/etc/passwd"), "not in this archive"),
        (tars.symlink("l1.tar", "../../../../../../etc/passwd"), "not in this archive"),
        (tars.hardlink("l1.tar", "../../etc/passwd"), "not in this archive"),
        (tars.file("l1.tar", b""), "0 bytes"),
        (tars.file("l1.tar", b"text"), "no tar"),
        (tars.file("l1.tar", LAYERS[0]), "digest"),
        (tars.file("l1.tar", tars.gzipped(LAYERS[1])[:-9]), "cut off"),
        (tars.file("l1.tar", b"BZh9" + b"x" * 100), "no tar|bzip2"),
        (tars.file("l1.tar", b"\x04\x22\x4d\x18" + b"x" * 100), "lz4"),
    ],
)
def test_a_damaged_layer_does_not_hide_the_good_ones(tmp_path: Path, entry: tars.Entry, words: str) -> None:
    found = read(save(tmp_path, four(l1=entry), NAMES))
    assert any(word in reasons(found) for word in words.split("|")), reasons(found)
    assert "layer 1" in reasons(found)
    assert [found[1][layer].verified for layer in range(4)] == [True, False, True, True]
    assert [len(found[1][layer]) for layer in (0, 2, 3)] == [6, 2, 1]


@pytest.mark.parametrize("name", ["../l1.tar", "/l1.tar", "./l1.tar", "x/../l1.tar", "../../../../l1.tar"])
def test_names_are_resolved_among_members_only(tmp_path: Path, name: str) -> None:
    found = read(save(tmp_path, four(), [NAMES[0], name, *NAMES[2:]]))
    assert found[1][1].verified


def test_no_file_of_the_host_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "host.tar").write_bytes(LAYERS[1])
    monkeypatch.chdir(tmp_path)
    for name in ("host.tar", str(tmp_path / "host.tar"), "../" * 20 + str(tmp_path / "host.tar")):
        found = read(save(tmp_path, [], [name]))
        assert len(found[1][0]) == 0
        assert "not in this archive" in reasons(found)


def test_links_among_members_are_followed(tmp_path: Path) -> None:
    members = [
        tars.file("real/l1.tar", LAYERS[1]),
        tars.symlink("one/layer.tar", "../real/l1.tar"),
        tars.symlink("dir", "real"),
        tars.hardlink("hard", "real/l1.tar"),
        tars.symlink("chain", "/one/layer.tar"),
    ]
    names = ["one/layer.tar", "dir/l1.tar", "hard", "chain"]
    found = read(save(tmp_path, members, names, tars.config([LAYERS[1]] * 4)))
    assert all(found[1][layer].verified for layer in range(4)), reasons(found)


def test_long_chains_of_links_end(tmp_path: Path) -> None:
    members = [tars.symlink(f"s{n}", f"s{n + 1}") for n in range(5000)]
    assert "circle" in reasons(read(save(tmp_path, members, ["s0"])))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (b"not json", "not JSON"),
        (b"", "empty"),
        (b"null", "null"),
        (b"[]", "object"),
        (b'{"rootfs": 5, "history": {}, "os": [], "created": 3, "config": "x"}', "should be"),
        (b'{"created": "yesterday"}', "not a time"),
        (b"[" * 100_000, "deeper"),
        (tars.dumped({**CONFIG, "rootfs": {"diff_ids": CONFIG["rootfs"]["diff_ids"][:2]}}), "names 2 diff IDs"),
        (tars.dumped({**CONFIG, "rootfs": {"diff_ids": ["md5:1", "../x", 5, None]}}), "not a sha256"),
        (tars.dumped({**CONFIG, "history": [None, 5, {"created_by": 5}]}), "should be"),
        (tars.dumped({**CONFIG, "history": CONFIG["history"][:2]}), "which made which is not known"),
    ],
)
def test_a_bad_configuration_is_named_and_the_layers_are_shown(tmp_path: Path, config: bytes, words: str) -> None:
    found = read(save(tmp_path, four(), NAMES, config))
    assert words in reasons(found)
    assert [len(found[1][layer]) for layer in range(4)] == [6, 2, 2, 1]
    if b'"diff_ids"' not in config or b"motd" not in config:  # the history is gone, or its count does not match
        assert all(step.layer is None for step in found[0].steps)


def test_steps_are_not_guessed(tmp_path: Path) -> None:
    found = read(save(tmp_path, four(), NAMES, {**CONFIG, "history": CONFIG["history"][1:]}))
    assert [step.layer for step in found[0].steps] == [None] * 4
    assert [step.empty for step in found[0].steps] == [True, False, False, False]
    assert "history" not in reasons(read(save(tmp_path, four(), NAMES, {**CONFIG, "history": None})))


def test_a_configuration_that_is_not_what_its_name_says(tmp_path: Path) -> None:
    good = tars.docker_archive(LAYERS, CONFIG, TAGS)
    path = tmp_path / "a.tar"
    path.write_bytes(good.replace(b"COPY data", b"COPY DATA"))
    said = reasons(read(path))
    assert tars.digest(tars.dumped(CONFIG)) in said
    assert tars.digest(tars.dumped(CONFIG).replace(b"COPY data", b"COPY DATA")) in said


@pytest.mark.parametrize(
    "manifest",
    [b"null", b"{}", b'"x"', b"[]", b"[1, null]", b"", b"[{}", b"[" * 200_000, b" " * 5_000_000],
    ids=range(9),
)
def test_no_image_is_one_clear_error(tmp_path: Path, manifest: bytes) -> None:
    path = write(tmp_path / "a.tar", [tars.file("manifest.json", manifest)])
    with pytest.raises(Damaged) as raised:
        read(path)
    assert raised.value.what == str(path)
    assert "manifest.json" in raised.value.reason or "no image" in raised.value.reason


def test_a_root_file_system_with_a_file_of_that_name_is_none_of_our_archives(tmp_path: Path) -> None:
    members = [tars.folder("etc"), tars.folder("usr"), tars.file("manifest.json", "{}"), tars.file("etc/x", "1")]
    with opened(write(tmp_path / "a.tar", members)) as source:
        assert source.address.kind == "rootfs"


def test_many_images_and_layers_stay_cheap(tmp_path: Path) -> None:
    manifest = [{"Config": "c.json", "RepoTags": [f"x:{n}"], "Layers": ["l.tar"] * 3} for n in range(3000)]
    manifest.append({"Config": "c.json", "RepoTags": ["deep:1"], "Layers": ["l.tar"] * 1000})
    raw = tars.dumped(tars.config([LAYERS[3]] * 1000))
    path = write(
        tmp_path / "a.tar",
        [tars.file("l.tar", LAYERS[3]), tars.file("c.json", raw), tars.file("manifest.json", tars.dumped(manifest))],
    )
    found = read(path, "deep:1")
    assert len(found[1]) == 1000
    assert reasons(found) == ""


def test_images_of_before_manifest_json(tmp_path: Path) -> None:
    top, base = "a" * 64, "b" * 64
    members = [
        tars.file(f"{base}/json", tars.dumped({"id": base, "container_config": {"Cmd": ["/bin/sh", "-c", "base"]}})),
        tars.file(f"{base}/layer.tar", LAYERS[0]),
        tars.file(f"{top}/json", tars.dumped({"id": top, "parent": base, "os": "linux", "architecture": "amd64"})),
        tars.file(f"{top}/layer.tar", LAYERS[1]),
        tars.file("repositories", tars.dumped({"old": {"1": top, "2": top}, "odd": 5})),
    ]
    found = read(write(tmp_path / "a.tar", members), "old:2")
    assert found[0].image.tags == ("old:1", "old:2")
    assert [len(found[1][layer]) for layer in range(2)] == [6, 2]
    assert found[0].instruction(0) == "/bin/sh -c base"
    assert "odd" in reasons(found)
    members[0] = tars.file(f"{base}/json", tars.dumped({"parent": top}))
    assert "circle" in reasons(read(write(tmp_path / "a.tar", members)))


# -- the file itself ---------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["shrink", "write", "remove", "replace"])
def test_a_file_that_changes_while_open_is_named_once(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tars.docker_archive(LAYERS, CONFIG, TAGS))
    with opened(path) as source:
        control = Control()
        detail = source.image("0", control)
        if harm == "shrink":
            os.truncate(path, 3000)
        elif harm == "write":
            with path.open("r+b") as file:
                file.seek(0)
                file.write(b"x")
            os.utime(path, (1, 1))
        elif harm == "remove":
            path.unlink()
        else:
            other = tmp_path / "other"
            other.write_bytes(b"x")
            other.rename(path)
        found: dict[int, LayerIndex] = {}
        after = source.scan(detail, range(4), ScanOptions(), found.__setitem__, control)
    assert sorted(found) == [0, 1, 2, 3]
    named = [problem for problem in after.problems if problem.where == str(path)]
    assert len(named) == 1, after.problems
    if harm in ("remove", "replace"):  # what was opened is still there, and read to its end
        assert "removed or replaced" in named[0].reason
        assert [len(found[layer]) for layer in range(4)] == [6, 2, 2, 1]


@pytest.mark.parametrize("packed", [tars.gzipped, tars.zstd])
def test_a_compressed_archive_that_is_cut_is_named(tmp_path: Path, packed: Callable[[bytes], bytes]) -> None:
    data = packed(tars.docker_archive(LAYERS, CONFIG, TAGS, "podman"))
    path = tmp_path / "a"
    for end in (len(data) - 1, len(data) // 2, 20, 4):
        path.write_bytes(data[:end])
        try:
            said = reasons(read(path))
        except Damaged as error:
            said = str(error) if error.what == str(path) else ""
        assert said, end


def test_an_archive_packed_twice_is_not_unwrapped(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(tars.gzipped(tars.zstd(tars.docker_archive(LAYERS, CONFIG, TAGS))))
    with pytest.raises(Damaged, match="twice"):
        read(path)


def test_large_members_of_a_compressed_archive_are_read_in_one_pass_more(tmp_path: Path) -> None:
    layers = [tars.tar([tars.file("f", os.urandom(100) * 30_000), tars.file(f"n{n}", "x")]) for n in range(3)]
    path = tmp_path / "a"
    path.write_bytes(tars.zstd(tars.docker_archive(layers, None, TAGS, "podman"), frames=3))
    found = read(path, verify=False)
    assert reasons(found) == ""
    assert all(found[1][layer].verified for layer in range(3))


GOOD = tars.docker_archive(LAYERS, CONFIG, TAGS, "oci", "gzip")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 7), st.booleans())
def test_any_flipped_bit_or_cut_ends_in_our_own_words(tmp_path: Path, at: int, bit: int, cut: bool) -> None:
    """A flipped bit of a blob is never silent: its digest is claimed by its name."""
    path = tmp_path / "a.tar"
    path.write_bytes(GOOD[:at] if cut else GOOD[:at] + bytes([GOOD[at] ^ (1 << bit)]) + GOOD[at + 1 :])
    try:
        said = reasons(read(path))
    except ImagexplorerError as error:
        said = f"refused: {error}" if str(path) in error.what else ""
    if cut or said:
        return
    inside = _blob_at(at)
    assert not inside, f"byte {at} of {inside} changed in silence"


def _blob_at(at: int) -> str:
    """The blob whose content holds this byte of GOOD, where the image refers to it."""
    used = {layer["digest"] for layer in _manifest()["layers"]} | {_manifest()["config"]["digest"]}
    position = 0
    while position < len(GOOD):
        name = GOOD[position : position + 100].rstrip(b"\0").decode()
        size = int(GOOD[position + 124 : position + 135] or b"0", 8) if name else 0
        if position + 512 <= at < position + 512 + size:
            return name if name.removeprefix("blobs/").replace("/", ":") in used else ""
        position += 512 + (size + 511) // 512 * 512
    return ""


def _manifest() -> Any:
    raw = tars.dumped(CONFIG)
    return tars.oci_manifest(raw, [tars.gzipped(layer) for layer in LAYERS], "gzip")


def test_the_helper_finds_the_blobs() -> None:
    assert _blob_at(GOOD.index(tars.gzipped(LAYERS[1])) + 5)
    assert not _blob_at(3)


def test_a_name_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    path = save(tmp_path, four(), NAMES)
    with pytest.raises(NotFound, match="x:1"):
        read(path, "other:1")
    assert json.dumps(read(path)[0].config)


@pytest.mark.parametrize("inner", ["", "gzip", "zstd"])
@pytest.mark.parametrize("style", ["docker", "oci"])
def test_layers_that_were_indexed_in_passing_are_checked_too(tmp_path: Path, inner: str, style: str) -> None:
    layers = [tars.tar([tars.file(f"f{n}", os.urandom(1_500_000)), tars.file(f"g{n}", "x")]) for n in range(2)]
    good = tars.docker_archive(layers, None, TAGS, style, inner)
    path = tmp_path / "a"
    path.write_bytes(tars.zstd(good))
    found = read(path, verify=False)
    assert reasons(found) == ""
    assert [found[1][layer].verified for layer in range(2)] == [True, True]
    plain = tmp_path / "plain"
    plain.write_bytes(good)
    same = read(plain)
    for layer in range(2):
        for name in ("paths", "size", "data", "hash", "mtime"):
            assert bytes(found[1][layer][name].cast("B")) == bytes(same[1][layer][name].cast("B"))
    at = good.index(tars.compressed(layers[1], inner)) + 700_000
    path.write_bytes(tars.zstd(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]))
    harmed = read(path, verify=False)
    assert "layer 1" in reasons(harmed)
    assert harmed[1][0].verified
    assert not harmed[1][1].verified
