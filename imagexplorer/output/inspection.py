"""`inspect` and `changes`: from a question to the pieces of the document or text that answers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.report import Inspection, changes_pieces, inspect_pieces
from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.core.tree_viewing import view
from imagexplorer.indexing.builder import Built, build, problems_of
from imagexplorer.output.asked import asked_of, image_of, open_engine, open_target
from imagexplorer.sources.protocol import ImageSource, ScanOptions

if TYPE_CHECKING:
    from imagexplorer.core.advice import Advised


@dataclass(frozen=True, slots=True)
class Question:
    """`width` is the terminal's, 0 for none."""

    target: str
    host: str = ""
    image: str = ""
    platform: str = ""
    json: bool = False
    entries: bool = False
    tree: bool = False
    advice: bool = False
    verify: bool = False
    cache: bool = True
    width: int = 0


def inspect(question: Question, control: Control | None = None) -> Iterator[str]:
    """The document in pieces; nothing is yielded before all that can fail has succeeded. Raises core.errors."""
    control = control or Control()
    source, reference = open_target(question.target, question.host, control)
    try:
        detail = image_of(source, question.target, reference, question.image, question.platform, control)
        cache = None
        if question.cache:
            from imagexplorer.indexing.cache import Cache

            cache = Cache()
        built = build(source, detail, cache, ScanOptions(verify=question.verify), control, with_layers=question.entries)
        found = _inspection(question, source, built)
        tree = view(built.tree, ViewSpec(), control) if question.tree else None
        if question.json:
            yield from inspect_pieces(found, question.entries, tree)
            return
        from imagexplorer.core.report_text import inspect_text

        for line in inspect_text(found, question.width, question.entries, tree):
            yield line + "\n"
    finally:
        source.close()


def _inspection(question: Question, source: ImageSource, built: Built) -> Inspection:
    return Inspection(
        asked_of(question.target, source, built.detail),
        totals=built.totals,
        counts=built.summary.counts,
        space=built.summary.space,
        problems=problems_of(built),
        layers=built.layers if question.entries else (),
        advised=_advised(built) if question.advice else None,
    )


def _advised(built: Built) -> Advised:
    from imagexplorer.core.advice import Advised, Adviser
    from imagexplorer.core.space_tree import SpaceTree

    return Advised.of(Adviser(SpaceTree(built.tree)).pieces())


def changes(container: str, host: str, json: bool, control: Control | None = None) -> Iterator[str]:
    """The changes of a container's writable layer. Raises core.errors."""
    control = control or Control()
    name = container.removeprefix("engine://")
    if not name:
        raise WrongUse("the container is empty", "a name or an id was expected")
    source = open_engine(host, control)
    try:
        engine = source.host
        found = engine.container(name, control).container
        changed = engine.changes(found.id, control)
        if json:
            yield from changes_pieces(found, changed)
            return
        from imagexplorer.core.report_text import changes_text

        for line in changes_text(found, changed):
            yield line + "\n"
    finally:
        source.close()


def write_changes(
    container: str,
    host: str,
    folder: str | None,
    flat: bool,
    tar: str | None,
    patch: str | None,
    control: Control | None = None,
) -> Iterator[str]:
    """Write a Dockerfile with its context, a tar, a patch; yields what is to be said of it. Raises core.errors."""
    from imagexplorer.output.from_changes import recipe_of, write_folder, write_patch, write_tar

    control = control or Control()
    name = container.removeprefix("engine://")
    if not name:
        raise WrongUse("the container is empty", "a name or an id was expected")
    source = open_engine(host, control)
    try:
        engine = source.host
        found = engine.container(name, control)
        identifier = found.container.id
        if folder is not None:
            made, changed = recipe_of(source, engine, found, flat, control)
            write_folder(engine, identifier, made, changed, folder, control)
            yield from made.warnings
        if tar is not None:
            write_tar(engine, identifier, engine.changes(identifier, control), tar, control)
        if patch is not None:
            write_patch(engine, found.container, engine.changes(identifier, control), patch, control)
    finally:
        source.close()
