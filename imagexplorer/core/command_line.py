"""The command line that would do the same, for people to read, copy and learn from. Never run by this program.

Words are quoted as a POSIX shell wants them. Values whose name says that they are secret are left out.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from imagexplorer.core.entities import CommitSpec, Image, RunSpec, short_id


def joined(words: Sequence[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


def run_command(spec: RunSpec) -> str:
    """`docker run ...`."""
    from imagexplorer.core.secrets import shown_value  # its patterns take long to compile: not before the first paint

    words = ["docker", "run"]
    if spec.detach:
        words.append("-d")
    if spec.remove:
        words.append("--rm")
    if spec.name:
        words += ["--name", spec.name]
    for port in spec.ports:
        words += ["-p", port]
    for name, value in spec.environment:
        words += ["-e", f"{name}={shown_value(name, value)}"]
    for volume in spec.volumes:
        words += ["-v", volume]
    return joined([*words, spec.image, *spec.command])


def commit_command(spec: CommitSpec, container: str) -> str:
    """`docker commit ...`."""
    words = ["docker", "commit"]
    if spec.author:
        words += ["-a", spec.author]
    if spec.message:
        words += ["-m", spec.message]
    if not spec.pause:
        words.append("--pause=false")
    words.append(container)
    if spec.repository:
        words.append(f"{spec.repository}:{spec.tag}" if spec.tag else spec.repository)
    return joined(words)


def image_reference(image: Image) -> str:
    """What names the image to an engine: its first tag, or its short id."""
    return image.tags[0] if image.tags else short_id(image.id)
