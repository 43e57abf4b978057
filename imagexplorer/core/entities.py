"""The records that everything else speaks in. Frozen, hashable where they are rows, and picklable.

Sizes are bytes, times are Unix seconds (UTC), ids and digests carry their algorithm (`sha256:...`), text is as the
source gave it (escaping for the screen is `core.text`). None means "not known", never zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from imagexplorer.core.commit_config import NO_CHANGE, ConfigChange

_MADE_UP = re.compile(r"[0-9a-f]{64}")
DOCKER, PODMAN = "docker", "podman"
"""What command lines begin with where the engine has not said that it is another's."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection over the network is kept safe: paths of files in PEM, "" where the system's own are to do or
    none is wanted. `verify` is off only where the user said so."""

    ca: str = ""
    cert: str = ""
    key: str = ""
    verify: bool = True


@dataclass(frozen=True, slots=True)
class Address:
    """Where a source is; enough to open it again, also in another process.

    `kind` is engine, docker-archive, oci-archive, oci-layout or rootfs; "file" where a path has yet to be looked
    into. `location` is the URL of an engine (`unix:///run/docker.sock`) or an absolute path.
    `context` names the docker context that it came from, if one. `tls` is what the user chose for it, None where that
    is left to the context or the environment; `identity` the file of the key for ssh, "" for those that ssh has.
    """

    kind: str
    location: str
    name: str = ""
    context: str = ""
    tls: Tls | None = None
    identity: str = ""


@dataclass(frozen=True, slots=True)
class Platform:
    os: str = ""
    architecture: str = ""
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something damaged, refused or doubtful: `where` names file, layer, entry or offset; `reason` says what."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Image:
    """One row of a list of images.

    `id` is the engine's id (config digest for files). `unique_bytes`, `containers` and `platform` fill in later.
    `names` of one image are its tags; a dangling image has none.
    """

    id: str
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    created: int | None = None
    size_bytes: int | None = None
    unique_bytes: int | None = None
    containers: int | None = None
    platform: Platform | None = None
    parent_id: str = ""
    labels: Mapping[str, str] = field(default_factory=dict, compare=True, hash=False)
    source: str = field(default="", compare=False)  # key of its source, where rows of several stand together

    @property
    def dangling(self) -> bool:
        return not self.tags

    @property
    def name(self) -> str:
        """What a person calls it: the first tag, or the short id."""
        return self.tags[0] if self.tags else short_id(self.id)


@dataclass(frozen=True, slots=True)
class Layer:
    """One read-only layer. Index 0 is the base. `digest` is the blob's (compressed) digest where one is known;
    `blob_bytes` its size there. `diff_id` is the digest of the uncompressed tar, "" where nothing claims one."""

    index: int
    diff_id: str
    digest: str = ""
    blob_bytes: int | None = None
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class LayerTotals:
    """What reading a layer told of it. `stored_bytes` is the sum of all its files, `files` their number (hard links
    count in neither), `entries` the number of all entries. `verified`: its bytes were hashed and match its diff ID;
    `hashed`: they were hashed, whatever came of it."""

    index: int
    stored_bytes: int
    files: int
    entries: int
    verified: bool = False
    problems: tuple[Problem, ...] = ()
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One history entry, oldest first. `empty` is None and `layer` is None where the match is not known.

    `size_bytes` is what the engine's history says of it (None for files).
    """

    instruction: str
    created: int | None = None
    comment: str = ""
    author: str = ""
    empty: bool | None = None
    layer: int | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class ImageDetail:
    """What an image's page shows before any file is read: its layers, steps and configuration.

    `config` is the image configuration as the source has it (the OCI config document, or an engine's inspect
    answer brought into its shape: keys `config`, `architecture`, `os`, `created`, `author` ...).
    `platforms` are those that could be opened instead; `others` what else stands in the source beside images
    (attestations, artifacts), in words.
    """

    image: Image
    layers: tuple[Layer, ...] = ()
    steps: tuple[Step, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict, hash=False)
    config_digest: str = ""
    platforms: tuple[Platform, ...] = ()
    others: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def instruction(self, layer: int) -> str:
        """The instruction that made the layer, "" where that is not known."""
        return next((step.instruction for step in self.steps if step.layer == layer), "")


@dataclass(frozen=True, slots=True)
class Port:
    """A container's port, published at `host_ip:host_port` where host_port is not None."""

    container_port: int
    protocol: str = "tcp"
    host_port: int | None = None
    host_ip: str = ""

    def __str__(self) -> str:
        inner = str(self.container_port) + ("" if self.protocol == "tcp" else f"/{self.protocol}")
        return inner if self.host_port is None else f"{self.host_port} -> {inner}"


