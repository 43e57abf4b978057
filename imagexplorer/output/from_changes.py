"""What a container changed, written for the user: a folder with a Dockerfile and its context, or a tar. `.part` first,
then renamed; nothing that stands there is written over.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress

from imagexplorer.core.container_dockerfile import Recipe, recipe
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Change, Container, ContainerDetail
from imagexplorer.core.errors import Refused
from imagexplorer.core.text import plain
from imagexplorer.output.writing import name_new, own_part, write_text
from imagexplorer.sources.protocol import ContainerHost, ImageSource


def recipe_of(
    source: ImageSource, host: ContainerHost, container: ContainerDetail, flat: bool, control: Control
) -> tuple[Recipe, Sequence[Change]]:
    """The Dockerfile, and the changes that it was made of. Nothing is written."""
    changes = host.changes(container.container.id, control)
    tools = host.tools(container.container.id, changes, control)
    image = source.image(container.container.image_id, control)
    return recipe(container, image, changes, tools, flat), changes


def write_folder(
    host: ContainerHost, container: str, made: Recipe, changes: Sequence[Change], folder: str, control: Control
) -> None:
    """Raises Refused where the folder holds something, or cannot be written, or the recipe cannot be built."""
    named = plain(folder, 300)
    if made.missing:
        raise Refused("Dockerfile", made.missing, "Write a flattened one, FROM scratch with the whole tree")
    if os.path.lexists(folder) and not (os.path.isdir(folder) and not os.path.islink(folder) and not _names(folder)):
        raise Refused(named, "something is there already", "Choose a new or an empty folder")
    part = own_part(os.path.abspath(folder))
    try:
        os.mkdir(part)
        try:
            if f"ADD {made.tar} " in made.text:
                tar = host.written_tar(container, None if made.flat else changes, control)
                _write(os.path.join(part, made.tar), tar)
            write_text(os.path.join(part, "Dockerfile"), [made.text])
            os.rename(part, os.path.abspath(folder))
        except BaseException:
            shutil.rmtree(part, ignore_errors=True)
            raise
    except OSError as error:
        raise Refused(named, f"it cannot be written: {error.strerror or error}", "Choose another folder") from error


def write_tar(
    host: ContainerHost, container: str, changes: Sequence[Change], path: str, control: Control, over: bool = False
) -> None:
    """What was written, as one tar. Raises Refused where something stands there, unless it may be written `over`."""
    _write_file(path, host.written_tar(container, changes, control), over)


def write_patch(
    host: ContainerHost,
    container: Container,
    changes: Sequence[Change],
    path: str,
    control: Control,
    over: bool = False,
) -> None:
    """What changed in text files and links, as a patch. Raises Refused as `write_tar` does."""
    _write_file(path, host.patch(container.id, container.image_id, changes, control), over)


def _write_file(path: str, pieces: Iterable[bytes], over: bool) -> None:
    if os.path.lexists(path) and not over:
        raise Refused(plain(path, 300), "something is there already", "Choose another name")
    part = own_part(path)
    try:
        try:
            _write(part, pieces)
            if over:
                os.replace(part, path)
            else:
                name_new(part, path)
        finally:
            with suppress(OSError):
                os.unlink(part)
    except OSError as error:
        raise Refused(plain(path, 300), f"it cannot be written: {error.strerror or error}", "Choose another") from error


def _write(path: str, pieces: Iterable[bytes]) -> None:
    with open(path, "xb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _names(folder: str) -> list[str]:
    return os.listdir(folder)
