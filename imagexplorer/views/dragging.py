"""Files of an image or a container on their way out of the window: written while the mouse moves, handed over where it
is let go.

The window stays alive meanwhile; what nobody took is given up.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEventLoop, QMetaType, QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import QDrag

from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.extraction import Report, Wanted
from imagexplorer.core.picked_rows import PickedRows
from imagexplorer.core.text import human_size
from imagexplorer.core.tree_view import MARK_DELETED

if TYPE_CHECKING:
    from imagexplorer.session.records import Failed
    from imagexplorer.views.container_files import ContainerFiles
    from imagexplorer.views.container_page import ContainerPage
    from imagexplorer.views.file_pane import FilePane
    from imagexplorer.views.image_page import ImagePage
    from imagexplorer.views.record_page import RecordPage

    Written = Callable[[Path, Report], None]

BYTES_MOST, ROWS_MOST = 2_000_000_000, 1_000
"""More is extracted with a place named: nobody sees how much is written while the mouse moves."""

_URIS = "text/uri-list"


class TakenFiles(QMimeData):
    """Files that are being written; who asks for them waits until they are, with the events going on."""

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        self._over = False
        self._waiting: list[QEventLoop] = []  # whoever asks while another one waits has a loop of its own

    def finish(self, folder: Path | None) -> None:
        """None: they could not be written."""
        self._folder, self._over = folder, True
        for loop in self._waiting:
            loop.quit()

    def formats(self) -> list[str]:
        return [_URIS]

    def hasFormat(self, mimetype: str) -> bool:
        return mimetype == _URIS

    def retrieveData(self, mimetype: str, wanted: QMetaType | QMetaType.Type) -> object:
        if mimetype != _URIS:
            return None
        if not self._over:
            loop = QEventLoop()
            self._waiting.append(loop)
            loop.exec()
            self._waiting.remove(loop)
        if self._folder is None:
            return None
        urls = [QUrl.fromLocalFile(str(path)) for path in sorted(self._folder.iterdir())]
        if isinstance(wanted, QMetaType) and wanted.id() == QMetaType.Type.QVariantList.value:
            return urls
        return QByteArray(b"".join(bytes(url.toEncoded().data()) + b"\r\n" for url in urls))


class Dragging(QObject):
    """What both have in common; each knows how its own files are written."""

    instead = "extract"  # what takes more than can be dragged, and its key
    key = "Ctrl+E"

    def __init__(self, page: RecordPage) -> None:
        super().__init__(page)
        self.page: RecordPage = page

    def files(self) -> FilePane:
        raise NotImplementedError

    def write(self, rows: PickedRows, done: Written, failed: Failed) -> str | None:
        """The lane that they are written in; None where there is nothing to take."""
        raise NotImplementedError

    def drag(self, rows: PickedRows) -> None:
        """Until it is let go, or given up."""
        session = self.page.session
        files = self.take(rows)
        if files is None:
            return
        data, lane = files
        drag = QDrag(self.page)
        drag.setMimeData(data)
        if drag.exec(Qt.DropAction.CopyAction) == Qt.DropAction.IgnoreAction:
            session.taken_out.give_up(lane)

    def take(self, rows: PickedRows) -> tuple[TakenFiles, str] | None:
        """What a drop gets, being written from now on; None where there is nothing to take."""
        session = self.page.session
        size, count = rows.size_bytes, len(rows)
        if size > BYTES_MOST or count > ROWS_MOST:
            much = human_size(size) if size > BYTES_MOST else self.tr("{n} rows").format(n=f"{count:,}")
            words = self.tr("{much} are too much to drag: {instead} them ({key})")
            session.message.emit(words.format(much=much, instead=self.instead, key=self.key))
            return None
        if self.files().filtered and rows.has_folders:  # how much that is nobody sees
            words = self.tr("The filter hides some of what would be dragged: drag files, or {instead} ({key})")
            session.message.emit(words.format(instead=self.instead, key=self.key))
            return None
        data = TakenFiles()

        def done(folder: Path, report: Report) -> None:
            skipped = len(report.skipped) + report.skipped_more
            if not (report.files or report.folders or report.links or skipped):
                session.message.emit(self.tr("Nothing of what was dragged is there any more"))
            elif skipped:
                session.message.emit(self.tr("{n} of what was dragged could not be written").format(n=skipped))
            data.finish(folder)

        def failed(error: ImagexplorerError) -> None:
            data.finish(None)
            if not isinstance(error, Cancelled):
                session.failed.emit(error)

        lane = self.write(rows, done, failed)
        return None if lane is None else (data, lane)


class ImageDragging(Dragging):
    page: ImagePage

    def files(self) -> FilePane:
        return self.page.files

    def write(self, rows: PickedRows, done: Written, failed: Failed) -> str | None:
        page = self.page
        if page.tree is None or page.detail is None:
            return None
        spec = page.files.spec
        wanted = Wanted(rows.nodes, spec.layer, spec.delta)
        return page.session.taken_out.extract(page.source, page.detail, page.tree, wanted, done, failed)


class ContainerDragging(Dragging):
    """What the container deleted is not there to be taken."""

    page: ContainerPage
    instead, key = "copy out", "Ctrl+Alt+O"

    def __init__(self, page: ContainerPage, files: ContainerFiles) -> None:
        super().__init__(page)
        self._files = files

    def files(self) -> FilePane:
        return self._files

    def write(self, rows: PickedRows, done: Written, failed: Failed) -> str | None:
        page, view = self.page, rows.view
        paths = [view.path(row) for row in rows if view.mark[row] != MARK_DELETED]
        if page.gone or not page.live or not paths:
            return None
        named = ["/" + path.decode("utf-8", "surrogateescape") for path in paths]
        return page.session.taken_out.copy_out(page.source, page.container.id, named, rows.size_bytes, done, failed)
