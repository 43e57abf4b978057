"""Stacking and views on made layers beside their budgets. `python -m tests.benchmarks.stack [entries]`."""

from __future__ import annotations

import multiprocessing
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from imagexplorer.core.columns import Columns
from imagexplorer.core.layer_index import DIR, FILE, WHITEOUT, LayerIndex
from imagexplorer.core.overlay import stack
from imagexplorer.core.space import space
from imagexplorer.core.tree_nodes import Paths, column
from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.core.tree_viewing import view


def index(paths: list[bytes], kinds: list[int], sizes: list[int]) -> LayerIndex:
    n = len(paths)
    stored = Paths.of_list(paths)
    columns = {"path_start": column(stored.start, "I"), "paths": stored.blob, "kind": column(kinds, "B")}
    columns["size"] = column(sizes, "q")
    for name, code in (("flags", "B"), ("mode", "H"), ("uid", "I"), ("gid", "I"), ("mtime", "q"), ("hash", "Q")):
        columns[name] = column([0] * n, code)
    columns |= {"link_row": column([], "I"), "link_start": column([0], "I"), "links": column([], "B")}
    return LayerIndex(Columns(columns, {}))


def python_like(entries: int, layers: int) -> list[LayerIndex]:
    """Packages of some dozen files in a few folders each; every layer rewrites and deletes some of the one below."""
    made = []
    each = entries // layers
    for number in range(layers):
        rows: list[tuple[bytes, int, int]] = []
        for i in range(each * 60 // 65):
            package = b"usr/lib/python3/dist-packages/package%05d" % (number * 100_000 + i // 60)
            if i % 60 == 0:
                rows.append((package, DIR, 0))
            if i % 15 == 0:
                rows.append((package + b"/part%d" % (i // 15 % 4), DIR, 0))
            rows.append((package + b"/part%d/module_%06d.py" % (i // 15 % 4, i), FILE, 1000 + i))
        for i in range(0, each // 10 if number else 0, 60):
            below = b"usr/lib/python3/dist-packages/package%05d" % ((number - 1) * 100_000 + i // 60)
            rows.append((below + b"/part0/module_%06d.py" % i, WHITEOUT if i % 120 else FILE, 0 if i % 120 else 7))
        made.append(index([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]))
    return made


def one_folder(entries: int) -> list[LayerIndex]:
    paths = [b"var/spool/%08x.job" % (i * 2654435761 % 2**32) for i in range(entries)]
    return [index(paths, [FILE] * entries, list(range(entries)))]


def own_folders(entries: int) -> list[LayerIndex]:
    """The worst for us: every file in a folder of its own."""
    return [index([b"store/%07d/%d/f" % (i, i % 7) for i in range(entries)], [FILE] * entries, [1] * entries)]


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - wall, time.process_time() - cpu, result


def peak_of(make: Callable[..., list[LayerIndex]], *arguments: int) -> float:
    """Bytes an entry that stacking needs on top of the layers, the tree that it makes included."""
    layers = make(*arguments)
    stack([])  # NumPy is there
    tracemalloc.start()
    stack(layers)
    return tracemalloc.get_traced_memory()[1] / sum(map(len, layers))


def line(title: str, work: Callable[[], Any], budget: str = "") -> Any:
    runs = [timed(work) for _ in range(3)]
    wall, cpu = sorted(run[0] for run in runs)[1], sorted(run[1] for run in runs)[1]
    print(f"  {title:44} {wall:7.3f} {cpu:7.3f}   {budget}".rstrip(), flush=True)
    return runs[-1][2]


def main() -> None:
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    print(f"{'':46} {'wall':>7} {'CPU':>7}")
    cases: list[tuple[str, Callable[..., list[LayerIndex]], tuple[int, ...]]] = [
        ("packages, 6 layers", python_like, (entries, 6)),
        ("packages, 500 layers", python_like, (entries // 5, 500)),
        ("one folder", one_folder, (entries,)),
        ("a folder for every file", own_folders, (entries // 4,)),
    ]
    for title, make, arguments in cases:
        layers = make(*arguments)
        count = sum(map(len, layers))
        print(f"{title}: {count:,} entries")
        tree = line(
            "stack", lambda layers=layers: stack(layers), f"about {0.58 * count / 1e6:.2f} s was measured before"
        )
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            peak = pool.apply(peak_of, (make, *arguments))
        print(f"  {'tree / peak on top, bytes an entry':44} {tree.columns.nbytes / count:7.0f} {peak:7.0f}   80 / 171")
        del layers
        line("space", lambda tree=tree: space(tree))
        for what, spec in (
            ("view, cumulative", ViewSpec()),
            ("view, delta", ViewSpec(delta=True)),
            ("view by size, descending", ViewSpec(sort="size", descending=True)),
            ("filter text 'module_0001'", ViewSpec(text="module_0001")),
            ("filter text 'e'", ViewSpec(text="e")),
            ("filter text 'part1/mod'", ViewSpec(text="part1/mod")),
            ("filter glob '*77.py'", ViewSpec(text="*77.py", pattern="glob")),
            ("filter regex 'mod.*77'", ViewSpec(text="mod.*77", pattern="regex")),
        ):
            line(what, lambda tree=tree, spec=spec: view(tree, spec), "0.3 s")


if __name__ == "__main__":
    main()
