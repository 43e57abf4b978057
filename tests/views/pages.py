"""Pages over sources made up: a live session, and what a test looks for in a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pytestqt.qtbot import QtBot

from imagexplorer.actions.catalog import catalog
from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Address, Container, Image
from imagexplorer.jobs import Jobs
from imagexplorer.models.tree_model import TreeModel
from imagexplorer.session import Session
from imagexplorer.views.container_page import ContainerPage
from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.record_page import RecordPage
from tests.fake_engine import FakeEngine
from tests.views.stage import Answers, World


@dataclass
class Pages:
    """`open_image`, `open_container`: a shown page; `close` ends all."""

    qtbot: QtBot
    engine: FakeEngine
    opened: list[RecordPage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.world = World(self.engine)
        self.session = Session(Jobs(), self.world.open, self.world.find, "")
        self.registry = Registry(self.session, catalog(self.session, Answers()))
        self.session.start()
        self.qtbot.waitUntil(lambda: self.session.images_known and self.session.containers_known)
        self.key = self.session.current.key

    def open_file(self, name: str, content: FakeEngine) -> str:
        """A file source; returns its key."""
        location = str(Path("/made/up") / name)
        self.world.files[location] = content
        self.session.open_path(location)
        self.qtbot.waitUntil(lambda: self.session.images_known)
        return self.session.current.key

    def open_image(self, image: Image, source: str = "") -> ImagePage:
        return self._show(ImagePage(self.session, self.registry, source or self.key, image))

    def open_container(self, container: Container) -> ContainerPage:
        return self._show(ContainerPage(self.session, self.registry, self.key, container))

    def _show(self, page):
        self.opened.append(page)
        page.resize(1100, 700)
        page.show()
        return page

    def close(self) -> None:
        for page in self.opened:
            page.close()
            page.deleteLater()
        self.session.close()
        self.session.jobs.close()
        self.registry.deleteLater()


def archive() -> Address:
    return Address("docker-archive", "/made/up/app.tar", "app.tar")


def paths(model: TreeModel) -> set[str]:
    """Every path of the view that a tree shows."""
    if model.view is None:
        return set()
    rows = (model.row_at(model.index_of_row(row)) for row in range(1, len(model.view.parent)))
    return {row.path.decode() for row in rows}
