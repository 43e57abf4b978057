"""Good archives of images with bits flipped, cut, with blocks swapped or lengths that lie: never a silent change.

What names a digest is believed only after its bytes were hashed: so whatever is done to a file, what is read of an
image is what it was, or a problem is named, or the file is refused. Every change of a layer or a configuration is told.
"""

from __future__ import annotations

import hashlib
import io
import random
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.control import Control
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Damaged, NotFound, Refused
from imagexplorer.sources.opening import open_source
from imagexplorer.sources.protocol import ScanOptions
from tests import tars
from tests.others import FOLDER, cases
from tests.scanning import Row, rows
from tests.sources.test_tar_scan_mutations import mutated, plain

LARGEST = 300_000
Reading = dict[str, list[tuple[str, list[Row]]]]
"""By image id: (diff ID, entries) of each layer."""


def good() -> Iterator[bytes]:
    """Those made here, and other projects' where they are at hand."""
    chance = random.Random(5)

    def layers(count: int) -> list[bytes]:
        return [
            tars.tar(
                [tars.folder("etc"), tars.whiteout(f"etc/x{number}")]
                + [tars.file(f"etc/f{n}", chance.randbytes(chance.randrange(3000))) for n in range(4 + number)]
            )
            for number in range(count)
        ]

    for number in range(30):
        style = ("docker", "podman", "oci")[number % 3]
        compression = ("", "gzip", "zstd")[number // 3 % 3]
        whole = ("", "", "gzip", "", "zstd")[number % 5]
        yield tars.compressed(tars.docker_archive(layers(1 + number % 4), style=style, compression=compression), whole)
    for number in range(10):
        image = tars.OciImage(layers(1 + number % 3), compression=("", "gzip", "zstd")[number % 3])
        yield tars.oci_archive([image], nested=number % 2 == 0)
    for case in cases("docker-archive", "oci-archive"):
        path = FOLDER / case["file"]
        if case["expect"] == "ok" and path.is_file() and path.stat().st_size < LARGEST:
            yield path.read_bytes()


def read(data: bytes, scratch: Path) -> tuple[Reading, bool]:
    """What is read of every image, and whether nothing was found fault with. Raises what opening raises."""
    scratch.write_bytes(data)
    source = open_source(Address("file", str(scratch)))
    try:
        found: Reading = {}
        quiet = True
        for number in range(len(source.images(Control()))):
            detail = source.image(str(number), Control())
            indexes: dict[int, Any] = {}
            wanted = range(len(detail.layers))
            detail = source.scan(detail, wanted, ScanOptions(verify=True), indexes.__setitem__, Control())
            quiet = quiet and not detail.problems and not any(index.problems for index in indexes.values())
            quiet = quiet and all(index.verified for index in indexes.values())
            layers = [(layer.diff_id, rows(indexes[layer.index])) for layer in detail.layers]
            found[detail.config_digest or detail.image.id] = layers
        return found, quiet
    finally:
        source.close()


def entries(reading: Reading) -> dict[str, list[Row]]:
    """Entries by diff ID, wherever in the file they stand."""
    return {
        diff_id: [row._replace(data=0) for row in found] for layers in reading.values() for diff_id, found in layers
    }


def blobs(data: bytes) -> list[tuple[int, int]]:
    """Where the layers, configurations and manifests of a plain archive are: what something claims a digest of."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = [member for member in archive if member.isreg() and member.size]
    whole = b"".join(data[member.offset_data :][: member.size] for member in files if member.name.endswith("json"))
    claimed = set(re.findall(rb"[0-9a-f]{64}", whole + _documents(data, files)))
    return [
        (member.offset_data, member.size)
        for member in files
        if hashlib.sha256(data[member.offset_data :][: member.size]).hexdigest().encode() in claimed
        and member.name not in ("manifest.json", "index.json")
    ]


def _documents(data: bytes, files: list[tarfile.TarInfo]) -> bytes:
    """The JSON among the blobs."""
    bodies = (data[member.offset_data :][: member.size] for member in files if member.name.startswith("blobs/"))
    return b"".join(body for body in bodies if body.startswith(b"{"))


def run(each: int, seed: int, scratch: Path, most: int) -> tuple[int, int]:
    """(mutated archives, of them those with a changed blob)"""
    chance = random.Random(seed)
    count = changed_blobs = 0
    for data in list(good())[:most]:
        wanted, quiet = read(data, scratch)
        if not quiet or not wanted:
            continue
        known = entries(wanted)
        # Some archives name no digest of the configuration anywhere.
        text = plain(data)
        vouched = all(digest.partition(":")[2].encode() in text for digest in wanted)
        places = blobs(data) if not data.startswith((b"\x1f\x8b", b"\x28\xb5")) else []
        for number in range(each):
            blob = bool(places) and number % 4 == 0
            if blob:
                start, size = chance.choice(places)
                made = bytearray(data)
                made[start + chance.randrange(size)] ^= 1 << chance.randrange(8)
                changed = bytes(made)
            else:
                changed, _ = mutated(data, chance)
            count += 1
            changed_blobs += blob
            try:
                got, quiet = read(changed, scratch)
            except (Damaged, NotFound, Refused):
                continue
            if not quiet:
                continue
            assert not blob, "a changed blob was not noticed"
            for diff_id, found in entries(got).items():
                assert known.get(diff_id) == found
            assert not vouched or got.keys() <= wanted.keys(), "a changed configuration was not noticed"
    return count, changed_blobs


def test_mutations(tmp_path: Path) -> None:
    count, changed_blobs = run(each=14, seed=3, scratch=tmp_path / "image.tar", most=45)
    assert count >= 500
    assert changed_blobs >= 50


@pytest.mark.torture
def test_all_mutations(tmp_path: Path) -> None:
    count, changed_blobs = run(each=240, seed=4, scratch=tmp_path / "image.tar", most=1000)
    print(f"{count:,} mutated archives, {changed_blobs:,} of them with a changed layer or configuration")
    assert count >= 9_000
