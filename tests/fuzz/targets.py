"""The fuzz targets by name; the corpus of each lies in corpus/NAME. A find is kept there and so becomes a test."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.engine_targets import engine
from tests.fuzz.image_targets import docker, oci, squash
from tests.fuzz.tar_targets import pax, stream, tar

TARGETS: dict[str, Callable[[bytes], None]] = {
    "tar": tar, "stream": stream, "pax": pax, "docker": docker, "oci": oci, "engine": engine, "squash": squash,
}  # fmt: skip
