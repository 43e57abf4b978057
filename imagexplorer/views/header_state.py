"""Which columns are shown, how wide, in which order and sorted by what: kept by column keys, so that a new column or
another order of columns in the program breaks nobody's settings."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QMenu

from imagexplorer.models.columns import Column
from imagexplorer.settings import Settings

_NARROWEST = 24
_WIDEST = 4000


class HeaderState:
    def __init__(self, header: QHeaderView, columns: Sequence[Column]) -> None:
        self._header = header
        self._columns = tuple(columns)

    def set_up(self) -> None:
        """The usual widths; the stretching column takes what is left. After the view got its model."""
        header = self._header
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(_NARROWEST)
        step = header.fontMetrics().averageCharWidth()
        for number, column in enumerate(self._columns):
            header.setSectionHidden(number, column.optional)
            header.resizeSection(number, max(column.chars * step, header.sectionSizeHint(number)) + 12)
            if column.stretch:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)

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
        hidden = [self._columns[number].name for number in order if header.isSectionHidden(number)]
        settings.set(f"{prefix}.hidden", hidden)
        settings.set(f"{prefix}.widths", widths)
        settings.set(f"{prefix}.sort", self._columns[sort].name if 0 <= sort < len(self._columns) else "")
        settings.set(f"{prefix}.descending", header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder)

    def restore(self, settings: Settings, prefix: str) -> None:
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
            header.setSectionHidden(number, name in hidden and number != 0)
            width = widths.get(name, 0)
            if _NARROWEST <= width <= _WIDEST:
                header.resizeSection(number, width)
        sort = numbers.get(settings.text(f"{prefix}.sort"))
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
            action.setEnabled(number != 0)
            action.toggled.connect(lambda shown, number=number: self._show(number, shown))

    def _show(self, number: int, shown: bool) -> None:
        self._header.setSectionHidden(number, not shown)
        if shown and self._header.sectionSize(number) < _NARROWEST:
            step = self._header.fontMetrics().averageCharWidth()
            self._header.resizeSection(number, self._columns[number].chars * step)
