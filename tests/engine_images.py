"""What the engine tests look at: images built on the private engine itself, from a static busybox and nothing else."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DOCKERFILE = """\
FROM scratch
LABEL maintainer=tests
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "-s", "/bin"]
ENV PATH=/bin LANG=C.UTF-8
RUN echo one > /one.txt && mkdir -p /data/sub /opaque && echo x > /data/sub/x && echo y > /opaque/y && \
dd if=/dev/zero of=/big.bin bs=1024 count=300
EXPOSE 8080/tcp
WORKDIR /work
RUN rm /one.txt && rm -r /opaque && mkdir /opaque && echo z > /opaque/z && ln -s ../bin/busybox /data/link && \
ln /data/sub/x /data/sub/hard && mkfifo /data/pipe && chmod 4755 /data/sub/hard
RUN chown 7:8 /big.bin
VOLUME /vol
USER 0:0
CMD ["sleep", "600"]
"""


def busybox() -> Path:
    """The static busybox of the system (package busybox-static)."""
    found = shutil.which("busybox")
    if found is None:
        raise RuntimeError("no busybox: install the package busybox-static")
    return Path(found)


def tar_of(files: Mapping[str, bytes], mode: int = 0o755) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), mode
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def build(api: Any, tag: str, dockerfile: str = DOCKERFILE, files: Mapping[str, bytes] | None = None) -> str:
    """Build with the engine's classic builder; returns the image's id as inspect has it."""
    context = {"Dockerfile": dockerfile.encode(), "busybox": busybox().read_bytes(), **(files or {})}
    said = []
    for line in api.build(fileobj=io.BytesIO(tar_of(context)), custom_context=True, tag=tag, rm=True, decode=True):
        said.append(line)
        if "error" in line:
            raise RuntimeError(f"build of {tag}: {json.dumps(said[-5:])}")
    return str(api.inspect_image(tag)["Id"])


def write_in(api: Any, container: str, script: str) -> None:
    """Run a shell script in a running container; it must succeed."""
    made = api.exec_create(container, ["/bin/sh", "-ec", script])
    output = api.exec_start(made["Id"])
    code = api.exec_inspect(made["Id"])["ExitCode"]
    if code:
        raise RuntimeError(f"{script!r} ended with {code}: {output!r}")
