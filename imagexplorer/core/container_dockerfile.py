"""A container's changes as a Dockerfile: its image, what was deleted, a tar of what was written, what is configured.

Pure: what stands in the tar is said by `Wanted`, who reads it is not known here. An ADD of a tar keeps mode, setuid,
owner and links; a COPY loses setuid. Dockerfile reference: ADD, RUN (exec form), USER.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.config_lines import record, texts, unexplained
from imagexplorer.core.engine_files import MOUNTED_OVER
from imagexplorer.core.entities import DELETED, Change, ContainerDetail, Image, ImageDetail
from imagexplorer.core.instruction_text import exec_form
from imagexplorer.core.package_changes import run_lines
from imagexplorer.core.references import try_parse
from imagexplorer.core.secrets import looks_secret
from imagexplorer.core.text import plain

TAR = "changes.tar"
TREE_TAR = "tree.tar"
RM_PLACES = ("/bin/rm", "/usr/bin/rm", "/usr/local/bin/rm", "/sbin/rm", "/usr/sbin/rm")
SHELL_PLACES = ("/bin/sh", "/usr/bin/sh")
_WORDS_MOST, _CHARS_MOST = 500, 60_000
"""Of one RUN: builders and kernels bound what one command may be given."""
_PODMANS_OWN = ("container=", "HOSTNAME=", "HOME=", "TERM=")
_LAST = ("/bin", "/lib", "/sbin", "/usr")
"""Deleted last: rm itself may be among it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The Dockerfile's `text`, and what its reader has to be told. `flat`: its tar holds the whole tree.
    `missing` says why what was deleted cannot be deleted by a RUN ("" where it can)."""

    text: str
    warnings: tuple[str, ...] = ()
    flat: bool = False
    missing: str = ""

    @property
    def tar(self) -> str:
        return TREE_TAR if self.flat else TAR


class Wanted:
    """Which members of the container's tree the tar of its changes holds: what was written, the folders above it (with
    the mode and owner that they have), and what took the place of something deleted."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.written: set[str] = set()
        self.deleted: set[str] = set()
        self.above: set[str] = set()
        for change in changes:
            if change.engines and (change.kind == DELETED or change.path in MOUNTED_OVER):
                continue  # a mount point stays: a commit has it too
            (self.deleted if change.kind == DELETED else self.written).add(change.path)
            if change.kind != DELETED:
                self._add_above(change.path)

    def __call__(self, path: str) -> bool:
        """`path` is absolute. Folders above a path are always wanted with it."""
        if path in self.written or path in self.above or path in self.deleted:
            return True
        return any(above in self.deleted for above in _above(path))

    def _add_above(self, path: str) -> None:
        for above in _above(path):
            if above in self.above:
                break
            self.above.add(above)


def _above(path: str) -> Iterable[str]:
    while path := path.rpartition("/")[0]:
        yield path


def recipe(
    container: ContainerDetail, image: ImageDetail, changes: Sequence[Change], tools: frozenset[str], flat: bool = False
) -> Recipe:
    """`tools` are those of RM_PLACES and SHELL_PLACES that the image has."""
    warnings: list[str] = []
    own = [change for change in changes if not change.engines]
    deleted = _topmost(change.path for change in own if change.kind == DELETED)
    written = bool(Wanted(changes).written)
    missing = "" if flat else _missing(deleted, tools)
    lost = [path for path in deleted if "\ufffd" in path]
    if lost and not flat:
        warnings.append(f"{plain(lost[0], 200)} was deleted: its name is no UTF-8, and the engine does not tell it")
    name = plain(container.container.name, 200)
    parts = [f"# What the container {name} changed in {plain(container.container.image, 300)}."]
    base = _config(image)
    config = _of_container(container, base)
    if flat:
        parts.append("# Its whole tree in one layer: nothing is shared with the image it came from.\nFROM scratch")
        parts.append(f"ADD {TREE_TAR} /")
        lines = unexplained(config, [])
    else:
        parts.append(_from(image.image, container.container.image, warnings))
        packages = run_lines(own)
        if packages:
            parts.append("\n".join(["# Package managers were at work. These lines might stand for their files:",
                                    *(f"# {plain(line, 20_000)}" for line in packages)]))  # fmt: skip
        if deleted and not missing:
            parts.append("\n".join(_deletions(deleted, tools)))
        if written or deleted:
            parts.append(f"# modes, owners and links are those in the tar\nADD {TAR} /")
        lines = _differing(config, base)
        if deleted and not missing and not any(line.startswith("USER ") for line in lines):
            lines += unexplained({"User": config.get("User")}, []) or ["USER 0"]
    warnings += _config_warnings(config, {} if flat else base)
    if lines:
        parts.append("\n".join(lines))
    return Recipe("\n\n".join(parts) + "\n", tuple(warnings), flat, missing)


