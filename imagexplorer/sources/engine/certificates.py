"""Certificates and keys that the user chose for a connection, looked at before anything is connected.

Knows files in PEM (RFC 7468) and as much of X.509 (RFC 5280, section 4.1) as says how long a certificate is good.
"""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from imagexplorer.core.entities import Tls
from imagexplorer.core.errors import Unreachable
from imagexplorer.core.text import exact_time, plain

_FILE_LIMIT = 4 << 20
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_END = "-----END CERTIFICATE-----"


def checked(what: str, tls: Tls) -> Any:
    """A TLSConfig of the SDK. Raises Unreachable with a sentence that names the file that is no good, and why."""
    fault = _fault(tls)
    if fault:
        raise Unreachable(what, fault, "Choose the files that whoever runs the engine gave you")
    from docker.tls import TLSConfig

    pair = (tls.cert, tls.key) if tls.cert else None
    return TLSConfig(client_cert=pair, ca_cert=tls.ca or None, verify=tls.verify)


def _fault(tls: Tls) -> str:
    for name, path in (("CA certificate", tls.ca), ("certificate", tls.cert), ("key", tls.key)):
        if path and (fault := _file_fault(path, "KEY-----" if name == "key" else _CERTIFICATE)):
            return f"the {name} {plain(path, 300)} {fault}"
    if bool(tls.cert) != bool(tls.key):
        return "a certificate and its key go together: choose both, or neither"
    for name, path in (("CA certificate", tls.ca), ("certificate", tls.cert)):
        if path and (fault := _age_fault(path)):
            return f"the {name} {plain(path, 300)} {fault}"
    return _pair_fault(tls) if tls.cert else ""


def _file_fault(path: str, mark: str) -> str:
    try:
        with Path(path).open("rb") as file:
            text = file.read(_FILE_LIMIT).decode("ascii", "replace")
    except FileNotFoundError:
        return "is not there"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if mark not in text:
        kind = "a key" if mark != _CERTIFICATE else "a certificate"
        return f"is not {kind} in PEM: its text has no line of dashes that says so"
    if "ENCRYPTED" in text.partition("-----END")[0] and mark != _CERTIFICATE:
        return "is locked by a passphrase, which nobody could be asked for each time; use one without"
    return ""


def _pair_fault(tls: Tls) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_cert_chain(tls.cert, tls.key, password=lambda: b"")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            return f"the key {plain(tls.key, 300)} is not the one of the certificate {plain(tls.cert, 300)}"
        return f"the certificate or its key is damaged ({error.reason or error})"
    except OSError as error:
        return f"the certificate or its key cannot be read: {error.strerror or error}"
    return ""


def _age_fault(path: str) -> str:
    """Of the first certificate of a file."""
    text = Path(path).read_text("ascii", "replace")
    pem = text[text.index(_CERTIFICATE) :].partition(_END)[0] + _END
    try:
        begins, ends = validity(ssl.PEM_cert_to_DER_cert(pem))
    except (ValueError, IndexError):
        return "is damaged"
    now = time.time()
    if ends < now:
        return f"has expired: it was good until {exact_time(int(ends))}"
    return f"is not good before {exact_time(int(begins))}: is the clock right?" if begins > now else ""


def validity(der: bytes) -> tuple[float, float]:
    """When a certificate begins and ceases to be good, in Unix seconds. Raises ValueError, IndexError."""
    certificate, _ = _element(der, 0)
    body, _ = _element(certificate, 0)
    at = 0
    if body[0] == 0xA0:  # the version, which may be left out
        _, at = _element(body, at)
    for _skipped in ("serial number", "signature algorithm", "issuer"):
        _, at = _element(body, at)
    times, _ = _element(body, at)
    first, after = _element(times, 0)
    second, _ = _element(times, after)
    return _moment(times[0], first), _moment(times[after], second)


def _element(data: bytes, at: int) -> tuple[bytes, int]:
    """The content of an element of DER, and where the next one begins (X.690, section 8.1)."""
    length, begin = data[at + 1], at + 2
    if length & 0x80:
        size = length & 0x7F
        if not 0 < size <= 4:
            raise ValueError("an element of no sensible length")
        length, begin = int.from_bytes(data[begin : begin + size], "big"), begin + size
    if begin + length > len(data):
        raise ValueError("an element that goes beyond the end")
    return data[begin : begin + length], begin + length


def _moment(kind: int, text: bytes) -> float:
    """UTCTime (0x17: two digits of a year, from 50 on of the last century) or GeneralizedTime (0x18)."""
    digits = text.decode("ascii")
    if kind == 0x17:
        digits = ("19" if int(digits[:2]) >= 50 else "20") + digits
    return datetime.strptime(digits, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()
