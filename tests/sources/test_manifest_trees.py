"""The documents of an image as a tree: indexes, platforms, attestations, signatures, and what engines tell of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Image, ImageDetail, Layer, Platform
from imagexplorer.core.manifest_tree import NODES_MOST, ManifestTree, Node
from imagexplorer.sources.engine.manifests import identity_claims, manifest_tree
from tests import tars
from tests.sources.contract import opened
from tests.sources.engine.test_answers import FOLDER, answer, recorded

LAYER = tars.tar([tars.file("a", b"x")])
IN_TOTO = "application/vnd.in-toto+json"


def tree_of(path: Path, reference: str = "0", platform: str = "") -> ManifestTree:
    with opened(path) as source:
        return source.manifests(source.image(reference, Control(), platform), Control())


def written(path: Path, files: Mapping[str, bytes]) -> Path:
    for name, blob in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(blob)
    return path


def shape(tree: ManifestTree, number: int = -1) -> list[Any]:
    """Roles, nested as the tree is."""
    return [
        [tree.nodes[at].role, *shape(tree, at)] if tree.children(at) else tree.nodes[at].role
        for at in tree.children(number)
    ]


def two_platforms(**more: Any) -> dict[str, bytes]:
    images = [tars.OciImage((LAYER,), None, "app:1", "gzip", f"linux/{each}") for each in ("amd64", "arm64")]
    return tars.oci_blobs(images, nested=True)


def attested() -> dict[str, bytes]:
    """As BuildKit pushes: an index of one image and the attestation manifest about it."""
    files = tars.oci_blobs([tars.OciImage((LAYER,), None, "app:1", "gzip", "linux/amd64")])
    (image,) = json.loads(files["index.json"])["manifests"]
    statement = tars.dumped(
        {"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://slsa.dev/provenance/v0.2"}
    )
    layer = tars.descriptor(IN_TOTO, statement, {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"})
    manifest = dict(tars.oci_manifest(b"{}", []), layers=[layer])
    raw = tars.dumped(manifest)
    marks = {
        "vnd.docker.reference.type": "attestation-manifest",
        "vnd.docker.reference.digest": image["digest"],
    }
    unknown = {"os": "unknown", "architecture": "unknown"}
    inner = tars.dumped(tars.oci_index([image, tars.descriptor(tars.MANIFEST, raw, marks, platform=unknown)]))
    top = tars.descriptor(tars.INDEX, inner, {"org.opencontainers.image.ref.name": "app:1"})
    for blob in (statement, raw, inner, b"{}"):
        files[tars.blob_name(tars.digest(blob))] = blob
    return {**files, "index.json": tars.dumped(tars.oci_index([top]))}


def test_an_index_of_platforms(tmp_path: Path) -> None:
    path = written(tmp_path, two_platforms())
    for platform in ("linux/amd64", "linux/arm64"):
        tree = tree_of(path, "app:1", platform)
        one = ["manifest", "config", "layer"]
        assert shape(tree) == [["index", ["index", one, one]]]
        chosen = [node for node in tree.nodes if node.chosen]
        assert [node.role for node in chosen] == ["manifest", "config", "layer"]
        assert str(chosen[0].platform) == platform
        assert all(node.here for node in tree.nodes)
        assert tree.nodes[1].name == "app:1"


def test_an_attestation_says_what_it_is_about_and_what_it_does_not_prove(tmp_path: Path) -> None:
    tree = tree_of(written(tmp_path, attested()), "app:1")
    assert shape(tree) == [
        ["index", ["index", ["manifest", "config", "layer"], ["attestation", "config", "statement"]]]
    ]
    image = next(node for node in tree.nodes if node.role == "manifest")
    statement = next(node for node in tree.nodes if node.role == "statement")
    attestation = next(node for node in tree.nodes if node.role == "attestation")
    assert attestation.about == statement.about == image.digest
    assert attestation.platform is None
    assert statement.key, "it is a text to be read"
    (claim,) = tree.claims
    assert "provenance" in claim.text
    assert "not signed" in claim.leaves_open


@pytest.mark.parametrize("by", ["tag", "subject"])
def test_a_signature_stands_beside_what_it_signs(tmp_path: Path, by: str) -> None:
    files = tars.oci_blobs([tars.OciImage((LAYER,), None, "app:1")])
    index = json.loads(files["index.json"])
    (image,) = index["manifests"]
    payload = b'{"critical": {}}'
    signing = "application/vnd.dev.cosign.simplesigning.v1+json"
    manifest = dict(tars.oci_manifest(b"{}", []), layers=[tars.descriptor(signing, payload)])
    annotations = {}
    if by == "subject":
        manifest["subject"] = image
    else:
        annotations = {"org.opencontainers.image.ref.name": f"app:{image['digest'].replace(':', '-')}.sig"}
    raw = tars.dumped(manifest)
    other = tars.oci_blobs([tars.OciImage((LAYER, LAYER), None, "other:1")])
    more = json.loads(other["index.json"])["manifests"]
    files |= {tars.blob_name(tars.digest(blob)): blob for blob in (raw, payload, b"{}")}
    top = tars.dumped(tars.oci_index([image, tars.descriptor(tars.MANIFEST, raw, annotations), *more]))
    tree = tree_of(written(tmp_path, {**other, **files, "index.json": top}), "app:1")
    assert shape(tree) == [["index", ["manifest", "config", "layer"], ["signature", "config", "layer"]]]
    assert "1 more" in tree.nodes[0].note
    assert not any(node.chosen for node in tree.nodes[4:])
    assert [claim.text for claim in tree.claims] == ["1 signature beside the image"]
    assert "not checked here" in tree.claims[0].leaves_open


def test_what_is_named_and_not_there(tmp_path: Path) -> None:
    """An engine saves one platform of two."""
    files = two_platforms()
    inner = json.loads(files[tars.blob_name(json.loads(files["index.json"])["manifests"][0]["digest"])])
    del files[tars.blob_name(inner["manifests"][1]["digest"])]
    tree = tree_of(written(tmp_path, files), "app:1")
    assert shape(tree) == [["index", ["index", ["manifest", "config", "layer"], "manifest"]]]
    assert [node.here for node in tree.nodes] == [True] * 5 + [False]
    assert tree.nodes[-1].key == ""


def test_manifest_json_is_a_document_too(tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(tars.docker_archive((LAYER,), tags=("app:1",)))
    tree = tree_of(path, "app:1")
    assert shape(tree) == [["list", "config", "layer"]]
    assert tree.nodes[1].digest.startswith("sha256:")
    assert all(node.chosen and node.here for node in tree.nodes[1:])


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_index_ends_as_a_tree(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Indexes that name each other, themselves (not possible by digest, but by descriptors that lie), nothing."""
    files = two_platforms()
    blobs = [name for name in files if name.startswith("blobs/")]
    lies = data.draw(st.lists(st.sampled_from(blobs), min_size=1, max_size=6))
    index = json.loads(files["index.json"])
    top = index["manifests"][0]
    inner_name = tars.blob_name(top["digest"])
    inner = json.loads(files[inner_name])
    digests = [name.replace("blobs/", "").replace("/", ":") for name in lies]
    odd = st.sampled_from([None, 3, [], {}, "x", {"digest": 1}, {"mediaType": None}])
    inner["manifests"] += [{"digest": digest, "size": 1} for digest in digests] + data.draw(st.lists(odd, max_size=4))
    files[inner_name] = tars.dumped(inner)
    tree = tree_of(written(tmp_path_factory.mktemp("odd"), files))
    assert len(tree.nodes) <= NODES_MOST
    assert all(node.parent < at for at, node in enumerate(tree.nodes))


