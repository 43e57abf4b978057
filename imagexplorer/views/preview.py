"""A content to look at: text with its colours and a search, a picture, or bytes. Shows what it is handed; knows neither
images nor where contents come from, so that every page can use it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from imagexplorer.core.preview import BYTES, LINES, MORE_BYTES, STRUCTURE, Preview, SideBySide
from imagexplorer.core.recognise import EMPTY, PICTURE, TEXT
from imagexplorer.core.text import human_size, plain
from imagexplorer.views.beside_view import BesideView
from imagexplorer.views.elided import Elided
from imagexplorer.views.empty_view import EmptyView, Offer
from imagexplorer.views.find_bar import FindBar
from imagexplorer.views.hex_view import HexView
from imagexplorer.views.highlighter import Highlighter
from imagexplorer.views.long_text import LongText
from imagexplorer.views.theme import plain_label, set_tip
from imagexplorer.views.toggle import Toggle


class PreviewView(QWidget):
    more_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = Elided()
        self.more = QPushButton(self.tr("&Get more"))
        self.wrap = Toggle(self.tr("&Wrap lines"))
        self.as_bytes = Toggle(self.tr("&Bytes"))
        self.ways = QComboBox()
        self.ways.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.ways.setAccessibleName(self.tr("How the difference is shown"))
        set_tip(self.ways, self.tr("Side by side, Alt+Down goes to the next difference and Alt+Up to the one before"))
        self.text = LongText()
        self.text.setAccessibleName(self.tr("Content of the file"))
        self.colours = Highlighter(self.text)
        self.finder = FindBar(self.text)
        self.text.grown.connect(lambda: self.finder.look_again() if self.text.whole else None)
        self.finder.edit.setFixedWidth(self.fontMetrics().averageCharWidth() * 20)
        self.picture = Picture()
        self.hex = HexView()
        self.beside = BesideView()
        self.empty = EmptyView()
        self.body = QStackedWidget()
        for widget in (self.empty, self.text, self.picture, self.hex, self.beside):
            self.body.addWidget(widget)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 12, 4)
        bar.setSpacing(8)
        bar.addWidget(self.words, 1)
        for tool in (self.more, self.as_bytes, self.wrap, self.finder, self.ways):
            bar.addWidget(tool)
        self.note = plain_label(wrap=True, tone="warning")
        self.about = plain_label(wrap=True, selectable=True)
        for label in (self.note, self.about):
            label.setContentsMargins(12, 0, 12, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.about)
        layout.addWidget(self.note)
        layout.addWidget(self.body, 1)
        self.more.clicked.connect(self.more_wanted)
        self.wrap.toggled.connect(self._wrap)
        self.as_bytes.toggled.connect(lambda _on: self._show_body())
        self.ways.activated.connect(self._choose_way)
        self._way = ""
        self._shown: Preview | None = None
        self.show_message(self.tr("No file is selected"))

    @property
    def shown(self) -> Preview | None:
        return self._shown

    def show_preview(self, preview: Preview) -> None:
        """Keeps the place in a text that only grew."""
        place = self.text.verticalScrollBar().value() if self._grown(preview) else 0
        self._shown = preview
        words = [preview.words[:1].upper() + preview.words[1:], human_size(preview.size_bytes)]
        if preview.shown_bytes < preview.size_bytes:
            words.append(self.tr("the first {size} are shown").format(size=human_size(preview.shown_bytes)))
        self.words.set_whole("   ·   ".join(plain(word, 300) for word in words if word))
        can_grow = preview.shown_bytes < min(preview.size_bytes, MORE_BYTES)
        self.more.setVisible(can_grow)
        self.as_bytes.setVisible(preview.kind == TEXT and not preview.beside)
        self._offer_ways(preview)
        if preview.kind == TEXT:
            self.colours.set_spans(preview.spans)
            self.text.set_text(preview.text)
            self.text.need(place + self.text.verticalScrollBar().pageStep() if place else 0)
            self.text.verticalScrollBar().setValue(place)
        elif preview.kind == PICTURE:
            self.picture.set_pixels(preview.pixels, preview.width, preview.height, preview.words)
        self._show_body()

    def _grown(self, preview: Preview) -> bool:
        before = self._shown
        return (
            before is not None and before.kind == preview.kind == TEXT and preview.text.startswith(before.text[:10_000])
        )

    def _offer_ways(self, preview: Preview) -> None:
        """The unified difference first; another way that was chosen stays chosen where there is one."""
        titles = {
            LINES: self.tr("Side by side"),
            STRUCTURE: self.tr("JSON by structure"),
            BYTES: self.tr("Bytes side by side"),
        }
        self.ways.clear()
        self.ways.addItem(self.tr("Unified") if preview.spans else self.tr("In words"), "")
        for each in preview.beside:
            self.ways.addItem(titles[each.form], each.form)
        self.ways.setVisible(bool(preview.beside))
        self.ways.setCurrentIndex(max(self.ways.findData(self._way), 0))

    def _choose_way(self, number: int) -> None:
        self._way = self.ways.itemData(number)
        self._show_body()

    def _show_body(self) -> None:
        preview = self._shown
        if preview is None:
            return
        beside = next((each for each in preview.beside if each.form == self.ways.currentData()), None)
        note = preview.note if beside is None else beside.note or self._none_differs(beside) or preview.note
        self.about.set_text(plain(preview.about, 600))
        self.about.setVisible(bool(preview.about))
        self.note.set_text(plain(note, 300))
        self.note.setVisible(bool(note))
        if beside is not None:
            self.wrap.hide()
            self.finder.hide()
            self.beside.show_beside(beside)
            self.body.setCurrentWidget(self.beside)
            return
        text = preview.kind == TEXT and not self.as_bytes.isChecked()
        self.wrap.setVisible(text)
        self.finder.setVisible(text)
        if preview.kind == EMPTY:
            self.empty.show_text(self.tr("The file is empty"), "", (), "file")
            self.body.setCurrentWidget(self.empty)
        elif text:
            self.body.setCurrentWidget(self.text)
        elif preview.kind == PICTURE:
            self.body.setCurrentWidget(self.picture)
        else:
            self.hex.set_data(preview.data or preview.text.encode("utf-8", "replace"))
            self.body.setCurrentWidget(self.hex)

    def show_message(
        self, title: str, text: str = "", icon: str = "", busy: bool = False, offers: Sequence[Offer] = ()
    ) -> None:
        self._shown = None
        self.words.set_whole("")
        for tool in (self.more, self.as_bytes, self.wrap, self.finder, self.ways, self.note, self.about):
            tool.hide()
        self.empty.show_text(title, text, offers, icon, busy)
        self.body.setCurrentWidget(self.empty)

    def begin_search(self) -> bool:
        """Ctrl+F here; False where there is no text to search."""
        if self.body.currentWidget() is self.text:
            self.finder.begin()
        elif self.body.currentWidget() is self.beside:
            self.beside.focus_filter()
        else:
            return False
        return True

    def _none_differs(self, beside: SideBySide) -> str:
        return "" if beside.marks else self.tr("The same in structure: only the order of keys or white space differ.")

    def _wrap(self, on: bool) -> None:
        mode = QPlainTextEdit.LineWrapMode.WidgetWidth if on else QPlainTextEdit.LineWrapMode.NoWrap
        self.text.setLineWrapMode(mode)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            QTimer.singleShot(0, self, self.colours.recolour)  # when the text has the new palette, too


def search_where_focus_is() -> bool:
    """Begin a search in the content that has the focus, if one has."""
    widget = QApplication.focusWidget()
    while widget is not None and not isinstance(widget, PreviewView):
        widget = widget.parentWidget()
    return widget is not None and widget.begin_search()


class Picture(QLabel):
    """As large as there is room, never larger than it is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = QPixmap()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(1, 1)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_pixels(self, pixels: bytes, width: int, height: int, words: str) -> None:
        """RGBA rows."""
        image = QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGBA8888)
        self._whole = QPixmap.fromImage(image.copy())
        self.setAccessibleName(plain(words, 200))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole.isNull():
            return
        ratio = self.devicePixelRatioF()
        room = QSize(int((self.width() - 16) * ratio), int((self.height() - 16) * ratio))
        shown = self._whole
        if shown.width() > room.width() or shown.height() > room.height():
            shown = shown.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        shown.setDevicePixelRatio(ratio)
        self.setPixmap(shown)
