"""The documents of an image: which there are, what each says, and the choice of a platform."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from imagexplorer.core.entities import ImageDetail, Platform, Problem
from imagexplorer.core.errors import Unreachable
from imagexplorer.core.manifest_tree import Claim, ManifestTree, Node
from imagexplorer.views.image_page import ImagePage
from imagexplorer.views.manifest_tab import ManifestTab
from tests.fake_engine import FakeEngine
from tests.fakes import FakeSource
from tests.views.pages import Pages

AMD, ARM = Platform("linux", "amd64"), Platform("linux", "arm64", "v8")


def digest(digit: str) -> str:
    return "sha256:" + digit * 64


TREE = ManifestTree(
    (
        Node(-1, "index", "index.json", "index.json", here=True),
        Node(
            0, "manifest", "blobs/1", "app:\u202e1", "application/json", digest("1"), 1200, AMD, here=True, chosen=True
        ),
        Node(1, "config", "blobs/2", digest=digest("2"), here=True, chosen=True),
        Node(1, "layer", digest=digest("3"), size_bytes=5_000_000, here=True, chosen=True),
        Node(0, "manifest", "blobs/4", digest=digest("4"), platform=ARM, annotations=(("a", "b"),), here=True),
        Node(0, "attestation", digest=digest("5"), about=digest("1"), here=False),
    ),
    (Claim("Pulled from example.org/x", "The bytes came from there.", "Who put them there is not said."),),
    (Problem("blobs/6", "is not JSON"),),
)


@pytest.fixture
def pages(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pages]:
    image = FakeSource.image

    def of_platform(self: FakeSource, reference: str, control: Any, platform: str = "") -> ImageDetail:
        detail = image(self, reference, control, platform)
        self.engine.calls.append(("platform", (platform,)))
        chosen = ARM if platform == str(ARM) else AMD
        shown = replace(detail, image=replace(detail.image, platform=chosen), platforms=(AMD, ARM))
        return replace(shown, layers=shown.layers[:1], steps=()) if chosen == ARM else shown

    monkeypatch.setattr(FakeSource, "image", of_platform)
    engine = FakeEngine()
    engine.manifests = TREE
    made = Pages(qtbot, engine)
    yield made
    made.close()


def opened(pages: Pages, qtbot: QtBot) -> tuple[ImagePage, ManifestTab]:
    page = pages.open_image(next(image for image in pages.session.images if "myapp:dev" in image.tags))
    qtbot.waitUntil(lambda: page.tree is not None)
    tab = page.findChild(ManifestTab)
    assert not pages.engine.called("manifests"), "nothing is read until it is looked at"
    page.tabs.setCurrentWidget(tab)
    return page, tab


def ready(tab: ManifestTab, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: tab.documents.topLevelItemCount() > 0 and "document" in tab.text.text.toPlainText())


def test_the_tree_stands_with_the_image_s_own_manifest_selected(pages: Pages, qtbot: QtBot) -> None:
    _, tab = opened(pages, qtbot)
    ready(tab, qtbot)
    assert [(depth, row[0]) for depth, row in tab.documents.rows()] == [
        (0, "Index: index.json"),
        (1, "Manifest: app:\\u202e1"),
        (2, "Configuration"),
        (2, "Layer 0"),
        (1, "Manifest"),
        (1, "Attestation – not here"),
    ]
    assert tab.documents.node() == TREE.nodes[1]
    assert '"document": "blobs/1"' in tab.text.text.toPlainText()
    assert "Does not show: Who put them there" in tab.claims.text()
    assert "is not JSON" in tab.said.text()
    tab.documents.copy_digest.trigger()
    assert QGuiApplication.clipboard().text() == digest("1")


def test_each_document_says_what_it_is(pages: Pages, qtbot: QtBot) -> None:
    _, tab = opened(pages, qtbot)
    ready(tab, qtbot)
    for _ in range(2):
        qtbot.keyClick(tab.documents, Qt.Key.Key_Down)
    assert "tar of files" in tab.text.text.toPlainText()
    assert not tab.text.copy.isEnabled()
    qtbot.keyClick(tab.documents, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: '"document": "blobs/4"' in tab.text.text.toPlainText())
    texts = [tab.pairs.topLevelItem(row).text(0) for row in range(tab.pairs.topLevelItemCount())]
    assert texts == ["Manifest", "Annotations"]


def test_another_platform_opens_in_the_same_page(pages: Pages, qtbot: QtBot) -> None:
    page, tab = opened(pages, qtbot)
    ready(tab, qtbot)
    assert tab.platforms.currentText() == "linux/amd64"
    asked = len(pages.engine.called("manifests"))
    tab.documents.platform_wanted.emit(str(ARM))
    qtbot.waitUntil(lambda: page.detail.image.platform == ARM)
    qtbot.waitUntil(lambda: page.tree is not None)
    assert tab.platforms.currentText() == str(ARM)
    assert len(page.detail.layers) == 1
    assert len(pages.engine.called("manifests")) > asked, "its documents are others"
    page.refresh()
    asked = len(pages.engine.called("platform"))
    qtbot.waitUntil(lambda: len(pages.engine.called("platform")) > asked)
    assert pages.engine.called("platform")[-1] == (str(ARM),), "what was asked for stays"


@pytest.mark.parametrize("values", [True, False])
def test_secret_values_follow_the_page(
    pages: Pages, qtbot: QtBot, values: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = FakeSource.document
    monkeypatch.setattr(
        FakeSource, "document", lambda *given: document(*given).replace(b'"os"', b'"DB_PASSWORD": "hunter2", "os"')
    )
    page, tab = opened(pages, qtbot)
    ready(tab, qtbot)
    page.values.setChecked(values)
    qtbot.waitUntil(lambda: "DB_PASSWORD" in tab.text.text.toPlainText())
    qtbot.waitUntil(lambda: ("hunter2" in tab.text.text.toPlainText()) == values)


def test_a_failure_is_said_and_asked_again(pages: Pages, qtbot: QtBot) -> None:
    pages.engine.fail["manifests"] = Unreachable("engine", "it went away")
    page, tab = opened(pages, qtbot)
    qtbot.waitUntil(lambda: "it went away" in tab.said.text())
    del pages.engine.fail["manifests"]
    page.refresh()
    ready(tab, qtbot)
    assert "it went away" not in tab.said.text()


def test_nothing_known_is_called_unknown(pages: Pages, qtbot: QtBot) -> None:
    pages.engine.manifests = None
    _, tab = opened(pages, qtbot)
    ready(tab, qtbot)
    assert tab.claims.text().startswith("Unknown.")


def test_a_late_answer_does_not_land_on_another_document(pages: Pages, qtbot: QtBot) -> None:
    _, tab = opened(pages, qtbot)
    ready(tab, qtbot)
    gate = pages.engine.gate["document"] = threading.Event()
    qtbot.keyClick(tab.documents, Qt.Key.Key_Down)  # the configuration: waits
    qtbot.keyClick(tab.documents, Qt.Key.Key_Down)  # a layer: no text
    gate.set()
    qtbot.wait(100)
    assert "tar of files" in tab.text.text.toPlainText()
