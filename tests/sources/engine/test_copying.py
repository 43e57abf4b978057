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
from imagexplorer.sources.engine.copying import copy_image
from imagexplorer.sources.engine.wire import Wire
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
