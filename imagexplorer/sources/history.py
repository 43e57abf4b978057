"""An image configuration's history joined with its layers, and its times.

OCI image-spec config.md, "history": one object per step, `empty_layer` where the step made no layer.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from imagexplorer.core.entities import Problem, Step
from imagexplorer.sources.documents import Fields

_MAX_STEPS = 10_000
_MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,]\d+)?\s*(?:([Zz])|([+-])(\d\d):?(\d\d))?", re.ASCII
)


def moment(text: str) -> int | None:
    """Unix seconds of an RFC 3339 time; None for anything else, and for year 1, which is how Go writes "no time"."""
    match = _MOMENT.fullmatch(text.strip()) if len(text) < 100 else None
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
    if year <= 1:
        return None
    offset = 0
    if match[8]:
        offset = (int(match[9]) * 60 + int(match[10])) * (60 if match[8] == "+" else -60)
    try:
        # A leap second is the last second of its minute.
        return int(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC).timestamp()) - offset
    except (ValueError, OverflowError):
        return None


def moment_of(fields: Fields, key: str) -> int | None:
    """The time in a field; one that is none is named."""
    text = fields.text(key)
    if not text or text.startswith("0001-01-01"):
        return None
    found = moment(text)
    if found is None:
        fields.problem(f'"{key}" is not a time: {text[:60]!r}')
    return found


def steps_of(config: Fields, layers: int) -> tuple[Step, ...]:
    """The steps, oldest first, each joined with its layer if, and only if, as many steps made a layer as there are
    layers; otherwise no step names a layer, and that is a problem of the image."""
    history = config.objects("history")[:_MAX_STEPS]
    if not history:
        return ()
    empties = [step.flag("empty_layer") for step in history]
    made = empties.count(False)
    joined = made == layers
    if not joined:
        config.problems.append(
            Problem(
                "history", f"{made} steps made a layer, but there are {layers} layers: which made which is not known"
            )
        )
    found = []
    layer = 0
    for step, empty in zip(history, empties, strict=True):
        number = layer if joined and not empty else None
        layer += not empty
        found.append(
            Step(
                instruction=step.text("created_by"),
                created=moment_of(step, "created"),
                comment=step.text("comment"),
                author=step.text("author"),
                empty=empty,
                layer=number,
            )
        )
    return tuple(found)
