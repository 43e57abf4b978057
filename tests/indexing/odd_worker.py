"""A worker process over a source in memory, which waits, spins, dies and prints when asked. Started by test_process."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

from imagexplorer.core.columns import Columns
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Image, Touched
from imagexplorer.core.errors import Refused
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.indexing import worker


class OddHost:
    def events(self, control: Control) -> Iterator[Touched]:
        number = 0
        while True:
            yield Touched(frozenset({f"image {number}"}))
            number += 1
            if number >= 3:
                time.sleep(0.02)
            control.step()

    def copied_out(self, container_id: str, control: Control) -> Iterator[bytes]:
        """Ten thousand pieces of 100 kB; how many were asked for stands in the file that is named."""
        try:
            for number in range(10_000):
                with open(container_id, "w", encoding="utf-8") as file:
                    file.write(str(number))
                yield bytes(100_000)
        finally:
            with open(container_id, "a", encoding="utf-8") as file:
                file.write(" over")

    def stop(self, container_id: str, control: Control, timeout: int | None = None) -> None:
        raise Refused(container_id, "the engine's own words", "do this")

    def start(self, container_id: str, control: Control) -> None:
        raise RuntimeError(f"a mistake about {container_id}")


class OddSource:
    def __init__(self, address: Address) -> None:
        self.address = address
        self.host = OddHost() if address.kind == "engine" else None

    def images(self, control: Control) -> list[Image]:
        return [Image(f"sha256:{number:064x}", (f"name:{number}",)) for number in range(int(self.address.location))]

    def image(self, reference: str, control: Control, platform: str = "") -> Any:
        if reference == "echo":
            return platform
        if reference == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if reference == "exit":
            sys.stderr.write("worker says goodbye\n")
            sys.stderr.flush()
            os._exit(7)
        if reference == "print":
            print("text that is no frame", flush=True)
            os.write(1, b"and more of it\n")
            return "printed"
        if reference == "garbage":
            worker_fd = max(int(name) for name in os.listdir("/proc/self/fd") if _is_pipe(int(name)))
            os.write(worker_fd, b"\xff" * 64)
        if reference == "memory":
            raise MemoryError
        if reference == "wait":
            while True:
                control.step(1, 2, "waiting")
                time.sleep(0.01)
        if reference == "tidy":  # as one that has something to put away when it is told to end
            control.step(1, 2, "begun")
            try:
                while True:
                    control.step()
                    time.sleep(0.01)
            finally:
                time.sleep(0.2)
                with open(platform, "w", encoding="utf-8") as file:
                    file.write("tidy")
        if reference == "stuck":  # holds the interpreter and hears nothing
            ctypes.PyDLL(None).sleep(60)
        if reference == "slow":
            for number in range(20):
                control.step(number, 20, f"part {number}")
                time.sleep(0.02)
            control.step(20, 20)
        return os.getpid()

    def scan(self, image: Any, wanted: Any, options: Any, done: Any, control: Control) -> Any:
        for number in wanted:
            kind = bytes([number]) * 3_000_000
            done(number, LayerIndex(Columns({"kind": memoryview(kind)}, {"number": number})))
        return image

    def close(self) -> None:
        pass


def _is_pipe(fd: int) -> bool:
    """Whether it is one that can be written to."""
    try:
        os.write(fd, b"")
        return os.readlink(f"/proc/self/fd/{fd}").startswith("pipe:") and fd > 2
    except OSError:
        return False


if __name__ == "__main__":
    worker.main(["lists", '{"enabled": false}'], lambda address, control: OddSource(address))
