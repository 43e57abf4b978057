"""The stack of an image's page: its slabs beside its Dockerfile, and what choosing a line does to the files.

A line that the user chooses shows what it wrote; until they ask for all layers up to there, and then that stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagexplorer.models.stack_model import CONFIG, EMPTY, FROM, LAYER, Slab, slabs_of
from imagexplorer.models.tree_rows import TreeRow, layer_number
from imagexplorer.views.file_pane import FilePane
from imagexplorer.views.stack_pane import StackPane

if TYPE_CHECKING:
    from imagexplorer.views.image_page import ImagePage


class ImageStack(StackPane):
    def __init__(self, page: ImagePage) -> None:
        super().__init__([page.registry.action(f"image.dockerfile_{act}") for act in ("copy", "save")])
        self._page = page
        self.open_wanted.connect(page.origin.open)
        page.header.opened.connect(page.origin.open)
        page.origin.changed.connect(self.fill)

    def follow(self, files: FilePane) -> None:
        """A line shows its files; a file points at its line."""
        self._files = files
        self.slab_selected.connect(self._show_files)
        files.tree.row_menu.offer_copies(self.copies)
        files.tree.row_menu.offer(self.tr("&Go to the line that wrote it"), "layer", "Ctrl+L", self._go_to_line)
        files.row_selected.connect(lambda row: self.view.point_at(row.layer if row is not None else -1))

    def fill(self) -> None:
        """Show what the page knows by now."""
        page = self._page
        detail = page.shown
        if detail is None:
            return
        bases = page.origin.bases
        page.header.show_path([(base.id, base.name) for base in bases])
        self.set_slabs(slabs_of(detail, page.totals, page.origin.lines, bases), detail.layers)

    def select_top(self) -> None:
        self.view.select_row(next((row for row, slab in enumerate(self.view.stack.slabs()) if slab.kind == LAYER), 0))

    def instruction(self, layer: int) -> str:
        """What made a layer, on one line."""
        row = self.view.stack.row_of_layer(layer)
        return self.view.stack.slabs()[row].instruction if row >= 0 else ""

    def of_layer(self, layer: int) -> str:
        """`layer 3: RUN make`."""
        instruction = self.instruction(layer)
        return f"layer {layer_number(layer)}" + (f": {instruction}" if instruction else "")

    def digest(self, layer: int) -> str:
        detail = self._page.shown
        return detail.layers[layer].diff_id if detail is not None and layer < len(detail.layers) else ""

    def copies(self, row: TreeRow) -> list[tuple[str, str]]:
        """What can be copied of the layer that wrote a row: (words, text) each."""
        if row.layer < 0:
            return []
        return [
            (self.tr("&Layer"), str(layer_number(row.layer))),
            (self.tr("Layer's &digest"), self.digest(row.layer)),
            (self.tr("&Instruction"), self.instruction(row.layer)),
        ]

    def _go_to_line(self) -> None:
        row = self._files.tree.selected_row()
        if row is not None and row.layer >= 0:
            self.view.select_layer(row.layer)
            self.view.setFocus()

    def _show_files(self, slab: Slab) -> None:
        files, chosen = self._files, self.view.by_user
        if slab.below < 0:
            files.show_message(self.tr("Nothing yet"), self.tr("Below the first layer there are no files."), "layers")
        elif chosen and slab.kind in (EMPTY, CONFIG) and not files.prefers_all:
            files.show_message(
                self.tr("No files"),
                self.tr("This line wrote none: it is about the configuration only."),
                "step",
                [(self.tr("Show &all layers up to here"), lambda: files.look_at(slab.below, only=False))],
            )
        elif chosen and slab.kind in (LAYER, FROM):
            files.look_at(slab.below, only=slab.kind == LAYER and not files.prefers_all)
        else:
            files.look_at(slab.below, only=files.one_layer.isChecked())