def test_a_wide_index_is_bounded(tmp_path: Path) -> None:
    files = two_platforms()
    index = json.loads(files["index.json"])
    inner_name = tars.blob_name(index["manifests"][0]["digest"])
    inner = json.loads(files[inner_name])
    inner["manifests"] += [{"digest": "sha256:" + f"{number:064x}", "size": 1} for number in range(9_000)]
    files[inner_name] = tars.dumped(inner)
    tree = tree_of(written(tmp_path, files))
    assert len(tree.nodes) == NODES_MOST
    assert tree.left_out > 6_000


# -- engines ------------------------------------------------------------------------------------------

IMAGE = ImageDetail(
    Image("sha256:" + "1" * 64, platform=Platform("linux", "amd64")),
    (Layer(0, "sha256:" + "2" * 64),),
    config_digest="",
)


def told(inspect: Mapping[str, Any], graph: bool = False) -> ManifestTree:
    return manifest_tree(inspect, IMAGE, lambda _digest: None, graph)


@recorded
def test_recorded_answers(engine: str) -> None:
    """Docker 29 with both stores and Podman 5, and a short one where no recordings are at hand."""
    inspect = answer(engine, "image_inspect")
    tree = told(inspect[0] if isinstance(inspect, list) else inspect, engine == "docker29g")
    assert tree.nodes[0].role == "record"
    assert [node.role for node in tree.nodes if node.chosen][-2:] == ["config", "layer"]


