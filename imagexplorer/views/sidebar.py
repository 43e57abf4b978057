"""The sidebar: sources with their state in shape and words, then the lists of the current one. Knows records only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.text import plain
from imagexplorer.session import ALL_ENGINES, SourceState
from imagexplorer.views.theme import source_color, tone_color, tooltip

Index = QModelIndex | QPersistentModelIndex

IMAGES, CONTAINERS = "images", "containers"
STATE_ICONS = {"live": "live", "connecting": "restarting", "lost": "lost", "failed": "error", "file": "archive"}
STATE_TONES = {"live": "success", "connecting": "muted", "lost": "warning", "failed": "error", "file": "muted"}
STATE_WORDS = {"live": "live", "lost": "lost, reconnecting", "file": ""}
"""Where there is little room. Of the other states the source's own words are short."""


class _Role(IntEnum):
    KIND = Qt.ItemDataRole.UserRole + 1  # heading, source or list
    KEY = Qt.ItemDataRole.UserRole + 2
    WORDS = Qt.ItemDataRole.UserRole + 3  # second line of a source
    COUNT = Qt.ItemDataRole.UserRole + 4  # at the right of a list
    ACTIVE = Qt.ItemDataRole.UserRole + 5  # this is what the page shows
    STATE = Qt.ItemDataRole.UserRole + 6
    CURRENT = Qt.ItemDataRole.UserRole + 7  # the current source
    FILE = Qt.ItemDataRole.UserRole + 8  # not an engine: it can be closed
    COLOUR = Qt.ItemDataRole.UserRole + 9  # the user's for a source


@dataclass(frozen=True, slots=True)
class Entry:
    """One list of the current source; `count` "…" while it is being read, "" where it cannot be."""

    key: str
    title: str
    icon: str
    count: str


