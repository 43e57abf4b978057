"""Choosing what to open: an archive, or the folder of an OCI layout. Looks at names only, opens nothing."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton, QWidget

LAYOUT_MARKER = "oci-layout"


def is_layout(path: str) -> bool:
    """An OCI layout folder has a file of that name (image-spec, image-layout.md)."""
    return (Path(path) / LAYOUT_MARKER).is_file()


class OpenDialog(QFileDialog):
    """Qt's own dialog: that of the platform takes either files or folders, never both. A folder that is a layout is
    opened; another one is entered."""

    def __init__(self, parent: QWidget | None, folder: str) -> None:
        super().__init__(parent, self.tr("Open an archive or an OCI layout folder"), folder)
        self.setOption(QFileDialog.Option.DontUseNativeDialog)
        self.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.setNameFilters(
            [self.tr("Archives and layouts (*.tar *.tar.gz *.tgz *.tar.zst *.oci *.docker)"), self.tr("All files (*)")]
        )
        self.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Open"))
        self.setLabelText(QFileDialog.DialogLabel.FileName, self.tr("Archive or folder:"))
        box = self.findChild(QDialogButtonBox)
        self._this_folder = QPushButton(self.tr("Open this &folder as a layout"))
        if box is not None:
            box.addButton(self._this_folder, QDialogButtonBox.ButtonRole.ActionRole)
        self._this_folder.clicked.connect(self._take_folder)
        self._chosen = ""
        self.directoryEntered.connect(self._look)
        self.currentChanged.connect(self._look)
        self._look(folder)

    def _folder(self) -> str:
        """The folder that is selected, or the one that is shown."""
        selected = self.selectedFiles()
        if selected and Path(selected[0]).is_dir():
            return selected[0]
        return self.directory().absolutePath()

    def _look(self, _path: str) -> None:
        layout = is_layout(self._folder())
        self._this_folder.setEnabled(layout)
        self._this_folder.setAccessibleDescription(
            "" if layout else self.tr("The folder has no file named oci-layout in it")
        )

    def _take_folder(self) -> None:
        self._chosen = self._folder()
        self.done(QFileDialog.DialogCode.Accepted)

    def accept(self) -> None:
        selected = self.selectedFiles()
        if len(selected) == 1 and is_layout(selected[0]):
            self._chosen = selected[0]
            self.done(QFileDialog.DialogCode.Accepted)
            return
        super().accept()

    def path(self) -> str:
        """What was chosen, absolute; "" for nothing."""
        if self._chosen:
            return self._chosen
        selected = self.selectedFiles()
        return selected[0] if selected else ""
