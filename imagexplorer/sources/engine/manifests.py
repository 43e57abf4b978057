"""The documents of an image as an engine tells of them, and what it says of who published or signed it.

Knows `Descriptor`, `Manifests`, `RepoDigests` and `Identity` of /images/x/json (Engine API 1.47 to 1.55) and, where the
engine's own content store may be read, the documents themselves. Must not call the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from imagexplorer.core.entities import ImageDetail, Platform
from imagexplorer.core.manifest_tree import (
    ATTESTATION,
    CONFIG,
    LAYER,
    MANIFEST,
    OTHER,
    RECORD,
    Claim,
    Growing,
    ManifestTree,
    Node,
    claims_of,
)
from imagexplorer.core.text import exact_time, plain
from imagexplorer.sources.catalogue import BlobRef
from imagexplorer.sources.documents import Fields
from imagexplorer.sources.engine.fields import Json, moment, rows, section, strings, text
from imagexplorer.sources.manifest_walk import REFERENCE_DIGEST, Walk

INSPECT, CONFIGURATION = "inspect", "config"
"""Keys of what is no document of its own: the engine's answer, and the configuration as it is shown everywhere."""
_MOST = 50

ReadDocument = Callable[[str], bytes | None]
"""The document of a digest from the engine's own store; None where it is not there, or not for this user to read."""


def manifest_tree(inspect: Json, image: ImageDetail, read: ReadDocument, graph: bool) -> ManifestTree:
    """`graph`: the engine keeps images unpacked only, and no manifest."""
    growing = Growing()
    root = growing.add(Node(-1, RECORD, INSPECT, "what the engine tells", digest=text(inspect, "Id"), here=True))
    described = section(inspect, "Descriptor")
    told = rows(inspect.get("Manifests"))
    if text(described, "digest"):
        _add_described(growing, root, described, told, image, read)
    else:
        for name in strings(inspect, "RepoDigests")[:_MOST]:
            repository, _, digest = name.rpartition("@")
            note = "as it was pushed or pulled; " + (
                "the engine does not keep it" if graph else "the engine does not tell more of it"
            )
            growing.add(Node(root, MANIFEST, name=repository, digest=digest, here=False if graph else None, note=note))
        _add_parts(growing, root, image)
    return growing.tree((*identity_claims(inspect), *claims_of(growing.nodes)))


def _add_described(
    growing: Growing, root: int, described: Json, told: list[Json], image: ImageDetail, read: ReadDocument
) -> None:
    available = {text(section(each, "Descriptor"), "digest"): each.get("Available") is True for each in told}

    def document(ref: BlobRef) -> bytes | None:
        return read(ref.digest)

    def holds(ref: BlobRef) -> bool | None:
        return available.get(ref.digest) if read(ref.digest) is None else True

    chosen = _chosen(described, told, image)
    readable = read(text(described, "digest")) is not None
    walk = Walk(growing, document if readable else _nothing, holds if readable else _nothing, chosen)
    walk.add(root, Fields(described, "Descriptor", []))
    # Here a document is named by its digest; a layer is no text.
    for at, node in enumerate(growing.nodes):
        if node.key.startswith("blobs/"):
            growing.nodes[at] = _keyed(node, read)
    if readable:
        return
    parent = len(growing.nodes) - 1
    alone = [text(section(each, "Descriptor"), "digest") for each in told] == [text(described, "digest")]
    if alone or not told:
        _add_parts(growing, parent, image)
        return
    for each in told[:500]:
        number = _add_manifest(growing, parent, each, chosen)
        if number >= 0 and growing.nodes[number].chosen:
            _add_parts(growing, number, image)


def _nothing(_ref: BlobRef) -> None:
    return None


def _chosen(described: Json, told: list[Json], image: ImageDetail) -> str:
    """The digest of the manifest of the platform that is looked at."""
    for each in told:
        platform = section(section(each, "ImageData"), "Platform")
        words = str(Platform(text(platform, "os"), text(platform, "architecture"), text(platform, "variant")))
        if text(each, "Kind") == "image" and words == str(image.image.platform):
            return text(section(each, "Descriptor"), "digest")
    return text(described, "digest")


