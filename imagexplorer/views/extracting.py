"""Files of an image's page taken out: asks where to, has them written, and says what came of it. Knows its page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

from imagexplorer import resources
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.extraction import Report, Wanted
from imagexplorer.core.text import counted, human_size, plain, plain_bytes
from imagexplorer.models.tree_rows import TreeRow, layer_number
from imagexplorer.models.versions_table import VersionRow
from imagexplorer.views.extract_dialog import ExtractDialog
from imagexplorer.views.theme import message_box, mnemonic_free

if TYPE_CHECKING:
    from imagexplorer.views.image_page import ImagePage
    from imagexplorer.views.record_page import RecordPage


class Extracting(QObject):
    def __init__(self, page: ImagePage) -> None:
        super().__init__(page)
        self._page = page
        self._folder = str(Path.home())
        self.dialog: ExtractDialog | None = None

    def fill_menu(self, menu: QMenu) -> None:
        """What can be taken out at this moment."""
        row = self._page.files.tree.selected_row()
        rows = self._page.files.tree.picked()
        if rows is not None and len(rows) > 1:
            words = self.tr("&Selected: {n} rows …").format(n=f"{len(rows):,}")
            menu.addAction(resources.icon("save"), words, self.extract_selected)
        elif row is not None and row.row:
            words = self.tr("&Selected: {name} …").format(name=mnemonic_free(plain_bytes(row.name, 60)))
            menu.addAction(resources.icon("save"), words, lambda: self.extract_row(row))
        layer = self._layer()
        menu.addAction(
            self.tr("What &layer {n} wrote …").format(n=layer_number(layer)), lambda: self.extract_layer(layer)
        )
        menu.addAction(self.tr("&All files up to here …"), self.extract_all)

    def extract_selected(self) -> None:
        tree, spec = self._page.files.tree, self._page.files.spec
        rows = tree.picked()
        if rows is None or len(rows) == 1:
            self.extract_row(next(tree.picked_rows(), None))
            return
        what = self.tr("{n} selected rows, with {files}, {size}").format(
            n=f"{len(rows):,}", files=counted(rows.files, "file"), size=human_size(rows.size_bytes)
        )
        what += self._hidden(rows.has_folders)
        self._ask(what, self._image_name(), Wanted(rows.nodes, spec.layer, spec.delta))

    def extract_row(self, row: TreeRow | None) -> None:
        page = self._page
        if row is None or page.tree is None or row.row == 0:
            return
        what = "/" + plain_bytes(row.path, 300)
        if row.is_dir:
            files = counted(row.files, "file")
            what += self.tr(", with {files}, {size}").format(files=files, size=human_size(row.size_bytes))
            what += self._hidden(True)
        elif row.has_size:
            what += f", {human_size(row.size_bytes)}"
        wanted = Wanted((row.node,), page.files.spec.layer, page.files.spec.delta)
        self._ask(what, plain_bytes(row.name, 80), wanted)

    def _hidden(self, folders: bool) -> str:
        """A folder is taken whole, and what the filter counts of it is less."""
        return self.tr(", and what the filter hides in it") if folders and self._page.files.filtered else ""

    def extract_version(self, row: VersionRow, node: int, path: bytes) -> None:
        version = row.version
        if version.content is None:
            return
        what = self.tr("/{path} as layer {n} has it, {size}").format(
            path=plain_bytes(path, 300), n=layer_number(version.layer), size=human_size(version.size_bytes)
        )
        self._ask(what, plain_bytes(path.rpartition(b"/")[2], 80), Wanted((node,), version=version.number))

    def extract_layer(self, layer: int) -> None:
        totals = self._page.totals.get(layer)
        much = f", {totals.files:,} files, {human_size(totals.stored_bytes)}" if totals is not None else ""
        what = self.tr("What layer {n} wrote").format(n=layer_number(layer)) + much
        self._ask(what, f"layer-{layer_number(layer)}", Wanted(layer=layer, delta=True))

    def extract_all(self) -> None:
        view = self._page.files.tree.files.view
        much = f", {human_size(int(view.size[0]))}" if view is not None and not self._page.files.filtered else ""
        what = self.tr("All files of {name} up to layer {n}").format(
            name=plain(self._page.image.name, 100), n=layer_number(self._layer())
        )
        self._ask(what + much, self._image_name(), Wanted(layer=self._page.files.spec.layer))

    def _image_name(self) -> str:
        return plain(self._page.image.name, 80).replace("/", "_").replace(":", "_")

    def _layer(self) -> int:
        layer, detail = self._page.files.spec.layer, self._page.detail
        return layer if layer >= 0 or detail is None else len(detail.layers) - 1

    def _ask(self, what: str, name: str, wanted: Wanted) -> None:
        if self._page.tree is None or self.dialog is not None:
            return
        self.dialog = ExtractDialog(what, name, self._folder, self._page)
        self.dialog.finished.connect(lambda accepted: self._answered(bool(accepted), wanted))
        self.dialog.open()

    def _answered(self, accepted: bool, wanted: Wanted) -> None:
        dialog, self.dialog = self.dialog, None
        page = self._page
        if dialog is None:
            return
        target = dialog.target()
        dialog.deleteLater()
        if not accepted or page.tree is None or page.detail is None:
            return
        self._folder = str(Path(target.path).parent if target.tar else target.path)
        session = page.session
        where = f"to {plain(target.path, 200)}"
        session.contents.extract(
            page.source,
            page.detail,
            page.tree,
            wanted,
            target,
            lambda report: say_copied(page, "Extract", "Extracted", report, where),
            self._failed,
        )

    def _failed(self, error: ImagexplorerError) -> None:
        if not isinstance(error, Cancelled):
            self._page.session.failed.emit(error)


def say_copied(page: RecordPage, title: str, verb: str, report: Report, where: str) -> None:
    """What came of it, in the status line; what could not be written as a list with its reasons. The page may have been
    closed meanwhile."""
    parts = [f"{counted(report.files, 'file')}, {human_size(report.written_bytes)}"]
    if report.folders:
        parts.append(counted(report.folders, "folder"))
    if report.links:
        parts.append(counted(report.links, "link"))
    words = f"{verb} {', '.join(parts)} {where}"
    skipped = len(report.skipped) + report.skipped_more
    page.session.message.emit(f"{words}; {skipped:,} skipped" if skipped else words)
    if not skipped:
        return
    lines = [f"{each.path}: {each.why}" if each.path else each.why for each in report.skipped]
    if report.skipped_more:
        lines.append(f"… and {report.skipped_more:,} more")
    over = page if shiboken6.isValid(page) else QApplication.activeWindow()
    more = f"{skipped:,} could not be written; the list says why."
    box = message_box(over, QMessageBox.Icon.Information, words, more, "\n".join(plain(line) for line in lines))
    box.setWindowTitle(title)
    box.addButton("Close", QMessageBox.ButtonRole.AcceptRole)
    box.open()
