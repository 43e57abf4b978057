"""What our figures are divided by; each is a program that anyone has."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.archives import Made
from tests.benchmarks.measure import Cost, median, python, run, run_once, total

TARFILE = """
import io, sys, tarfile, zlib
path, compression, *places = sys.argv[1:]
class Window(io.RawIOBase):
    def __init__(self, file, start, length):
        self.file, self.start, self.length, self.at = file, start, length, 0
    def readable(self): return True
    def seekable(self): return True
    def seek(self, at, whence=0):
        self.at = at if whence == 0 else self.at + at if whence == 1 else self.length + at
        return self.at
    def tell(self): return self.at
    def readinto(self, buffer):
        self.file.seek(self.start + self.at)
        data = self.file.read(min(len(buffer), self.length - self.at))
        buffer[:len(data)] = data
        self.at += len(data)
        return len(data)
file = open(path, "rb")
for place in places:
    start, length = map(int, place.split(":"))
    window = io.BufferedReader(Window(file, start, length))
    if compression == "gzip":
        archive = tarfile.open(fileobj=window, mode="r|gz")
    elif compression == "zstd":
        import zstandard
        reader = zstandard.ZstdDecompressor().stream_reader(window, read_across_frames=True)
        archive = tarfile.open(fileobj=reader, mode="r|")
    else:
        archive = tarfile.open(fileobj=window, mode="r:")
    for member in archive:
        member.name, member.size, member.mode
    archive.members = []
"""

DECOMPRESS = """
import sys
path, compression, *places = sys.argv[1:]
file = open(path, "rb")
for place in places:
    start, length = map(int, place.split(":"))
    file.seek(start)
    if compression == "gzip":
        from isal import igzip_lib
        packer = None
        while length or (packer and packer.unused_data):
            if packer is None or packer.eof:
                rest = packer.unused_data if packer else b""
                packer = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
            else:
                rest = b""
            data = rest or file.read(min(length, 1 << 18))
            length -= 0 if rest else len(data)
            packer.decompress(data)
    else:
        import zstandard
        packer = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)
        while length:
            data = file.read(min(length, 1 << 18))
            length -= len(data)
            packer.decompress(data)
"""

WINDOW = """
import os, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, lambda: os._exit(0))
app = QApplication(sys.argv)
window = Window()
window.resize(1280, 800)
window.show()
app.exec()
"""

OUR_WINDOW = """
import os, sys
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
class Eye(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            QTimer.singleShot(0, lambda: os._exit(0))
        return False
inner = QApplication.exec
def wait(*arguments):
    app = QApplication.instance()
    app.eye = Eye()
    # On the window alone: a filter of the whole application sees objects of Qt's own, and PySide then creates all its
    # classes to find out what they are.
    for widget in app.topLevelWidgets():
        if isinstance(widget, QMainWindow):
            widget.installEventFilter(app.eye)
            widget.update()
    return inner()
QApplication.exec = wait
from imagexplorer.cli import main
main(sys.argv[1:])
"""


def bare_python(runs: int) -> Cost:
    """P."""
    return python(runs * 3, "pass")


def places(made: Made) -> list[str]:
    return [str(made.path), made.compression, *(f"{start}:{length}" for start, length in made.layers)]


def tarfile_listing(runs: int, made: Made) -> Cost:
    """T: Python's tarfile over every entry of every layer."""
    return python(runs, TARFILE, *places(made))


def gnu_tar(runs: int, made: Made) -> Cost | None:
    """t: `tar -t` of the layers, one after the other."""
    tar = shutil.which("tar")
    if tar is None or (made.compression == "zstd" and shutil.which("zstd") is None):
        return None
    option = {"": [], "gzip": ["-z"], "zstd": ["--zstd"]}[made.compression]
    taken = []
    for _ in range(runs):
        costs = []
        for start, _length in made.layers:
            with open(made.path, "rb") as file:
                file.seek(start)
                # What follows the layer in the archive is no concern of its: tar stops at the layer's end.
                wrapped = ["sh", "-c", '"$0" "$@" 2>/dev/null || true', tar, *option, "-tf", "-"]
                costs.append(run_once(wrapped, stdin=file))
        taken.append(total(costs))
    return median(taken)


def decompressing(runs: int, made: Made) -> Cost:
    """D: the same library, the same bytes, thrown away."""
    return python(runs, DECOMPRESS, *places(made))


def dive(runs: int, made: Made) -> Cost | None:
    found = shutil.which("dive")
    if found is None or made.compression:
        return None
    return run(runs, [found, f"docker-archive://{made.path}", "--ci"], {"CI": "true"})


def save_to_nowhere(runs: int, image: str, environment: dict[str, str]) -> Cost | None:
    """S: `docker save IMAGE >/dev/null`."""
    docker = shutil.which("docker")
    return run(runs, [docker, "save", image], environment) if docker else None


def bare_window(runs: int) -> Cost:
    """W: an empty QMainWindow to the end of its first paint."""
    return run(runs, [sys.executable, "-c", WINDOW], {"QT_QPA_PLATFORM": "offscreen"})


def our_window(runs: int, folder: Path) -> Cost:
    own = {name: str(folder / name) for name in ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    nowhere = f"unix://{folder}/no-engine.sock"
    return run(runs, [sys.executable, "-c", OUR_WINDOW, "--host", nowhere], {"QT_QPA_PLATFORM": "offscreen", **own})


def inspecting(runs: int, target: str, cache: Path | None, more: Sequence[str] = ()) -> Cost:
    """Ours, the whole process."""
    options = ["--json", *more] + ([] if cache else ["--no-cache"])
    environment = {"IMAGEXPLORER_CACHE": str(cache)} if cache else {}
    return run(runs, [sys.executable, "-m", "imagexplorer", "inspect", target, *options], environment)
