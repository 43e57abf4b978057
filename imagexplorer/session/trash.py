"""The trash: what a delete keeps first, and how it comes back. Files are `output.trash`'s, acts are those of `acts`.

Where something cannot be kept, its delete is not sent. Callbacks answer on the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Touched
from imagexplorer.core.errors import ImagexplorerError, NotFound
from imagexplorer.core.text import human_size, plain
from imagexplorer.core.trash import TrashItem, TrashLimits, in_order, title_of
from imagexplorer.jobs import Jobs
from imagexplorer.session.acts import Acts
from imagexplorer.session.bringing_back import bring_back, lines_back
from imagexplorer.session.keeping import Keeper
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed
from imagexplorer.session.things import One
from imagexplorer.settings import Settings

if TYPE_CHECKING:
    from imagexplorer.output.trash import TrashFolder

_KEEP, _LIMIT, _DAYS = "trash.keep", "trash.limit_bytes", "trash.days"
_DIRECTORY = "trash.directory"
_TOLD = 3


def _folder(directory: str) -> TrashFolder:
    from imagexplorer.output.trash import TrashFolder

    if directory:
        return TrashFolder(Path(directory))
    import platformdirs

    return TrashFolder(Path(platformdirs.user_data_dir("imagexplorer", appauthor=False)) / "trash")


class Trash(QObject):
    changed = Signal()  # `items`

    def __init__(
        self,
        jobs: Jobs,
        acts: Acts,
        link: Callable[[str], Link],
        say: Callable[[str], None],
        settings: Settings | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Without settings there is none."""
        super().__init__(parent)
        self._jobs, self._acts, self._link, self._say, self._settings = jobs, acts, link, say, settings
        self.items: tuple[TrashItem, ...] = ()

    @property
    def there(self) -> bool:
        return self._settings is not None

    @property
    def keeps(self) -> bool:
        """Whether what is deleted is kept unless somebody says no."""
        return self._settings is not None and self._settings.flag(_KEEP)

    @property
    def limits(self) -> TrashLimits:
        usual, settings = TrashLimits(), self._settings
        if settings is None:
            return usual
        return TrashLimits(settings.number(_LIMIT, usual.bytes, 0), settings.number(_DAYS, usual.days, 0))

    def set_up(self, keeps: bool, limits: TrashLimits) -> None:
        """Holds at once: what is beyond the limits goes."""
        if self._settings is not None:
            for key, value in ((_KEEP, keeps), (_LIMIT, limits.bytes), (_DAYS, limits.days)):
                self._settings.set(key, value)
            self._settings.save()
            self.look()

    def look(self) -> None:
        """What is in it now; what is too old or too much goes."""
        if self._settings is None:
            return
        directory, limits = self._settings.text(_DIRECTORY), self.limits
        self._jobs.load("trash", lambda _control: _folder(directory).sweep(limits), self._found)

    def remove(self, items: Sequence[TrashItem]) -> None:
        """For good."""
        directory = self._settings.text(_DIRECTORY) if self._settings is not None else ""

        def work(_control: Control) -> Sequence[TrashItem]:
            folder = _folder(directory)
            for item in items:
                folder.remove(item.id)
            return folder.items()

        self._jobs.load("trash", work, self._found)

    def newest(self, source: str) -> tuple[TrashItem, ...]:
        """All that the last delete took on an engine that is open."""
        here = [item for item in self.items if item.source == self._location(source)]
        return tuple(item for item in here if item is here[0] or (item.deed and item.deed == here[0].deed))

    # -- keeping ------------------------------------------------------------------------------------

    def keeper(self, source: str, whole: Collection[str] = ()) -> Keeper:
        """For one delete: it keeps first what is taken. `whole` are ids of images that go; of others only names are
        taken off."""
        directory = self._settings.text(_DIRECTORY) if self._settings is not None else ""
        state = self._link(source).state
        where = (state.address.location, state.name)
        return Keeper(lambda: _folder(directory), self.limits, where, self._link(source).source, whole)

    # -- bringing back ------------------------------------------------------------------------------

    def undo(self, source: str, items: Sequence[TrashItem], failed: Failed) -> None:
        """They come back, what others need first, with the names that nobody else has by now. Says what could not be
        restored, and why."""
        opened: Any = self._link(source).source
        directory = self._settings.text(_DIRECTORY) if self._settings is not None else ""
        back = in_order(items)
        told: list[str] = []
        program = self._acts.program(source)

        def one(item: TrashItem) -> One:
            def call(host: Any, control: Control) -> Touched:
                folder = _folder(directory)
                if all(each.id != item.id for each in folder.items()):  # asked twice, or by another window
                    raise NotFound(item.title, "it is not in the trash any more")
                touched, words = bring_back(item, folder, opened, host, program, control)
                folder.remove(item.id)
                told.append(f"{item.title}{words}")
                return touched

            return One(item.title, call)

        def over(_touched: Touched) -> None:
            few = len(told) <= _TOLD or any(";" in words for words in told)
            self._say(plain(f"Brought back {'; '.join(told) if few else title_of(back)}", 600))
            self.look()

        def broke(error: ImagexplorerError) -> None:
            self.look()
            failed(error)

        lines = [line for item in back for line in lines_back(item, program)]
        self._acts.act(source, f"Undo: {title_of(back)}", [one(each) for each in back], " && ".join(lines), broke, over)

    # -- inside -------------------------------------------------------------------------------------

    def _found(self, items: Sequence[TrashItem]) -> None:
        if tuple(items) != self.items:
            self.items = tuple(items)
            self.changed.emit()

    def _location(self, source: str) -> str:
        try:
            return self._link(source).state.address.location
        except NotFound:
            return ""


def summary(items: Sequence[TrashItem], limits: TrashLimits) -> str:
    size = human_size(sum(item.bytes for item in items))
    return f"{size} of {human_size(limits.bytes)}; each is kept for {limits.days} days"
