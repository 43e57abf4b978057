"""What is selected, in three lines under a list: what it is, its stack, what belongs to it; totals for several.

Asks the session for one thing, an image's layers, once the selection has come to rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from imagexplorer import resources
from imagexplorer.core.entities import Container, Image, ImageDetail, Selection, short_id
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.text import counted, exact_time, human_age, human_size, plain
from imagexplorer.models.columns import fixed_font
from imagexplorer.models.tables import ports_words, state_icon, state_tone, state_words, status_now
from imagexplorer.session import Session
from imagexplorer.views.elided import Elided
from imagexplorer.views.stack_bar import Slab, StackBar, slabs_of
from imagexplorer.views.theme import mnemonic_free, plain_label, set_tip, tone_color

REST_MS = 150
"""The selection may run over many rows; only where it stays is asked about."""
_RELATED = 6


def image_totals(images: Sequence[Image]) -> str:
    """`4 images, 1.2 GB, 310 MB shared with no other`; sizes that are not known yet are left out with a sign."""
    parts = [counted(len(images), "image")]
    for values, words in (
        ([image.size_bytes for image in images], ""),
        ([image.unique_bytes for image in images], " shared with no other"),
    ):
        known = [value for value in values if value is not None]
        if known:
            parts.append(f"{'≥ ' if len(known) < len(values) else ''}{human_size(sum(known))}{words}")
    return ", ".join(parts)


def container_totals(containers: Sequence[Container]) -> str:
    """`3 containers, 2 running, 12 MB written`."""
    parts = [counted(len(containers), "container")]
    running = sum(container.running for container in containers)
    parts.append(f"{running:,} running" if running else "none running")
    known = [each.writable_bytes for each in containers if each.writable_bytes is not None]
    if known:
        parts.append(f"{'≥ ' if len(known) < len(containers) else ''}{human_size(sum(known))} written")
    return ", ".join(parts)


def shown_of(shown: int, total: int, noun: str, totals: str) -> str:
    """`2 of 8 containers, 1 running`: `totals` are those of the shown ones."""
    rest = totals.partition(", ")[2]
    return f"{shown:,} of {counted(total, noun)}" + (f", {rest}" if rest else "")


class DetailsPane(QFrame):
    def __init__(self, session: Session, lane: str, open_action: QAction | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Details of the selection"))
        self._session = session
        self._lane = lane
        self._selection = Selection()
        self._asked = ""
        self._detail: ImageDetail | None = None
        self._icon = plain_label()
        self._icon.setFixedWidth(16)
        self.title = Elided()
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.identity = plain_label(selectable=True)
        self.identity.setFont(fixed_font())
        self.facts = Elided()
        self.open = QToolButton()
        self.open.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        if open_action is not None:
            self.open.setDefaultAction(open_action)
        self.bar = StackBar()
        self.words = Elided()
        self._related = QHBoxLayout()
        self._related.setSpacing(4)
        self._buttons: list[_Link] = []
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._icon)
        first.addWidget(self.title, 3)
        first.addWidget(self.identity)
        first.addWidget(self.facts, 4)
        first.addWidget(self.open)
        third = QHBoxLayout()
        third.setSpacing(8)
        third.addWidget(self.words, 1)
        third.addLayout(self._related)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addLayout(first)
        layout.addWidget(self.bar)
        layout.addLayout(third)
        layout.addStretch()
        line = self.fontMetrics().height()
        self.setMinimumHeight(2 * max(line + 8, self.open.sizeHint().height()) + 16 + 32)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        session.containers_changed.connect(self._show)
        self.show_selection(Selection())

    def show_selection(self, selection: Selection) -> None:
        self._selection = selection
        wanted = self._wanted()
        if wanted != self._asked:
            self._detail = None
            self._asked = ""
            self._session.jobs.drop(self._lane)
            if wanted:
                self._rest.start()
            else:
                self._rest.stop()
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._rest.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()  # icons in the colours of the new one

    def _one(self) -> Image | Container | None:
        things: list[Image | Container] = [*self._selection.images, *self._selection.containers]
        return things[0] if len(things) == 1 else None

    def _wanted(self) -> str:
        """The image whose stack is shown."""
        one = self._one()
        if isinstance(one, Image):
            return one.id
        return one.image_id or one.image if one is not None else ""

    def _ask(self) -> None:
        wanted = self._wanted()
        if not wanted or wanted == self._asked or not self.isVisible():  # out of sight nobody asks
            return
        self._asked = wanted
        self._session.load_image(self._lane, self._selection.source, wanted, self._answer, self._no_answer)

    def _answer(self, detail: ImageDetail) -> None:
        self._detail = detail
        self._show()

    def _no_answer(self, error: ImagexplorerError) -> None:
        # The row itself stays right; what could not be read about it is said in its place.
        self.words.set_whole(str(error))

    # -- showing ------------------------------------------------------------------------------------

    def _show(self) -> None:
        one = self._one()
        self._icon.setVisible(one is not None)
        self.identity.setVisible(one is not None)
        self.open.setVisible(one is not None)
        self.bar.setVisible(one is not None)
        if isinstance(one, Image):
            self._show_image(one)
        elif isinstance(one, Container):
            self._show_container(one)
        else:
            self._show_many()

    def _show_many(self) -> None:
        images, containers = self._selection.images, self._selection.containers
        if images:
            self.title.set_whole(image_totals(images))
            used = sum(bool(image.containers) for image in images)
            self.words.set_whole(f"{used:,} of them in use by containers" if used else "")
        elif containers:
            self.title.set_whole(container_totals(containers))
            self.words.set_whole("")
        else:
            self.title.set_whole("")
            self.words.set_whole(self.tr("Select a row to see what it is made of; Enter opens it."))
        self.facts.set_whole("")
        self._show_related([])

    def _show_image(self, image: Image) -> None:
        self._icon.setPixmap(resources.icon("image").pixmap(16, 16))
        self.title.set_whole(image.name if image.tags else f"<none> {short_id(image.id)}")
        self._show_identity(image.id)
        facts = [str(image.platform) if image.platform else "", human_size(image.size_bytes)]
        if self._detail is not None:
            facts.append(counted(len(self._detail.layers), "layer"))
            if not image.platform:
                config = self._detail.config
                facts[0] = "/".join(str(config.get(key)) for key in ("os", "architecture") if config.get(key))
        facts.append(human_age(image.created))
        self.facts.set_whole("   ".join(fact for fact in facts if fact))
        self.bar.set_slabs(slabs_of(self._detail) if self._detail is not None else [])
        users = [each for each in self._session.containers if (each.image_id, each.source) == (image.id, image.source)]
        if self._session.containers_known and users:
            self.words.set_whole(counted(len(users), "container"))
        else:
            self.words.set_whole(self.tr("No container uses this image") if self._session.containers_known else "")
        self._show_related(users)

    def _show_container(self, container: Container) -> None:
        tone = state_tone(container)
        self._icon.setPixmap(resources.icon(state_icon(container), tone_color(tone)).pixmap(16, 16))
        self.title.set_whole(container.name)
        self._show_identity(container.id)
        facts = [
            state_words(container),
            status_now(container),
            ports_words(container.ports),
            f"{human_size(container.writable_bytes)} written" if container.writable_bytes is not None else "",
        ]
        self.facts.set_whole("   ".join(fact for fact in facts if fact))
        slabs = slabs_of(self._detail) if self._detail is not None else []
        if slabs:
            written = container.writable_bytes
            slabs.append(Slab(f"writable layer, {human_size(written)}\nwhat {container.name} wrote", written, True))
        self.bar.set_slabs(slabs)
        mounts = f"{counted(len(container.mounts), 'mount')} outside its layers" if container.mounts else ""
        words = [
            f"from {container.image}",
            f"created {exact_time(container.created)}" if container.created else "",
            mounts,
        ]
        self.words.set_whole("   ".join(word for word in words if word))
        of = (container.image_id, container.source)
        self._show_related([image for image in self._session.images if (image.id, image.source) == of])

    def _show_identity(self, identifier: str) -> None:
        self.identity.set_text(short_id(identifier))
        set_tip(self.identity, plain(identifier))

    def _show_related(self, things: Sequence[Image | Container]) -> None:
        """Buttons that open what belongs to the row."""
        shown = things[:_RELATED]
        while len(self._buttons) < len(shown):
            button = _Link()
            button.clicked.connect(lambda _checked=False, button=button: self._open(button))
            self._related.addWidget(button)
            self._buttons.append(button)
        for button, thing in zip(self._buttons, shown, strict=False):
            kind = "image" if isinstance(thing, Image) else "container"
            button.wanted = (kind, thing)
            button.setText(mnemonic_free(thing.name))
            button.setIcon(
                resources.icon("image")
                if isinstance(thing, Image)
                else resources.icon(state_icon(thing), tone_color(state_tone(thing)))
            )
            set_tip(button, f"Open {kind} {thing.name}")
        for number, button in enumerate(self._buttons):
            button.setVisible(number < len(shown))

    def _open(self, button: _Link) -> None:
        if button.wanted is not None:
            self._session.page_wanted.emit(*button.wanted)


class _Link(QToolButton):
    """A button that opens the page of the thing it names."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted: tuple[str, Image | Container] | None = None
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
