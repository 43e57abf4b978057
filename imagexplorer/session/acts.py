"""What changes an engine: each a perform, in order, that says what it touched and is written down.

Ids are full ids, taken from the rows that the user saw. Nothing is forced but what the caller says. Of several things
each has its own result: what failed is named, what worked stays done. Asks nobody: asking is what actions do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any

from imagexplorer.core.activity import Activity
from imagexplorer.core.command_line import commit_command, joined, run_command, tag_commands
from imagexplorer.core.control import Control
from imagexplorer.core.entities import (
    ALL,
    DOCKER,
    CommitSpec,
    Container,
    Ended,
    Image,
    Touched,
    Volume,
    short_id,
    volume_name,
)
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Refused
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.world import VOLUME
from imagexplorer.jobs import Jobs
from imagexplorer.session.link import Link
from imagexplorer.session.records import Failed
from imagexplorer.session.things import One, called, one_by_one

if TYPE_CHECKING:
    from imagexplorer.session.keeping import Keeper

Say = Callable[[str], None]

_EVERY_ROW = Touched(frozenset({ALL}), frozenset({ALL}))


class Acts:
    def __init__(self, jobs: Jobs, link: Callable[[str], Link], activity: Activity, say: Say) -> None:
        self._jobs, self._link, self._activity, self._say = jobs, link, activity, say
        self._numbers = count(1)
        self._busy: list[tuple[str, str]] = []

    @property
    def busy(self) -> frozenset[str]:
        """Ids of what an act is under way for, or waits, on any engine."""
        return frozenset(each for _source, each in self._busy)

    def busy_on(self, source: str) -> frozenset[str]:
        """Those of one engine: an image is on several by the same id."""
        return frozenset(each for key, each in self._busy if key == source)

    def run(
        self, source: str, spec: RunSpec, done: Callable[[str], None] | None = None, failed: Failed | None = None
    ) -> None:
        """`done(container id)`. Not detached, it runs beside the others until it ends; cancelling leaves it alone."""
        if not spec.detach:
            self._run_attached(source, spec, done, failed)
            return
        made: list[str] = []

        def call(host: Any, control: Control) -> Touched:
            made.append(host.run(spec, control))
            return _EVERY_ROW

        def over(_touched: Touched) -> None:
            self._say(f"Started {spec.name or short_id(made[0])}")
            if done is not None:
                done(made[0])

        things = [One(spec.name or spec.image, call)]
        self.act(source, f"Run {spec.image}", things, run_command(spec, program=self.program(source)), failed, over)

    def _run_attached(
        self, source: str, spec: RunSpec, done: Callable[[str], None] | None, failed: Failed | None
    ) -> None:
        link, host = self._host(source)
        title = f"Run {spec.image}"
        record = self._activity.begin(title, run_command(spec, program=self.program(source)))

        def over(ended: Ended) -> None:
            words = "has ended" if ended.exit_code is None else f"ended with exit code {ended.exit_code}"
            self._activity.end(record, words if ended.exit_code else "", output=ended.output)
            link.refresh(_EVERY_ROW)
            said = f": {ended.output[-1]}" if ended.output else ""
            self._say(f"{spec.name or short_id(ended.container_id)} {words}{said}")
            if done is not None:
                done(ended.container_id)

        def broke(error: ImagexplorerError) -> None:
            link.refresh(_EVERY_ROW)
            if isinstance(error, Cancelled):
                self._activity.end(record, "not watched any more; the container goes on")
                self._say(
                    f"{spec.name or spec.image} is not watched any more and goes on: stop it among the containers"
                )
            else:
                self._activity.end(record, error)
            if failed is not None:
                failed(error)

        def work(control: Control) -> Ended:
            link.state.may_change(title)
            ended: Ended = host.run_attached(spec, control)
            return ended

        self._jobs.load(f"attached/{next(self._numbers)}", work, over, broke, title, record)

    def start(self, source: str, containers: Sequence[Container], failed: Failed | None = None) -> None:
        self._each(source, "start", containers, lambda host, each, control: host.start(each.id, control), failed)

    def restart(self, source: str, containers: Sequence[Container], failed: Failed | None = None) -> None:
        self._each(source, "restart", containers, lambda host, each, control: host.restart(each.id, control), failed)

    def commit(
        self,
        source: str,
        spec: CommitSpec,
        name: str,
        done: Callable[[str], None] | None = None,
        failed: Failed | None = None,
    ) -> None:
        """`done(image id)`."""
        made: list[str] = []

        def call(host: Any, control: Control) -> Touched:
            made.append(host.commit(spec, control))
            return Touched(frozenset({ALL}), frozenset({spec.container_id}))

        def over(_touched: Touched) -> None:
            reference = f"{spec.repository}:{spec.tag or 'latest'}" if spec.repository else short_id(made[0])
            self._say(f"Committed {name} as {reference}")
            if done is not None:
                done(made[0])

        line = commit_command(spec, name, self.program(source))
        self.act(source, f"Commit {name}", [One(name, call, spec.container_id)], line, failed, over)

    def tag(
        self,
        source: str,
        image: Image,
        add: str,
        remove: Sequence[str],
        failed: Failed | None = None,
        keeper: Keeper | None = None,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        """A name is added first, so that no moment leaves the image without one. `keeper` remembers what goes."""

        def one(name: str, do: Callable[[Any, Control], None]) -> One:
            def call(host: Any, control: Control) -> Touched:
                do(host, control)
                return Touched(images=frozenset({ALL}))

            return One(name, call, image.id)

        things = [one(add, lambda host, control: host.tag(image.id, add, control))] if add else []
        for name in remove:
            thing = one(name, lambda host, control, name=name: host.untag(image.id, name, control))  # type: ignore[misc]
            things.append(keeper.image(thing, image, name) if keeper is not None else thing)
        lines = tag_commands(image, add, remove, self.program(source))
        self.act(source, f"Tag {image.name}", things, " && ".join(lines), failed, lambda _touched: after())

    def delete(
        self,
        source: str,
        containers: Sequence[Container] = (),
        images: Sequence[tuple[str, Image]] = (),
        stop_first: bool = False,
        failed: Failed | None = None,
        done: Callable[[Touched], None] | None = None,
        volumes: Collection[str] = (),
        more: Sequence[One] = (),
        lines: Sequence[str] = (),
        named: Sequence[Volume] = (),
        keeper: Keeper | None = None,
    ) -> None:
        """Containers first, then images. `stop_first`: running containers are stopped, then removed; one that runs is
        not removed otherwise. `volumes`: ids of those whose nameless volumes go with them. Each image comes with a
        reference: its full id (the image goes) or a tag (the tag goes, and the image with its last one). `named` are
        volumes that go then. `more` comes after them, with command lines of its own; a `keeper` keeps first what each
        takes, and stops a container between."""
        from imagexplorer.core.removal_steps import Removal  # when first needed: the window is painted before

        things = []
        for each in containers:
            thing = self._removal(each, stop_first and keeper is None, each.id in volumes)
            if keeper is not None:
                thing = keeper.container(thing, each, stop_first, each.id in volumes)
            things.append(thing)
        for reference, image in images:
            thing = self._image_removal(reference, image)
            things.append(keeper.image(thing, image, reference) if keeper is not None else thing)
        for volume in named:
            thing = self._volume_removal(volume)
            things.append(keeper.volume(thing, volume) if keeper is not None else thing)
        doing = Removal(tuple(containers), tuple(images), frozenset(volumes), named=tuple(named))
        done_by = doing.lines(self.program(source), stop_first)
        things += more
        kinds = [word for word, there in (("containers", containers), ("images", images), ("volumes", named)) if there]
        self.act(
            source,
            f"Delete {called([each.name for each in things], kinds[0] if len(kinds) == 1 else 'things')}",
            things,
            " && ".join((*done_by, *lines)),
            failed,
            done,
        )

    def _removal(self, container: Container, stop_first: bool, volumes: bool = False) -> One:
        def call(host: Any, control: Control) -> Touched:
            if stop_first and container.running:
                host.stop(container.id, control)
            host.remove_container(container.id, control, volumes=volumes)
            if volumes:
                _remove_nameless(container, host, control)
            return Touched(frozenset({ALL}), frozenset({container.id}), frozenset({ALL} if volumes else ()))

        return One(container.name, call, container.id)

    def _image_removal(self, reference: str, image: Image) -> One:
        meant = "" if reference == image.id and image.tags else image.id  # an id with tags takes them, as was said

        def call(host: Any, control: Control) -> Touched:
            host.remove_image(reference, control, image_id=meant)
            return Touched(images=frozenset({image.id}))

        return One(image.name if reference == image.id else reference, call, image.id)

    def _volume_removal(self, volume: Volume) -> One:
        def call(host: Any, control: Control) -> Touched:
            host.remove_volume(volume.name, control, created=volume.created)
            return Touched(volumes=frozenset({volume.name}))

        return One(volume_name(volume.name), call, f"{VOLUME} {volume.name}")

    # -- how ------------------------------------------------------------------------------------
    def _each(
        self,
        source: str,
        verb: str,
        containers: Sequence[Container],
        do: Callable[[Any, Container, Control], None],
        failed: Failed | None,
    ) -> None:
        def one(container: Container) -> One:
            def call(host: Any, control: Control) -> Touched:
                do(host, container, control)
                return Touched(containers=frozenset({container.id}))

            return One(container.name, call, container.id)

        names = [container.name for container in containers]
        title = f"{verb.capitalize()} {called(names, 'containers')}"
        command = joined([self.program(source), verb, *names])
        self.act(source, title, [one(each) for each in containers], command, failed)

    def act(
        self,
        source: str,
        title: str,
        things: Sequence[One],
        command: str,
        failed: Failed | None,
        done: Callable[[Touched], None] | None = None,
        ids: Sequence[str] = (),
    ) -> None:
        """`ids`: what is busy meanwhile, where the things do not say it."""
        link, host = self._host(source)
        record = self._activity.begin(title, command)
        held = [(source, each) for each in ids or [thing.id for thing in things if thing.id]]
        self._busy += held

        def work(control: Control) -> Touched:
            link.state.may_change(title)
            return one_by_one(title, things, host, control)

        def free() -> None:
            for each in held:
                self._busy.remove(each)

        def over(touched: Touched) -> None:
            free()
            self._activity.end(record)
            if done is not None:
                done(touched)

        def broke(error: ImagexplorerError) -> None:
            free()
            self._activity.end(record, error)
            if failed is not None:
                failed(error)

        self._jobs.perform(title, work, broke, over, record)

    def program(self, source: str) -> str:
        """What the command lines of the source begin with."""
        try:
            return self._link(source).state.program
        except NotFound:
            return DOCKER

    def _host(self, source: str) -> tuple[Link, Any]:
        link = self._link(source)
        if link.source is None or link.source.host is None:
            raise NotFound(source, "no engine of that name is open")
        return link, link.source.host


def _remove_nameless(container: Container, host: Any, control: Control) -> None:
    """An engine leaves those that it did not make for this container; what others use stays."""
    from imagexplorer.core.removal_steps import nameless

    for name in nameless(container):
        with suppress(NotFound, Refused):
            host.remove_volume(name, control)
