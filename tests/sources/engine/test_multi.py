"""Images that travelled: several platforms under one name, and what a registry gives back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagexplorer.core.errors import WrongUse
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources.protocol import ScanOptions
from tests import engine_images, tars
from tests.engines import Engine
from tests.sources.engine.save_reading import index_rows

pytestmark = pytest.mark.engine
NAME = "test/both:1"


def one(platform: str) -> tars.OciImage:
    layers = (tars.tar([tars.file("which", platform.encode())]), tars.tar([tars.file("more", b"x" * 100)]))
    config = dict(tars.config(layers), architecture=platform.split("/")[1], os="linux")
    return tars.OciImage(layers, config, NAME, "gzip", platform)


def test_several_platforms(engine: Engine, tidy: list[str], tmp_path: Path) -> None:
    """Only the containerd store keeps more than one; the others take none of this archive."""
    if not engine.containerd:
        return
    files = tars.oci_blobs([one("linux/amd64"), one("linux/arm64")], nested=True)
    index = json.loads(files["index.json"])
    index["manifests"][0]["annotations"] = {"io.containerd.image.name": f"docker.io/{NAME}"}
    files["index.json"] = json.dumps(index).encode()
    list(engine.api.load_image(tars.tar([tars.file(name, data) for name, data in files.items()])))
    tidy.append(f"image:{NAME}")
    detail = engine.source.image(NAME, engine.control)
    assert {str(platform) for platform in detail.platforms} == {"linux/amd64", "linux/arm64"}
    for platform in ("linux/amd64", "linux/arm64"):
        chosen = engine.source.image(NAME, engine.control, platform)
        assert str(chosen.image.platform) == platform
        tree = engine.source.manifests(chosen, engine.control)
        manifests = {str(node.platform): node for node in tree.nodes if node.role == "manifest"}
        assert {"linux/amd64", "linux/arm64"} <= set(manifests)
        assert [name for name, node in manifests.items() if node.chosen] == [platform]
        assert [node.role for node in tree.nodes if node.chosen] == ["manifest", "config", "layer", "layer"]
        found: dict[int, LayerIndex] = {}
        after = engine.source.scan(chosen, {0, 1}, ScanOptions(), found.__setitem__, engine.control)
        assert [found[layer].diff_id for layer in (0, 1)] == [layer.diff_id for layer in chosen.layers]
        assert [found[layer].verified for layer in (0, 1)] == [True, True]
        exported: dict[int, LayerIndex] = {}
        engine.source.scan(chosen, {0, 1}, ScanOptions(True), exported.__setitem__, engine.control)
        assert [index_rows(exported[layer]) for layer in (0, 1)] == [index_rows(found[layer]) for layer in (0, 1)]
        assert found[0]["size"][0] == len(platform)
        assert after.config["architecture"] == platform.split("/")[1]
    with pytest.raises(WrongUse, match="linux/s390x"):
        engine.source.image(NAME, engine.control, "linux/s390x")


def test_pushed_and_pulled(engine: Engine, tidy: list[str]) -> None:
    """The registry is the test run's own; what comes back has a digest, and history without ids."""
    assert engine.private.registry, "no registry: packaging/set_up.py --test unpacks one"
    name = f"{engine.private.registry}/test/far"
    made = engine_images.build(engine.api, f"{name}:1", 'FROM scratch\nLABEL a=b\nCOPY busybox /far\nCMD ["x"]\n')
    tidy.append(f"image:{name}:1")
    before = engine.source.image(f"{name}:1", engine.control)
    said = list(engine.api.push(name, tag="1", stream=True, decode=True))
    assert not any("error" in line for line in said), said
    engine.api.remove_image(f"{name}:1")
    engine.api.pull(name, tag="1")
    detail = engine.source.image(f"{name}:1", engine.control)
    assert detail.image.tags == (f"{name}:1",)
    assert any(digest.startswith(f"{name}@sha256:") for digest in detail.image.digests)
    assert [layer.diff_id for layer in detail.layers] == [layer.diff_id for layer in before.layers]
    assert [(step.empty, step.layer) for step in detail.steps] == [(True, None), (False, 0), (True, None)]
    found: dict[int, LayerIndex] = {}
    engine.source.scan(detail, {0}, ScanOptions(True), found.__setitem__, engine.control)
    assert found[0].verified
    row = next(row for row in engine.source.images(engine.control) if row.id == detail.image.id)
    assert row.digests == detail.image.digests
    assert made
