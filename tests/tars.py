"""Builder of tars, layers, docker-save archives and OCI layouts for tests, in plain Python.

It knows how the bytes of each format are laid down and writes them by hand, so that wrong ones can be written too; it
must not use the code under test. `raw` replaces header fields by bytes of the caller's after all else was filled in;
the checksum is then made right again unless `raw` names it.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import zstandard

BLOCK = 512
FIELDS = {
    "name": (0, 100), "mode": (100, 8), "uid": (108, 8), "gid": (116, 8), "size": (124, 12), "mtime": (136, 12),
    "chksum": (148, 8), "type": (156, 1), "link": (157, 100), "magic": (257, 8), "uname": (265, 32), "gname": (297, 32),
    "major": (329, 8), "minor": (337, 8), "prefix": (345, 155),
}  # fmt: skip
TYPES = {"file": "0", "hardlink": "1", "symlink": "2", "char": "3", "block": "4", "dir": "5", "fifo": "6", "cont": "7"}

Text = str | bytes


def encoded(text: Text) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


@dataclass(frozen=True)
class Entry:
    """One tar member. `kind` is a key of TYPES or the type character itself. `size` is what the header claims where
    that is not len(data). `pax` records stand in an `x` header before it. Names over 100 bytes become GNU long names,
    or pax paths with `style="pax"`. Times may be fractions with pax."""

    path: Text
    data: bytes = b""
    kind: str = "file"
    link: Text = ""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    mtime: float = 1_600_000_000
    size: int | None = None
    pax: Mapping[str, Text] = field(default_factory=dict)
    raw: Mapping[str, bytes] = field(default_factory=dict)
    style: str = "gnu"
    before: bytes = b""

    def __bytes__(self) -> bytes:
        name, link = encoded(self.path), encoded(self.link)
        pieces = [self.before]
        records = dict(self.pax)
        if self.style == "pax":
            for key, value in (("path", name), ("linkpath", link)):
                if len(value) > 100:
                    records.setdefault(key, value)
            if self.mtime != int(self.mtime):
                records.setdefault("mtime", f"{self.mtime:f}")
        elif self.style == "gnu":
            pieces += [long_header(kind, value) for kind, value in (("K", link), ("L", name)) if len(value) > 100]
        if records:
            pieces.append(pax_header(records))
        size = len(self.data) if self.size is None else self.size
        pieces.append(header(self, name[:100], link[:100], size))
        pieces.append(padded(self.data))
        return b"".join(pieces)


def number(value: int, width: int) -> bytes:
    """Octal where it fits, else base-256."""
    digits = width - 1
    if 0 <= value < 8**digits:
        return b"%0*o\0" % (digits, value)
    return bytes([0x80 if value >= 0 else 0xFF]) + value.to_bytes(width - 1, "big", signed=True)


def header(entry: Entry, name: bytes, link: bytes, size: int) -> bytes:
    block = bytearray(BLOCK)

    def put(where: str, value: bytes) -> None:
        start, length = FIELDS[where]
        block[start : start + length] = value[:length].ljust(length, b"\0")

    put("name", name)
    put("mode", number(entry.mode, 8))
    put("uid", number(entry.uid, 8))
    put("gid", number(entry.gid, 8))
    put("size", number(size, 12))
    put("mtime", number(int(entry.mtime), 12))
    put("type", TYPES.get(entry.kind, entry.kind).encode("latin-1"))
    put("link", link)
    put("magic", b"ustar  \0" if entry.style == "gnu" else b"" if entry.style == "v7" else b"ustar\x0000")
    for where, value in entry.raw.items():
        if where in FIELDS:
            put(where, value)
        else:  # a number: bytes at that offset
            at = int(where)
            block[at : at + len(value)] = value
    if "chksum" not in entry.raw:
        put("chksum", b" " * 8)
        put("chksum", b"%06o\0 " % sum(block))
    return bytes(block)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def long_header(kind: str, value: Text) -> bytes:
    """A GNU long name (L) or long link (K)."""
    return bytes(Entry("././@LongLink", encoded(value) + b"\0", kind=kind, mode=0, mtime=0))


def pax_records(records: Mapping[str, Text] | Sequence[tuple[str, Text]]) -> bytes:
    out = []
    for key, value in records.items() if isinstance(records, Mapping) else records:
        body = b" %s=%s\n" % (encoded(key), encoded(value))
        length = len(body) + len(str(len(body)))
        length = len(body) + len(str(length))
        out.append(b"%d%s" % (length, body))
    return b"".join(out)


def pax_header(records: Mapping[str, Text] | Sequence[tuple[str, Text]] | bytes, kind: str = "x") -> bytes:
    """An extended header: `x` for the next member, `g` for all that follow. Bytes are taken as they are."""
    body = records if isinstance(records, bytes) else pax_records(records)
    return bytes(Entry("./PaxHeaders/x", body, kind=kind, style="pax", mtime=0))


def file(path: Text, data: Text = b"", **more: Any) -> Entry:
    return Entry(path, encoded(data), **more)


def folder(path: Text, **more: Any) -> Entry:
    path = encoded(path)
    return Entry(path if path.endswith(b"/") else path + b"/", kind="dir", **{"mode": 0o755, **more})


def symlink(path: Text, target: Text, **more: Any) -> Entry:
    return Entry(path, kind="symlink", link=target, **{"mode": 0o777, **more})


def hardlink(path: Text, target: Text, **more: Any) -> Entry:
    return Entry(path, kind="hardlink", link=target, **more)


def fifo(path: Text, **more: Any) -> Entry:
    return Entry(path, kind="fifo", **more)


def device(path: Text, kind: str = "char", **more: Any) -> Entry:
    return Entry(path, kind=kind, **more)


def whiteout(path: str, **more: Any) -> Entry:
    """Removes `path` of the layers below."""
    head, slash, tail = path.rpartition("/")
    return Entry(f"{head}{slash}.wh.{tail}", **more)


def opaque(path: str, **more: Any) -> Entry:
    """Empties the directory `path` of the layers below."""
    return Entry(f"{path}/.wh..wh..opq" if path else ".wh..wh..opq", **more)


def tar(entries: Iterable[Entry | bytes], end: bool = True, record: int = 0) -> bytes:
    """The members one after the other; bytes are taken as they are. `record` pads to a multiple (GNU: 10,240)."""
    body = b"".join(bytes(entry) for entry in entries) + (bytes(2 * BLOCK) if end else b"")
    return body + (bytes(-len(body) % record) if record else b"")


def gzipped(data: bytes, members: int = 1, level: int = 6) -> bytes:
    """gzip, in several members where asked."""
    step = max(1, -(-len(data) // members))
    parts = [data[at : at + step] for at in range(0, len(data), step)] or [b""]
    return b"".join(gzip.compress(part, level, mtime=0) for part in parts)


def zstd(data: bytes, frames: int = 1, level: int = 3) -> bytes:
    step = max(1, -(-len(data) // frames))
    parts = [data[at : at + step] for at in range(0, len(data), step)] or [b""]
    return b"".join(zstandard.ZstdCompressor(level=level).compress(part) for part in parts)


def skippable(payload: bytes = b"skip me") -> bytes:
    return struct.pack("<II", 0x184D2A50, len(payload)) + payload


def compressed(data: bytes, compression: str) -> bytes:
    """`compression`: "", gzip or zstd."""
    return {"": bytes, "gzip": gzipped, "zstd": zstd}[compression](data)


def digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def config(layers: Sequence[bytes], history: Sequence[Mapping[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """An image configuration for these uncompressed layers; one history entry a layer unless given."""
    if history is None:
        history = [{"created": "2024-01-01T00:00:00Z", "created_by": f"COPY layer{n} /"} for n in range(len(layers))]
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": "2024-01-01T00:00:00Z",
        "config": {"Env": ["PATH=/bin"], "Cmd": ["/bin/sh"]},
        "rootfs": {"type": "layers", "diff_ids": [digest(layer) for layer in layers]},
        "history": list(history),
        **more,
    }


def docker_archive(
    layers: Sequence[bytes],
    configuration: Mapping[str, Any] | bytes | None = None,
    tags: Sequence[str] = ("sample:latest",),
    style: str = "docker",
    compression: str = "",
    extra: Iterable[Entry] = (),
) -> bytes:
    """A docker-save archive of one image. `layers` are uncompressed tars. `style`: "docker" (ID/layer.tar, as up to
    Docker 24), "podman" (DIFFID.tar) or "oci" (blobs/sha256 with an index as well, as of Docker 25)."""
    return docker_archive_of([(layers, configuration, tags)], style, compression, extra)


def docker_archive_of(
    images: Iterable[tuple[Sequence[bytes], Mapping[str, Any] | bytes | None, Sequence[str]]],
    style: str = "docker",
    compression: str = "",
    extra: Iterable[Entry] = (),
) -> bytes:
    """A docker-save archive of several images, as `docker_archive`; a layer they share stands once."""
    members: dict[str, Entry] = {}
    manifest, manifests = [], []
    for layers, configuration, tags in images:
        raw = configuration if isinstance(configuration, bytes) else dumped(configuration or config(layers))
        config_name = blob_name(digest(raw)) if style == "oci" else digest(raw)[7:] + ".json"
        names = []
        blobs = [compressed(layer, compression) for layer in layers]
        for layer, blob in zip(layers, blobs, strict=True):
            hexadecimal = digest(layer)[7:]
            name = {
                "docker": f"{hexadecimal}/layer.tar",
                "podman": f"{hexadecimal}.tar",
                "oci": blob_name(digest(blob)),
            }[style]
            names.append(name)
            if style == "docker":
                members.setdefault(f"{hexadecimal}/", folder(hexadecimal))
                members.setdefault(f"{hexadecimal}/VERSION", file(f"{hexadecimal}/VERSION", "1.0"))
            members.setdefault(name, file(name, blob))
        members.setdefault(config_name, file(config_name, raw))
        manifest.append({"Config": config_name, "RepoTags": list(tags) or None, "Layers": names})
        if style == "oci":
            document = oci_manifest(raw, blobs, compression)
            text = dumped(document)
            members.setdefault(blob_name(digest(text)), file(blob_name(digest(text)), text))
            manifests += [descriptor(MANIFEST, text, {"io.containerd.image.name": tag}) for tag in tags or [""]]
    members["manifest.json"] = file("manifest.json", dumped(manifest))
    if style == "oci":
        members["index.json"] = file("index.json", dumped(oci_index(manifests)))
        members["oci-layout"] = file("oci-layout", dumped({"imageLayoutVersion": "1.0.0"}))
    return tar([*members.values(), *extra])


MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def dumped(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()


def blob_name(blob_digest: str) -> str:
    return "blobs/" + blob_digest.replace(":", "/")


def descriptor(
    media_type: str, blob: bytes, annotations: Mapping[str, str] | None = None, **more: Any
) -> dict[str, Any]:
    made: dict[str, Any] = {"mediaType": media_type, "digest": digest(blob), "size": len(blob), **more}
    if annotations:
        made["annotations"] = dict(annotations)
    return made


def oci_manifest(raw_config: bytes, blobs: Sequence[bytes], compression: str = "") -> dict[str, Any]:
    media_type = LAYER + (f"+{compression}" if compression else "")
    return {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(CONFIG, raw_config),
        "layers": [descriptor(media_type, blob) for blob in blobs],
    }


def oci_index(manifests: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {"schemaVersion": 2, "mediaType": INDEX, "manifests": list(manifests)}


@dataclass(frozen=True)
class OciImage:
    """One image of a layout. `platform` like linux/arm64 is put into the descriptor."""

    layers: Sequence[bytes]
    configuration: Mapping[str, Any] | bytes | None = None
    tag: str = "latest"
    compression: str = "gzip"
    platform: str = ""


def oci_blobs(images: Sequence[OciImage], nested: bool = False) -> dict[str, bytes]:
    """The files of a layout by path. `nested`: the images stand in an index of their own, as platforms of one tag."""
    files: dict[str, bytes] = {"oci-layout": dumped({"imageLayoutVersion": "1.0.0"})}
    manifests = []

    def add(blob: bytes) -> bytes:
        files[blob_name(digest(blob))] = blob
        return blob

    for image in images:
        os_name, _, architecture = (image.platform or "linux/amd64").partition("/")
        configuration = image.configuration
        if configuration is None:
            configuration = config(image.layers, os=os_name, architecture=architecture)
        raw = add(configuration if isinstance(configuration, bytes) else dumped(configuration))
        blobs = [add(compressed(layer, image.compression)) for layer in image.layers]
        text = add(dumped(oci_manifest(raw, blobs, image.compression)))
        more: dict[str, Any] = {}
        if image.platform:
            more["platform"] = {"os": os_name, "architecture": architecture}
        annotations = {} if nested else {"org.opencontainers.image.ref.name": image.tag}
        manifests.append(descriptor(MANIFEST, text, annotations, **more))
    if nested:
        text = add(dumped(oci_index(manifests)))
        tag = images[0].tag if images else "latest"
        manifests = [descriptor(INDEX, text, {"org.opencontainers.image.ref.name": tag})]
    files["index.json"] = dumped(oci_index(manifests))
    return files


def oci_layout(where: Path, images: Sequence[OciImage] | Sequence[bytes], nested: bool = False) -> Path:
    """An OCI layout folder at `where`. Bare bytes are the layers of one image."""
    for name, blob in oci_blobs(as_images(images), nested).items():
        path = where / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob)
    return where


def oci_archive(images: Sequence[OciImage] | Sequence[bytes], nested: bool = False) -> bytes:
    """The same as one tar."""
    return tar([file(name, blob) for name, blob in oci_blobs(as_images(images), nested).items()])


def as_images(images: Sequence[OciImage] | Sequence[bytes]) -> list[OciImage]:
    plain = [image for image in images if isinstance(image, bytes)]
    return [OciImage(plain)] if plain else [image for image in images if isinstance(image, OciImage)]


def with_raw(entry: Entry, **fields: bytes) -> Entry:
    """The same entry with header fields replaced."""
    return replace(entry, raw={**entry.raw, **fields})


class Dribble(io.RawIOBase):
    """A stream that gives at most `step` bytes a read and cannot seek, as a slow engine would."""

    def __init__(self, data: bytes, step: int = 1000) -> None:
        super().__init__()
        self._data, self._at, self._step = data, 0, step

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        want = self._step if size is None or size < 0 else min(size, self._step)
        part = self._data[self._at : self._at + want]
        self._at += len(part)
        return part