@dataclass(frozen=True, slots=True)
class Mount:
    kind: str  # volume, bind, tmpfs
    source: str
    target: str
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Container:
    """One row of a list of containers. `state` is created, running, paused, restarting, removing, exited or dead;
    `status` the engine's own words ("Up 3 hours"), told at `told_at` (seconds since 1970, 0 where not known; no two
    rows differ by it); `health` healthy, unhealthy, starting or "".
    `project` and `service` are those of compose, "" outside."""

    id: str
    name: str
    image: str
    image_id: str = ""
    state: str = ""
    status: str = ""
    health: str = ""
    created: int | None = None
    command: str = ""
    ports: tuple[Port, ...] = ()
    mounts: tuple[Mount, ...] = ()
    project: str = ""
    service: str = ""
    writable_bytes: int | None = None
    labels: Mapping[str, str] = field(default_factory=dict, compare=True, hash=False)
    told_at: float = field(default=0, compare=False)
    source: str = field(default="", compare=False)  # as an image's

    @property
    def running(self) -> bool:
        return self.state in ("running", "paused", "restarting")


@dataclass(frozen=True, slots=True)
class Volume:
    """`bytes` is None where the engine has not worked it out; `users` how many containers, by its own count. A volume
    has no id: `created`, in the engine's own words, tells one from another of the same name. `driver`, `options` and
    `labels` are what it takes to make one like it, told where one is asked for."""

    name: str
    bytes: int | None = None
    users: int = 0
    anonymous: bool = False
    created: str = ""
    driver: str = ""
    options: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)  # a password may be among them
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def nameless(self) -> bool:
        """With no name but an engine's own, by which nobody finds it again."""
        return self.anonymous or is_nameless(self.name)


@dataclass(frozen=True, slots=True)
class ContainerDetail:
    """A container and the engine's inspect answer (`raw`, every field optional)."""

    container: Container
    exit_code: int | None = None
    error: str = ""
    started: int | None = None
    finished: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, hash=False)


ADDED, MODIFIED, DELETED = "added", "modified", "deleted"


@dataclass(frozen=True, slots=True)
class Change:
    """One path of a container's writable layer. `path` is absolute, bytes that are no UTF-8 as lone surrogates.
    `kind` is ADDED, MODIFIED or DELETED. `node` is file, dir, symlink, ... or "" where not known. `engines`: the engine
    made it for itself (`core.engine_files`), not the container. `owner` is the numbers of user and group; `mtime` is
    nanoseconds since 1970."""

    path: str
    kind: str
    size_bytes: int | None = None
    node: str = ""
    mode: int | None = None
    engines: bool = False
    owner: tuple[int, int] | None = None
    mtime: int | None = None


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine says of itself. `product` is Docker or Podman; `store` is "graph" or "containerd". `risk` is what
    is unsafe about the way to it, "" where nothing is."""

    product: str
    version: str
    api_version: str = ""
    platform: Platform = Platform()
    store: str = "graph"
    root: str = ""
    risk: str = ""

    @property
    def program(self) -> str:
        """What its command lines begin with."""
        return PODMAN if "podman" in self.product.casefold() else DOCKER


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """One disk-usage answer: unique bytes by image id, writable bytes by container id, and the totals."""

    image_unique: Mapping[str, int] = field(default_factory=dict, hash=False)
    container_writable: Mapping[str, int] = field(default_factory=dict, hash=False)
    layers_bytes: int | None = None
    volumes_bytes: int | None = None
    build_cache_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attached run ended. `exit_code` is None, and `output` (its last lines, plain text) empty, where the
    engine could not tell any more."""

    container_id: str
    exit_code: int | None = None
    output: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommitSpec:
    """`left_out` are absolute paths that are not to be in the image, nor what is below them: it is built then, from
    what else changed."""

    container_id: str
    repository: str = ""
    tag: str = ""
    author: str = ""
    message: str = ""
    pause: bool = True
    config: ConfigChange = NO_CHANGE
    left_out: tuple[str, ...] = ()


ALL = "*"


@dataclass(frozen=True, slots=True)
class Touched:
    """Things of the world that changed, by full id or name; `ALL` in a set means any of that kind."""

    images: frozenset[str] = frozenset()
    containers: frozenset[str] = frozenset()
    volumes: frozenset[str] = frozenset()

    def __or__(self, other: Touched) -> Touched:
        return Touched(self.images | other.images, self.containers | other.containers, self.volumes | other.volumes)

    def __bool__(self) -> bool:
        return bool(self.images or self.containers or self.volumes)


EVERYTHING = Touched(frozenset({ALL}), frozenset({ALL}), frozenset({ALL}))


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user has selected, frozen: full records, so rows may move meanwhile.

    `source` is the name of the source it belongs to, that of all together where it is of several; `live` says that it
    is an engine that answers now.
    """

    source: str = ""
    live: bool = False
    images: tuple[Image, ...] = ()
    containers: tuple[Container, ...] = ()
    volumes: tuple[Volume, ...] = ()


def short_id(identifier: str) -> str:
    """The twelve characters that people quote, without the algorithm."""
    return identifier.rpartition(":")[2][:12]


def is_nameless(volume: str) -> bool:
    """Whether a volume's name is one that an engine made up."""
    return bool(_MADE_UP.fullmatch(volume))


def volume_name(name: str) -> str:
    """What a person reads of it: of a made-up name the beginning."""
    return f"nameless volume {short_id(name)}" if is_nameless(name) else name
