"""An engine's events as Touched: what each one changed in the world.

Knows types, actions and actors of Docker's and Podman's events (never `status`, `id`, `from`: gone from API 1.52 on).
Must not call the engine.
"""

from __future__ import annotations

from imagexplorer.core.entities import ALL, Touched
from imagexplorer.sources.engine.fields import Json, image_id, section, text

# These change nothing that a page shows; our own reading causes some, and answering them would be a loop.
_QUIET_CONTAINER = frozenset(
    {"attach", "detach", "resize", "top", "export", "archive-path", "mount", "unmount", "checkpoint", "sync"}
    | {"exec_create", "exec_start", "exec_detach", "exec_die", "exec", "exec_died"}
)
_QUIET_IMAGE = frozenset({"save", "push", "mount", "unmount", "pull-error"})
NOTHING = Touched()


def touched(event: Json) -> Touched:
    kind = text(event, "Type")
    action = text(event, "Action").partition(":")[0]
    actor = section(event, "Actor")
    identifier, attributes = text(actor, "ID"), section(actor, "Attributes")
    if kind == "container" and action not in _QUIET_CONTAINER:
        containers = frozenset({identifier or ALL})
        if action == "commit":
            made = image_id(text(attributes, "imageID"))
            return Touched(frozenset({made or ALL}), containers)
        return Touched(containers=containers)
    if kind == "image" and action not in _QUIET_IMAGE:
        if not identifier or action == "prune":
            return Touched(images=frozenset({ALL}))
        # A pull names what it pulled, an untag may name the tag that went.
        return Touched(images=frozenset({image_id(identifier)}))
    if kind == "volume" and action in ("create", "destroy", "remove", "prune"):
        return Touched(volumes=frozenset({identifier or ALL}))
    return NOTHING
