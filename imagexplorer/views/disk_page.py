"""The page of where an engine's disk went: a map of it, and a table with what each thing takes and how it is freed.

Deletes nothing: that is asked by the actions that are the same everywhere. Knows the session's way to look, no source.
"""

from __future__ import annotations

import time
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.disk import KINDS, DiskUse, Use
from imagexplorer.core.disk_map import TITLES, DiskMap, disk_map
from imagexplorer.core.entities import Selection, Touched, Volume
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.text import human_size, plain
from imagexplorer.core.world import CONTAINER, IMAGE, VOLUME
from imagexplorer.models.disk_table import COLUMNS, KIND_WORDS
from imagexplorer.views.disk_foot import DiskFoot
from imagexplorer.views.empty_view import EmptyView
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.records_view import RecordsView
from imagexplorer.views.theme import TonedLabel, plain_label, set_tip
from imagexplorer.views.treemap_view import TreemapView
from imagexplorer.views.waiting_view import WaitingView

if TYPE_CHECKING:
    from imagexplorer.actions.registry import Registry
    from imagexplorer.session import Session

_numbers = count(1)
REST_MS, REST_FACTOR = 1500, 4
"""Between a change and the next look, which asks the engine for much: never more than a fifth of the time."""


class DiskPage(QWidget):
    selection_changed = Signal()

    def __init__(self, session: Session, registry: Registry, source: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.registry, self.source = session, registry, source
        self.title = self.tr("Disk usage")
        self._lane = f"disk{next(_numbers)}"
        self._found: DiskUse | None = None
        self._map: DiskMap | None = None
        self._stale, self._began, self._took = False, 0.0, 0.0
        self._whole = False  # what is shown is worked out, not only told
        self.total = TonedLabel("muted")
        self.note = TonedLabel("warning")
        self.note.hide()
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(resources.icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.setMaximumWidth(280)
        self.filter.setAccessibleName(self.tr("Filter what takes the disk"))
        self.filter.textChanged.connect(lambda _text: self._show_rows())
        self.map = TreemapView(self._words)
        self.map.setAccessibleName(self.tr("Map of the engine's disk, areas by bytes"))
        self.table = RecordsView(COLUMNS, lambda use: f"{use.kind} {use.id}", self.tr("What takes the disk"))
        self.table.sort_by("own")
        self.foot = DiskFoot()
        self.empty = EmptyView()
        self.waiting = WaitingView(session.jobs, self._lane)
        self.body = QStackedWidget()
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(16)
        head.addWidget(plain_label(self.title, bold=True, scale=1.1))
        head.addWidget(self.total, 1)
        head.addWidget(self.note)
        head.addWidget(self.filter)
        inner = QVBoxLayout()
        inner.setContentsMargins(12, 0, 12, 8)
        inner.addWidget(self.map)
        upper = QWidget()
        upper.setLayout(inner)
        lower = QWidget()
        column = QVBoxLayout(lower)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addWidget(self.foot)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(upper)
        self.splitter.addWidget(lower)
        self.splitter.setSizes([300, 360])
        for widget in (self.splitter, self.waiting, self.empty):
            self.body.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.body, 1)
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        self.table.current_changed.connect(lambda _use: self._chosen())
        self.table.selectionModel().selectionChanged.connect(lambda *_: self.selection_changed.emit())
        self.table.opened.connect(self._open)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(lambda at: self._menu(self.table.viewport().mapToGlobal(at)))
        self.map.current_changed.connect(self._picked)
        self.map.opened.connect(lambda row: self._open(self._use_at(row)))
        self.map.menu_wanted.connect(self._menu)
        self.foot.wanted.connect(self._run)
        self.session.touched.connect(self._touched)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.refresh)

    # -- for the window -----------------------------------------------------------------------------

    def selection(self) -> Selection:
        """Of one kind of things: that of the row where the keyboard is."""
        images, containers = self.session.rows_of(self.source)
        ids = {use.id for use in self.table.selected() if use.kind == self._kind()}
        live = any(each.key == self.source and each.live for each in self.session.sources)
        return Selection(
            self.source,
            live,
            tuple(each for each in images if each.id in ids),
            tuple(each for each in containers if each.id in ids),
            tuple(Volume(use.id, use.bytes) for use in self.table.selected() if use.kind == VOLUME == self._kind()),
        )

    def refresh(self) -> None:
        """Look again."""
        self._stale, self._began = False, time.monotonic()
        if self._found is None:
            self.waiting.begin(self.tr("Looking where the disk went"))
            self.body.setCurrentWidget(self.waiting)
        self.session.disk.look(self._lane, self.source, self._first, self._known, self._failed)

    def focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.session.jobs.drop(self._lane)
        super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        self._stale |= self._later.isActive()
        self._later.stop()
        super().hideEvent(event)

    # -- what was found -----------------------------------------------------------------------------

    def _touched(self, touched: Touched) -> None:
        if not touched:
            return
        if not self.isVisible():
            self._stale = True
        elif not self._later.isActive():
            self._later.start(max(REST_MS, round(REST_FACTOR * 1000 * self._took)))

    def _first(self, found: DiskUse) -> None:
        if self._found is None:  # what was worked out before is better than sums, until it is worked out anew
            self._show(found)

    def _known(self, found: DiskUse) -> None:
        self._took, self._whole = time.monotonic() - self._began, True
        self._show(found)

    def _show(self, found: DiskUse) -> None:
        self.note.hide()
        if found != self._found:
            self._found = found
            self._map = disk_map(found)
            current = self.table.current()
            self._show_rows()
            self.map.show_map(self._map.shown)
            if current is not None:
                self.map.select(self._map.row_of(current))
        self.total.set_text(_totals(found))
        if found.uses:
            self.body.setCurrentWidget(self.splitter)
        else:
            self.empty.show_text(self.tr("Nothing takes its disk"), self.tr("There is no image, container or volume."))
            self.body.setCurrentWidget(self.empty)
        self._chosen()

    def _show_rows(self) -> None:
        uses = self._found.uses if self._found is not None else ()
        words = self.filter.text().casefold().split()
        self.table.set_records([use for use in uses if all(word in _haystack(use) for word in words)])
        if self._whole and not self.table.selectionModel().hasSelection():
            # What was chosen is gone, and the keyboard stands somewhere else already.
            self.table.selectRow(max(self.table.currentIndex().row(), 0))

    def _failed(self, error: ImagexplorerError) -> None:
        words = self.tr("Looking was cancelled") if isinstance(error, Cancelled) else sentence_of(error)
        if self._found is not None:  # what is known stays to be seen
            self.note.set_text(plain(words, 120))
            set_tip(self.note, words)
            self.note.show()
            return
        title = words if isinstance(error, Cancelled) else self.tr("The engine does not tell")
        text = "" if isinstance(error, Cancelled) else words
        self.empty.show_text(title, text, [(self.tr("&Retry"), self.refresh)], "cancel" if not text else "error")
        self.body.setCurrentWidget(self.empty)

    # -- one of them --------------------------------------------------------------------------------

    def _kind(self) -> str:
        use = self.table.current()
        return use.kind if use is not None else ""

    def _use_at(self, row: int) -> Use | None:
        return self._map.uses[row] if self._map is not None and 0 <= row < len(self._map.uses) else None

    def _picked(self, row: int) -> None:
        """In the map: the table follows."""
        use = self._use_at(row)
        index = self.table.records.index_of(f"{use.kind} {use.id}") if use is not None else None
        if index is not None and index.isValid() and self.table.current() != use:
            self.table.selectRow(index.row())
            self.table.scrollTo(index)

    def _chosen(self) -> None:
        """In the table: the map and what can be done follow."""
        use = self.table.current()
        row = self._map.row_of(use) if self._map is not None and use is not None else -1
        if row >= 0 and row != self.map.current:
            self.map.select(row)
        self.foot.show_use(use)
        self.selection_changed.emit()

    def _words(self, row: int) -> str:
        if self._map is None or row < 0:
            return ""
        use = self._use_at(row)
        size = self._map.shown.columns["size"][row]
        if use is None:
            return f"{self._map.names[row]}\n{human_size(size)}"
        shared = f", {human_size(use.shared)} shared" if use.shared else ""
        return "\n".join(
            filter(
                None, (plain(use.name, 300), f"{KIND_WORDS[use.kind]}, {human_size(size)} its own{shared}", use.used)
            )
        )

    def _open(self, use: Use | None) -> None:
        images, containers = self.session.rows_of(self.source)
        if use is None:
            return
        records = images if use.kind == IMAGE else containers if use.kind == CONTAINER else ()
        record = next((each for each in records if each.id == use.id), None)
        if record is not None:
            self.session.page_wanted.emit(use.kind, record)

    def _menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        selection = self.selection()
        if selection.images or selection.containers or selection.volumes:
            self.registry.fill_context_menu(menu, selection)
            menu.addSeparator()
        menu.addAction(self.table.copy_rows)
        menu.popup(at)

    def _run(self, action: str) -> None:
        self.registry.set_selection(self.selection())
        why = self.registry.run(action)
        if why:
            self.foot.about.set_text(why)


def _totals(found: DiskUse) -> str:
    about = "" if found.exact else "about "
    parts = []
    for kind in KINDS:
        size = found.total(kind)
        if size or found.of(kind):
            shared = f" ({human_size(found.shared_bytes)} shared)" if kind == IMAGE and found.shared_bytes else ""
            parts.append(f"{TITLES[kind].lower()} {human_size(size)}{shared}")
    whole = sum(found.total(kind) for kind in KINDS)
    return f"{about}{human_size(whole)}: {', '.join(parts)}" if parts else ""


def _haystack(use: Use) -> str:
    return "\n".join((use.name, use.id, KIND_WORDS[use.kind], use.used)).casefold()
