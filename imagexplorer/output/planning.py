"""`imagexplorer plan`: what a delete or a prune would do on an engine, as text or document. Never deletes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.plan import Plan, plan_delete, plan_prune
from imagexplorer.core.plan_report import plan_document, plan_text
from imagexplorer.core.world import World
from imagexplorer.output.asked import open_engine
from imagexplorer.sources.protocol import ContainerHost


def delete_plan(images: Sequence[str], host: str, as_json: bool) -> Iterator[str]:
    names = [image.removeprefix("engine://") for image in images]
    return _told(host, as_json, lambda world: plan_delete(world, names))


def prune_plan(host: str, as_json: bool, **asked: Any) -> Iterator[str]:
    """`asked` is what `core.plan.plan_prune` takes."""
    return _told(host, as_json, lambda world: plan_prune(world, **asked))


def planned(engine: ContainerHost, plan: Callable[[World], Plan], control: Control) -> Plan:
    """With the sizes of what goes, which are asked for only then. Raises core.errors."""
    world = engine.holdings(control)
    first = plan(world)
    going = {image.id: tuple(engine.layer_sizes(image.id, control)) for image in first.deleted}
    held = tuple(replace(image, bytes=going[image.id]) if image.id in going else image for image in world.images)
    return plan(replace(world, images=held))


def _told(host: str, as_json: bool, plan: Callable[[World], Plan]) -> Iterator[str]:
    control = Control()
    source = open_engine(host, control)
    try:
        made = planned(source.host, plan, control)
    finally:
        source.close()
    if as_json:
        yield json.dumps(plan_document(made), indent=2, ensure_ascii=False) + "\n"
    else:
        yield from plan_text(made)
