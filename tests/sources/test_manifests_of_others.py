"""Manifests, lists and indexes of other projects, each alone and without its blobs: what they name is shown as missing.

Each is put where it belongs: an index and a manifest below the index of a layout that has a good image too, a
manifest.json in an archive. Documents of our own of every kind stand in where the folder is not there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Damaged
from imagexplorer.core.manifest_tree import INDEX, MANIFEST, ManifestTree
from tests import tars
from tests.others import FOLDER, cases
from tests.sources.contract import LAYERS, opened
from tests.sources.test_archive_damage import read, reasons, write

RAW = tars.dumped(tars.config(LAYERS[:1]))
GOOD = tars.dumped(tars.oci_manifest(RAW, LAYERS[:1]))
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
_PLATFORMS: tuple[dict[str, Any], ...] = (
    {"os": "linux", "architecture": "arm", "variant": "v6"},
    {"os": "linux", "architecture": "arm", "variant": "unheard-of"},
    {"os": "b", "architecture": "a", "os.version": "c", "os.features": ["d"], "features": ["f"]},
)
_MADE: dict[str, Any] = {
    "list": {
        "schemaVersion": 2, "mediaType": LIST,
        "manifests": [
            tars.descriptor(DOCKER, b"%d" % number, platform=platform, urls=["https://some.example/manifest"])
            for number, platform in enumerate(_PLATFORMS)
        ],
    },
    "index": {
        "schemaVersion": 2, "mediaType": tars.INDEX, "annotations": {"a": "b"},
        "manifests": [
            tars.descriptor(tars.MANIFEST, b"1", platform=_PLATFORMS[0], artifactType="application/x-tar"),
            tars.descriptor(tars.MANIFEST, b"2", {"a": "b"}, platform=_PLATFORMS[1]),
        ],
    },
    "manifest": {key: value for key, value in tars.oci_manifest(b"{}", [b"1", b"2"]).items() if key != "mediaType"},
    "schema 1": {"schemaVersion": 1, "name": "a", "fsLayers": [], "history": [], "signatures": 1},
    "none": [],
    "blank": [{"Config": "", "RepoTags": [], "Layers": []}],
    "two": [{"Config": f"{n}.json", "RepoTags": [f"a:{n}"], "Layers": [f"{n}/layer.tar"] * 3} for n in range(2)],
}  # fmt: skip
DOCUMENTS = {f"made: {name}": tars.dumped(document) for name, document in _MADE.items()} | {
    case["file"]: (FOLDER / case["file"]).read_bytes() for case in cases("manifest-json")
}
LINKS = {name for name, raw in DOCUMENTS.items() if raw.startswith(b"../")}  # as Git keeps a link: a path, no document
TOLD = {name: json.loads(raw) for name, raw in DOCUMENTS.items() if name not in LINKS}
INDEXES = [name for name, document in TOLD.items() if "manifests" in document]
MANIFESTS = [name for name, document in TOLD.items() if "layers" in document]
OLD = [name for name, document in TOLD.items() if "fsLayers" in document]
LISTS = [name for name, document in TOLD.items() if isinstance(document, list)]


def test_each_is_of_a_kind_that_is_read_below() -> None:
    assert sorted([*INDEXES, *MANIFESTS, *OLD, *LISTS, *LINKS]) == sorted(DOCUMENTS)


def beside_a_good_one(folder: Path, raw: bytes) -> Path:
    """A layout of one index: the document, then a good image."""
    media_type = json.loads(raw).get("mediaType", "") if raw.startswith(b"{") else ""
    inner = tars.dumped(tars.oci_index([tars.descriptor(media_type, raw), tars.descriptor(tars.MANIFEST, GOOD)]))
    top = tars.oci_index([tars.descriptor(tars.INDEX, inner, {"org.opencontainers.image.ref.name": "app:1"})])
    for blob in (raw, inner, GOOD, RAW, LAYERS[0]):
        path = folder / tars.blob_name(tars.digest(blob))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob)
    (folder / "oci-layout").write_bytes(b'{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_bytes(tars.dumped(top))
    return folder


def looked_at(path: Path) -> tuple[list[ImageDetail], ManifestTree]:
    """All images, and the documents of the one that is good."""
    with opened(path) as source:
        control = Control()
        (row,) = source.images(control)
        first = source.image(row.id, control)
        details = [first, *(source.image(row.id, control, str(each)) for each in first.platforms[1:])]
        good = next(each for each in details if each.image.digests == (tars.digest(GOOD),))
        return details, source.manifests(good, control)


def platform_words(told: Mapping[str, Any]) -> str:
    return "/".join(told[key] for key in ("os", "architecture", "variant") if told.get(key))


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_names_platforms_that_are_not_here(tmp_path: Path, name: str) -> None:
    (detail,), tree = looked_at(beside_a_good_one(tmp_path, DOCUMENTS[name]))
    named = [(each["digest"], platform_words(each["platform"])) for each in TOLD[name]["manifests"]]
    assert named
    assert not detail.problems, "engines save one platform of many"
    assert [other.partition(":")[0] for other in detail.others] == [platform for _, platform in named]
    root = next(at for at, node in enumerate(tree.nodes) if node.digest == tars.digest(DOCUMENTS[name]))
    below = [tree.nodes[at] for at in tree.children(root)]
    assert tree.nodes[root].role == INDEX
    assert [(node.digest, str(node.platform or "")) for node in below] == named
    assert {(node.role, node.here, node.chosen) for node in below} == {(MANIFEST, False, False)}


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_shows_its_layers_though_they_are_not_here(tmp_path: Path, name: str) -> None:
    raw = DOCUMENTS[name]
    top = tars.oci_index([tars.descriptor(json.loads(raw).get("mediaType", ""), raw)])
    beside_a_good_one(tmp_path, raw)
    (tmp_path / "index.json").write_bytes(tars.dumped(top))
    found = read(tmp_path)
    layers = TOLD[name]["layers"]
    assert [(each.digest, each.media_type) for each in found[0].layers] == [
        (each["digest"], each["mediaType"]) for each in layers
    ]
    said = reasons(found)
    for each in (TOLD[name]["config"], *layers):
        hidden = each["digest"].partition(":")[2]
        assert f"blobs/sha256/{hidden}: it is not in this layout" in said


@pytest.mark.parametrize("name", [*OLD, *sorted(LINKS)])
def test_what_is_no_manifest_that_is_read_is_named_and_hides_no_image(tmp_path: Path, name: str) -> None:
    (detail,), _ = looked_at(beside_a_good_one(tmp_path, DOCUMENTS[name]))
    if name in OLD:
        assert not detail.problems
        assert "schema 1 manifest" in detail.others[0]
    else:
        (problem,) = detail.problems
        assert "not JSON" in problem.reason
        assert tars.digest(DOCUMENTS[name]).partition(":")[2] in problem.where


@pytest.mark.parametrize("name", LISTS)
def test_a_manifest_json_without_what_it_names(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "a.tar", [tars.file("manifest.json", DOCUMENTS[name])])
    if not TOLD[name]:
        with pytest.raises(Damaged, match="no image") as raised:
            read(path)
        assert raised.value.what == str(path)
        return
    for number, told in enumerate(TOLD[name]):
        found = read(path, str(number))
        assert list(found[0].image.tags) == told["RepoTags"]
        assert len(found[0].layers) == len(told["Layers"])
        said = reasons(found)
        assert "configuration" in said if not told["Config"] else f"{told['Config']}: it is not in this archive" in said
        for layer in told["Layers"]:
            assert f"{layer}: it is not in this archive" in said
