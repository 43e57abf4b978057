"""An image and a container made from it, as what they are: template and instance, line by line. Pure words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagexplorer.core.entities import Container, ContainerDetail, Image, ImageDetail, Step
from imagexplorer.core.text import counted, exact_time, human_size, plain
from imagexplorer.core.use import UseHistory
from imagexplorer.models.tables import state_words
from imagexplorer.models.use_columns import percent_words, size_words

_NAMED = 8


@dataclass(frozen=True, slots=True)
class Beside:
    """One line: what is compared, what it is of the image, what of the container."""

    what: str
    image: str
    container: str


def beside(
    image: ImageDetail | None,
    row: Image | None,
    container: Container,
    detail: ContainerDetail | None,
    siblings: Sequence[Container],
    use: UseHistory | None,
    written: int | None,
) -> list[Beside]:
    """`row`: the image as its list has it; `siblings`: all containers of the image, this one among them."""
    known = image.image if image is not None else row
    size = known.size_bytes if known is not None else None
    layers = f", {counted(len(image.layers), 'layer')}" if image is not None else ""
    return [
        Beside("What it is", "a template", "an instance of it, with a life of its own"),
        Beside("Name", known.name if known is not None else container.image, container.name),
        Beside(
            "Its files",
            f"immutable: {_size(size)}{layers}, read-only",
            f"writable: {_size(written)} of its own, on top of the image's",
        ),
        Beside(
            "On disk",
            f"{_size(size)}, stored once for all its containers",
            f"{_size(written)} more; lost when it is deleted",
        ),
        Beside("In memory now", "nothing: an image does not run", _memory(container, use)),
        Beside("State", "none", state_words(container)),
        Beside("Made by", _made(image, known), _run(container, detail)),
        Beside("Shared through", _shared(known), "not shared: commit makes an image of it, export a tar"),
        Beside("How many", "one image", _siblings(siblings)),
    ]


def _size(size: int | None) -> str:
    return human_size(size) if size is not None else "not known yet"


def _memory(container: Container, use: UseHistory | None) -> str:
    if not container.running:
        return "nothing: it does not run"
    if container.state == "restarting":
        return "nothing: it ended and is started again"
    memory, cpu = (use.now("memory"), use.now("cpu")) if use is not None else (None, None)
    if memory is None:
        return "…"
    processor = f", {percent_words(cpu)} of one core" if cpu is not None else ""
    return f"{size_words(memory)}{processor}"


def _made(image: ImageDetail | None, known: Image | None) -> str:
    steps = f"{_maker(image.steps)}: {counted(len(image.steps), 'step')}" if image is not None else "not known yet"
    when = exact_time(known.created) if known is not None else ""
    return f"{steps}, {when}" if when else steps


def _maker(steps: Sequence[Step]) -> str:
    """By its last step, which is the image's own. A commit without a message and a RUN of the classic builder look
    alike: that is said, not guessed."""
    if not steps:
        return "not known: it has no history"
    last = steps[-1]
    if last.comment.startswith("buildkit") or "#(nop)" in last.instruction:
        return "a Dockerfile"
    if last.comment.startswith("Imported from"):
        return "an import of a tar"
    if last.comment and not last.comment.startswith("FROM "):
        return "a commit, by its message"
    return "a Dockerfile or a commit: its history does not say which"


def _run(container: Container, detail: ContainerDetail | None) -> str:
    made = exact_time(container.created)
    started = exact_time(detail.started) if detail is not None else ""
    parts = [f"made {made}" if made else "", f"started {started}" if started else ""]
    words = ", ".join(part for part in parts if part)
    return f"run: {words}" if words else "run"


def _shared(known: Image | None) -> str:
    if known is None or not known.digests:
        return "a registry, once it is pushed; no digest of one is known here"
    return "a registry: " + ", ".join(plain(digest, 90) for digest in known.digests[:3])


def _siblings(siblings: Sequence[Container]) -> str:
    names = ", ".join(plain(each.name, 60) for each in siblings[:_NAMED])
    more = f" and {len(siblings) - _NAMED} more" if len(siblings) > _NAMED else ""
    count = len(siblings)
    return f"{counted(count, 'container')} of it: {names}{more}" if count else "this container"
