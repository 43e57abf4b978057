"""What could be saved: advice by instruction, the way out of each, and the files that it is about.

Asks for entries and comparisons by signals; knows no session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.advice import Advice, Entries
from imagexplorer.core.advice_rules import way_out
from imagexplorer.core.space_overview import Alike, Overview
from imagexplorer.core.text import counted, human_size, plain
from imagexplorer.models.space_tables import ADVICE, ENTRIES, AdviceRow, PlaceRow
from imagexplorer.models.tree_rows import layer_number
from imagexplorer.views.records_view import RecordsView
from imagexplorer.views.table_or_words import TableOrWords
from imagexplorer.views.theme import plain_label, set_tip


class AdvicePane(QWidget):
    """`instruction(layer)` gives the words of what made a layer; `base()` the name of the base image and how many
    layers are its, ("", 0) where none is known."""

    entries_wanted = Signal(object)  # Advice
    compare_wanted = Signal(bool)  # True begins, False ends it
    open_wanted = Signal(object, object)  # PlaceRow and its Advice

    def __init__(
        self,
        instruction: Callable[[int], str],
        base: Callable[[], tuple[str, int]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._instruction, self._base = instruction, base
        self._found: Overview | None = None
        self._alike = Alike()
        self._asked: Advice | None = None
        self._comparing = False
        nothing = (self.tr("Nothing to advise"), self.tr("No single thing here would save a megabyte."))
        self.advice = TableOrWords(ADVICE, lambda row: row.key, self.tr("What could be saved"), nothing)
        self.advice.table.sort_by("size")
        self.way_out = plain_label(wrap=True, selectable=True)
        self.way_out.setContentsMargins(12, 8, 12, 4)
        self.entries = RecordsView(ENTRIES, lambda row: row.key, self.tr("Files of the selected advice"))
        self.entries.sort_by("size")
        self.more = plain_label(tone="muted", wrap=True)
        self.more.setContentsMargins(12, 4, 12, 4)
        self.state = plain_label(tone="muted", wrap=True)
        self.compare = QPushButton(self.tr("Comp&are them"))
        self._lay_out()
        self.advice.table.current_changed.connect(self._selected)
        self.advice.table.opened.connect(lambda _row: self.entries.setFocus(Qt.FocusReason.OtherFocusReason))
        self.entries.opened.connect(self._open)
        show = self.entries.addAction(resources.icon("file"), self.tr("&Show in the files"))
        show.triggered.connect(lambda: self._open(self.entries.current()))
        self.compare.clicked.connect(lambda: self.compare_wanted.emit(not self._comparing))
        self.setFocusProxy(self.advice)

    def _lay_out(self) -> None:
        below = self._below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.way_out)
        column.addWidget(self.entries, 1)
        column.addWidget(self.more)
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.advice)
        self.splitter.addWidget(below)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setSizes([200, 240])
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 4, 12, 8)
        foot.setSpacing(8)
        foot.addWidget(self.state, 1)
        foot.addWidget(self.compare)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.splitter, 1)
        layout.addLayout(foot)

    # -- what is shown --------------------------------------------------------------------------------

    def show_overview(self, found: Overview) -> None:
        self._found, self._alike, self._asked = found, Alike(), None
        self._fill()

    def show_alike(self, found: Alike) -> None:
        self._alike, self._comparing = found, False
        self._fill()

    def show_comparing(self, words: str) -> None:
        """How far it is; "" where it has ended without an answer."""
        self._comparing = bool(words)
        self._say_state(words)

    def show_again(self) -> None:
        """Instructions or the base are known better now."""
        if self._found is not None:
            self._fill()

    def _fill(self) -> None:
        if self._found is None:
            return
        name, layers = self._base()
        pieces = [*self._found.advised.pieces, *self._alike.advised.pieces]
        self.advice.set_records(
            AdviceRow(each, self._instruction(each.layer), name if each.layer < layers else "") for each in pieces
        )
        self._below.setVisible(bool(pieces))
        self._selected(self.advice.table.current())
        self._say_state()

    def _say_state(self, comparing: str = "") -> None:
        found = [each for each in (self._found.advised if self._found else None, self._alike.advised) if each]
        small, size = sum(each.small for each in found), sum(each.small_bytes for each in found)
        lines = []
        if small:
            lines.append(f"{counted(small, 'smaller thing')}, {human_size(size)} together, left out.")
        if comparing:
            lines.append(comparing)
        elif self._alike.unread:
            files, of = self._alike.unread, human_size(self._alike.unread_bytes)
            lines.append(f"{files:,} files of the same size as another ({of}) were not compared: they have to be read.")
        self.state.set_text("\n".join(lines))
        self.state.setVisible(bool(lines))
        self.compare.setVisible(bool(comparing) or self._alike.unread > 0)
        self.compare.setText(self.tr("&Cancel") if comparing else self.tr("Comp&are them"))
        set_tip(self.compare, "" if comparing else self.tr("Reads them, to say which hold the same content"))

    # -- the selected piece ---------------------------------------------------------------------------

    def _selected(self, row: AdviceRow | None) -> None:
        advice = row.record if row is not None else None
        if advice == self._asked:
            return
        self._asked = advice
        self.entries.set_records(())
        self.more.hide()
        if row is None or advice is None:
            self.way_out.set_text("")
            return
        words = way_out(advice.kind, row.instruction)
        if row.instruction:
            words = f"Layer {layer_number(row.layer)}, {plain(row.instruction, 160)}\n{words}"
        if row.base:
            words += self.tr(" These files come with the base {0}: it takes another base to be rid of them.").format(
                row.base
            )
        self.way_out.set_text(words)
        self.entries.header_state.withhold({"other"} if advice.kind != "same-content" else ())
        self.entries_wanted.emit(advice)

    def show_entries(self, advice: Advice, found: Entries) -> None:
        if advice != self._asked:
            return
        others: Sequence[Any] = found.others or [None] * len(found.rows)
        self.entries.set_records(
            PlaceRow(place, self._instruction(place.layer), advice.size_bytes, other)
            for place, other in zip(found.rows, others, strict=True)
        )
        left = found.total - len(found.rows)
        size = advice.size_bytes - sum(place.size_bytes for place in found.rows)
        self.more.setVisible(left > 0)
        self.more.set_text(f"{left:,} more files, {human_size(size)} together")

    def show_entries_failed(self, words: str) -> None:
        self.more.set_text(words)
        self.more.show()

    def _open(self, row: PlaceRow | None) -> None:
        if row is not None and self._asked is not None:
            self.open_wanted.emit(row, self._asked)
