"""The fuzz targets hold for their corpus and for a fixed number of new inputs; long runs are `make torture`'s."""

from __future__ import annotations

import importlib.util
import os
import random
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
INPUTS = int(os.environ.get("IMAGEXPLORER_FUZZ_INPUTS", "2000"))
SLICE = 90
# Seconds of processor time a target: 2 hours in all, however busy the machine is.
LONG_RUN = float(os.environ.get("IMAGEXPLORER_FUZZ_SECONDS", 7200 / len(TARGETS)))


def corpus(name: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    data = bytearray(chance.choice(seeds))
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0 if data:
                data[at % len(data)] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + chance.randrange(16)] = chance.randbytes(chance.randrange(16))
            case 2:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1) // 512 * 512
                data[at // 512 * 512 : at // 512 * 512] = other[start : start + 512 * chance.randrange(1, 4)]
            case 3:
                del data[at:]
            case 4:
                del data[at // 512 * 512 : at // 512 * 512 + 512]
            case 5:
                data[at : at + 1] = chance.choice((b"\xff", b"\x80", b"-", b"\0", b"9", b"x", b"L", b"S", b"="))
            case _:
                data[at : at + 12] = chance.choice(
                    (b"777777777777", b"\xff" * 12, b"\x80" + b"\xff" * 11, b"-0000000001\0")
                )
    return bytes(data[:20_000])


@pytest.mark.parametrize("name", TARGETS)
def test_target_holds(name: str) -> None:
    seeds = corpus(name)
    assert len(seeds) >= 5
    for data in seeds:
        TARGETS[name](data)
    chance = random.Random(20)
    for number in range(INPUTS):
        data = mutated(chance, seeds)
        try:
            TARGETS[name](data)
        except Exception as error:
            error.add_note(f"input {number} of {name}: keep it in {CORPUS / name}: {data.hex()}")
            raise


def processor_seconds() -> float:
    """User and system time of the processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.torture
@pytest.mark.parametrize("name", TARGETS)
def test_long_run(name: str, tmp_path: Path) -> None:
    assert importlib.util.find_spec("atheris"), "atheris is not installed: pip install atheris"
    executed, spent, began = 0, 0.0, time.monotonic()
    while (left := LONG_RUN - spent) > 0:
        before = processor_seconds()
        # In slices: atheris keeps what is compared with NumPy's arrays, some 15 kB an execution.
        limits = [f"-max_total_time={min(SLICE, int(left) + 1)}", "-print_final_stats=1", f"--keep={tmp_path}"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.run", name, *limits], capture_output=True, text=True,
            timeout=20 * SLICE, cwd=Path(__file__).parents[2], check=False,
        )  # fmt: skip
        spent += processor_seconds() - before
        assert done.returncode == 0, done.stderr[-4000:]
        found = re.search(r"stat::number_of_executed_units:\s+(\d+)", done.stderr)
        executed += int(found[1]) if found else 0
    took = f"{spent:,.0f} s of processor time ({time.monotonic() - began:,.0f} s by the clock)"
    print(f"{name}: {executed:,} executions in {took}, {len(list(tmp_path.iterdir())):,} new inputs", flush=True)
    assert executed
