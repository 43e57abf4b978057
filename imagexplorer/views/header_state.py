"""Which columns are shown, how wide, in which order and sorted by what: kept by column keys, so that a new column or
another order of columns in the program breaks nobody's settings."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHeaderView, QMenu, QStyleOptionHeader

from imagexplorer.models.columns import Column
from imagexplorer.settings import Settings
from imagexplorer.views.chips import CELL_PAD

_NARROWEST = 24
_WIDEST = 4000
_CELL_ROOM = 16
_ROUNDS = 4
"""So many widths may follow from one change; honest layouts need two."""
_REST_S = 1.0


class ListHeader(QHeaderView):
    """A header whose words stand over those of the cells, which have room at both sides."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setSectionsClickable(True)

    def initStyleOptionForIndex(self, option: QStyleOptionHeader, logicalIndex: int) -> None:
        super().initStyleOptionForIndex(option, logicalIndex)
        option.text = CELL_PAD + option.text + CELL_PAD


class HeaderState(QObject):
    def __init__(self, header: QHeaderView, columns: Sequence[Column]) -> None:
        super().__init__(header)
        self._header = header
        self._filling = QTimer(self, singleShot=True, interval=0)
        self._filling.timeout.connect(self._fill)
        self._columns = tuple(columns)
        self._withheld: set[int] = set()
        self._room: tuple[int, int] | None = None
        self._given: list[int] = []
        self._filled_at = 0.0

    def set_up(self) -> None:
        """The usual widths; the stretching column takes what is left. After the view got its model."""
        header = self._header
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(_NARROWEST)
        for number, column in enumerate(self._columns):
            header.setSectionHidden(number, column.optional)
            header.resizeSection(number, self._usual_width(number))
        header.sectionResized.connect(self._fill_later)
        header.geometriesChanged.connect(self._fill_later)
        header.installEventFilter(self)
        self._fill_later()

    def _usual_width(self, number: int) -> int:
        metrics = self._header.fontMetrics()
        step = (metrics.averageCharWidth() + metrics.horizontalAdvance("0")) // 2
        column = self._columns[number]
        icon = 20 if column.icon is not None else 0
        return max(column.chars * step + icon, self._header.sectionSizeHint(number)) + _CELL_ROOM

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fill_later()
        return super().eventFilter(watched, event)

    def withhold(self, names: Collection[str]) -> None:
        """Columns that say nothing of the rows now there: out of sight until another list of names comes, whatever
        the user's choice, which is kept meanwhile. A column that the user has hidden stays hidden."""
        header = self._header
        for number, column in enumerate(self._columns):
            if column.name in names:
                if number not in self._withheld and not header.isSectionHidden(number):
                    header.hideSection(number)
                    self._withheld.add(number)
            elif number in self._withheld:
                self._withheld.remove(number)
                header.showSection(number)

    def _fill_later(self, *_sizes: int) -> None:
        self._filling.start()

    def _fill(self) -> None:
        """The stretching column takes what the others leave, but never less than half of its usual width (Qt's own
        stretch would squeeze it to nothing)."""
        header = self._header
        number = next(
            (at for at, each in enumerate(self._columns) if each.stretch and not header.isSectionHidden(at)), -1
        )
        if number < 0:
            return
        others = header.length() - header.sectionSize(number)
        wanted = self._at_rest(max(header.viewport().width() - others, self._usual_width(number) // 2), others)
        if wanted != header.sectionSize(number):
            header.resizeSection(number, wanted)

    def _at_rest(self, wanted: int, others: int) -> int:
        """Our own width may bring a scroll bar, that one another width, and so on for ever. Where many follow each
        other, and neither the view nor the other columns have changed, it is that: then the narrowest one stays."""
        view = self._header.parentWidget()
        room = (view.width() if view is not None else 0, others)
        now, before = time.monotonic(), self._filled_at
        self._filled_at = now
        if room != self._room or now - before > _REST_S:
            self._room, self._given = room, []
        if not self._given or self._given[-1] != wanted:
            self._given.append(wanted)
        return min(self._given) if len(self._given) > _ROUNDS else wanted

    def save(self, settings: Settings, prefix: str) -> None:
        """Keys in visual order, those that are hidden, widths, and the sort."""
        header = self._header
        order = [header.logicalIndex(visual) for visual in range(header.count())]
        # A hidden section has no width: it comes back with its usual one.
        widths = {
            self._columns[number].name: header.sectionSize(number)
            for number in order
            if not header.isSectionHidden(number) and not self._columns[number].stretch
        }
        sort = header.sortIndicatorSection()
        settings.set(f"{prefix}.columns", [self._columns[number].name for number in order])
        hidden = [
            self._columns[number].name
            for number in order
            if header.isSectionHidden(number) and number not in self._withheld
        ]
        settings.set(f"{prefix}.hidden", hidden)
        settings.set(f"{prefix}.widths", widths)
        settings.set(f"{prefix}.sort", self._columns[sort].name if 0 <= sort < len(self._columns) else "")
        settings.set(f"{prefix}.descending", header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)

    def restore(self, settings: Settings, prefix: str, sorting: bool = True) -> None:
        """What is not there any more, or is not what it should be, is passed over."""
        header = self._header
        numbers = {column.name: number for number, column in enumerate(self._columns)}
        known = [numbers[key] for key in dict.fromkeys(settings.texts(f"{prefix}.columns")) if key in numbers]
        if not known:
            return
        for visual, number in enumerate(known):
            header.moveSection(header.visualIndex(number), visual)
        widths = settings.numbers(f"{prefix}.widths")
        hidden = set(settings.texts(f"{prefix}.hidden"))
        for number in known:
            name = self._columns[number].name
            header.setSectionHidden(number, number in self._withheld or (name in hidden and number != 0))
            width = widths.get(name, 0)
            if _NARROWEST <= width <= _WIDEST:
                header.resizeSection(number, width)
        sort = numbers.get(settings.text(f"{prefix}.sort")) if sorting else None
        if sort is not None:
            self.sort(sort, settings.flag(f"{prefix}.descending"))

    def sort(self, number: int, descending: bool) -> None:
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self._header.setSortIndicator(number, order)

    def fill_menu(self, menu: QMenu) -> None:
        """A tick a column; the first one stays."""
        for number, column in enumerate(self._columns):
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(not self._header.isSectionHidden(number))
            action.setEnabled(number != 0 and number not in self._withheld)
            action.toggled.connect(lambda shown, number=number: self._show(number, shown))

    def fill_sort_menu(self, menu: QMenu) -> None:
        """What clicks on the headings do, for the keyboard: a dot at the column, and one at the order."""
        header = self._header
        now, order = header.sortIndicatorSection(), header.sortIndicatorOrder()
        columns, orders = QActionGroup(menu), QActionGroup(menu)
        for number, column in enumerate(self._columns):
            if not header.isSectionHidden(number):
                action = columns.addAction(column.title)
                action.setCheckable(True)
                action.setChecked(number == now)
                action.triggered.connect(lambda _on, number=number: self.sort(number, False))
        for words, wanted in (
            (self.tr("&Ascending"), Qt.SortOrder.AscendingOrder),
            (self.tr("&Descending"), Qt.SortOrder.DescendingOrder),
        ):
            action = orders.addAction(words)
            action.setCheckable(True)
            action.setChecked(wanted == order)
            action.triggered.connect(lambda _on, wanted=wanted: header.setSortIndicator(now, wanted))
        menu.addActions(columns.actions())
        menu.addSeparator()
        menu.addActions(orders.actions())

    def _show(self, number: int, shown: bool) -> None:
        self._header.setSectionHidden(number, not shown)
        if shown and self._header.sectionSize(number) < _NARROWEST:
            self._header.resizeSection(number, self._usual_width(number))
