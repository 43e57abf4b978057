"""The stack with its sum above it and the selected line's whole instruction below. Knows Slabs, no session."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QPlainTextEdit, QSplitter, QToolButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.entities import Layer, short_id
from imagexplorer.core.text import counted, human_age, human_size, plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.models.stack_model import LAYER, WRITABLE, Slab
from imagexplorer.views.elided import Elided
from imagexplorer.views.stack_view import StackView
from imagexplorer.views.theme import foot_height, plain_label, set_tip
from imagexplorer.views.toggle import Toggle

_INSTRUCTION_MOST = 20_000
_LINES = 3


class StackPane(QWidget):
    """`actions` are those of the whole Dockerfile; `open_wanted` names the image that a FROM stands for."""

    slab_selected = Signal(object)
    open_wanted = Signal(str)

    def __init__(self, actions: Sequence[QAction] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = list(actions)
        self._layers: Sequence[Layer] = ()
        self.heading = plain_label(self.tr("Stack"), bold=True)
        self.sum = plain_label(tone="muted")
        self.view = StackView()
        self.facts = Elided()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFont(fixed_font())
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(self.tr("Instruction of the selected layer"))
        self.text.setPlaceholderText(self.tr("No instruction is known"))
        # All of it is read through a window of a few lines, of the pane's own ground.
        self.text.viewport().setAutoFillBackground(False)
        self.text.document().setDocumentMargin(0)
        self.text.setMinimumHeight(self.text.fontMetrics().lineSpacing() * _LINES)
        self.whole = Toggle(self.tr("Unfol&d"), "unfold")
        set_tip(self.whole, self.tr("Every instruction on all its lines; one: Right and Left, or Space"))
        self.whole.clicked.connect(self.view.unfold_all)
        head = QHBoxLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setSpacing(12)
        head.addWidget(self.heading)
        head.addWidget(self.sum)
        head.addStretch()
        head.addWidget(self.whole)
        for action in self._actions:
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setIconSize(QSize(16, 16))
            button.setAutoRaise(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(action.iconText())
            head.addWidget(button)
        under = QWidget()
        under.setMinimumHeight(foot_height(self))
        foot = QVBoxLayout(under)
        foot.setContentsMargins(12, 8, 8, 8)
        foot.setSpacing(4)
        foot.addWidget(self.facts)
        foot.addWidget(self.text, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        self.parts = QSplitter(Qt.Orientation.Vertical)
        self.parts.addWidget(self.view)
        self.parts.addWidget(under)
        self.parts.setStretchFactor(0, 1)
        self.parts.setStretchFactor(1, 0)
        self.parts.setChildrenCollapsible(False)
        self.parts.setSizes([600, foot_height(self)])
        layout.addWidget(self.parts, 1)
        self.setFocusProxy(self.view)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._menu)
        self.view.opened.connect(self._open)
        self.view.folding_changed.connect(self._show_folding)
        self.view.slab_selected.connect(self._show)
        self.view.slab_selected.connect(self.slab_selected)

    def set_slabs(self, slabs: Sequence[Slab], layers: Sequence[Layer]) -> None:
        self._layers = layers
        self.view.set_slabs(slabs)
        read_only = [slab for slab in slabs if slab.kind == LAYER]
        known = [slab.size_bytes for slab in read_only if slab.size_bytes is not None]
        words = [counted(len(read_only), "layer")]
        if read_only and len(known) == len(read_only):
            words.append(human_size(sum(known)) + (" as stored" if any(slab.packed for slab in read_only) else ""))
        self.sum.set_text(", ".join(words))
        current = self.view.current_slab()
        if current is not None:
            self._show(current)

    def _show_folding(self) -> None:
        with QSignalBlocker(self.whole):
            self.whole.setChecked(self.view.all_unfolded() and bool(self.view.stack.slabs()))

    def _open(self) -> None:
        slab = self.view.current_slab()
        if slab is not None and slab.opens:
            self.open_wanted.emit(slab.opens)

    def _menu(self, at: QPoint) -> None:
        slab = self.view.current_slab()
        if slab is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        if slab.opens:
            menu.addAction(resources.icon("image"), self.tr("&Open this image\tEnter"), self._open)
            menu.addSeparator()
        menu.addAction(resources.icon("copy"), self.tr("&Copy instruction\tCtrl+C"), self.view.copy)
        menu.addActions(self._actions)
        menu.popup(self.view.viewport().mapToGlobal(at))

    def _show(self, slab: Slab) -> None:
        facts = [slab.title]
        if slab.kind in (LAYER, WRITABLE):
            facts.append(slab.size_words)
        facts.append(human_age(slab.created))
        if slab.kind == LAYER and slab.below < len(self._layers):
            layer = self._layers[slab.below]
            if slab.verified:
                facts.append(self.tr("verified"))
            facts.append(short_id(layer.diff_id or layer.digest))
        self.facts.set_whole("   ·   ".join(fact for fact in facts if fact))
        words = slab.written or (slab.raw if slab.raw and "\n" in slab.raw else slab.instruction)
        shown = "\n".join(plain(line.replace("\t", "    ")) for line in words[:_INSTRUCTION_MOST].split("\n"))
        said = bool(slab.written) or slab.comment.startswith("buildkit") or slab.comment == slab.instruction
        comment = "" if said else plain(slab.comment)
        text = "\n".join(part for part in (shown, comment) if part)
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
