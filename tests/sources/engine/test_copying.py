"""An image from one engine to another: what is sent, what is said where one of the two fails, and that it ends."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Image
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Refused, Unreachable
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.copying import copy_from_file, copy_image
from imagexplorer.sources.engine.wire import Wire
from imagexplorer.sources.image_file import ImageFile
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ScanOptions
from tests import engine_images, tars
from tests.engines import SAMPLE, Engine
from tests.fault_proxy import Fault, FaultProxy
from tests.http_engine import HttpEngine

WAYS_OUT = ("No name there has changed", "image0:1 arrived all the same: look whether it is what you want")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[HttpEngine]:
    with HttpEngine(tmp_path / "here", layer_bytes=2_000_000) as made:
        yield made


@pytest.fixture
def there(tmp_path: Path) -> Iterator[HttpEngine]:
    with HttpEngine(tmp_path / "there", images=0, containers=0) as made:
        yield made


def wire(location: str) -> Wire:
    return open_engine(Address("engine", location), Control()).wire


def first(engine: HttpEngine) -> Image:
    row = next(iter(engine.images.values()))
    return Image(row["Id"], tuple(row["RepoTags"]), size_bytes=row["Size"])


def test_what_the_one_exports_is_what_the_other_loads(here: HttpEngine, there: HttpEngine) -> None:
    image = first(here)
    told: list[tuple[float, float | None]] = []
    control = Control(lambda done, total, _text: told.append((done, total)), interval=0)
    made = copy_image(wire(here.location), wire(there.location), image, image.tags, control)
    assert there.loaded == [here.export(image.id)]
    assert made == there.image_of(image.tags[0])
    sent = [done for done, _ in told]
    assert sent == sorted(sent)
    assert sent[-1] == len(there.loaded[0])
    assert {total for _, total in told} <= {image.size_bytes, None}, "never more than all of it"


def test_the_other_engines_no_is_told_in_its_words_though_its_status_is_200(
    here: HttpEngine, there: HttpEngine
) -> None:
    there.refuses = "no space left on device"
    image = first(here)
    with pytest.raises(Refused, match="no space left") as caught:
        copy_image(wire(here.location), wire(there.location), image, image.tags, Control())
    assert caught.value.way_out == "No name there has changed"


@pytest.mark.parametrize("breaks", ["here", "there"])
@pytest.mark.parametrize("kind", ["cut", "reset", "stall"])
def test_the_one_that_breaks_is_named_and_nothing_counts_as_copied(
    here: HttpEngine, there: HttpEngine, tmp_path: Path, breaks: str, kind: str
) -> None:
    image = first(here)
    with FaultProxy(tmp_path / "p", here.path if breaks == "here" else there.path) as proxy:
        through = replace(wire(proxy.location), short_seconds=0.5)
        ends = (through, wire(there.location)) if breaks == "here" else (wire(here.location), through)
        if breaks == "here":
            proxy.strike(Fault(kind, "/get", at=500_000))
        else:
            proxy.strike(Fault("cut" if kind == "stall" else kind, "/load"))
        with pytest.raises(Unreachable) as caught:
            copy_image(*ends, image, image.tags, Control())
    assert caught.value.what == ("reading image0:1" if breaks == "here" else "loading image0:1")
    assert caught.value.way_out in WAYS_OUT
    if breaks == "here":
        assert there.images == {}, "half an image is none"


def test_an_image_that_is_gone_is_said(here: HttpEngine, there: HttpEngine) -> None:
    gone = Image("sha256:" + "0" * 64, ("gone:1",))
    with pytest.raises(NotFound):
        copy_image(wire(here.location), wire(there.location), gone, gone.tags, Control())
    assert there.loaded == []


@pytest.mark.parametrize("where", ["/get", "/load"])
def test_a_copy_that_hangs_ends_at_once_when_it_is_cancelled(
    here: HttpEngine, there: HttpEngine, tmp_path: Path, where: str
) -> None:
    image, control = first(here), Control()
    ended: list[ImagexplorerError] = []
    with FaultProxy(tmp_path / "p", (here if where == "/get" else there).path) as proxy:
        through = replace(wire(proxy.location), short_seconds=600)
        ends = (through, wire(there.location)) if where == "/get" else (wire(here.location), through)
        proxy.strike(Fault("freeze", where))
        before = proxy.accepted

        def copy() -> None:
            try:
                copy_image(*ends, image, image.tags, control)
            except ImagexplorerError as error:
                ended.append(error)

        thread = threading.Thread(target=copy, daemon=True)
        thread.start()
        while proxy.accepted < before + (1 if where == "/get" else 2):  # the name is looked up there first
            thread.join(0.01)
        control.cancel()
        thread.join(30)
        assert not thread.is_alive()
    assert isinstance(ended[0], Cancelled)


@pytest.mark.engine
def test_a_real_engine_takes_what_it_exported(engine: Engine, sample: str, tidy: list[str]) -> None:
    """With two names, and without any: engines differ in what they say of a load."""
    tidy.extend(["image:test/copied:1", "image:test/copied:2"])
    engine.api.tag(SAMPLE, "test/copied", "1")
    engine.api.tag(SAMPLE, "test/copied", "2")
    names = (engine.name("test/copied:1"), engine.name("test/copied:2"))
    ends = (engine.source.wire, engine.source.wire)
    assert copy_image(*ends, Image(sample, names), names, Control()) == sample
    assert copy_image(*ends, Image(sample), (), Control()) == sample


# -- from a file -----------------------------------------------------------------------------------------------------

LAYERS = (tars.tar([tars.file("one", b"1" * 70_000)]), tars.tar([tars.file("two", b"2" * 3)]))
OTHER = (tars.tar([tars.file("other", b"o" * 9)]),)


def opened_file(path: Path) -> ImageFile:
    source = open_source(Address("file", str(path)))
    assert isinstance(source, ImageFile)
    return source


def made_file(folder: Path, kind: str, compression: str) -> Path:
    """Two images in one place, of which only the first is to go."""
    path = folder / "images"
    if kind == "oci-layout":
        return tars.oci_layout(path, [tars.OciImage(LAYERS, compression=compression), tars.OciImage(OTHER)])
    both = [(LAYERS, None, ("shop/web:1", "2")), (OTHER, None, ("other:1",))]
    data = tars.docker_archive_of(both, "oci" if kind == "oci-archive" else "docker", compression)
    path.write_bytes(tars.gzipped(data) if kind == "gzip" else data)
    return path


@pytest.mark.parametrize("compression", ["", "gzip", "zstd"])
@pytest.mark.parametrize("kind", ["docker-archive", "gzip", "oci-archive", "oci-layout"])
def test_one_image_of_a_file_is_loaded_alone_and_as_it_was(
    there: HttpEngine, tmp_path: Path, kind: str, compression: str
) -> None:
    source = opened_file(made_file(tmp_path, kind, compression))
    image = source.images(Control())[0]
    made = copy_from_file(source, wire(there.location), image, ("shop/web:1",), Control())
    assert made == image.id == there.image_of("shop/web:1")
    (body,) = there.loaded
    (tmp_path / "loaded.tar").write_bytes(body)
    loaded = opened_file(tmp_path / "loaded.tar")
    (row,) = loaded.images(Control())
    detail = loaded.image(row.id, Control())
    assert detail.config == source.image(image.id, Control()).config
    kept: list[bool] = []
    loaded.scan(detail, {0, 1}, ScanOptions(verify=True), lambda _, index: kept.append(index.verified), Control())
    assert kept == [True, True]
    assert (b"1" * 60_000 in body) == (compression != "gzip"), "what old engines cannot unpack is sent unpacked"


def test_a_file_that_lacks_a_layer_says_so_and_nothing_arrives(there: HttpEngine, tmp_path: Path) -> None:
    data = tars.docker_archive(LAYERS)
    member = tars.digest(LAYERS[1])[7:].encode() + b"/layer.tar"
    lacking = tmp_path / "lacking.tar"
    at = data.rindex(member)  # in manifest.json, which comes last
    lacking.write_bytes(data[:at] + b"0" * 10 + data[at + 10 :])
    source = opened_file(lacking)
    (image,) = source.images(Control())
    with pytest.raises(ImagexplorerError):
        copy_from_file(source, wire(there.location), image, image.tags, Control())
    assert there.images == {}


@pytest.mark.engine
@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_a_real_engine_takes_an_image_of_a_file(
    engine: Engine, tidy: list[str], tmp_path: Path, compression: str
) -> None:
    name = engine.name(f"test/filed:{compression}")
    tidy.append(f"image:{name}")
    busybox = tars.tar([tars.file("busybox", engine_images.busybox().read_bytes())])
    layout = tars.oci_layout(tmp_path / "layout", [tars.OciImage((busybox, *LAYERS), compression=compression)])
    source = opened_file(layout)
    (image,) = source.images(Control())
    made = copy_from_file(source, engine.source.wire, image, (name,), Control())
    there = engine.source.image(name, Control())
    assert there.image.id == made
    assert [layer.diff_id for layer in there.layers] == [tars.digest(layer) for layer in (busybox, *LAYERS)]
    assert made == image.id or engine.containerd, "one store names images by their manifest"
