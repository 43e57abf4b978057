"""The tar reader alone beside Python's tarfile and `tar -t`: `python -m tests.benchmarks.scan [--runs N] [--full]`.

Every line is a process of its own; P, a bare Python, is taken off both sides. Ratios are against T.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import yardsticks
from tests.benchmarks.archives import Made, large_files, many_files
from tests.benchmarks.measure import Cost, python

SCAN = """
import os, sys
sys.path.insert(0, os.getcwd())
from imagexplorer.core.control import Control
from imagexplorer.sources.readers import FileReader
from imagexplorer.sources.tar_scan import scan
path, ways, *places = sys.argv[1:]
descriptor = os.open(path, os.O_RDONLY)
held = []
for place in places:
    start, length = map(int, place.split(":"))
    held.append(scan(FileReader(descriptor, start, length), where=path, hash_contents="c" in ways,
                     hash_stream="s" in ways, control=Control()))
    assert not held[-1].problems, held[-1].problems
"""

WAYS = (("headers only", ""), ("+ contents", "c"), ("+ stream (verify)", "s"), ("+ both", "cs"))


def scanning(runs: int, made: Made, ways: str) -> Cost:
    return python(runs, SCAN, str(made.path), ways, *yardsticks.places(made)[2:])


def show(made: Made, runs: int, bare: Cost) -> None:
    print(f"\n{made.name} ({made.entries:,} entries)")
    listing = yardsticks.tarfile_listing(runs, made)
    print(f"  {'T tarfile':30} {listing}")
    gnu = yardsticks.gnu_tar(runs, made)
    if gnu:
        print(f"  {'t tar -t':30} {gnu}")
    if made.compression:
        print(f"  {'D decompressing alone':30} {yardsticks.decompressing(runs, made)}")
    for title, ways in WAYS:
        ours = scanning(runs, made, ways)
        mine, theirs = ours - bare, listing - bare
        print(
            f"  {'scan, ' + title:30} {ours}   {mine.wall / theirs.wall:5.2f} {mine.cpu / theirs.cpu:5.2f} T",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--full", action="store_true", help="with 1,000,000 entries")
    options = parser.parse_args()
    bare = yardsticks.bare_python(options.runs)
    print(f"P = {bare.wall:.3f} s; wall s, CPU s, peak MiB, ratios of wall and of CPU")
    makers: list[tuple[Callable[..., Made], tuple[object, ...]]] = [
        (many_files, (200_000,)),
        (many_files, (12_000, 3, "gzip", 20_000)),
        (many_files, (12_000, 3, "zstd", 20_000)),
        (large_files, ()),
    ]
    if options.full:
        makers.append((many_files, (980_000,)))
    for maker, arguments in makers:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            # In a process of its own: a child's peak counts from what its parent holds.
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                made = pool.apply(maker, (Path(folder), *arguments))
            show(made, options.runs, bare)


if __name__ == "__main__":
    main()
