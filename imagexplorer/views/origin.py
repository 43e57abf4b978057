"""Where the image of a page comes from: its Dockerfile, and the images that it stands on or that stand on it.

Follows what the page knows and the images that its source lists; the stack, the header and the Related tab read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from imagexplorer.core.entities import Image, ImageDetail, Touched
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.relatives import Base, Relatives
from imagexplorer.session.origins import bases

if TYPE_CHECKING:
    from imagexplorer.core.dockerfile import Line
    from imagexplorer.views.image_page import ImagePage

GATHER_MS = 300


class Origin(QObject):
    """`lines` of the Dockerfile (oldest first) and `kin` are empty until they are known; `error` says why `kin` stays
    so."""

    changed = Signal()

    def __init__(self, page: ImagePage) -> None:
        super().__init__(page)
        self._page = page
        self._lines: tuple[Sequence[Line], bool] = (), False
        self.kin = Relatives()
        self._bases: tuple[Relatives, Sequence[Image], list[Base]] | None = None
        self.error: ImagexplorerError | None = None
        self._written_of: tuple[ImageDetail, bool] | None = None
        self._kin_of: tuple[tuple[str, ...], frozenset[str]] | None = None
        self._later = QTimer(self, singleShot=True, interval=GATHER_MS)
        self._later.timeout.connect(self._ask_kin)
        page.known.connect(self._page_knows)
        page.session.touched.connect(self._world_changed)
        page.closing.connect(self._leave)

    @property
    def lines(self) -> Sequence[Line]:
        """None of the kind that the user does not want to see: not even until the others are there."""
        lines, values = self._lines
        return lines if values == self._page.values.isChecked() else ()

    @property
    def rows(self) -> Sequence[Image]:
        """The images of the page's source, as its list has them now."""
        return self._page.session.rows_of(self._page.source)[0]

    @property
    def bases(self) -> list[Base]:
        """The images that this one stands on, lowest first, by the names that they have now."""
        about = self.kin, self.rows
        if self._bases is None or self._bases[0] is not about[0] or self._bases[1] is not about[1]:
            self._bases = (*about, bases(*about))  # asked for with every layer that is read
        return self._bases[2]

    def open(self, image_id: str) -> None:
        """The page of an image of the same source."""
        image = next((each for each in self.rows if each.id == image_id), None)
        if image is not None:
            self._page.session.page_wanted.emit("image", image)

    def _page_knows(self) -> None:
        detail, values = self._page.detail, self._page.values.isChecked()
        if detail is None:
            return
        told = self._written_of
        if told is None or told[1] != values or told[0].steps != detail.steps or told[0].config != detail.config:
            self._written_of = (detail, values)
            page = self._page
            page.session.origins.show_values(page.source, detail.image.id, values)
            page.session.origins.load_dockerfile(
                page.lane + "dockerfile",
                page.source,
                detail,
                values,
                lambda lines: self._written(lines, values),
                lambda _error: None,
            )
        self._ask_kin()

    def _written(self, lines: Sequence[Line], values: bool) -> None:
        self._lines = lines, values
        self.changed.emit()

    def _world_changed(self, touched: object) -> None:
        if isinstance(touched, Touched) and touched:
            self._later.start()

    def _ask_kin(self) -> None:
        """What was learnt of images stays learnt: only what is new costs a question."""
        page, detail = self._page, self._page.detail
        if detail is None or page.gone:
            return
        about = tuple(layer.diff_id for layer in detail.layers), frozenset(image.id for image in self.rows)
        if about == self._kin_of:
            self.changed.emit()  # names and containers may be others
            return
        self._kin_of = about
        lane = page.lane + "relatives"
        page.session.origins.load_relatives(lane, page.source, detail, self._found, self._not_found)

    def _found(self, kin: Relatives) -> None:
        self.kin, self.error = kin, None
        self.changed.emit()

    def _not_found(self, error: ImagexplorerError) -> None:
        self._kin_of, self.error = None, error
        self.changed.emit()

    def _leave(self) -> None:
        self._later.stop()
        self._page.session.origins.show_values(self._page.source, self._page.image.id, False)
        self._page.session.touched.disconnect(self._world_changed)
