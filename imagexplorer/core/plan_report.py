"""A plan as a document and as text to be read. Nothing is worked out here: that is `core.plan`'s."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from imagexplorer.core.entities import short_id
from imagexplorer.core.plan import Plan
from imagexplorer.core.text import counted, human_size, plain
from imagexplorer.core.world import CONTAINER

SCHEMA = "imagexplorer.plan/1"


def plan_document(plan: Plan) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "untagged": list(plan.untagged),
        "deleted": [{"image": image.id} for image in plan.deleted],
        "layers": [{"diff_id": diff_id, "bytes": size} for diff_id, size in plan.layers],
        "containers": [{"id": each.id, "name": each.name, "bytes": each.writable_bytes} for each in plan.containers],
        "volumes": [{"name": each.name, "bytes": each.bytes} for each in plan.volumes],
        "build_cache": [{"id": each.id, "bytes": each.bytes} for each in plan.build_cache],
        "frees_bytes": plan.frees_bytes,
        "exact": plan.exact,
        "blocked": [
            {"image": each.image, "by": each.by, "kind": each.kind, "state": each.state or None}
            for each in plan.blocked
        ],
        "steps": list(plan.steps),
    }


def plan_text(plan: Plan) -> Iterator[str]:
    """A plan to be read; nothing was done."""
    for container in plan.containers:
        written = "size not known" if container.writable_bytes is None else human_size(container.writable_bytes)
        yield f"removes  container {plain(container.name, 100)} ({container.state}, {written})\n"
    for name in plan.untagged:
        yield f"untags   {plain(name, 300)}\n"
    for image in plan.deleted:
        yield f"deletes  image {short_id(image.id)} {plain(', '.join(image.tags), 300)}\n".replace(" \n", "\n")
    for diff_id, bytes_ in plan.layers:
        yield f"frees    layer {short_id(diff_id)}  {'size not known' if bytes_ is None else human_size(bytes_)}\n"
    for volume in plan.volumes:
        size = "size not known" if volume.bytes is None else human_size(volume.bytes)
        yield f"removes  volume {plain(volume.name, 200)} with all that is in it ({size})\n"
    if plan.build_cache:
        cached = human_size(sum(each.bytes for each in plan.build_cache))
        yield f"removes  {counted(len(plan.build_cache), 'record')} of the build cache ({cached})\n"
    for each in plan.blocked:
        state = f" ({each.state})" if each.state else ""
        verb = "is used by container" if each.kind == CONTAINER else "has another built on it:"
        yield f"blocked  {plain(each.image, 200)} {verb} {plain(each.by, 200)}{state}\n"
    about = "" if plan.exact else "about "
    yield f"\nFrees {about}{human_size(plan.frees_bytes)} ({plan.frees_bytes:,} bytes). Nothing was done.\n"
    if plan.steps:
        yield ("Steps that would do all of it:\n" if plan.blocked else "Steps:\n")
        yield from (f"  {step}\n" for step in plan.steps)
