"""One tar header, field by field, in plain Python: what POSIX.1-1988 (ustar), v7, GNU and star put where.

Knows a single block of 512 bytes and nothing of streams. The batch decoder of `tar_batch` must agree with it.
"""

from __future__ import annotations

from zlib import adler32

from imagexplorer.core.layer_index import BLOCK, CHAR, DIR, FIFO, FILE, HARDLINK, OTHER, SYMLINK

BLOCK_SIZE = 512
ZERO = bytes(BLOCK_SIZE)

KIND_OF_TYPE = {
    0x00: FILE,
    ord("0"): FILE,
    ord("1"): HARDLINK,
    ord("2"): SYMLINK,
    ord("3"): CHAR,
    ord("4"): BLOCK,
    ord("5"): DIR,
    ord("6"): FIFO,
    ord("7"): FILE,  # contiguous file
    ord("S"): FILE,  # old GNU sparse
}
"""All other types are OTHER. Those that carry no data whatever their size field says are 1 to 6."""

KINDS = bytes(KIND_OF_TYPE.get(value, OTHER) for value in range(256))
HEADER_ONLY = frozenset(b"123456")


_OCTAL = b"01234567"


def number(field: bytes) -> int | None:
    """The value of a numeric field: octal text, or base-256 (GNU, star) where the top bit is set. None: no number.

    Blanks and NULs before and after are allowed, an empty field is 0.
    """
    if field[0] & 0x80:
        bits = 8 * len(field) - 1
        value = int.from_bytes(field, "big") & ((1 << bits) - 1)
        return value - (1 << bits) if value >> (bits - 1) else value
    digits = field.strip(b" \0")
    if not digits:
        return 0
    # int() takes signs, underscores and blanks as well. strip() leaves something if any character is no digit.
    if digits.strip(_OCTAL):
        digits = digits.replace(b"\0", b" ").partition(b" ")[0]
        if digits.strip(_OCTAL):
            return None
    return int(digits, 8)


def checksum_right(header: bytes) -> bool:
    """Against the unsigned sum of POSIX and the signed one that some old writers made."""
    claimed = number(header[148:156])
    if claimed is None:
        return False
    unsigned = _sum(header) - sum(header[148:156]) + 8 * 32
    if claimed == unsigned:
        return True
    high = sum(byte > 127 for byte in header) - sum(byte > 127 for byte in header[148:156])
    return claimed == unsigned - 256 * high


def _sum(block: bytes) -> int:
    """The sum of all bytes. The low half of an Adler-32 (RFC 1950) is one more than the sum, exact up to 65,520: half a
    block is at most 65,280. This takes a sixth of the time of `sum`."""
    return (adler32(block[:256]) & 0xFFFF) + (adler32(block[256:]) & 0xFFFF) - 2


def raw_name(header: bytes) -> bytes:
    """The name with its prefix, as the header has it."""
    name = header[:100].partition(b"\0")[0]
    if not header[345]:
        return name
    magic = header[257:265]
    if magic[:6] == b"ustar\0":
        # star keeps two times where the last bytes of the prefix would be.
        length = 131 if header[508:512] == b"tar\0" else 155
        prefix = header[345 : 345 + length].partition(b"\0")[0]
    elif magic == b"ustar  \0":
        # GNU has no prefix but two times here. Writers of Go before 1.8 put a prefix there all the same.
        if number(header[345:357]) is not None and number(header[357:369]) is not None:
            return name
        prefix = header[345:500].partition(b"\0")[0]
        if not prefix.isascii():
            return name
    else:
        return name
    return prefix + b"/" + name if prefix else name


def raw_link(header: bytes) -> bytes:
    return header[157:257].partition(b"\0")[0]


def looks_like_tar(block: bytes) -> bool:
    """Whether these 512 bytes are a tar header by their checksum (an empty block is none)."""
    return len(block) == BLOCK_SIZE and block != ZERO and checksum_right(block)
