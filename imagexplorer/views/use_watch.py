"""Which containers of the list are in sight, so that only their use is followed; and their cells painted anew.

Knows the page, its tree and the two columns. Nothing is told to the model: a number a second would sort, filter and
select anew what did not change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QTimer
from PySide6.QtWidgets import QTreeView

from imagexplorer.core.entities import Container
from imagexplorer.models.columns import Role
from imagexplorer.views.spark import SparkDelegate

if TYPE_CHECKING:
    from imagexplorer.views.containers_page import ContainersPage

EVERY_MS = 1000
ROWS_MOST = 30
WEIGH_EVERY = 10
"""Looks."""
_TONES = {"cpu": "info", "memory": "owner"}


class UseWatch(QObject):
    def __init__(self, page: ContainersPage, tree: QTreeView) -> None:
        super().__init__(page)
        self._page, self._tree = page, tree
        self._looks = 0
        session = page.session
        self._columns = [page.model.column_of(name) for name in _TONES]
        self.delegates = [
            SparkDelegate(self, page.model.columns, session.uses.of, name, tone) for name, tone in _TONES.items()
        ]
        for number, delegate in zip(self._columns, self.delegates, strict=True):
            tree.setItemDelegateForColumn(number, delegate)
        self._clock = QTimer(self, interval=EVERY_MS)
        self._clock.timeout.connect(self.look)
        self._soon = QTimer(self, singleShot=True, interval=150)
        self._soon.timeout.connect(self.look)
        tree.verticalScrollBar().valueChanged.connect(lambda _value: self._soon.start())
        session.containers_changed.connect(self._soon.start)

    def begin(self) -> None:
        self._clock.start()
        self._soon.start()

    def end(self) -> None:
        self._clock.stop()
        self._soon.stop()
        self._page.session.uses.watch("", ())

    def look(self) -> None:
        """Follow what is seen now, and paint its numbers."""
        session, tree = self._page.session, self._tree
        current = session.current
        shown = current is not None and current.live and tree.isVisible() and not tree.window().isMinimized()
        if current is None or not shown or all(tree.isColumnHidden(number) for number in self._columns):
            session.uses.watch("", ())
            return
        for delegate in self.delegates:
            delegate.stale = False
        seen = self.in_sight()
        session.uses.watch(current.key, list(seen), seen)
        self._looks += 1
        if seen and self._looks % WEIGH_EVERY == 0:
            session.weigh()
        for number in (*self._columns, self._page.model.column_of("writable")):
            left = tree.columnViewportPosition(number)
            tree.viewport().update(left, 0, tree.columnWidth(number), tree.viewport().height())

    def in_sight(self) -> dict[str, str]:
        """Ids of running containers whose rows are seen, from the top, and the source of each."""
        found: dict[str, str] = {}
        current = self._page.session.current
        key = current.key if current is not None else ""
        index: QModelIndex = self._tree.indexAt(self._tree.viewport().rect().topLeft())
        bottom = self._tree.viewport().height()
        while index.isValid() and len(found) < ROWS_MOST and self._tree.visualRect(index).top() < bottom:
            record = index.data(Role.RECORD)
            if isinstance(record, Container) and record.running:
                found[record.id] = record.source or key
            index = self._tree.indexBelow(index)
        return found
