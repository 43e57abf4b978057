"""From index.json down to images: indexes in indexes, platforms, attestations and artifacts.

OCI image-spec image-layout.md, image-index.md, manifest.md. Follows digests only, inside one store; fetches nothing.
"""

from __future__ import annotations

from typing import Any

from imagexplorer.core.entities import Platform, Problem
from imagexplorer.core.errors import Damaged, ImagexplorerError, NotFound
from imagexplorer.core.text import plain
from imagexplorer.sources.blobs import BlobStore
from imagexplorer.sources.catalogue import (
    MAX_DESCRIPTORS,
    MAX_DOCUMENT_BYTES,
    MAX_INDEX_DEPTH,
    BlobRef,
    Catalogue,
    Found,
    Variant,
)
from imagexplorer.sources.descriptors import (
    CONFIG_TYPES,
    INDEX_TYPES,
    MANIFEST_TYPES,
    REFERENCE_TYPE,
    platform_of,
    read_descriptor,
    tag_of,
    unknown_platform,
)
from imagexplorer.sources.digests import parse_digest
from imagexplorer.sources.documents import MAX_BYTES, Fields, load


def read_index(store: BlobStore, kind: str) -> Catalogue:
    """Raises Damaged or NotFound when index.json itself cannot be read; all else ends in the catalogue's problems."""
    catalogue = Catalogue(kind, "index.json")
    with store.open("index.json") as blob:
        document = load(blob.read_all(MAX_BYTES), "index.json", catalogue.problems)
    _Walk(store, catalogue).run(Fields(document, "index.json", catalogue.problems))
    return catalogue


