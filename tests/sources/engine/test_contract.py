"""The contract of every source, kept by a real engine: directly, and without a look into its folders."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.sources.engine.connect import open_engine
from imagexplorer.sources.engine.source import EngineSource
from tests import tars
from tests.engines import Engine
from tests.sources.contract import CONFIG, LAYERS, TAGS, ImageSourceContract, Known


@pytest.fixture(scope="module")
def loaded(engine: Engine) -> Iterator[str]:
    """The contract's image, loaded into the engine: its name there."""
    list(engine.api.load_image(tars.docker_archive(LAYERS, CONFIG, TAGS)))
    (row,) = [row for row in engine.source.images(Control()) if any(tag.endswith(TAGS[0]) for tag in row.tags)]
    yield row.tags[0]
    engine.api.remove_image(row.tags[0])


class FarSource(EngineSource):
    """As for an engine on another machine, or another user's: none of its files can be read."""

    @property
    def local(self) -> bool:
        return False


@pytest.mark.engine
class TestEngine(ImageSourceContract):
    @pytest.fixture
    def known(self, engine: Engine, loaded: str) -> Known:
        return Known(open_engine(Address("engine", engine.private.location), Control()), loaded)


@pytest.mark.engine
class TestFarEngine(ImageSourceContract):
    @pytest.fixture
    def known(self, engine: Engine, loaded: str) -> Known:
        near = engine.source
        return Known(FarSource(near.wire, engine.api.version()), loaded, joins=False)
