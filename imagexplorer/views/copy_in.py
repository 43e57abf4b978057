"""Files of this machine copied into a container: chosen or dropped, asked about where they would replace something,
sent as a task, and told what came of it. Knows its tab's tree.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QPalette
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton

from imagexplorer import resources
from imagexplorer.core.copy_plan import CopyPlan
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.text import plain, plain_bytes
from imagexplorer.core.tree_view import MARK_DELETED
from imagexplorer.models.tree_rows import TreeRow
from imagexplorer.views.extracting import say_copied
from imagexplorer.views.replace_dialog import ReplaceDialog
from imagexplorer.views.theme import mnemonic_free, plain_label, set_tip

if TYPE_CHECKING:
    from imagexplorer.views.container_files import ContainerFiles
    from imagexplorer.views.container_page import ContainerPage

KEY = "Ctrl+Alt+I"


class CopyIn(QObject):
    def __init__(self, page: ContainerPage, files: ContainerFiles) -> None:
        super().__init__(files)
        self._page, self._files = page, files
        self._from = str(Path.home())
        self.dialog: ReplaceDialog | None = None
        self.button = QToolButton()
        self.button.setText(self.tr("Copy &in"))
        self.button.setIcon(resources.icon("add"))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.button)
        menu.aboutToShow.connect(menu.clear)
        menu.aboutToShow.connect(lambda: self.fill_menu(menu))
        self.button.setMenu(menu)
        viewport = files.tree.viewport()
        self.hint = plain_label("", parent=viewport)
        self.hint.setAutoFillBackground(True)
        self.hint.setBackgroundRole(QPalette.ColorRole.Highlight)
        self.hint.setForegroundRole(QPalette.ColorRole.HighlightedText)
        self.hint.setContentsMargins(8, 4, 8, 4)
        self.hint.hide()
        files.tree.setAcceptDrops(True)
        viewport.setAcceptDrops(True)
        viewport.installEventFilter(self)
        page.session.jobs.changed.connect(self.look)
        page.selection_changed.connect(self.look)
        self.look()
        files.tree.row_menu.offer(self.tr("Copy &in files here …"), "add", KEY, self.choose_files)

    def look(self) -> None:
        """Whether it can be done now: a button that cannot says why."""
        why = self.blocked
        self.button.setEnabled(not why)
        set_tip(self.button, why or self.tr("Copy files into the selected folder; they may also be dropped on it"))

    def fill_menu(self, menu: QMenu) -> None:
        """What can be copied in at this moment."""
        where = mnemonic_free(_short(self.folder_of(self._files.tree.selected_row())))
        files = menu.addAction(self.tr("&Files into {where} …").format(where=where), self.choose_files)
        folder = menu.addAction(self.tr("A f&older into {where} …").format(where=where), self.choose_folder)
        for action in (files, folder):
            action.setEnabled(not self.blocked)

    @property
    def blocked(self) -> str:
        """Why nothing can be copied in now."""
        page = self._page
        if page.gone:
            return self.tr("The container was removed")
        if not page.live:
            return self.tr("The engine is lost: this works again when it is back")
        if page.locked:
            return self.tr("This engine is locked: unlock it in the File menu to copy files into its containers")
        if page.container.id in page.session.acts.busy_on(page.source):
            return self.tr("Wait until what was asked before is done")
        return ""

    @staticmethod
    def folder_of(row: TreeRow | None) -> str:
        """The folder that a row is or stands in, absolute; the root for none and for what was deleted."""
        if row is None or not row.row or row.mark == MARK_DELETED:
            return "/"
        path = row.path if row.is_dir else row.path.rpartition(b"/")[0]
        return "/" + path.decode("utf-8", "surrogateescape")

    # -- what is chosen -----------------------------------------------------------------------------------

    def choose_files(self) -> None:
        folder = self.folder_of(self._files.tree.selected_row())
        if self._may():
            words = self.tr("Copy files into {where}").format(where=_short(folder))
            chosen, _filter = QFileDialog.getOpenFileNames(self._page, words, self._from)
            self.copy(chosen, folder)

    def choose_folder(self) -> None:
        folder = self.folder_of(self._files.tree.selected_row())
        if self._may():
            words = self.tr("Copy a folder into {where}").format(where=_short(folder))
            chosen = QFileDialog.getExistingDirectory(self._page, words, self._from)
            self.copy([chosen] if chosen else [], folder)

    def _may(self) -> bool:
        if self.blocked:
            self._page.session.message.emit(self.blocked)
        return not self.blocked

    # -- what is dropped ----------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove) and isinstance(
            event, QDragMoveEvent | QDragEnterEvent
        ):
            self._over(event)
            return True
        if kind == QEvent.Type.DragLeave:
            self.hint.hide()
            return True
        if kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self._dropped(event)
            return True
        return super().eventFilter(watched, event)

    def _over(self, event: QDropEvent) -> None:
        """Whether the files are ones of this machine is known once they are dropped: asking may take long."""
        if not event.mimeData().hasUrls() or event.source() is self._page:  # its own files, on their way out
            event.ignore()
            return
        words = self.blocked or self.tr("Copy into {where}").format(where=_short(self._folder_under(event)))
        self.hint.set_text(words)
        self.hint.adjustSize()
        self.hint.move(8, self._files.tree.viewport().height() - self.hint.height() - 8)
        self.hint.show()
        self.hint.raise_()
        if self.blocked:
            event.ignore()
        else:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def _dropped(self, event: QDropEvent) -> None:
        self.hint.hide()
        if self.blocked or not event.mimeData().hasUrls() or event.source() is self._page:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)  # never a move: what was dragged stays where it is
        event.accept()
        folder = self._folder_under(event)
        urls = event.mimeData().urls()
        local = [url.toLocalFile() for url in urls if url.isLocalFile()]
        if len(local) < len(urls):
            self._page.session.message.emit(self.tr("Only files of this machine can be copied in"))
            return
        self.copy(local, folder)

    def _folder_under(self, event: QDropEvent) -> str:
        tree = self._files.tree
        return self.folder_of(tree.files.row_at(tree.indexAt(event.position().toPoint())))

    # -- how ----------------------------------------------------------------------------------------------

    def copy(self, chosen: Sequence[str], folder: str) -> None:
        page = self._page
        if not chosen or self.dialog is not None:
            return
        self._from = str(Path(chosen[0]).parent)
        page.session.contents.plan_copy(
            page.lane + "files/plan", page.source, page.container.id, folder, list(chosen), self._planned, self._failed
        )

    def _planned(self, plan: CopyPlan) -> None:
        if not plan.replaced and not plan.unsure:
            self._begin(plan)
            return
        page = self._page
        self.dialog = ReplaceDialog(plan, page.container.name, page.state.name if page.state is not None else "", page)
        self.dialog.finished.connect(lambda accepted: self._answered(bool(accepted), plan))
        self.dialog.open()

    def _answered(self, accepted: bool, plan: CopyPlan) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()
        if accepted and self._may():
            self._begin(plan)

    def _begin(self, plan: CopyPlan) -> None:
        """It goes on when the page is closed: what is told then does not stand on it."""
        page = self._page
        where = f"{plain(page.container.name, 80)}:{_short(plan.folder)}"
        page.session.acts.copy_in(
            page.source,
            page.container,
            plan,
            lambda report: say_copied(page, "Copy in", "Copied", report, f"into {where}"),
            self._failed,
        )

    def _failed(self, error: ImagexplorerError) -> None:
        session = self._page.session
        if isinstance(error, Cancelled):
            session.message.emit("Copying was cancelled: what had arrived before stays")
        else:
            session.failed.emit(error)


def _short(path: str) -> str:
    return plain_bytes(path.encode("utf-8", "surrogateescape"), 80)
