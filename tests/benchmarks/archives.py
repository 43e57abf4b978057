"""Made-up images of known shape, written fast and without the code under test."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import zstandard
from isal import isal_zlib

from tests import tars

BLOCK = 512
_ZERO = bytes(BLOCK)
_WORDS = 24 << 20


@dataclass(frozen=True)
class Made:
    """An archive on disk. `layers` are (offset, length) of the layers' bytes in it; `compression` "", gzip or zstd."""

    name: str
    path: Path
    entries: int
    layers: tuple[tuple[int, int], ...]
    compression: str = ""


def _words() -> bytes:
    """Megabytes that compress about as well as an image does: few symbols, seldom repeated within a window."""
    dice = random.Random(7)
    symbols = b"etaoinsrhldcumfpgwybvkxjqz_ .(),=\n"
    table = bytes(dice.choices(symbols, range(len(symbols), 0, -1), k=256))
    return dice.randbytes(_WORDS).translate(table)


def _header(name: bytes, size: int, kind: bytes = b"0") -> bytes:
    """A ustar header of a plain file or folder."""
    head = bytearray(_ZERO)
    head[: len(name)] = name
    head[100:108] = b"0000755\0" if kind == b"5" else b"0000644\0"
    head[108:116] = head[116:124] = b"0000000\0"
    head[124:136] = b"%011o\0" % size
    head[136:148] = b"14512345670\0"
    head[148:156] = b"        "
    head[156:157] = kind
    head[257:265] = b"ustar\00000"
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def small_files(count: int, seed: int, average: int = 1500) -> Iterator[bytes]:
    """The members of a layer, some thousand at a time: `count` files, fifty in a folder."""
    dice = random.Random(seed)
    words = _words()
    pieces: list[bytes] = []
    for number in range(count):
        folder = b"usr/lib/part%03d/module%04d" % (number // 5000 % 200, number // 50)
        if number % 50 == 0:
            pieces.append(_header(folder + b"/", 0, b"5"))
        size = min(int(dice.expovariate(1 / average)), 1 << 19)
        at = dice.randrange(_WORDS - (1 << 19))
        pieces.append(_header(folder + b"/file%07d_%d.py" % (number, seed), size))
        pieces.append(words[at : at + size])
        pieces.append(bytes(-size % BLOCK))
        if len(pieces) > 4000:
            yield b"".join(pieces)
            pieces.clear()
    yield b"".join([*pieces, _ZERO, _ZERO])


def _packed(parts: Iterable[bytes], compression: str) -> Iterator[bytes]:
    if compression == "gzip":
        packer: Any = isal_zlib.compressobj(2, isal_zlib.DEFLATED, 31)
    elif compression == "zstd":
        packer = zstandard.ZstdCompressor(level=3).compressobj()
    else:
        yield from parts
        return
    for part in parts:
        yield packer.compress(part)
    yield packer.flush()


def _hashed(parts: Iterable[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    for part in parts:
        digest.update(part)
        yield part


def write(name: str, path: Path, layers: Iterable[tuple[int, Iterable[bytes]]], compression: str = "") -> Made:
    """A docker-save archive of layers given as (entries, parts)."""
    places: list[tuple[int, int]] = []
    names: list[str] = []
    diff_ids: list[str] = []
    entries = 0
    with open(path, "wb") as file:
        for number, (count, parts) in enumerate(layers):
            entries += count
            member = f"{number:064x}/layer.tar"
            head = file.tell()
            file.write(_ZERO)
            start = file.tell()
            digest = hashlib.sha256()
            for part in _packed(_hashed(parts, digest), compression):
                if part.count(0) == len(part) > 1 << 20:
                    file.seek(len(part), 1)  # a hole: large files need no disk
                else:
                    file.write(part)
            length = file.tell() - start
            file.seek(head)
            file.write(tars.header(tars.file(member), member.encode(), b"", length))
            file.seek(start + length)
            file.write(bytes(-length % BLOCK))
            places.append((start, length))
            names.append(member)
            diff_ids.append(f"sha256:{digest.hexdigest()}")
        config = tars.config([], rootfs={"type": "layers", "diff_ids": diff_ids})
        raw = tars.dumped(config)
        manifest = tars.dumped([{"Config": "config.json", "RepoTags": ["bench:latest"], "Layers": names}])
        file.write(tars.tar([tars.file("config.json", raw), tars.file("manifest.json", manifest)]))
    return Made(name, path, entries, tuple(places), compression)


def many_files(folder: Path, count: int, layers: int = 6, compression: str = "", average: int = 1500) -> Made:
    each = count // layers
    parts = [(each + each // 50, small_files(each, seed, average)) for seed in range(layers)]
    title = f"{count:,} files of {average:,} bytes, {layers} layers" + (f", {compression}" if compression else "")
    return write(title, folder / f"{count}-{layers}-{compression or 'plain'}.tar", parts, compression)


def wide_folder(folder: Path, count: int, children: int) -> Made:
    """`count` small files, and a folder `many` with so many children."""

    def wide() -> Iterator[bytes]:
        yield _header(b"many/", 0, b"5")
        for number in range(children):
            yield _header(b"many/file%06d" % number, 1 + number % 7) + _ZERO
        yield _ZERO * 2

    parts = [(count + count // 50, small_files(count, 1, 100)), (children + 1, wide())]
    return write(f"{count:,} files, and {children:,} in one folder", folder / "wide.tar", parts)


def large_files(folder: Path, size: int = 256 << 20, count: int = 6) -> Made:
    """Few large files, which stand on disk as holes."""
    zero = bytes(8 << 20)

    def layer(number: int) -> Iterator[bytes]:
        yield _header(b"opt/large%d.bin" % number, size)
        for _ in range(size // len(zero)):
            yield zero
        yield _ZERO * 2

    made = [(1, layer(number)) for number in range(count)]
    return write(f"{count} files of {size >> 20} MiB", folder / "large.tar", made)
