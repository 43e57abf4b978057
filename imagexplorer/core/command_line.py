"""The command line that would do the same, for people to read, copy and learn from. Never run by this program.

Words are quoted as a POSIX shell wants them. Values whose name says that they are secret are left out.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from imagexplorer.core.commit_config import instructions
from imagexplorer.core.engine_places import without_password
from imagexplorer.core.entities import DOCKER, CommitSpec, Image, short_id
from imagexplorer.core.references import DEFAULT_TAG
from imagexplorer.core.run_spec import FIELDS, FLAG, MANY, PAIRS, RunSpec
from imagexplorer.core.text import counted

_SHORT = tuple("dpevit")
"""Options that everybody writes with one letter."""


def joined(words: Sequence[str]) -> str:
    return " ".join(shlex.quote(word) for word in words)


def run_command(spec: RunSpec, values: bool = False, program: str = DOCKER) -> str:
    """`docker run ...`. Without `values` a variable whose value looks secret is `-e NAME`, which a shell fills in, and
    other words that look secret are `***`."""
    from imagexplorer.core.secrets import masked_data, shown_value  # slow to compile: not before the first paint

    words = [program, "run"]
    for option in FIELDS:
        value = getattr(spec, option.field)
        long = f"--{option.name}"
        dashed = f"-{option.short}" if option.short in _SHORT else long
        if option.kind == FLAG:
            words += [dashed] if value else []
        elif option.kind == MANY:
            words += [word for each in value for word in (dashed, each)]
        elif option.field == "environment":
            for name, content in value:
                hidden = content is None or not (values or shown_value(name, content) == content)
                words += [dashed, name if hidden else f"{name}={content}"]
        elif option.kind == PAIRS:
            for name, content in value:
                words += [dashed, f"{name}={content if values else shown_value(name, content)}"]
        elif value or (option.field == "entrypoint" and value is not None):
            words += [long, value if values else masked_data(value)]
    for name, value in spec.others:
        key, equals, content = value.partition("=")
        words += [
            f"--{name}",
            *([value if values or not equals else f"{key}={shown_value(key, content)}"] if value else []),
        ]
    command = spec.command if values else masked_data(spec.command)
    return joined([*words, spec.image, *command])


def copy_commands(images: Sequence[Image], here: tuple[str, str], there: tuple[str, str]) -> list[str]:
    """`docker -H ... save ... | docker -H ... load`; an end is what its command lines begin with, and its address; of a
    file its kind and its path. An OCI layout is loaded by new engines only, so another program is named for that."""

    def end(program: str, location: str) -> list[str]:
        return [program, "-H" if program == DOCKER else "--url", without_password(location)]

    kind, path = here
    if kind in (DOCKER, "podman"):
        names = [name for image in images for name in image.tags or (short_id(image.id),)]
        return [f"{joined([*end(*here), 'save', *names])} | {joined([*end(*there), 'load'])}"]
    if kind.startswith("oci-") and there[0] == DOCKER:
        transport = "oci" if kind == "oci-layout" else kind
        to = ["skopeo", "copy", "--dest-daemon-host", without_password(there[1])]
        places = [(f"{transport}:{path}:{name}", name) for image in images for name in image.tags]
        places += [(f"{transport}:{path}", "NAME:TAG") for image in images if not image.tags]
        return [joined([*to, place, f"docker-daemon:{name}"]) for place, name in places]
    return [joined([*end(*there), "load", "-i", path])]


def tag_commands(image: Image, add: str, remove: Sequence[str], program: str = DOCKER) -> list[str]:
    """`docker tag ...`, then `docker rmi ...`: a name is added before another is taken off."""
    lines = [joined([program, "tag", short_id(image.id), add])] if add else []
    return lines + ([joined([program, "rmi", *remove])] if remove else [])


def commit_command(spec: CommitSpec, container: str, program: str = DOCKER) -> str:
    """`docker commit ...`; what is built from a part of the changes no single command does."""
    from imagexplorer.core.secrets import masked  # slow to compile: not before the first paint

    if spec.left_out:
        tag = f" -t {shlex.quote(f'{spec.repository}:{spec.tag or DEFAULT_TAG}')}" if spec.repository else ""
        without = counted(len(spec.left_out), "path")
        return f"{program} build{tag} FOLDER  # as Write Dockerfile makes it, without {without}"
    words = [program, "commit"]
    if spec.author:
        words += ["-a", spec.author]
    if spec.message:
        words += ["-m", spec.message]
    if not spec.pause:
        words.append("--pause=false")
    for change in instructions(spec.config):
        words += ["-c", masked(change)]
    words.append(container)
    if spec.repository:
        words.append(f"{spec.repository}:{spec.tag}" if spec.tag else spec.repository)
    return joined(words)


def image_reference(image: Image) -> str:
    """What names the image to an engine: its first tag, or its short id."""
    return image.tags[0] if image.tags else short_id(image.id)
