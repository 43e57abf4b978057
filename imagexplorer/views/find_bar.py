"""Finding words in a text that is shown: how often, where, the next and the one before.

Knows any plain text view; a view of another kind brings a FindLine of its own.
"""

from __future__ import annotations

import re
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPalette, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QTextEdit, QToolButton, QWidget

from imagexplorer import resources
from imagexplorer.views.keys import own_key
from imagexplorer.views.theme import blend, plain_label, set_tip

TYPING_MS = 150
FOUND_MOST = 10_000
"""More places than that are counted no further."""
LIT_MOST = 1_000


class FindLine(QWidget):
    """Enter and F3 go to the next place, Shift with them to the one before; Escape goes back to the text. Small and
    capital letters are the same."""

    def __init__(self, view: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(self.tr("Find"))
        self.edit.setClearButtonEnabled(True)
        self.edit.addAction(resources.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.edit.setAccessibleName(self.tr("Find in the text"))
        self.edit.setFixedWidth(self.fontMetrics().averageCharWidth() * 32)
        self.count = plain_label()
        self.count.setMinimumWidth(self.fontMetrics().horizontalAdvance("10,000 of 10,000+") // 2)
        self.back = self._button("back", self.tr("The one before (Shift+F3)"))
        self.next = self._button("forward", self.tr("The next one (F3)"))
        self.back.clicked.connect(lambda: self.go(-1))
        self.next.clicked.connect(lambda: self.go(1))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.edit)
        layout.addWidget(self.back)
        layout.addWidget(self.next)
        layout.addWidget(self.count)
        self.setFocusProxy(self.edit)
        self._typed = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typed.timeout.connect(lambda: self.look(move=True))
        self.edit.textChanged.connect(lambda _text: self._typed.start())
        self._keys()
        self.show_count(0, 0)

    def look(self, move: bool) -> None:
        """The words changed: find them, and go to the next place."""
        raise NotImplementedError

    def step(self, step: int) -> None:
        """To the next place after (or before) the one in front, round the end."""
        raise NotImplementedError

    def chosen(self) -> str:
        """What is selected in the view; line ends as in Qt."""
        raise NotImplementedError

    def _button(self, icon: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setIcon(resources.icon(icon))
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(tip)
        set_tip(button, tip)
        return button

    def _keys(self) -> None:
        both = Qt.ShortcutContext.WidgetShortcut
        for key, step in (("Return", 1), ("Enter", 1), ("Shift+Return", -1), ("Shift+Enter", -1)):
            own_key(self.edit, key, partial(self.go, step), both)
        for widget in (self.edit, self.view):
            own_key(widget, "F3", lambda: self.go(1), both)
            own_key(widget, "Shift+F3", lambda: self.go(-1), both)
        own_key(self.edit, "Escape", self.view.setFocus, both)

    def begin(self) -> None:
        """Ctrl+F: with what is selected, if that is a few words."""
        chosen = self.chosen()
        if 0 < len(chosen) <= 100 and "\u2029" not in chosen:
            self.edit.setText(chosen)
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.edit.selectAll()

    def go(self, step: int) -> None:
        if self._typed.isActive():
            self._typed.stop()
            self.look(move=True)
        else:
            self.step(step)

    def show_count(self, number: int, count: int, more: bool = False) -> None:
        for button in (self.back, self.next):
            button.setEnabled(count > 0)
        words = ""
        if self.edit.text():
            words = f"{number:,} of {count:,}{'+' if more else ''}" if count else self.tr("not found")
        self.count.set_text(words)


class FindBar(FindLine):
    """Call `look_again` when the text has changed."""

    def __init__(self, text: QPlainTextEdit, parent: QWidget | None = None) -> None:
        self._text = text
        self._found: list[tuple[int, int]] = []
        self._more = False
        self._at = -1
        super().__init__(text, parent)

    def chosen(self) -> str:
        return self._text.textCursor().selectedText()

    def step(self, step: int) -> None:
        if self._found:
            self._at = (self._at + step) % len(self._found)
            self._show()

    def look_again(self) -> None:
        self._at = -1
        self.look(move=False)

    def look(self, move: bool) -> None:
        wanted = self.edit.text()
        self._found, self._more, self._at = [], False, -1
        text = self._text.toPlainText()
        if wanted:
            positions = _utf16(text)
            for found in re.finditer(re.escape(wanted), text, re.IGNORECASE):
                if len(self._found) == FOUND_MOST:
                    self._more = True
                    break
                self._found.append((positions(found.start()), positions(found.end())))
        if self._found and move:
            here = self._text.textCursor().selectionStart()
            self._at = next((at for at, (start, _) in enumerate(self._found) if start >= here), 0)
        self._show()

    def _show(self) -> None:
        self.show_count(self._at + 1, len(self._found), self._more)
        if self._at >= 0:
            cursor = self._text.textCursor()
            start, end = self._found[self._at]
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self._text.setTextCursor(cursor)
        self._light()

    def _light(self) -> None:
        palette = self._text.palette()
        mark = QTextCharFormat()
        ground = palette.color(QPalette.ColorRole.Base)
        mark.setBackground(blend(palette.color(QPalette.ColorRole.Accent), ground, 0.35))
        low = max(0, self._at - LIT_MOST // 2)
        lit = []
        for start, end in self._found[low : low + LIT_MOST]:
            each = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self._text.document())
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            each.cursor, each.format = cursor, mark
            lit.append(each)
        self._text.setExtraSelections(lit)


class _Utf16:
    """Positions in a text as Qt counts them: what lies beyond the basic plane is two. Asked in ascending order."""

    def __init__(self, text: str) -> None:
        self._text, self._seen, self._beyond = text, 0, 0

    def __call__(self, position: int) -> int:
        self._beyond += sum(char > "\uffff" for char in self._text[self._seen : position])
        self._seen = position
        return position + self._beyond


def _utf16(text: str) -> _Utf16:
    return _Utf16("" if text.isascii() else text)
