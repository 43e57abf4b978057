"""What an image is made of as documents that name each other: index, manifests, configuration, layers, attestations.

OCI image-spec image-index.md, manifest.md, descriptor.md. Plain records: who makes them stands in `sources`. Whatever
a source does not know of a document is empty or None, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

from imagexplorer.core.entities import Platform, Problem
from imagexplorer.core.text import counted

INDEX, MANIFEST, CONFIG, LAYER = "index", "manifest", "config", "layer"
ATTESTATION, STATEMENT, SIGNATURE, ARTIFACT, OTHER = "attestation", "statement", "signature", "artifact", "other"
LIST, RECORD = "list", "record"
"""LIST is manifest.json of a docker-save archive, RECORD what an engine tells in place of a document."""


@dataclass(frozen=True, slots=True)
class Node:
    """One descriptor and what it refers to. `parent` is the number of the node that names it, -1 for a root.

    `key` is what `ImageSource.document` takes, "" where there is no text to be had. `here` says whether the source
    holds its bytes, None where it does not tell. `chosen`: it belongs to the image that was asked for. `about` is the
    digest of the manifest that it speaks of. `note` says what else is to be known of it, in words.
    """

    parent: int
    role: str
    key: str = ""
    name: str = ""
    media_type: str = ""
    digest: str = ""
    size_bytes: int | None = None
    platform: Platform | None = None
    annotations: tuple[tuple[str, str], ...] = ()
    here: bool | None = None
    chosen: bool = False
    about: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that somebody says of who made, published or signed the image: what it shows, and what it does not."""

    text: str
    shows: str
    leaves_open: str


@dataclass(frozen=True, slots=True)
class ManifestTree:
    """`nodes`: parents stand before their children, children of one parent in the order of the document. `left_out`
    counts the nodes beyond the limit."""

    nodes: tuple[Node, ...] = ()
    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
    left_out: int = 0

    def children(self, number: int) -> list[int]:
        return [at for at, node in enumerate(self.nodes) if node.parent == number]


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document to be read: at most so much of its text as a screen can hold. `length` counts the characters of all of
    it, `problems` say what is doubtful about it."""

    text: str
    length: int
    problems: tuple[str, ...] = ()


NODES_MOST = 2_000


class Growing:
    """A tree being made: keeps the limit."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.problems: list[Problem] = []
        self.left_out = 0

    @property
    def full(self) -> bool:
        return len(self.nodes) >= NODES_MOST

    def add(self, node: Node) -> int:
        """Its number; -1, which no child may have as parent, where there is no room."""
        if self.full:
            self.left_out += 1
            return -1
        self.nodes.append(node)
        return len(self.nodes) - 1

    def tree(self, claims: tuple[Claim, ...] = ()) -> ManifestTree:
        return ManifestTree(tuple(self.nodes), claims, tuple(dict.fromkeys(self.problems)), self.left_out)


def claims_of(nodes: tuple[Node, ...] | list[Node]) -> list[Claim]:
    """What the documents beside an image say of it. Nothing here was checked against a key."""
    claims = []
    signatures = sum(node.role == SIGNATURE for node in nodes)
    if signatures:
        claims.append(
            Claim(
                f"{counted(signatures, 'signature')} beside the image",
                "Somebody signed this digest, or says so.",
                "The signature was not checked here: without the signer's key it proves nothing. "
                "cosign verify or notation verify check it.",
            )
        )
    for node in nodes:
        kind = predicate_words(dict(node.annotations).get(PREDICATE, ""))
        if node.role == STATEMENT and kind:
            claims.append(
                Claim(
                    f"{kind[0].upper()}{kind[1:]} is attached" + (f" for {node.about[:19]}" if node.about else ""),
                    "Whoever built or pushed the image attached this statement about it.",
                    "It is not signed by itself: who could push the image could write anything into it.",
                )
            )
    return list(dict.fromkeys(claims))


PREDICATE = "in-toto.io/predicate-type"


def predicate_words(predicate: str) -> str:
    """`a provenance statement`; "" for none. in-toto attestation spec, predicate types."""
    if not predicate:
        return ""
    if "slsa.dev/provenance" in predicate:
        return "a provenance statement (how it was built)"
    if "spdx.dev" in predicate or "cyclonedx" in predicate:
        return "a list of components (SBOM)"
    return f"a statement ({predicate[:100]})"
