"""The frame of every question: fields with a note that becomes the complaint, a verb on the button, Escape cancels.

Knows no question itself, and neither session nor actions.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontMetrics, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.models.columns import fixed_font
from imagexplorer.views.theme import TonedLabel, mnemonic_free, plain_label, set_tip

ARMED_AFTER_MS = 300
"""A dialog that appears under a click or a key press must not take it for its own."""


class AskDialog(QDialog):
    """Put content into `body`; `set_ready` says whether the verb may be pressed, and why not."""

    def __init__(
        self, title: str, verb: str, parent: QWidget | None, dangerous: bool = False, careful: bool = False
    ) -> None:
        """`dangerous`: Enter means Cancel. `careful`: a form to be filled in, where Enter in a field neither does it
        nor throws away what was filled in."""
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(True)
        self._armed, self._careful = False, careful
        self._ready = True
        self._why_not = ""
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        self.verb = QPushButton(mnemonic_free(verb))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.buttons = QDialogButtonBox()
        self.buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.addButton(self.verb, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self._act)
        self.buttons.rejected.connect(self.reject)
        first, second = (self.cancel, self.verb) if dangerous else (self.verb, self.cancel)
        first.setDefault(not careful)
        first.setAutoDefault(not careful)
        second.setAutoDefault(False)
        self._whole = layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(16)
        layout.addLayout(self.body, 1)
        layout.addWidget(self.buttons)
        self._arming = QTimer(self, singleShot=True, interval=ARMED_AFTER_MS)
        self._arming.timeout.connect(self._arm)
        self._show_state()

    def show_refusal(self, why: str) -> None:
        """Over everything: why it was not done when it was asked before."""
        line = plain_label(why, wrap=True, selectable=True, tone="error")
        line.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.body.insertWidget(0, line)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Sentences that break are higher than a dialog's first size makes of them, and the fields would give way.
        height = self._whole.heightForWidth(self.width())
        if height > self.height():
            self.resize(self.width(), height)
        self._armed = False
        if self._careful:
            self.verb.setDefault(False)  # where there is no default, a box of buttons makes one when it is shown
        self._arming.start()
        self._show_state()

    def set_ready(self, ready: bool, why_not: str = "") -> None:
        self._ready, self._why_not = ready, why_not
        self._show_state()

    def _arm(self) -> None:
        self._armed = True
        self._show_state()

    def _show_state(self) -> None:
        self.verb.setEnabled(self._armed and self._ready)
        self.verb.setAccessibleDescription(self._why_not)
        set_tip(self.verb, self._why_not)

    def _act(self) -> None:
        """Enter and a click come here; a double click comes twice, the second finds the dialog gone."""
        if self._armed and self._ready and self.isVisible():
            self.accept()


class Field(QWidget):
    """An editor with one line under it that is always there: a hint, or what is wrong. Nothing jumps."""

    def __init__(self, editor: QWidget, hint: str = "") -> None:
        super().__init__()
        self.editor = editor
        self._hint = hint
        self.note = TonedLabel("muted", hint)
        small = self.note.font()
        small.setPointSizeF(small.pointSizeF() * 0.9)
        self.note.setFont(small)
        self.note.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.fault = ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(editor)
        layout.addWidget(self.note)
        self.setFocusProxy(editor)
        self.set_fault("")

    def set_hint(self, hint: str) -> None:
        self._hint = hint
        self.set_fault(self.fault)

    def set_fault(self, fault: str) -> None:
        self.fault = fault
        self.note.set_text(fault or self._hint or " ")
        self.note.set_tone("error" if fault else "muted")
        self.editor.setAccessibleDescription(fault or self._hint)


def form() -> QFormLayout:
    layout = QFormLayout()
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    layout.setHorizontalSpacing(12)
    layout.setVerticalSpacing(4)
    return layout


def add_row(layout: QFormLayout, caption: str, field: Field) -> None:
    """The caption carries the mnemonic and is the editor's name."""
    label = plain_label(caption)
    label.setBuddy(field.editor)
    # A form layout makes a label nearly twice as high as its text and would set that in the middle.
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    label.setContentsMargins(0, 4, 0, 0)
    field.editor.setAccessibleName(caption.replace("&", ""))
    layout.addRow(label, field)


def lines_edit(rows: int) -> QPlainTextEdit:
    """Several lines of input; Tab leaves it."""
    edit = QPlainTextEdit()
    edit.setTabChangesFocus(True)
    edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    set_rows(edit, rows)
    return edit


def set_rows(edit: QPlainTextEdit, rows: int) -> None:
    """Whole lines: below the last one there is no room for the upper half of the next."""
    margins = 2 * edit.frameWidth() + int(edit.document().documentMargin())
    edit.setFixedHeight(QFontMetrics(edit.font()).lineSpacing() * rows + margins + 1)


class CommandText(QWidget):
    """Command lines to read and copy, folded away where `folded`."""

    def __init__(self, caption: str, rows: int = 2, folded: bool = False) -> None:
        super().__init__()
        self.toggle = QToolButton()
        self.toggle.setText(caption)
        self.toggle.setAutoRaise(True)
        self.toggle.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.edit = QPlainTextEdit()
        self.edit.setReadOnly(True)
        self.edit.setFont(fixed_font())
        self.edit.setTabChangesFocus(True)
        self.edit.setAccessibleName(caption)
        set_rows(self.edit, rows)
        self.copy = QPushButton(resources.icon("copy"), self.tr("Cop&y"))
        self.copy.setAutoDefault(False)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.edit.toPlainText()))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.toggle)
        layout.addWidget(self.edit)
        layout.addWidget(self.copy, alignment=Qt.AlignmentFlag.AlignLeft)
        self.toggle.clicked.connect(lambda: self._fold(self.edit.isHidden()))
        self._fold(not folded)

    def _fold(self, shown: bool) -> None:
        self.toggle.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        self.edit.setVisible(shown)
        self.copy.setVisible(shown)

    def set_text(self, text: str) -> None:
        self.edit.setPlainText(text)
