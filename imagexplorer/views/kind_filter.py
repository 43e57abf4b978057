"""The menu that filters files by type and size, and brings back what lower layers deleted. Knows no tree."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from imagexplorer import resources
from imagexplorer.core.file_types import TYPES
from imagexplorer.core.sizes import SizeRange, size_range
from imagexplorer.views.theme import set_tip

SIZES = ("> 10 kB", "> 100 kB", "> 1 MB", "> 10 MB", "> 100 MB", "= 0")


class KindFilter(QToolButton):
    """`layered`: there are modes to ask for, and layers below. `changed` on each choice; `typing_wanted(example)` where
    the user wants a size that is not in the menu."""

    changed = Signal()
    typing_wanted = Signal(str)
    clearing_wanted = Signal()

    def __init__(self, layered: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._size = ""
        self.setText(self.tr("Fil&ter"))
        self.setIcon(resources.icon("filter"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self, self.tr("By type and size, and what was deleted before"))
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self.types = {name: self._type(menu, name) for name, kind in TYPES.items() if layered or not kind.by_mode}
        menu.addSeparator()
        self._add_sizes(menu.addMenu(self.tr("&Size")))
        self.gone = menu.addAction(self.tr("&Also what lower layers deleted"))
        self.gone.setCheckable(True)
        self.gone.setVisible(layered)
        set_tip(self.gone, self.tr("Files that are still in the image, though nobody sees them"))
        self.gone.toggled.connect(lambda _on: self.changed.emit())
        menu.addSeparator()
        menu.addAction(resources.icon("cancel"), self.tr("&Clear all filters"), self.clearing_wanted.emit)
        self.setMenu(menu)

    def _type(self, menu: QMenu, name: str) -> QAction:
        action = menu.addAction(self.tr(TYPES[name].title))
        action.setCheckable(True)
        set_tip(action, self.tr(TYPES[name].about))
        action.toggled.connect(lambda _on: self.changed.emit())
        return action

    def _add_sizes(self, menu: QMenu) -> None:
        group = QActionGroup(menu)
        self.sizes: dict[str, QAction] = {}
        for words in ("", *SIZES):
            action = menu.addAction(words or self.tr("&Any size"))
            action.setCheckable(True)
            action.setChecked(not words)
            action.triggered.connect(lambda _on, words=words: self._choose(words))
            group.addAction(action)
            self.sizes[words] = action
        menu.addSeparator()
        menu.addAction(self.tr("&Other: type it in the line"), lambda: self.typing_wanted.emit("> 5 MB"))

    def _choose(self, words: str) -> None:
        self._size = words
        self.sizes[words].setChecked(True)
        self.changed.emit()

    # -- what is chosen -----------------------------------------------------------------------------

    def chosen_types(self) -> tuple[str, ...]:
        """As `ViewSpec.types` has them."""
        return tuple(name for name, action in self.types.items() if action.isChecked())

    def chosen_sizes(self) -> SizeRange | None:
        return size_range(self._size)

    def conditions(self) -> list[tuple[str, str]]:
        """What is set, (name, words) each; `remove(name)` takes it away."""
        titles = [self.tr(TYPES[name].title) for name in self.chosen_types()]
        found = []
        if titles:
            more = f" +{len(titles) - 1}" if len(titles) > 1 else ""
            found.append(("types", titles[0] + more))
        if self._size:
            found.append(("sizes", self._size))
        if self.gone.isChecked():
            found.append(("gone", self.tr("Also deleted before")))
        return found

    def remove(self, name: str) -> None:
        """Nothing of that name is set any more, "" for all of it; told once."""
        was = self.conditions()
        self.blockSignals(True)
        if name in ("types", ""):
            for action in self.types.values():
                action.setChecked(False)
        if name in ("sizes", ""):
            self._choose("")
        if name in ("gone", ""):
            self.gone.setChecked(False)
        self.blockSignals(False)
        if was != self.conditions():
            self.changed.emit()
