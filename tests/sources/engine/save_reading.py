"""A second opinion on exports: docker save read whole, with the standard library's tarfile, layer by layer."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

from imagexplorer.core.layer_index import KINDS, NO_TIME, LayerIndex

Row = tuple[str, str, int, int, int, int, str]


def saved_layers(api: Any, reference: str) -> list[list[Row]]:
    """The entries of each layer, by following manifest.json."""
    raw = io.BytesIO(b"".join(api.get_image(reference, chunk_size=1 << 20)))
    with tarfile.open(fileobj=raw) as archive:
        manifest = json.load(archive.extractfile("manifest.json"))
        return [layer_rows(archive.extractfile(name).read()) for name in manifest[0]["Layers"]]


def layer_rows(raw: bytes) -> list[Row]:
    """(path, kind, size, mode, uid, gid, link) of each entry, whiteouts named as in a LayerIndex."""
    kinds = {
        tarfile.REGTYPE: "file", tarfile.AREGTYPE: "file", tarfile.LNKTYPE: "hardlink", tarfile.SYMTYPE: "symlink",
        tarfile.CHRTYPE: "char", tarfile.BLKTYPE: "block", tarfile.DIRTYPE: "dir", tarfile.FIFOTYPE: "fifo",
    }  # fmt: skip
    rows: list[Row] = []
    with tarfile.open(fileobj=io.BytesIO(raw), mode="r:*") as layer:
        for member in layer:
            path, kind = member.name.strip("/").removeprefix("./"), kinds[member.type]
            folder, _, name = path.rpartition("/")
            size = member.size if kind == "file" else 0
            if name == ".wh..wh..opq":
                path, kind = folder, "opaque"
            elif name.startswith(".wh."):
                path, kind = f"{folder}/{name[4:]}".lstrip("/"), "whiteout"
            link = member.linkname if kind in ("symlink", "hardlink") else ""
            rows.append((path, kind, size, member.mode & 0o7777, member.uid, member.gid, link))
    return rows


def index_rows(index: LayerIndex) -> list[Row]:
    return [
        (
            index.path(row).decode("utf-8", "surrogateescape"),
            KINDS[index["kind"][row]],
            index["size"][row],
            index["mode"][row],
            index["uid"][row],
            index["gid"][row],
            (index.link(row) or b"").decode("utf-8", "surrogateescape"),
        )
        for row in range(len(index))
    ]


def has_times(index: LayerIndex) -> bool:
    return all(time != NO_TIME for time in index["mtime"])
