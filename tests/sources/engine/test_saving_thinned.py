"""What is deleted and kept without the layers that another image has comes back where those are, and says where not.
Real engines: which of them take such an archive is theirs to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Touched
from imagexplorer.core.errors import NotFound, Refused
from imagexplorer.core.trash import TrashLimits
from imagexplorer.output.trash import TrashFolder
from imagexplorer.session.bringing_back import bring_back
from imagexplorer.session.keeping import Keeper
from imagexplorer.session.things import One
from tests.engine_images import build
from tests.engines import Engine

pytestmark = pytest.mark.engine

# Two layers that are the same one, as an old engine's archive links them.
BASE = 'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "true"]\nRUN ["/bin/busybox", "true"]\n'
APP = 'FROM {}\nCOPY note /note\nCMD ["/bin/busybox", "cat", "/note"]\n'


def test_shared_layers_are_left_out_where_the_engine_takes_it(engine: Engine, tidy: list[str], tmp_path: Path) -> None:
    base, app = engine.name("thin/base:1"), engine.name("thin/app:1")
    build(engine.api, base, BASE)
    build(engine.api, app, APP.format(base), {"note": b"mine\n"})
    tidy += ["thin-box", f"image:{app}", f"image:{base}"]
    made = engine.api.create_container(app, name="thin-box")["Id"]
    host, source, control = engine.source.host, engine.source, engine.control
    folder = TrashFolder(tmp_path / "trash")
    before = source.image(app, control)
    container = host.container(made, control).container

    def keeper(*whole: str) -> Keeper:
        return Keeper(lambda: folder, TrashLimits(), ("unix:///its.sock", "its"), source, whole)

    def removed(box: object, control: Control) -> Touched:
        box.remove_container(made, control)  # type: ignore[attr-defined]
        return Touched()

    def deleted(box: object, control: Control) -> Touched:
        box.remove_image(app, control, image_id=before.image.id)  # type: ignore[attr-defined]
        return Touched()

    keeper().container(One("thin-box", removed), container, False).call(host, control)
    keeper(before.image.id).image(One(app, deleted), before.image, app).call(host, control)
    of_image, of_container = sorted(folder.items(), key=lambda item: item.kind, reverse=True)
    with pytest.raises(NotFound):
        source.image(before.image.id, control)
    if engine.podman or engine.containerd:
        assert not of_image.relies
        assert not of_container.relies
        assert min(of_image.bytes, of_container.bytes) > 1_000_000
        bring_back(of_image, folder, source, host, "docker", control)
    else:
        layers = [layer.diff_id for layer in before.layers]
        assert list(of_image.relies) == layers[:-1]
        assert of_image.shared_with == base
        assert list(of_container.relies) == layers
        assert max(of_image.bytes, of_container.bytes) < 50_000

        with pytest.raises(Refused, match=f"1 layer is not on the engine any more that it shared with {app}"):
            bring_back(of_container, folder, source, host, "docker", control)
        bring_back(of_image, folder, source, host, "docker", control)
    after = source.image(app, control)
    assert after.image.id == before.image.id
    assert [layer.diff_id for layer in after.layers] == [layer.diff_id for layer in before.layers]
    bring_back(of_container, folder, source, host, "docker", control)
    engine.api.start("thin-box")
    engine.api.wait("thin-box")
    assert engine.api.logs("thin-box") == b"mine\n"
