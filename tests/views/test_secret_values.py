"""Secret values of an image or container are shown, spoken and copied only when asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import ContainerDetail, ImageDetail, Step
from imagexplorer.core.secrets import LONG_CHARS
from imagexplorer.views.config_tab import ConfigTab
from imagexplorer.views.image_page import ImagePage
from tests.fake_engine import FakeEngine
from tests.fakes import FakeHost, FakeSource
from tests.views.pages import Pages

VALUE = "hunter2"
ENV = ["PATH=/bin", f"DB_PASSWORD={VALUE}"]
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)


@pytest.fixture
def pages(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    image, container = FakeSource.image, FakeHost.container

    def with_secret(self, reference, control, platform="") -> ImageDetail:
        detail = image(self, reference, control, platform)
        steps = (Step(f"ENV DB_PASSWORD={VALUE} A=1", empty=True, comment=f"TOKEN={VALUE}"), *detail.steps)
        history = [{"created_by": step.instruction} for step in steps]
        return replace(detail, steps=steps, config={"config": {"Env": ENV}, "history": history})

    def container_with_secret(self, reference, control) -> ContainerDetail:
        return replace(container(self, reference, control), raw={"Config": {"Env": ENV, "Cmd": ["sh"]}})

    monkeypatch.setattr(FakeSource, "image", with_secret)
    monkeypatch.setattr(FakeHost, "container", container_with_secret)
    made = Pages(qtbot, FakeEngine())
    yield made
    made.close()


def model_text(model: QAbstractItemModel, above: QModelIndex | None = None) -> str:
    """All that a model says, to the eye, the pointer and the screen reader."""
    above = above or QModelIndex()
    parts = []
    for row in range(model.rowCount(above)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(above)):
            parts += [str(model.index(row, column, above).data(role)) for role in ROLES]
        parts.append(model_text(model, model.index(row, 0, above)))
    return "\n".join(parts)


def everything(page, qtbot: QtBot) -> list[str]:
    """Each place of a page that could show a value."""
    texts = []
    stack = page.stack
    for row in range(stack.view.stack.rowCount()):
        stack.view.select_row(row)
        texts.append(f"{stack.text.toPlainText()}\n{stack.facts.whole()}")
    front = page.tabs.currentWidget()
    config = page.findChild(ConfigTab)
    page.tabs.setCurrentWidget(config)
    texts = ["\n".join(texts), model_text(stack.view.stack), model_text(config.pairs.model())]
    config.json.setChecked(True)
    qtbot.waitUntil(lambda: "DB_PASSWORD" in config.text.text.toPlainText())
    texts.append(config.text.text.toPlainText())
    config.text.copy.click()
    texts.append(QGuiApplication.clipboard().text())
    config.readable.setChecked(True)
    page.tabs.setCurrentWidget(front)
    if isinstance(page, ImagePage):
        qtbot.waitUntil(lambda: bool(page.origin.lines))
        stack.view.unfold_all(True)
        texts.append("\n".join(slab.written for slab in stack.view.stack.slabs()))
        QGuiApplication.clipboard().clear()
        page.registry.set_selection(page.selection())
        page.registry.action("image.dockerfile_copy").trigger()
        qtbot.waitUntil(lambda: bool(QGuiApplication.clipboard().text()))
        texts.append(QGuiApplication.clipboard().text())
    return texts


def test_an_images_values_are_masked_until_asked_for(pages: Pages, qtbot: QtBot) -> None:
    page = pages.open_image(next(iter(pages.session.images)))
    qtbot.waitUntil(lambda: page.detail is not None)
    assert page.values.isVisible()
    assert not any(VALUE in text for text in everything(page, qtbot))
    assert any("DB_PASSWORD" in text for text in everything(page, qtbot))
    page.values.click()
    assert all(VALUE in text for text in everything(page, qtbot))
    page.values.click()
    assert not any(VALUE in text for text in everything(page, qtbot))


def test_long_ones_are_masked_by_the_worker(pages: Pages, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Megabytes of them would hold the window up."""
    image = FakeSource.image

    def long(self, reference, control, platform="") -> ImageDetail:
        detail = image(self, reference, control, platform)
        return replace(detail, config={"config": {"Env": [*ENV, "A=" + "b" * LONG_CHARS]}})

    monkeypatch.setattr(FakeSource, "image", long)
    monkeypatch.setattr("imagexplorer.views.image_page.masked_image", lambda _: pytest.fail("not in the window"))
    page = pages.open_image(next(image for image in pages.session.images if "myapp:dev" in image.tags))
    qtbot.waitUntil(lambda: page.tree is not None and page.detail is not None)
    assert page.shown is not None
    assert VALUE not in repr(page.shown)
    assert not page.values.isHidden()
    asked = len(pages.engine.called("masked"))
    page.refresh()
    qtbot.waitUntil(lambda: len(pages.engine.called("image")) > 1)
    assert len(pages.engine.called("masked")) == asked, "what is known is not asked again"


def test_a_containers_values_are_masked_until_asked_for(pages: Pages, qtbot: QtBot) -> None:
    page = pages.open_container(pages.engine.named("web"))
    qtbot.waitUntil(lambda: page.detail is not None and page._image is not None)
    assert page.values.isVisible()
    assert not any(VALUE in text for text in everything(page, qtbot))
    page.values.click()
    assert all(VALUE in text for text in everything(page, qtbot))


def test_long_ones_of_a_container_are_masked_by_the_worker(
    pages: Pages, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"Env": [*ENV, "A=" + "b" * LONG_CHARS]}
    image, container = FakeSource.image, FakeHost.container

    def long_image(self, reference, control, platform="") -> ImageDetail:
        return replace(image(self, reference, control, platform), config={"config": config})

    def long_container(self, reference, control) -> ContainerDetail:
        return replace(container(self, reference, control), raw={"Config": config})

    monkeypatch.setattr(FakeSource, "image", long_image)
    monkeypatch.setattr(FakeHost, "container", long_container)
    for name in ("masked_image", "masked_container"):
        monkeypatch.setattr(f"imagexplorer.views.container_page.{name}", lambda _: pytest.fail("not in the window"))
    page = pages.open_container(pages.engine.named("web"))
    qtbot.waitUntil(lambda: page.detail is not None and page.image is not None)
    assert VALUE not in repr(page.shown)
    assert not page.values.isHidden()
    asked = len(pages.engine.called("masked"))
    page.refresh()
    qtbot.waitUntil(lambda: len(pages.engine.called("container")) > 1)
    page.values.click()
    assert VALUE in repr(page.shown)
    assert len(pages.engine.called("masked")) == asked, "what is known is not asked again"


def test_without_secrets_there_is_no_switch(qtbot: QtBot) -> None:
    pages = Pages(qtbot, FakeEngine())
    page = pages.open_image(next(iter(pages.session.images)))
    qtbot.waitUntil(lambda: page.detail is not None)
    assert page.values.isHidden()
    pages.close()
