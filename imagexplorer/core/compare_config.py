"""Two image configurations beside each other: what a container of one would have that one of the other has not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.entities import ImageDetail

_WHOLE = {
    "Entrypoint": "entrypoint", "Cmd": "cmd", "User": "user", "WorkingDir": "workdir", "Healthcheck": "healthcheck",
    "StopSignal": "stop_signal", "Shell": "shell", "OnBuild": "onbuild",
}  # fmt: skip
_SETS = {"ExposedPorts": "ports", "Volumes": "volumes"}


@dataclass(frozen=True, slots=True)
class ConfigDifference:
    """`key` is `env.NAME`, `labels.NAME`, `entrypoint`, `ports` ...; None where a side has nothing there."""

    key: str
    a: Any
    b: Any


@dataclass(frozen=True, slots=True)
class LayersCompared:
    """Diff IDs, in the order of the stacks; `common` are those that both begin with."""

    common: tuple[str, ...] = ()
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()


def compare_layers(a: ImageDetail, b: ImageDetail) -> LayersCompared:
    """Aligned from the base: a layer that both have, but not on the same layers below, is not common."""
    one, other = [layer.diff_id for layer in a.layers], [layer.diff_id for layer in b.layers]
    same = 0
    while same < min(len(one), len(other)) and one[same] and one[same] == other[same]:
        same += 1
    return LayersCompared(tuple(one[:same]), tuple(one[same:]), tuple(other[same:]))


def compare_config(a: ImageDetail, b: ImageDetail) -> list[ConfigDifference]:
    """Sorted by key."""
    one, other = _flat(a), _flat(b)
    return [
        ConfigDifference(key, one.get(key), other.get(key))
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    ]


def _flat(image: ImageDetail) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if image.image.platform is not None:
        found["platform"] = str(image.image.platform)
    config = image.config.get("config")
    if not isinstance(config, Mapping):
        return found
    for key, name in _WHOLE.items():
        if value := config.get(key):
            found[name] = value
    for key, name in _SETS.items():
        if isinstance(value := config.get(key), Mapping) and value:
            found[name] = sorted(map(str, value))
    for line in _texts(config.get("Env")):
        name, _, text = line.partition("=")
        found[f"env.{name}"] = text
    labels = config.get("Labels")
    for name, text in labels.items() if isinstance(labels, Mapping) else ():
        found[f"labels.{name}"] = text
    return found


def _texts(value: Any) -> Sequence[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
