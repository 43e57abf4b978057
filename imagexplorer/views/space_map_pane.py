"""The map of an image's bytes: what is visible or what is wasted, folder by folder, and what its colours mean.

Asks for maps by `wanted`, is answered by `show_map`; knows no session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.space import CAUSES, NOT_HIDDEN, Space
from imagexplorer.core.space_map import FOLDER, MapSpec, SpaceMap
from imagexplorer.core.space_tree import VISIBLE, WASTED
from imagexplorer.core.text import counted, exact_size, human_size, plain, plain_bytes
from imagexplorer.models.tree_rows import layer_number
from imagexplorer.views.elided import Elided
from imagexplorer.views.map_legend import MapLegend
from imagexplorer.views.path_crumbs import PathCrumbs
from imagexplorer.views.theme import set_tip
from imagexplorer.views.toggle import Toggle
from imagexplorer.views.treemap_view import TreemapView


class SpaceMapPane(QWidget):
    """`instruction(layer)` gives the words of what made a layer."""

    wanted = Signal(object)  # MapSpec
    open_wanted = Signal(bytes, int)  # path, and the layer that hid it, -1 for what is visible

    def __init__(self, instruction: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._instruction = instruction
        self._select = b""
        self.visible = Toggle(self.tr("Visi&ble"))
        self.wasted = Toggle(self.tr("&Wasted"))
        self.visible.setChecked(True)
        self._what = QButtonGroup(self)  # exclusive
        self._what.addButton(self.visible)
        self._what.addButton(self.wasted)
        self.up = QToolButton()
        self.up.setIcon(resources.icon("back"))
        self.up.setAutoRaise(True)
        self.up.setAccessibleName(self.tr("To the folder above"))
        set_tip(self.up, self.tr("To the folder above (Backspace)"))
        self.crumbs = PathCrumbs()
        self.map = TreemapView(self._words)
        self.about = Elided()
        self.legend = MapLegend()
        self._lay_out()
        self._what.idToggled.connect(lambda _id, on: self._ask(b"") if on else None)
        self.up.clicked.connect(self.go_up)
        self.crumbs.chosen.connect(lambda path: self._ask(path, self.crumbs.path))
        self.map.up_wanted.connect(self.go_up)
        self.map.opened.connect(self._open)
        self.map.menu_wanted.connect(self._menu)
        self.map.pointed.connect(lambda row: self._tell(row if row >= 0 else self.map.current))
        self.map.current_changed.connect(self._tell)
        copy = QKeySequence(QKeySequence.StandardKey.Copy)
        self.copy_path = self.map.addAction(resources.icon("copy"), self.tr("&Copy path"), copy, self._copy)
        self.copy_path.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.setFocusProxy(self.map)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 4, 12, 4)
        bar.setSpacing(4)
        for widget in (self.visible, self.wasted):
            bar.addWidget(widget)
        bar.addSpacing(8)
        bar.addWidget(self.up)
        bar.addWidget(self.crumbs, 1)
        self.about.setContentsMargins(12, 4, 12, 0)
        self.legend.setContentsMargins(12, 2, 12, 8)
        inner = QVBoxLayout()
        inner.setContentsMargins(12, 0, 4, 0)
        inner.addWidget(self.map)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(bar)
        layout.addLayout(inner, 1)
        layout.addWidget(self.about)
        layout.addWidget(self.legend)

    @property
    def what(self) -> str:
        return WASTED if self.wasted.isChecked() else VISIBLE

    # -- what is shown --------------------------------------------------------------------------------

    def show_figures(self, space: Space, visible: Sequence[int]) -> None:
        """The bytes in the switch and the legend; then the map is asked for anew."""
        self.visible.setText(self.tr("Visi&ble {0}").format(human_size(space.visible_bytes)))
        self.wasted.setText(self.tr("&Wasted {0}").format(human_size(space.wasted_bytes)))
        for toggle, size in ((self.visible, space.visible_bytes), (self.wasted, space.wasted_bytes)):
            toggle.setAccessibleName(toggle.text().replace("&", ""))
            set_tip(toggle, exact_size(size))
            toggle.updateGeometry()
        self.legend.set_figures(space, visible, self._instruction)
        self._ask(self.crumbs.path, self._select)

    def show_map(self, found: SpaceMap) -> None:
        if found.spec.what != self.what:
            return  # the switch was moved meanwhile
        self.crumbs.show_path(found.spec.folder)
        self.up.setEnabled(bool(found.spec.folder))
        self.legend.show_of(found.spec.what)
        self.map.show_map(found, self._select)
        if len(found) < 2:
            self._tell(0)

    def _ask(self, folder: bytes, select: bytes = b"") -> None:
        self._select = select
        self.wanted.emit(MapSpec(self.what, folder))

    # -- acts -----------------------------------------------------------------------------------------

    def go_up(self) -> None:
        here = self.crumbs.path
        if here:
            self._ask(here.rpartition(b"/")[0], here)

    def _open(self, row: int) -> None:
        """Into a folder; a file is shown among the files."""
        found = self.map.shown
        if found is None:
            return
        if found.columns["cause"][row] == FOLDER:
            self._ask(found.path(row))
        else:
            self._show_file(row)

    def _show_file(self, row: int) -> None:
        found = self.map.shown
        if found is not None and row >= 0:
            hidden = found.columns["cause"][row] not in (FOLDER, NOT_HIDDEN)
            self.open_wanted.emit(found.path(row), found.columns["layer"][row] if hidden else -1)

    def _copy(self) -> None:
        if self.map.shown is not None and self.map.current >= 0:
            QGuiApplication.clipboard().setText("/" + plain_bytes(self.map.shown.path(self.map.current)))

    def _menu(self, at: QPoint) -> None:
        found, row = self.map.shown, self.map.current
        if found is None or row < 0:
            return
        menu = QMenu(self.map)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        into = menu.addAction(self.tr("&Look into"), lambda: self._open(row))
        into.setEnabled(found.columns["cause"][row] == FOLDER)
        up = menu.addAction(resources.icon("back"), self.tr("To the folder &above"), self.go_up)
        up.setEnabled(bool(self.crumbs.path))
        menu.addAction(resources.icon("file"), self.tr("&Show in the files"), lambda: self._show_file(row))
        menu.addAction(self.copy_path)
        menu.popup(at)

    # -- words ----------------------------------------------------------------------------------------

    def _words(self, row: int) -> str:
        """Path, bytes, layer and instruction of a row, a line each."""
        found = self.map.shown
        if found is None:
            return ""
        columns = found.columns
        size, files, cause, layer = (columns[name][row] for name in ("size", "files", "cause", "layer"))
        path = "/" + plain_bytes(found.path(row))
        bytes_ = f"{human_size(size)} ({size:,} bytes)"
        if cause == FOLDER:
            kind = self.tr("visible") if found.spec.what == VISIBLE else self.tr("wasted")
            rest, left_out = found.rest(row)
            lines = [path, f"{bytes_} {kind} in {counted(files, 'file')}"]
            if size:
                mostly = CAUSES[columns["mostly"][row]] or self.tr("written")
                lines.append(self.tr("most of it {0} by layer {1}").format(mostly, layer_number(layer)))
            if rest and columns["count"][row]:
                lines.append(f"{human_size(rest)} in {left_out:,} that are too small to be drawn")
            return "\n".join(lines)
        by = f"layer {layer_number(layer)}"
        if cause == NOT_HIDDEN:
            lines = [path, bytes_, f"written by {by}"]
        else:
            times = f", {files:,} times" if files > 1 else ""
            lines = [path, bytes_, f"{CAUSES[cause]} by {by}{times}"]
        instruction = plain(self._instruction(layer), 300)
        return "\n".join([*lines, instruction] if instruction else lines)

    def _tell(self, row: int) -> None:
        lines = self._words(row).split("\n") if row >= 0 else [""]
        self.about.set_whole("   ".join([*lines[1:2], lines[0], *lines[2:]]))
