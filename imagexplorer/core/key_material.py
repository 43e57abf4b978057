"""Certificates, requests and keys told by how they begin: PEM by its labels, DER by the first fields of each form.

Names what a file holds; reads no names or dates out of it. PEM: RFC 7468 and OpenSSL's own labels. DER: X.690 8.1 for
tags and lengths; the forms are RFC 5280 (certificate, 4.1; revocation list, 5.1), 2986 (request), 5208 and 5958
(PKCS #8), 8017 (RSA key), 5915 (EC key), 7292 (PKCS #12), 5652 (PKCS #7).
"""

from __future__ import annotations

import re
from collections import Counter

from imagexplorer.core.text import counted

_LABELS = {
    "CERTIFICATE": "certificate",
    "X509 CERTIFICATE": "certificate",
    "TRUSTED CERTIFICATE": "certificate",
    "CERTIFICATE REQUEST": "certificate request",
    "NEW CERTIFICATE REQUEST": "certificate request",
    "X509 CRL": "certificate revocation list",
    "PRIVATE KEY": "private key",
    "ENCRYPTED PRIVATE KEY": "encrypted private key",
    "RSA PRIVATE KEY": "RSA private key",
    "EC PRIVATE KEY": "EC private key",
    "DSA PRIVATE KEY": "DSA private key",
    "OPENSSH PRIVATE KEY": "OpenSSH private key",
    "PUBLIC KEY": "public key",
    "RSA PUBLIC KEY": "RSA public key",
    "PKCS7": "PKCS #7 container",
    "CMS": "PKCS #7 container",
    "DH PARAMETERS": "set of DH parameters",
    "EC PARAMETERS": "set of EC parameters",
    "PGP PUBLIC KEY BLOCK": "PGP public key",
    "PGP PRIVATE KEY BLOCK": "PGP private key",
    "PGP MESSAGE": "PGP message",
    "PGP SIGNATURE": "PGP signature",
}
_FEW_WORDS = {"set of EC parameters", "set of DH parameters"}
"""Stand before the key that they are of, and say nothing."""
_BEGIN = re.compile(rb"^-----BEGIN ([A-Z0-9 ]{2,40})-----\s*?$", re.MULTILINE)
_BEFORE = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\r?\n)*(?:Certificate:|Bag Attributes|subject=|issuer=|-----BEGIN )")
"""Comments, or what OpenSSL writes above: a script that has a key in it is a script."""

_LENGTH = rb"(?:[\x00-\x7f]|\x81.|\x82..|\x83...)"
_SEQUENCE = b"0" + _LENGTH
_FORMS = tuple(
    (re.compile(_SEQUENCE + rest, re.DOTALL), words)
    for rest, words in (
        (_SEQUENCE + rb"\xa0\x03\x02\x01[\x01\x02]\x02", "certificate"),
        (_SEQUENCE + rb"\x02\x01\x00" + _SEQUENCE + b"1", "certificate request"),
        (_SEQUENCE + rb"(?:\x02\x01\x01)?" + _SEQUENCE + b"\x06" + _LENGTH, "certificate revocation list"),
        (rb"\x02\x01[\x00\x01]" + _SEQUENCE + b"\x06", "private key"),
        (rb"\x02\x01\x00\x02" + _LENGTH, "RSA private key"),
        (rb"\x02\x01\x01\x04" + _LENGTH, "EC private key"),
        (_SEQUENCE + rb"\x06.{5,20}\x03" + _LENGTH, "public key"),
        (rb"\x02\x01\x03" + _SEQUENCE + rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", "PKCS #12 container"),
        (rb"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", "PKCS #7 container"),
    )
)


def pem_words(text: bytes) -> str:
    """`certificate (PEM)`, `137 certificates (PEM)`, `private key and 2 certificates (PEM)`; "" for anything else."""
    if not _BEFORE.match(text):
        return ""
    kinds = Counter(_LABELS.get(label.decode("ascii"), "") for label in _BEGIN.findall(text))
    if "" in kinds or len(kinds) > 1:
        kinds = Counter({kind: count for kind, count in kinds.items() if kind and kind not in _FEW_WORDS})
    told = [kind if count == 1 else counted(count, kind) for kind, count in kinds.items()]
    if not told:
        return ""
    words = f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else told[0]
    return f"{words} (PEM)"


def der_words(head: bytes, size_bytes: int) -> str:
    """`certificate (DER)`; "" for anything else. What it begins with has to be as long as the whole content."""
    if head[:1] != b"0" or _whole(head) != size_bytes:
        return ""
    return next((f"{words} (DER)" for form, words in _FORMS if form.match(head)), "")


def _whole(head: bytes) -> int:
    """Bytes of the value that stands first, with its tag and length; -1 where they cannot be told."""
    if len(head) < 2:
        return -1
    first = head[1]
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    if not 1 <= count <= 4 or len(head) < 2 + count:
        return -1
    return 2 + count + int.from_bytes(head[2 : 2 + count], "big")
