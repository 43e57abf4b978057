"""What is done to containers besides: another in one's place, and what happens between start and end."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from itertools import count
from typing import TYPE_CHECKING, Any

from imagexplorer.core.command_line import joined, run_command
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, Container, Touched
from imagexplorer.core.errors import Cancelled, ImagexplorerError, Unreachable
from imagexplorer.core.run_spec import RunSpec, kept_name
from imagexplorer.session.acts import Acts
from imagexplorer.session.records import Failed
from imagexplorer.session.things import One, called, one_by_one, one_error, one_loss

if TYPE_CHECKING:
    from imagexplorer.core.copy_plan import CopyPlan
    from imagexplorer.core.extraction import Report

_kills = count(1)
_LINES = 10
AT_ONCE = 8
"""Containers that are waited for at a time: each may take its whole time out to end."""


def beside(title: str, things: Sequence[One], host: Any, control: Control, words: str) -> Touched:
    """As `one_by_one`, several at a time: how many have ended is the progress."""
    touched = Touched()
    errors: list[tuple[str, ImagexplorerError]] = []
    lost: list[tuple[str, ImagexplorerError]] = []
    done = 0
    with ThreadPoolExecutor(AT_ONCE, "stop") as pool:
        left = {pool.submit(thing.do, host, control): thing for thing in things}
        while left:
            names = ", ".join(thing.name for thing in list(left.values())[:3])
            control.step(len(things) - len(left), len(things), f"{names}: {words}")
            for future in wait(left, timeout=0.5, return_when=FIRST_COMPLETED).done:
                thing = left.pop(future)
                try:
                    touched |= future.result()
                    done += 1
                except Unreachable as error:  # the others fare no better: those that have not begun never do
                    lost.append((thing.name, error))
                    left = {each: other for each, other in left.items() if not each.cancel()}
                except Cancelled:
                    raise
                except ImagexplorerError as error:
                    errors.append((thing.name, error))
    if lost:
        raise one_loss(title, lost, errors, done, len(things)) from lost[0][1]
    if errors:
        raise one_error(title, errors, len(things))
    return touched


class LifeActs(Acts):
    def stop(
        self,
        source: str,
        containers: Sequence[Container],
        failed: Failed | None = None,
        timeout: int | None = None,
        signal: str = "",
    ) -> None:
        """`timeout` seconds until the engine kills it, None: the container's own; `signal` "": its own."""
        options = [*(["-t", str(timeout)] if timeout is not None else []), *(["-s", signal] if signal else [])]
        after = f"after {timeout} s" if timeout is not None else "after its time out (10 s as a rule)"
        words = f"asked to end, killed {after}; Kill ends it now"

        def one(container: Container) -> One:
            def call(host: Any, control: Control) -> Touched:
                host.stop(container.id, control, timeout, signal)
                return Touched(containers=frozenset({container.id}))

            return One(container.name, call, container.id, f"{container.name}: {words}")

        names = [container.name for container in containers]
        command = joined([self.program(source), "stop", *options, *names])
        title, things = f"Stop {called(names, 'containers')}", [one(each) for each in containers]
        if len(things) > 1:
            waiting = One(title, lambda host, control: beside(title, things, host, control, words))
            self.act(source, title, [waiting], command, failed, ids=[each.id for each in containers])
        else:
            self.act(source, title, things, command, failed)

    def pause(self, source: str, containers: Sequence[Container], failed: Failed | None = None) -> None:
        self._each(source, "pause", containers, lambda host, each, control: host.pause(each.id, control), failed)

    def unpause(self, source: str, containers: Sequence[Container], failed: Failed | None = None) -> None:
        self._each(source, "unpause", containers, lambda host, each, control: host.unpause(each.id, control), failed)

    def rename(self, source: str, container: Container, name: str, failed: Failed | None = None) -> None:
        def call(host: Any, control: Control) -> Touched:
            host.rename(container.id, name, control)
            return Touched(containers=frozenset({container.id}))

        command = joined([self.program(source), "rename", container.name, name])
        self.act(
            source, f"Rename {container.name} to {name}", [One(container.name, call, container.id)], command, failed
        )

    def kill(self, source: str, containers: Sequence[Container], signal: str, failed: Failed | None = None) -> None:
        """Beside all else that is under way: it is the way out of a stop that takes long."""
        link, host = self._host(source)
        names = [container.name for container in containers]
        title = f"Kill {called(names, 'containers')}"
        record = self._activity.begin(title, joined([self.program(source), "kill", "-s", signal, *names]))

        def one(container: Container) -> One:
            def call(host: Any, control: Control) -> Touched:
                host.kill(container.id, control, signal)
                return Touched(containers=frozenset({container.id}))

            return One(container.name, call, container.id)

        things = [one(each) for each in containers]
        everything = Touched(containers=frozenset(each.id for each in containers))

        def over(touched: Touched) -> None:
            self._activity.end(record)
            link.refresh(touched)
            self._say(f"Sent {signal} to {called(names, 'containers')}")

        def broke(error: ImagexplorerError) -> None:
            self._activity.end(record, error)
            link.refresh(everything)
            if failed is not None:
                failed(error)

        def work(control: Control) -> Touched:
            link.state.may_change(title)
            return one_by_one(title, things, host, control)

        self._jobs.load(f"kill/{next(_kills)}", work, over, broke, title, record)

    def replace(
        self,
        source: str,
        old: Container,
        spec: RunSpec,
        delete_old: bool,
        failed: Failed | None = None,
        done: Callable[[str], None] | None = None,
    ) -> None:
        """Stop, make anew, and keep the old one until that is up. `done(new id)`."""
        made: list[str] = []
        kept = kept_name(old.name, old.id) if spec.name == old.name else old.name

        def call(host: Any, control: Control) -> Touched:
            made.append(host.replace(old.id, spec, control))
            return Touched(frozenset({ALL}), frozenset({ALL}))

        def remove(host: Any, control: Control) -> Touched:
            if made:
                host.remove_container(old.id, control)
            return Touched(frozenset({ALL}), frozenset({ALL}))

        def over(_touched: Touched) -> None:
            self._say(f"{spec.name or old.name} is up" + ("" if delete_old else f"; the old one is kept as {kept}"))
            if done is not None:
                done(made[0])

        program = self.program(source)
        lines = [joined([program, "stop", old.name])] if old.running else []
        lines += [joined([program, "rename", old.name, kept])] if kept != old.name else []
        lines += [run_command(spec, program=program), *([joined([program, "rm", kept])] if delete_old else [])]
        things = [One(old.name, call, old.id), *([One(kept, remove)] if delete_old else [])]
        self.act(source, f"Edit {old.name}", things, " && ".join(lines), failed, over)

    def copy_in(
        self, source: str, container: Container, plan: CopyPlan, done: Callable[[Report], None], failed: Failed
    ) -> None:
        """Files of this machine into the container, as planned. `done` hears what was left out."""
        reports: list[Report] = []

        def call(host: Any, control: Control) -> Touched:
            reports.append(host.copied_in(container.id, plan, control))
            return Touched(containers=frozenset({container.id}))

        name = container.name
        place = f"{name}:{plan.folder.rstrip('/')}/"
        lines = [joined([self.program(source), "cp", path, place]) for path in plan.chosen[:_LINES]]
        if len(plan.chosen) > _LINES:
            lines.append(f"# and {len(plan.chosen) - _LINES} more")
        title = f"Copy {called(list(map(os.path.basename, plan.chosen)), 'files and folders')} into {name}"
        self.act(
            source, title, [One(name, call, container.id)], "\n".join(lines), failed, lambda _none: done(reports[0])
        )
