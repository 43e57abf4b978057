"""Wrong, twisted and hostile OCI layouts: only images are listed, loops and lies are named, nothing outside read."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Damaged, ImagexplorerError, Refused, WrongUse
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ScanOptions
from tests import tars
from tests.sources.contract import CONFIG, LAYERS, TAGS, opened
from tests.sources.test_archive_damage import read, reasons

RAW = tars.dumped(CONFIG)
BLOBS = [tars.gzipped(layer) for layer in LAYERS]
MANIFEST = tars.oci_manifest(RAW, BLOBS, "gzip")


def write(where: Path, documents: Sequence[bytes], index: Any, blobs: Sequence[bytes] = (RAW, *BLOBS)) -> Path:
    """A layout with these blobs; `index` is index.json, a document or bytes."""
    for blob in (*blobs, *documents):
        path = where / tars.blob_name(tars.digest(blob))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob)
    (where / "oci-layout").write_bytes(b'{"imageLayoutVersion":"1.0.0"}')
    (where / "index.json").write_bytes(index if isinstance(index, bytes) else tars.dumped(index))
    return where


def one(where: Path, manifest: Mapping[str, Any] = MANIFEST, **more: Any) -> Path:
    raw = tars.dumped(manifest)
    return write(where, [raw], tars.oci_index([tars.descriptor(tars.MANIFEST, raw, **more)]))


def changed(document: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {**json.loads(json.dumps(document)), **fields}


def layer_fields(**fields: Any) -> dict[str, Any]:
    document = changed(MANIFEST)
    document["layers"][1] |= fields
    return document


def test_a_good_one_is_quiet(tmp_path: Path) -> None:
    found = read(one(tmp_path))
    assert reasons(found) == ""
    assert [found[1][layer].verified for layer in range(4)] == [True] * 4
    assert found[0].image.digests == (tars.digest(tars.dumped(MANIFEST)),)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"digest": "md5:" + "0" * 32}, "not a sha256"),
        ({"digest": ""}, "no digest"),
        ({"digest": 5}, "should be text"),
        ({"digest": "sha256:../../../../etc/passwd"}, "not a sha256"),
        ({"digest": "sha256:" + "A" * 64}, "not a sha256"),
        ({"digest": "sha256:" + "0" * 64}, "not in this layout"),
        ({"digest": "sha256:" + "0" * 64, "urls": ["file:///etc/passwd"]}, "never fetched"),
        ({"size": -5}, "impossible"),
        ({"size": 2**62}, "impossible"),
        ({"size": 1}, "1 are claimed"),
        ({"digest": tars.digest(BLOBS[0]), "size": len(BLOBS[0])}, "digest"),
    ],
)
def test_a_layer_that_is_wrong_is_named(tmp_path: Path, fields: dict[str, Any], words: str) -> None:
    found = read(one(tmp_path, layer_fields(**fields)))
    assert words in reasons(found)
    assert [found[1][layer].verified for layer in (0, 2, 3)] == [True] * 3


@pytest.mark.parametrize("number", range(6), ids=["manifest", "config", *(f"layer {n}" for n in range(4))])
def test_each_blob_that_is_changed_is_found_out(tmp_path: Path, number: int) -> None:
    """Both values are told (umoci's test of hardening)."""
    blob = [tars.dumped(MANIFEST), RAW, *BLOBS][number]
    path = one(tmp_path) / tars.blob_name(tars.digest(blob))
    other = blob.replace(b"sha256:", b"sha256;", 1) if number == 0 else blob[:-6] + bytes([blob[-6] ^ 1]) + blob[-5:]
    path.write_bytes(other)
    try:
        said = reasons(read(tmp_path))
    except Damaged as error:
        said = error.reason
    assert tars.digest(blob) in said
    assert tars.digest(other) in said


def test_a_sha512_digest_is_compared_too(tmp_path: Path) -> None:
    import hashlib

    name = hashlib.sha512(BLOBS[1]).hexdigest()
    document = layer_fields(digest=f"sha512:{name}")
    one(tmp_path, document)
    (tmp_path / "blobs/sha512").mkdir()
    (tmp_path / "blobs/sha512" / name).write_bytes(BLOBS[1])
    assert reasons(read(tmp_path)) == ""
    (tmp_path / "blobs/sha512" / name).write_bytes(tars.gzipped(LAYERS[1], level=1))
    assert "does not match" in reasons(read(tmp_path))


def test_links_are_never_followed(tmp_path: Path) -> None:
    layout, outside = one(tmp_path / "layout"), tmp_path / "outside"
    outside.mkdir()
    blob = layout / tars.blob_name(tars.digest(BLOBS[1]))
    blob.rename(outside / "blob")
    blob.symlink_to(outside / "blob")
    found = read(layout)
    assert "link" in reasons(found)
    assert len(found[1][1]) == 0
    (layout / "blobs").rename(outside / "blobs")
    (layout / "blobs").symlink_to(outside / "blobs")
    with pytest.raises(Damaged, match="no image"):
        read(layout)


def test_pipes_in_a_layout_never_block(tmp_path: Path) -> None:
    layout = one(tmp_path)
    blob = layout / tars.blob_name(tars.digest(BLOBS[1]))
    blob.unlink()
    os.mkfifo(blob)
    assert "named pipe" in reasons(read(layout))
    (layout / "index.json").unlink()
    os.mkfifo(layout / "index.json")
    with pytest.raises((Damaged, Refused)):
        read(layout)


# -- indexes -----------------------------------------------------------------------------------------


def index_of(*manifests: Mapping[str, Any]) -> bytes:
    return tars.dumped(tars.oci_index(manifests))


def test_platforms_are_chosen(tmp_path: Path) -> None:
    images = [
        tars.OciImage([layer], tag="multi:1", platform=f"linux/{name}")
        for layer, name in zip(LAYERS, ("s390x", "arm64"), strict=False)
    ]
    tars.oci_layout(tmp_path, images, nested=True)
    with opened(tmp_path) as source:
        control = Control()
        assert len(source.images(control)) == 1
        detail = source.image("multi:1", control)
        assert [str(each) for each in detail.platforms] == ["linux/s390x", "linux/arm64"]
        for name, layer in zip(("s390x", "arm64"), LAYERS, strict=False):
            chosen = source.image("multi:1", control, f"linux/{name}")
            assert chosen.layers[0].diff_id == tars.digest(layer)
            assert source.image(chosen.image.id, control).image == chosen.image
        with pytest.raises(WrongUse, match="linux/arm64"):
            source.image("multi:1", control, "windows/amd64")


def test_attestations_and_artifacts_are_no_images(tmp_path: Path) -> None:
    raw = tars.dumped(MANIFEST)
    statement = b'{"_type":"https://in-toto.io/Statement/v0.1"}'
    attestation = tars.dumped(changed(MANIFEST, layers=[tars.descriptor("application/vnd.in-toto+json", statement)]))
    helm = tars.dumped(changed(MANIFEST, config=tars.descriptor("application/vnd.cncf.helm.config.v1+json", b"{}")))
    index = index_of(
        tars.descriptor(tars.MANIFEST, raw, platform={"os": "linux", "architecture": "amd64"}),
        tars.descriptor(
            tars.MANIFEST, attestation, {"vnd.docker.reference.type": "attestation-manifest"},
            platform={"os": "unknown", "architecture": "unknown"},
        ),
    )  # fmt: skip
    top = tars.oci_index(
        [
            tars.descriptor(tars.INDEX, index, {"io.containerd.image.name": "app:1"}),
            tars.descriptor(tars.MANIFEST, helm, {"org.opencontainers.image.ref.name": "chart"}),
            tars.descriptor(tars.MANIFEST, attestation),
            tars.descriptor("application/x-other", statement),
        ]
    )
    write(tmp_path, [raw, attestation, helm, index, statement], top)
    with opened(tmp_path) as source:
        assert [image.tags for image in source.images(Control())] == [("app:1",)]
        detail = source.image("0", Control())
    assert not detail.problems
    others = "\n".join(detail.others)
    for word in ("attestation", "helm", "application/x-other"):
        assert word in others


def test_a_platform_that_was_not_saved_is_no_fault(tmp_path: Path) -> None:
    raw = tars.dumped(MANIFEST)
    index = index_of(
        tars.descriptor(tars.MANIFEST, b"elsewhere", platform={"os": "linux", "architecture": "arm64"}),
        tars.descriptor(tars.MANIFEST, raw, platform={"os": "linux", "architecture": "amd64"}),
    )
    found = read(write(tmp_path, [raw, index], tars.oci_index([tars.descriptor(tars.INDEX, index)])))
    assert reasons(found) == ""
    assert any("linux/arm64" in other for other in found[0].others)


def test_an_index_that_names_itself_ends(tmp_path: Path) -> None:
    digest = "sha256:" + "1" * 64
    loop = tars.dumped(tars.oci_index([{"mediaType": tars.INDEX, "digest": digest, "size": 5}]))
    write(tmp_path, [], loop)
    (tmp_path / "blobs/sha256" / ("1" * 64)).write_bytes(loop)
    with pytest.raises(Damaged, match="loop"):
        open_source_of(tmp_path)


def open_source_of(path: Path) -> None:
    from imagexplorer.core.entities import Address

    open_source(Address("file", str(path)), Control()).close()


def test_indexes_sixty_deep_and_ten_wide_end(tmp_path: Path) -> None:
    raw = tars.dumped(MANIFEST)
    documents, child = [raw], tars.descriptor(tars.MANIFEST, raw)
    for level in range(60):
        text = index_of(*([child] * 10), {"mediaType": "x", "digest": "", "size": level})
        documents.append(text)
        child = tars.descriptor(tars.INDEX, text)
        if level == 11:
            twelve = child
    write(tmp_path / "deep", documents, tars.oci_index([child]))
    with pytest.raises(Damaged, match="deeper than 16"):
        read(tmp_path / "deep")
    write(tmp_path / "wide", documents, tars.oci_index([twelve]))
    assert len(read(tmp_path / "wide")[0].layers) == 4


def test_ten_thousand_descriptors_are_enough(tmp_path: Path) -> None:
    raw = tars.dumped(MANIFEST)
    many = [tars.descriptor(tars.MANIFEST, raw, {"org.opencontainers.image.ref.name": f"t{n}"}) for n in range(12_000)]
    found = read(write(tmp_path, [raw], tars.oci_index(many)))
    assert "10,000" in reasons(found)
    assert len(found[0].image.tags) == 10_000


def test_a_document_that_is_both_is_refused(tmp_path: Path) -> None:
    both = tars.dumped(changed(MANIFEST, manifests=[]) | {"manifests": [1]})
    with pytest.raises(Damaged, match="ambiguous"):
        read(write(tmp_path, [both], tars.oci_index([tars.descriptor(tars.MANIFEST, both)])))


def test_a_manifest_announced_as_an_index_is_flagged(tmp_path: Path) -> None:
    raw = tars.dumped(MANIFEST)
    found = read(write(tmp_path, [raw], tars.oci_index([tars.descriptor(tars.INDEX, raw)])))
    assert "announced as an index" in reasons(found)


@pytest.mark.parametrize("index", [b"{}", b"[1]", b"null", b"", b'{"a":' * 100_000, b'{"manifests": 5}'], ids=range(6))
def test_an_index_without_images_is_one_error(tmp_path: Path, index: bytes) -> None:
    with pytest.raises(Damaged) as raised:
        read(write(tmp_path, [], index))
    assert raised.value.what == str(tmp_path)


def test_embedded_data_stands_for_a_missing_configuration(tmp_path: Path) -> None:
    document = changed(MANIFEST)
    document["config"]["data"] = base64.b64encode(RAW).decode()
    one(tmp_path, document)
    (tmp_path / tars.blob_name(tars.digest(RAW))).unlink()
    assert reasons(read(tmp_path)) == ""
    document["config"]["data"] = base64.b64encode(RAW + b" ").decode()
    one(tmp_path / "other", document)
    (tmp_path / "other" / tars.blob_name(tars.digest(RAW))).unlink()
    said = reasons(read(tmp_path / "other"))
    assert "embedded data does not match" in said
    assert "config" in said


def test_manifest_json_beside_an_index_is_checked_against_it(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tars.docker_archive(LAYERS, CONFIG, TAGS, "oci", "gzip"))
    found = read(path)
    assert reasons(found) == ""
    assert found[0].layers[0].media_type.endswith("tar+gzip")
    assert found[0].image.digests
    data = path.read_bytes()
    names = [tars.blob_name(tars.digest(blob)).encode() for blob in BLOBS]
    at = data.index(b"manifest.json")
    swapped = data[at:].replace(names[0], b"@@").replace(names[1], names[0]).replace(b"@@", names[1])
    path.write_bytes(data[:at] + swapped)
    assert "manifest.json counts" in reasons(read(path))


def test_any_order_of_wanted_layers(tmp_path: Path) -> None:
    with opened(one(tmp_path)) as source:
        detail: ImageDetail = source.image("0", Control())
        found: dict[int, LayerIndex] = {}
        source.scan(detail, {3, 1}, ScanOptions(), found.__setitem__, Control())
    assert sorted(found) == [1, 3]


def test_all_errors_name_the_layout(tmp_path: Path) -> None:
    for name in ("missing", "file"):
        path = tmp_path / name
        if name == "file":
            path.write_text("x")
        with pytest.raises(ImagexplorerError) as raised:
            read(path)
        assert str(path) in raised.value.what
