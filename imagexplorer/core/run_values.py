"""What the values of a run mean, and in which words to say that they mean nothing.

Sizes, ports and volumes as docker reads them (go-units `RAMInBytes`, go-connections `nat`, moby `volume/mounts`), times
as Go writes them (`1m30s`). Asks no engine and no disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence

from imagexplorer.core.entities import Container
from imagexplorer.core.text import plain

_PORT = re.compile(
    r"(?:(?:(?P<ip>\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]):)?(?P<host>\d*)(?:-(?P<last>\d+))?:)?"
    r"(?P<inner>\d+)(?:-(?P<inner_last>\d+))?(?:/(?P<protocol>tcp|udp|sctp))?"
)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")  # wider than a shell's: some programs read names with dots
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?", re.IGNORECASE)
_TIME = re.compile(r"(?:\d+(?:\.\d+)?(?:h|ms|m|us|µs|ns|s))+")
_TIME_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|us|µs|ns|s)")
_NANO = {"h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "µs": 1000}
_LEAST_MEMORY = 6 << 20
_VOLUME_OPTIONS = frozenset(
    """ro rw z Z U O nocopy copy rshared rslave rprivate shared slave private rbind bind exec noexec suid nosuid dev
    nodev consistent cached delegated idmap""".split()  # noqa: SIM905
)
_RESTARTS = ("no", "always", "unless-stopped", "on-failure")


def port_fault(text: str) -> str:
    """Why `[address:][host:]container[/protocol]` is not what stands here, "" where it is."""
    match = _PORT.fullmatch(text)
    if match is None:
        return f"“{text}” is no port: expected 8080:80, 127.0.0.1:8080:80 or 8080:80/udp"
    for number in (match["host"], match["inner"], match["last"], match["inner_last"]):
        if number and not 0 < int(number) < 65536:
            return f"“{text}”: a port is a number from 1 to 65535"
    return ""


def published(ports: Sequence[str]) -> list[tuple[str, int, str]]:
    """Address, port and protocol on the host that these take; what the engine chooses itself is left out."""
    taken = []
    for text in ports:
        match = _PORT.fullmatch(text)
        if match is not None and match["host"]:
            first = int(match["host"])
            last = min(int(match["last"] or first), first + 65535)
            address = (match["ip"] or "").strip("[]")
            taken += [(address, port, match["protocol"] or "tcp") for port in range(first, last + 1)]
    return taken


def port_conflict(ports: Sequence[str], containers: Sequence[Container]) -> str:
    """Which running container has one of these ports of the host already, "" where none has."""
    anywhere = ("", "0.0.0.0", "::")
    wanted = published(ports)
    if len(set(wanted)) < len(wanted):
        return f"{next(each for each in wanted if wanted.count(each) > 1)[1]} is published twice"
    for container in containers:
        for port in container.ports if container.running else ():
            for address, number, protocol in wanted:
                meet = address == port.host_ip or address in anywhere or port.host_ip in anywhere
                if (number, protocol) == (port.host_port, port.protocol) and meet:
                    return f"{number} is taken by the container {plain(container.name, 60)}"
    return ""


def name_conflict(name: str, containers: Sequence[Container]) -> str:
    taken = name and any(name == container.name for container in containers)
    return f"There is a container {plain(name, 60)} already" if taken else ""


def volume_fault(text: str) -> str:
    """Why `[source:]/target[:ro]` is not what stands here, "" where it is."""
    parts = text.split(":")
    if re.match(r"[A-Za-z]:[\\/]", text):  # a drive
        parts = [":".join(parts[:2]), *parts[2:]]
    if text.startswith("/") and len(parts) == 1 and len(text) > 1:
        return ""  # without a name
    if len(parts) not in (2, 3) or not all(parts):
        return f"“{text}” is no volume: expected name:/path or /folder:/path, :ro at the end for read-only"
    if "$" in parts[0]:
        return f"“{text}”: only a shell knows what $ stands for; write the folder itself"
    if not parts[1].startswith("/"):
        return f"“{text}”: the path inside the container starts with /"
    if len(parts) == 3 and not set(parts[2].split(",")) <= _VOLUME_OPTIONS:
        return f"“{text}”: after the path stands ro or rw"
    return ""


def tmpfs_fault(text: str) -> str:
    return "" if text.startswith("/") else f"“{text}”: expected /path or /path:size=64m"


def variable_fault(name: str, value: str | None, known: Collection[str] = ()) -> str:
    """`known`: names that have a value elsewhere. The value may be a secret: only its name is repeated."""
    if not _VARIABLE.fullmatch(name):
        return f"“{plain(name, 80)}” is no name of a variable" if name else "The name before = is missing"
    return f"{name} has no value yet: write {name}=value" if value is None and name not in known else ""


def label_fault(name: str) -> str:
    return "" if name.strip() else "The name before = is missing"


def bytes_of(text: str) -> int | None:
    """`512m` -> 536870912, `1.5g`, `100` (bytes); None for what is no size."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return None
    return int(float(match[1]) * 1024 ** " kmgtp".index(match[2].lower() or " "))


