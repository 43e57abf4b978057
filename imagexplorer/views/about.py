"""What the Help menu shows: all keys, read from the registry; and what this program is."""

from __future__ import annotations

from PySide6.QtCore import Qt, qVersion
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QMessageBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from imagexplorer import __version__
from imagexplorer.actions.registry import Registry
from imagexplorer.views.theme import message_box

_IN_LISTS = (
    ("Open what is selected", "Enter"),
    ("Copy the selected rows as text", "Ctrl+C"),
    ("Copy the ids", "Ctrl+Shift+C"),
    ("Select everything", "Ctrl+A"),
    ("In files: the next hit of the filter, the one before", "F3, Shift+F3"),
    ("In files: copy the path", "Ctrl+Shift+P"),
    ("In files: the line that wrote it", "Ctrl+L"),
)


class KeysDialog(QDialog):
    def __init__(self, registry: Registry, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        tree = QTreeWidget()
        tree.setAccessibleName(self.tr("Keys"))
        tree.setHeaderLabels([self.tr("What"), self.tr("Key")])
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for words, keys in [*self._of_actions(registry), *_IN_LISTS]:
            tree.addTopLevelItem(QTreeWidgetItem([words, keys]))
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        buttons = QDialogButtonBox()
        buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)  # Qt's own has a sign, dark on dark
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(tree)
        layout.addWidget(buttons)
        self.resize(self.fontMetrics().averageCharWidth() * 70, self.fontMetrics().height() * 34)

    @staticmethod
    def _of_actions(registry: Registry) -> list[tuple[str, str]]:
        rows = []
        for identifier in registry.ids():
            record = registry.record(identifier)
            keys = [
                sequence.toString(QKeySequence.SequenceFormat.NativeText)
                for sequence in registry.action(identifier).shortcuts()
            ]
            shown = ", ".join(filter(None, [*keys, record.shown_key]))
            if shown:
                menu = record.group.replace("&", "")
                rows.append((f"{menu}: {record.words}" if menu else record.words, shown))
        return rows


def show_keys(parent: QWidget, registry: Registry) -> None:
    KeysDialog(registry, parent).open()


def show_about(parent: QWidget) -> None:
    box = message_box(
        parent,
        QMessageBox.Icon.NoIcon,
        f"imagexplorer {__version__}",
        "A desktop explorer for container images and containers: layers, history, files, changes.\n"
        f"MIT licence. Drawn with Qt {qVersion()} (LGPL-3).",
    )
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.addButton(QMessageBox.StandardButton.Close)
    box.open()