def _keyed(node: Node, read: ReadDocument) -> Node:
    return replace(node, key=node.digest if read(node.digest) is not None else "")


def _add_manifest(growing: Growing, parent: int, told: Json, chosen: str) -> int:
    descriptor = Fields(section(told, "Descriptor"), "Manifests", [])
    platform = section(section(told, "ImageData"), "Platform")
    kind = text(told, "Kind")
    annotations = descriptor.text_map("annotations")
    about = text(section(told, "AttestationData"), "For") or annotations.get(REFERENCE_DIGEST, "")
    return growing.add(
        Node(
            parent,
            MANIFEST if kind == "image" else ATTESTATION if kind == "attestation" else OTHER,
            media_type=descriptor.text("mediaType"),
            digest=descriptor.text("digest"),
            size_bytes=descriptor.number("size"),
            platform=Platform(text(platform, "os"), text(platform, "architecture"), text(platform, "variant"))
            if platform
            else None,
            annotations=tuple(annotations.items()),
            here=told.get("Available") is True,
            chosen=descriptor.text("digest") == chosen,
            about=about,
        )
    )


def _add_parts(growing: Growing, parent: int, image: ImageDetail) -> None:
    growing.add(
        Node(
            parent,
            CONFIG,
            CONFIGURATION,
            digest=image.config_digest,
            here=True,
            chosen=True,
            note="" if image.config_digest else "its digest is not told",
        )
    )
    for layer in image.layers:
        note = "digest of the unpacked layer (diff ID); that of the packed blob is not told"
        growing.add(Node(parent, LAYER, digest=layer.diff_id, here=True, chosen=True, note=note))


# -- who published it ---------------------------------------------------------------------------------


def identity_claims(inspect: Json) -> list[Claim]:
    """`Identity` of Docker 29 (Engine API 1.53): pulls, builds, and signatures that the engine itself looked at."""
    identity = section(inspect, "Identity")
    claims = [
        Claim(
            f"Pulled from {repository}",
            "The engine got these bytes from that repository, under their digest.",
            "Who put them there, and whether they are what their publisher meant, is not said.",
        )
        for pull in rows(identity.get("Pull"))[:_MOST]
        if (repository := plain(text(pull, "Repository"), 300))
    ]
    for build in rows(identity.get("Build"))[:_MOST]:
        when = exact_time(moment(build, "CreatedAt"))
        reference = plain(text(build, "Ref"), 200)
        claims.append(
            Claim(
                "Built by this engine" + (f" on {when}" if when else "") + (f" ({reference})" if reference else ""),
                "The engine remembers making it.",
                "What went into the build is not proved by that.",
            )
        )
    claims += [_signature(each) for each in rows(identity.get("Signature"))[:_MOST]]
    return claims


def _signature(told: Json) -> Claim:
    signer = section(told, "Signer")
    name = next(
        (
            plain(value, 300)
            for value in (
                _words(told.get("KnownSigner")),
                text(signer, "SubjectAlternativeName"),
                text(signer, "SourceRepositoryURI"),
                text(told, "Name"),
            )
            if value
        ),
        "an unnamed signer",
    )
    issuer = plain(text(signer, "Issuer") or text(signer, "CertificateIssuer"), 300)
    wrong = plain(text(told, "Error"), 500)
    if wrong:
        return Claim(
            f"A signature by {name} that does not hold",
            "The engine looked at it and refused it.",
            f"{wrong}. Nothing is proved by it.",
        )
    warnings = "; ".join(plain(each, 200) for each in strings(told, "Warnings")[:5])
    return Claim(
        f"Signed by {name}" + (f", as {issuer} says" if issuer else ""),
        "The engine says that it checked the signature over this digest.",
        "It was not checked again here, and a signature says who signed, not that the content is harmless."
        + (f" Warnings: {warnings}" if warnings else ""),
    )


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value
    return text(value, "Name") if isinstance(value, Mapping) else ""
