"""The command line that would do the same, for people to read, copy and learn from. Never run by this program.

Words are quoted as a POSIX shell wants them. Values whose name says that they are secret are left out.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from imagexplorer.core.entities import CommitSpec, Image, RunSpec, short_id

HIDDEN = "***"

_SECRET = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api_?key|access_?key|private_?key|credential|auth|(^|[_-])(key|pw|pat)($|[_-])",
    re.IGNORECASE,
)
_URL_USER = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^/@\s]+@", re.IGNORECASE)


def looks_secret(name: str) -> bool:
    """Whether the name of an environment variable or label says that its value is not for other eyes."""
    return _SECRET.search(name) is not None


def shown_value(name: str, value: str) -> str:
    """The value, or `***` where the name says that it is secret; user and password in a URL hidden always."""
    if value and looks_secret(name):
        return HIDDEN
    return _URL_USER.sub(rf"\1{HIDDEN}@", value)


def joined(words: Sequence[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


def run_command(spec: RunSpec) -> str:
    """`docker run ...`."""
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
