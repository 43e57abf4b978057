"""From one descriptor down to all that it names, as a tree of nodes: read on demand, for the screen that shows it.

OCI image-spec image-index.md, manifest.md; the marks of BuildKit's attestations, cosign's and notation's signatures.
Knows no store: bytes come by a function. What cannot be read is named, and the rest is shown all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from imagexplorer.core.entities import Platform, Problem
from imagexplorer.core.errors import ImagexplorerError
from imagexplorer.core.manifest_tree import (
    ARTIFACT,
    ATTESTATION,
    CONFIG,
    INDEX,
    LAYER,
    MANIFEST,
    OTHER,
    SIGNATURE,
    STATEMENT,
    Growing,
    Node,
)
from imagexplorer.sources.catalogue import MAX_INDEX_DEPTH, BlobRef
from imagexplorer.sources.descriptors import (
    CONFIG_TYPES,
    INDEX_TYPES,
    MANIFEST_TYPES,
    REFERENCE_TYPE,
    platform_of,
    read_descriptor,
    unknown_platform,
)
from imagexplorer.sources.documents import Fields, load

REFERENCE_DIGEST = "vnd.docker.reference.digest"
_SIGNING = ("cosign", "sigstore", "notary.signature", "simplesigning")
_MAX_BYTES = 64 << 20
_ANNOTATIONS_MOST = 200

Read = Callable[[BlobRef], bytes | None]
"""The bytes of a document, None where the store does not hold it. Raises core.errors."""
Holds = Callable[[BlobRef], bool | None]


class Walk:
    """`chosen` is the digest of the manifest of the image that is looked at."""

    def __init__(self, growing: Growing, read: Read, holds: Holds, chosen: str) -> None:
        self.growing = growing
        self._read, self._holds, self._chosen = read, holds, chosen
        self._documents: dict[str, Mapping[str, Any] | None] = {}
        self._bytes = 0

    def add(self, parent: int, top: Fields, name: str = "") -> None:
        """The descriptor and all below it, as children of a node."""
        stack = [(parent, top, "", name, ())]  # type: list[tuple[int, Fields, str, str, tuple[str, ...]]]
        while stack:
            above, descriptor, slot, name, path = stack.pop()
            ref = read_descriptor(descriptor)
            document = None if slot == LAYER else self.document(ref, descriptor)
            node = self._node(above, descriptor, ref, slot, document, name)
            number = self.growing.add(node)
            if number < 0:
                continue  # what is left on the stack is counted
            if document is None or slot or ref.digest in path or len(path) >= MAX_INDEX_DEPTH:
                continue
            fields = Fields(document, ref.name, [])
            below: list[tuple[Fields, str]]
            if "manifests" in fields:
                below = [(child, "") for child in fields.objects("manifests")]
            else:
                below = [(fields.object("config"), CONFIG)] if "config" in fields else []
                below += [(layer, LAYER) for layer in fields.objects("layers")]
            stack.extend((number, child, where, "", (*path, ref.digest)) for child, where in reversed(below))

    def document(self, ref: BlobRef, descriptor: Fields) -> Mapping[str, Any] | None:
        """The JSON object that a descriptor names; None where there is none, which is named if it is a fault."""
        if not ref.digest or (ref.size is not None and ref.size > _MAX_BYTES):
            return None
        if ref.digest in self._documents:
            return self._documents[ref.digest]
        self._documents[ref.digest] = None
        try:
            raw = self._read(ref) if self._bytes <= _MAX_BYTES else None
            if raw is None or raw.lstrip()[:1] != b"{":
                return None
            self._bytes += len(raw)
            found = load(raw, ref.name or ref.digest, [])
        except ImagexplorerError as error:
            self.growing.problems.append(Problem(descriptor.where, error.reason or error.what))
            return None
        self._documents[ref.digest] = found if isinstance(found, dict) else None
        return self._documents[ref.digest]

    def leads_to(self, descriptor: Fields, digest: str) -> bool:
        """Whether a descriptor is that manifest, or an index with it somewhere below."""
        seen: set[str] = set()
        waiting = [descriptor]
        while waiting and len(seen) < 1_000:
            ref = read_descriptor(waiting[0])
            if ref.digest == digest:
                return True
            if ref.digest and ref.digest not in seen:
                seen.add(ref.digest)
                document = self.document(ref, waiting[0])
                if document is not None:
                    waiting += Fields(document, ref.name, []).objects("manifests")
            del waiting[0]
        return False

    def _node(
        self,
        parent: int,
        descriptor: Fields,
        ref: BlobRef,
        slot: str,
        document: Mapping[str, Any] | None,
        name: str,
    ) -> Node:
        annotations = descriptor.text_map("annotations")
        platform = platform_of(descriptor.object("platform"))
        about = annotations.get(REFERENCE_DIGEST, "")
        above = self.growing.nodes[parent] if parent >= 0 else None
        role = _role(slot, ref, annotations, platform, document)
        if slot == LAYER and above is not None and above.role in (ATTESTATION, SIGNATURE):
            role = STATEMENT if above.role == ATTESTATION else LAYER
            about = above.about
        if document is not None and not about:
            about = Fields(document, "", []).object("subject").text("digest")
        here = self._holds(ref)
        text = role not in (LAYER, OTHER) or ref.media_type.endswith("json")
        return Node(
            parent=parent,
            role=role,
            key=ref.name if here is not False and text else "",
            name=name,
            media_type=ref.media_type,
            digest=ref.digest,
            size_bytes=ref.size,
            platform=None if unknown_platform(platform) else platform,
            annotations=tuple(list(annotations.items())[:_ANNOTATIONS_MOST]),
            here=here,
            chosen=bool(self._chosen)
            and (ref.digest == self._chosen or (above is not None and above.chosen and above.role == MANIFEST)),
            about=about,
            note=ref.fault,
        )


def _role(slot: str, ref: BlobRef, annotations: Mapping[str, str], platform: Platform | None, document: Any) -> str:
    if slot == CONFIG:
        return CONFIG
    if slot == LAYER:
        return STATEMENT if ref.media_type == "application/vnd.in-toto+json" else LAYER
    if annotations.get(REFERENCE_TYPE) or unknown_platform(platform):
        return ATTESTATION
    if document is None:
        known = {**dict.fromkeys(INDEX_TYPES, INDEX), **dict.fromkeys(MANIFEST_TYPES, MANIFEST)}
        return known.get(ref.media_type, OTHER)
    fields = Fields(document, "", [])
    if "manifests" in fields:
        return INDEX
    kinds = [fields.text("artifactType"), fields.object("config").text("mediaType")]
    layers = [layer.text("mediaType") for layer in fields.objects("layers")[:20]]
    if any(word in kind for kind in (*kinds, *layers) for word in _SIGNING):
        return SIGNATURE
    if "config" not in fields and "layers" not in fields:
        return OTHER
    in_toto = bool(layers) and all(kind == "application/vnd.in-toto+json" for kind in layers)
    if in_toto:
        return ATTESTATION
    return MANIFEST if kinds[1] in CONFIG_TYPES and not kinds[0] else ARTIFACT
