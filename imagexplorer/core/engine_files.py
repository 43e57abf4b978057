"""What an engine itself puts into a container's writable layer: mount points and the files that it mounts over.

Not the container's work, and of no use in a commit. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from imagexplorer.core.entities import DELETED, Change

MOUNTED_OVER = frozenset(
    {
        "/.dockerenv", "/.dockerinit", "/dev", "/dev/console", "/dev/pts", "/dev/shm", "/etc/hostname", "/etc/hosts",
        "/etc/mtab", "/etc/resolv.conf", "/proc", "/run/.containerenv", "/run/notify", "/run/secrets", "/sys",
    }
)  # fmt: skip
"""Paths that Docker (daemon/initlayer) and Podman (containers/storage, `initInodes`) make for every container."""
_BELOW = ("/dev/", "/proc/", "/run/secrets/", "/sys/")


def with_engines_own(changes: Sequence[Change], mounts: Collection[str]) -> list[Change]:
    """The same changes, those that the engine made said so. `mounts` are the targets of all mounts.

    A folder that holds nothing else that changed is the engine's too: it was added, or touched, for what is in it.
    """
    targets = {mount.rstrip("/") for mount in mounts if mount.rstrip("/")}
    own: set[str] = set()
    foreign: set[str] = set()  # folders above something that the container did
    holds: set[str] = set()
    for change in sorted(changes, key=lambda change: -change.path.count("/")):
        path = change.path
        engines = path in targets or path in MOUNTED_OVER or path.startswith(_BELOW)
        if not engines and path in holds and change.kind != DELETED:
            engines = path not in foreign
        above = path.rpartition("/")[0]
        while above:
            if engines:
                holds.add(above)
            elif above in foreign:
                break
            else:
                foreign.add(above)
            above = above.rpartition("/")[0]
        if engines:
            own.add(path)
    return [replace(change, engines=True) if change.path in own else change for change in changes]
