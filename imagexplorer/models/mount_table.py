"""Volumes and mounted folders of a container as columns."""

from __future__ import annotations

from imagexplorer.core.text import plain
from imagexplorer.models.columns import Column

MOUNTS = (
    Column("In the container", lambda mount: plain(mount.target), key="target", chars=22, elide_middle=True),
    Column("Kind", lambda mount: plain(mount.kind), key="kind", chars=9),
    Column("From", lambda mount: plain(mount.source) or "–", key="source", chars=22, stretch=True, elide_middle=True),
    Column("Access", lambda mount: "writable" if mount.writable else "read only", key="access", chars=10),
)
