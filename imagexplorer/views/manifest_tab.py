"""The tab with the documents that an image is made of, what each says, and who is said to have made it.

Knows nodes and the session; asks for the tree when it is first seen, for a document's text when it is selected.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from imagexplorer.core.entities import ImageDetail
from imagexplorer.core.errors import Cancelled, ImagexplorerError
from imagexplorer.core.manifest_tree import LAYER, ManifestTree
from imagexplorer.core.text import plain
from imagexplorer.models.manifest_rows import claim_lines, node_sections
from imagexplorer.views.document_tree import DocumentTree
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.json_view import JsonView
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.pairs_view import PairsView
from imagexplorer.views.theme import plain_label

if TYPE_CHECKING:
    from imagexplorer.core.manifest_tree import DocumentText
    from imagexplorer.views.image_page import ImagePage


class ManifestTab(PageTab[Any]):
    page: ImagePage

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page, "manifest")
        self._asked: ImageDetail | None = None
        self._found = False
        self._shown: tuple[str, bool] | None = None

    # -- widgets --------------------------------------------------------------------------------------

    def set_up(self) -> None:
        self.platforms = QComboBox()
        self.platforms.setAccessibleName(self.tr("Platform"))
        self.platforms.textActivated.connect(self.page.refresh)
        self.platform_words = plain_label(self.tr("Platform"))
        self.platform_words.setBuddy(self.platforms)
        self.said = plain_label(wrap=True, selectable=True, tone="warning")
        self.said.setContentsMargins(12, 0, 12, 8)
        self.said.hide()
        self.documents = DocumentTree()
        self.documents.chosen.connect(self._show_node)
        self.documents.platform_wanted.connect(self.page.refresh)
        self.claims = plain_label(wrap=True, selectable=True)
        self.claims.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.claims.setContentsMargins(12, 4, 12, 8)
        self.pairs = PairsView(self.tr("The selected document"))
        self.text = JsonView(self.tr("The selected document as JSON"))
        self.text.tools.setContentsMargins(12, 8, 12, 4)
        self.choice = QWidget()
        choice = QHBoxLayout(self.choice)
        choice.setContentsMargins(12, 8, 12, 8)
        choice.setSpacing(8)
        choice.addWidget(self.platform_words)
        choice.addWidget(self.platforms)
        choice.addStretch()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.choice)
        column.addWidget(self.said)
        column.addWidget(self._over(self.documents, self._claims_area()), 1)
        self.across = QSplitter(Qt.Orientation.Horizontal)
        self.across.addWidget(left)
        self.down = self._over(self.pairs, self.text)
        self.across.addWidget(self.down)
        self.across.setChildrenCollapsible(False)
        self.across.setSizes([640, 640])
        self.down.setSizes([220, 400])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.across)
        self.setFocusProxy(self.documents)

    def _over(self, above: QWidget, below: QWidget) -> QSplitter:
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(above)
        splitter.addWidget(below)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([460, 160])
        return splitter

    def _claims_area(self) -> QWidget:
        title = plain_label(self.tr("Who published or signed it"), bold=True)
        title.setContentsMargins(12, 8, 12, 0)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(self.claims)
        area.setAccessibleName(title.text())
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(title)
        column.addWidget(area, 1)
        return both

    def remembered(self) -> Mapping[str, HeaderState | QSplitter]:
        return {"across": self.across, "down": self.down}

    # -- what the page knows --------------------------------------------------------------------------

    def fill(self) -> None:
        detail = self.page.detail
        if detail is None:
            return
        self._show_platforms(detail)
        known = self._asked
        if known is None or (known.image.id, known.layers, known.image.tags) != (
            detail.image.id, detail.layers, detail.image.tags,
        ):  # fmt: skip
            self.refresh()
        else:
            self._show_node()  # secret values may be shown now, or no more

    def refresh(self) -> None:
        detail = self.page.detail
        if detail is not None:
            self._asked = detail
            self.page.session.documents.load_tree(
                self.lane + "tree", self.page.source, detail, self._show_tree, self._failed
            )

    def focus_filter(self) -> None:
        self.text.finder.begin()

    def _show_platforms(self, detail: ImageDetail) -> None:
        names = [plain(str(platform), 100) for platform in detail.platforms]
        several = len(names) > 1
        self.choice.setVisible(several)
        if several and names != [self.platforms.itemText(row) for row in range(self.platforms.count())]:
            self.platforms.clear()
            self.platforms.addItems(names)
        if several and detail.image.platform is not None:
            shown = str(detail.image.platform)  # a configuration may leave out the variant that the index has
            row = next((row for row, name in enumerate(names) if name == shown or name.startswith(f"{shown}/")), -1)
            self.platforms.setCurrentIndex(row)

    def _show_tree(self, tree: ManifestTree) -> None:
        self._found, self._shown = True, None
        problems = [f"{plain(each.where, 200)}: {plain(each.reason, 300)}" for each in tree.problems[:5]]
        if tree.left_out:
            problems.append(f"{tree.left_out:,} more documents are not shown")
        self.said.set_text("\n".join(problems))
        self.said.setVisible(bool(problems))
        self.claims.set_text(claim_lines(tree.claims))
        self.documents.set_tree(tree)

    # -- the selected document ------------------------------------------------------------------------

    def _show_node(self) -> None:
        node, detail = self.documents.node(), self._asked
        values = self.page.values.isChecked()
        if node is None or detail is None or self._shown == (f"{node.digest} {node.key}", values):
            return
        self._shown = (f"{node.digest} {node.key}", values)
        self.pairs.set_sections(node_sections(node))
        if not node.key:
            self.page.session.jobs.drop(self.lane + "document")
            layer = self.tr("A layer is a tar of files: they stand in the tab Files.")
            self.text.show_words(layer if node.role == LAYER else self.tr("Its text is not to be had here."))
            return
        self.text.show_words("")
        self.page.session.documents.load_document(
            self.lane + "document", self.page.source, detail, node.key, values, self._show_text, self._no_text
        )

    def _show_text(self, text: DocumentText) -> None:
        self.text.show_text(text)

    def _no_text(self, error: ImagexplorerError) -> None:
        if not isinstance(error, Cancelled):
            self._shown = None
            self.text.show_words(sentence_of(error))

    def _failed(self, error: ImagexplorerError) -> None:
        if not isinstance(error, Cancelled):
            self._asked = self._asked if self._found else None
            self.said.set_text(sentence_of(error))
            self.said.show()
