"""All that filters a tree of files: the line, the marks, the menu of types and sizes, and what they found.

Asks nobody: `changed` says that `applied` would answer otherwise now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from imagexplorer.core.tree_view import TreeView, ViewSpec
from imagexplorer.models.tree_rows import MARK_TONES
from imagexplorer.views.filter_results import FilterResults
from imagexplorer.views.kind_filter import KindFilter
from imagexplorer.views.mark_chips import MarkChips
from imagexplorer.views.path_filter import PathFilter


class FileFilter(QWidget):
    """`before` and `behind` stand beside the line, which has an `own_row` above or shares the one of marks and menu."""

    changed = Signal()
    entered = Signal()
    left = Signal()

    def __init__(
        self,
        marks: Sequence[int],
        layered: bool,
        before: Sequence[QWidget],
        behind: QWidget,
        parent: QWidget | None = None,
        own_row: bool = True,
    ) -> None:
        super().__init__(parent)
        self.paths = PathFilter()
        self.marks = MarkChips(marks)
        self.kinds = KindFilter(layered)
        self.results = FilterResults()
        self._lay_out(before, behind, own_row)
        self.paths.changed.connect(self.changed)
        self.paths.entered.connect(self.entered)
        self.paths.left.connect(self.left)
        self.marks.changed.connect(self.changed)
        self.kinds.changed.connect(self._kinds_changed)
        self.kinds.typing_wanted.connect(self.paths.type_for_me)
        self.kinds.clearing_wanted.connect(self.clear)
        self.results.condition_removed.connect(self.kinds.remove)
        self.results.gone_wanted.connect(lambda: self.kinds.gone.setChecked(True))

    def _lay_out(self, before: Sequence[QWidget], behind: QWidget, own_row: bool) -> None:
        upper, lower = QHBoxLayout(), QHBoxLayout()
        upper.setSpacing(4)
        lower.setSpacing(12)
        for widget in before:
            upper.addWidget(widget)
        if before:
            upper.addStretch()
        lower.addWidget(self.marks)
        lower.addWidget(self.kinds)
        lower.addStretch()
        self._line = upper if own_row else lower
        self._line.addWidget(self.paths, 2)
        self._line.addWidget(behind)
        if own_row and not before:
            upper.addStretch()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(12, 8, 12, 4)
        rows.setSpacing(4)
        if own_row:
            rows.addLayout(upper)
        rows.addLayout(lower)
        rows.addWidget(self.results)

    def add_behind(self, widget: QWidget) -> None:
        """One more at the end of the line."""
        self._line.addWidget(widget)

    def applied(self, spec: ViewSpec) -> ViewSpec:
        """The same question with the filter as it is set now."""
        text, pattern = self.paths.question()
        return replace(
            spec,
            text=text,
            pattern=pattern,
            marks=self.marks.marks(),
            types=self.kinds.chosen_types(),
            sizes=self.paths.sizes() or self.kinds.chosen_sizes(),
            gone=self.kinds.gone.isChecked(),
        )

    def clear(self) -> None:
        """All of it; told once."""
        with QSignalBlocker(self):
            self.marks.clear()
            self.paths.clear()
            self.kinds.remove("")
        self.changed.emit()

    def show_found(self, view: TreeView, spec: ViewSpec) -> None:
        """`view` is the answer to `spec`."""
        self.results.show_hits(view)
        if not spec.marks:
            marks = bytes(view.mark)
            self.marks.set_counts({mark: marks.count(mark) for mark in MARK_TONES})

    def _kinds_changed(self) -> None:
        self.results.set_conditions(self.kinds.conditions())
        self.changed.emit()
