"""Images in a file or folder as an `ImageSource`: one implementation over any store of blobs and any catalogue.

Knows how a configuration, its layers and its history fit together. Must not know how blobs are stored.
"""

from __future__ import annotations

import platform as host_platform
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, Image, ImageDetail, Layer, Platform, Problem
from imagexplorer.core.errors import Damaged, ImagexplorerError, NotFound, WrongUse
from imagexplorer.core.layer_index import LayerIndex
from imagexplorer.core.manifest_tree import ManifestTree
from imagexplorer.core.references import same_name
from imagexplorer.core.text import plain
from imagexplorer.sources.blobs import BlobStore
from imagexplorer.sources.catalogue import BlobRef, Catalogue, Found, Variant
from imagexplorer.sources.contents import Take, read_blob
from imagexplorer.sources.descriptors import platform_of
from imagexplorer.sources.digests import parse_digest, sha256_of
from imagexplorer.sources.documents import MAX_BYTES, Fields, load
from imagexplorer.sources.history import moment_of, steps_of
from imagexplorer.sources.layer_reading import LayerReader
from imagexplorer.sources.protocol import ScanOptions

_MAX_NAMED = 20
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386", "AMD64": "amd64"}


class ImageFile:
    """`ImageSource` over a store. `problems` are those of the file as a whole: every image of it shows them."""

    host = None

    def __init__(
        self, address: Address, store: BlobStore, catalogue: Catalogue, problems: Sequence[Problem] = ()
    ) -> None:
        self._address = address
        self._store = store
        self._catalogue = catalogue
        self._problems = (*problems, *catalogue.problems)
        self._details: dict[tuple[int, int], ImageDetail] = {}

    @property
    def address(self) -> Address:
        return self._address

    def close(self) -> None:
        self._store.close()

    def images(self, control: Control) -> Sequence[Image]:
        rows = []
        for number, found in enumerate(self._catalogue.images):
            control.step(number, len(self._catalogue.images), "reading images")
            rows.append(self._detail(number, _default_variant(found)).image)
        return rows

    def image(self, reference: str, control: Control, platform: str = "") -> ImageDetail:  # noqa: ARG002 - one shape for all sources
        number, variant = self._find(reference)
        found = self._catalogue.images[number]
        if platform:
            variant = self._choose(found, platform)
        elif variant is None:
            variant = _default_variant(found)
        return self._detail(number, variant)

    def diff_ids(self, image_id: str, control: Control) -> Sequence[str]:
        return [layer.diff_id or layer.digest for layer in self.image(image_id, control).layers]

    def scan(
        self,
        image: ImageDetail,
        wanted: Collection[int],
        options: ScanOptions,
        done: Callable[[int, LayerIndex], None],
        control: Control,
    ) -> ImageDetail:
        refs = self._variant_of(image).layers
        reader = LayerReader(self._store)
        # Layers in the order in which they are stored; those that share a blob are read once.
        groups: dict[tuple[str, str, str], list[int]] = {}
        for layer in sorted(set(wanted)):
            ref = refs[layer]
            groups.setdefault((ref.name, ref.digest, image.layers[layer].diff_id), []).append(layer)
        for key in sorted(groups, key=lambda key: self._store.position(key[0]) if key[0] else -1):
            layers = groups[key]
            index = reader.index(refs[layers[0]], image.layers[layers[0]], options, control)
            for layer in layers:
                done(layer, index)
        problems = [*image.problems, *reader.problems]
        if changed := self._store.changed:
            problems.append(Problem(self._address.location, changed))
        return replace(image, problems=tuple(dict.fromkeys(problems)))

    def content_hashes(
        self, image: ImageDetail, layer: int, rows: Sequence[int], index: LayerIndex, control: Control
    ) -> Sequence[int]:
        ref = self._variant_of(image).layers[layer]
        return LayerReader(self._store).content_hashes(ref, rows, index, control)

    def manifests(self, image: ImageDetail, control: Control) -> ManifestTree:
        from imagexplorer.sources.file_manifests import manifest_tree

        return manifest_tree(self._store, self._variant_of(image), image, self._catalogue.used, control)

    def document(self, image: ImageDetail, key: str, control: Control) -> bytes:  # noqa: ARG002 - one shape for all sources
        with self._store.open(key) as blob:
            return blob.read_all(MAX_BYTES)

    def contents(
        self,
        image: ImageDetail,
        layer: int,
        slices: Sequence[Slice],
        index: LayerIndex,
        take: Take,
        control: Control,
        visible: bool = False,  # noqa: ARG002 - one shape for all sources
    ) -> None:
        ref = self._variant_of(image).layers[layer]
        if not ref.name:
            raise NotFound(f"layer {layer}", ref.fault or "the manifest does not say where it is")
        with self._store.open(ref.name) as blob:
            blob.where = f"layer {layer}"
            read_blob(blob, slices, index, take, control)

    def sent(self, image_id: str, control: Control) -> Iterator[bytes]:
        """The image alone, as an archive that an engine loads. Raises NotFound, Damaged."""
        from imagexplorer.sources.sending import sent

        image = self.image(image_id, control)
        variant = self._variant_of(image)
        if not image.config_digest:
            raise Damaged(image.image.name, "it has no configuration that an engine could load")
        return sent(self._store, variant, self._bytes(variant.config), image, control)

    # -- which one -----------------------------------------------------------------------------
    def _find(self, reference: str) -> tuple[int, int | None]:
        images = self._catalogue.images
        if reference.isascii() and reference.isdigit() and int(reference) < len(images) and len(reference) < 7:
            return int(reference), None
        for number, found in enumerate(images):
            if reference in found.tags:
                return number, None
        for number, found in enumerate(images):
            if any(same_name(reference, tag) for tag in found.tags):
                return number, None
        wanted = reference.removeprefix("sha256:")
        if len(wanted) >= 4:
            for number, found in enumerate(images):
                for at, variant in enumerate(found.variants):
                    ids = (variant.manifest_digest, self._detail(number, at).image.id)
                    if reference in ids or any(text.removeprefix("sha256:").startswith(wanted) for text in ids):
                        return number, at
        raise NotFound(f"image {plain(reference, 200)}", "it is not in this file", f"There are: {self.names()}")

    def titles(self) -> list[str]:
        """What `--image` takes for each image: its first tag, or its number."""
        return [found.tags[0] if found.tags else str(at) for at, found in enumerate(self._catalogue.images)]

    def names(self) -> str:
        """The images that there are, in words."""
        images = self._catalogue.images
        words = [
            f"{number} ({', '.join(plain(tag, 100) for tag in found.tags[:3])})" if found.tags else str(number)
            for number, found in enumerate(images[:_MAX_NAMED])
        ]
        return ", ".join(words) + (f" and {len(images) - _MAX_NAMED} more" if len(images) > _MAX_NAMED else "")

    def _platforms(self, number: int) -> list[Platform]:
        found = self._catalogue.images[number]
        return [
            variant.platform or self._detail(number, at).image.platform or Platform()
            for at, variant in enumerate(found.variants)
        ]

    def _choose(self, found: Found, wanted: str) -> int:
        number = self._catalogue.images.index(found)
        platforms = self._platforms(number)
        for at, platform in enumerate(platforms):
            if str(platform) == wanted:
                return at
        for at, platform in enumerate(platforms):
            if f"{platform.os}/{platform.architecture}" == wanted:
                return at
        there = ", ".join(dict.fromkeys(str(platform) or "unknown" for platform in platforms))
        raise WrongUse(f"platform {plain(wanted, 100)}", f"this image has {there}")

    def _variant_of(self, image: ImageDetail) -> Variant:
        for number, found in enumerate(self._catalogue.images):
            for at, variant in enumerate(found.variants):
                known = self._details.get((number, at))
                if known is not None and known.image == image.image and known.layers == image.layers:
                    return variant
        number, variant_at = self._find(image.image.id)
        return self._catalogue.images[number].variants[variant_at or 0]

    # -- what it is ----------------------------------------------------------------------------
    def _detail(self, number: int, at: int) -> ImageDetail:
        known = self._details.get((number, at))
        if known is None:
            known = self._details[number, at] = self._read(number, at)
        return known

    def _read(self, number: int, at: int) -> ImageDetail:
        found = self._catalogue.images[number]
        variant = found.variants[at]
        problems = [*self._problems, *variant.problems]
        document, config_digest = self._config(variant, problems)
        config = Fields(document, "config", problems)
        layers = self._layers(variant, config, problems)
        platform = platform_of(config) or variant.platform
        sizes = [layer.blob_bytes for layer in layers]
        image = Image(
            id=config_digest or variant.manifest_digest or variant.name,
            tags=found.tags,
            digests=(variant.manifest_digest,) if variant.manifest_digest else (),
            created=moment_of(config, "created"),
            size_bytes=sum(size for size in sizes if size is not None) if None not in sizes else None,
            platform=platform,
            labels=config.object("config").text_map("Labels"),
        )
        return ImageDetail(
            image=image,
            layers=layers,
            steps=steps_of(config, len(layers)),
            config=config.data,
            config_digest=config_digest,
            platforms=tuple(dict.fromkeys(other.platform for other in found.variants if other.platform is not None)),
            others=tuple(self._catalogue.others),
            problems=tuple(dict.fromkeys(problems)),
        )

    def _config(self, variant: Variant, problems: list[Problem]) -> tuple[Mapping[str, Any], str]:
        """The configuration and the digest of its bytes; ({}, "") and a problem where it cannot be read."""
        if variant.document is not None:
            return variant.document, ""
        ref = variant.config
        try:
            raw = self._bytes(ref)
        except ImagexplorerError as error:
            problems.append(Problem("config", _sentence(error, ref)))
            return {}, ""
        claimed = parse_digest(ref.digest)
        digest = claimed.of(raw) if claimed is not None else sha256_of(raw)
        if claimed is not None and claimed != digest:
            problems.append(
                Problem("config", f"the digest does not match: its bytes are {digest}, {claimed} is claimed")
            )
        if ref.size is not None and ref.size != len(raw):
            problems.append(Problem("config", f"it has {len(raw):,} bytes, {ref.size:,} are claimed"))
        try:
            document = load(raw, "config", problems)
        except ImagexplorerError as error:
            problems.append(Problem("config", error.reason))
            return {}, str(digest)
        if not isinstance(document, dict):
            problems.append(
                Problem("config", f"should be a JSON object, is {'null' if document is None else 'not one'}")
            )
            return {}, str(digest)
        return document, str(digest)

    def _bytes(self, ref: BlobRef) -> bytes:
        if ref.data is not None and (not ref.name or ref.name not in self._store):
            return ref.data
        if not ref.name:
            raise NotFound("config", ref.fault or "the manifest names no configuration")
        with self._store.open(ref.name) as blob:
            return blob.read_all(MAX_BYTES)

    def _layers(self, variant: Variant, config: Fields, problems: list[Problem]) -> tuple[Layer, ...]:
        claimed = config.object("rootfs").texts("diff_ids") if variant.document is None else []
        count = len(variant.layers)
        if variant.document is None and len(claimed) != count and config.data:
            reason = f"the configuration names {len(claimed)} diff IDs, the manifest {count} layers"
            problems.append(Problem("config", reason + ("" if claimed else ": no layer can be verified")))
        layers = []
        for index, ref in enumerate(variant.layers):
            diff_id = parse_digest(claimed[index]) if index < len(claimed) else None
            if index < len(claimed) and diff_id is None:
                reason = f'its diff ID "{plain(claimed[index], 100)}" is not a sha256 or sha512 digest'
                problems.append(Problem(f"layer {index}", reason))
            layers.append(
                Layer(
                    index=index,
                    diff_id=str(diff_id) if diff_id else "",
                    digest=ref.digest,
                    blob_bytes=self._stored(index, ref, problems),
                    media_type=ref.media_type,
                )
            )
        return tuple(layers)

    def _stored(self, index: int, ref: BlobRef, problems: list[Problem]) -> int | None:
        where = f"layer {index}"
        if not ref.name:
            problems.append(Problem(where, ref.fault or "the manifest does not say where it is"))
            return None
        try:
            with self._store.open(ref.name) as blob:
                size = blob.size
        except ImagexplorerError as error:
            problems.append(Problem(where, _sentence(error, ref)))
            return None
        if ref.size is not None and ref.size != size:
            problems.append(Problem(where, f"it has {size:,} bytes, {ref.size:,} are claimed"))
        return size


def _sentence(error: ImagexplorerError, ref: BlobRef) -> str:
    name = plain(ref.name, 200)
    reason = error.reason or error.what
    return (f"{name}: {reason}" if name else reason) + (f"; {ref.fault}" if ref.fault and ref.name else "")


def _default_variant(found: Found) -> int:
    """That of this machine's architecture (containers run Linux), else the first."""
    architecture = _ARCHITECTURES.get(host_platform.machine(), host_platform.machine())
    for at, variant in enumerate(found.variants):
        if variant.platform and variant.platform.os == "linux" and variant.platform.architecture == architecture:
            return at
    return 0
