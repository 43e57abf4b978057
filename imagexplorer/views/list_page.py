"""One list: its rows, its totals, what is selected, and what stands there instead of rows. The same for every record.

Knows the session's state and the registry of actions; what the records are is told by its maker (`images_page`,
`containers_page`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QSplitter,
    QStackedWidget,
    QTableView,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Selection
from imagexplorer.core.text import plain
from imagexplorer.models.columns import Column, Group, Role
from imagexplorer.models.filter_proxy import FilterProxy
from imagexplorer.models.table_model import TableModel
from imagexplorer.models.tables import row_key, with_source
from imagexplorer.session import ALL_ENGINES, Session, is_old, of_all
from imagexplorer.views.chips import CellDelegate
from imagexplorer.views.copying import copy_lines, copy_rows
from imagexplorer.views.details_pane import DetailsPane
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.header_state import HeaderState, ListHeader
from imagexplorer.views.list_age import age_words
from imagexplorer.views.list_view import own_action, select_records, selected_records, set_up_list
from imagexplorer.views.theme import plain_label


class ListPage(QWidget):
    """`selection_changed` comes once for a change, however many rows it spans."""

    selection_changed = Signal()
    noun = "row"
    key = ""
    open_action = ""
    delete_action = ""

    def __init__(
        self,
        session: Session,
        registry: Registry,
        columns: Sequence[Column],
        view: QTableView | QTreeView,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = session
        self.registry = registry
        self.model = TableModel(with_source(columns, session.name_of), row_key, self)
        self.proxy = FilterProxy(self.model, self)
        self.view = view
        self.header = ListHeader()
        if isinstance(view, QTableView):
            view.setHorizontalHeader(self.header)
        else:
            view.setHeader(self.header)
        self.header_state = HeaderState(self.header, self.model.columns)
        self.details = DetailsPane(session, f"details/{self.key}", registry.action(self.open_action))
        self.empty = EmptyView()
        self.summary = plain_label()
        self.note = plain_label(tone="warning")
        self._settle = QTimer(self, singleShot=True, interval=0)
        self._settle.timeout.connect(self._selected)
        self.filter_text = ""
        self._started = False
        self._set_up_view()
        self._make_keys()
        self._lay_out()

    # -- making -------------------------------------------------------------------------------------

    def _set_up_view(self) -> None:
        view = self.view
        view.setModel(self.proxy)
        self._cells = CellDelegate(view, self.model.columns)
        view.setItemDelegate(self._cells)
        set_up_list(view)
        view.doubleClicked.connect(self._open_index)
        view.customContextMenuRequested.connect(self._menu)
        view.selectionModel().selectionChanged.connect(lambda *_: self._settle.start())
        # A heading that is selected stands for the rows that are seen below it: they may come and go.
        for signal in (
            self.proxy.dataChanged,
            self.proxy.rowsInserted,
            self.proxy.rowsRemoved,
            self.proxy.layoutChanged,
        ):
            signal.connect(lambda *_: self._settle.start())
        self.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header.customContextMenuRequested.connect(self._header_menu)

    def _make_keys(self) -> None:
        self.copy_rows = own_action(self, self.tr("Copy as &text"), "copy", QKeySequence.StandardKey.Copy)
        self.copy_rows.triggered.connect(lambda: copy_rows(self.header, self.model.columns, self.selected()))
        self.copy_ids = own_action(self, self.tr("Copy &ID"), "copy", QKeySequence("Ctrl+Shift+C"))
        self.copy_ids.triggered.connect(lambda: copy_lines(plain(record.id) for record in self.selected()))
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            enter = QAction(self.view)
            enter.setShortcut(QKeySequence(key))
            enter.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            enter.triggered.connect(self._open_current)
            self.view.addAction(enter)

    def _lay_out(self) -> None:
        head = QWidget()
        head.setFixedHeight(self.fontMetrics().height() + 16)  # the same on every list: nothing jumps between them
        self.bar = QHBoxLayout(head)
        self.bar.setContentsMargins(12, 0, 12, 0)
        self.bar.setSpacing(12)
        self.bar.addWidget(self.summary)
        self.bar.addWidget(self.note)
        self.bar.addStretch()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.view)
        self.stack.addWidget(self.empty)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.stack)
        self.splitter.addWidget(self.details)
        self.splitter.setStretchFactor(0, 1)
        self.splitter.setChildrenCollapsible(False)  # nobody would find again what is folded to nothing
        self.splitter.setHandleWidth(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self.splitter, 1)
        self.setFocusProxy(self.empty)

    # -- told from outside --------------------------------------------------------------------------

    def show_records(self, records: Sequence[Any]) -> None:
        self.model.set_records(records)
        self.show_state()

    def set_filter(self, text: str) -> None:
        self.filter_text = text
        self.proxy.set_text(text)
        self.show_state()

    def show_state(self) -> None:
        """Rows, or what stands there instead, and how old they are."""
        current = self.session.current
        words = age_words(current)
        lost = bool(words) and not of_all(current)
        old = {state.key for state in self.session.sources if is_old(state)} if of_all(current) else set()
        if bool(old) != (self._cells.old is not None) or old:
            self._cells.old = (lambda record: getattr(record, "source", "") in old) if old else None
            self.view.viewport().update()
        self.note.set_text(words)
        self.note.setVisible(bool(words))
        if lost != self._cells.stale:
            self._cells.stale = lost
            self.view.viewport().update()
        if self.proxy.rowCount():
            self._start_somewhere()  # before the view gets the focus, which would make a row the current one unselected
            self._show_widget(self.view)
            self.details.show()
        else:
            self.show_empty()
            self._show_widget(self.empty)
            self.details.hide()
        self._show_summary(self.selected())

    def _show_widget(self, widget: QWidget) -> None:
        """Rows, or what stands there instead; the keyboard goes with it."""
        if self.stack.currentWidget() is widget and self.focusProxy() is widget:
            return
        before = self.stack.currentWidget()
        focused = before is not None and before.hasFocus()
        self.stack.setCurrentWidget(widget)
        self.setFocusProxy(widget)
        if focused:
            widget.setFocus()

    def _start_somewhere(self) -> None:
        """Of the first rows that come one is selected: details show at once, the arrow keys have where to start."""
        if self.view.currentIndex().isValid():
            return
        first = self.proxy.index(0, 0)
        if self.proxy.rowCount(first):  # a heading stands for many rows: it is not selected unasked
            first = self.proxy.index(0, 0, first)
        flags = self.view.selectionModel().SelectionFlag
        flag = flags.NoUpdate if self._started else flags.ClearAndSelect | flags.Rows
        self._started = True
        self.view.selectionModel().setCurrentIndex(first, flag)

    def show_empty(self) -> None:
        raise NotImplementedError

    def count_words(self) -> str:
        """What the list holds, when nothing or one row is selected."""
        raise NotImplementedError

    def total_words(self, records: Sequence[Any]) -> str:
        raise NotImplementedError

    def whose(self, records: Sequence[Any]) -> tuple[str, bool]:
        """The key of the source that they are of and whether it is live; that of all together where it is several."""
        current = self.session.current
        if current is None:
            return "", False
        keys = {record.source or current.key for record in records} or {current.key}
        if len(keys) > 1:
            return ALL_ENGINES, False
        (key,) = keys
        return key, any(state.live for state in (current, *self.session.sources) if state.key == key)

    def withheld(self) -> tuple[str, ...]:
        """Columns that say nothing of these rows."""
        return () if of_all(self.session.current) else ("engine",)

    def selection_of(self, records: Sequence[Any]) -> Selection:
        raise NotImplementedError

    # -- selection ----------------------------------------------------------------------------------

    def enter_rows(self) -> None:
        """The keyboard comes from the filter: a row is selected, so that Enter opens it and the actions know it. Of a
        single row that is the current one already, no arrow key could do it."""
        model, flags = self.view.selectionModel(), self.view.selectionModel().SelectionFlag
        if self.proxy.rowCount() and not model.hasSelection():
            current = model.currentIndex()
            row = current if current.isValid() else self.proxy.index(0, 0)
            model.setCurrentIndex(row, flags.ClearAndSelect | flags.Rows)
        self.view.setFocus()

    def selected(self) -> list[Any]:
        return selected_records(self.view, self.proxy)

    def selection(self) -> Selection:
        return self.selection_of(self.selected())

    def select(self, identifiers: Sequence[str]) -> None:
        """Select these rows and show the first of them."""
        select_records(self.view, self.proxy, identifiers)
        self._flush()

    def _flush(self) -> None:
        """What waits to be told is told now: an action is about to read it."""
        if self._settle.isActive():
            self._settle.stop()
            self._selected()

    def _selected(self) -> None:
        records = self.selected()
        self._show_summary(records)
        self.details.show_selection(self.selection_of(records))
        self.selection_changed.emit()

    def _show_summary(self, records: Sequence[Any]) -> None:
        self.summary.set_text(f"{self.total_words(records)} selected" if len(records) > 1 else self.count_words())

    # -- opening, menus, copying --------------------------------------------------------------------

    def _open_index(self, index: QModelIndex) -> None:
        if index.isValid() and not isinstance(index.data(Role.RECORD), Group):
            self._run(self.open_action)

    def _open_current(self) -> None:
        index = self.view.currentIndex()
        if isinstance(index.data(Role.RECORD), Group) and isinstance(self.view, QTreeView):
            self.view.setExpanded(index.siblingAtColumn(0), not self.view.isExpanded(index.siblingAtColumn(0)))
            return
        if index.isValid():
            self.enter_rows()
        self._run(self.open_action)

    def _run(self, identifier: str) -> None:
        """By the same QAction as every other entrance."""
        self._flush()
        action = self.registry.action(identifier)
        if action.isEnabled():
            action.trigger()

    def _menu(self, at: QPoint) -> None:
        self._flush()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        self.registry.fill_context_menu(menu, self.selection())
        menu.addSeparator()
        self.fill_copy_menu(menu.addMenu(resources.icon("copy"), self.tr("&Copy")), self.selected())
        menu.popup(self.view.viewport().mapToGlobal(at))

    def fill_copy_menu(self, menu: QMenu, records: Sequence[Any]) -> None:
        menu.addAction(self.copy_rows)
        menu.addAction(self.copy_ids)

    def _header_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.header_state.fill_menu(menu)
        menu.popup(self.header.mapToGlobal(at))
