"""What the form of a run asks for: each field of a RunSpec as text, its checks and its words. Knows no layout."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.command_line import joined
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.references import container_name_fault
from imagexplorer.core.run_parse import parse_others
from imagexplorer.core.run_values import (
    capability_fault,
    count_fault,
    cpus_fault,
    device_fault,
    first_fault,
    label_fault,
    memory_fault,
    path_fault,
    port_fault,
    time_fault,
    tmpfs_fault,
    volume_fault,
)
from imagexplorer.core.text import plain

Pairs = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value stands in an editor: `read` may raise ValueError, whose words are shown at the field."""

    read: Callable[[str], Any]
    write: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Ask:
    """One field. `rows` 0: one line. `fault` takes what was read."""

    field: str
    caption: str
    kind: Kind
    hint: str = ""
    placeholder: str = ""
    rows: int = 0
    fault: Callable[[Any], str] = lambda _value: ""


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise ValueError(f"The quotes do not close: {error}") from error


def _entrypoint(text: str) -> str | None:
    words = _words(text)
    if len(words) > 1:
        raise ValueError("One program only: its arguments begin the command")
    return words[0] if words else None


def _others(text: str) -> tuple[tuple[str, str], ...]:
    try:
        return parse_others(text)
    except WrongUse as error:
        raise ValueError(f"{error.what} {error.reason}") from error


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("\n") if line.strip())


def _pairs(text: str) -> Pairs:
    found: list[tuple[str, str | None]] = []
    for line in text.split("\n"):
        if line.strip():
            name, equals, value = line.partition("=")
            found.append((name.strip(), value if equals else None))
    return tuple(found)


def _written_others(others: Sequence[tuple[str, str]]) -> str:
    return " ".join(joined([f"--{name}", *([value] if value else [])]) for name, value in others)


def _each(fault: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda values: first_fault(values, fault)


LINE = Kind(str.strip, str)
LIST = Kind(lambda text: tuple(text.replace(",", " ").split()), ", ".join)
LINES = Kind(_lines, "\n".join)
PAIRS = Kind(_pairs, lambda pairs: "\n".join(name if value is None else f"{name}={value}" for name, value in pairs))
COMMAND = Kind(lambda text: tuple(_words(text)), joined)
ENTRYPOINT = Kind(_entrypoint, lambda value: "" if value is None else joined([value]))
OTHERS = Kind(_others, _written_others)
WORDS = (COMMAND, ENTRYPOINT, OTHERS)
"""Those whose text is what a shell parts into words."""

USUAL = (
    Ask("name", "&Name", LINE, "", "the engine makes one up", fault=container_name_fault),
    Ask("command", "&Command", COMMAND, "", "the image's own"),
    Ask("ports", "&Ports", LIST, "host:container, parted by commas", "8080:80", 0, _each(port_fault)),
    Ask("environment", "&Environment", PAIRS, "NAME=value, one a line", "NAME=value", 3),
    Ask(
        "volumes",
        "&Volumes",
        LINES,
        "source:/path, one a line",
        "data:/var/lib/data\n/home/me/site:/srv:ro",
        2,
        _each(volume_fault),
    ),
)
MORE: tuple[tuple[str, tuple[Ask, ...]], ...] = (
    (
        "Process",
        (
            Ask("entrypoint", "Entrypoint", ENTRYPOINT, "One program, '' for none", "the image's own"),
            Ask("user", "User", LINE, "Name or number, :group after it", "the image's own"),
            Ask("workdir", "Working directory", LINE, "", "the image's own", fault=path_fault),
            Ask("restart", "Restart policy", LINE, "no, always, unless-stopped or on-failure:3", "no"),
        ),
    ),
    (
        "Network",
        (
            Ask("networks", "Networks", LIST, "Names, or host or none; parted by commas", "the engine's usual one"),
            Ask("hostname", "Host name", LINE, "", "the container's id"),
        ),
    ),
    (
        "Limits and rights",
        (
            Ask("memory", "Memory", LINE, "512m, 1.5g", "no limit", fault=memory_fault),
            Ask("cpus", "CPUs", LINE, "0.5 is half of one", "no limit", fault=cpus_fault),
            Ask("cap_add", "Add capabilities", LIST, "", "NET_ADMIN", fault=_each(capability_fault)),
            Ask("cap_drop", "Drop capabilities", LIST, "", "ALL", fault=_each(capability_fault)),
            Ask(
                "devices",
                "Devices",
                LINES,
                "One a line, :/dev/other and :rw after it",
                "/dev/ttyUSB0",
                2,
                _each(device_fault),
            ),
            Ask(
                "tmpfs",
                "Folders in memory",
                LINES,
                "One a line, options after :",
                "/run:size=64m",
                2,
                _each(tmpfs_fault),
            ),
        ),
    ),
    (
        "Health",
        (
            Ask(
                "health_cmd",
                "Check",
                LINE,
                "A shell's command that ends with 0 while all is well",
                "the image's own",
            ),
            Ask("health_interval", "Every", LINE, "", "30s", fault=time_fault),
            Ask("health_timeout", "Time out", LINE, "", "30s", fault=time_fault),
            Ask("health_retries", "Retries", LINE, "", "3", fault=count_fault),
            Ask("health_start_period", "Not counted at first", LINE, "", "0s", fault=time_fault),
        ),
    ),
    (
        "Others",
        (
            Ask(
                "labels",
                "Labels",
                PAIRS,
                "NAME=value, one a line",
                "NAME=value",
                2,
                lambda v: first_fault([name for name, _ in v], label_fault),
            ),
            Ask("others", "Other options", OTHERS, "As docker run takes them", "--init --dns 192.0.2.1 --shm-size 1g"),
        ),
    ),
)
FLAGS = {
    "detach": "Run in the &background (detached)",
    "remove": "Re&move the container when it ends",
    "interactive": "Keep its &input open (-i)",
    "tty": "With a &terminal (-t)",
}
MORE_FLAGS = {
    "publish_all": ("Network", "Publish all ports that the image names"),
    "read_only": ("Limits and rights", "Its files are read-only"),
    "privileged": ("Limits and rights", "All rights of the host (privileged)"),
    "no_healthcheck": ("Health", "No check, whatever the image says"),
}


def fault_of(ask: Ask, text: str) -> tuple[Any, str]:
    """What was read and what is wrong with it; None where it cannot be read at all."""
    try:
        value = ask.kind.read(text)
    except ValueError as error:
        return None, plain(str(error), 200)
    return value, ask.fault(value)
