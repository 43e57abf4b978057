"""A person at the window: clicks, keys, dialogs answered with the same widgets that a person uses."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtWidgets import QAbstractItemView, QApplication, QDialog, QLabel, QMenu, QTreeWidget, QWidget
from pytestqt.qtbot import QtBot

from imagexplorer.app import Program
from imagexplorer.settings import Settings
from imagexplorer.views.ask_dialog import AskDialog
from imagexplorer.views.list_page import ListPage

Dialog = TypeVar("Dialog", bound=QDialog)
PATIENCE_MS = 60_000
"""How long a real engine on a loaded machine may take. Nothing here measures."""


class Person:
    """Uses one program's window."""

    def __init__(self, program: Program, qtbot: QtBot) -> None:
        self.program, self.qtbot = program, qtbot
        self.window, self.session = program.window, program.session
        self.errors: list[Any] = []
        self.session.failed.connect(self.errors.append)
        program.jobs.ended.connect(lambda state: self.errors.append(state.error) if state.error else None)

    def sees(self, what: Callable[[], Any]) -> None:
        try:
            self.qtbot.waitUntil(lambda: bool(what()), timeout=PATIENCE_MS)
        except Exception:
            raise AssertionError(f"never seen; said meanwhile: {[str(error) for error in self.errors]}") from None

    # -- lists ----------------------------------------------------------------------------------
    def image_names(self) -> list[str]:
        return [tag for image in self.session.images for tag in image.tags]

    def states(self) -> dict[str, str]:
        return {container.name: container.state for container in self.session.containers}

    def row(self, page: ListPage, text: str) -> QModelIndex:
        """The row whose first column shows the text; headings of groups are looked into."""
        model = page.proxy
        for number in range(model.rowCount()):
            index = model.index(number, 0)
            for found in (index, *(model.index(child, 0, index) for child in range(model.rowCount(index)))):
                if found.data(Qt.ItemDataRole.DisplayRole) == text:
                    return found
        raise AssertionError(f"no row {text!r}")

    def go(self, name: str) -> ListPage:
        self.window.show_list(name)
        return self.window.images if name == "images" else self.window.containers

    def select(self, page: ListPage, text: str) -> QModelIndex:
        index = self.row(page, text)
        self._click(page.view, index)
        self.sees(lambda: page.view.selectionModel().isSelected(index))
        return index

    def double_click(self, page: ListPage, text: str) -> None:
        index = self.row(page, text)
        page.view.scrollTo(index)
        at = self._middle(page.view, index)
        self.qtbot.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
        self.qtbot.mouseDClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def press(
        self, target: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        self.window.activateWindow()
        target.setFocus()
        self.sees(lambda: QApplication.activeWindow() is self.window and QApplication.focusWidget() is target)
        self.qtbot.keyClick(target, key, modifier)

    def _middle(self, view: QAbstractItemView, index: QModelIndex) -> QPoint:
        return view.visualRect(index).center()

    def _click(self, view: QAbstractItemView, index: QModelIndex) -> None:
        view.scrollTo(index)
        self.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=self._middle(view, index))

    # -- actions --------------------------------------------------------------------------------
    def trigger(self, identifier: str) -> None:
        """By the QAction that menu, toolbar and palette share."""
        self.sees(lambda: self.program.registry.action(identifier).isEnabled())
        self.program.registry.action(identifier).trigger()

    def context_menu(self, page: ListPage, text: str, identifier: str) -> None:
        index = self.select(page, text)
        page.view.customContextMenuRequested.emit(self._middle(page.view, index))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = self.program.registry.action(identifier)
        assert action in menu.actions()
        menu.close()
        action.trigger()

    # -- dialogs --------------------------------------------------------------------------------
    def answers(self, kind: type[Dialog], fill: Callable[[Dialog], object], accept: bool = True) -> list[Dialog]:
        """The next dialog of the kind is filled in and its verb pressed, as soon as it lets itself be pressed.
        Returns a list that holds the dialog once it was answered."""
        answered: list[Dialog] = []
        filled: list[QWidget] = []
        timer = QTimer(self.window, interval=20)
        begun = time.monotonic()

        def look() -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, kind):
                return
            if not filled:
                filled.append(dialog)
                fill(dialog)
            if not accept:
                timer.stop()
                answered.append(dialog)
                self.qtbot.keyClick(dialog, Qt.Key.Key_Escape)
            elif isinstance(dialog, AskDialog) and not dialog.verb.isEnabled():
                if time.monotonic() > begun + PATIENCE_MS / 1000:  # a story that hangs in a dialog tells nobody why
                    timer.stop()
                    self.errors.append(
                        f"{dialog.windowTitle()}: {dialog.verb.text()!r} never could be pressed: {words_of(dialog)}"
                    )
                    dialog.reject()
            else:
                answered[:] = [dialog]
                self.qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)  # type: ignore[attr-defined]
                if not dialog.isVisible():
                    timer.stop()

        timer.timeout.connect(look)
        timer.start()
        return answered


def words_of(widget: QWidget) -> str:
    """What a person would read there."""
    texts = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    for tree in widget.findChildren(QTreeWidget):
        items = [tree.topLevelItem(number) for number in range(tree.topLevelItemCount())]
        items += [item.child(number) for item in list(items) for number in range(item.childCount())]
        texts += [" | ".join(item.text(column) for column in range(tree.columnCount())) for item in items]
    return "; ".join(text for text in texts if text.strip())


def open_program(application: QApplication, folder: Path, qtbot: QtBot, host: str, target: str = "") -> Person:
    """The program as `app.run` makes it, on an engine of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(folder / "settings.json")
    settings.set("cache.directory", str(folder / "cache"))
    program = Program(application, settings)
    person = Person(program, qtbot)
    program.window.resize(1280, 800)
    program.window.show()
    qtbot.waitExposed(program.window)
    program.start(target, host)
    return person
