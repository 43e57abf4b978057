"""What a running container says of itself, from real engines: directly, and through the worker process."""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Cancelled, NotFound, Refused
from imagexplorer.core.live import STDERR, STDOUT, LogBatch, LogSpec, TerminalEnded, TerminalSpec, TerminalStarted
from imagexplorer.indexing.client import open_remote
from imagexplorer.indexing.workers import Workers
from imagexplorer.sources.engine.logs import GATHER_SECONDS
from tests.engine_images import write_in
from tests.engines import SAMPLE, Engine

pytestmark = pytest.mark.engine

Host = Any


@pytest.fixture(params=["near", "worker"])
def host(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Host]:
    if request.param == "near":
        yield engine.source
        return
    workers = Workers()
    try:
        yield open_remote(Address("engine", engine.private.location), workers, Control()).host
    finally:
        workers.close()


def lines_of(batches: list[LogBatch]) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    for batch in batches:
        texts = batch.text.split(b"\n")
        assert len(texts) == len(batch) == len(batch.times) // 8
        found += zip(batch.streams, texts, strict=True)
    return found


def made(engine: Engine, tidy: list[str], script: str, **more: Any) -> str:
    container = str(engine.api.create_container(SAMPLE, ["/bin/sh", "-c", script], **more)["Id"])
    tidy.append(container)
    engine.api.start(container)
    return container


def test_a_log_has_both_outputs_whole_lines_and_times(host: Host, engine: Engine, sample: str, tidy: list[str]) -> None:
    container = made(engine, tidy, "for i in 1 2 3; do echo out $i; echo err $i >&2; done; printf 'no newline'")
    engine.api.wait(container)
    batches = list(host.logs(container, LogSpec(), Control()))
    found = lines_of(batches)
    assert [text for stream, text in found if stream == STDERR] == [b"err 1", b"err 2", b"err 3"]
    assert [text for stream, text in found if stream == STDOUT] == [b"out 1", b"out 2", b"out 3", b"no newline"]
    moments = [moment for batch in batches for moment in array("q", batch.times)]
    assert all(abs(moment / 1e9 - time.time()) < 3600 for moment in moments)


def test_a_log_is_followed_until_it_is_left(host: Host, engine: Engine, sample: str, tidy: list[str]) -> None:
    container = made(engine, tidy, "i=0; while true; do i=$((i+1)); echo line $i; sleep 0.05; done")
    control = Control()
    found: list[bytes] = []

    def follow() -> None:
        for batch in host.logs(container, LogSpec(tail=0), control):
            found.extend(text for _, text in lines_of([batch]))
            if len(found) >= 3:
                control.cancel()

    with pytest.raises(Cancelled):
        follow()
    assert all(text.startswith(b"line ") for text in found)


def test_a_flood_comes_whole_and_in_few_batches(host: Host, engine: Engine, sample: str, tidy: list[str]) -> None:
    container = made(engine, tidy, "seq 1 20000")
    engine.api.wait(container)
    began = time.monotonic()
    batches = list(host.logs(container, LogSpec(follow=False), Control()))
    most = (time.monotonic() - began) / GATHER_SECONDS + 2
    assert [text for _, text in lines_of(batches)] == [b"%d" % number for number in range(1, 20001)]
    assert len(batches) < min(2000, most)


def test_a_long_line_is_one(host: Host, engine: Engine, sample: str, tidy: list[str]) -> None:
    container = made(engine, tidy, "seq -s , 1 20000")
    engine.api.wait(container)
    (line,) = lines_of(list(host.logs(container, LogSpec(follow=False), Control())))
    assert line == (STDOUT, b",".join(b"%d" % number for number in range(1, 20001)))


def test_a_log_of_a_terminal_has_no_frames(host: Host, engine: Engine, sample: str, tidy: list[str]) -> None:
    container = made(engine, tidy, "echo one; echo two", tty=True)
    engine.api.wait(container)
    assert lines_of(list(host.logs(container, LogSpec(), Control()))) == [(STDOUT, b"one"), (STDOUT, b"two")]


def test_what_is_gone_has_no_log_no_use_and_no_processes(host: Host, engine: Engine) -> None:
    for ask in (
        lambda: list(host.logs("0" * 64, LogSpec(), Control())),
        lambda: list(host.stats("0" * 64, Control())),
        lambda: host.processes("0" * 64, Control()),
    ):
        with pytest.raises(NotFound):
            ask()


