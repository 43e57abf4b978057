"""An image from one engine to another through the worker process: with progress, and refusals as they were said."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Tls
from imagexplorer.core.errors import Refused, Unreachable, WrongUse
from imagexplorer.indexing.client import RemoteSource, open_remote
from imagexplorer.indexing.records import CacheOptions
from imagexplorer.indexing.workers import Workers
from tests import tars
from tests.http_engine import HttpEngine
from tests.indexing.test_builder import LAYERS, settle


def test_it_goes_through_the_worker_as_it_is(tmp_path: Path) -> None:
    workers = Workers(CacheOptions(directory=str(tmp_path / "cache")))
    archive = tmp_path / "image.tar"
    archive.write_bytes(tars.docker_archive(LAYERS, style="oci", compression="gzip"))
    settle(archive)
    with (
        HttpEngine(tmp_path / "here", layer_bytes=2_000_000) as here,
        HttpEngine(tmp_path / "there", images=0, containers=0) as there,
    ):
        try:

            def opened(kind: str, location: str, tls: Tls | None = None) -> RemoteSource:
                return open_remote(Address(kind, location, tls=tls), workers, Control())

            source, target = opened("engine", here.location), opened("engine", there.location)
            image = source.images(Control())[0]
            told: list[float] = []
            made = source.copy_image(
                image, image.tags, target, Control(lambda done, _total, _text: told.append(done), 0)
            )
            assert there.loaded == [here.export(image.id)]
            assert made == there.image_of(image.tags[0])
            assert told == sorted(told)
            assert told
            there.refuses = "no space left on device"
            with pytest.raises(Refused, match="no space left") as caught:
                source.copy_image(image, image.tags, target, Control())
            assert caught.value.way_out == "No name there has changed"
            there.refuses = ""
            file = opened("file", str(archive))
            (stored,) = file.images(Control())
            assert file.copy_image(stored, ("new:1",), target, Control()) == stored.id == there.image_of("new:1")
            with pytest.raises(WrongUse):
                source.copy_image(image, (), file, Control())
            # What was chosen for an address goes along with it.
            with pytest.raises(Unreachable, match="the CA certificate /none/ca"):
                opened("engine", "tcp://127.0.0.1:1", Tls("/none/ca.pem"))
        finally:
            workers.close()
