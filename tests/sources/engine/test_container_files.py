"""What changed inside a file of a container, against its image, on real engines."""

from __future__ import annotations

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
