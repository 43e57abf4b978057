"""What a commit may change of the configuration, as the instructions that the engine takes (API, "ImageCommit",
`changes`; the same lines stand in a Dockerfile)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

_EXPOSED = re.compile(r"\d{1,5}(?:-\d{1,5})?(?:/(?:tcp|udp|sctp))?")


@dataclass(frozen=True, slots=True)
class ConfigChange:
    """None and () leave what the container has. An empty `command` or `entrypoint` takes it away."""

    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: tuple[tuple[str, str], ...] = ()
    user: str = ""
    workdir: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    expose: tuple[str, ...] = ()


NO_CHANGE = ConfigChange()


def instructions(change: ConfigChange, bare: bool = False) -> tuple[str, ...]:
    """An ENTRYPOINT stands before the CMD: builders drop a CMD from before it. `bare`: for Podman's commit, which takes
    off the quotes around a name and a value and reads no backslash (containers/common, `ImageConfigFromChanges`)."""
    quoted = _bare if bare else _quoted
    lines = []
    for word, words in (("ENTRYPOINT", change.entrypoint), ("CMD", change.command)):
        if words is not None:
            lines.append(f"{word} {json.dumps(list(words), ensure_ascii=False)}")
    lines += [f"ENV {name}={quoted(value)}" for name, value in change.environment]
    lines += [f"{word} {value}" for word, value in (("USER", change.user), ("WORKDIR", change.workdir)) if value]
    lines += [f"LABEL {quoted(name)}={quoted(value)}" for name, value in change.labels]
    lines += [f"EXPOSE {port}" for port in change.expose]
    return tuple(lines)


def _quoted(text: str) -> str:
    """Inside double quotes a builder reads `\\`, `"` and `$`."""
    return '"' + re.sub(r'(["\\$])', r"\\\1", text) + '"'


def _bare(text: str) -> str:
    return f'"{text}"'


def expose_fault(ports: Sequence[str]) -> str:
    return next((f"“{port}” is no port: expected 80 or 53/udp" for port in ports if not _EXPOSED.fullmatch(port)), "")


def line_fault(text: str) -> str:
    return "A line break cannot stand in it" if "\n" in text or "\r" in text else ""
