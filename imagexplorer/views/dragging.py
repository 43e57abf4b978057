"""Files on their way out of the window: written while the mouse moves, handed over where it is let go.

The window stays alive meanwhile; what nobody took is given up.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEventLoop, QMetaType, QMimeData, QObject, Qt, QUrl
from PySide6.QtGui import QDrag

from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.extraction import Report, Wanted
from imagexplorer.core.picked_rows import PickedRows
from imagexplorer.core.text import human_size

if TYPE_CHECKING:
    from imagexplorer.views.image_page import ImagePage

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
    def __init__(self, page: ImagePage) -> None:
        super().__init__(page)
        self._page = page

    def drag(self, rows: PickedRows) -> None:
        """Until it is let go, or given up."""
        page = self._page
        files = self.take(rows)
        if files is None:
            return
        data, lane = files
        drag = QDrag(page)
        drag.setMimeData(data)
        if drag.exec(Qt.DropAction.CopyAction) == Qt.DropAction.IgnoreAction:
            page.session.taken_out.give_up(lane)

    def take(self, rows: PickedRows) -> tuple[TakenFiles, str] | None:
        """What a drop gets, being written from now on; None where there is nothing to take."""
        page = self._page
        if page.tree is None or page.detail is None:
            return None
        size, count = rows.size_bytes, len(rows)
        if size > BYTES_MOST or count > ROWS_MOST:
            much = human_size(size) if size > BYTES_MOST else self.tr("{n} rows").format(n=f"{count:,}")
            page.session.message.emit(self.tr("{much} are too much to drag: extract them (Ctrl+E)").format(much=much))
            return None
        if page.files.filtered and rows.has_folders:  # how much that is nobody sees
            words = self.tr("The filter hides some of what would be dragged: drag files, or extract (Ctrl+E)")
            page.session.message.emit(words)
            return None
        data = TakenFiles()
        spec = page.files.spec
        wanted = Wanted(rows.nodes, spec.layer, spec.delta)

        def done(folder: Path, report: Report) -> None:
            skipped = len(report.skipped) + report.skipped_more
            if not (report.files or report.folders or report.links or skipped):
                page.session.message.emit(self.tr("Nothing of what was dragged is there any more"))
            elif skipped:
                page.session.message.emit(self.tr("{n} of what was dragged could not be written").format(n=skipped))
            data.finish(folder)

        def failed(error: ImagexplorerError) -> None:
            data.finish(None)
            if not isinstance(error, Cancelled):
                page.session.failed.emit(error)

        return data, page.session.taken_out.write(page.source, page.detail, page.tree, wanted, done, failed)
