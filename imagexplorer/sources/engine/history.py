"""Which layer each history entry made: exact where the configuration tells, by certain rules otherwise, never guessed.

Knows how builders write instructions. Must not know where entries come from.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Instructions that only change the configuration. WORKDIR, COPY, ADD and RUN are not among them: each may or may not
# make a layer, depending on the builder and on whether anything changed.
_METADATA = "ENV|CMD|ENTRYPOINT|EXPOSE|LABEL|USER|VOLUME|STOPSIGNAL|HEALTHCHECK|ONBUILD|SHELL|MAINTAINER|ARG"
_CLASSIC = re.compile(rf"(?:/bin/sh -c |.{{0,80}}? )?#\(nop\)\s+(?:{_METADATA})\b")
_BUILDKIT = re.compile(rf"(?:{_METADATA})\s")


@dataclass(frozen=True, slots=True)
class Entry:
    """One history entry. `size_bytes` is what the engine says that the step added."""

    instruction: str
    created: int | None = None
    comment: str = ""
    size_bytes: int | None = None


Match = tuple[bool | None, int | None]
"""(empty, layer), None where not known."""


def matched(entries: Sequence[Entry], layers: int, known: Sequence[bool] | None = None) -> list[Match]:
    """For each entry (oldest first) whether it is empty and which layer it made.

    `known` are the `empty_layer` flags of the configuration: they decide, if they make as many layers as there are.
    Otherwise an entry with a size made a layer and a pure configuration instruction did not; the doubtful rest is
    settled only where the number of layers leaves one possibility, and entries before the first and after the last
    one left in doubt keep their layers.
    """
    if known is not None and len(known) == len(entries) and known.count(False) == layers:
        return _numbered(list(known), layers)
    told = [certain(entry) for entry in entries]
    doubtful = told.count(None)
    missing = layers - told.count(False)
    if not 0 <= missing <= doubtful:
        return [(None, None)] * len(entries)
    if missing in (0, doubtful):
        told = [(missing == 0) if empty is None else empty for empty in told]
    return _numbered(told, layers)


def certain(entry: Entry) -> bool | None:
    """Whether the entry is empty: True, False, or None where only the configuration could tell."""
    if entry.size_bytes:
        return False
    if _CLASSIC.match(entry.instruction):
        return True
    if entry.comment.startswith("buildkit.") and _BUILDKIT.match(entry.instruction):
        return True
    return None


def _numbered(told: Sequence[bool | None], layers: int) -> list[Match]:
    """Number the layers from both ends, as far as nothing is in doubt."""
    found: list[Match] = [(empty, None) for empty in told]
    ends = ((range(len(told)), 0, 1), (range(len(told) - 1, -1, -1), layers - 1, -1))
    for order, layer, step in ends:
        for at in order:
            if told[at] is None:
                break
            if told[at] is False:
                found[at] = (False, layer)
                layer += step
    return found
