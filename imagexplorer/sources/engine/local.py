"""The engine's own files, where this user may read them: an image's configuration, exact to the byte, and its layers.

Knows where Docker's graph drivers, containerd's content store and Podman's storage keep documents. Trusts nothing there
but what hashes to the digest that it is looked up by. Must not write, nor call the engine.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from imagexplorer.core.entities import ImageDetail
from imagexplorer.sources.engine.fields import Json, rows, section, text
from imagexplorer.sources.storage import Stored, containerd_layers, docker_layers, podman_layers

DOCUMENT_LIMIT = 4 * 1024 * 1024
_CONTENT = "io.containerd.content.v1.content/blobs"


def own_config(info: Json, inspect: Json, config_digest: str) -> tuple[Json | None, str]:
    """(configuration or None, its digest or "" where not known)."""
    root, driver = text(info, "DockerRootDir"), text(info, "Driver")
    if not root.startswith("/"):
        return None, config_digest
    if config_digest:
        config = _document(config_digest, _graph_places(Path(root), driver, config_digest))
        return config, config_digest
    found = _by_reference(Path(root), inspect)
    return found if found is not None else (None, "")


def _graph_places(root: Path, driver: str, digest: str) -> list[Path]:
    """Docker: image/<driver>/imagedb/content/sha256/<hex>; containers/storage: <driver>-images/<hex>/=<base64>."""
    name = digest.removeprefix("sha256:")
    podman = "=" + base64.b64encode(digest.encode()).decode()
    return [
        root / "image" / driver / "imagedb" / "content" / "sha256" / name,
        root / f"{driver}-images" / name / podman,
    ]


def own_layers(info: Json, podman: bool, image: ImageDetail) -> dict[str, Stored]:
    """Where the layers of an image are kept, by diff ID; those that are not found are left out."""
    root, driver = Path(text(info, "DockerRootDir")), text(info, "Driver")
    diff_ids = [layer.diff_id for layer in image.layers]
    if not root.is_absolute() or not driver.isalnum():
        return {}
    if podman:
        return podman_layers(root, driver, diff_ids)
    if image.image.id == image.config_digest:
        return docker_layers(root, driver, diff_ids)
    found = _manifest(root, image.image.id, diff_ids)
    return containerd_layers(found[0], found[1], diff_ids) if found is not None else {}


def _by_reference(root: Path, inspect: Json) -> tuple[Json, str] | None:
    """containerd: the image's id is a manifest or an index; follow it to the configuration."""
    found = _manifest(root, text(inspect, "Id"), section(inspect, "RootFS").get("Layers"))
    return None if found is None else (found[2], text(section(found[1], "config"), "digest"))


def _manifest(root: Path, identifier: str, diff_ids: Any) -> tuple[Path, Json, Json] | None:
    """(folder of blobs, manifest, configuration) of the image with these layers below an id."""
    stores = _stores(root)
    waiting = [identifier]
    for _ in range(32):
        if not waiting:
            return None
        digest = waiting.pop(0)
        name = digest.removeprefix("sha256:")
        document = _document(digest, [store / "sha256" / name for store in stores])
        if document is None:
            continue
        waiting += [text(entry, "digest") for entry in rows(document.get("manifests"))]
        config_digest = text(section(document, "config"), "digest")
        if config_digest:
            named = config_digest.removeprefix("sha256:")
            config = _document(config_digest, [store / "sha256" / named for store in stores])
            # An index has one image for each platform: this is the one that the engine told of.
            if config is not None and section(config, "rootfs").get("diff_ids") == diff_ids:
                store = next(store for store in stores if (store / "sha256" / name).exists())
                return store, document, config
    return None


def own_document(info: Json, digest: str) -> bytes | None:
    """The bytes of a document in the engine's content store (containerd), None where it cannot be read."""
    root = Path(text(info, "DockerRootDir"))
    found = _checked(digest, [store / "sha256" / digest.removeprefix("sha256:") for store in _stores(root)])
    return None if found is None else found[0]


def _stores(root: Path) -> list[Path]:
    return [root / "containerd" / "daemon" / _CONTENT, Path("/var/lib/containerd") / _CONTENT]


def _document(digest: str, places: list[Path]) -> Json | None:
    found = _checked(digest, places)
    return None if found is None else found[1]


def _checked(digest: str, places: list[Path]) -> tuple[bytes, Json] | None:
    """A JSON object and its bytes, which hash to the digest."""
    name = digest.removeprefix("sha256:")
    if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        return None
    for place in places:
        try:
            with place.open("rb") as file:
                raw = file.read(DOCUMENT_LIMIT)
            decoded: Any = json.loads(raw)
        except (OSError, ValueError, RecursionError):  # not there, not ours to read, or no JSON: the engine answers
            continue
        if hashlib.sha256(raw).hexdigest() == name and isinstance(decoded, dict):
            return raw, decoded
    return None
