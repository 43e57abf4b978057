"""Choosing what to open: an archive, or the folder of an OCI layout or of an unpacked docker-save archive.

Looks at names and at a few bytes of a manifest, reads no image.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QDialogButtonBox, QFileDialog, QPushButton, QWidget

LAYOUT_MARKER = "oci-layout"
SAVED_MARKER = "manifest.json"


def holds_image(path: str) -> bool:
    """An OCI layout folder has a file `oci-layout` (image-spec, image-layout.md), an unpacked docker-save archive a
    `manifest.json` that is a list: web sites and others have objects in files of that name."""
    folder = Path(path)
    try:
        if (folder / LAYOUT_MARKER).is_file():
            return True
        if not (folder / SAVED_MARKER).is_file():
            return False
        with (folder / SAVED_MARKER).open("rb") as manifest:
            return manifest.read(64).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
    except OSError:  # nobody may read it: opening it would fail just so, and Qt says what entering it does
        return False


class OpenDialog(QFileDialog):
    """Qt's own dialog: that of the platform takes either files or folders, never both. A folder that is a layout is
    opened, or an archive that was unpacked; another one is entered."""

    def __init__(self, parent: QWidget | None, folder: str) -> None:
        super().__init__(parent, self.tr("Open an archive or the folder of an image"), folder)
        self.setOption(QFileDialog.Option.DontUseNativeDialog)
        self.setFileMode(QFileDialog.FileMode.ExistingFile)
        self.setNameFilters(
            [
                self.tr("Archives and layouts (*.tar *.tar.gz *.tgz *.tar.zst *.oci *.docker)"),
                self.tr("Reports of inspect, diff, check and changes (*.json)"),
                self.tr("All files (*)"),
            ]
        )
        self.setLabelText(QFileDialog.DialogLabel.Accept, self.tr("Open"))
        self.setLabelText(QFileDialog.DialogLabel.FileName, self.tr("Archive or folder:"))
        box = self.findChild(QDialogButtonBox)
        self._this_folder = QPushButton(self.tr("Open this &folder as an image"))
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
        image = holds_image(self._folder())
        self._this_folder.setEnabled(image)
        self._this_folder.setAccessibleDescription(
            ""
            if image
            else self.tr("The folder has neither a file named oci-layout nor the manifest of an archive in it")
        )

    def _take_folder(self) -> None:
        self._chosen = self._folder()
        self.done(QFileDialog.DialogCode.Accepted)

    def accept(self) -> None:
        selected = self.selectedFiles()
        if len(selected) == 1 and holds_image(selected[0]):
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
