"""OCI descriptors and media types: what a reference says of a blob before the blob is read.

OCI image-spec descriptor.md, manifest.md, image-index.md; Docker's media types of image manifest v2 schema 2.
"""

from __future__ import annotations

import base64
import binascii

from imagexplorer.core.entities import Platform
from imagexplorer.core.text import plain
from imagexplorer.sources.catalogue import BlobRef
from imagexplorer.sources.digests import Digest, parse_digest
from imagexplorer.sources.documents import Fields

INDEX_TYPES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
MANIFEST_TYPES = frozenset(
    {
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    }
)
CONFIG_TYPES = frozenset(
    {
        "application/vnd.oci.image.config.v1+json",
        "application/vnd.docker.container.image.v1+json",
        "application/octet-stream",  # docker before 1.10
        "",
    }
)

REF_NAME = "org.opencontainers.image.ref.name"
CONTAINERD_NAME = "io.containerd.image.name"
REFERENCE_TYPE = "vnd.docker.reference.type"


def blob_name(digest: Digest) -> str:
    """Where an OCI layout keeps it (image-layout.md, "Blobs")."""
    return f"blobs/{digest.algorithm}/{digest.hex}"


def read_descriptor(fields: Fields) -> BlobRef:
    """A descriptor as a reference; a digest that is none leaves no name, and `fault` says so. No URL is fetched."""
    text = fields.text("digest")
    digest = parse_digest(text)
    fault = ""
    if digest is None:
        fault = f'"{plain(text, 100)}" is not a sha256 or sha512 digest' if text else "it has no digest"
        fields.problem(fault)
    size = fields.number("size")
    if (size is None and "size" in fields) or (size is not None and not 0 <= size < 1 << 60):
        fields.problem(f"the size {fields.data.get('size')} is impossible")
        size = None
    elif fields.items("urls"):
        fault = fault or "its bytes are kept elsewhere (its descriptor gives URLs, which are never fetched)"
    return BlobRef(
        name=blob_name(digest) if digest else "",
        digest=str(digest) if digest else "",
        media_type=fields.text("mediaType"),
        size=size,
        fault=fault,
        data=_embedded(fields, digest),
    )


def _embedded(fields: Fields, digest: Digest | None) -> bytes | None:
    text = fields.text("data")
    if not text or digest is None:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        fields.problem("its embedded data is not base64")
        return None
    found = digest.of(data)
    if found != digest:
        fields.problem(f"its embedded data does not match: the digest is {found}, {digest} is claimed")
        return None
    return data


def platform_of(fields: Fields) -> Platform | None:
    """The platform of a descriptor, or of an image configuration; None where neither names one."""
    os, architecture = fields.text("os"), fields.text("architecture")
    if not os and not architecture:
        return None
    return Platform(os, architecture, fields.text("variant"))


def unknown_platform(platform: Platform | None) -> bool:
    """`unknown/unknown`: how BuildKit marks what is no image."""
    return platform is not None and platform.os == platform.architecture == "unknown"


def tag_of(annotations: dict[str, str]) -> str:
    return annotations.get(CONTAINERD_NAME) or annotations.get(REF_NAME) or ""
