"""The engine's own layer store, where this user may read it: layers without an export.

Docker (image/<driver>/layerdb) and Podman (<driver>-layers) keep, for each layer, what tar-split took from its tar:
every header, byte for byte and in order, with gaps where the contents stood. That is all an index needs, so nothing of
the layer's folder is read. The containerd store keeps the layers' blobs themselves. Knows these three places; must not
call the engine, write, or take anything that does not name the diff ID that it is looked up by.

tar-split: github.com/vbatts/tar-split, tar/storage (JSON lines, gzip). layerdb: moby, layer/filestore.go. layers.json:
containers/storage, layers.go.
"""

from __future__ import annotations

import binascii
import gzip
import hashlib
import json
import os
import zlib
from base64 import b64decode
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.sources.digests import parse_digest
from imagexplorer.sources.readers import FileReader
from imagexplorer.sources.tar_scan import scan

LINE_LIMIT = 16 * 1024 * 1024
LAYERS_JSON_LIMIT = 256 * 1024 * 1024
BEHIND = 64 * 1024
_PIECE = 64 * 1024
_SMALL = 16 * 1024
_NO_END = 1 << 62
_FILE, _SEGMENT = 1, 2  # tar-split's kinds of entries


@dataclass(frozen=True, slots=True)
class Stored:
    """Where one layer is. `split` is its tar-split file, or None and `blob` the layer itself, compressed or not.
    `folder` holds its files unpacked, None where that is not known."""

    diff_id: str
    split: Path | None = None
    blob: Path | None = None
    folder: Path | None = None


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
        found[diff_id] = Stored(diff_id, split=place / "tar-split.json.gz", folder=folder)
    return found


def podman_layers(root: Path, driver: str, diff_ids: Sequence[str]) -> dict[str, Stored]:
    """By diff ID: any layer of that content is as good as another."""
    wanted, found = set(diff_ids), {}
    place = root / f"{driver}-layers"
    for layer in _json_list(place / "layers.json"):
        identifier, diff_id = layer.get("id"), layer.get("diff-digest")
        if diff_id in wanted and isinstance(identifier, str) and identifier.isalnum():
            folder = root / driver / identifier / "diff"
            found[diff_id] = Stored(diff_id, split=place / f"{identifier}.tar-split.gz", folder=folder)
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
                hash_stream=True, control=control,
            )  # fmt: skip
        finally:
            os.close(descriptor)
        return index if index.verified and not index.problems else None
    except (OSError, Damaged):  # not ours to read, or gone meanwhile
        return None


class SplitTar:
    """A layer's tar as tar-split remembers it: `pread` gives its headers, and zeros where contents were.

    Reading on is cheap, and so is going back by BEHIND bytes; further back it starts anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.broken = ""
        self._end_known = False
        self._restart()
        with path.open("rb"):  # raises where it cannot be read
            pass

    @property
    def size(self) -> int:
        """Known once the end was read; until then there is no end."""
        return self._end if self._end_known else _NO_END

    def _restart(self) -> None:
        self._pieces = self._read()
        self._held: deque[tuple[int, bytes, int]] = deque()  # (position, headers, bytes of contents after them)
        self._end = 0

    def pread(self, offset: int, length: int) -> bytes:
        if offset < (self._held[0][0] if self._held else self._end):
            self._restart()
        while self._end < offset + length and (piece := next(self._pieces, None)) is not None:
            self._held.append((self._end, *piece))
            self._end += len(piece[0]) + piece[1]
            while len(self._held) > 1 and self._held[1][0] <= offset - BEHIND:
                self._held.popleft()
        data = bytearray()
        for start, headers, gap in self._held:
            at, left = offset + len(data) - start, length - len(data)
            if not left:
                break
            if at < len(headers):
                data += headers[at : at + left]
                at, left = offset + len(data) - start, length - len(data)
            if len(headers) <= at < len(headers) + gap:
                data += bytes(min(left, len(headers) + gap - at))
        return bytes(data)

    def _read(self) -> Iterator[tuple[bytes, int]]:
        """(bytes of headers, how many bytes of contents follow)."""
        try:
            with gzip.open(self._path, "rb") as lines:
                headers = bytearray()
                for line in iter(lambda: lines.readline(LINE_LIMIT), b""):
                    entry = json.loads(line)
                    kind = entry["type"]
                    if kind == _SEGMENT:
                        headers += b64decode(entry["payload"], validate=True)
                        gap = 0
                    elif kind == _FILE:
                        gap = int(entry.get("size", 0))
                    else:
                        raise ValueError(f"an entry of kind {kind}")
                    if gap <= _SMALL:  # many small files make one piece
                        headers += bytes(gap)
                        gap = 0
                    if gap or len(headers) >= _PIECE:
                        yield bytes(headers), gap
                        headers.clear()
                yield bytes(headers), 0
        except (OSError, EOFError, ValueError, KeyError, TypeError, binascii.Error, zlib.error) as error:
            self.broken = f"{type(error).__name__}: {error}"
        self._end_known = True


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
