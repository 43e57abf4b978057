"""The session itself: which sources are open, which is current, and the one door for refresh.

Engine events, our own actions and a reconnect all end in `refresh(touched)`. What pages ask stands in `questions`.
Knows no widget and no action.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.activity import Activity
from imagexplorer.core.entities import Address, Touched
from imagexplorer.core.errors import NotFound
from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs
from imagexplorer.session.copying import Copying
from imagexplorer.session.engines import Engines, FindPlaces, as_line, from_line
from imagexplorer.session.from_changes import FromChanges
from imagexplorer.session.index_cache import IndexCache
from imagexplorer.session.life_acts import LifeActs
from imagexplorer.session.link import Link
from imagexplorer.session.looks import Look
from imagexplorer.session.pruning import Pruning
from imagexplorer.session.records import FAILED, FindEngine, OpenAddress, OpenSource, Tried
from imagexplorer.session.reports import ReadReport, Reports
from imagexplorer.session.search import EngineSearch
from imagexplorer.session.shown import Shown
from imagexplorer.session.together import ALL_ENGINES
from imagexplorer.session.trash import Trash
from imagexplorer.session.wanted import WantedImage
from imagexplorer.settings import Settings

_FILE_KEY = "file:"
_ENGINE_KEY = "engine:"
_LOCKED = "engine.locked"


class Session(Shown):
    """`open_address` and `find_engine` lead to the worker process, or in a test to sources made up. `sample` is the
    path of the sample image; `cache` None where there is none to speak of."""

    sources_changed = Signal()  # `sources`, `current`, `tried` or one state changed
    images_changed = Signal()  # `images` of the current source
    containers_changed = Signal()  # `containers` of the current source
    touched = Signal(object)  # Touched: pages that show one of these ask again
    page_wanted = Signal(str, object)  # ("image", Image), ("container", Container) or ("container/terminal", ...)
    list_wanted = Signal(str)  # "images" or "containers"
    message = Signal(str)  # one line for the activity strip
    failed = Signal(object)  # ImagexplorerError that no page waits for: shown with its way out

    def __init__(
        self,
        jobs: Jobs,
        open_address: OpenAddress,
        find_engine: FindEngine,
        sample: str = "",
        parent: QObject | None = None,
        cache: IndexCache | None = None,
        read_report: ReadReport | None = None,
        find_places: FindPlaces | None = None,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(jobs, parent)
        self.reports = Reports(jobs, read_report, self)
        self.cache = cache
        self.activity = Activity()
        self.acts = LifeActs(jobs, self.link, self.activity, self.message.emit)
        self.copying = Copying(jobs, self.link, self.activity, self.message.emit)
        self.trash = Trash(jobs, self.acts, self.link, self.message.emit, settings, self)
        self.pruning = Pruning(self._ask, self.acts, self.message.emit)
        self.from_changes = FromChanges(self._ask, self.message.emit)
        self._open_address, self._sample = open_address, sample
        self._locked = set(settings.texts(_LOCKED)) if settings is not None else set[str]()
        self._settings = settings
        self._kept: dict[str, Address] = {}
        self._wanted: WantedImage | None = None
        self.engines = Engines(jobs, find_places, open_address, self._engine_chosen, self)
        self._search = EngineSearch(jobs, find_engine, self)
        self._search.found.connect(self._engine_found)
        self._search.changed.connect(self._search_changed)
        jobs.touched.connect(self.refresh)

    # -- state, read by views -------------------------------------------------------------------
    @property
    def tried(self) -> Sequence[Tried]:
        """Why there is no engine: shown by the start page."""
        return self._search.tried

    @property
    def has_engine(self) -> bool:
        return any(link.state.is_engine for link in self._links.values())

    @property
    def looking(self) -> bool:
        """Whether an engine is being looked for at this moment."""
        return self._search.looking

    def link(self, source: str) -> Link:
        """For this room only. Raises NotFound."""
        try:
            return self._links[source]
        except KeyError:
            raise NotFound(source or "source", "it is not open any more") from None

    # -- sources --------------------------------------------------------------------------------
    def start(self, host: str = "", target: str = "", image: str = "", platform: str = "") -> None:
        """Find an engine (or the one named), open `target` as soon as its source is there: that `image` of a file (the
        first, where none is named), that `platform` of an image. Raises WrongUse."""
        wanted = self._wanted = WantedImage(target, image, platform) if target else None
        self._search.start(host)
        if wanted is not None and wanted.is_path:
            self.open_path(wanted.path, wanted)

    def open_path(self, path: str, wanted: WantedImage | None = None) -> None:
        """Add a file source (archive, layout folder) and make it current; its only image, or the one that is wanted,
        opens at once."""
        location = os.path.abspath(os.path.expanduser(path))
        if self.reports.takes(location):
            return
        key = f"{_FILE_KEY}{location}"
        if key not in self._links:
            link = self._add(key, Address("file", location, os.path.basename(location)))
            if wanted is not None:
                link.connected.connect(lambda: wanted.open(self, key))
            else:
                link.images_changed.connect(lambda: self._open_only_image(key))
            link.connect_source()
        else:
            self._open_only_image(key)
        self.choose(key)
        self.list_wanted.emit("images")

    @property
    def files(self) -> Sequence[str]:
        """Paths of the files that are open and could be read; the sample is none of the user's."""
        states = [state for state in self.sources if not state.is_engine and state.state != FAILED]
        paths = [state.key.removeprefix(_FILE_KEY) for state in states]
        return [path for path in paths if not self._sample or path != os.path.abspath(self._sample)]

    def reopen(self, paths: Sequence[str]) -> None:
        """Files of an earlier run as sources, none of them current. One that is not there any more is said quietly."""
        gone = []
        for path in paths:
            key = f"{_FILE_KEY}{path}"
            if key in self._links:
                continue
            if not os.path.exists(path):
                gone.append(os.path.basename(path))
                continue
            link = self._add(key, Address("file", path, os.path.basename(path)))
            link.images_changed.connect(lambda key=key: self._open_only_image(key))
            link.connect_source()
        if gone:
            self.message.emit(plain(f"No longer there: {', '.join(gone)}", 300))

    def open_sample(self) -> None:
        if self._sample:
            self.open_path(self._sample)

    def choose(self, key: str) -> None:
        """Make a source current, or all engines together."""
        there = self.together is not None if key == ALL_ENGINES else key in self._links
        if there and key != self._current:
            self._current = key
            self._tell_everything()

    def lock(self, key: str, locked: bool) -> None:
        """From now on nothing is changed on that engine, also the next time it is opened; or it may be again."""
        link = self._links.get(key)
        if link is None:
            return
        change = self._locked.add if locked else self._locked.discard
        change(link.state.address.location)
        if self._settings is not None:
            self._settings.set(_LOCKED, sorted(self._locked))
        link.lock(locked)

    def close_source(self, key: str) -> None:
        link = self._links.pop(key, None)
        if link is None:
            return
        link.close()
        link.deleteLater()
        if key == self._current or (self._current == ALL_ENGINES and self.together is None):
            self._current = next(iter(self._links), "")
        self._tell_everything()

    def show_as(self, key: str, look: Look) -> None:
        """The user's name and colour for a source."""
        now = [state.key for state in self.sources]
        self.looks.give(key, look)
        self.looks.order(now)  # what is known of one sorts before what is not: the order stays
        if key in self._links:
            self._links[key].show_as(look)
        self._tell_everything()

    def move(self, key: str, step: int) -> None:
        """Up (-1) or down (1) among its like."""
        states = {state.key: state for state in self.sources}
        if key not in states:
            return
        like = [each for each, state in states.items() if state.is_engine == states[key].is_engine]
        at = like.index(key)
        like.insert(max(at + step, 0), like.pop(at))
        self.looks.order([*like, *(each for each in states if each not in like)])
        self._tell_everything()

    def retry(self, key: str = "") -> None:
        """Try a source again now; without one, look for an engine again."""
        link = self._links.get(key)
        lost = [each for each in self._engines if not each.live] if key == ALL_ENGINES else []
        for each in lost if link is None else [link]:
            each.connect_source()
        if link is None and not lost:
            self._search.look()

    def _engine_found(self, source: OpenSource) -> None:
        address = source.address
        key = f"{_ENGINE_KEY}{address.location}"
        if key in self._links:  # closing tells the worker, which may be busy: not on this thread
            if not self._current:
                self.choose(key)
            self.jobs.load("search/close", lambda _control: source.close(), lambda _none: None, lambda _error: None)
            return
        link = self._add(key, address, source)
        link.connected.connect(lambda: self._engine_connected(key))
        if not self._current:
            self._current = key
        link.connect_source()
        self._tell_everything()

    def _engine_chosen(self, source: OpenSource) -> None:
        """By the user, so it is current at once, and there again the next time."""
        key = f"{_ENGINE_KEY}{source.address.location}"
        known = self._links.get(key)
        self._engine_found(source)
        self._kept[key] = source.address
        if known is not None:
            known.take_over(source.address)
        self.choose(key)
        self.list_wanted.emit("images")

    @property
    def kept_engines(self) -> Sequence[str]:
        """Those that the user chose, as lines for the settings."""
        return [as_line(address) for key, address in self._kept.items() if key in self._links]

    def reopen_engines(self, lines: Sequence[str]) -> None:
        """Engines of an earlier run as sources, none of them current; one that does not answer is tried again."""
        for line in lines:
            address = from_line(line)
            key = f"{_ENGINE_KEY}{address.location}" if address is not None else ""
            if address is None or not address.location or key in self._links:
                continue
            self._kept[key] = address
            link = self._add(key, address)
            link.patient = True
            link.connect_source()
        self._tell_everything()

    def _search_changed(self) -> None:
        self.sources_changed.emit()
        if self._wanted is not None and self.tried and not (self.looking or self.has_engine):
            self._wanted.say_waiting(self)

    def _engine_connected(self, key: str) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            wanted.look(self, key)

    def _add(self, key: str, address: Address, source: OpenSource | None = None) -> Link:
        link = Link(key, address, self.jobs, self._open_address, self, source)
        self._links[key] = link
        if self.looks.of(key) != Look():
            link.show_as(self.looks.of(key))
        if address.location in self._locked:
            link.lock(True)

        def if_current(tell: Callable[[], None]) -> Callable[[], None]:
            return lambda: tell() if link in self._shown else None

        link.changed.connect(self.sources_changed)
        link.images_changed.connect(if_current(self.images_changed.emit))
        link.containers_changed.connect(if_current(self.containers_changed.emit))
        link.touched.connect(self.touched)
        link.message.connect(self.message)
        return link

    def _tell_everything(self) -> None:
        self.sources_changed.emit()
        self.images_changed.emit()
        self.containers_changed.emit()

    def _open_only_image(self, key: str) -> None:
        link = self._links.get(key)
        if link is not None and key == self._current and len(link.rows.images) == 1:
            self.page_wanted.emit("image", link.rows.images[0])

    # -- the one door ---------------------------------------------------------------------------
    def refresh(self, touched: Touched) -> None:
        """Read again what these things show on (gathered for 200 ms), then tell by the signals above."""
        for link in self._links.values():
            if link.state.is_engine or link.key == self._current:
                link.refresh(touched)

    # -- the end --------------------------------------------------------------------------------
    def close(self) -> None:
        """Ends what runs and lets go of every source."""
        self._search.stop()
        self.checking.close()
        self.taken_out.close()
        for link in self._links.values():
            link.close()
        self._links.clear()
        self._current = ""
