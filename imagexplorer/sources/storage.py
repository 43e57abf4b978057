"""The engine's own layer store, where this user may read it: layers without an export.

Docker (image/<driver>/layerdb) and Podman (<driver>-layers) keep, for each layer, what tar-split took from its tar:
every header, byte for byte and in order, with gaps where the contents stood. That is all an index needs, so nothing of
the layer's folder is read. The containerd store keeps the layers' blobs themselves. Knows these three places; must not
call the engine, write, or take anything that does not name the diff ID that it is looked up by.

layerdb: moby, layer/filestore.go. layers.json:
containers/storage, layers.go.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources.digests import parse_digest
from imagexplorer.sources.readers import FileReader
from imagexplorer.sources.split_tar import SplitTar
from imagexplorer.sources.tar_scan import scan

LAYERS_JSON_LIMIT = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """Where one layer is. `split` is its tar-split file, or None and `blob` the layer itself, compressed or not.
    `folder` holds its files unpacked, None where that is not known; `size_bytes` is the engine's own measure of it."""

    diff_id: str
    split: Path | None = None
    blob: Path | None = None
    folder: Path | None = None
    size_bytes: int | None = None


def docker_layers(root: Path, driver: str, diff_ids: Sequence[str]) -> dict[str, Stored]:
    """By diff ID. A layer is found by its chain ID (OCI image-spec, config.md), and has to name its diff ID."""
    found: dict[str, Stored] = {}
    chain = ""
    for diff_id in diff_ids:
        chain = diff_id if not chain else f"sha256:{hashlib.sha256(f'{chain} {diff_id}'.encode()).hexdigest()}"
        digest = parse_digest(chain)
        if digest is None:
            break
        place = root / "image" / driver / "layerdb" / digest.algorithm / digest.hex
        if _text(place / "diff") != diff_id:
            continue
        cache = _text(place / "cache-id")
        folder = root / driver / cache / "diff" if cache.isalnum() else None
        size = _text(place / "size")
        found[diff_id] = Stored(
            diff_id,
            split=place / "tar-split.json.gz",
            folder=folder,
            size_bytes=int(size) if size.isdecimal() and len(size) < 20 else None,
        )
    return found


def podman_layers(root: Path, driver: str, diff_ids: Sequence[str]) -> dict[str, Stored]:
    """By diff ID: any layer of that content is as good as another."""
    wanted, found = set(diff_ids), {}
    place = root / f"{driver}-layers"
    for layer in _json_list(place / "layers.json"):
        identifier, diff_id = layer.get("id"), layer.get("diff-digest")
        if diff_id in wanted and isinstance(identifier, str) and identifier.isalnum():
            folder = root / driver / identifier / "diff"
            size = layer.get("diff-size")
            found[diff_id] = Stored(
                diff_id,
                split=place / f"{identifier}.tar-split.gz",
                folder=folder,
                size_bytes=size if isinstance(size, int) and size >= 0 else None,
            )
    return found


def containerd_layers(content: Path, manifest: Mapping[str, Any], diff_ids: Sequence[str]) -> dict[str, Stored]:
    """`content` is the folder of blobs by algorithm; the manifest's layers stand in the order of the diff IDs."""
    layers = manifest.get("layers")
    if not isinstance(layers, list) or len(layers) != len(diff_ids):
        return {}
    found = {}
    for layer, diff_id in zip(layers, diff_ids, strict=True):
        digest = parse_digest(layer.get("digest")) if isinstance(layer, dict) else None
        if digest is not None:
            found[diff_id] = Stored(diff_id, blob=content / digest.algorithm / digest.hex)
    return found


def scan_stored(stored: Stored, where: str, control: Control) -> LayerIndex | None:
    """The index of a layer, with the headers of its tar in their order; None where the store cannot be read or anything
    in it is doubtful (the export then decides). A blob is read whole, so it is hashed and verified; a tar-split file
    holds no contents, so the engine's word stands for them."""
    try:
        if stored.split is not None:
            source = SplitTar(stored.split)
            index = scan(source, where=where, diff_id=stored.diff_id, control=control)
            if index.problems or source.broken:
                return None
            return index
        if stored.blob is None:
            return None
        descriptor = os.open(stored.blob, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            index = scan(
                FileReader(descriptor, name=where), where=where, diff_id=stored.diff_id, hash_contents=True,
                hash_stream=True, ahead=True, control=control,
            )  # fmt: skip
        finally:
            os.close(descriptor)
        return index if index.verified and not index.problems else None
    except (OSError, Damaged):  # not ours to read, or gone meanwhile
        return None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(1024).decode("ascii", "replace").strip()
    except OSError:
        return ""


def _json_list(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open("rb") as file:
            told = json.loads(file.read(LAYERS_JSON_LIMIT))
    except (OSError, ValueError, RecursionError):
        return []
    return [entry for entry in told if isinstance(entry, dict)] if isinstance(told, list) else []
