"""Files of a container copied out: asks where to, has them written, and says what came of it. Knows its tab's tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from imagexplorer import resources
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.text import counted, human_size, plain, plain_bytes
from imagexplorer.core.tree_view import MARK_DELETED
from imagexplorer.models.tree_rows import TreeRow
from imagexplorer.views.extract_dialog import ExtractDialog
from imagexplorer.views.extracting import say_copied
from imagexplorer.views.theme import mnemonic_free

if TYPE_CHECKING:
    from imagexplorer.views.container_files import ContainerFiles
    from imagexplorer.views.container_page import ContainerPage

KEY = "Ctrl+Alt+O"


class CopyOut(QObject):
    def __init__(self, page: ContainerPage, files: ContainerFiles) -> None:
        super().__init__(files)
        self._page, self._files = page, files
        self._folder = str(Path.home())
        self.dialog: ExtractDialog | None = None

    def fill_menu(self, menu: QMenu) -> None:
        """What can be copied out at this moment."""
        rows = self._chosen()
        words = self.tr("&Selected: {what} …").format(what=mnemonic_free(self._named(rows)))
        selected = menu.addAction(resources.icon("save"), words, self.copy_selected)
        everything = menu.addAction(self.tr("&All files of the container …"), self.copy_all)
        selected.setVisible(bool(rows))
        for action in (selected, everything):
            action.setEnabled(not self._page.gone and self._page.live)

    def copy_selected(self) -> None:
        rows = self._chosen()
        if not rows:
            return
        much = sum(row.size_bytes for row in rows if row.has_size)
        files = sum(row.files for row in rows)
        what = "/" + plain_bytes(rows[0].path, 300) if len(rows) == 1 else self._named(rows)
        if any(row.is_dir for row in rows):
            what += self.tr(", with {files}").format(files=counted(files, "file"))
        self._ask(f"{what}, {human_size(much)}", plain_bytes(rows[0].name, 80), [row.path for row in rows], much)

    def copy_all(self) -> None:
        view = self._files.tree.files.view
        much = int(view.size[0]) if view is not None and not self._files.filtered else 0
        name = plain(self._page.container.name, 80)
        what = self.tr("All files of {name}").format(name=name) + (f", {human_size(much)}" if much else "")
        self._ask(what, name.replace("/", "_"), [b""], much)

    def _chosen(self) -> list[TreeRow]:
        """Without what lies below another one of them, and what is not there any more."""
        rows = [row for row in self._files.tree.picked_rows() if row.row and row.mark != MARK_DELETED]
        paths = {row.path for row in rows}
        return [row for row in rows if not any(above in paths for above in _above(row.path))]

    def _named(self, rows: Sequence[TreeRow]) -> str:
        return plain_bytes(rows[0].name, 60) if len(rows) == 1 else self.tr("{n} files and folders").format(n=len(rows))

    def _ask(self, what: str, name: str, paths: Sequence[bytes], much: int) -> None:
        if self.dialog is not None or self._page.gone or not self._page.live:
            return
        self.dialog = ExtractDialog(what, name, self._folder, self._page, self.tr("Copy out"))
        self.dialog.finished.connect(lambda accepted: self._answered(bool(accepted), paths, much))
        self.dialog.open()

    def _answered(self, accepted: bool, paths: Sequence[bytes], much: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is None:
            return
        target = dialog.target()
        dialog.deleteLater()
        if not accepted:
            return
        self._folder = str(Path(target.path).parent if target.tar else target.path)
        page, where = self._page, f"to {plain(target.path, 200)}"
        page.session.contents.copy_out(
            page.source,
            page.container.id,
            ["/" + path.decode("utf-8", "surrogateescape") for path in paths],
            much,
            target,
            lambda report: say_copied(page, "Copy out", "Copied", report, where),
            self._failed,
        )

    def _failed(self, error: ImagexplorerError) -> None:
        if not isinstance(error, Cancelled):
            self._page.session.failed.emit(error)


def _above(path: bytes) -> list[bytes]:
    parts = path.split(b"/")
    return [b"/".join(parts[:end]) for end in range(1, len(parts))]
