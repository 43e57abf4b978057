"""`diff`: from two TARGETs to the document or text that tells how they differ."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from imagexplorer.core.compare import differences
from imagexplorer.core.control import Control
from imagexplorer.core.diff_html import diff_html
from imagexplorer.core.diff_report import DiffFacts, diff_pieces, diff_text
from imagexplorer.core.report_head import Asked
from imagexplorer.indexing.builder import Built, build, problems_of
from imagexplorer.indexing.comparing import Compared, compare_images
from imagexplorer.output.asked import asked_of, image_of, open_target
from imagexplorer.sources.protocol import ImageSource, ScanOptions


@dataclass(frozen=True, slots=True)
class DiffQuestion:
    a: str
    b: str
    host: str = ""
    platform: str = ""
    cache: bool = True
    images: tuple[str, str] = ("", "")
    times: bool = False


TEXT, JSON, HTML = "text", "json", "html"


@dataclass(frozen=True, slots=True)
class Diff:
    """`differs`: whether there is any difference."""

    told: DiffFacts
    differs: bool

    def pieces(self, form: str) -> Iterator[str]:
        """As TEXT, JSON or HTML."""
        if form == JSON:
            return diff_pieces(self.told)
        if form == HTML:
            return diff_html(self.told)
        return (line + "\n" for line in diff_text(self.told))


def diff(question: DiffQuestion, control: Control | None = None) -> Diff:
    """Raises core.errors."""
    control = control or Control()
    cache = None
    if question.cache:
        from imagexplorer.indexing.cache import Cache

        cache = Cache()
    with ExitStack() as stack:
        sides: list[tuple[Asked, Compared, Built]] = []
        for text, image in zip((question.a, question.b), question.images, strict=True):
            source, reference = open_target(text, question.host, control)
            stack.callback(source.close)
            detail = image_of(source, text, reference, image, question.platform, control)
            built = build(source, detail, cache, ScanOptions(), control)
            sides.append((asked_of(text, source, built.detail), _compared(source, built), built))
        (asked_a, a, built_a), (asked_b, b, built_b) = sides
        found = compare_images(a, b, control, question.times)
    rows = differences(found.files)
    sizes = (found.files.added_bytes, found.files.removed_bytes)
    problems = tuple(dict.fromkeys((*problems_of(built_a), *problems_of(built_b))))
    told = DiffFacts(asked_a, asked_b, found.layers, rows, found.config, sizes, problems)
    return Diff(told, bool(rows or found.config))


def _compared(source: ImageSource, built: Built) -> Compared:
    return Compared(source, built.detail, built.tree, lambda layer: built.layers[layer])
