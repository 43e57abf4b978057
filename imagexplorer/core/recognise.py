"""What a content is, told from its first bytes: in words for a person, and whether it is text, and in which encoding.

Magic numbers as in file(1)'s and the formats' own documents. Pure; reads nothing.
"""

from __future__ import annotations

import codecs
import struct
from typing import NamedTuple

from imagexplorer.core.key_material import der_words, pem_words

TEXT, PICTURE, BINARY, EMPTY = "text", "picture", "binary", "empty"
PROBE_BYTES = 4096

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x1f\x8b", "gzip data"),
    (0, b"\x28\xb5\x2f\xfd", "zstd data"),
    (0, b"\xfd7zXZ\x00", "xz data"),
    (0, b"BZh", "bzip2 data"),
    (0, b"\x04\x22\x4d\x18", "lz4 data"),
    (0, b"PK\x03\x04", "zip archive"),
    (0, b"PK\x05\x06", "empty zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-zip archive"),
    (0, b"!<arch>\ndebian-binary", "Debian package"),
    (0, b"!<arch>\n", "static library (ar archive)"),
    (0, b"\xed\xab\xee\xdb", "RPM package"),
    (257, b"ustar", "tar archive"),
    (0, b"070701", "cpio archive"),
    (0, b"SQLite format 3\x00", "SQLite database"),
    (0, b"%PDF-", "PDF document"),
    (0, b"\x00asm", "WebAssembly module"),
    (0, b"\xca\xfe\xba\xbe", "Java class or Mach-O universal binary"),
    (0, b"\xcf\xfa\xed\xfe", "Mach-O executable, 64-bit"),
    (0, b"MZ", "Windows executable"),
    (0, b"\x7fELF", "ELF"),
    (0, b"OTTO", "OpenType font"),
    (0, b"\x00\x01\x00\x00\x00", "TrueType font"),
    (0, b"wOFF", "web font (WOFF)"),
    (0, b"wOF2", "web font (WOFF2)"),
    (0, b"TZif", "time zone data"),
    (0, b"\xde\x12\x04\x95", "translations (gettext)"),
    (0, b"\x95\x04\x12\xde", "translations (gettext)"),
    (0, b"\x93NUMPY", "NumPy array"),
    (0, b"hsqs", "squashfs file system"),
)
_PICTURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG picture"),
    (0, b"\xff\xd8\xff", "JPEG picture"),
    (0, b"GIF87a", "GIF picture"),
    (0, b"GIF89a", "GIF picture"),
    (0, b"II*\x00", "TIFF picture"),
    (0, b"MM\x00*", "TIFF picture"),
    (0, b"\x00\x00\x01\x00", "icon (ICO)"),
    (0, b"BM", "BMP picture"),
)
_ELF_TYPES = {1: "object file", 2: "executable", 3: "shared object or executable", 4: "core dump"}
_ELF_MACHINES = {
    3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC 64", 22: "S/390", 40: "ARM", 62: "x86-64", 183: "ARM 64",
    243: "RISC-V", 258: "LoongArch",
}  # fmt: skip
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_ODD = bytes(set(range(32)) - {7, 8, 9, 10, 12, 13, 27} | {127})
"""Control characters that no text has."""


class Recognised(NamedTuple):
    """`kind` is TEXT, PICTURE, BINARY or EMPTY; `encoding` a Python codec for text, else ""."""

    kind: str
    words: str
    encoding: str = ""


def recognise(head: bytes, size_bytes: int) -> Recognised:
    """`head` is the start of a content of `size_bytes`, PROBE_BYTES or more where there are as many."""
    if not size_bytes:
        return Recognised(EMPTY, "empty")
    for at, magic, words in _PICTURES:
        if head[at : at + len(magic)] == magic and (magic != b"BM" or _is_bmp(head, size_bytes)):
            return Recognised(PICTURE, words)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Recognised(PICTURE, "WebP picture")
    encoding, named = _encoding(head, len(head) >= size_bytes)
    for at, magic, words in _MAGIC:
        if head[at : at + len(magic)] == magic:
            if encoding:
                break
            return Recognised(BINARY, _elf(head) if words == "ELF" else words)
    if not encoding:
        return Recognised(BINARY, der_words(head, size_bytes) or "binary data")
    if pem := pem_words(head):
        return Recognised(TEXT, pem, encoding)
    if head[:2] == b"#!":
        line = head[2:200].split(b"\n", 1)[0].decode("latin-1").split()
        program = line[0].rpartition("/")[2] if line else ""
        if program == "env" and len(line) > 1:
            program = next((word for word in line[1:] if not word.startswith("-") and "=" not in word), program)
        return Recognised(TEXT, f"script for {program}, {named}" if program else f"script, {named}", encoding)
    return Recognised(TEXT, f"text, {named}", encoding)


def _encoding(head: bytes, whole: bool) -> tuple[str, str]:
    """(codec, its name for people); ("", "") for what is no text."""
    for mark, codec, words in _MARKS:
        if head.startswith(mark):
            return codec, words
    if head.translate(None, _ODD) != head:
        return "", ""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=whole)
        return "utf-8", "ASCII" if head.isascii() else "UTF-8"
    except UnicodeDecodeError:
        pass
    # Text of an older code page: mostly plain letters, and no C1 control characters of Latin-1.
    high = sum(byte >= 128 for byte in head)
    if high * 4 < len(head) and not any(0x80 <= byte < 0xA0 for byte in head):
        return "latin-1", "Latin-1"
    return "", ""


def _is_bmp(head: bytes, size_bytes: int) -> bool:
    return len(head) >= 6 and struct.unpack_from("<I", head, 2)[0] == size_bytes


def _elf(head: bytes) -> str:
    """System V ABI, "ELF header": class, data, type, machine."""
    if len(head) < 20:
        return "ELF file, cut short"
    order = ">" if head[5] == 2 else "<"
    kind, machine = struct.unpack_from(f"{order}HH", head, 16)
    bits = {1: "32-bit", 2: "64-bit"}.get(head[4], "")
    parts = (f"ELF {_ELF_TYPES.get(kind, 'file')}", bits, _ELF_MACHINES.get(machine, f"machine {machine}"))
    return ", ".join(part for part in parts if part)
