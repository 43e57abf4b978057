"""The stretching column fills what is left, and comes to rest whatever scroll bars do meanwhile."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.models.table_model import TableModel
from imagexplorer.models.tables import CONTAINERS, IMAGES, compose_project
from imagexplorer.settings import Settings
from imagexplorer.views.file_tree_view import FileTreeView
from imagexplorer.views.header_state import HeaderState, ListHeader
from tests.fake_engine import FakeEngine
from tests.fake_trees import FakeFile, layers_view
from tests.views.conftest import MakeStage

WORK = {QEvent.Type.Timer, QEvent.Type.Resize, QEvent.Type.Paint, QEvent.Type.LayoutRequest, QEvent.Type.UpdateRequest}
ROW_EDGE = (3, 9, 10, 11, 40)
WIDTHS = range(240, 1300, 97)
HEIGHTS = (210, 221, 232)


class Work(QObject):
    """Counts what widgets are made to do."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[str] = Counter()
        QApplication.instance().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in WORK and isinstance(watched, QWidget):
            self.seen[f"{type(watched).__name__} {event.type().name}"] += 1
        return False

    def at_rest(self) -> Counter[str]:
        """What still goes on once everything had the chance to settle."""
        for _ in range(40):
            QApplication.processEvents()
        self.seen.clear()
        for _ in range(15):
            QApplication.processEvents()
        return Counter({name: count for name, count in self.seen.items() if count > 2})

    def close(self) -> None:
        QApplication.instance().removeEventFilter(self)


@pytest.fixture
def work(qapp):
    made = Work()
    yield made
    made.close()


def list_view(rows: int, grouped: bool) -> QTreeView:
    engine = FakeEngine(populate=False)
    image = engine.add_image("app:1")
    for number in range(rows):
        engine.add_container(f"container-{number}", image, project=f"p{number % 3}" if grouped else "")
    view = QTreeView()
    view.setHeader(ListHeader())
    model = TableModel(CONTAINERS, parent=view)
    view.setModel(model)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.state = HeaderState(view.header(), CONTAINERS)
    view.state.set_up()
    model.set_grouping(compose_project if grouped else None)
    model.set_records(tuple(engine.containers.values()))
    view.expandAll()
    return view


def file_view(rows: int, _grouped: bool) -> QTreeView:
    view = FileTreeView()
    view.set_view(layers_view((tuple(FakeFile(f"f{number:03}", b"x") for number in range(rows)),), ViewSpec()))
    return view


@pytest.mark.parametrize("rows", ROW_EDGE)
@pytest.mark.parametrize(("make", "grouped"), [(list_view, False), (list_view, True), (file_view, False)])
def test_every_size_comes_to_rest(qtbot: QtBot, work: Work, make, grouped: bool, rows: int) -> None:
    view = make(rows, grouped)
    qtbot.addWidget(view)
    view.show()
    for height in HEIGHTS:
        for width in WIDTHS:
            view.resize(width, height)
            assert not work.at_rest(), (width, height)


class Restless(QTreeView):
    """Its scroll bar comes and goes with the width of the first column: the worst that a layout can do."""

    def restless(self, width: int) -> None:
        on = Qt.ScrollBarPolicy.ScrollBarAlwaysOn
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(on if self.verticalScrollBarPolicy() == off else off)


def test_no_scroll_bar_keeps_it_busy_for_ever(qtbot: QtBot, work: Work) -> None:
    view = Restless()
    qtbot.addWidget(view)
    view.setHeader(ListHeader())
    view.setModel(TableModel(IMAGES, parent=view))
    view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    state = HeaderState(view.header(), IMAGES)
    state.set_up()
    view.header().sectionResized.connect(lambda _number, _old, new: view.restless(new))
    view.resize(1600, 300)
    view.show()
    assert not work.at_rest()
    view.resize(1700, 300)
    assert not work.at_rest()


def test_the_stretching_column_fills_the_view(qtbot: QtBot, work: Work) -> None:
    view = list_view(3, False)
    qtbot.addWidget(view)
    view.show()
    for width in (2000, 1800, 2200):
        view.resize(width, 400)
        work.at_rest()
        assert view.header().length() == view.viewport().width()
    # Rows that come and go change the room again and again: it is filled each time.
    for _ in range(8):
        for height in (40, 400):
            view.resize(2000, height)
            work.at_rest()
    view.resize(2001, 400)
    work.at_rest()
    assert view.header().length() == view.viewport().width()


def test_columns_and_splitter_of_pages_come_back(qtbot: QtBot, make_stage: MakeStage, tmp_path: Path) -> None:
    on = make_stage(FakeEngine())
    images = [image for image in on.session.images if image.tags]
    on.window.open_page("image", images[0])
    page = on.window.tabs.currentWidget()
    files = page.files.tree.header()
    columns = [column.name for column in page.files.tree.files.columns]
    files.setSectionHidden(columns.index("mode"), True)
    files.resizeSection(columns.index("size"), 133)
    page.splitter.setSizes([300, 700])
    wanted = page.splitter.sizes()
    # Another page of the kind looks as this one does, and so does the next window.
    on.window.open_page("image", images[1])
    on.window.close_page()
    on.window.close()
    settings = Settings(on.settings.path)
    assert settings.numbers("image_page.files.widths")["size"] == 133
    assert "mode" in settings.texts("image_page.files.hidden")
    assert list(settings.numbers("image_page.split").values()) == wanted
    again = make_stage(FakeEngine())
    again.window.open_page("image", images[0])
    page = again.window.tabs.currentWidget()
    assert page.files.tree.header().isSectionHidden(columns.index("mode"))
    assert page.files.tree.header().sectionSize(columns.index("size")) == 133
