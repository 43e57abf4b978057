"""What changed inside a file of a container, against its image, on real engines."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from imagexplorer.core.errors import NotFound, Refused
from imagexplorer.indexing.changed_file import shown
from tests.engine_images import build, write_in
from tests.engines import Engine

pytestmark = pytest.mark.engine

IMAGE = r"""FROM scratch
ADD busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
RUN printf 'one\ntwo\nthree\n' > /conf && echo gone > /old && chmod 644 /conf && \
    printf 'a\000b' > /bin.dat && echo m > /mode
CMD ["sleep", "600"]
"""


def test_a_file_against_its_image(engine: Engine, tidy: list[str]) -> None:
    base = engine.name("test/inside:1")
    image = build(engine.api, base, IMAGE)
    tidy.append(f"image:{base}")
    made = engine.api.create_container(base, ["sleep", "600"])["Id"]
    tidy.append(made)
    engine.api.start(made)
    write_in(
        engine.api,
        made,
        r"""printf 'one\n2\nthree\n' > '/conf'; chown 5:6 /conf; chmod 4600 /conf; rm /old; printf 'a\000c' > /bin.dat
        echo new > '/a new'; chmod 600 /mode""",
    )
    before = {row["Id"] for row in engine.api.containers(all=True)}

    def text(path: str, of: str = image) -> str:
        return shown(engine.source.sides(made, of, path, engine.control), path, False, engine.control).text

    conf = text("/conf")
    assert "mode rw-r--r-- (0644) -> rwS------ (4600)" in conf
    assert ("owner 0:0 -> 5:6" in conf) != engine.podman, "Podman tells root of every file"
    assert "-two\n+2\n" in conf
    assert "different from byte 2" in text("/bin.dat")
    assert "mode rw-r--r-- (0644) -> rw------- (0600)" in text("/mode")
    assert "The content is the same" in text("/mode")
    assert text("/a new", "") == "new\n"
    assert text("/old") == "gone\n"
    with pytest.raises(NotFound):
        text("/never")
    with pytest.raises(Refused):
        text("/\udcff")
    assert {row["Id"] for row in engine.api.containers(all=True)} == before, "nothing is left behind"


def test_a_patch_makes_the_containers_files_of_the_images(engine: Engine, tidy: list[str], tmp_path: Path) -> None:
    base = engine.name("test/patched:1")
    image = build(engine.api, base, IMAGE)
    tidy.append(f"image:{base}")
    trees = {}
    for side in ("image", "container"):
        made = engine.api.create_container(base, ["sleep", "600"])["Id"]
        tidy.append(made)
        if side == "container":
            engine.api.start(made)
            write_in(
                engine.api,
                made,
                r"""printf 'one\n2\nthree' > /conf; rm /old; printf 'a\000c' > /bin.dat; chmod 755 /mode
                mkdir -p '/new dir'; printf 'x\n' > '/new dir/a b'; ln -s conf /link; chmod 4755 '/new dir/a b'""",
            )
        folder = tmp_path / side
        with tarfile.open(fileobj=io.BytesIO(b"".join(engine.api.export(made)))) as archive:
            for member in archive:
                if ("/" not in member.name and (member.isreg() or member.issym())) or member.name.startswith("new dir"):
                    archive.extract(member, folder, filter="data")
        trees[side] = folder
    changes = engine.source.host.changes(made, engine.control)
    text = b"".join(engine.source.host.patch(made, image, changes, engine.control))
    done = subprocess.run(["git", "apply", "-p1"], cwd=trees["image"], input=text, capture_output=True, check=False)
    assert done.returncode == 0, (done.stderr, text)
    notes = [line for line in text.decode().splitlines() if line.startswith("# ")]
    assert any("/bin.dat" in note and "binary file of 3 bytes" in note for note in notes)
    assert any("/new dir/a b" in note and "4755" in note for note in notes)

    if engine.podman:
        assert any("/link: " in note and "does not tell where it leads" in note for note in notes)

    def tree(folder: Path) -> dict[str, object]:
        return {
            str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_bytes()
            for path in folder.rglob("*")
            if (path.is_symlink() or path.is_file()) and path.name not in ("bin.dat", "hosts", ".dockerenv")
            if not (engine.podman and path.is_symlink())
        }

    assert tree(trees["image"]) == tree(trees["container"])
    assert tree(trees["image"])["conf"] == b"one\n2\nthree"
