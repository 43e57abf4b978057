"""What belongs to an image, as rows of a tree: its names, the images it stands on and that stand on it, its containers,
the images that share layers with it. Pure: knows records, no widget.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imagexplorer.core.entities import Container, Image, short_id
from imagexplorer.core.names import Kept, Known, kept, look_alike, standing
from imagexplorer.core.relatives import ANCESTOR, DESCENDANT, SAME, SHARING, Relative, Relatives, Shared
from imagexplorer.core.text import counted, exact_size, exact_time, human_age, human_size
from imagexplorer.models.tables import NONE, state_icon, state_tone, state_words, status_now

COLUMNS = ("Name", "What it is", "Shared", "Unique", "Size", "Created")
ROWS_MOST = 300
_NAMES_MOST = 40


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: its cells as in COLUMNS, the record that Enter opens (None for none), and rows below it. `key` is the same
    for the same thing at the next look. `tone` colours the second cell. `own`: the image itself."""

    key: str
    cells: tuple[str, ...]
    tip: str = ""
    icon: str = ""
    tone: str = ""
    opens: Image | Container | None = None
    below: tuple[Entry, ...] = ()
    own: bool = False


def related(
    image: Image,
    layers: int,
    rows: Sequence[Image],
    containers: Sequence[Container],
    kin: Relatives,
    sizes: Mapping[int, int | None],
    known: Known,
    engine: bool,
) -> list[Entry]:
    """Headed groups. `sizes` are the bytes of the image's layers by their number."""
    by_id = {row.id: row for row in rows}
    made = [each for each in containers if each.image_id == image.id]
    shared = Shared(sizes)
    groups = [
        Entry("names", ("Names",), below=tuple(_names(image, rows, known))),
        Entry("family", ("Stands on, and stands on it",), below=tuple(_family(image, layers, kin, by_id, shared))),
    ]
    if engine:
        words = "Containers made from it"
        groups.append(Entry("containers", (f"{words} ({len(made)})",), below=_bounded([*map(_container, made)])))
    sharing = [each for each in kin.of(SAME, SHARING) if each.id in by_id]
    sharing.sort(key=lambda each: (-each.common, -(by_id[each.id].created or 0)))
    rows_of = [_image(each, by_id[each.id], shared) for each in sharing[:ROWS_MOST]]
    left = len(sharing) - len(rows_of) + kin.left_off
    title = f"Share layers with it ({len(sharing) + kin.left_off:,})"
    groups.append(Entry("sharing", (title,), below=_bounded(rows_of, left)))
    return groups


def looked_at(kin: Relatives) -> str:
    """How much of the other images is known, where that is not all; "" then."""
    if kin.complete:
        return ""
    return f"looking at the layers of the other images: {kin.known:,} of {kin.total:,}"


# -- names ----------------------------------------------------------------------------------------


def warning_of(image: Image, known: Known) -> str:
    """The name that one of this image's names is a slip away from; "" for none."""
    return next((near for tag in image.tags[:_NAMES_MOST] if (near := look_alike(tag, known))), "")


def _names(image: Image, rows: Sequence[Image], known: Known) -> list[Entry]:
    entries = []
    for tag in image.tags[:_NAMES_MOST]:
        near = look_alike(tag, known)
        if near:
            words = f"a slip away from {near}: is it the one that was meant?"
            entries.append(Entry(f"tag {tag}", (tag, words), words, "warning", "warning"))
            continue
        whose = standing(tag, image.digests, known)
        entries.append(Entry(f"tag {tag}", (tag, whose.words), whose.words, "tag"))
    if len(image.tags) > _NAMES_MOST:
        entries.append(Entry("tags", (f"{len(image.tags) - _NAMES_MOST:,} more names",)))
    if not image.tags:
        entries.append(Entry("no tag", ("<none>", "dangling: no name leads to it"), icon="tag"))
    for each in kept(image, rows):
        entries += _kept(image, each)
    return entries


def _kept(image: Image, found: Kept) -> list[Entry]:
    name = f"{found.repository}:latest"
    latest = found.latest
    if latest is None:
        entries = [Entry(f"latest {name}", (name, "no image here has this tag"), icon="info")]
    else:
        also = f", also tagged {', '.join(found.also[:8])}" if found.also else ", no other tag"
        if latest.id == image.id:
            entries = [Entry(f"latest {name}", (name, f"is this image{also}"), icon="info")]
        else:
            younger = any(row.id == latest.id for row, _ in found.newer)
            words = f"is another image, {short_id(latest.id)}{also}" + (": it is newer" if younger else "")
            entries = [_opening(f"latest {name}", name, words, latest, "info", "info" if younger else "")]
    newer = [each for each in found.newer if latest is None or each[0].id != latest.id]
    for row, tags in newer[:8]:
        words = "newer than this image"
        entries.append(_opening(f"newer {row.id}", f"{found.repository}:{tags[0]}", words, row, "info", "info"))
    if len(newer) > 8:
        entries.append(Entry(f"more {name}", (f"{len(newer) - 8:,} more images of {found.repository} are newer",)))
    return entries


