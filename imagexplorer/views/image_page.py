"""The page of an image: its stack beside its Dockerfile, its files layer by layer, its tabs. For every source the same.

Layers and steps stand at once; files follow when their layers are read. Knows the session, no source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import ALL, Image, ImageDetail, LayerTotals, Problem, Selection, Touched
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound
from imagexplorer.core.secrets import is_long, masked_image
from imagexplorer.core.text import plain
from imagexplorer.session import IndexedTree, Session
from imagexplorer.views.check_tab import CheckTab
from imagexplorer.views.compare_tab import CompareTab
from imagexplorer.views.config_tab import ImageConfig
from imagexplorer.views.dragging import ImageDragging
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.extracting import Extracting
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.image_facts import image_facts, merged
from imagexplorer.views.image_files import ImageFiles
from imagexplorer.views.image_stack import ImageStack
from imagexplorer.views.manifest_tab import ManifestTab
from imagexplorer.views.origin import Origin
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.path_pane import PathPane
from imagexplorer.views.record_page import RecordPage
from imagexplorer.views.related_tab import RelatedTab
from imagexplorer.views.space_tab import SpaceTab


class ImagePage(RecordPage):
    def __init__(
        self, session: Session, registry: Registry, source: str, image: Image, parent: QWidget | None = None
    ) -> None:
        super().__init__("image", session, registry, source, parent)
        self.image = image
        self.detail: ImageDetail | None = None
        self._masked: ImageDetail | None = None
        self._visible_bytes: int | None = None
        self._tree: IndexedTree | None = None
        self._totals: dict[int, LayerTotals] = {}
        self._platform = ""  # the one that was chosen, "" for the source's own choice
        self.origin = Origin(self)
        self.stack = ImageStack(self)
        self.path = PathPane(self)
        self.compare = CompareTab(self)
        self.files = ImageFiles(self)
        self.tabs.addTab(self.side_by_side(self.stack, self.files), self.tr("Fil&es"))
        for tab, title in self._more_tabs():
            self.tabs.addTab(tab, title)
        self.stack.follow(self.files)
        session.images_changed.connect(self._row_changed)
        self.files.row_selected.connect(self.path.show_row)
        self.extracting = Extracting(self)
        self.files.offer_extraction(self.extracting.fill_menu, self.extracting.extract_selected)
        self.dragging = ImageDragging(self)
        self.files.tree.drag_wanted.connect(self.dragging.drag)
        self.setFocusProxy(self.stack.view)
        self.show_header()
        self.refresh()

    # -- for the window -------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return self.image.name

    def selection(self) -> Selection:
        return Selection(self.source, self.live, images=() if self.gone else (self.image,))

    def headers(self) -> dict[str, HeaderState]:
        return {"files": self.files.tree.header_state}

    def _more_tabs(self) -> list[tuple[PageTab[ImagePage], str]]:
        """Each in a file of its own, made when first looked at."""
        return [
            (SpaceTab(self), self.tr("&Space")),
            (self.compare, self.tr("Com&pare")),
            (ImageConfig(self), self.tr("C&onfig")),
            (ManifestTab(self), self.tr("&Manifest")),
            (RelatedTab(self), self.tr("Re&lated")),
            (CheckTab(self), self.tr("Chec&k")),
        ]

    @property
    def tree(self) -> IndexedTree | None:
        """The stacked files, None until they are read."""
        return self._tree

    @property
    def totals(self) -> Mapping[int, LayerTotals]:
        """What reading told of each layer so far, by its index."""
        return self._totals

    @property
    def shown(self) -> ImageDetail | None:
        """What is known, with secret values only where the user asked for them."""
        return self.detail if self.values.isChecked() else self._masked

    def focus_filter(self) -> None:
        if self.front is not None:
            self.front.focus_filter()
        else:
            self.tabs.setCurrentIndex(0)
            self.files.focus_filter()

    def compare_with(self, source: str, other: Image | None) -> None:
        self.compare.compare_with(source, other)

    def reveal(self, path: bytes, layer: int = -1) -> None:
        """Bring the files to the front with the path selected, at that layer or (-1) at the one that is looked at."""
        self.tabs.setCurrentIndex(0)
        other = layer >= 0 and layer != self.files.spec.layer
        if other:
            self.stack.view.select_layer(layer)
        self.files.reveal(path, other)

    def refresh(self, platform: str = "") -> None:
        """With a platform: the same image for another of its platforms."""
        if platform:
            self._platform = platform
        elif self.front is not None:
            self.front.ask_again()
        self._look_up()

    def _look_up(self) -> None:
        """Tabs in sight follow by `known` where something came of it."""
        self.files.forget_failure()
        self.notice.hide()
        if self.detail is None:
            self.files.show_waiting(self.tr("Looking at {name}").format(name=plain(self.image.name, 80)))
        lane = self.lane + "detail"
        self.session.load_image(lane, self.source, self.image.id, self._found, self._not_found, self._platform)

    # -- layers and steps -----------------------------------------------------------------------------

    def _found(self, detail: ImageDetail) -> None:
        before = self.detail
        same = (
            before is not None
            and self._tree is not None
            and [layer.diff_id for layer in before.layers] == [layer.diff_id for layer in detail.layers]
        )
        if before is not None and same:  # what reading its layers told is not known to one who asks anew
            detail = replace(detail, problems=tuple(dict.fromkeys((*before.problems, *detail.problems))))
        self._show_detail(detail)
        if not same:
            self.read_layers(detail)

    def _not_found(self, error: ImagexplorerError) -> None:
        if isinstance(error, NotFound) and self.live:
            self._removed()
        elif self.detail is None:
            self.files.show_error(error)
        elif not isinstance(error, Cancelled):
            self.notice.show_notice("warning", sentence_of(error), self.tr("&Retry"), self.refresh)

    def show_header(self) -> None:
        image, state = self.image, self.state
        from_file = state is not None and not state.is_engine
        facts, about = image_facts(image, self.detail, self._totals, from_file, self._visible_bytes)
        self.header.show_title(image.name if image.tags else "<none>", image.id)
        self.header.show_facts(facts, about)
        self.header.show_state(*(("dead", "error", self.tr("deleted")) if self.gone else ("", "", "")))

    def show_visible(self, visible_bytes: int) -> None:
        """How large what the whole image shows is, once that is known."""
        if visible_bytes != self._visible_bytes:
            self._visible_bytes = visible_bytes
            self.show_header()

    def _show_detail(self, detail: ImageDetail) -> None:
        known, masked = self.detail, self._masked
        self.session.jobs.drop(self.lane + "masked")
        if known is not None and masked is not None and (known.steps, known.config) == (detail.steps, detail.config):
            self._show_masked(detail, replace(detail, steps=masked.steps, config=masked.config))
        elif not is_long(detail):
            self._show_masked(detail, masked_image(detail))
        else:
            load = self.session.documents.load_masked
            load(self.lane + "masked", self.source, detail, partial(self._show_masked, detail), self._not_found)

    def _show_masked(self, detail: ImageDetail, masked: ImageDetail) -> None:
        first = self.detail is None or len(self.detail.layers) != len(detail.layers)
        self.detail, self._masked = detail, masked
        self.image = merged(detail.image, self._row())
        self.values.setVisible(masked != detail)
        self.show_header()
        self.stack.fill()
        if first:
            self.stack.select_top()
        self._show_problems()
        self.selection_changed.emit()
        self.known.emit()

    def _show_problems(self) -> None:
        found = [problem for totals in self._totals.values() for problem in totals.problems]
        self.problems.show_problems([*(self.detail.problems if self.detail is not None else ()), *found])

    def show_values(self) -> None:
        self.stack.fill()
        self.known.emit()

    # -- files ----------------------------------------------------------------------------------------

    def read_layers(self, detail: ImageDetail) -> None:
        self.session.checking.leave(self.lane)  # what is read now is another reading
        self._tree = None
        self._totals = {}
        self._visible_bytes = None
        self.path.forget()
        self.known.emit()
        if not detail.layers:
            self.files.show_message(self.tr("No layers"), self.tr("This image holds no file system."), "layers")
            return
        self.files.show_waiting(self.tr("Reading the layers of {name}").format(name=plain(self.image.name, 80)))
        lane = self.lane + "index"
        self.session.index_image(lane, self.source, detail, self._indexed, self.files.show_error, self._layer_read)

    def _layer_read(self, totals: LayerTotals) -> None:
        self._totals[totals.index] = totals
        self.stack.fill()

    def _indexed(self, detail: ImageDetail, tree: IndexedTree) -> None:
        self._tree = tree
        self._totals = {totals.index: totals for totals in tree.layers} or self._totals
        self._show_detail(detail)
        self.files.look(self.files.spec)
        lane = self.lane + "verify"
        self.session.checking.want(lane, tree, detail, self._layer_checked, self._checked, self._not_checked)

    def _layer_checked(self, totals: LayerTotals) -> None:
        """What hashing a layer told, beside what is shown of it already."""
        known = self._totals.get(totals.index, totals)
        problems = tuple(dict.fromkeys((*known.problems, *totals.problems)))
        self._totals[totals.index] = replace(known, verified=totals.verified, hashed=totals.hashed, problems=problems)
        self.stack.fill()
        self._show_problems()

    def _checked(self, detail: ImageDetail) -> None:
        if self.detail is not None:
            self.detail = replace(self.detail, problems=tuple(dict.fromkeys((*self.detail.problems, *detail.problems))))
        self._show_problems()

    def _not_checked(self, error: ImagexplorerError) -> None:
        if self.detail is not None and not isinstance(error, Cancelled):
            self._checked(replace(self.detail, problems=(Problem(self.tr("verification"), str(error)),)))

    # -- following the session --------------------------------------------------------------------------

    def world_changed(self, touched: object) -> None:
        if self.gone or not isinstance(touched, Touched):
            return
        names = {self.image.id, *self.image.tags, ALL}
        if names & touched.images:
            self._look_up()

    def _row(self) -> Image:
        """What the list knows of the image now; what it knew last, where it has none."""
        rows = self.session.rows_of(self.source)[0]
        return next((row for row in rows if row.id == self.image.id), self.image)

    def _row_changed(self) -> None:
        """Bytes of its own and containers fill in later, and change when other images come and go."""
        known = merged(self.image, self._row())
        if known != self.image:
            self.image = known
            self.show_header()

    def source_changed(self) -> None:
        """What failed for want of an engine is asked again when it is back."""
        if self.live:
            self.files.reach_again()
        self.selection_changed.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.session.checking.leave(self.lane)
        super().closeEvent(event)

    def _removed(self) -> None:
        self.gone = True
        self.show_header()
        self.notice.show_notice(
            "warning", self.tr("This image is no longer there. What was read of it can still be looked at.")
        )
        if self._tree is None:
            self.session.jobs.drop(self.lane + "*")
            self.files.show_message(self.tr("The image is no longer there"), "", "image")
        self.selection_changed.emit()
