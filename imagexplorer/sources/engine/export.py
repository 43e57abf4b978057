"""An image's export, read once as it streams: each layer indexed while it passes, and told as soon as it is certain
which one it is.

Four layouts are in use (Docker to 24, Docker from 25, the containerd store, Podman), and in each the document that
names the layers comes after them. So a layer is recognised by what it is: the digest of its uncompressed bytes is its
diff ID, whatever its member is called. manifest.json then only explains what did not match.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail, Layer, Platform, Problem
from imagexplorer.core.errors import Damaged
from imagexplorer.core.layer_index import FILE, LayerIndex
from imagexplorer.core.text import plain
from imagexplorer.sources.compression import compression_of
from imagexplorer.sources.digests import digest_in_name, parse_digest, sha256_of
from imagexplorer.sources.documents import MAX_BYTES, load
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.export_stream import Body, Member, Progress, members
from imagexplorer.sources.engine.history import Entry, matched
from imagexplorer.sources.engine.images import empty_layers
from imagexplorer.sources.engine.wire import LONG_SECONDS, Wire, gone_is_not_found
from imagexplorer.sources.readers import BytesReader
from imagexplorer.sources.tar_fields import BLOCK_SIZE, ZERO, looks_like_tar
from imagexplorer.sources.tar_scan import scan

DOCUMENTS_LIMIT = 64 * 1024 * 1024
"""Bytes of small members that are kept until manifest.json says which of them count."""

LINKS_LIMIT = 10_000
Done = Callable[[int, LayerIndex], None]


def scan_export(wire: Wire, image: ImageDetail, wanted: Collection[int], done: Done, control: Control) -> ImageDetail:
    """Ask for the export and read it. Stops early once every wanted layer is there and the steps are known."""
    with export_of(wire, image, control) as (stream, progress):
        reader = ExportReader(image, wanted, done, progress)
        for member in stream:
            reader.take(member)
            if reader.satisfied:
                break
    return reader.finish()


@contextmanager
def export_of(wire: Wire, image: ImageDetail, control: Control) -> Iterator[tuple[Iterator[Member], Progress]]:
    """The members of the export, and the control of whoever reads them."""
    what = f"export of {plain(image.image.name, 200)}"
    params: dict[str, str | int | bool] = {}
    if len(image.platforms) > 1 and image.image.platform is not None and wire.at_least("1.48"):
        params["platform"] = platform_parameter(image.image.platform)
    progress = Progress(control, image.image.size_bytes)
    at = f"/images/{quoted(image.image.id)}"
    with (
        gone_is_not_found(wire, f"{at}/json", what, control),  # 20.10 says 500 of an image that is gone
        # Before it answers it may lay all layers aside (Docker to 24).
        wire.open(
            "GET", f"{at}/get", what=what, control=control, params=params, seconds=LONG_SECONDS, steady=True
        ) as response,
    ):
        yield members(Body(response, progress), what, progress), progress


def platform_parameter(platform: Platform) -> str:
    """As the routes of API 1.48 and later want it: an OCI platform in JSON."""
    parts = {"os": platform.os, "architecture": platform.architecture, "variant": platform.variant}
    return json.dumps({key: value for key, value in parts.items() if value})


class ExportReader:
    """Takes members in any order; `finish` tells what is left and returns the image as it is now known."""

    def __init__(self, image: ImageDetail, wanted: Collection[int], done: Done, control: Progress) -> None:
        self._image = image
        self._missing = set(wanted)
        self._done = done
        self._control = control
        self._by_diff_id: dict[str, list[int]] = {}
        for layer in image.layers:
            self._by_diff_id.setdefault(layer.diff_id, []).append(layer.index)
        self._documents: dict[str, bytes] = {}
        self._documents_bytes = 0
        self._links: dict[str, str] = {}
        self._strangers: dict[str, LayerIndex] = {}
        self._known = bool(image.config_digest) and all(step.empty is not None for step in image.steps)

    @property
    def satisfied(self) -> bool:
        return not self._missing and self._known

    def take(self, member: Member) -> None:
        if member.target:
            if len(self._links) < LINKS_LIMIT:
                self._links[member.name] = member.target
            return
        if member.kind != FILE:
            return
        claimed = digest_in_name(member.name)
        layers = self._by_diff_id.get(str(claimed), []) if claimed else []
        if layers and not self._missing.intersection(layers):
            return  # named by a diff ID that nobody waits for
        if layers or is_layer(member):
            self._layer(member, layers)
        elif member.size <= MAX_BYTES and self._documents_bytes + member.size <= DOCUMENTS_LIMIT:
            self._documents[member.name] = b"".join(iter(lambda: member.read(MAX_BYTES), b""))
            self._documents_bytes += member.size

    def _layer(self, member: Member, layers: list[int]) -> None:
        """`layers` are those whose diff ID the member's name claims, none where it claims another digest or nothing."""
        number, total = len(self._image.layers) - len(self._missing) + 1, len(self._image.layers)
        self._control.text = f"layer {min(number, total)} of {total}"
        where = f"layer {layers[0]}" if layers else plain(member.name, 200)
        claimed = self._image.layers[layers[0]].diff_id if layers else ""
        index = scan(member, where=where, diff_id=claimed, hash_contents=True, hash_stream=True, control=self._control)
        meta = index.columns.meta
        if not layers:
            layers = self._by_diff_id.get(str(meta.get("computed", "")), [])
            if layers:
                meta |= {"diff_id": meta["computed"], "verified": True}
        if layers:
            self._tell(layers, index)
        else:
            self._strangers[member.name] = index

    def _tell(self, layers: Collection[int], index: LayerIndex) -> None:
        for layer in sorted(self._missing.intersection(layers)):
            self._missing.discard(layer)
            self._done(layer, index)

    def finish(self) -> ImageDetail:
        """After the last member."""
        problems: list[Problem] = []
        names, config, digest = self._named(problems)
        for layer in sorted(self._missing):
            name = names[layer] if layer < len(names) else ""
            index = self._strangers.get(self._resolved(name)) if name else None
            if index is None:
                reason = f"{plain(name, 200)} is not in the export" if name else "the export does not have it"
                index = unreadable(self._image.layers[layer], reason)
            else:
                index = self._mismatched(layer, index)
            self._tell([layer], index)
        image = self._image
        if config is not None:
            image = replace(image, config=config, config_digest=digest, steps=self._steps(config))
        return replace(image, problems=tuple(dict.fromkeys((*image.problems, *problems))))

    def _mismatched(self, layer: int, index: LayerIndex) -> LayerIndex:
        """A layer that the manifest names, whose bytes are not those of its diff ID: shown, never taken for it."""
        claimed = self._image.layers[layer].diff_id
        meta = index.columns.meta
        reason = f"its digest is {meta.get('computed') or 'not known'}, not {claimed} as claimed"
        meta |= {
            "diff_id": claimed,
            "verified": False,
            "problems": [*meta.get("problems", []), [f"layer {layer}", reason]],
        }
        return index

    def _named(self, problems: list[Problem]) -> tuple[list[str], Mapping[str, Any] | None, str]:
        """(names of the layers' members, configuration, its digest) as manifest.json has them for this very image."""
        manifest = self._json("manifest.json", problems)
        for entry in manifest if isinstance(manifest, list) else []:
            if not isinstance(entry, dict) or not isinstance(entry.get("Config"), str):
                continue
            config_name = self._resolved(entry["Config"])
            config = self._json(config_name, problems)
            rootfs = config.get("rootfs") if isinstance(config, dict) else None
            diff_ids = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
            if diff_ids != [layer.diff_id for layer in self._image.layers]:
                continue
            digest = str(sha256_of(self._documents[config_name]))
            claimed = digest_in_name(config_name)
            if claimed is not None and str(claimed) != digest and claimed.algorithm == "sha256":
                problems.append(Problem(plain(config_name, 200), f"its digest is {digest}"))
            layers = entry.get("Layers")
            names = [name if isinstance(name, str) else "" for name in layers] if isinstance(layers, list) else []
            return names, config, digest
        return [], None, ""

    def _json(self, name: str, problems: list[Problem]) -> Any:
        raw = self._documents.get(name)
        if raw is None:
            return None
        try:
            return load(raw, plain(name, 200), problems)
        except Damaged as error:
            problems.append(Problem(error.what, error.reason))
            return None

    def _resolved(self, name: str) -> str:
        for _ in range(40):
            if name not in self._links:
                break
            name = self._links[name]
        return name

    def _steps(self, config: Mapping[str, Any]) -> tuple[Any, ...]:
        """The steps again, with what the configuration says of empty ones."""
        image = self._image
        known = empty_layers(config, len(image.steps))
        if known is None:
            return image.steps
        entries = [Entry(step.instruction, step.created, step.comment, step.size_bytes) for step in image.steps]
        authors = [str(entry.get("author") or "") for entry in config["history"]]
        return tuple(
            replace(step, empty=empty, layer=layer, author=step.author or author)
            for step, author, (empty, layer) in zip(
                image.steps, authors, matched(entries, len(image.layers), known), strict=True
            )
        )


def is_layer(member: Member) -> bool:
    """Told by its first bytes: compressed, or a tar. An empty layer is two blocks of zeros or more."""
    head = member.peek(BLOCK_SIZE)
    try:
        if compression_of(head[:10]):
            return True
    except Damaged:  # a compression that is not supported: the scan says so
        return True
    if len(head) < BLOCK_SIZE:
        return False
    return looks_like_tar(head) or (head == ZERO and member.size % BLOCK_SIZE == 0)


def unreadable(layer: Layer, reason: str) -> LayerIndex:
    """No entries, and why."""
    index = scan(BytesReader(bytes(2 * BLOCK_SIZE)), where=f"layer {layer.index}", control=Control())
    index.columns.meta |= {
        "diff_id": layer.diff_id if parse_digest(layer.diff_id) else "",
        "verified": False,
        "problems": [[f"layer {layer.index}", reason]],
    }
    return index