class _Walk:
    def __init__(self, store: BlobStore, catalogue: Catalogue) -> None:
        self._store = store
        self._catalogue = catalogue
        self._descriptors = 0
        self._bytes = 0
        self._documents: dict[str, tuple[Any, list[Problem]] | None] = {}
        self._told: set[Problem | str] = set()  # a file may say the same ten thousand times

    def run(self, index: Fields) -> None:
        by_digest: dict[str, tuple[list[str], Fields]] = {}
        for descriptor in index.objects("manifests"):
            if not self._count():
                break
            tag = tag_of(descriptor.text_map("annotations"))
            tags, _ = by_digest.setdefault(descriptor.text("digest") or descriptor.where, ([], descriptor))
            if tag and tag not in tags:
                tags.append(tag)
        for tags, descriptor in by_digest.values():
            variants = self._variants(descriptor, tags)
            if variants:
                self._catalogue.images.append(Found(tuple(tags), tuple(variants)))

    def _count(self) -> bool:
        self._descriptors += 1
        if self._descriptors == MAX_DESCRIPTORS + 1:
            self._problem("index.json", f"names more than {MAX_DESCRIPTORS:,} descriptors; the rest was not looked at")
        return self._descriptors <= MAX_DESCRIPTORS

    def _problem(self, where: str, reason: str) -> None:
        self._keep([Problem(where, reason)])

    def _variants(self, top: Fields, tags: list[str]) -> list[Variant]:
        """The images below one descriptor of index.json, in the order of the file."""
        found: list[Variant] = []
        seen: set[str] = set()
        stack: list[tuple[Fields, int, tuple[str, ...]]] = [(top, 0, ())]
        while stack:
            descriptor, depth, above = stack.pop()
            ref = read_descriptor(descriptor)
            if not ref.digest:
                continue
            if ref.digest in above:
                self._problem(ref.name, "the index names itself: a loop, which was not followed again")
                continue
            if ref.digest in seen:
                continue
            seen.add(ref.digest)
            platform = platform_of(descriptor.object("platform"))
            annotations = descriptor.text_map("annotations")
            if annotations.get(REFERENCE_TYPE) or (depth and unknown_platform(platform)):
                word = plain(annotations.get(REFERENCE_TYPE, ""), 60).removesuffix("-manifest") or "unknown content"
                self._other(f"{word} {_short(ref.digest)}", tags)
                continue
            document = self._document(ref, descriptor, platform, depth)
            if document is None:
                continue
            fields = self._typed(document, ref)
            if fields is None:
                self._keep(document[1])
                continue
            if "manifests" in fields:
                if depth >= MAX_INDEX_DEPTH:
                    self._problem(ref.name, f"indexes are nested deeper than {MAX_INDEX_DEPTH}; it was not followed")
                    continue
                inner = [child for child in fields.objects("manifests") if self._count()]
                stack.extend((child, depth + 1, (*above, ref.digest)) for child in reversed(inner))
            elif (variant := self._image(fields, ref, platform, document[1], tags)) is not None:
                found.append(variant)
            else:
                self._keep(document[1])
        return found

    def _keep(self, problems: list[Problem]) -> None:
        """Once each. A document that turned out to be no image may be one that was changed: its problems count too."""
        for problem in problems:
            if problem not in self._told:
                self._told.add(problem)
                self._catalogue.problems.append(problem)

    def _other(self, words: str, tags: list[str]) -> None:
        text = words + (f" ({', '.join(plain(tag, 80) for tag in tags[:3])})" if tags else "")
        if text not in self._told:
            self._told.add(text)
            self._catalogue.others.append(text)

    def _document(
        self, ref: BlobRef, descriptor: Fields, platform: Platform | None, depth: int
    ) -> tuple[Any, list[Problem]] | None:
        """A manifest or index and its problems; None where there is none to read, which is named."""
        if ref.digest in self._documents:
            return self._documents[ref.digest]
        self._documents[ref.digest] = None
        problems: list[Problem] = []
        try:
            raw = self._read(ref)
        except NotFound:
            known = ref.media_type in INDEX_TYPES | MANIFEST_TYPES | {""}
            if depth and platform is not None:
                # Engines save one platform of an image together with the index of all: nothing is wrong.
                self._catalogue.others.append(f"{platform}: named by the index, not in this file")
            elif known:
                self._problem(descriptor.where, f"its manifest {ref.digest} is not here")
            else:
                self._catalogue.others.append(f"{plain(ref.media_type, 100)} {_short(ref.digest)}, which is not here")
            return None
        except ImagexplorerError as error:
            self._problem(error.what, error.reason)
            return None
        if ref.media_type not in INDEX_TYPES | MANIFEST_TYPES | {""} and raw.lstrip()[:1] != b"{":
            self._other(f"{plain(ref.media_type, 100)} {_short(ref.digest)}", [])
            return None
        self._check(raw, ref, problems)
        try:
            document = load(raw, ref.name, problems)
        except ImagexplorerError as error:
            self._catalogue.problems.extend(problems)
            self._problem(error.what, error.reason)
            return None
        self._documents[ref.digest] = (document, problems)
        return document, problems

    def _read(self, ref: BlobRef) -> bytes:
        if ref.data is not None and ref.name not in self._store:
            return ref.data
        with self._store.open(ref.name) as blob:
            self._bytes += blob.size
            if self._bytes > MAX_DOCUMENT_BYTES:
                raise Damaged(ref.name, f"the manifests are larger than {MAX_DOCUMENT_BYTES:,} bytes together")
            return blob.read_all(MAX_BYTES)

    def _check(self, raw: bytes, ref: BlobRef, problems: list[Problem]) -> None:
        digest = parse_digest(ref.digest)
        if digest is not None and (found := digest.of(raw)) != digest:
            problems.append(Problem(ref.name, f"the digest does not match: its bytes are {found}, {digest} is claimed"))
        if ref.size is not None and ref.size != len(raw):
            problems.append(Problem(ref.name, f"it has {len(raw):,} bytes, {ref.size:,} are claimed"))

    def _typed(self, document: tuple[Any, list[Problem]], ref: BlobRef) -> Fields | None:
        """The document, if it is an index or a manifest and not both (CVE-2021-41190)."""
        content, problems = document
        fields = Fields(content, ref.name, problems)
        is_index = "manifests" in fields
        is_manifest = "layers" in fields or "config" in fields
        if is_index and is_manifest:
            self._problem(ref.name, "it is an index and a manifest at once, so it is refused as ambiguous")
            return None
        if "fsLayers" in fields or fields.data.get("schemaVersion") == 1:
            self._other(f"Docker schema 1 manifest {_short(ref.digest)}, which is not supported", [])
            return None
        if not is_index and not is_manifest and ref.media_type not in INDEX_TYPES | MANIFEST_TYPES | {""}:
            self._other(f"{plain(ref.media_type, 100)} {_short(ref.digest)}", [])
            return None
        if not is_index and not is_manifest:
            self._problem(ref.name, "it is neither an index nor a manifest")
            return None
        announced = ref.media_type in INDEX_TYPES, ref.media_type in MANIFEST_TYPES
        if announced in ((True, False), (False, True)) and announced[0] != is_index:
            word, real = ("an index", "a manifest") if announced[0] else ("a manifest", "an index")
            self._problem(ref.name, f"it is announced as {word} but is {real}; it was read as what it is")
        if is_index:
            self._keep(problems)
        return fields

    def _image(
        self, fields: Fields, ref: BlobRef, platform: Platform | None, problems: list[Problem], tags: list[str]
    ) -> Variant | None:
        """None for an artifact: a manifest whose config is no image configuration."""
        config_fields = fields.object("config")
        config_type = config_fields.text("mediaType")
        artifact = fields.text("artifactType")
        layers = fields.objects("layers")
        in_toto = bool(layers) and all(layer.text("mediaType") == "application/vnd.in-toto+json" for layer in layers)
        if config_type not in CONFIG_TYPES or in_toto or "config" not in fields:
            kind = artifact or ("attestation" if in_toto else config_type) or "artifact"
            self._other(f"{plain(kind, 100)} {_short(ref.digest)}", tags)
            return None
        before = len(problems)
        variant = Variant(
            config=read_descriptor(config_fields),
            layers=tuple(read_descriptor(layer) for layer in layers[:MAX_DESCRIPTORS]),
            platform=platform,
            manifest_digest=ref.digest,
        )
        own = tuple(problems)
        del problems[before:]  # the same manifest may be reached from another tag
        return Variant(
            variant.config, variant.layers, variant.platform, variant.manifest_digest, own, None, name=ref.name
        )


def _short(digest: str) -> str:
    return digest[: digest.find(":") + 13]
