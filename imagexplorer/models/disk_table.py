"""The columns of what takes an engine's disk. Knows the records of `core.disk`; no model and no widget."""

from __future__ import annotations

from imagexplorer.core.disk import CACHE, Use
from imagexplorer.core.text import exact_size, human_size
from imagexplorer.core.world import CONTAINER, IMAGE, VOLUME
from imagexplorer.models.columns import Column

KIND_WORDS = {IMAGE: "image", CONTAINER: "container", VOLUME: "volume", CACHE: "build cache"}
_ICONS = {IMAGE: "image", CONTAINER: "container", VOLUME: "volume", CACHE: "layer"}


def _own(use: Use) -> str:
    if use.own is None:
        return "not told"
    return human_size(use.own) if use.exact else f"about {human_size(use.own)}"


def _size(value: int | None) -> str:
    return "" if value is None else human_size(value)


COLUMNS: tuple[Column, ...] = (
    Column(
        "Name",
        lambda use: use.name,
        icon=lambda use: _ICONS[use.kind],
        tooltip=lambda use: f"{use.name}\n{use.id}" if use.id != use.name else use.name,
        stretch=True,
        chars=40,
        elide_middle=True,
    ),
    Column("Kind", lambda use: KIND_WORDS[use.kind], chars=11),
    Column(
        "Own",
        _own,
        sort=lambda use: -1 if use.own is None else use.own,
        tooltip=lambda use: "The engine does not tell" if use.own is None else exact_size(use.own),
        number=True,
        key="own",
        chars=14,
        about="What comes free when it goes",
    ),
    Column(
        "Shared",
        lambda use: _size(use.shared) if use.kind == IMAGE or use.shared else "",
        sort=lambda use: -1 if use.shared is None else use.shared,
        tooltip=lambda use: "" if use.shared is None else exact_size(use.shared),
        number=True,
        chars=10,
        about="What others need too, and stays when it goes",
    ),
    Column(
        "All",
        lambda use: _size(use.bytes),
        sort=lambda use: -1 if use.bytes is None else use.bytes,
        tooltip=lambda use: "" if use.bytes is None else exact_size(use.bytes),
        number=True,
        chars=10,
    ),
    Column("Used", lambda use: use.used or "–", tooltip=lambda use: use.used, chars=26),
)
