"""The toolbar: back and forward, the place, what can be done with what is selected, the filter, the palette."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QToolBar, QToolButton, QWidget

from imagexplorer import resources
from imagexplorer.actions.registry import Registry
from imagexplorer.views.theme import plain_label

FILTER_REST_MS = 120
"""A fast typist's letters are one filter."""

BARS = {
    "image": ("image.open", "image.run", "image.compare", "", "image.delete"),
    "container": (
        "container.open",
        "container.start",
        "container.stop",
        "container.restart",
        "container.commit",
        "",
        "container.delete",
    ),
}
"""Actions by kind of record; "" is a gap. The first one opens."""


class WindowBar(QToolBar):
    filter_changed = Signal(str)
    filter_left = Signal()  # Enter, Down or Escape: back to the rows

    def __init__(self, registry: Registry, parent: QWidget | None = None) -> None:
        super().__init__("Toolbar", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setIconSize(QSize(18, 18))
        self._registry = registry
        self.addAction(registry.action("view.back"))
        self.addAction(registry.action("view.forward"))
        self.title = plain_label(bold=True, scale=1.1)
        self.title.setContentsMargins(8, 0, 16, 0)
        self.addWidget(self.title)
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._space = self.addWidget(space)
        self.filter = QLineEdit()
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(resources.icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.setFixedWidth(self.fontMetrics().averageCharWidth() * 36)
        self.filter.installEventFilter(self)
        self._filter_shown = self.addWidget(self.filter)
        self.addAction(registry.action("view.palette"))
        self._shown: list[QAction] = []
        self._ids: Sequence[str] = ()
        self._rest = QTimer(self, singleShot=True, interval=FILTER_REST_MS)
        self._rest.timeout.connect(lambda: self.filter_changed.emit(self.filter.text()))
        self.filter.textChanged.connect(lambda _text: self._rest.start())
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)

    def show_actions(self, ids: Sequence[str]) -> None:
        """Those of the page, in order; "" is a line."""
        if tuple(ids) == tuple(self._ids):
            return
        self._ids = tuple(ids)
        for action in self._shown:
            self.removeAction(action)
            if action.isSeparator():  # made for this page alone
                action.deleteLater()
        self._shown = []
        for identifier in ids:
            if not identifier:
                self._shown.append(self.insertSeparator(self._space))
                continue
            action = self._registry.action(identifier)
            self.insertAction(self._space, action)
            self._shown.append(action)
            button = self.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def show_place(self, title: str) -> None:
        self.title.set_text(title)

    def show_filter(self, noun: str, text: str) -> None:
        """`noun` in the plural; "" where the page has none here."""
        self._filter_shown.setVisible(bool(noun))
        if noun:
            words = f"Filter {noun}"
            self.filter.setPlaceholderText(f"{words}   Ctrl+F")
            self.filter.setAccessibleName(words)
            if self.filter.text() != text:
                self.filter.setText(text)  # not behind a blocker: the button that empties it listens too
                self._rest.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.filter and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                self.filter.clear()
            if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._rest.stop()
                self.filter_changed.emit(self.filter.text())
                self.filter_left.emit()
                return True
        return super().eventFilter(watched, event)
