"""What is selected in a file tree, in two lines under it. Knows a TreeRow and what its maker tells of layers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.picked_rows import PickedRows
from imagexplorer.core.text import counted, exact_size, exact_time, human_size, plain_bytes
from imagexplorer.core.tree_view import MARK_DELETED
from imagexplorer.models.tree_rows import KIND_ICONS, KIND_WORDS, MARK_TONES, MARK_WORDS, TreeRow, mode_words
from imagexplorer.views.elided import Elided
from imagexplorer.views.theme import foot_height, plain_label, set_tip, tone_color


def facts(row: TreeRow, layered: bool = True) -> str:
    """`file, 12.3 kB (12,345 bytes), -rw-r--r-- 0644, user root (0), group 0, 2024-01-01 12:00:00`. A container's
    changes are not `layered`: the engine tells neither mode nor owner of them."""
    parts = [KIND_WORDS[row.kind]]
    if row.is_dir:
        parts.append(counted(row.files, "file"))
    if row.has_size:
        parts.append(_size_words(row.size_bytes))
    if row.link is not None:
        parts.append("→ " + plain_bytes(row.link))
    if layered and row.layer >= 0:
        parts.append(f"{mode_words(row)} {row.mode:04o}")
        parts.append(row.owners.exact(*row.owner_numbers))
    modified = exact_time(row.modified) if layered else ""
    if modified:
        parts.append(modified)
    return ", ".join(parts)


def _size_words(size_bytes: int) -> str:
    exact = exact_size(size_bytes)
    return exact if size_bytes < 1000 else f"{human_size(size_bytes)} ({exact})"


class FileDetails(QFrame):
    """`of_layer(layer index)` gives the words for the layer that wrote a row; without it there are no layers."""

    def __init__(self, of_layer: Callable[[int], str] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Details of the selected file"))
        self._of_layer = of_layer
        self._path = ""
        self._row: TreeRow | None = None
        self.icon = plain_label()
        self.icon.setFixedWidth(16)
        self.path = Elided()
        font = self.path.font()
        font.setBold(True)
        self.path.setFont(font)
        self.copy = QToolButton()
        self.copy.setIcon(resources.icon("copy"))
        self.copy.setAutoRaise(True)
        self.copy.setText(self.tr("Copy path"))
        policy = self.copy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.copy.setSizePolicy(policy)
        set_tip(self.copy, self.tr("Copy path"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._path))
        self.facts = Elided()
        self.origin = Elided()
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.icon)
        first.addWidget(self.path, 1)
        first.addWidget(self.copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 4)
        layout.setSpacing(2)
        layout.addLayout(first)
        layout.addWidget(self.facts)
        layout.addWidget(self.origin)
        layout.addStretch()
        self.setFixedHeight(foot_height(self))
        self.show_row(None)

    def show_rows(self, rows: PickedRows) -> None:
        """Several that are selected together: how much they are."""
        self._show_none(self.tr("{n} selected").format(n=f"{len(rows):,}"))
        self.facts.set_whole(f"{counted(rows.files, 'file')}, {_size_words(rows.size_bytes)}")

    def _show_none(self, title: str) -> None:
        self._row, self._path = None, ""
        self.copy.hide()
        self.icon.clear()
        self.path.set_whole(title)
        self.origin.set_whole("")

    def show_row(self, row: TreeRow | None) -> None:
        """Its height stays, so that nothing jumps."""
        if row is None:
            self._show_none("")
            self.facts.set_whole(self.tr("Select a file or folder to see what it is."))
            return
        self.copy.show()
        self._row = row
        self._path = "/" + plain_bytes(row.path)
        self._draw_icon(row)
        self.path.set_whole(self._path)
        self.facts.set_whole(facts(row, self._of_layer is not None))
        words = [MARK_WORDS[row.mark].capitalize()] if row.mark in MARK_TONES else []
        if self._of_layer is not None and row.layer >= 0:
            written = self._of_layer(row.layer)
            words.append(f"Written by {written}" if row.mark == MARK_DELETED else written)
        self.origin.set_whole("   ".join(word for word in words if word))

    def _draw_icon(self, row: TreeRow) -> None:
        mark = MARK_TONES.get(row.mark, "")
        icon = resources.icon(KIND_ICONS.get(row.kind, "file"), tone_color(mark, self.palette()) if mark else None)
        self.icon.setPixmap(icon.pixmap(QSize(16, 16), self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._row is not None:
            self._draw_icon(self._row)
