"""What was run of each image last, as command lines without anything that looks secret: a file may keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from imagexplorer.core.command_line import run_command
from imagexplorer.core.entities import Image
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.run_parse import parse_run
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.secrets import masked, masked_data, shown_value

KEPT = 40
_LONGEST = 8_000


def with_run(lines: Sequence[str], spec: RunSpec) -> tuple[str, ...]:
    """The lines with this run as the newest; one of the same image before makes way."""
    line = run_command(_harmless(spec))
    others = [each for each in lines if _image_of(each) not in ("", spec.image)]
    return tuple([*([line] if len(line) <= _LONGEST else []), *others][:KEPT])


def remembered(lines: Sequence[str], image: Image) -> RunSpec | None:
    """What was run of it last, by one of its names or its id. Its name and ports may be taken: they are checked."""
    for line in lines:
        if _image_of(line) in (*image.tags, image.id):
            return parse_run(line).spec
    return None


def _image_of(line: str) -> str:
    try:
        return parse_run(line).spec.image
    except WrongUse:
        return ""


def _harmless(spec: RunSpec) -> RunSpec:
    """Variables whose values look secret keep their names; what else looks secret is forgotten."""

    def same(text: str) -> bool:
        return masked(text) == text and shown_value("", text) == text

    return replace(
        spec,
        environment=tuple((name, value if value and shown_value(name, value) == value and same(value) else
                           None if value else value) for name, value in spec.environment),
        command=spec.command if tuple(masked_data(spec.command)) == spec.command else (),
        labels=tuple((name, value) for name, value in spec.labels if shown_value(name, value) == value and same(value)),
        others=tuple((name, value) for name, value in spec.others if same(f"{value}")),
        health_cmd=spec.health_cmd if same(spec.health_cmd) else "",
        entrypoint=spec.entrypoint if same(spec.entrypoint or "") else None,
        volumes=tuple(each for each in spec.volumes if same(each)),
    )  # fmt: skip
