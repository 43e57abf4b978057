"""What can be done with the selected rows of a file tree, by menu and key: copied, and what its page offers beyond."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from imagexplorer import resources
from imagexplorer.core.text import exact_size, plain, plain_bytes
from imagexplorer.models.columns import Column
from imagexplorer.models.tree_rows import TreeRow
from imagexplorer.views.copying import copy_lines
from imagexplorer.views.keys import own_key

PATH_KEY, ROW_KEY = "Ctrl+Shift+P", "Ctrl+C"


class RowMenu(QObject):
    """`selected()` are the rows that keys mean."""

    def __init__(self, view: QWidget, columns: Sequence[Column], selected: Callable[[], Iterable[TreeRow]]) -> None:
        super().__init__(view)
        self._view = view
        self._columns = columns
        self._selected = selected
        self._offers: list[tuple[str, str, str, Callable[[], object]]] = []
        self._more_copies: Callable[[TreeRow], Iterable[tuple[str, str]]] = lambda _row: ()
        own_key(view, ROW_KEY, lambda: self._copy(self._words_of))
        own_key(view, PATH_KEY, lambda: self._copy(_path_of))

    def offer(self, words: str, icon: str, key: str, act: Callable[[], object]) -> None:
        """One more thing to do with the selected rows."""
        self._offers.append((words, icon, key, act))
        own_key(self._view, key, act)

    def offer_copies(self, more: Callable[[TreeRow], Iterable[tuple[str, str]]]) -> None:
        """More to copy of a row, (words, text) each: what is not in the row itself."""
        self._more_copies = more

    def copies(self, row: TreeRow) -> list[tuple[str, str, str]]:
        """All that can be copied of a row: words, text, key."""
        found = [(self.tr("&Path"), _path_of(row), PATH_KEY), (self.tr("&Name"), plain_bytes(row.name), "")]
        if row.link is not None:
            found.append((self.tr("Link &target"), plain_bytes(row.link), ""))
        if row.has_size:
            found.append((self.tr("&Size in bytes"), str(row.size_bytes), ""))
        found += [(words, plain(text), "") for words, text in self._more_copies(row) if text]
        found.append((self.tr("&Row as text"), self._words_of(row), ROW_KEY))
        return found

    def made_for(self, row: TreeRow | None, several: int = 1) -> QMenu:
        """A menu that is gone once it closes; empty without a row. Of `several` that are selected it is for all."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if row is None:
            return menu
        copy = menu.addMenu(resources.icon("copy"), self.tr("&Copy"))
        if several > 1:
            paths, rows = self.tr("&Paths of {n}"), self.tr("{n} &rows as text")
            for words, line, key in ((paths, _path_of, PATH_KEY), (rows, self._words_of, ROW_KEY)):
                _show_key(copy.addAction(words.format(n=f"{several:,}"), partial(self._copy, line)), key)
        else:
            for words, text, key in self.copies(row):
                _show_key(copy.addAction(words, partial(copy_lines, [text])), key)
        menu.addSeparator()
        for words, icon, key, act in self._offers:
            _show_key(menu.addAction(resources.icon(icon), words, act), key)
        return menu

    def _copy(self, words: Callable[[TreeRow], str]) -> None:
        copy_lines(words(row) for row in self._selected() if row.row)

    def _words_of(self, row: TreeRow) -> str:
        words = [_path_of(row)]
        if row.has_size:
            words.append(exact_size(row.size_bytes))
        words += [text for column in self._columns[3:] if (text := plain(column.text(row)))]
        return "\t".join(words)


def _path_of(row: TreeRow) -> str:
    return "/" + plain_bytes(row.path)


def _show_key(action: QAction, key: str) -> None:
    action.setShortcut(QKeySequence(key))
    action.setShortcutVisibleInContextMenu(True)
