"""The page of a container: what its writable layer changed, on top of its image's stack, and its configuration.

Follows the engine: what `session.touched` names is asked again, and the tree keeps its place. Knows no source.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QWidget

from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import ALL, Container, ContainerDetail, ImageDetail, Selection, Touched
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Unreachable
from imagexplorer.core.secrets import is_long, masked_container, masked_image
from imagexplorer.core.text import human_age, human_size
from imagexplorer.models.stack_model import WRITABLE, Slab, slabs_of
from imagexplorer.models.tables import ports_words, state_icon, state_tone, state_words, status_now
from imagexplorer.session import Session
from imagexplorer.views.beside_tab import BesideTab
from imagexplorer.views.changes_since import ChangesSince
from imagexplorer.views.config_tab import ContainerConfig
from imagexplorer.views.container_files import FilesTab
from imagexplorer.views.error_text import sentence_of
from imagexplorer.views.header_state import HeaderState
from imagexplorer.views.header_use import HeaderUse
from imagexplorer.views.history_tab import HistoryTab
from imagexplorer.views.logs_tab import LogsTab
from imagexplorer.views.page_tab import PageTab
from imagexplorer.views.processes_tab import ProcessesTab
from imagexplorer.views.record_page import RecordPage
from imagexplorer.views.stack_pane import StackPane
from imagexplorer.views.stats_tab import StatsTab
from imagexplorer.views.terminal_tab import TerminalTab


class ContainerPage(RecordPage):
    def __init__(
        self, session: Session, registry: Registry, source: str, container: Container, parent: QWidget | None = None
    ) -> None:
        super().__init__("container", session, registry, source, parent)
        self.container = container
        self.detail: ContainerDetail | None = None
        self._masked: ContainerDetail | None = None
        self._image: ImageDetail | None = None
        self._masked_image: ImageDetail | None = None
        self._image_failed = ""
        self._written: int | None = container.writable_bytes
        self._failed: ImagexplorerError | None = None
        self.stack = StackPane()
        self.changes = ChangesSince(self)
        self.tabs.addTab(self.side_by_side(self.stack, self.changes), self.tr("&Changes"))
        for tab, title in self._more_tabs():
            self.tabs.addTab(tab, title)
        self.use = HeaderUse(self)
        self.use.changed.connect(self._show_facts)
        self.changes.removed.connect(self.show_removed)
        self.changes.summed.connect(self._summed)
        self.changes.failed.connect(self._changes_failed)
        self.stack.view.doubleClicked.connect(lambda _index: self._open_image())
        self.setFocusProxy(self.changes)
        self.show_header()
        self._show_stack()
        self.stack.view.select_row(0)
        self.changes.begin()
        self._ask()

    # -- for the window -------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return self.container.name

    def selection(self) -> Selection:
        return Selection(self.source, self.live, containers=() if self.gone else (self.container,))

    def headers(self) -> dict[str, HeaderState]:
        return {"changes": self.changes.tree.header_state}

    def _more_tabs(self) -> list[tuple[PageTab[ContainerPage], str]]:
        """Each in a file of its own, made when first looked at."""
        return [
            (FilesTab(self), self.tr("&Files")),
            (LogsTab(self), self.tr("&Logs")),
            (TerminalTab(self), self.tr("&Terminal")),
            (StatsTab(self), self.tr("&Stats")),
            (ProcessesTab(self), self.tr("&Processes")),
            (HistoryTab(self), self.tr("&History")),
            (ContainerConfig(self), self.tr("C&onfig")),
            (BesideTab(self), self.tr("Image &beside container")),
        ]

    @property
    def written(self) -> int | None:
        """Bytes of its writable layer, as far as they are known."""
        return self._written

    @property
    def shown(self) -> ContainerDetail | None:
        """What is known of it, without its secret values unless they are asked for."""
        return self.detail if self.values.isChecked() else self._masked

    @property
    def image(self) -> ImageDetail | None:
        """The image that it runs, None until it is known."""
        return self._image

    def focus_filter(self) -> None:
        if self.front is not None:
            self.front.focus_filter()
        else:
            self.changes.focus_filter()

    def refresh(self) -> None:
        self._failed = None
        self.notice.hide()
        if self.front is not None:
            self.front.ask_again()
        self.changes.look()
        self._ask()

    def _ask(self) -> None:
        self.session.load_container(self.lane + "detail", self.source, self.container.id, self._found, self._not_found)
        if self._image is None and self.container.image_id:
            self._image_failed = ""
            self.session.load_image(
                self.lane + "image", self.source, self.container.image_id, self._image_found, self._no_image
            )

    # -- the container --------------------------------------------------------------------------------

    def _found(self, detail: ContainerDetail) -> None:
        known, masked = self.detail, self._masked
        self.session.jobs.drop(self.lane + "masked")
        if known is not None and masked is not None and (known.raw, known.error) == (detail.raw, detail.error):
            self._show_detail(detail, replace(detail, raw=masked.raw, error=masked.error))
        elif not is_long(detail):
            self._show_detail(detail, masked_container(detail))
        else:
            load = self.session.documents.load_masked
            load(self.lane + "masked", self.source, detail, partial(self._show_detail, detail), self._not_found)

    def _show_detail(self, detail: ContainerDetail, masked: ContainerDetail) -> None:
        self.detail, self._masked = detail, masked
        known = detail.container
        self.container = known
        if known.writable_bytes is not None:
            self._written = known.writable_bytes
        self.use.look()
        self.show_header()
        self._offer_values()
        self.selection_changed.emit()
        self.known.emit()

    def _offer_values(self) -> None:
        """The switch for secret values stands where there are some."""
        self.values.setVisible(self._masked != self.detail or self._masked_image != self._image)

    def show_values(self) -> None:
        self._show_stack()
        self.known.emit()

    def _not_found(self, error: ImagexplorerError) -> None:
        if isinstance(error, NotFound) and self.live:
            self.show_removed()
        elif not isinstance(error, Cancelled):
            self._failed = error
            self.notice.show_notice("warning", sentence_of(error), self.tr("&Retry"), self.refresh)

    def show_header(self) -> None:
        container = self.container
        self.changes.mounts.show_mounts(container.mounts)
        self.header.show_title(container.name, container.id)
        if self.gone:
            self.header.show_state("dead", "error", self.tr("removed"))
        else:
            self.header.show_state(state_icon(container), state_tone(container), state_words(container))
        self._show_facts()

    def _show_facts(self) -> None:
        container = self.container
        self.header.show_facts(
            [
                # What may be long stands last: where there is no room it is cut.
                "" if self.gone else self._since(),
                *self.use.words,
                f"{human_size(self._written)} written" if self._written is not None else "",
                container.image,
                ports_words(container.ports),
            ]
        )

    def _since(self) -> str:
        """`started 3 hours ago`, `exit code 137, 5 minutes ago`; the engine's own words until its details are known."""
        detail = self.detail
        if detail is None:
            return status_now(self.container)
        age = human_age(detail.started)
        if self.container.running and self.container.state != "restarting":
            return f"started {age}" if age else ""
        if self.container.state == "created":  # so Podman also calls what ran when its host went down
            return self.tr("last started {age}").format(age=age) if age else self.tr("never started")
        parts = [f"exit code {detail.exit_code}" if detail.exit_code is not None else "", human_age(detail.finished)]
        return ", ".join(part for part in parts if part)

    def show_removed(self) -> None:
        self.gone = True
        self.use.look()
        self.show_header()
        self.notice.show_notice(
            "warning", self.tr("This container was removed. What was read of it can still be looked at.")
        )
        self.changes.end()
        self.selection_changed.emit()
        self.known.emit()

    # -- its stack ------------------------------------------------------------------------------------

    def _image_found(self, detail: ImageDetail) -> None:
        if not is_long(detail):
            self._show_image(detail, masked_image(detail))
        else:
            load = self.session.documents.load_masked
            load(self.lane + "masked image", self.source, detail, partial(self._show_image, detail), self._no_image)

    def _show_image(self, detail: ImageDetail, masked: ImageDetail) -> None:
        self._image, self._masked_image = detail, masked
        self._offer_values()
        self._show_stack()
        self.known.emit()

    def _no_image(self, error: ImagexplorerError) -> None:
        self._image_failed = sentence_of(error)
        self._show_stack()

    def _show_stack(self) -> None:
        image = self._image if self.values.isChecked() else self._masked_image
        below = slabs_of(image) if image is not None else []
        top = len(self._image.layers) if self._image is not None else 0
        words = self.tr("lost when the container is deleted")
        if self._image_failed:
            words = self.tr("its image cannot be read: {why}").format(why=self._image_failed)
        lit = Slab(WRITABLE, top, words, self._written, created=self.container.created)
        self.stack.set_slabs([lit, *below], self._image.layers if self._image is not None else ())

    def _open_image(self) -> None:
        """A double-click on one of the image's slabs."""
        slab = self.stack.view.current_slab()
        if self._image is not None and slab is not None and slab.kind != WRITABLE:
            self.session.page_wanted.emit("image", self._image.image)

    # -- its changes ----------------------------------------------------------------------------------

    def _summed(self, size: int, again: bool) -> None:
        """What the engine says of the whole layer counts directories too, but it is as old as the list's row: once
        something was written since, the tree's sum, which can be seen, is the truer one."""
        if self._written is None or again:
            self._written = size
        self.show_header()
        self._show_stack()

    def _changes_failed(self, error: ImagexplorerError) -> None:
        if self.changes.shown and not isinstance(error, Cancelled):
            self.notice.show_notice("warning", sentence_of(error), self.tr("&Retry"), self.refresh)

    # -- following the session --------------------------------------------------------------------------

    def world_changed(self, touched: object) -> None:
        if self.gone or not isinstance(touched, Touched):
            return
        if {self.container.id, self.container.name, ALL} & touched.containers:
            self.refresh()

    def source_changed(self) -> None:
        """What failed for want of an engine is asked again when it is back."""
        self.use.look()
        if self.live and isinstance(self._failed or self.changes.trouble, Unreachable):
            self.refresh()
        self.selection_changed.emit()
