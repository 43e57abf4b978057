"""An image that is kept as an archive, deleted and brought back is the image that it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagexplorer.core.errors import ImagexplorerError, NotFound
from imagexplorer.core.trash import IMAGE, TrashItem
from imagexplorer.output.trash import TrashFolder
from tests.engine_images import build
from tests.engines import Engine

pytestmark = pytest.mark.engine

TWO = "FROM scratch\nADD busybox /bin/busybox\nCOPY busybox /twice\nLABEL kept=yes\n"


def test_kept_deleted_and_brought_back(engine: Engine, tidy: list[str], tmp_path: Path) -> None:
    name = engine.name("trash/app:1")
    image = build(engine.api, name, TWO)
    tidy += [f"image:{name}"]
    host, control = engine.source.host, engine.control
    before = engine.source.image(image, control)
    folder = TrashFolder(tmp_path / "trash")
    item = TrashItem("", IMAGE, "", "", before.image.id, before.image.tags)
    kept = folder.keep(item, host.saved(before.image.id, control), 1 << 30)
    assert kept.bytes > 1_000_000

    host.remove_image(name, control, image_id=before.image.id)
    with pytest.raises(NotFound):
        engine.source.image(before.image.id, control)
    cut = tmp_path / "cut.tar"
    cut.write_bytes(folder.found(kept).read_bytes()[: kept.bytes // 2])
    with pytest.raises(ImagexplorerError):
        host.load(str(cut), before.image.id, control)

    back = host.load(str(folder.found(kept)), before.image.id, control)
    host.tag(back, name, control)
    after = engine.source.image(name, control)
    assert after.image.id == back == before.image.id
    assert [layer.diff_id for layer in after.layers] == [layer.diff_id for layer in before.layers]
    assert after.image.tags == before.image.tags
    assert after.config["config"] == before.config["config"]

    with pytest.raises(NotFound):
        list(host.saved("sha256:" + "0" * 64, control))
