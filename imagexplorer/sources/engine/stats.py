"""A container's use, from the engine's stream of statistics; and its process table.

Knows the answers of /containers/x/stats and /containers/x/top, on control groups of version 1 and 2, of Docker and of
Podman. Must not know who looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import short_id
from imagexplorer.core.errors import Damaged, NotFound, Refused
from imagexplorer.core.live import Counted, Processes, Sample, since
from imagexplorer.sources.engine.fields import Json, amount, number, rows, section, strings, text
from imagexplorer.sources.engine.wire import FOREVER, Wire, gone_is_not_found, json_lines, read_up_to

_UNLIMITED = 1 << 62
"""A control group of version 1 without a limit says 2^63 less a page."""
_TOP_BYTES = 4 << 20


def samples(wire: Wire, container_id: str, control: Control) -> Iterator[Sample]:
    """One a second from Docker, one in five seconds from Podman, until the container ends. The first has a share of
    the processor only if the engine compared two moments itself."""
    what = f"statistics of {short_id(container_id)}"
    path = f"/containers/{container_id}"
    before: Counted | None = None
    with (
        gone_is_not_found(wire, f"{path}/json", what, control),
        wire.open(
            "GET", f"{path}/stats", what=what, control=control, params={"stream": 1}, seconds=FOREVER
        ) as response,
    ):
        for answer in json_lines(response, what):
            control.step()
            if isinstance(answer, dict) and text(answer, "cause"):
                raise Refused(what, text(answer, "message") or text(answer, "cause"))
            now = counted(answer)
            if now is None:  # it does not run: zeros, at the year 1
                return
            if before is None:
                before = _precounted(answer)
            yield since(before, now)
            before = now
    control.step()


def counted(answer: Any) -> Counted | None:
    """What one answer says; None where the container does not run."""
    time = _seconds(text(answer, "read"))
    if time is None:
        return None
    cpu = section(answer, "cpu_stats")
    usage = section(cpu, "cpu_usage")
    memory = section(answer, "memory_stats")
    limit = amount(memory, "limit")
    received, sent = _network(answer)
    read, written = _disk(section(answer, "blkio_stats"))
    processes = number(section(answer, "pids_stats"), "current")
    return Counted(
        Sample(
            time=time,
            cores=number(cpu, "online_cpus") or len(usage.get("percpu_usage") or ()) or None,
            memory_bytes=_memory(memory),
            memory_limit_bytes=limit if limit and limit < _UNLIMITED else None,
            received_bytes=received,
            sent_bytes=sent,
            read_bytes=read,
            written_bytes=written,
            processes=processes,
        ),
        amount(usage, "total_usage"),
    )


def _precounted(answer: Any) -> Counted | None:
    """The moment before the first, where the engine waited for two (Podman says the same one twice)."""
    time = _seconds(text(answer, "preread"))
    used = amount(section(section(answer, "precpu_stats"), "cpu_usage"), "total_usage")
    return Counted(Sample(time), used) if time is not None and used else None


def _memory(memory: Json) -> int | None:
    """As `docker stats` has it: without the page cache that can be dropped (docker/cli, stats_helpers.go)."""
    usage = amount(memory, "usage")
    if usage is None:
        return None
    told = section(memory, "stats")
    for key in ("total_inactive_file", "inactive_file"):  # version 1, version 2
        cache = amount(told, key)
        if cache is not None:
            return usage - cache if cache < usage else usage
    return usage


def _network(answer: Any) -> tuple[int | None, int | None]:
    """Over all networks. Podman 4 names them `network`; a container in the host's network has none."""
    networks = section(answer, "networks") or section(answer, "network")
    received = [amount(each, "rx_bytes") for each in networks.values()]
    sent = [amount(each, "tx_bytes") for each in networks.values()]
    return _sum(received), _sum(sent)


def _disk(blkio: Json) -> tuple[int | None, int | None]:
    found: dict[str, list[int | None]] = {"read": [], "write": []}
    for row in rows(blkio.get("io_service_bytes_recursive")):
        if (operation := text(row, "op").lower()) in found:
            found[operation].append(amount(row, "value"))
    return _sum(found["read"]), _sum(found["write"])


def _sum(values: list[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _seconds(moment: str) -> float | None:
    """Unix seconds with their fraction; None for the year 1, by which Go means never."""
    if not moment or moment.startswith("0001-"):
        return None
    try:
        return datetime.fromisoformat(_to_microseconds(moment)).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _to_microseconds(moment: str) -> str:
    """RFC 3339 with as many digits as Python's parser takes: engines write nine, or fewer."""
    head, dot, rest = moment.replace("Z", "+00:00").partition(".")
    if not dot:
        return head
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    return f"{head}.{digits[:6]:0<6}{rest[len(digits) :]}"


def written(wire: Wire, container_id: str, control: Control) -> int | None:
    """Bytes of the writable layer, weighed by the engine now. Docker leaves the field out where it is 0."""
    what = f"size of {short_id(container_id)}"
    answer = wire.get(f"/containers/{container_id}/json", what=what, control=control, params={"size": 1})
    return amount(answer, "SizeRw") or 0 if isinstance(answer, dict) else None


def processes(wire: Wire, container_id: str, control: Control) -> Processes:
    """As `ps -ef` has it on the engine's side. Raises Refused for one that does not run."""
    what = f"processes of {short_id(container_id)}"
    path = f"/containers/{container_id}"
    with (
        gone_is_not_found(wire, f"{path}/json", what, control),
        wire.open("GET", f"{path}/top", what=what, control=control) as response,
    ):
        raw = read_up_to(response, _TOP_BYTES)
    if not raw.strip():  # Podman without the means to tell
        raise Refused(what, "the engine tells none", "Look with ps in a terminal of the container")
    return _table(raw, what)


def _table(raw: bytes, what: str) -> Processes:
    import json

    try:
        answer = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Damaged(what, "the engine's answer is no JSON") from error
    titles = strings(answer, "Titles")
    if not titles and isinstance(answer, dict) and not answer.get("Processes"):
        raise NotFound(what, "the engine tells none")
    if len(titles) == 1:  # Podman 4 gives every row, and the titles, as one text
        titles = titles[0].split()
    found = answer.get("Processes") if isinstance(answer, dict) else None
    table = []
    for row in found if isinstance(found, list) else ():
        cells = [str(cell) for cell in row] if isinstance(row, list) else []
        if len(cells) == 1:
            cells = cells[0].split(None, max(len(titles) - 1, 0))
        table.append(tuple((cells + [""] * len(titles))[: len(titles)]))
    return Processes(tuple(titles), tuple(table))
