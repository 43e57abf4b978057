"""A few kilobytes that become gigabytes: streamed within bounds, told, and left at once when the user says so.

Peaks are those of the process that reads, as the system counted them.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Cancelled
from imagexplorer.indexing.client import open_remote
from imagexplorer.indexing.records import CacheOptions
from imagexplorer.indexing.workers import Workers
from tests import tars

GIB = 1 << 30
BOUND = 200 << 20
"""Bytes over the start."""
_PIECE = 64 << 20

SMALL = [pytest.param(GIB, "zstd", id="1GiB-zstd")]
FULL = [
    pytest.param(size * GIB, compression, id=f"{size}GiB-{compression}", marks=pytest.mark.torture)
    for size in (1, 16)
    for compression in ("gzip", "zstd")
    if (size, compression) != (1, "zstd")
]


def bomb(path: Path, size: int, compression: str) -> Path:
    """An image whose one layer holds `size` zeros, in as many members or frames as it takes. Its diff ID is a lie."""
    pack = zstandard.ZstdCompressor(19).compress if compression == "zstd" else lambda data: gzip.compress(data, 9)
    zeros = pack(bytes(_PIECE))
    head = tars.header(tars.file("zeros"), b"zeros", b"", size)
    layer = pack(head) + zeros * (size // _PIECE) + pack(bytes(1024))
    config = {"os": "linux", "rootfs": {"type": "layers", "diff_ids": [tars.digest(b"a lie")]}, "history": []}
    raw = tars.dumped(config)
    manifest = [{"Config": f"{tars.digest(raw)[7:]}.json", "RepoTags": ["bomb:1"], "Layers": ["layer.tar"]}]
    members = [
        tars.file("layer.tar", layer),
        tars.file(f"{tars.digest(raw)[7:]}.json", raw),
        tars.file("manifest.json", tars.dumped(manifest)),
    ]
    path.write_bytes(tars.tar(members))
    assert path.stat().st_size < 32 << 20
    return path


def peak(pid: int, name: str = "VmHWM") -> int:
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) << 10


linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peaks are read from /proc")


_PEAK = """
import json, sys
from pathlib import Path
from imagexplorer import cli
from imagexplorer.core import layer_index
import numpy, imagexplorer.indexing.builder, imagexplorer.sources.tar_scan
def peak():  # not ru_maxrss: that is inherited from the process that started this one
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) << 10
before = peak()
status = cli.main(sys.argv[1:])
print(json.dumps({"status": status, "grown": peak() - before}), file=sys.stderr)
"""


@linux
@pytest.mark.parametrize(("size", "compression"), SMALL + FULL)
def test_on_the_command_line(tmp_path: Path, size: int, compression: str) -> None:
    path = bomb(tmp_path / "bomb.tar", size, compression)
    before = sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file())
    done = subprocess.run(
        [sys.executable, "-c", _PEAK, "inspect", "--json", "--verify", "--no-cache", str(path)],
        capture_output=True, text=True, check=False, timeout=900, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stderr.splitlines()[-1])
    print(f"{path.stat().st_size:,} bytes of {compression} become {size:,}: {told['grown']:,} bytes over the start")
    assert told["grown"] < BOUND
    document = json.loads(done.stdout)
    assert document["layers"][0]["stored_bytes"] == size
    said = " ".join(problem["reason"] for problem in document["problems"])
    assert "digest" in said
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) == before


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    made = Workers(CacheOptions(directory=str(tmp_path / "cache")))
    yield made
    made.close()


@linux
@pytest.mark.parametrize(("size", "compression"), FULL)
def test_in_the_windows_worker(workers: Workers, tmp_path: Path, size: int, compression: str) -> None:
    source = open_remote(Address("file", str(bomb(tmp_path / "bomb.tar", size, compression))), workers, Control())
    detail = source.image("0", Control())
    workers.warm(Control())
    assert workers.scans.pid is not None
    before = peak(workers.scans.pid)
    _, tree = source.build(detail, Control())
    assert tree.layers[0].stored_bytes == size
    assert tree.layers[0].problems
    grown = peak(workers.scans.pid) - before
    print(f"{size:,} bytes of {compression} in the worker: {grown:,} bytes over the start")
    assert grown < BOUND


@linux
@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_it_is_left_at_once(workers: Workers, tmp_path: Path, compression: str) -> None:
    """Cancelled in the middle of 16 GiB, the question ends; the worker stops reading too."""
    source = open_remote(Address("file", str(bomb(tmp_path / "bomb.tar", 16 * GIB, compression))), workers, Control())
    detail = source.image("0", Control())
    workers.warm(Control())
    reading = threading.Event()
    control = Control(lambda *_: reading.set())
    outcome: list[Any] = []

    def ask() -> None:
        try:
            outcome.append(source.build(detail, control))
        except Cancelled as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert reading.wait(60)
    pid = workers.scans.pid
    begun = time.monotonic()
    control.cancel()
    thread.join(30)
    took = time.monotonic() - begun
    assert isinstance(outcome[0], Cancelled)
    assert workers.scans.pid is None or _idle(pid)
    print(f"cancelled within {took * 1000:.0f} ms")


def _idle(pid: int | None) -> bool:
    """Whether the process that read is gone, or does not read any more."""
    for _ in range(100):
        try:
            ticks = [sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))]
        except OSError:
            return True
        time.sleep(0.1)
        try:
            ticks.append(sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])))
        except OSError:
            return True
        if ticks[0] == ticks[1]:
            return True
    return False
