"""The facts in the line over an image's page, and what its sizes mean. Knows records, no widget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from imagexplorer.core.entities import Image, ImageDetail, LayerTotals
from imagexplorer.core.text import counted, exact_size, human_age, human_size

_ALSO_MOST = 5


def merged(known: Image, row: Image) -> Image:
    """The list's row knows some things earlier (unique bytes), an image's own answer others."""
    return replace(
        known,
        created=known.created if known.created is not None else row.created,
        # Docker's containerd store says another size of a lone image, without what it unpacked; bytes of its own, which
        # stand beside it, are those of the list.
        size_bytes=row.size_bytes if row.size_bytes is not None else known.size_bytes,
        unique_bytes=row.unique_bytes,
        containers=row.containers,
        platform=known.platform or row.platform,
    )


def image_facts(
    image: Image,
    detail: ImageDetail | None,
    totals: Mapping[int, LayerTotals],
    from_file: bool,
    visible_bytes: int | None = None,
) -> tuple[list[str], str]:
    """The words, "" where there are none, and lines that say which size is which. `visible_bytes`: of what the whole
    image shows."""
    layers = len(detail.layers) if detail is not None else None
    whole = layers is not None and layers > 0 and len(totals) >= layers
    files = sum(each.stored_bytes for each in totals.values()) if whole else None
    sizes, about = [], []
    if files is not None:
        sizes.append(f"{human_size(files)} of files")
        about.append(f"{exact_size(files)}: all files of all layers, hidden ones included")
    if image.size_bytes is not None:
        if from_file:
            sizes.append(f"{human_size(image.size_bytes)} as stored")
            about.append(f"{exact_size(image.size_bytes)}: its layers as they stand in the file, packed or not")
        else:
            if files is None or human_size(files) != human_size(image.size_bytes):
                sizes.insert(0, human_size(image.size_bytes))
            about.append(f"{exact_size(image.size_bytes)}: what the engine says of the image")
    if image.unique_bytes is not None:
        sizes.append(f"{human_size(image.unique_bytes)} its own")
        about.append(f"{exact_size(image.unique_bytes)}: in layers that no other image shares")
    if files is not None and visible_bytes is not None and files > visible_bytes:
        sizes.append(f"{human_size(files - visible_bytes)} wasted")
        about.append(f"{exact_size(files - visible_bytes)}: hidden by later layers, and stored all the same")
    age = human_age(image.created)
    facts = [
        *sizes,
        counted(layers, "layer") if layers is not None else "",
        str(image.platform) if image.platform else "",
        f"created {age}" if age else "",
    ]
    if len(image.tags) > 1:
        more = " …" if len(image.tags) > _ALSO_MOST + 1 else ""
        facts.append("also " + ", ".join(image.tags[1 : _ALSO_MOST + 1]) + more)
    return facts, "\n".join(about)