@pytest.mark.skipif(not (FOLDER / "docker29c").exists(), reason="no recorded answers")
def test_what_docker_29_says_of_a_pull() -> None:
    inspect = answer("docker29c", "image_inspect_pulled")
    tree = told(inspect)
    assert [claim.text for claim in tree.claims] == ["Pulled from 127.0.0.1/probe/app"]
    assert "not said" in tree.claims[0].leaves_open
    assert tree.nodes[1].media_type == "application/vnd.oci.image.manifest.v1+json"


def test_an_index_with_an_attestation() -> None:
    def one(digit: str, kind: str, **more: Any) -> dict[str, Any]:
        descriptor = {"digest": "sha256:" + digit * 64, "mediaType": tars.MANIFEST, "size": 7}
        return {"Descriptor": descriptor, "Kind": kind, "Available": True, **more}

    platforms = [{"ImageData": {"Platform": {"os": "linux", "architecture": each}}} for each in ("arm64", "amd64")]
    inspect = {
        "Id": IMAGE.image.id,
        "Descriptor": {"digest": IMAGE.image.id, "mediaType": tars.INDEX, "size": 9},
        "Manifests": [
            one("3", "image", **platforms[0]),
            one("4", "image", **platforms[1]),
            one("5", "attestation", AttestationData={"For": "sha256:" + "4" * 64}),
        ],
    }
    tree = told(inspect)
    assert shape(tree) == [["record", ["index", "manifest", ["manifest", "config", "layer"], "attestation"]]]
    assert tree.nodes[-1].about == tree.nodes[3].digest


def test_a_graph_store_keeps_no_manifest() -> None:
    tree = told({"Id": "x", "RepoDigests": ["app@sha256:" + "6" * 64]}, graph=True)
    assert [(node.role, node.name, node.here) for node in tree.nodes[:2]] == [
        ("record", "what the engine tells", True),
        ("manifest", "app", False),
    ]
    assert not tree.claims


def test_signatures_are_told_with_their_limits() -> None:
    signer = {"SubjectAlternativeName": "a\u202eb@example.org", "Issuer": "https://issuer.example"}
    good, bad = identity_claims(
        {"Identity": {"Signature": [{"Signer": signer, "Warnings": ["old"]}, {"Name": "x", "Error": "no match"}]}}
    )
    assert "\u202e" not in good.text
    assert good.text.startswith("Signed by a")
    assert "Warnings: old" in good.leaves_open
    assert "does not hold" in bad.text
    assert "no match" in bad.leaves_open


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "Identity",
                        "Pull",
                        "Build",
                        "Signature",
                        "Signer",
                        "Repository",
                        "Manifests",
                        "Descriptor",
                        "digest",
                        "Kind",
                    ]
                ),
                inner,
            )
        ),
    )
)
def test_any_answer_makes_a_tree(inspect: Any) -> None:
    tree = told(inspect if isinstance(inspect, dict) else {"Identity": inspect, "Manifests": inspect})
    assert isinstance(tree.nodes[0], Node)
