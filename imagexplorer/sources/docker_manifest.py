"""manifest.json of docker-save archives, and `repositories` of those before Docker 1.10.

moby image/spec: v1.2.md ("Combined Image JSON + Filesystem Changeset Format") and v1.md. Names in it are names of
members, which are data, not paths of this machine.
"""

from __future__ import annotations

from typing import Any

from imagexplorer.core.entities import Platform, Problem
from imagexplorer.core.errors import Damaged, ImagexplorerError, NotFound
from imagexplorer.core.text import plain
from imagexplorer.sources.blobs import BlobStore
from imagexplorer.sources.catalogue import BlobRef, Catalogue, Found, Variant
from imagexplorer.sources.digests import digest_in_name
from imagexplorer.sources.documents import MAX_BYTES, Fields, load

_MAX_IMAGES = 20_000
_MAX_V1_CHAIN = 1_000


def read_manifest(store: BlobStore, kind: str) -> Catalogue:
    """Raises Damaged where manifest.json is no list."""
    catalogue = Catalogue(kind, "manifest.json")
    with store.open("manifest.json") as blob:
        document = load(blob.read_all(MAX_BYTES), "manifest.json", catalogue.problems)
    if not isinstance(document, list):
        word = "null" if document is None else f"a {type(document).__name__}".replace("a dict", "an object")
        raise Damaged("manifest.json", f"should be a list of images, is {word}")
    for at, item in enumerate(document[:_MAX_IMAGES]):
        where = f"manifest.json[{at}]"
        if isinstance(item, dict):
            catalogue.images.append(_image(Fields(item, where, [])))
        else:
            catalogue.problems.append(Problem(where, "should be an image, and is none"))
    if len(document) > _MAX_IMAGES:
        catalogue.problems.append(Problem("manifest.json", f"has {len(document):,} images; {_MAX_IMAGES:,} were read"))
    return catalogue


def _image(fields: Fields) -> Found:
    config = fields.text("Config")
    if not config:
        fields.problem('"Config" is missing')
    if "Layers" not in fields:
        fields.problem('"Layers" is missing')
    layers = tuple(_member(name, fields.where, at) for at, name in enumerate(fields.texts("Layers")))
    tags = tuple(dict.fromkeys(tag for tag in fields.texts("RepoTags") if tag and tag != "<none>:<none>"))
    return Found(
        tags, (Variant(_member(config, fields.where), layers, problems=tuple(fields.problems), name=fields.where),)
    )


def _member(name: str, where: str, at: int | None = None) -> BlobRef:
    if not name:
        which = "its configuration" if at is None else f"layer {at}"
        return BlobRef("", fault=f"{where} does not name {which}")
    digest = digest_in_name(name)
    return BlobRef(name, str(digest) if digest else "")


def join_oci(catalogue: Catalogue, oci: Catalogue) -> None:
    """Docker 25 and later write index.json too: its descriptors tell digests, media types and sizes, and name images
    and content that manifest.json does not. Where the two contradict each other, manifest.json counts and that is
    named."""
    by_config: dict[str, Variant] = {}
    for found in oci.images:
        for variant in found.variants:
            by_config.setdefault(variant.config.digest, variant)
    used: set[str] = set()
    for number, image in enumerate(catalogue.images):
        (mine,) = image.variants
        other = by_config.get(mine.config.digest) if mine.config.digest else None
        if other is None:
            continue
        used.add(mine.config.digest)
        catalogue.images[number] = Found(image.tags, (_joined(mine, other),))
    catalogue.others.extend(oci.others)
    catalogue.problems.extend(oci.problems)
    for found in oci.images:
        rest = tuple(variant for variant in found.variants if variant.config.digest not in used)
        if not rest:
            continue
        home = next((n for n, image in enumerate(catalogue.images) if _same_index(image, found)), None)
        if home is None:
            catalogue.images.append(Found(found.tags, rest))
        else:
            image = catalogue.images[home]
            catalogue.images[home] = Found(image.tags, (*image.variants, *rest))