# -- parts ------------------------------------------------------------------------------------------


def _from(image: Image, asked: str, warnings: list[str]) -> str:
    tags = [each for each in image.tags if try_parse(each) is not None]
    tag = next((each for each in tags if each == asked or each.endswith(f"/{asked}")), "") or next(iter(tags), "")
    if not tag:
        warnings.append("the image has no tag: where it is deleted, or on another machine, this cannot be built")
        return f"# the image has no tag: only the engine that has it can build this\nFROM {image.id}"
    repository = tag.rpartition(":")[0] if ":" in tag.rpartition("/")[2] else tag
    digest = next((each.partition("@")[2] for each in image.digests if each.partition("@")[0] == repository), "")
    if digest:
        return f"FROM {tag}@{digest}"
    return f"# the engine knows no digest of a registry for this: whoever moves the tag moves this file\nFROM {tag}"


def _missing(deleted: Sequence[str], tools: frozenset[str]) -> str:
    if not deleted:
        return ""
    if not any(place in tools for place in RM_PLACES):
        return f"the image has no rm: {len(deleted):,} deleted paths cannot be deleted by a RUN"
    if not any(place in tools for place in SHELL_PLACES) and any(_odd(path) for path in deleted):
        return "the image has no shell, and names that are no UTF-8 can only be given to rm by one"
    return ""


def _topmost(paths: Iterable[str]) -> list[str]:
    found: list[str] = []
    for path in sorted(paths):
        if not (found and path.startswith(found[-1] + "/")):
            found.append(path)
    return sorted(found, key=lambda path: (path.startswith(_LAST), path))


def _odd(path: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in path)


def _deletions(paths: Sequence[str], tools: frozenset[str]) -> Iterable[str]:
    """Exec form: no shell reads the names. A name that is no UTF-8 cannot stand in it, and is made by printf."""
    rm = next(place for place in RM_PLACES if place in tools)
    yield "USER 0"
    batch: list[str] = []
    size = 0
    for path in paths:
        if _odd(path):
            octal = "".join(f"\\{byte:03o}" for byte in path.encode("utf-8", "surrogateescape"))
            shell = next(place for place in SHELL_PLACES if place in tools)
            script = f"p=$(printf '{octal}x') && {rm} -rf -- \"${{p%x}}\""
            yield f"RUN {json.dumps([shell, '-c', script])}"
            continue
        length = len(json.dumps(path)) + 2
        if batch and (len(batch) >= _WORDS_MOST or size + length > _CHARS_MOST):
            yield f"RUN {json.dumps([rm, '-rf', '--', *batch])}"
            batch, size = [], 0
        batch.append(path)
        size += length
    if batch:
        yield f"RUN {json.dumps([rm, '-rf', '--', *batch])}"


def _config(image: ImageDetail) -> Mapping[str, Any]:
    return record(image.config.get("config"))


def _of_container(container: ContainerDetail, base: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a commit would take: the container's own configuration. Podman says it in a way of its own."""
    config = dict(record(container.raw.get("Config")))
    known = set(texts(base.get("Env")))
    env = texts(config.get("Env"))
    if any(each.startswith("container=") for each in env):
        env = [each for each in env if each in known or not each.startswith(_PODMANS_OWN)]
        if config.get("StopSignal") == "15" and not base.get("StopSignal"):
            del config["StopSignal"]
        volumes = [mount.target for mount in container.container.mounts if mount.kind == "volume"]
        config["Volumes"] = {key: {} for key in [*record(config.get("Volumes")), *volumes]}
    config["Env"] = env
    return config


def _differing(config: Mapping[str, Any], base: Mapping[str, Any]) -> list[str]:
    """The instructions that turn the image's configuration into the container's."""
    lines = unexplained(config, unexplained(base, []))
    words = texts(config.get("Cmd"))
    if any(line.startswith("ENTRYPOINT ") for line in lines) and not any(line.startswith("CMD ") for line in lines):
        lines.append(f"CMD {exec_form(words)}")  # an ENTRYPOINT takes the CMD of the image away
    return lines


def _config_warnings(config: Mapping[str, Any], base: Mapping[str, Any]) -> Iterable[str]:
    known = set(texts(base.get("Env")))
    new = [each.partition("=") for each in texts(config.get("Env")) if each not in known]
    for name, _, value in new:
        if "\n" in value:
            yield f"the variable {plain(name, 100)} has a line break, which no Dockerfile can say"
        elif looks_secret(name):
            yield f"the variable {plain(name, 100)} looks like a secret, and its value stands in the Dockerfile"
    there = {each.partition("=")[0] for each in texts(config.get("Env"))}
    for gone in sorted({each.partition("=")[0] for each in known} - there):
        yield f"the variable {plain(gone, 100)} of the image was unset, which no Dockerfile can say"
