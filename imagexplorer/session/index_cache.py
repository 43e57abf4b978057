"""The cache of layer indexes as the window speaks of it: how large it is and may be, and clearing it.

Looks at its folder on a thread; what is in it is `indexing`'s. Any use of it goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.jobs import Jobs
from imagexplorer.settings import Settings

if TYPE_CHECKING:
    from imagexplorer.indexing.cache import Cache
    from imagexplorer.indexing.records import CacheOptions

Tell = Callable[["CacheOptions", Control], None]

_LANE = "cache"
_LIMIT = "cache.limit_bytes"


def cache_options(settings: Settings) -> CacheOptions:
    """As the settings have it; the usual ones where they say nothing."""
    from imagexplorer.indexing.records import CacheOptions

    usual = CacheOptions()
    return CacheOptions(
        settings.flag("cache.enabled", True),
        settings.text("cache.directory"),
        settings.number(_LIMIT, usual.limit_bytes, 0),
    )


class IndexCache(QObject):
    """`changed` when `used_bytes` is known anew (None: not known yet)."""

    changed = Signal()

    def __init__(self, jobs: Jobs, settings: Settings, tell: Tell | None = None, parent: QObject | None = None) -> None:
        """`tell` lets those who read know of a new limit; it is called on a thread."""
        super().__init__(parent)
        self._jobs, self._settings, self._tell = jobs, settings, tell
        self.used_bytes: int | None = None
        self.directory = ""

    @property
    def enabled(self) -> bool:
        return cache_options(self._settings).enabled

    @property
    def limit_bytes(self) -> int:
        return cache_options(self._settings).limit_bytes

    def look(self) -> None:
        self._do(lambda _cache: None)

    def clear(self) -> None:
        """Remove all of it: nothing is lost but the time to read it again."""
        self._do(lambda cache: cache.clear(), "Clearing the cache")

    def set_limit(self, limit_bytes: int) -> None:
        """Kept in the settings and by all who read; what is beyond it goes now, the least recently used first."""
        self._settings.set(_LIMIT, limit_bytes)
        self._settings.save()
        self._do(lambda cache: cache.trim(), tell=self._tell)

    def _do(self, act: Callable[[Cache], None], title: str = "", tell: Tell | None = None) -> None:
        options = cache_options(self._settings)

        def work(control: Control) -> tuple[int, str]:
            from imagexplorer.indexing.cache import open_cache

            if tell is not None:
                tell(options, control)
            cache = open_cache(options)
            if cache is None:
                return 0, ""
            act(cache)
            return cache.used_bytes(), str(cache.directory)

        def done(answer: tuple[int, str]) -> None:
            self.used_bytes, self.directory = answer
            self.changed.emit()

        def failed(_error: ImagexplorerError) -> None:
            self.used_bytes = None
            self.changed.emit()

        self._jobs.load(_LANE, work, done, failed, title)
