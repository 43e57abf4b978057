"""What the palette offers: every action that can be chosen, then every image and container of the current source."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QKeySequence

from imagexplorer import resources
from imagexplorer.actions.registry import Registry
from imagexplorer.core.entities import Container, Image
from imagexplorer.models.tables import state_icon, state_tone
from imagexplorer.session import Session
from imagexplorer.views.palette import Entry
from imagexplorer.views.theme import tone_color

_UNLISTED = "view.page_"


OpenPage = Callable[[str, Image | Container, str], object]
"""`(kind, record, key of its source)`."""


def palette_entries(registry: Registry, session: Session, open_page: OpenPage) -> list[Entry]:
    source = session.current.key if session.current is not None else ""
    registry.update()
    entries = []
    for identifier in registry.ids():
        if identifier.startswith(_UNLISTED) or identifier == "view.palette":
            continue
        record, action = registry.record(identifier), registry.action(identifier)
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText) or record.shown_key
        menu = record.group.replace("&", "")
        title = f"{menu}: {record.words}" if menu else record.words
        icon = resources.icon(record.icon) if record.icon else None
        entries.append(Entry(title, keys, action.trigger, icon, registry.blocked(identifier)))
    for image in session.images:
        entries += [
            Entry(name, "image", partial(open_page, "image", image, image.source or source), resources.icon("image"))
            for name in image.tags or (image.name,)
        ]
    entries += [
        Entry(
            container.name,
            "container",
            partial(open_page, "container", container, container.source or source),
            resources.icon(state_icon(container), tone_color(state_tone(container))),
        )
        for container in session.containers
    ]
    return entries
