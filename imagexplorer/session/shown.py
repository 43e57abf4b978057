"""What the lists show: the rows of the current source, or of all engines together. Read by views; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from imagexplorer.core.entities import Container, Image
from imagexplorer.jobs import Jobs
from imagexplorer.session.link import Link
from imagexplorer.session.looks import Looks
from imagexplorer.session.questions import Questions
from imagexplorer.session.records import SourceState
from imagexplorer.session.together import ALL_ENGINES, Marked, together


class Shown(Questions):
    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(jobs, parent)
        self._current = ""
        self.looks = Looks()
        self._all_images: Marked[Image] = Marked()
        self._all_containers: Marked[Container] = Marked()

    @property
    def sources(self) -> Sequence[SourceState]:
        return [link.state for link in self._ordered]

    @property
    def _ordered(self) -> list[Link]:
        """As the user wants them."""
        return sorted(self._links.values(), key=lambda link: self.looks.place(link.key))

    @property
    def current(self) -> SourceState | None:
        """A state of its own where all engines are shown together (`together.ALL_ENGINES`)."""
        if self._current == ALL_ENGINES:
            return self.together
        link = self._links.get(self._current)
        return None if link is None else link.state

    @property
    def together(self) -> SourceState | None:
        """All engines as one; None as long as there are not two."""
        engines = self._engines
        return together([link.state for link in engines]) if len(engines) > 1 else None

    def source_of(self, record: Image | Container) -> str:
        """The key of the source whose row it is; else of the current one, "" where that are several."""
        if record.source or self._current != ALL_ENGINES:
            return record.source or self._current
        known = (link for link in self._engines if link.rows.has(record.id))
        return next((link.key for link in known), "")

    def name_of(self, key: str) -> str:
        link = self._links.get(key)
        return key if link is None else link.state.name

    @property
    def _engines(self) -> list[Link]:
        return [link for link in self._ordered if link.state.is_engine]

    @property
    def _shown(self) -> list[Link]:
        """Whose rows the lists show."""
        if self._current == ALL_ENGINES:
            return self._engines
        link = self._links.get(self._current)
        return [] if link is None else [link]

    @property
    def images(self) -> Sequence[Image]:
        if self._current == ALL_ENGINES:
            return self._all_images.rows([(link.key, link.rows.images) for link in self._engines])
        return next((link.rows.images for link in self._shown), ())

    @property
    def containers(self) -> Sequence[Container]:
        if self._current == ALL_ENGINES:
            return self._all_containers.rows([(link.key, link.rows.containers) for link in self._engines])
        return next((link.rows.containers for link in self._shown), ())

    @property
    def images_known(self) -> bool:
        """False until the first answer: "reading" and "none" look different."""
        return any(link.rows.images_known for link in self._shown)

    @property
    def containers_known(self) -> bool:
        return any(link.rows.containers_known for link in self._shown)

    def rows_of(self, source: str) -> tuple[Sequence[Image], Sequence[Container]]:
        """The lists of a source that need not be the current one; empty where it is closed."""
        link = self._links.get(source)
        return ((), ()) if link is None else (link.rows.images, link.rows.containers)

    def weigh(self) -> None:
        """Have the writable layers of the current source weighed again: no event says that one grows."""
        for link in self._shown:
            link.weigh()

    def growth_of(self, container_id: str) -> float:
        """Bytes a minute by which its writable layer grows, of the current source."""
        return max((link.growth.a_minute(container_id) for link in self._shown), default=0.0)
