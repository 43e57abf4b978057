"""The trash: what is in it, to be brought back or deleted for good, and how much and how long it keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QMessageBox,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import resources
from imagexplorer.core.text import human_size, plain
from imagexplorer.core.trash import CONTAINER, IMAGE, VOLUME, TrashItem, TrashLimits, title_of
from imagexplorer.models.columns import Column
from imagexplorer.models.tables import age_column, size_column
from imagexplorer.session.trash import Trash, summary
from imagexplorer.views.table_or_words import TableOrWords
from imagexplorer.views.theme import message_box, plain_label

_GB = 1_000_000_000

COLUMNS = (
    Column(
        "What",
        lambda item: item.title,
        icon=lambda item: {IMAGE: "image", CONTAINER: "container", VOLUME: "volume"}.get(item.kind, "tag"),
        tooltip=lambda item: "\n".join(filter(None, (item.image_id, *item.names[:20]))),
        stretch=True,
        chars=40,
        elide_middle=True,
    ),
    Column("Engine", lambda item: item.engine, tooltip=lambda item: item.source, chars=14),
    size_column("Size", lambda item: item.bytes),
    age_column("Deleted", lambda item: int(item.at)),
)


class TrashDialog(QDialog):
    def __init__(
        self,
        trash: Trash,
        why_not: Callable[[TrashItem], str],
        undo: Callable[[Sequence[TrashItem]], object],
        parent: QWidget,
    ) -> None:
        """`why_not(item)`: why it cannot be brought back at this moment, "" where it can."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Trash"))
        self._trash, self._why_not, self._undo = trash, why_not, undo
        self.keeps = QCheckBox(self.tr("&Keep what I delete, unless I untick it there"))
        self.limit = QSpinBox()
        self.limit.setRange(0, 100_000)
        self.limit.setSuffix(self.tr(" GB"))
        self.days = QSpinBox()
        self.days.setRange(0, 3650)
        self.days.setSuffix(self.tr(" days"))
        for box in (self.limit, self.days):
            box.setKeyboardTracking(False)  # the 3 of a 30 that is being typed would throw things out
        self.keeps.setChecked(trash.keeps)
        self.limit.setValue(round(trash.limits.bytes / _GB))
        self.days.setValue(trash.limits.days)
        self.limit.setAccessibleName(self.tr("Not larger than"))
        self.days.setAccessibleName(self.tr("Not longer than"))
        nothing = (
            self.tr("The trash is empty"),
            self.tr("What is deleted with “Keep it in the trash” comes here, and can be brought back."),
        )
        self.list = TableOrWords(COLUMNS, lambda item: str(item.id), self.tr("What is in the trash"), nothing)
        self.list.table.sort_by("deleted")
        self.list.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.total = plain_label(tone="muted", wrap=True)
        self.undo = QPushButton(resources.icon("back"), self.tr("&Bring back"))
        self.remove = QPushButton(resources.icon("delete"), self.tr("Delete for &good"))
        self.buttons = QDialogButtonBox()
        self.buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)  # Qt's own has a dark sign
        for button in (self.undo, self.remove):
            button.setAutoDefault(False)
        self.buttons.rejected.connect(self.reject)
        self.undo.clicked.connect(self._bring_back)
        self.remove.clicked.connect(self._ask_to_remove)
        self._lay_out()
        self.list.table.selectionModel().selectionChanged.connect(lambda *_: self._show_state())
        trash.changed.connect(self.refresh)
        for changed in (self.keeps.toggled, self.limit.valueChanged, self.days.valueChanged):
            changed.connect(lambda _value: self._set_up())
        self.refresh()
        trash.look()

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.keeps, 1)
        line.addWidget(plain_label(self.tr("at most")))
        line.addWidget(self.limit)
        line.addWidget(plain_label(self.tr("for")))
        line.addWidget(self.days)
        below = QHBoxLayout()
        below.addWidget(self.total, 1)
        for button in (self.undo, self.remove):
            below.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 12)
        layout.setSpacing(12)
        layout.addLayout(line)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)
        layout.addWidget(self.buttons)
        self.resize(self.fontMetrics().averageCharWidth() * 110, self.fontMetrics().height() * 24)

    def refresh(self) -> None:
        self.list.set_records(self._trash.items)
        self._show_state()

    def _show_state(self) -> None:
        chosen, why = self.list.table.selected(), self._why_not_chosen()
        self.undo.setEnabled(bool(chosen) and not why)
        self.remove.setEnabled(bool(chosen))
        self.total.set_text(why or summary(self._trash.items, self._trash.limits))

    def _why_not_chosen(self) -> str:
        return next(filter(None, map(self._why_not, self.list.table.selected())), "")

    def _bring_back(self) -> None:
        chosen = self.list.table.selected()
        if chosen and not self._why_not_chosen():
            self._undo(chosen)

    def _ask_to_remove(self) -> None:
        """Once: after this nothing brings it back."""
        chosen = self.list.table.selected()
        if not chosen:
            return
        box = message_box(
            self,
            QMessageBox.Icon.Warning,
            self.tr("Delete {what} from the trash for good?").format(what=plain(title_of(chosen), 120)),
            self.tr("It cannot be brought back then. {size} come free.").format(
                size=human_size(sum(item.bytes for item in chosen))
            ),
        )
        go = box.addButton(self.tr("&Delete for good"), QMessageBox.ButtonRole.DestructiveRole)
        keep = box.addButton(self.tr("&Keep"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(keep)
        box.setEscapeButton(keep)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.buttonClicked.connect(lambda button: self._trash.remove(chosen) if button is go else None)
        box.open()

    def _set_up(self) -> None:
        now = self._trash.limits.bytes
        most = now if self.limit.value() == round(now / _GB) else self.limit.value() * _GB  # it may be no whole GB
        self._trash.set_up(self.keeps.isChecked(), TrashLimits(most, self.days.value()))
        self._show_state()