def memory_fault(text: str) -> str:
    size = bytes_of(text) if text else _LEAST_MEMORY
    if size is None:
        return f"“{text}” is no size: expected 512m or 1.5g"
    return "" if size >= _LEAST_MEMORY else "An engine gives 6m or more"


def nano_cpus(text: str) -> int | None:
    """`1.5` -> 1,500,000,000; None for what is no number of CPUs."""
    if not re.fullmatch(r"\d{1,5}(?:\.\d{1,9})?|\.\d{1,9}", text):
        return None
    whole, _, part = text.partition(".")
    return int(whole or 0) * 1_000_000_000 + int(part.ljust(9, "0"))


def cpus_fault(text: str) -> str:
    return "" if not text or nano_cpus(text) else f"“{text}” is no number of CPUs: expected 2 or 0.5"


def nanoseconds(text: str) -> int | None:
    """`1m30s` -> 90,000,000,000; None for what is no time."""
    if not _TIME.fullmatch(text):
        return None
    return int(sum(float(number) * _NANO.get(unit, 1) for number, unit in _TIME_PART.findall(text)))


def time_fault(text: str) -> str:
    nano = nanoseconds(text) if text else None
    if text and nano is None:
        return f"“{text}” is no time: expected 30s or 1m30s"
    return "An engine takes 1ms or more" if nano is not None and nano < 1_000_000 else ""


def count_fault(text: str) -> str:
    return "" if not text or (text.isascii() and text.isdecimal()) else f"“{text}” is no number"


def restart_fault(text: str, remove: bool = False) -> str:
    name, colon, most = text.partition(":")
    if not text:
        return ""
    if name not in _RESTARTS or (colon and (name != "on-failure" or not most.isdecimal())):
        return f"“{text}”: expected no, always, unless-stopped or on-failure:3"
    return "One that is removed when it ends cannot be started again" if remove and name != "no" else ""


def path_fault(text: str) -> str:
    return "" if not text or text.startswith("/") else "A path inside the container starts with /"


def device_fault(text: str) -> str:
    """`/dev/x[:/dev/y][:rwm]`."""
    parts = text.split(":")
    if len(parts) > 3 or not parts[0].startswith("/") or not all(parts):
        return f"“{text}” is no device: expected /dev/x or /dev/x:/dev/y:rw"
    rights = parts[-1] if len(parts) == 3 or (len(parts) == 2 and not parts[1].startswith("/")) else "rwm"
    return "" if rights and set(rights) <= set("rwm") else f"“{text}”: after the device stand r, w and m"


def capability_fault(text: str) -> str:
    return "" if re.fullmatch(r"[A-Za-z_]+", text) else f"“{text}” is no capability: expected NET_ADMIN or ALL"


def signal_fault(text: str) -> str:
    """Why this is no name or number of a signal."""
    number = int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 0
    if re.fullmatch(r"(?:SIG)?[A-Z][A-Z0-9+-]{1,11}", text) or 0 < number < 65:
        return ""
    return "A signal is a name such as SIGTERM, or a number from 1 to 64"


def first_fault(values: Sequence[str], fault: Callable[[str], str]) -> str:
    return next(filter(None, map(fault, values)), "")
