"""What a delete keeps first is there afterwards, whatever becomes of the delete: nothing that went is missing."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Container, Image, Mount, Touched, Volume
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Refused, Unreachable
from imagexplorer.core.trash import TrashLimits
from imagexplorer.output.trash import TrashFolder
from imagexplorer.session.bringing_back import bring_back
from imagexplorer.session.keeping import Keeper
from imagexplorer.session.things import One, one_by_one
from tests.fake_engine import APP, BASE, TIDY
from tests.fake_trees import diff_id
from tests.fakes import FakeEngine, FakeSource


class Bench:
    def __init__(self, path: Path) -> None:
        self.engine = FakeEngine()
        self.source = FakeSource(self.engine)
        self.host: Any = self.source.host
        self.folder = TrashFolder(path)

    def keeper(self, limits: TrashLimits | None = None, whole: Collection[str] = ()) -> Keeper:
        return Keeper(lambda: self.folder, limits or TrashLimits(), ("unix:///fake.sock", "fake"), self.source, whole)

    def kept(self) -> list[tuple[str, ...]]:
        return sorted(item.names for item in self.folder.items())

    def images(self, *images: Image) -> list[One]:
        guard = self.keeper(whole={image.id for image in images}).image
        return [guard(self.removal(image, name), image, name) for image in images for name in image.tags]

    def removal(self, image: Image, name: str) -> One:
        def call(host: Any, control: Control) -> Touched:
            host.remove_image(name, control, image_id=image.id)
            return Touched()

        return One(name, call)

    def container_removal(self, container: Container, volumes: bool = False) -> One:
        def call(host: Any, control: Control) -> Touched:
            host.remove_container(container.id, control, volumes=volumes)
            return Touched()

        return One(container.name, call)

    def act(self, things: Sequence[One]) -> None:
        one_by_one("Delete", things, self.host, Control())


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "trash")


@pytest.mark.parametrize("error", [Unreachable("engine", "timed out"), Cancelled("delete")])
def test_a_delete_whose_answer_was_lost_leaves_it_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, error: ImagexplorerError
) -> None:
    image = bench.engine.add_image("once:1")
    does = bench.host.remove_image

    def lost(*arguments: Any, **more: Any) -> None:
        does(*arguments, **more)
        raise error

    monkeypatch.setattr(type(bench.host), "remove_image", lambda _self, *given, **more: lost(*given, **more))
    with pytest.raises(type(error)):
        bench.act(bench.images(image))
    assert image.id not in bench.engine.images
    assert bench.kept() == [("once:1",)]


def test_a_container_whose_removal_broke_in_the_middle_stays_kept(bench: Bench) -> None:
    old = bench.engine.named("old")
    bench.engine.fail["remove_container"] = Refused("old", "driver failed to remove root filesystem")
    thing = bench.keeper().container(bench.container_removal(old), old, False)
    with pytest.raises(Refused):
        bench.act([thing])
    assert bench.kept() == [], "it is there still"
    bench.host._set(old.id, "dead")
    with pytest.raises(Refused):
        bench.act([thing])
    assert bench.kept() == [("old",)]


def test_a_name_that_went_meanwhile_takes_no_archive_with_it(bench: Bench) -> None:
    image = bench.engine.add_image("two:1", "two:2")
    things = bench.images(image)
    bench.host.remove_image("two:1", Control())
    with pytest.raises(Refused, match="1 of 2 done"):
        bench.act(things)
    assert image.id not in bench.engine.images
    assert bench.kept() == [("two:1", "two:2")]


def test_a_name_that_is_refused_takes_no_archive_of_the_next_with_it(bench: Bench) -> None:
    image = bench.engine.add_image("two:1", "two:2")
    bench.engine.fail_of["remove_image", "two:1"] = Refused("two:1", "held")
    with pytest.raises(Refused, match="1 of 2 done"):
        bench.act(bench.images(image))
    assert bench.engine.images[image.id].tags == ("two:1",)
    assert bench.kept() == [("two:1", "two:2")]


def test_what_is_kept_later_throws_out_nothing_that_the_same_delete_kept(bench: Bench) -> None:
    first, second = bench.engine.add_image("first:1"), bench.engine.add_image("second:1")
    one = 2048 + len(first.id)
    limits = TrashLimits(one * 2 - 1, 7)
    guard = bench.keeper(limits, {first.id, second.id}).image
    with pytest.raises(Refused, match="there is room for"):
        bench.act([guard(bench.removal(each, each.name), each, each.name) for each in (first, second)])
    assert first.id not in bench.engine.images
    assert second.id in bench.engine.images
    assert bench.kept() == [("first:1",)]
    bench.folder.sweep(limits)
    assert bench.kept() == [("first:1",)]


def test_a_trash_that_keeps_no_day_is_not_promised_to(bench: Bench) -> None:
    image = bench.engine.add_image("once:1")
    guard = bench.keeper(TrashLimits(days=0), {image.id}).image
    with pytest.raises(Refused, match="0 days"):
        bench.act([guard(bench.removal(image, "once:1"), image, "once:1")])
    assert image.id in bench.engine.images


def test_what_a_container_writes_until_it_has_stopped_is_kept(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    web = bench.engine.named("web")
    state: list[str] = []

    def saved(_self: Any, image_id: str, _control: Control) -> Iterator[bytes]:
        state.append(bench.engine.named("web").state)
        yield image_id.encode() + state[-1].encode() + bytes(1024)

    monkeypatch.setattr(type(bench.host), "saved", saved)
    bench.act([bench.keeper().container(bench.container_removal(web), web, True)])
    assert state == ["running", "exited"]
    (item,) = bench.folder.items()
    assert b"exited" in bench.folder.found(item).read_bytes()
    assert web.id not in bench.engine.containers


def test_one_that_removes_itself_when_it_stops_is_kept_as_it_was(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    web = bench.engine.named("web")
    monkeypatch.setattr(type(bench.host), "stop", lambda _self, key, _control: bench.engine.containers.pop(key))
    with pytest.raises(NotFound):
        bench.act([bench.keeper().container(bench.container_removal(web), web, True)])
    assert bench.kept() == [("web",)]


def test_one_that_could_not_be_kept_as_it_ended_is_not_deleted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody prunes the image that was made of it before it is saved."""
    web = bench.engine.named("web")

    def saved(_self: Any, image_id: str, _control: Control) -> Iterator[bytes]:
        yield image_id.encode() + bytes(1024)
        if not bench.engine.named("web").running:
            raise NotFound(image_id, "no such image")

    monkeypatch.setattr(type(bench.host), "saved", saved)
    with pytest.raises(NotFound, match="no such image"):
        bench.act([bench.keeper().container(bench.container_removal(web), web, True)])
    assert bench.engine.named("web").state == "exited"


