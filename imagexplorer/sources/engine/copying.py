"""An image to an engine, from another one or from a file: it streams into the load there, and nothing is kept between.

All layers are sent, whatever is there already: no route of the API says which ones a load could do without.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Image
from imagexplorer.core.errors import Damaged, ImagexplorerError, NotFound, Refused, Unreachable
from imagexplorer.core.text import plain
from imagexplorer.sources.engine.actions import quoted, tag
from imagexplorer.sources.engine.fields import image_id, text
from imagexplorer.sources.engine.translate import sentence, translated
from imagexplorer.sources.engine.wire import LONG_SECONDS, Wire, json_lines

if TYPE_CHECKING:
    from imagexplorer.sources.image_file import ImageFile

Archive = Callable[[Control], AbstractContextManager[Iterator[bytes]]]
"""Opens the bytes of an archive that holds the image and nothing else."""

CHUNK = 256 * 1024
_ID = re.compile(r"sha256:[0-9a-f]{64}")


def copy_image(source: Wire, target: Wire, image: Image, names: Sequence[str], control: Control) -> str:
    """Send it, and give it `names` there; its id there. Progress is in bytes, its total what the image's size is.

    Raises Unreachable of the engine that was lost and Refused where the other one does not take it, each with what has
    come of the names; Cancelled, NotFound.
    """
    reading = f"reading {plain(image.name, 200)}"
    wanted: dict[str, str | int | bool | Sequence[str]] = {"names": list(names) or [image.id]}

    @contextmanager
    def archive(control: Control) -> Iterator[Iterator[bytes]]:
        with source.open(
            "GET", "/images/get", what=reading, control=control, params=wanted, seconds=LONG_SECONDS, steady=True
        ) as response:
            yield _pieces(response, reading, image.size_bytes, control)

    return _copied(archive, target, image, names, control)


def copy_from_file(source: ImageFile, target: Wire, image: Image, names: Sequence[str], control: Control) -> str:
    """As `copy_image`; also raises Damaged where the file does not have all of it."""

    return _copied(lambda control: nullcontext(source.sent(image.id, control)), target, image, names, control)


def _copied(archive: Archive, target: Wire, image: Image, names: Sequence[str], control: Control) -> str:
    before = {name: _id_of(target, name, control) for name in names}
    try:
        made = _sent(archive, target, image, names, control)
        for name in names:
            if _id_of(target, name, control) != made:
                tag(target, made, name, control)
    except (Refused, Unreachable, Damaged) as error:
        raise type(error)(error.what, error.reason, _what_arrived(target, before)) from error
    return made


def _sent(archive: Archive, target: Wire, image: Image, names: Sequence[str], control: Control) -> str:
    """The id that it has there."""
    loading = f"loading {plain(image.name, 200)}"
    said: list[str] = []
    with (
        archive(control) as data,
        target.open(
            "POST", "/images/load", what=loading, control=control, params={"quiet": 1}, data=data, seconds=LONG_SECONDS
        ) as answer,
    ):
        said += [_words(line, loading) for line in json_lines(answer, loading) if isinstance(line, Mapping)]
    told = " ".join(said)
    if "Loaded image" not in told:
        raise Refused(loading, f"nothing was loaded: {plain(told, 300)}" if told.strip() else "nothing was loaded")
    found = _ID.findall(told)
    made = _id_of(target, found[0] if found else names[0] if names else image.id, control)
    if not made:
        raise Refused(loading, f"it says {plain(told, 300)}, and there is no such image")
    return made


def _words(line: Mapping[str, Any], what: str) -> str:
    """Errors come inside of an answer that begins well: a status of 200, then `errorDetail`."""
    if line.get("errorDetail") or line.get("error"):
        raise Refused(what, sentence(json.dumps(dict(line)).encode()))
    return text(line, "stream")


def _pieces(response: Any, what: str, size: int | None, control: Control) -> Iterator[bytes]:
    """An error in here is of who sends, though who receives is being asked: it is translated at once."""
    sent = 0
    with translated(what, control):
        while True:
            control.step(sent, size if size is not None and sent < size else None, "sending")
            piece = response.raw.read(CHUNK, decode_content=True)
            if not piece:
                return
            sent += len(piece)
            yield piece


def _id_of(wire: Wire, reference: str, control: Control) -> str:
    """The id of an image there, "" where there is none of that name."""
    try:
        told = wire.get(f"/images/{quoted(reference)}/json", what=f"image {reference}", control=control)
    except NotFound:
        return ""
    return image_id(text(told, "Id")) if isinstance(told, Mapping) else ""


def _what_arrived(target: Wire, before: Mapping[str, str]) -> str:
    """A copy that broke off may have arrived all the same, whole or with some of its names."""
    try:
        changed = [name for name, was in before.items() if _id_of(target, name, Control()) != was]
    except ImagexplorerError:
        return "Whether it arrived is not known: look there once that engine answers"
    if changed:
        return f"{', '.join(changed)} arrived all the same: look whether it is what you want"
    return "No name there has changed"