class Sidebar(QListWidget):
    """Enter, click or Space on a row says what is wanted; the arrow keys only move."""

    source_wanted = Signal(str)
    list_wanted = Signal(str)
    close_wanted = Signal(str)
    retry_wanted = Signal(str)
    engine_wanted = Signal()
    look_wanted = Signal(str)  # another name, another colour
    move_wanted = Signal(str, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Sources and lists"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegate(_SidebarDelegate(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.itemClicked.connect(self._go)
        self._shown: tuple[Sequence[SourceState], str, Sequence[Entry], str] | None = None

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 38, 400)

    def show_state(self, sources: Sequence[SourceState], current: str, entries: Sequence[Entry], active: str) -> None:
        """All of it at once; rows that stay keep the keyboard's place."""
        state = (tuple(sources), current, tuple(entries), active)
        if state == self._shown:
            return
        self._shown = state
        item = self.currentItem()
        at = (item.data(_Role.KIND), item.data(_Role.KEY)) if item is not None else None
        self.clear()
        engines = [source for source in sources if source.is_engine]
        files = [source for source in sources if not source.is_engine]
        for title, group in ((self.tr("ENGINES"), engines), (self.tr("FILES"), files)):
            if group:
                self._add_heading(title)
            for source in group:
                self._add_source(source, source.key == current)
        self._add_heading("")
        for entry in entries:
            self._add_list(entry, entry.key == active)
        for row in range(self.count()):
            item = self.item(row)
            if at is not None and (item.data(_Role.KIND), item.data(_Role.KEY)) == at:
                self.setCurrentItem(item)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._shown is not None:
            shown, self._shown = self._shown, None  # the icons are in the colours of the old one
            self.show_state(*shown)

    def _add_heading(self, title: str) -> None:
        item = QListWidgetItem(title)
        item.setData(_Role.KIND, "heading")
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.addItem(item)

    def _add_source(self, source: SourceState, current: bool) -> None:
        name = plain(source.address.name or source.address.location, 200)
        words = plain(source.words or source.state, 200) + (self.tr(", locked") if source.locked else "")
        item = QListWidgetItem(name)
        for role, value in (
            (_Role.KIND, "source"),
            (_Role.KEY, source.key),
            (_Role.WORDS, words),
            (_Role.STATE, source.state),
            (_Role.CURRENT, current),
            (_Role.FILE, not source.is_engine),
            (_Role.COLOUR, source.colour),
            (Qt.ItemDataRole.AccessibleTextRole, f"{name}, {words}" + (", current" if current else "")),
        ):
            item.setData(role, value)
        icon, tone = STATE_ICONS.get(source.state, "engine"), STATE_TONES.get(source.state, "muted")
        if source.live and source.info is not None and source.info.risk:
            icon, tone = "unlocked", "error"
        item.setIcon(resources.icon(icon, tone_color(tone)))
        lines = [name, source.address.location, words, str(source.error) if source.error else ""]
        item.setToolTip(tooltip("\n".join(plain(line, 400) for line in dict.fromkeys(lines) if line)))
        self.addItem(item)

    def _add_list(self, entry: Entry, active: bool) -> None:
        item = QListWidgetItem(resources.icon(entry.icon), entry.title)
        for role, value in (
            (_Role.KIND, "list"),
            (_Role.KEY, entry.key),
            (_Role.COUNT, entry.count),
            (_Role.ACTIVE, active),
            (Qt.ItemDataRole.AccessibleTextRole, f"{entry.title}, {entry.count}" + (", shown" if active else "")),
        ):
            item.setData(role, value)
        self.addItem(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        own = item is not None and item.data(_Role.KIND) == "source" and item.data(_Role.KEY) != ALL_ENGINES
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if own and event.key() == Qt.Key.Key_F2:
            self.look_wanted.emit(item.data(_Role.KEY))
            return
        if own and event.key() in steps and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move_wanted.emit(item.data(_Role.KEY), steps[Qt.Key(event.key())])
            return
        if item is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._go(item)
        elif item is not None and event.key() == Qt.Key.Key_Delete and item.data(_Role.FILE):
            self.close_wanted.emit(item.data(_Role.KEY))
        else:
            super().keyPressEvent(event)

    def _go(self, item: QListWidgetItem) -> None:
        kind, key = item.data(_Role.KIND), item.data(_Role.KEY)
        if kind == "source":
            self.source_wanted.emit(key)
        elif kind == "list":
            self.list_wanted.emit(key)

    def _menu(self, at: QPoint) -> None:
        item = self.itemAt(at)
        if item is None or item.data(_Role.KIND) != "source" or item.data(_Role.KEY) == ALL_ENGINES:
            return
        key = item.data(_Role.KEY)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if item.data(_Role.STATE) in ("lost", "failed"):
            menu.addAction(resources.icon("refresh"), self.tr("&Retry"), lambda: self.retry_wanted.emit(key))
        if item.data(_Role.FILE):
            menu.addAction(resources.icon("close"), self.tr("&Close this file"), lambda: self.close_wanted.emit(key))
        else:
            menu.addAction(
                resources.icon("close"), self.tr("&Remove from this list"), lambda: self.close_wanted.emit(key)
            )
        menu.addAction(resources.icon("edit"), self.tr("Na&me and colour…\tF2"), lambda: self.look_wanted.emit(key))
        for words, step in ((self.tr("Move &up\tAlt+Up"), -1), (self.tr("Move &down\tAlt+Down"), 1)):
            menu.addAction(words, partial(self.move_wanted.emit, key, step))
        menu.addSeparator()
        menu.addAction(resources.icon("engine"), self.tr("Co&nnect to an engine…"), self.engine_wanted.emit)
        if not menu.isEmpty():
            menu.popup(self.viewport().mapToGlobal(at))


class _SidebarDelegate(QStyledItemDelegate):
    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        kind = index.data(_Role.KIND)
        if kind == "heading":
            option.font.setPointSizeF(option.font.pointSizeF() * 0.85)
            option.font.setBold(True)
            option.displayAlignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        if index.data(_Role.ACTIVE):
            option.state |= QStyle.StateFlag.State_Selected
        if index.data(_Role.CURRENT):
            option.font.setBold(True)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        kind = index.data(_Role.KIND)
        style = own.widget.style()
        title = own.text
        own.text = ""
        icon: QIcon = index.data(Qt.ItemDataRole.DecorationRole) or QIcon()
        own.icon = QIcon()
        own.showDecorationSelected = True
        if kind != "heading":
            style.drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, own.widget)
        selected = bool(own.state & QStyle.StateFlag.State_Selected)
        palette = own.palette
        ink = palette.color(QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text)
        quiet = ink if selected else tone_color("muted")
        rect = own.rect.adjusted(12, 0, -12, 0)
        side = 16
        painter.save()
        if kind == "heading":
            painter.setPen(quiet)
            painter.setFont(own.font)
            painter.drawText(
                rect.adjusted(0, 0, 0, -4), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, title
            )
            painter.restore()
            return
        if colour := index.data(_Role.COLOUR):
            bar = QRect(own.rect.left() + 3, own.rect.top() + 4, 3, own.rect.height() - 8)
            painter.fillRect(bar, source_color(colour))
        metrics = QFontMetrics(own.font)  # bold for the current one
        top = rect.top() + 4 if kind == "source" else rect.top() + (rect.height() - metrics.height()) // 2
        mode = icon.Mode.Selected if selected else icon.Mode.Normal
        icon.paint(painter, QRect(rect.left(), top + (metrics.height() - side) // 2, side, side), mode=mode)
        words_rect = QRect(rect.left() + side + 8, top, rect.width() - side - 8, metrics.height())
        count = index.data(_Role.COUNT) or ""
        room = words_rect.width() - (metrics.horizontalAdvance(count) + 8 if count else 0)
        painter.setPen(ink)
        painter.setFont(own.font)
        painter.drawText(words_rect, 0, metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, room))
        painter.setPen(quiet)
        if count:
            painter.drawText(words_rect, Qt.AlignmentFlag.AlignRight, count)
        if kind == "source":
            font = own.font
            font.setBold(False)
            painter.setFont(font)
            second = words_rect.translated(0, metrics.height())
            words = QFontMetrics(font).elidedText(
                index.data(_Role.WORDS) or "", Qt.TextElideMode.ElideRight, second.width()
            )
            painter.drawText(second, 0, words)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = option.fontMetrics.height()
        heights = {"heading": line + 12, "source": 2 * line + 8, "list": line + 10}
        return QSize(60, heights.get(index.data(_Role.KIND), line))
