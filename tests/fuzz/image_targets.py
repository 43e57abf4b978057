"""What must hold for any bytes that are opened as images: archives, layouts, and stacks of layers.

Errors are those of `core.errors`; every layer that is asked for is told once; what is called verified is what it says.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ImageDetail
from imagexplorer.core.errors import Fault, ImagexplorerError
from imagexplorer.core.layer_index import KINDS, LayerIndex
from imagexplorer.core.overlay import stack
from imagexplorer.core.space import space
from imagexplorer.core.tree_view import MARK_DELETED, ViewSpec
from imagexplorer.core.tree_viewing import view
from imagexplorer.indexing.contents import SameContent
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ImageSource, ScanOptions
from tests import tars
from tests.core.naive import Entry, Replay, build
from tests.fuzz.tar_targets import repaired

MOST_IMAGES, MOST_LAYERS = 6, 12
PARTS = b"\n==\n"
_FOLDER = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())


def opened(data: bytes) -> None:
    """A file of these bytes, looked at as a page does: rows, details, layers by headers and in full, the tree."""
    path = _FOLDER / f"fuzz-{os.getpid()}.tar"
    path.write_bytes(data)
    try:
        source = open_source(Address("file", str(path)))
    except ImagexplorerError as error:
        if isinstance(error, Fault) or not (error.what and error.reason):
            raise AssertionError("not an error for a user") from error
        return
    finally:
        path.unlink()
    try:
        look(source)
    finally:
        source.close()


def look(source: ImageSource) -> None:
    control = Control()
    rows = source.images(control)
    assert rows
    for number, row in list(enumerate(rows))[:MOST_IMAGES]:
        detail = source.image(str(number), control)
        assert detail.image.id == row.id
        fine(detail)
        wanted = range(min(len(detail.layers), MOST_LAYERS))
        scanned(source, detail, wanted, ScanOptions())
        indexes = scanned(source, detail, wanted, ScanOptions(verify=True))
        if len(wanted) == len(detail.layers):
            layers = tuple(indexes[layer] for layer in wanted)
            tree = stack(layers, SameContent(source, detail, layers, control), control)
            assert view(tree, ViewSpec()).size[0] >= 0


def scanned(source: ImageSource, detail: ImageDetail, wanted: range, options: ScanOptions) -> dict[int, LayerIndex]:
    told: dict[int, LayerIndex] = {}

    def done(layer: int, index: LayerIndex) -> None:
        assert layer in wanted
        assert layer not in told
        told[layer] = index

    fine(source.scan(detail, wanted, options, done, Control()))
    assert sorted(told) == list(wanted)
    for layer, index in told.items():
        if index.verified:
            assert index.columns.meta["computed"] == detail.layers[layer].diff_id
            assert not any("digest" in problem.reason for problem in index.problems)
        elif options.verify and detail.layers[layer].diff_id:
            assert index.problems
    return told


def fine(detail: ImageDetail) -> None:
    for problem in detail.problems:
        assert problem.reason
        assert "\n" not in problem.where + problem.reason
    for step in detail.steps:
        assert step.layer is None or 0 <= step.layer < len(detail.layers)
    assert [layer.index for layer in detail.layers] == list(range(len(detail.layers)))


def docker(data: bytes) -> None:
    """A tar; its checksums are made right, so that mutations get past them."""
    opened(repaired(data))


def oci(data: bytes) -> None:
    """Parts of a layout: the index, then blobs. `@1` stands for the digest of blob 1 (of `@2` in blob 1 ...), so that
    mutated documents still refer to each other."""
    parts = data.split(PARTS)[:12]
    names: dict[int, str] = {}
    for number in range(len(parts) - 1, -1, -1):
        for other, name in names.items():
            parts[number] = parts[number].replace(b"@%x" % other, name.encode())
        names[number] = tars.digest(parts[number])
    members = [tars.file("oci-layout", '{"imageLayoutVersion":"1.0.0"}'), tars.file("index.json", parts[0])]
    members += [tars.file(tars.blob_name(names[number]), parts[number]) for number in range(1, len(parts))]
    opened(tars.tar(members))


_NAMES = (b"a", b"b", b"c", b"long-name-a", b"long-name-ab", b"\xff", b"..", b".")
_KINDS = ("file", "file", "dir", "whiteout", "opaque", "hardlink", "symlink", "fifo")
LAYERS, ENTRIES = 8, 60
CAUSES = ("deleted", "overwritten", "rewritten")


def layers_of(data: bytes) -> list[list[Entry]]:
    """1 to 8 layers: each entry takes its kind and length, its path, and where it leads; 0xff begins a layer."""
    layers: list[list[Entry]] = [[]]
    at = 0

    def path(code: int, names: int) -> bytes:
        return b"/".join(_NAMES[(code >> 3 * part) % names] for part in range(1 + (code >> 9) % 3))

    for _ in range(ENTRIES):
        piece = data[at : at + 5]
        if len(piece) < 5:
            break
        if piece[0] == 0xFF:
            at += 1
            if len(layers) < LAYERS:
                layers.append([])
            continue
        at += 5
        kind = _KINDS[piece[0] % 8]
        where = b"" if kind in ("dir", "opaque") and piece[1] == 0 else path(piece[1] | piece[2] << 8, 6)
        link = b""
        if kind in ("hardlink", "symlink"):
            link = (b"/" if piece[0] & 0x40 else b"") + path(piece[3] | piece[4] << 8, 8 if kind == "symlink" else 6)
        size = piece[3] % 4 if kind == "file" else 0
        mode = 0o755 if piece[0] & 0x20 else 0o644
        layers[-1].append(Entry(where, kind, size, piece[4] % 3 if kind == "file" else 0, mode, 0, link))
    return layers


def squash(data: bytes) -> None:
    """The fold shows what applying the layers one by one shows, at every layer; bytes are neither lost nor made."""
    layers = layers_of(data)
    replay = Replay(layers)
    tree = stack([build(layer) for layer in layers])
    for number, wanted in enumerate(replay.trees):
        shown = view(tree, ViewSpec(layer=number))
        found = {
            shown.path(row): KINDS[shown.kind[row]] for row in range(1, len(shown)) if shown.mark[row] != MARK_DELETED
        }
        assert found == {path: thing.kind for path, thing in wanted.items() if path}
        assert shown.size[0] == replay.visible(number)
    found_space = space(tree)
    assert found_space.stored_bytes == replay.stored
    hidden = {name: sum(size for _, cause, size in replay.hidden if cause == name) for name in CAUSES}
    assert [getattr(found_space, f"{name}_bytes") for name in CAUSES] == list(hidden.values())


def archive_seeds() -> Iterator[bytes]:
    layers = [tars.tar([tars.folder("etc"), tars.file("etc/a", "one")]), tars.tar([tars.whiteout("etc/a")])]
    yield tars.docker_archive(layers)
    yield tars.docker_archive(layers, style="podman", tags=())
    yield tars.docker_archive(layers, style="oci", compression="gzip")
    yield tars.docker_archive_of([(layers, None, ("a:1",)), (layers[:1], None, ("b:1", "b:2"))])
    yield tars.docker_archive(layers, extra=[tars.symlink("x", "manifest.json"), tars.hardlink("y", "x")])
    yield tars.docker_archive(layers, {"rootfs": {"diff_ids": ["sha256:0"]}, "history": [{"empty_layer": True}]})
    yield tars.tar([tars.file("repositories", '{"a":{"1":"x"}}'), tars.file("x/json", '{"id":"x"}'),
                    tars.file("x/layer.tar", layers[0])])  # fmt: skip
    yield tars.oci_archive(layers)
    yield tars.tar([tars.folder("etc"), tars.folder("usr"), tars.file("manifest.json", "{}")])


def layout_seeds() -> Iterator[bytes]:
    layer = tars.tar([tars.file("etc/a", "one")])
    index = b'{"schemaVersion":2,"manifests":[{"mediaType":"%s","digest":"@1","size":9,"platform":{"os":"linux"}}]}'
    manifest = (
        b'{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"@2","size":2},'
        b'"layers":[{"mediaType":"%s","digest":"@3","size":2048}]}'
        % (tars.MANIFEST.encode(), tars.CONFIG.encode(), tars.LAYER.encode())
    )
    config = b'{"os":"linux","rootfs":{"type":"layers","diff_ids":["@3"]},"history":[{"created_by":"x"}]}'
    plain = [index % tars.MANIFEST.encode(), manifest, config, layer]
    yield PARTS.join(plain)
    zipped = manifest.replace(b"@3", b"@4").replace(tars.LAYER.encode(), tars.LAYER.encode() + b"+gzip")
    yield PARTS.join([plain[0], zipped, config, layer, tars.gzipped(layer)])
    yield PARTS.join([plain[0], zipped.replace(b"gzip", b"zstd"), config, layer, tars.zstd(layer)])
    nested = [index % tars.INDEX.encode(), index.replace(b"@1", b"@2") % tars.MANIFEST.encode()]
    shifted = [part.replace(b"@3", b"@4") for part in (manifest.replace(b"@2", b"@3"), config)]
    yield PARTS.join([*nested, *shifted, layer])
    attested = index.replace(
        b'"platform"', b'"annotations":{"vnd.docker.reference.type":"attestation-manifest"},"platform"'
    )
    yield PARTS.join([attested % tars.MANIFEST.encode(), *plain[1:]])


def stack_seeds() -> Iterator[bytes]:
    chance = random.Random(7)
    yield from (chance.randbytes(20 + 30 * number) for number in range(8))
    files = b"".join(bytes((0, number, 0, 1, 1)) for number in range(8))
    yield files + b"\xff" + bytes((3, 1, 0, 0, 0)) + bytes((4, 0, 0, 0, 0)) + b"\xff" + files
    yield bytes((2, 1, 0, 0, 0, 6, 2, 0, 1, 0, 0, 2, 2, 2, 0)) + b"\xff" + bytes((5, 3, 0, 1, 2, 3, 2, 2, 0, 0))
