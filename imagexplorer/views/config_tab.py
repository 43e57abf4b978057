"""The tab with a record's configuration: headed pairs to read, or its JSON. The same for images and containers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.entities import DOCKER
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.models.config_sections import Section, container_sections, image_sections
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.json_view import JsonView
from imagexplorer.views.page_tab import Page, PageTab
from imagexplorer.views.pairs_view import PairsView
from imagexplorer.views.run_strip import RunStrip
from imagexplorer.views.toggle import Toggle

if TYPE_CHECKING:
    from imagexplorer.core.manifest_tree import DocumentText
    from imagexplorer.views.container_page import ContainerPage
    from imagexplorer.views.image_page import ImagePage


class ConfigTab(PageTab[Page]):
    def __init__(self, page: Page) -> None:
        super().__init__(page, "config")
        self._data: Any = None
        self._told: tuple[Any, bool] | None = None
        self._asked: tuple[Any, bool] | None = None
        self._sections: list[Section] | None = None

    def known(self) -> tuple[list[Section], Any] | None:
        """The headed pairs, masked as the page says, and the data whose JSON is shown; None while nothing is known."""
        raise NotImplementedError

    def set_up(self) -> None:
        self.readable = Toggle(self.tr("&Readable"))
        self.json = Toggle(self.tr("&JSON"))
        self.readable.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.readable)
        group.addButton(self.json)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(self.tr("Filter"))
        self.filter.setClearButtonEnabled(True)
        self.filter.addAction(resources.icon("filter"), QLineEdit.ActionPosition.LeadingPosition)
        self.filter.setMaximumWidth(280)
        self.filter.setAccessibleName(self.tr("Filter the configuration"))
        self.pairs = PairsView(self.tr("Configuration"))
        self.filter.textChanged.connect(self.pairs.set_filter)
        self.text = JsonView(self.tr("Configuration as JSON"))
        self.body = QStackedWidget()
        self.body.addWidget(self.pairs)
        self.body.addWidget(self.text)
        filtering = QWidget()
        line = QHBoxLayout(filtering)
        line.setContentsMargins(0, 0, 0, 0)
        line.addStretch()
        line.addWidget(self.filter, 2)
        self.tools = QStackedWidget()
        self.tools.addWidget(filtering)
        self.tools.addWidget(self.text.tools)
        self.tools.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 12, 4)
        bar.setSpacing(4)
        bar.addWidget(self.readable)
        bar.addWidget(self.json)
        bar.addWidget(self.tools, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addWidget(self.body, 1)
        self.json.toggled.connect(self._switch)
        self.setFocusProxy(self.pairs)

    def fill(self) -> None:
        known = self.known()
        if known is None:
            return
        sections, data = known
        if sections != self._sections:  # a refresh that tells nothing new moves nothing, and asks nothing
            self._sections = sections
            self.pairs.set_sections(sections)
        if data != self._data:
            self._data = data
        self._ask()

    def focus_filter(self) -> None:
        if self.json.isChecked():
            self.text.finder.begin()
        else:
            self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.filter.selectAll()

    def _switch(self, raw: bool) -> None:
        self.tools.setCurrentIndex(int(raw))
        self.body.setCurrentIndex(int(raw))
        self.setFocusProxy(self.text if raw else self.pairs)
        self._ask()

    def _ask(self) -> None:
        """Laid out only when it is looked at, and once."""
        data, values = self._data, self.page.values.isChecked()
        if self._told is not None and self._told[1] != values:
            self._told = None
            self.text.show_words("")  # not even until the answer is there
        if not self.json.isChecked() or data is None:
            return
        if self._told is not None and self._told[0] is data:
            return
        if self._asked is not None and self._asked[0] is data and self._asked[1] == values:
            return
        self._asked = (data, values)

        def done(text: DocumentText) -> None:
            self._told, self._asked = (data, values), None
            self.text.show_text(text)

        self.page.session.documents.load_text(self.lane + "json", self.page.source, data, values, done, self._failed)

    def _failed(self, error: ImagexplorerError) -> None:
        self._asked = None
        if not isinstance(error, Cancelled):
            self.text.show_words(sentence_of(error))


class ImageConfig(ConfigTab[Any]):
    page: ImagePage

    def known(self) -> tuple[list[Section], Any] | None:
        detail, shown = self.page.detail, self.page.shown
        return (image_sections(shown), detail.config) if detail is not None and shown is not None else None


class ContainerConfig(ConfigTab[Any]):
    page: ContainerPage

    def set_up(self) -> None:
        super().set_up()
        self.run = RunStrip(self.page.session.message.emit)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        layout.insertWidget(1, self.run)
        self.run.hide()

    def fill(self) -> None:
        super().fill()
        detail, image, state = self.page.detail, self.page.image, self.page.state
        if detail is not None and detail.raw:
            config = image.config.get("config") if image is not None else None
            program = state.program if state is not None else DOCKER
            self.run.show_container(detail, config if isinstance(config, Mapping) else None, program)
            self.run.show()

    def known(self) -> tuple[list[Section], Any] | None:
        detail = self.page.detail
        if detail is None:
            return None
        shown = self.page.shown
        return (container_sections(shown), detail.raw) if shown is not None else None
