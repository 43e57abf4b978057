"""Places where an engine may be, as columns."""

from __future__ import annotations

from imagexplorer.core.engine_places import (
    ABSENT,
    DENIED,
    KIND_WORDS,
    LIVE,
    UNKNOWN,
    UNREACHABLE,
    EnginePlace,
    without_password,
)
from imagexplorer.models.columns import Column

_ICONS = {LIVE: "live", UNREACHABLE: "error", DENIED: "padlock", ABSENT: "exited", UNKNOWN: "info"}
_TONES = {LIVE: "success", UNREACHABLE: "error", DENIED: "warning"}
_ORDER = (LIVE, UNREACHABLE, DENIED, UNKNOWN, ABSENT)


def key_of(place: EnginePlace) -> str:
    return f"{place.kind}\n{place.address.context}\n{place.address.location}"


def _answer(place: EnginePlace) -> str:
    return place.engine if place.state == LIVE else place.reason


PLACES = (
    Column(
        "State",
        lambda place: place.state,
        sort=lambda place: _ORDER.index(place.state) if place.state in _ORDER else len(_ORDER),
        key="state",
        icon=lambda place: _ICONS.get(place.state, "info"),
        tone=lambda place: _TONES.get(place.state, ""),
        chars=13,
    ),
    Column("Name", lambda place: place.address.name, key="name", chars=16),
    Column("From", lambda place: KIND_WORDS.get(place.kind, place.kind), key="kind", chars=15),
    Column(
        "Address", lambda place: without_password(place.address.location), key="address", chars=32, elide_middle=True
    ),
    Column(
        "What is there",
        _answer,
        tooltip=lambda place: "\n".join(filter(None, (_answer(place), place.way_out, place.unsafe))),
        key="answer",
        chars=30,
    ),
)
