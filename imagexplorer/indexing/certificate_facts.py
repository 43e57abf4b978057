"""What a lone certificate says of itself. Runs in the worker process only: it reads what a stranger made.

Source: RFC 5280, section 4.1, in DER (ITU-T X.690): each thing is a tag, a length, and so many bytes. What it says is
not proved by it.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode
from collections.abc import Iterator
from datetime import datetime

NAME_CHARS = 60
_MOST = 100_000
_SEQUENCE, _SET, _VERSION = 0x30, 0x31, 0xA0
_UTC_TIME, _TIME = 0x17, 0x18
_TEXTS = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_NAMES = (b"\x55\x04\x03", b"\x55\x04\x0b", b"\x55\x04\x0a")
"""2.5.4.3 common name, .11 unit, .10 organization: the first that is there names it."""


def certificate_facts(content: bytes) -> str:
    """`subject ISRG Root X1, issuer the same, valid 2015-06-04 to 2035-06-04, SHA-256 96BC...` of the one certificate
    of a PEM or DER file; "" where there is none, or it cannot be read."""
    if len(content) > _MOST:
        return ""
    try:
        der = content
        if b"-----BEGIN" in content:
            begin = content.index(_BEGIN) + len(_BEGIN)
            der = b64decode(content[begin : content.index(_END, begin)])
        outer = _one(der, 0, _SEQUENCE)
        parts = list(_parts(_one(outer, 0, _SEQUENCE)))
        parts = parts[1:] if parts[0][0] == _VERSION else parts
        (_, _serial), (_, _algorithm), (_, issuer), (_, validity), (_, subject) = parts[:5]
        (first, begins), (last, ends) = list(_parts(validity))[:2]
        named, by = _name(subject), _name(issuer)
        told = [f"subject {named}", "issuer the same" if subject == issuer else f"issuer {by}"]
        told.append(f"valid {_day(first, begins)} to {_day(last, ends)}")
    except (ValueError, IndexError):  # also what decoding text and numbers raises
        return ""
    return ", ".join([*told, f"SHA-256 {hashlib.sha256(der).hexdigest().upper()}"])


def _one(data: bytes, at: int, wanted: int) -> bytes:
    """The content of the thing there. Raises ValueError for another tag, and what `_end` raises."""
    if data[at] != wanted:
        raise ValueError("another tag")
    start, end = _end(data, at)
    return data[start:end]


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, content) of what stands in a sequence or a set."""
    at = 0
    while at < len(data):
        start, end = _end(data, at)
        yield data[at], data[start:end]
        at = end


def _end(data: bytes, at: int) -> tuple[int, int]:
    """Where the content at a tag begins and ends. Raises ValueError, IndexError."""
    length, start = data[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= 4:
            raise ValueError("no length")
        length, start = int.from_bytes(data[start : start + count], "big"), start + count
    if start + length > len(data):
        raise ValueError("it is cut off")
    return start, start + length


def _name(content: bytes) -> str:
    found = {}
    for tag, group in _parts(content):
        for _, pair in _parts(group) if tag == _SET else ():
            (_, kind), (text_tag, text) = list(_parts(pair))[:2]
            found[kind] = text.decode(_TEXTS.get(text_tag, "latin-1"), "replace")
    return next((found[each] for each in _NAMES if found.get(each)), "nobody")[:NAME_CHARS]


def _day(tag: int, text: bytes) -> str:
    """Two digits of a year are 1950 to 2049 (RFC 5280, 4.1.2.5.1)."""
    if tag not in (_UTC_TIME, _TIME):
        raise ValueError("no time")
    digits = text.decode("ascii")
    if tag == _UTC_TIME:
        digits = ("19" if digits >= "50" else "20") + digits
    return datetime.strptime(digits[:8], "%Y%m%d").strftime("%Y-%m-%d")
