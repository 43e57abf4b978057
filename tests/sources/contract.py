"""The one contract of `ImageSource`: every implementation runs these same tests, whatever stands behind it.

A test module makes a subclass whose name starts with Test and gives it the fixture `known`:

    class TestDockerArchive(ImageSourceContract):
        @pytest.fixture
        def known(self, tmp_path):
            path = tmp_path / "image.tar"
            path.write_bytes(tars.docker_archive(LAYERS, tags=TAGS))
            with opened(path) as source:
                yield Known(source)

`LAYERS`, `TAGS` and `CONFIG` are the image that every source must hold (an engine loads or imports it first).
"""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import xxhash

from imagexplorer.core.contents import Slice
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address, ImageDetail
from imagexplorer.core.errors import Cancelled, NotFound, WrongUse
from imagexplorer.core.layer_index import FILE, KINDS, LayerIndex
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ImageSource, ScanOptions
from tests import tars

TAGS = ("contract/app:1.0",)
CONTENTS: tuple[dict[str, bytes], ...] = (
    {"etc/passwd": b"root:x:0:0\n", "etc/motd": b"welcome\n" * 100, "bin/tool": bytes(range(256)) * 40},
    {"etc/motd": b"changed\n", "opt/data": b"\0" * 70_000},
    {},
    {"etc/motd": b"changed again\n"},
)
LAYERS = (
    tars.tar(
        [
            tars.folder("etc"),
            *(tars.file(path, data) for path, data in CONTENTS[0].items()),
            tars.symlink("etc/link", "passwd"),
            tars.hardlink("etc/same", "etc/passwd"),
        ]
    ),
    tars.tar([tars.file(path, data) for path, data in CONTENTS[1].items()]),
    tars.tar([tars.whiteout("bin/tool"), tars.opaque("opt")]),
    tars.tar([tars.file(path, data, mode=0o755) for path, data in CONTENTS[3].items()]),
)
PATHS: tuple[list[tuple[str, str]], ...] = (
    [
        ("bin/tool", "file"),
        ("etc", "dir"),
        ("etc/link", "symlink"),
        ("etc/motd", "file"),
        ("etc/passwd", "file"),
        ("etc/same", "hardlink"),
    ],
    [("etc/motd", "file"), ("opt/data", "file")],
    [("bin/tool", "whiteout"), ("opt", "opaque")],
    [("etc/motd", "file")],
)
"""What each layer lists, sorted. An engine may add the folders above what it stores: they do not count."""

HISTORY = (
    {"created": "2024-01-01T00:00:00Z", "created_by": "ADD base /"},
    {"created": "2024-01-01T00:00:01Z", "created_by": "ENV A=b", "empty_layer": True},
    {"created": "2024-01-01T00:00:02Z", "created_by": "COPY data /opt"},
    {"created": "2024-01-01T00:00:03Z", "created_by": "RUN rm", "comment": "a comment"},
    {"created": "2024-01-01T00:00:04Z", "created_by": "RUN motd"},
)
CONFIG = tars.config(LAYERS, HISTORY)
KINDS_OF_SOURCES = ("engine", "docker-archive", "oci-archive", "oci-layout", "rootfs")


@dataclass
class Known:
    """A source that holds the image. `exact`: layers list just what was put in, in its order; `verifies`: a scan with
    `verify` hashes every byte; `joins`: the history is joined with the layers before anything is scanned."""

    source: ImageSource
    reference: str = TAGS[0]
    exact: bool = True
    verifies: bool = True
    joins: bool = True
    control: Control = field(default_factory=Control)

    def image(self) -> ImageDetail:
        return self.source.image(self.reference, self.control)

    def scan(self, *wanted: int, verify: bool = False) -> tuple[ImageDetail, dict[int, LayerIndex]]:
        detail = self.image()
        found: dict[int, LayerIndex] = {}

        def done(layer: int, index: LayerIndex) -> None:
            assert layer not in found, "told twice"
            found[layer] = index

        chosen = wanted or tuple(range(len(detail.layers)))
        return self.source.scan(detail, chosen, ScanOptions(verify=verify), done, self.control), found


@contextmanager
def opened(path: Path) -> Iterator[ImageSource]:
    source = open_source(Address("file", str(path)), Control())
    try:
        yield source
    finally:
        source.close()


def listing(index: LayerIndex, exact: bool = True) -> list[tuple[str, str]]:
    rows = [(index.path(row).decode(), KINDS[index["kind"][row]]) for row in range(len(index))]
    return sorted(row for row in rows if exact or row[1] != "dir" or row[0] == "etc")


