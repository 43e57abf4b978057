"""The trash: what a delete keeps first, and how it comes back. Files are `output.trash`'s, acts are those of `acts`.

Where something cannot be kept, its delete is not sent. Callbacks answer on the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from imagexplorer.core.command_line import joined
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, Container, Image, Touched, short_id
from imagexplorer.core.errors import ImagexplorerError, NotFound, Refused
from imagexplorer.core.text import human_size, plain
from imagexplorer.core.trash import CONTAINER, TAGS, TrashItem, TrashLimits
from imagexplorer.jobs import Jobs
from imagexplorer.session.acts import Acts
from imagexplorer.session.keeping import Keeper, id_of
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed
from imagexplorer.session.things import One
from imagexplorer.settings import Settings

if TYPE_CHECKING:
    from imagexplorer.output.trash import TrashFolder

_KEEP, _LIMIT, _DAYS = "trash.keep", "trash.limit_bytes", "trash.days"
_DIRECTORY = "trash.directory"


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

    def newest(self, source: str) -> TrashItem | None:
        """Of an engine that is open."""
        return next((item for item in self.items if item.source == self._location(source)), None)

    # -- keeping ------------------------------------------------------------------------------------

    def guard(self, source: str, whole: Collection[str]) -> Callable[[One, Image, str], One]:
        """For a delete: `guard(thing, image, reference)` keeps first what the thing takes. `whole` are ids of images
        that go; of the others only names are taken off."""
        return self._keeper(source).of_images(whole)

    def guard_container(self, source: str) -> Callable[[One, Container, bool], One]:
        """As `guard`, for containers: what a commit makes of one is kept, and the line that makes one like it."""
        return self._keeper(source).of_container

    def _keeper(self, source: str) -> Keeper:
        directory = self._settings.text(_DIRECTORY) if self._settings is not None else ""
        state = self._link(source).state
        where = (state.address.location, state.name)
        return Keeper(lambda: _folder(directory), self.limits, where, self._link(source).source)

    # -- bringing back ------------------------------------------------------------------------------

    def undo(self, source: str, item: TrashItem, failed: Failed) -> None:
        """It comes back with the names that nobody else has by now. Says what could not be restored, and why."""
        opened: Any = self._link(source).source
        directory = self._settings.text(_DIRECTORY) if self._settings is not None else ""
        from imagexplorer.core.run_parse import parse_run

        left: list[str] = []

        def call(host: Any, control: Control) -> Touched:
            folder = _folder(directory)
            if all(each.id != item.id for each in folder.items()):  # asked twice, or by another window
                raise NotFound(item.title, "it is not in the trash any more")
            identifier = self._back(folder, item, opened, host, control)
            if item.kind == CONTAINER:
                taken = any(each.name in item.names for each in host.containers(control))
                left.extend(item.names if taken else ())
                spec = parse_run(item.line).spec
                host.create(replace(spec, image=identifier, name="" if taken else spec.name), control)
                folder.remove(item.id)
                return Touched(frozenset({ALL}), frozenset({ALL}))
            for name in item.names:
                if id_of(opened, name, control) in ("", identifier):
                    host.tag(identifier, name, control)
                else:
                    left.append(name)
            folder.remove(item.id)
            return Touched(images=frozenset({ALL}))

        def over(_touched: Touched) -> None:
            what = "container" if item.kind == CONTAINER else "image"
            names = f"; {', '.join(left)} is the name of another {what} now, and stays that" if left else ""
            how = ", not started, upon an image of its own" if item.kind == CONTAINER else ""
            self._say(plain(f"Brought back {item.title}{how}{names}", 600))
            self.look()

        def broke(error: ImagexplorerError) -> None:
            self.look()
            failed(error)

        program = self._acts.program(source)
        lines = [joined([program, "load", "-i", f"{item.id}.tar"])] if item.kind != TAGS else []
        if item.kind == CONTAINER:
            lines.append(joined([program, "create", "--name", *item.names, short_id(item.image_id)]))
        else:
            lines += [joined([program, "tag", short_id(item.image_id), name]) for name in item.names]
        self._acts.act(source, f"Undo: {item.title}", [One(item.title, call)], " && ".join(lines), broke, over)

    @staticmethod
    def _back(folder: TrashFolder, item: TrashItem, opened: Any, host: Any, control: Control) -> str:
        there = id_of(opened, item.image_id, control)
        if there:
            return there
        if item.kind == TAGS:
            reason = "its image was deleted meanwhile, and only the names were kept"
            raise Refused(item.title, reason, "Pull or load the image, then tag it")
        return str(host.load(str(folder.found(item)), item.image_id, control))

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