def test_use_is_told_until_the_end(host: Host, engine: Engine, container: str) -> None:
    write_in(engine.api, container, "(while true; do :; done) & echo $! > /spin")
    seen = []
    for sample in host.stats(container, Control()):
        seen.append(sample)
        if len(seen) == 2:
            Thread(target=engine.api.stop, args=(container,), kwargs={"timeout": 0}, daemon=True).start()
        assert len(seen) < 20
    assert len(seen) >= 2
    assert seen[1].time > seen[0].time
    assert seen[1].cpu_percent is not None
    assert 5 < seen[1].cpu_percent < 250
    assert seen[1].memory_bytes is not None
    assert seen[1].processes is None or seen[1].processes >= 2


def test_processes_are_a_table(host: Host, engine: Engine, container: str) -> None:
    table = host.processes(container, Control())
    assert "PID" in table.titles
    assert all(len(row) == len(table.titles) for row in table.rows)
    assert any("sleep" in row[-1] for row in table.rows)
    engine.api.stop(container, timeout=0)
    with pytest.raises(Refused):
        host.processes(container, Control())


def test_the_writable_layer_is_weighed(host: Host, engine: Engine, container: str) -> None:
    before = host.written(container, Control())
    write_in(engine.api, container, "dd if=/dev/zero of=/grown bs=1000 count=500")
    after = host.written(container, Control())
    assert before is not None
    assert after is not None
    assert 500_000 <= after - before < 600_000


def test_what_happened_is_remembered(host: Host, engine: Engine, container: str) -> None:
    engine.api.pause(container)
    engine.api.unpause(container)
    engine.api.stop(container, timeout=0)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        told = [each.what for each in host.history(container, 0, Control())]
        if "ended" in told:
            break
        time.sleep(0.1)
    assert [each for each in told if each in ("created", "started", "paused", "goes on", "ended")] == [
        "created",
        "started",
        "paused",
        "goes on",
        "ended",
    ]


def prompted(output: bytes) -> bool:
    """A shell waits; busybox's asks where the cursor is, too."""
    return re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", output).rstrip(b" ").endswith((b"#", b"$"))


def talk(host: Host, spec: TerminalSpec, keys: list[bytes]) -> tuple[bytes, TerminalEnded | None]:
    """Each of `keys` is written once the prompt after the one before has come."""
    control = Control()
    output, ended, identifier = b"", None, ""
    for item in host.terminal(spec, control):
        if isinstance(item, TerminalStarted):
            identifier = item.id
        elif isinstance(item, TerminalEnded):
            ended = item
        else:
            output += item
        if keys and prompted(output):
            host.terminal_write(identifier, keys.pop(0), Control())
            output += b"\n"
    return output, ended


def test_a_terminal_talks_both_ways_and_tells_its_end(host: Host, engine: Engine, container: str) -> None:
    keys = [b"stty size; echo $TERM $((40 + 2))\n", b"exit 7\n"]
    output, ended = talk(host, TerminalSpec(container, columns=101, rows=33), keys)
    assert b"xterm-256color 42" in output
    assert b"33 101" in output
    assert ended == TerminalEnded(7)


def test_a_terminal_changes_its_size(host: Host, engine: Engine, container: str) -> None:
    control = Control()

    def talk_until_told() -> None:
        """Podman passes a new size on without waiting for it: the shell is asked until it has come."""
        output, identifier, asked = b"", "", 0
        for item in host.terminal(TerminalSpec(container), control):
            if isinstance(item, TerminalStarted):
                identifier = item.id
            elif isinstance(item, bytes):
                output += item
            if b"50 132" in output:
                control.cancel()
            elif prompted(output):
                if not asked:
                    host.terminal_resize(identifier, 132, 50, Control())
                asked += 1
                assert asked < 500, output[-2000:]
                host.terminal_write(identifier, b"stty size\n", Control())
                output += b"\n"

    with pytest.raises(Cancelled):
        talk_until_told()


def test_leaving_a_terminal_ends_its_shell(host: Host, engine: Engine, container: str) -> None:
    control = Control()

    def leave_once_ready() -> None:
        for item in host.terminal(TerminalSpec(container, ("/bin/sh", "-c", "echo ready; sleep 345")), control):
            if isinstance(item, bytes) and b"ready" in item:
                control.cancel()

    with pytest.raises(Cancelled):
        leave_once_ready()
    until = time.monotonic() + 20
    while any("345" in row[-1] for row in engine.source.processes(container, Control()).rows):
        assert time.monotonic() < until
        time.sleep(0.1)


def test_what_is_no_program_ends_at_once(host: Host, engine: Engine, container: str) -> None:
    items = list(host.terminal(TerminalSpec(container, ("/no/such/shell",)), Control()))
    assert isinstance(items[-1], TerminalEnded)
    assert items[-1].exit_code in (126, 127)


def test_one_that_does_not_run_has_no_terminal(host: Host, engine: Engine, container: str) -> None:
    engine.api.stop(container, timeout=0)
    with pytest.raises(Refused):
        list(host.terminal(TerminalSpec(container), Control()))
