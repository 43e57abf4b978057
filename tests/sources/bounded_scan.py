"""Run as a program: scans each file named on standard input within bounds, and prints what it read as JSON lines.

Bounds of every file: `SECONDS` and `MEMORY` bytes over the start, both enforced by the system, so that a hang or a
blow-up kills this process instead of the test run. One process reads all: starting one for each is dear.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

from imagexplorer.core.control import Control
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.layer_index import KINDS
from imagexplorer.sources.readers import FileReader
from imagexplorer.sources.tar_scan import scan

SECONDS = 60
MEMORY = 200 << 20


def address_space() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def main() -> None:
    import numpy as np  # part of the start, not of a file

    np.zeros(1)
    limit = address_space() + MEMORY + (64 << 20)  # a thread's stack and the allocator's arenas are reserved, not used
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    for line in sys.stdin:
        path, verify = json.loads(line)
        signal.alarm(SECONDS)
        started = time.process_time()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        descriptor = os.open(path, os.O_RDONLY)
        answer: dict[str, object] = {"path": path, "verify": verify}
        try:
            index = scan(
                FileReader(descriptor, name=path),
                where=path,
                hash_contents=verify,
                hash_stream=verify,
                control=Control(),
            )
            answer["problems"] = [[problem.where, problem.reason] for problem in index.problems]
            huge = len(index["paths"]) + len(index["links"]) > 5_000_000
            answer["entries"] = [
                [
                    os.fsdecode(index.path(row)),
                    KINDS[index["kind"][row]],
                    index["size"][row],
                    os.fsdecode(index.link(row) or b""),
                ]
                for row in range(min(len(index), 5 if huge else 5000))
            ]
            answer["count"] = len(index)
        except ImagexplorerError as error:
            answer["raised"] = f"{type(error).__name__}: {error}"
        os.close(descriptor)
        answer["seconds"] = time.process_time() - started
        answer["grown"] = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