def newest_of(image: Image, rows: Sequence[Image]) -> tuple[Image, str] | None:
    """(the newest image of its repositories that is newer than this one, its name); None for none."""
    found = [(each.newer[0][0], f"{each.repository}:{each.newer[0][1][0]}") for each in kept(image, rows) if each.newer]
    return max(found, key=lambda each: each[0].created or 0, default=None)


def _opening(key: str, name: str, words: str, image: Image, icon: str, tone: str = "") -> Entry:
    cells = (name, words, "", _size(image.unique_bytes), _size(image.size_bytes), human_age(image.created))
    return Entry(key, cells, _tip(image), icon, tone, image)


# -- images ---------------------------------------------------------------------------------------


def _family(image: Image, layers: int, kin: Relatives, rows: Mapping[str, Image], shared: Shared) -> list[Entry]:
    """One tree: the base image at its root, this one on its branch, what stands on it above."""
    below: dict[str, list[Relative]] = {}
    descendants = [each for each in kin.of(DESCENDANT)[:ROWS_MOST] if each.id in rows]
    there = {each.id for each in descendants}
    for each in descendants:
        below.setdefault(each.above if each.above in there else image.id, []).append(each)

    def branch(each: Relative, depth: int) -> Entry:
        above = below.get(each.id, []) if depth < 60 else []
        return _image(each, rows[each.id], shared, tuple(branch(one, depth + 1) for one in above))

    cells = (image.name, f"this image, {_layers(layers)}", "", _size(image.unique_bytes), _size(image.size_bytes))
    own = tuple(branch(each, 0) for each in below.get(image.id, []))
    root = Entry(f"own {image.id}", (*cells, human_age(image.created)), _tip(image), "layers", below=own, own=True)
    for each in reversed(kin.of(ANCESTOR)):
        if each.id in rows:
            root = _image(each, rows[each.id], shared, (root,))
    return [root]


_WORDS = {
    ANCESTOR: "this image stands on it",
    SAME: "the same layers, another configuration",
    DESCENDANT: "stands on this image",
    SHARING: "begins alike",
}


def _image(each: Relative, row: Image, shared: Shared, below: tuple[Entry, ...] = ()) -> Entry:
    common = shared.bytes(each.common)
    layers = f"{each.common} of its {_layers(each.layers)}" if each.kind == SHARING else _layers(each.layers)
    cells = (
        row.name if row.tags else f"<none> {short_id(row.id)}",
        f"{_WORDS[each.kind]}, {layers}",
        _size(common),
        _size(row.unique_bytes),
        _size(row.size_bytes),
        human_age(row.created),
    )
    told = f"{_tip(row)}\n{exact_size(common)} in {_layers(each.common)} that both have"
    return Entry(f"image {row.id}", cells, told, "image", opens=row, below=below)


def _container(container: Container) -> Entry:
    cells = (container.name, _state(container), "", _size(container.writable_bytes), "", human_age(container.created))
    tip = f"{container.name}\n{exact_size(container.writable_bytes)} written"
    return Entry(f"container {container.id}", cells, tip, state_icon(container), state_tone(container), opens=container)


def _state(container: Container) -> str:
    """The engine's own words; Docker's have the health in them, Podman's have not."""
    status = status_now(container)
    if not status:
        return state_words(container)
    return status if not container.health or container.health in status else f"{status}, {container.health}"


def _bounded(entries: Sequence[Entry], left: int = 0) -> tuple[Entry, ...]:
    left += max(len(entries) - ROWS_MOST, 0)
    shown = tuple(entries[:ROWS_MOST]) or ((Entry("none", ("none",)),) if not left else ())
    return (*shown, Entry("left", (f"{left:,} more are not shown",))) if left else shown


def _layers(count: int) -> str:
    return counted(count, "layer")


def _size(size_bytes: int | None) -> str:
    return NONE if size_bytes is None else human_size(size_bytes)


def _tip(image: Image) -> str:
    sizes = [f"{exact_size(image.size_bytes)} in all", f"{exact_size(image.unique_bytes)} in layers of its own"]
    return "\n".join(filter(None, [*image.tags[:_NAMES_MOST], image.id, *sizes, exact_time(image.created)]))
