"""`make bench` prints figures beside yardsticks, as ratios, all taken in one run. Only ratios of one run mean anything.

    P  a bare Python       T  Python's tarfile over the same layers     t  GNU tar -t of the same layers
    D  decompressing alone with the same library     S  docker save to nowhere     W  an empty window to its first paint

P is taken off both sides; I, inspect of next to nothing, is not: it tells how much of a small figure is our own start.
make bench ARGS=--quick takes images of a tenth (none of 1,000,000 entries) and each figure once; ARGS="--engine URL
--image NAME" looks at an engine and image of yours instead of a private one. dive has a row where it is on the PATH.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import yardsticks
from tests.benchmarks.archives import Made, large_files, many_files, wide_folder
from tests.benchmarks.measure import Cost


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="make bench", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="small images, each figure taken once")
    parser.add_argument("--runs", type=int, default=0, help="each figure is the median of so many (default 3)")
    parser.add_argument("--engine", default="", metavar="URL", help="an engine of your own, for S")
    parser.add_argument("--image", default="", metavar="NAME", help="an image on it")
    parser.add_argument("--folder", type=Path, default=None, help="where the archives are made (default: temporary)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.folder) as name:
        runs = options.runs or (1 if options.quick else 3)
        _Bench(Path(name), runs).run(10 if options.quick else 1, options.engine, options.image)


class _Bench:
    def __init__(self, folder: Path, runs: int) -> None:
        self.folder = folder
        self.runs = runs
        self.cache = folder / "cache"
        self.bare = yardsticks.bare_python(runs)

    def run(self, smaller: int, engine: str, image: str) -> None:
        print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
              f"load {os.getloadavg()[0]:.1f}; P = {self.bare.wall:.3f} s; wall s, CPU s, peak MiB")  # fmt: skip
        print(f"{'':34} {'wall':>7} {'CPU':>7} {'MiB':>6}   ratio of wall, of CPU")
        self.start()
        self.archive(self.make(large_files, 256 // smaller // 8 * 8 << 20), 1.0)
        self.archive(self.make(many_files, 200_000 // smaller), 0.30, warm=0.15)
        for compression in ("gzip", "zstd"):
            self.archive(self.make(many_files, 12_000 // smaller, 3, compression, 20_000), 1.15)
        self.archive(self.make(many_files, 150_000 // smaller, 100), 0.30)
        if smaller == 1:
            self.archive(self.make(many_files, 980_000), 0.30, warm=0.60)
        if engine and image:
            self.engine(engine, image)
        else:
            self.own_engine(60_000 // smaller)
        self.window()
        self.browse(50_000 // smaller, 0)
        self.browse(50_000 // smaller, 930_000 // smaller)
        self.stall(1_000_000 // smaller)
        self.load(60 // smaller)

    def start(self) -> None:
        made = self.make(many_files, 10, 1)
        self.line("I inspect of 10 files", yardsticks.inspecting(self.runs, str(made.path), None))
        made.path.unlink()

    def make(self, maker: Callable[..., Made], *arguments: object) -> Made:
        """In a process of its own: a child's peak of memory counts from what its parent holds."""
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.apply(maker, (self.folder, *arguments))

    def archive(self, made: Made, budget: float, warm: float | None = None) -> None:
        print(f"\n{made.name} ({made.entries:,} entries)")
        then = time.time() - 3600  # what was written this very moment is not trusted by the cache
        os.utime(made.path, (then, then))
        ours = yardsticks.inspecting(self.runs, str(made.path), None)
        listing = yardsticks.tarfile_listing(1 if made.entries > 500_000 else self.runs, made)
        self.line("inspect, cold", ours)
        if made.compression:
            alone = yardsticks.decompressing(self.runs, made)
            self.line("D decompressing alone", alone, ours, f"budget {budget} D")
            self.line("T tarfile", listing, ours)
        else:
            self.line("T tarfile", listing, ours, f"budget {budget} T")
        gnu = yardsticks.gnu_tar(self.runs, made)
        if gnu is not None:
            self.line("t tar -t", gnu, ours)
        dived = yardsticks.dive(1, made)
        if dived is not None:
            self.line("dive", dived, ours)
        first = yardsticks.inspecting(1, str(made.path), self.cache)
        self.line("inspect, filling the cache", first)
        again = yardsticks.inspecting(self.runs, str(made.path), self.cache)
        self.line("inspect, warm", again, note=f"budget {warm:.2f} s + P" if warm else "")
        used = sum(each.stat().st_size for each in self.cache.rglob("*.ixc"))
        print(f"  {'cache':32} {used / made.entries:7.0f} bytes an entry (budget 150)")
        for each in self.cache.rglob("*.ixc"):
            each.unlink()
        made.path.unlink()

    def engine(self, url: str, image: str) -> None:
        print(f"\n{image} on {url}")
        saved = yardsticks.save_to_nowhere(self.runs, image, {"DOCKER_HOST": url})
        ours = yardsticks.inspecting(self.runs, f"engine://{image}", None, ["--host", url])
        self.line("inspect, cold", ours)
        if saved is not None:
            self.line("S docker save", saved, ours, "budget 1.05 S; 0.10 S where the layers can be read")

    def own_engine(self, count: int) -> None:
        """A private one, as the tests start it, with an image of small files."""
        import docker

        from tests.private_engine import NoEngineError, PrivateEngine

        made = self.make(many_files, count, 4, "", 8_000)
        try:
            private = PrivateEngine("docker")
            private.start()
        except NoEngineError as error:
            print(f"\nno engine: {error}")
            return
        try:
            api = docker.APIClient(base_url=private.location, timeout=600)
            with made.path.open("rb") as file:
                list(api.load_image(file))
            print(f"\n{made.name} on a Docker engine ({made.entries:,} entries)")
            saved = yardsticks.save_to_nowhere(self.runs, "bench:latest", {"DOCKER_HOST": private.location})
            at = ["--host", private.location]
            for title, more, budget in (
                ("inspect, its folders read", [], "0.10 S"),
                ("inspect --verify, its export read", ["--verify"], "1.05 S"),
            ):
                ours = yardsticks.inspecting(self.runs, "engine://bench:latest", None, [*at, *more])
                self.line(title, ours)
                if saved is not None:
                    self.line("S docker save", saved, ours, f"budget {budget}")
            api.close()
        finally:
            private.stop()
            made.path.unlink()

    def stall(self, count: int) -> None:
        made = self.make(many_files, count)
        print(f"\nthe window while {made.entries:,} entries are indexed (offscreen)")
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.stall", str(made.path)], capture_output=True, text=True, check=True
        )
        layers, tree, median, p99, worst = done.stdout.split()[-5:]
        print(f"  {'layers and steps shown':32} {layers} s   budget 0.15 s;   files {tree} s")
        print(f"  {'lateness of a 5 ms timer':32} median {median}, p99 {p99}, most {worst} ms   budget 16 / 50 ms")
        made.path.unlink()

    def load(self, seconds: int) -> None:
        print(
            f"\nthe window while an engine of 5,000 images and 2,000 containers tells 200 events a second, {seconds} s"
        )
        command = [sys.executable, "-m", "tests.benchmarks.load", str(seconds)]
        told = subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL).split()[-11:]
        rows, median, p99, worst, used, most_used, held, asked, events, _logs, _settled, right = told
        print(f"  {'first rows':32} {rows} s;   {asked} requests for {events} events; lists right at the end: {right}")
        print(f"  {'lateness of a 5 ms timer':32} median {median}, p99 {p99}, most {worst} ms   budget 50 / 200 ms")
        print(f"  {'its own processor time of that':32} p99 {used}, most {most_used} ms")
        print(f"  {'memory of the window':32} {held} MiB   budget 600 MiB")

    def browse(self, children: int, others: int) -> None:
        made = self.make(wide_folder, others, children)
        print(f"\na tree of {made.entries:,} entries in the window (offscreen), {children:,} of them in one folder")
        took = [self._browsed(made.path) for _ in range(self.runs)]
        opening, sorting, filtering = (statistics.median(each) for each in zip(*took, strict=True))
        print(f"  {'the folder is opened':32} {opening:.3f} s   budget 0.1 s")
        print(f"  {'sorted by size':32} {sorting:.3f} s   budget 0.2 s for the folder's own")
        print(f"  {'filtered to first hits':32} {filtering:.3f} s   budget 0.3 s")
        made.path.unlink()

    def _browsed(self, path: Path) -> list[float]:
        command = [sys.executable, "-m", "tests.benchmarks.browse", str(path)]
        return [float(each) for each in subprocess.check_output(command, text=True, stderr=subprocess.DEVNULL).split()]

    def window(self) -> None:
        print("\nstart to the first painted window (offscreen)")
        bare = yardsticks.bare_window(self.runs)
        ours = yardsticks.our_window(self.runs, self.folder)
        self.line("window", ours)
        ratio = ours.wall / bare.wall
        print(f"  {'W bare window':32} {bare}   {ratio:5.2f} {ours.cpu / bare.cpu:5.2f}   budget 2.0 W")

    def line(self, title: str, cost: Cost, ours: Cost | None = None, note: str = "") -> None:
        ratios = ""
        if ours is not None:
            mine, theirs = ours - self.bare, cost - self.bare
            ratios = f"{mine.wall / theirs.wall:5.2f} {mine.cpu / theirs.cpu:5.2f}"
        print(f"  {title:32} {cost}   {ratios:11}   {note}".rstrip(), flush=True)


if __name__ == "__main__":
    main()
