"""An engine's export against what tarfile reads in the same export, and against what the engine says of the image."""

from __future__ import annotations

import threading

import pytest
import xxhash

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled, NotFound
from imagexplorer.core.layer_index import FILE, LayerIndex
from imagexplorer.sources.protocol import ScanOptions
from tests.engine_images import busybox
from tests.engines import SAMPLE, Engine
from tests.sources.engine.save_reading import has_times, index_rows, saved_layers

pytestmark = pytest.mark.engine


def scan_all(engine: Engine, reference: str, wanted: set[int] | None = None, verify: bool = True):
    """`verify` reads the export; without it the engine's own store is read, which this test run may."""
    detail = engine.source.image(reference, engine.control)
    found: dict[int, LayerIndex] = {}
    wanted = set(range(len(detail.layers))) if wanted is None else wanted
    after = engine.source.scan(detail, wanted, ScanOptions(verify), found.__setitem__, engine.control)
    return after, found


def test_entries_are_those_of_the_saved_archive(engine: Engine, sample: str) -> None:
    after, found = scan_all(engine, SAMPLE)
    expected = saved_layers(engine.api, SAMPLE)
    assert [index_rows(found[layer]) for layer in sorted(found)] == expected
    assert sum(len(layer) for layer in expected) > 100
    assert all(has_times(index) for index in found.values())
    assert not after.problems
    assert not any(index.problems for index in found.values())


def test_every_layer_is_verified_by_its_bytes(engine: Engine, sample: str) -> None:
    after, found = scan_all(engine, SAMPLE)
    assert [found[layer.index].diff_id for layer in after.layers] == [layer.diff_id for layer in after.layers]
    assert all(index.verified for index in found.values())
    assert [layer.diff_id for layer in after.layers] == engine.api.inspect_image(SAMPLE)["RootFS"]["Layers"]


def test_contents_are_hashed_as_they_pass(engine: Engine, sample: str) -> None:
    after, found = scan_all(engine, SAMPLE)
    wanted = xxhash.xxh3_64_intdigest(busybox().read_bytes())
    hits = [
        (layer, row)
        for layer, index in found.items()
        for row in range(len(index))
        if index.path(row) == b"bin/busybox" and index["kind"][row] == FILE
    ]
    assert len(hits) == 1
    layer, row = hits[0]
    assert found[layer]["hash"][row] == wanted
    assert list(engine.source.content_hashes(after, layer, [row], found[layer], engine.control)) == [wanted]


def test_only_wanted_layers_are_told(engine: Engine, sample: str) -> None:
    _, found = scan_all(engine, SAMPLE, {1, 3})
    assert sorted(found) == [1, 3]


def test_saved_by_id_and_by_name_are_the_same(engine: Engine, sample: str) -> None:
    _, by_name = scan_all(engine, SAMPLE)
    _, by_id = scan_all(engine, sample)
    assert {n: index_rows(i) for n, i in by_name.items()} == {n: index_rows(i) for n, i in by_id.items()}


def test_steps_come_from_the_configuration(engine: Engine, sample: str) -> None:
    after, _ = scan_all(engine, SAMPLE)
    history = list(reversed(engine.api.history(SAMPLE)))
    assert [step.instruction for step in after.steps] == [entry["CreatedBy"] for entry in history]
    flags = [bool(entry.get("empty_layer")) for entry in after.config["history"]]
    assert [step.empty for step in after.steps] == flags
    assert [step.layer for step in after.steps if not step.empty] == list(range(len(after.layers)))
    assert after.config_digest.startswith("sha256:")


def test_the_configuration_is_that_of_the_image(engine: Engine, sample: str) -> None:
    after, _ = scan_all(engine, SAMPLE)
    told = engine.api.inspect_image(SAMPLE)
    assert after.config["config"]["Env"] == told["Config"]["Env"]
    assert after.config["rootfs"]["diff_ids"] == told["RootFS"]["Layers"]
    # The containerd store names an image by its manifest, all others by its configuration.
    assert (after.config_digest == after.image.id) is not engine.containerd


def test_identical_layers_are_both_told(engine: Engine, tidy: list[str]) -> None:
    from tests import engine_images

    tidy.append("image:test/twins:1")
    engine_images.build(engine.api, "test/twins:1", "FROM scratch\nCOPY busybox /a\nCOPY other /b\n", {"other": b"x"})
    after, found = scan_all(engine, "test/twins:1")
    assert sorted(found) == [0, 1]
    assert all(index.verified for index in found.values())
    assert [index_rows(found[n]) for n in (0, 1)] == saved_layers(engine.api, "test/twins:1")
    assert len(after.layers) == 2


def test_cancel_ends_it_at_once(engine: Engine, sample: str) -> None:
    detail = engine.source.image(SAMPLE, engine.control)
    control = Control()
    seen = threading.Event()
    with pytest.raises(Cancelled):
        engine.source.scan(detail, {0, 1}, ScanOptions(True), lambda *_: (seen.set(), control.cancel()), control)
    assert seen.is_set()


def test_an_image_that_is_gone_is_not_found(engine: Engine, sample: str, tidy: list[str]) -> None:
    from tests import engine_images

    engine_images.build(engine.api, "test/gone:1", "FROM scratch\nCOPY busybox /gone\n")
    detail = engine.source.image("test/gone:1", engine.control)
    engine.source.remove_image("test/gone:1", engine.control)
    with pytest.raises(NotFound):
        engine.source.scan(detail, {0}, ScanOptions(), lambda *_: None, engine.control)
