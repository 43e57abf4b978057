"""What is done to containers besides: another in one's place, and what happens between start and end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imagexplorer.core.command_line import joined, run_command
from imagexplorer.core.control import Control
from imagexplorer.core.entities import ALL, Container, Touched
from imagexplorer.core.run_spec import RunSpec, kept_name
from imagexplorer.session.acts import Acts, _One
from imagexplorer.session.records import Failed


class LifeActs(Acts):
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

        lines = [joined(["docker", "stop", old.name])] if old.running else []
        lines += [joined(["docker", "rename", old.name, kept])] if kept != old.name else []
        lines += [run_command(spec), *([joined(["docker", "rm", kept])] if delete_old else [])]
        things = [_One(old.name, call, old.id), *([_One(kept, remove)] if delete_old else [])]
        self._act(source, f"Edit {old.name}", things, " && ".join(lines), failed, over)
