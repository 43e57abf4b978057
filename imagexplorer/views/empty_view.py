"""What stands where there is nothing to show: why, and what to do next; or that it is being read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.views.theme import plain_label

Offer = tuple[str, Callable[[], object]]
"""The words of a button, with its mnemonic, and what it does."""


class EmptyView(QWidget):
    """Calm and in the middle; `show_text` sets all of it at once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._name = ""
        self._icon = plain_label()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = plain_label("")
        font = self.title.font()
        font.setPointSizeF(font.pointSizeF() * 1.25)
        self.title.setFont(font)
        self.text = plain_label("")
        for label in (self.title, self.text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
        self.text.setMaximumWidth(self.fontMetrics().averageCharWidth() * 90)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedWidth(240)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addStretch(2)
        layout.addWidget(self._icon)
        layout.addWidget(self.title)
        # Not an alignment: that would take the height of the label's favourite width, and cut off longer texts.
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self.text, 1000)
        middle.addStretch(1)
        layout.addLayout(middle)
        layout.addWidget(self.busy, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(self._buttons)
        layout.addStretch(3)

    def show_text(
        self, title: str, text: str = "", offers: Sequence[Offer] = (), icon: str = "", busy: bool = False
    ) -> None:
        self._name = icon
        self._draw_icon()
        self.title.set_text(title)
        self.text.set_text(text)
        self.text.setVisible(bool(text))
        self.busy.setVisible(busy)
        self.setAccessibleName(f"{title}. {text}" if text else title)
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._buttons.addStretch()
        for words, act in offers:
            button = QPushButton(words)
            button.clicked.connect(lambda _checked=False, act=act: act())
            self._buttons.addWidget(button)
        self._buttons.addStretch()

    def _draw_icon(self) -> None:
        self._icon.setVisible(bool(self._name))
        if self._name:
            self._icon.setPixmap(resources.icon(self._name).pixmap(QSize(48, 48), self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()