def _same_index(image: Found, found: Found) -> bool:
    digests = {variant.manifest_digest for variant in image.variants if variant.manifest_digest}
    return any(variant.manifest_digest in digests for variant in found.variants)


def _joined(mine: Variant, other: Variant) -> Variant:
    problems = list(mine.problems) + list(other.problems)
    layers = mine.layers
    names, theirs = [ref.digest for ref in mine.layers], [ref.digest for ref in other.layers]
    if names == theirs:
        layers = other.layers
    elif len(names) != len(theirs) or any(a and b and a != b for a, b in zip(names, theirs, strict=True)):
        problems.append(
            Problem("manifest.json", f"names other layers than {other.name or 'index.json'} does; manifest.json counts")
        )
    return Variant(
        mine.config, layers, other.platform, other.manifest_digest, tuple(problems), mine.document, mine.name
    )


def read_repositories(store: BlobStore, kind: str) -> Catalogue:
    """Images by tag, each a chain of v1 layers by their parents. Raises Damaged where the document is no object."""
    catalogue = Catalogue(kind, "repositories")
    with store.open("repositories") as blob:
        document = load(blob.read_all(MAX_BYTES), "repositories", catalogue.problems)
    if not isinstance(document, dict):
        raise Damaged("repositories", "should be an object of repositories, is none")
    tags_of: dict[str, list[str]] = {}
    for repository, tags in list(document.items())[:_MAX_IMAGES]:
        for tag, top in Fields(tags, f"repositories: {plain(repository, 80)}", catalogue.problems).data.items():
            if isinstance(top, str) and top:
                tags_of.setdefault(top, []).append(f"{repository}:{tag}")
            else:
                catalogue.problems.append(Problem("repositories", f"the tag {plain(tag, 80)} names no image"))
    for top, names in tags_of.items():
        catalogue.images.append(Found(tuple(names), (_chain(store, top),)))
    return catalogue


def _chain(store: BlobStore, top: str) -> Variant:
    """Layers from the base up, and a configuration put together from the documents of the chain."""
    problems: list[Problem] = []
    chain: list[tuple[str, Fields]] = []
    at, seen = top, set[str]()
    while at and len(chain) < _MAX_V1_CHAIN:
        where = f"{plain(at, 80)}/json"
        if at in seen:
            problems.append(Problem(where, "the parents run in a circle, which was not followed again"))
            break
        seen.add(at)
        try:
            with store.open(f"{at}/json") as blob:
                fields = Fields(load(blob.read_all(MAX_BYTES), where, problems), where, problems)
        except NotFound:
            if at == top or f"{at}/layer.tar" in store:
                problems.append(Problem(where, "it is not in this archive"))
                chain.append((at, Fields({}, where, problems)))
            else:
                problems.append(Problem(where, "this parent is not in this archive"))
            break
        except ImagexplorerError as error:
            problems.append(Problem(error.what, error.reason))
            chain.append((at, Fields({}, where, problems)))
            break
        chain.append((at, fields))
        at = fields.text("parent")
    chain.reverse()
    last = chain[-1][1]
    document: dict[str, Any] = {
        key: last.data[key] for key in ("architecture", "os", "author", "created", "config") if key in last
    }
    document["history"] = [_v1_step(fields) for _, fields in chain]
    platform = Platform(last.text("os"), last.text("architecture")) if "os" in last else None
    return Variant(
        config=BlobRef("", fault="v1"),
        layers=tuple(BlobRef(f"{name}/layer.tar") for name, _ in chain),
        platform=platform,
        problems=tuple(problems),
        document=document,
        name=top,
    )


def _v1_step(fields: Fields) -> dict[str, Any]:
    made = fields.object("container_config").texts("Cmd")
    return {
        "created": fields.text("created"),
        "created_by": " ".join(made),
        "comment": fields.text("comment"),
        "author": fields.text("author"),
    }