def test_the_answer_of_the_engine_is_let_go_of_where_it_cannot_be_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = bench.engine.add_image("once:1")
    closed: list[bool] = []

    def saved(_self: Any, _image: str, _control: Control) -> Iterator[bytes]:
        try:
            while True:
                yield bytes(1024)
        finally:
            closed.append(True)

    monkeypatch.setattr(type(bench.host), "saved", saved)
    guard: Callable[[One, Image, str], One] = bench.keeper(TrashLimits(3000), {image.id}).image
    with pytest.raises(Refused) as held:
        bench.act([guard(bench.removal(image, "once:1"), image, "once:1")])
    assert closed == [True], f"while {held.value} is held"


def with_volumes(bench: Bench) -> Container:
    from dataclasses import replace

    web = replace(bench.engine.named("web"), mounts=(Mount("volume", "a" * 64, "/data"), Mount("volume", "db", "/db")))
    bench.engine.containers[web.id] = web
    bench.engine.volumes = (Volume("a" * 64, 5), Volume("db", 7))
    return web


@pytest.mark.parametrize("ticked", [True, False])
def test_nameless_volumes_that_go_with_a_container_are_kept_as_it_ended(bench: Bench, ticked: bool) -> None:
    web = with_volumes(bench)
    bench.act([bench.keeper().container(bench.container_removal(web, ticked), web, True, ticked)])
    assert bench.kept() == ([("a" * 64,), ("web",)] if ticked else [("web",)])
    assert len({item.deed for item in bench.folder.items()}) == 1, "they come back together"
    order = [name for name, _ in bench.engine.calls if name in ("stop", "volume_saved", "remove_container")]
    assert order == (
        ["volume_saved", "stop", "volume_saved", "remove_container"] if ticked else ["stop", "remove_container"]
    )


def test_a_container_whose_volume_cannot_be_kept_is_not_touched(bench: Bench) -> None:
    web = with_volumes(bench)
    bench.engine.fail["volume_saved"] = Refused("volume", "no space left on device")
    with pytest.raises(Refused, match="no space"):
        bench.act([bench.keeper().container(bench.container_removal(web, True), web, True, True)])
    assert bench.engine.named("web").running
    assert bench.kept() == []


def test_a_volume_that_stays_after_all_is_not_kept(bench: Bench) -> None:
    web = with_volumes(bench)
    bench.act([bench.keeper().container(bench.container_removal(web, False), web, True, True)])
    assert bench.kept() == [("web",)], "another container uses it"
    db = bench.engine.volumes[1]
    bench.engine.fail["remove_volume"] = Refused("db", "volume is in use")

    def call(host: Any, control: Control) -> Touched:
        host.remove_volume("db", control, created=db.created)
        return Touched()

    with pytest.raises(Refused):
        bench.act([bench.keeper().volume(One("db", call), db)])
    assert bench.kept() == [("web",)]
    bench.engine.fail.clear()
    bench.act([bench.keeper().volume(One("db", call), db)])
    assert bench.kept() == [("db",), ("web",)]


