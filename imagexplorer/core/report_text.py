"""The same facts as `core.report` for people: aligned lines of plain text, every word from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from imagexplorer.core.advice import Advised
from imagexplorer.core.advice_rules import RULES, way_out
from imagexplorer.core.dockerfile import instruction_words
from imagexplorer.core.entities import DELETED, Change, Container, ImageDetail, Step
from imagexplorer.core.layer_index import FILE, HARDLINK, KINDS, LayerIndex
from imagexplorer.core.report import Inspection
from imagexplorer.core.report_rows import by_path
from imagexplorer.core.space import Hidden, Space
from imagexplorer.core.text import counted, exact_time, human_age, human_size, plain, plain_bytes
from imagexplorer.core.tree_view import TreeView

_INSTRUCTION = 100
_LETTERS = "-dlhcbpwo?"  # by KINDS


def inspect_text(found: Inspection, width: int, entries: bool = False, view: TreeView | None = None) -> Iterator[str]:
    """Lines. `width` is that of the terminal (0: do not shorten)."""
    yield from _head(found)
    yield ""
    yield from _layers(found, width)
    if found.detail.steps:
        yield ""
        yield from _steps(found.detail, width)
    yield ""
    yield from _totals(found)
    if found.problems:
        yield ""
        yield f"Problems ({len(found.problems)})"
        for problem in found.problems:
            yield f"  {plain(problem.where, 300)}: {plain(problem.reason, 1000)}"
    if entries:
        for number, layer in enumerate(found.layers):
            yield ""
            yield f"Entries of layer {number} ({len(layer):,})"
            yield from _entries(layer)
    if view is not None:
        yield ""
        yield "Files"
        yield from _files(view)


def _head(found: Inspection) -> Iterator[str]:
    detail, image, images = found.detail, found.detail.image, found.asked.images
    rows = [
        ("Image", ", ".join(plain(tag, 300) for tag in image.tags) or "(no tag)"),
        ("Source", f"{found.asked.source_kind} {plain(found.asked.source_name, 500)}"),
        ("Id", plain(image.id, 200)),
        ("Digests", ", ".join(plain(digest, 300) for digest in image.digests)),
        ("Platform", plain(str(image.platform), 100) if image.platform else ""),
        ("Created", _created(image.created)),
    ]
    if len(detail.platforms) > 1:
        rows.append(("Platforms", ", ".join(plain(str(each), 60) for each in detail.platforms)))
    if len(images) > 1:
        names = ", ".join(plain(name, 200) for name in images[:20])
        rows.append(("Images", names + (f" and {len(images) - 20:,} more" if len(images) > 20 else "")))
    rows += [("Also here", plain(other, 300)) for other in detail.others[:20]]
    for title, text in rows:
        if text:
            yield f"{title:<10} {text}"


def _created(created: int | None) -> str:
    moment, age = exact_time(created), human_age(created)
    return f"{moment} ({age})" if age else moment


def _layers(found: Inspection, width: int) -> Iterator[str]:
    rows = [("", "Layer", "Size", "Files", "Instruction")]
    for layer, totals in zip(found.detail.layers, found.totals, strict=True):
        mark = "!" if totals.problems else "✓" if totals.verified else ""
        rows.append(
            (
                mark,
                str(layer.index),
                human_size(totals.stored_bytes),
                f"{totals.files:,}",
                _words(found.detail.instruction(layer.index)) or "(not known)",
            )
        )
    yield from _aligned(rows, width, right={1, 2, 3})
    if len(rows) == 1:
        yield "  (no layers)"


def _steps(detail: ImageDetail, width: int) -> Iterator[str]:
    rows = [("", "Step", "Layer", "Instruction")]
    for number, step in enumerate(detail.steps):
        rows.append(("", str(number + 1), _made(step), _words(step.instruction) or plain(step.comment, 200)))
    yield from _aligned(rows, width, right={1, 2})


def _made(step: Step) -> str:
    if step.layer is not None:
        return str(step.layer)
    return "-" if step.empty else "?"


def _words(instruction: str) -> str:
    return plain(instruction_words(instruction), _INSTRUCTION * 5)


def _totals(found: Inspection) -> Iterator[str]:
    counts, space = found.counts, found.space
    kinds = ((counts.files, "file"), (counts.dirs, "folder"), (counts.symlinks, "link"))
    entries = ", ".join(counted(count, noun) for count, noun in kinds)
    yield f"{'Tree':<10} {entries}" + (f", {counts.other:,} other" if counts.other else "")
    yield f"{'Stored':<10} {human_size(space.stored_bytes)} in {counted(len(found.totals), 'layer')}"
    yield f"{'Visible':<10} {human_size(space.visible_bytes)}"
    yield f"{'Wasted':<10} {human_size(space.wasted_bytes)}" + (f" ({causes})" if (causes := _causes(space)) else "")
    if len(space.by_layer) > 1:
        for each in space.by_layer:
            yield f"{'':<10} by layer {each.layer}: {_causes(each)}"
    if found.advised is not None:
        yield from _advice(found.advised, found.detail)


def _advice(advised: Advised, detail: ImageDetail) -> Iterator[str]:
    rows = []
    for each in advised.pieces:
        what = f"{RULES[each.kind].title} in {counted(each.entries, 'file')}" + (" (optional)" if each.optional else "")
        words = way_out(each.kind, detail.instruction(each.layer))
        rows.append(f"{human_size(each.size_bytes)} by layer {each.layer}: {what}. {words}")
    if advised.small:
        rows.append(f"{human_size(advised.small_bytes)} in {counted(advised.small, 'smaller thing')}")
    for number, words in enumerate(rows or ["nothing that would save a megabyte"]):
        yield f"{'' if number else 'Advice':<10} {words}"


def _causes(causes: Space | Hidden) -> str:
    parts = [
        f"{human_size(size)} {word}"
        for size, word in (
            (causes.overwritten_bytes, "overwritten"),
            (causes.deleted_bytes, "deleted"),
            (causes.rewritten_bytes, "rewritten with the same content"),
        )
        if size
    ]
    return ", ".join(parts)


def _aligned(rows: Sequence[tuple[str, ...]], width: int, right: set[int]) -> Iterator[str]:
    """Columns as wide as their widest cell; the last one is shortened to the width of the terminal."""
    last = len(rows[0]) - 1
    widths = [max(len(row[at]) for row in rows) for at in range(last)]
    for row in rows:
        cells = [
            f"{cell:>{widths[at]}}" if at in right else f"{cell:<{widths[at]}}" for at, cell in enumerate(row[:-1])
        ]
        head = "  ".join(cells).rstrip() if not row[last] else "  ".join(cells) + "  "
        left = width - len(head)
        tail = row[last]
        yield head + (tail if not width or len(tail) <= left else tail[: max(left - 1, 10)] + "…")


def _entries(layer: LayerIndex) -> Iterator[str]:
    kinds, modes, uids, gids, sizes = (layer[name] for name in ("kind", "mode", "uid", "gid", "size"))
    for row in range(len(layer)):
        link = layer.link(row)
        tail = f" -> {plain_bytes(link)}" if link is not None else ""
        owner = f"{uids[row]}:{gids[row]}"
        name = plain_bytes(layer.path(row)) or "/"
        yield f"{_LETTERS[kinds[row]]} {modes[row]:04o} {owner:>9} {sizes[row]:>12} {name}{tail}"


def _files(view: TreeView) -> Iterator[str]:
    for row, path in by_path(view):
        kind = view.kind[row]
        layer = view.layer[row]
        link = view.link(row)
        size = view.size[row] if kind in (FILE, HARDLINK) else 0
        tail = f" -> {plain_bytes(link)}" if link is not None else ""
        yield (
            f"{_LETTERS[kind]} {view.mode[row]:04o} {size:>12} {'-' if layer < 0 else layer:>3} "
            f"{plain_bytes(path)}{tail}"
        )


assert len(_LETTERS) == len(KINDS)


def changes_text(container: Container, changes: Iterable[Change]) -> Iterator[str]:
    rows = sorted(changes, key=lambda change: change.path)
    yield f"{plain(container.name, 200)} ({container.id[:12]}) from {plain(container.image, 300)}"
    if not rows:
        yield "  nothing was changed"
        return
    known = [change.size_bytes for change in rows if change.size_bytes is not None and change.kind != DELETED]
    for change in rows:
        sized = change.size_bytes is not None and change.node != "dir"
        size = human_size(change.size_bytes) if sized else ""
        yield f"  {change.kind[0].upper()} {size:>10}  {plain(change.path)}"
    yield f"  {counted(len(rows), 'change')}, {human_size(sum(known))}"
