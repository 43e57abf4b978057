"""The line over a page: what it is, its id, its facts. Knows words, no record."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from imagexplorer import resources
from imagexplorer.core.entities import short_id
from imagexplorer.core.text import plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.views.elided import Elided
from imagexplorer.views.theme import TonedLabel, mnemonic_free, plain_label, set_tip, tone_color

_TITLE_MOST = 480
_STEP_MOST, _STEPS_MOST = 180, 3


class _Title(Elided):
    def sizeHint(self) -> QSize:
        wide = self.fontMetrics().horizontalAdvance(self.whole()) + 4
        return QSize(min(wide, _TITLE_MOST), super().sizeHint().height())


class _Step(QToolButton):
    """An image of the path: a name that can be pressed, cut in its middle where it is long."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        words = plain(name, 200)
        self.setText(mnemonic_free(self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, _STEP_MOST)))
        self.setAccessibleName(words)


class PageHeader(QWidget):
    """Icon, the images below as a path, title, state (a shape and words in its tone), short id with a copy button,
    facts. `opened` names the image of the path that was pressed."""

    opened = Signal(str)
    remarked = Signal()  # the remark was pressed

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon_name, self._state_icon_name, self._tone = icon, "", ""
        self._identifier = ""
        self.icon = plain_label()
        self.title = _Title()
        font = self.title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self.title.setFont(font)
        # As wide as its text; where there is no room, the first to give way.
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.state_icon = plain_label()
        self.state = TonedLabel("")
        self.identifier = plain_label(selectable=True)
        self.identifier.setFont(fixed_font())
        self.copy = QToolButton()
        self.copy.setIcon(resources.icon("copy"))
        self.copy.setAutoRaise(True)
        self.copy.setText(self.tr("Copy ID"))
        set_tip(self.copy, self.tr("Copy the whole ID (Ctrl+Shift+C)"))
        self.copy.setShortcut("Ctrl+Shift+C")
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._identifier))
        self.facts = Elided()
        self.facts.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        identity = QHBoxLayout()
        identity.setSpacing(4)
        identity.addWidget(self.identifier)
        identity.addWidget(self.copy)
        state = QHBoxLayout()
        state.setSpacing(4)
        state.addWidget(self.state_icon)
        state.addWidget(self.state)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(12)
        self._path: list[tuple[str, str]] = []
        self._steps = QHBoxLayout()
        self._steps.setSpacing(2)
        titled = QHBoxLayout()
        titled.setSpacing(6)
        titled.addWidget(self.icon)
        titled.addLayout(self._steps)
        titled.addWidget(self.title)
        layout.addLayout(titled)
        self.remark = QToolButton()
        self.remark.setAutoRaise(True)
        self.remark.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.remark.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.remark.clicked.connect(lambda _checked=False: self.remarked.emit())
        self.remark.hide()
        self._remark = "", ""
        layout.addLayout(state)
        layout.addWidget(self.remark)
        layout.addLayout(identity)
        layout.addWidget(self.facts, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._colour()

    def show_title(self, title: str, identifier: str) -> None:
        self._identifier = plain(identifier)
        self.title.set_whole(title)
        self.title.updateGeometry()
        self.identifier.set_text(short_id(identifier))
        set_tip(self.identifier, identifier)
        self.setAccessibleName(plain(title, 200))

    def show_path(self, path: Sequence[tuple[str, str]]) -> None:
        """(id, name) of the images that this one stands on, the lowest first; of many the two ends."""
        if list(path) == self._path:
            return
        self._path = list(path)
        while (item := self._steps.takeAt(0)) is not None:
            gone = item.widget()
            if gone is not None:
                gone.hide()
                gone.deleteLater()
        shown = self._path if len(self._path) <= _STEPS_MOST else [self._path[0], ("", "…"), self._path[-1]]
        for number, (identifier, name) in enumerate(shown):
            role = self.tr("Base image") if number == 0 else self.tr("Parent image")
            step = _Step(name)
            step.setEnabled(bool(identifier))
            between = [other for _, other in self._path[1:-1]]
            set_tip(step, f"{role}: {name}\n{self.tr('Open it')}" if identifier else "\n".join(between))
            step.clicked.connect(lambda _checked=False, identifier=identifier: self.opened.emit(identifier))
            self._steps.addWidget(step)
            self._steps.addWidget(plain_label("›", tone="muted"))

    def show_remark(self, icon: str, tone: str, text: str, about: str) -> None:
        """What should be seen without looking for it, to be pressed; "" for nothing. `about`: its tooltip."""
        self._remark = icon, tone
        words = plain(text, 200)
        self.remark.setText(
            mnemonic_free(self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, _STEP_MOST))
        )
        self.remark.setAccessibleName(plain(about))
        set_tip(self.remark, about)
        self.remark.setVisible(bool(text))
        self._colour()

    def show_state(self, icon: str, tone: str, text: str) -> None:
        self._state_icon_name, self._tone = icon, tone
        self.state.set_text(text)
        self.state.set_tone(tone)
        self._colour()

    def show_facts(self, facts: list[str], about: str = "") -> None:
        """`about`: lines for the tooltip."""
        self.facts.set_whole("   ·   ".join(fact for fact in facts if fact), about)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.ApplicationPaletteChange):
            self._colour()

    def _colour(self) -> None:
        ratio = self.devicePixelRatioF()
        self.icon.setPixmap(resources.icon(self._icon_name).pixmap(QSize(20, 20), ratio))
        self.state_icon.setVisible(bool(self._state_icon_name))
        self.state.setVisible(bool(self.state.text()))
        if self._remark[0]:
            self.remark.setIcon(resources.icon(self._remark[0], tone_color(self._remark[1])))
        if self._state_icon_name:
            state = resources.icon(self._state_icon_name, tone_color(self._tone))
            self.state_icon.setPixmap(state.pixmap(QSize(14, 14), ratio))