@pytest.fixture
def tars(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, list[str]]]:
    """The fake saves tars of its layers; which layers, by their digests, are in what is kept, by its first name."""

    def saved(_self: Any, image_id: str, _control: Control) -> Iterator[bytes]:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            for number, layer in enumerate(bench.engine.layers[image_id]):
                content = repr(tuple(layer)).encode()
                member = tarfile.TarInfo(f"{number}/layer.tar")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        yield buffer.getvalue()

    def kept() -> dict[str, list[str]]:
        found = {}
        for item in bench.folder.items():
            with tarfile.open(bench.folder.found(item)) as tar:
                pieces = [tar.extractfile(member).read() for member in tar]  # type: ignore[union-attr]
            found[item.names[0]] = [f"sha256:{hashlib.sha256(piece).hexdigest()}" for piece in pieces]
        return found

    monkeypatch.setattr(type(bench.host), "saved", saved)
    return kept


Tars = Callable[[], dict[str, list[str]]]


def family(bench: Bench) -> tuple[Image, Image, list[str]]:
    base = bench.engine.add_image("base:1", layers=(TIDY, APP))
    app = bench.engine.add_image("app:1", layers=(TIDY, APP, BASE))
    return base, app, [diff_id(layer) for layer in (TIDY, APP, BASE)]


def test_layers_of_an_image_that_stays_are_not_kept(bench: Bench, tars: Tars) -> None:
    _base, app, layers = family(bench)
    bench.act(bench.images(app))
    (item,) = bench.folder.items()
    assert tars() == {"app:1": layers[2:]}
    assert (list(item.relies), item.shared_with) == (layers[:2], "base:1")


def test_a_container_is_kept_without_the_layers_of_its_image(bench: Bench, tars: Tars) -> None:
    _base, app, layers = family(bench)
    box = bench.engine.add_container("box", app, "exited")
    bench.act([bench.keeper().container(bench.container_removal(box), box, False)])
    ((name, kept),) = tars().items()
    assert name == "box"
    assert len(kept) == 1
    assert kept[0] not in layers


@pytest.mark.parametrize("product", ["Docker", "Podman"])
def test_nothing_that_goes_too_or_has_no_name_counts_as_staying(bench: Bench, tars: Tars, product: str) -> None:
    base, app, layers = family(bench)
    bench.engine.add_image(layers=(TIDY, APP, BASE))
    bench.engine.product = product
    bench.act(bench.images(app, base) if product == "Docker" else bench.images(app))
    assert tars()["app:1"] == layers
    assert not any(item.relies for item in bench.folder.items())


def test_a_layer_that_stands_above_another_base_too_is_kept(bench: Bench, tars: Tars) -> None:
    bench.engine.add_image("base:1", layers=(TIDY, APP))
    twice = bench.engine.add_image("twice:1", layers=(TIDY, APP, TIDY))
    bench.engine.add_image("other:1", layers=(APP, TIDY))
    bench.act(bench.images(twice))
    assert tars()["twice:1"] == [diff_id(TIDY), diff_id(TIDY)]


def test_what_it_counted_on_went_while_it_was_kept(bench: Bench, tars: Tars, monkeypatch: pytest.MonkeyPatch) -> None:
    """By another act, that keeps its own: neither counts on the other."""
    base, app, layers = family(bench)
    saves = bench.host.saved

    def saved(_self: Any, image_id: str, control: Control) -> Iterator[bytes]:
        yield from saves(image_id, control)
        if image_id == app.id and base.id in bench.engine.images:
            bench.act(bench.images(base))

    monkeypatch.setattr(type(bench.host), "saved", saved)
    bench.act(bench.images(app))
    assert tars() == {"app:1": layers, "base:1": []}


def test_it_comes_back_only_where_the_layers_are_that_it_lacks(bench: Bench, tars: Tars) -> None:
    base, app, _layers = family(bench)
    bench.act(bench.images(app))
    bench.host.remove_image("base:1", Control(), image_id=base.id)
    (item,) = bench.folder.items()
    with pytest.raises(Refused, match="2 layers are not on the engine any more that it shared with base:1"):
        bring_back(item, bench.folder, bench.source, bench.host, "docker", Control())
    bench.engine.product = "Podman"
    with pytest.raises(Refused, match="this store needs them"):
        bring_back(item, bench.folder, bench.source, bench.host, "podman", Control())
    assert not bench.engine.called("load")
    assert bench.folder.items() == [item]