class ImageSourceContract:
    @pytest.fixture
    def known(self) -> Known:
        raise NotImplementedError("a subclass gives the source")

    def test_its_kind_is_settled(self, known: Known) -> None:
        assert known.source.address.kind in KINDS_OF_SOURCES
        assert (known.source.host is not None) == (known.source.address.kind == "engine")

    def test_the_list_has_the_image_with_its_tags(self, known: Known) -> None:
        rows = [image for image in known.source.images(known.control) if known.reference in image.tags]
        assert len(rows) == 1
        assert rows[0].id == known.image().image.id

    def test_it_is_found_by_tag_id_and_prefix(self, known: Known) -> None:
        wanted = known.image().image.id
        for reference in (known.reference, wanted, wanted.rpartition(":")[2][:12]):
            assert known.source.image(reference, known.control).image.id == wanted

    @pytest.mark.parametrize("reference", ["no/such:image", "sha256:" + "0" * 64, "999999"])
    def test_what_is_not_there_is_not_found(self, known: Known, reference: str) -> None:
        with pytest.raises(NotFound):
            known.source.image(reference, known.control)

    def test_a_platform_that_is_not_there_is_wrong_use(self, known: Known) -> None:
        with pytest.raises(WrongUse):
            known.source.image(known.reference, known.control, platform="plan9/mips")

    def test_diff_ids_are_those_of_its_layers(self, known: Known) -> None:
        detail = known.image()
        found = known.source.diff_ids(detail.image.id, known.control)
        assert list(found) == [layer.diff_id or layer.digest for layer in detail.layers]
        with pytest.raises(NotFound):
            known.source.diff_ids("sha256:" + "0" * 64, known.control)

    def test_layers_and_steps_come_without_scanning(self, known: Known) -> None:
        detail = known.image()
        assert [layer.index for layer in detail.layers] == list(range(len(LAYERS)))
        assert [layer.diff_id for layer in detail.layers] == [tars.digest(layer) for layer in LAYERS]
        assert [step.created for step in detail.steps] == [1704067200 + second for second in range(len(HISTORY))]
        assert not detail.problems

    def test_steps_are_joined_with_layers(self, known: Known) -> None:
        detail = known.image() if known.joins else known.scan()[0]
        assert [step.layer for step in detail.steps] == [0, None, 1, 2, 3]
        assert [step.empty for step in detail.steps] == [False, True, False, False, False]
        assert [detail.instruction(layer) for layer in range(4)] == [
            "ADD base /",
            "COPY data /opt",
            "RUN rm",
            "RUN motd",
        ]

    def test_a_scan_tells_every_layer_once(self, known: Known) -> None:
        detail, found = known.scan()
        assert sorted(found) == [0, 1, 2, 3]
        assert [listing(found[layer], known.exact) for layer in range(4)] == [sorted(paths) for paths in PATHS]
        assert not detail.problems
        assert not any(index.problems for index in found.values())

    def test_only_what_is_wanted_is_told(self, known: Known) -> None:
        assert sorted(known.scan(1, 3)[1]) == [1, 3]

    def test_sizes_are_those_of_the_contents(self, known: Known) -> None:
        _, found = known.scan()
        for layer, contents in enumerate(CONTENTS):
            index = found[layer]
            sizes = {
                index.path(row).decode(): index["size"][row] for row in range(len(index)) if index["kind"][row] == FILE
            }
            assert sizes == {path: len(data) for path, data in contents.items()}

    def test_verifying_hashes_every_layer(self, known: Known) -> None:
        if not known.verifies:
            return
        _, found = known.scan(verify=True)
        assert [found[layer].verified for layer in range(4)] == [True] * 4
        assert [found[layer].diff_id for layer in range(4)] == [tars.digest(layer) for layer in LAYERS]

    def test_contents_are_hashed_where_asked(self, known: Known) -> None:
        detail, found = known.scan()
        for layer, contents in enumerate(CONTENTS):
            index = found[layer]
            rows = [row for row in range(len(index)) if index["kind"][row] == FILE]
            hashes = known.source.content_hashes(detail, layer, rows, index, known.control)
            wanted = [xxhash.xxh3_64_intdigest(contents[index.path(row).decode()]) for row in rows]
            assert list(hashes) == wanted

    def test_rows_may_be_asked_for_in_any_order(self, known: Known) -> None:
        detail, found = known.scan(0)
        rows = [row for row in range(len(found[0])) if found[0]["kind"][row] == FILE][::-1]
        hashes = known.source.content_hashes(detail, 0, rows, found[0], known.control)
        assert list(hashes) == list(known.source.content_hashes(detail, 0, rows[::-1], found[0], known.control))[::-1]

    @pytest.mark.parametrize("visible", [False, True])
    def test_contents_are_those_put_in(self, known: Known, visible: bool) -> None:
        """What the image shows at the end is, for an engine, what a container of it has."""
        detail, found = known.scan()
        shown = {"etc/passwd": 0, "etc/motd": 3}
        for layer, contents in enumerate(CONTENTS):
            index = found[layer]
            rows = {index.path(row).decode(): row for row in range(len(index)) if index["kind"][row] == FILE}
            wanted = [path for path in contents if not visible or shown.get(path) == layer]
            told: dict[int, bytes] = dict.fromkeys((rows[path] for path in wanted), b"")

            def take(row: int, piece: bytes, told: dict[int, bytes] = told) -> None:
                assert piece
                told[row] += piece

            slices = [Slice(rows[path]) for path in reversed(wanted)]
            known.source.contents(detail, layer, slices, index, take, known.control, visible)
            assert told == {rows[path]: contents[path] for path in wanted}

    @pytest.mark.parametrize(("path", "layer", "visible"), [("bin/tool", 0, False), ("etc/motd", 3, True)])
    def test_parts_of_a_content(self, known: Known, path: str, layer: int, visible: bool) -> None:
        detail, found = known.scan(layer)
        index = found[layer]
        row = next(row for row in range(len(index)) if index.path(row).decode() == path)
        whole = CONTENTS[layer][path]
        for start, length in ((0, 1), (5, 6), (len(whole) - 3, 100), (len(whole), 5), (2, None)):
            got: list[bytes] = []
            part = Slice(row, start, length)
            known.source.contents(
                detail, layer, [part], index, lambda _row, piece, got=got: got.append(piece), known.control, visible
            )
            assert b"".join(got) == whole[start : None if length is None else start + length]

    def test_its_documents_make_a_tree(self, known: Known) -> None:
        """Who made which document differs; the layers and the configuration of the image stand in each tree."""
        detail = known.image()
        tree = known.source.manifests(detail, known.control)
        assert not tree.problems
        assert not tree.left_out
        assert all(node.parent < at for at, node in enumerate(tree.nodes)), "parents stand first"
        assert tree.nodes[0].parent == -1
        chosen = [node for node in tree.nodes if node.chosen]
        of_one = {node.parent for node in chosen if node.role == "layer"}
        for parent in of_one:
            assert sum(node.role == "layer" and node.parent == parent for node in chosen) == len(LAYERS)
            assert next(node.role for node in chosen if node.parent == parent) == "config"
        assert of_one
        assert all(node.here is not False for node in chosen)

    def test_documents_are_what_the_tree_says(self, known: Known) -> None:
        detail = known.image()
        tree = known.source.manifests(detail, known.control)
        read = {node.key: known.source.document(detail, node.key, known.control) for node in tree.nodes if node.key}
        for node in tree.nodes:
            if node.key and node.key not in ("inspect", "config"):
                assert node.digest in ("", tars.digest(read[node.key]))
                assert node.size_bytes in (None, len(read[node.key]))
        configs = [json.loads(read[node.key]) for node in tree.nodes if node.role == "config" and node.key]
        assert configs
        assert all(each["architecture"] == CONFIG["architecture"] for each in configs)

    @pytest.mark.parametrize("key", ["", "..", "/etc/passwd", "blobs/sha256/" + "0" * 64, "sha256:" + "0" * 64])
    def test_no_other_document_is_given(self, known: Known, key: str) -> None:
        with pytest.raises(NotFound):
            known.source.document(known.image(), key, known.control)

    def test_a_cancelled_scan_stops(self, known: Known) -> None:
        detail = known.image()
        control = Control()
        control.cancel()
        with pytest.raises(Cancelled):
            known.source.scan(detail, range(4), ScanOptions(verify=True), lambda *_: None, control)

    def test_an_image_travels_between_processes(self, known: Known) -> None:
        detail = known.image()
        there = pickle.loads(pickle.dumps(detail))
        assert there == detail
        found: list[int] = []
        known.source.scan(there, [0], ScanOptions(), lambda layer, _: found.append(layer), known.control)
        assert found == [0]

    def test_several_threads_may_scan(self, known: Known) -> None:
        results: list[list[list[tuple[str, str]]]] = []

        def work() -> None:
            found = known.scan()[1]
            results.append([listing(found[layer], known.exact) for layer in range(4)])

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert results == [[sorted(paths) for paths in PATHS]] * 3

    def test_closing_twice_is_fine(self, known: Known) -> None:
        known.source.close()
        known.source.close()
