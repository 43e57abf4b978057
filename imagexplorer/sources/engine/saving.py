"""An image out of an engine as one archive, and back into it. Knows the routes; what is done with the bytes it does
not."""

from __future__ import annotations

import os
from collections.abc import Iterator

from imagexplorer.core.control import Control
from imagexplorer.core.entities import short_id
from imagexplorer.core.errors import NotFound, Refused
from imagexplorer.core.text import plain
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.fields import image_id, section, text
from imagexplorer.sources.engine.wire import LONG_SECONDS, Wire, gone_is_not_found, json_lines

PIECE = 1 << 20
_MARKS = ("Loaded image ID: ", "Loaded image: ", "Loaded image(s): ")


def saved(wire: Wire, image: str, control: Control) -> Iterator[bytes]:
    """By its id, so that the archive has no names. Raises NotFound, Refused, Unreachable where it is not whole."""
    what = f"save image {short_id(image)}"
    at = f"/images/{quoted(image)}"
    done = 0
    with (
        gone_is_not_found(wire, f"{at}/json", what, control),
        wire.open("GET", f"{at}/get", what=what, control=control, seconds=LONG_SECONDS, steady=True) as response,
    ):
        while piece := response.raw.read(PIECE):
            done += len(piece)
            control.step(done, None, "keeping it in the trash")
            yield piece
    if not done:
        raise Refused(what, "the engine gave nothing")


def loaded(wire: Wire, path: str, image: str, control: Control) -> str:
    """An archive of one image; the id that it has now, best the one that it had (`image`)."""
    what = f"load image {short_id(image)}"
    names: list[str] = []
    with wire.open(
        "POST", "/images/load", what=what, control=control, params={"quiet": 1}, data=_pieces(path, control),
        seconds=LONG_SECONDS,
    ) as response:  # fmt: skip
        for line in json_lines(response, what):
            error = text(line, "error") or text(section(line, "errorDetail"), "message")
            if error:
                raise Refused(what, plain(error, 2000))
            said = text(line, "stream").strip()
            names += [said.removeprefix(mark) for mark in _MARKS if said.startswith(mark)]
    for name in (image, *reversed(names)):
        try:
            told = wire.get(f"/images/{quoted(name)}/json", what=what, control=control)
        except NotFound:
            continue
        return image_id(text(told, "Id"))
    raise Refused(what, "the engine took the archive and does not say what it made of it")


def _pieces(path: str, control: Control) -> Iterator[bytes]:
    done, total = 0, os.path.getsize(path)
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            done += len(piece)
            control.step(done, total, "bringing it back")
            yield piece
