"""The command palette: every action with why it is blocked, every image and container, found by a few letters.

Knows entries only; what they are and what they run is told by whoever opens it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QIcon, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from imagexplorer.core.text import plain
from imagexplorer.views.theme import plain_label, tone_color

Index = QModelIndex | QPersistentModelIndex

SHOWN = 60
_ENTRY = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind` is the word at the right for things, the shortcut for actions; `blocked` the reason, "" where it runs."""

    title: str
    kind: str
    run: Callable[[], object]
    icon: QIcon | None = None
    blocked: str = ""


def score(wanted: str, title: str) -> int:
    """How well the letters of `wanted` are found in order in `title`, both case folded; -1 not at all.

    Letters together, at the start, and at the start of words count more; short titles win between equals.
    """
    if not wanted:
        return 0
    at = title.find(wanted)
    if at >= 0:
        start = at == 0 or not title[at - 1].isalnum()
        return 1000 + (400 if at == 0 else 200 if start else 0) - min(len(title), 199)
    total = 0
    place = -1
    for letter in wanted:
        if letter == " ":
            continue
        found = title.find(letter, place + 1)
        if found < 0:
            return -1
        total += 8 if found == place + 1 else 0
        total += 12 if found == 0 or not title[found - 1].isalnum() else 0
        total -= min(found - place - 1, 10)
        place = found
    return max(total, 0)


def found(entries: Sequence[tuple[str, Entry]], text: str) -> list[Entry]:
    """The best first; each entry comes with its case-folded title. What can run stands before what cannot."""
    wanted = " ".join(text.casefold().split())
    hits = []
    for number, (title, entry) in enumerate(entries):
        points = score(wanted, title)
        if points >= 0:
            hits.append((bool(entry.blocked) and points < 1000, -points, bool(entry.blocked), number, entry))
    hits.sort(key=lambda hit: hit[:4])
    return [hit[4] for hit in hits[:SHOWN]]


class _Entries(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def set_entries(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return plain(entry.title, 300)
        if role == Qt.ItemDataRole.DecorationRole:
            return entry.icon
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (plain(entry.title, 300), entry.kind, entry.blocked) if part)
        return entry if role == _ENTRY else None


class CommandPalette(QDialog):
    """Type, arrows, Enter. Escape or a click elsewhere closes it."""

    def __init__(self, entries: Sequence[Entry], parent: QWidget | None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setWindowTitle(self.tr("Command palette"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._entries = [(plain(entry.title, 300).casefold(), entry) for entry in entries]
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(self.tr("An action, an image or a container"))
        self.edit.setAccessibleName(self.tr("Find an action, an image or a container"))
        self.edit.setClearButtonEnabled(True)
        self.model = _Entries(self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EntryDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setFrameShape(QListView.Shape.NoFrame)
        self.list.setAccessibleName(self.tr("Found"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.none = plain_label(self.tr("Nothing matches"), tone="muted")
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self.edit)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.none, 1)
        self.edit.textChanged.connect(self._find)
        self.edit.returnPressed.connect(self._run_current)
        self.list.clicked.connect(lambda index: self._run(index))
        self.edit.installEventFilter(self)
        self.resize(self.fontMetrics().averageCharWidth() * 100, self.fontMetrics().height() * 24)
        self._find("")
        self.edit.setFocus()

    def open_over(self, window: QWidget) -> None:
        at = window.mapToGlobal(QPoint((window.width() - self.width()) // 2, 48))
        self.move(at)
        self.show()
        self.edit.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A popup has no frame of its own, and stands over things of its colour."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Dark))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() in keys:
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)

    def _find(self, text: str) -> None:
        hits = found(self._entries, text)
        self.model.set_entries(hits)
        self.list.setVisible(bool(hits))
        self.none.setVisible(not hits)
        if hits:
            self.list.setCurrentIndex(self.model.index(0))

    def _run_current(self) -> None:
        self._run(self.list.currentIndex())

    def _run(self, index: QModelIndex) -> None:
        entry = index.data(_ENTRY) if index.isValid() else None
        if entry is None or entry.blocked:
            return
        self.accept()  # closed before it runs: what it opens must not stand under a popup
        entry.run()


class _EntryDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry: Entry = index.data(_ENTRY)
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        own.text = ""
        own.icon = QIcon()
        own.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, own.widget)
        selected = bool(own.state & QStyle.StateFlag.State_Selected)
        group = QPalette.ColorGroup.Disabled if entry.blocked else QPalette.ColorGroup.Active
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        ink = own.palette.color(QPalette.ColorGroup.Active if selected else group, role)
        quiet = ink if selected else tone_color("muted")
        rect = own.rect.adjusted(8, 0, -8, 0)
        metrics = own.fontMetrics
        if entry.icon is not None:
            mode = QIcon.Mode.Selected if selected else QIcon.Mode.Disabled if entry.blocked else QIcon.Mode.Normal
            entry.icon.paint(painter, QRect(rect.left(), rect.center().y() - 8, 16, 16), mode=mode)
        rect.setLeft(rect.left() + 24)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.save()
        painter.setPen(quiet)
        kind = metrics.horizontalAdvance(entry.kind)
        painter.drawText(rect, middle | Qt.AlignmentFlag.AlignRight, entry.kind)
        room = rect.width() - kind - 16
        title = metrics.elidedText(plain(entry.title, 300), Qt.TextElideMode.ElideMiddle, room)
        painter.setPen(ink)
        painter.drawText(rect, middle, title)
        used = metrics.horizontalAdvance(title) + 16
        if entry.blocked and used < room:
            why = metrics.elidedText(plain(entry.blocked, 300), Qt.TextElideMode.ElideRight, room - used)
            painter.setPen(quiet)
            painter.drawText(rect.adjusted(used, 0, 0, 0), middle, why)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, option.fontMetrics.height() + 10)
