"""Nodes of a manifest tree as words. Knows records, no widget."""

from __future__ import annotations

from imagexplorer.core.entities import short_id
from imagexplorer.core.manifest_tree import (
    ARTIFACT,
    ATTESTATION,
    CONFIG,
    INDEX,
    LAYER,
    LIST,
    MANIFEST,
    OTHER,
    PREDICATE,
    RECORD,
    SIGNATURE,
    STATEMENT,
    Claim,
    ManifestTree,
    Node,
    predicate_words,
)
from imagexplorer.core.text import exact_size, human_size, plain
from imagexplorer.models.config_sections import Section
from imagexplorer.models.tree_rows import layer_number

ROLE_WORDS = {
    INDEX: "Index",
    MANIFEST: "Manifest",
    CONFIG: "Configuration",
    LAYER: "Layer",
    ATTESTATION: "Attestation",
    STATEMENT: "Statement",
    SIGNATURE: "Signature",
    ARTIFACT: "Artifact",
    OTHER: "Other content",
    LIST: "List of images",
    RECORD: "Record",
}
ROLE_ICONS = {
    INDEX: "layers",
    MANIFEST: "image",
    CONFIG: "config",
    LAYER: "layer",
    ATTESTATION: "info",
    STATEMENT: "file",
    SIGNATURE: "info",
    ARTIFACT: "file",
    OTHER: "file",
    LIST: "archive",
    RECORD: "info",
}


def titles(tree: ManifestTree) -> list[str]:
    """Of each node: what it is, and its number among the layers or its name where it has one."""
    counted: dict[int, int] = {}
    words = []
    for node in tree.nodes:
        title = ROLE_WORDS[node.role]
        if node.role == LAYER and node.parent >= 0:
            number = counted[node.parent] = counted.get(node.parent, -1) + 1
            title = f"{title} {layer_number(number)}"
        elif node.role == STATEMENT and (kind := predicate_words(dict(node.annotations).get(PREDICATE, ""))):
            title = f"{title}: {kind.removeprefix('a ')}"
        if node.name:
            title = f"{title}: {node.name}"
        words.append(plain(title, 200) + (" – not here" if node.here is False else ""))
    return words


def cells(node: Node, title: str) -> list[str]:
    """Document, platform, size, digest, media type (without what all of them begin with)."""
    platform = str(node.platform) if node.platform is not None else ""
    size = human_size(node.size_bytes) if node.size_bytes is not None else ""
    return [
        title,
        plain(platform, 60),
        size,
        plain(short_id(node.digest), 20),
        plain(node.media_type.removeprefix("application/vnd."), 200),
    ]


def node_sections(node: Node) -> list[Section]:
    """All that is known of one document."""
    here = {True: "yes", False: "no: only its descriptor is", None: "not told"}[node.here]
    pairs = [
        ("Digest", node.digest or "not known"),
        ("Media type", node.media_type or "not known"),
        ("Size", exact_size(node.size_bytes) if node.size_bytes is not None else "not known"),
        ("Platform", str(node.platform) if node.platform is not None else ""),
        ("Name", node.name),
        ("About", node.about),
        ("Held here", here),
        ("Note", node.note),
    ]
    sections: list[Section] = [(ROLE_WORDS[node.role], [(name, text) for name, text in pairs if text])]
    if node.annotations:
        sections.append(("Annotations", list(node.annotations)))
    return sections


def claim_lines(claims: tuple[Claim, ...]) -> str:
    """Who published or signed the image, each with what it shows and what it leaves open; one line each."""
    if not claims:
        return (
            "Unknown. Nothing here says who published or signed this image; "
            "a digest proves only that the bytes are the ones it names."
        )
    return "\n\n".join(
        f"{plain(claim.text, 500)}\nShows: {claim.shows}\nDoes not show: {plain(claim.leaves_open, 1000)}"
        for claim in claims
    )
