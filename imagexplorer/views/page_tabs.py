"""Pages as tabs over the lists: the first tab is the list itself and stays; closing the last page returns to it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent
from PySide6.QtWidgets import QTabBar, QTabWidget, QWidget

from imagexplorer.core.text import plain
from imagexplorer.views.theme import mnemonic_free, tooltip

_TITLE_CHARS = 40


class PageTabs(QTabWidget):
    """Pages have a key of the caller's; the list has the key ""."""

    closed = Signal(str)

    def __init__(self, home: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        bar = _TabBar(self)
        bar.middle_clicked.connect(self.close_at)
        self.setTabBar(bar)
        self.setAccessibleName(self.tr("Pages"))
        self.setDocumentMode(True)
        self.setMovable(False)
        self.setTabsClosable(True)
        self.setTabBarAutoHide(True)
        self.setElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUsesScrollButtons(True)
        self.tabCloseRequested.connect(self.close_at)
        self._keys: dict[QWidget, str] = {home: ""}
        self.addTab(home, "")
        for side in (QTabBar.ButtonPosition.LeftSide, QTabBar.ButtonPosition.RightSide):
            bar.setTabButton(0, side, None)

    @property
    def current_key(self) -> str:
        return self._keys.get(self.currentWidget(), "")

    def keys(self) -> list[str]:
        return list(self._keys.values())

    def page(self, key: str) -> QWidget | None:
        return next((page for page, own in self._keys.items() if own == key), None)

    def set_home(self, title: str, icon: QIcon) -> None:
        self.setTabText(0, mnemonic_free(title))
        self.setTabIcon(0, icon)

    def add(self, key: str, page: QWidget, title: str, icon: QIcon) -> None:
        self._keys[page] = key
        number = self.addTab(page, icon, "")
        self.set_title(key, title)
        self.setCurrentIndex(number)

    def set_title(self, key: str, title: str) -> bool:
        """Whether that is another one than it had."""
        page = self.page(key)
        number = self.indexOf(page) if page is not None else -1
        text = mnemonic_free(plain(title, _TITLE_CHARS))
        if number < 0 or self.tabText(number) == text:
            return False
        self.setTabText(number, text)
        self.setTabToolTip(number, tooltip(plain(title)))
        return True

    def show_key(self, key: str) -> bool:
        page = self.page(key)
        if page is None:
            return False
        self.setCurrentWidget(page)
        return True

    def show_number(self, number: int) -> None:
        """1 is the list; a number without a tab does nothing."""
        if 1 <= number <= self.count():
            self.setCurrentIndex(number - 1)

    def close_at(self, number: int) -> None:
        if number <= 0:
            return
        page = self.widget(number)
        if page is None:
            return
        key = self._keys.pop(page)
        self.removeTab(number)
        page.close()
        page.deleteLater()
        self.closed.emit(key)

    def close_current(self) -> None:
        self.close_at(self.currentIndex())


class _TabBar(QTabBar):
    """A click with the middle button closes, as everywhere."""

    middle_clicked = Signal(int)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            number = self.tabAt(event.position().toPoint())
            if number >= 0:
                self.middle_clicked.emit(number)
                return
        super().mouseReleaseEvent(event)
