"""Archives and layouts of every engine's shape keep the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tars
from tests.sources.contract import CONFIG, LAYERS, TAGS, ImageSourceContract, Known, opened

STYLES = ("docker", "podman", "oci")


class TestDockerArchive(ImageSourceContract):
    @pytest.fixture(params=[f"{style}-{inner or 'plain'}" for style in STYLES for inner in ("", "gzip", "zstd")])
    def known(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Known]:
        style, inner = request.param.split("-")
        path = tmp_path / "image"
        path.write_bytes(tars.docker_archive(LAYERS, CONFIG, TAGS, style, "" if inner == "plain" else inner))
        with opened(path) as source:
            assert source.address.kind == "docker-archive"
            yield Known(source)


class TestCompressedArchive(ImageSourceContract):
    @pytest.fixture(params=["gzip", "zstd", "gzip members"])
    def known(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Known]:
        archive = tars.docker_archive(LAYERS, CONFIG, TAGS, "podman")
        path = tmp_path / "image"
        packed = tars.gzipped(archive, 7) if "members" in request.param else tars.compressed(archive, request.param)
        path.write_bytes(packed)
        with opened(path) as source:
            yield Known(source)


class TestOciArchive(ImageSourceContract):
    @pytest.fixture(params=["", "gzip", "zstd"])
    def known(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Known]:
        path = tmp_path / "image"
        path.write_bytes(tars.oci_archive([tars.OciImage(LAYERS, CONFIG, TAGS[0], request.param)]))
        with opened(path) as source:
            assert source.address.kind == "oci-archive"
            yield Known(source)


class TestOciLayout(ImageSourceContract):
    @pytest.fixture(params=["flat", "nested"])
    def known(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Known]:
        image = tars.OciImage(LAYERS, CONFIG, TAGS[0], platform="linux/amd64")
        tars.oci_layout(tmp_path / "layout", [image], nested=request.param == "nested")
        with opened(tmp_path / "layout") as source:
            assert source.address.kind == "oci-layout"
            yield Known(source)
