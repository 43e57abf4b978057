"""What a lone certificate says of itself, as far as Python's own OpenSSL tells. Runs in the worker process only: it
parses what a stranger made.

Of one that is no authority's it tells nothing but the content, so only its fingerprint is given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

NAME_CHARS = 60


def certificate_facts(content: bytes) -> str:
    """`subject ISRG Root X1, issuer the same, valid Jun 4 2015 to Jun 4 2035, SHA-256 96BC...` of the one certificate
    of a PEM or DER file; "" where there is none, or it cannot be read."""
    import ssl

    try:
        der = content
        if b"-----BEGIN" in content:
            text = content.decode("ascii", "replace")
            begin = text.index("-----BEGIN CERTIFICATE-----")
            der = ssl.PEM_cert_to_DER_cert(text[begin : text.index("-----END CERTIFICATE-----") + 25])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=der)
    except (ValueError, ssl.SSLError):
        return ""
    told = [_said(each) for each in context.get_ca_certs()]
    return ", ".join([*told[:1], f"SHA-256 {hashlib.sha256(der).hexdigest().upper()}"])


def _said(told: Mapping[str, Any]) -> str:
    subject, issuer = _name(told.get("subject", ())), _name(told.get("issuer", ()))
    words = [f"subject {subject}", "issuer the same" if issuer == subject else f"issuer {issuer}"]
    if told.get("notBefore") and told.get("notAfter"):
        words.append(f"valid {_day(told['notBefore'])} to {_day(told['notAfter'])}")
    return ", ".join(words)


def _name(parts: Any) -> str:
    """The common name, else what there is."""
    found = {name: value for part in parts for name, value in part}
    name = found.get("commonName") or found.get("organizationalUnitName") or found.get("organizationName") or "nobody"
    return str(name)[:NAME_CHARS]


def _day(when: str) -> str:
    """`Jun  4 11:04:38 2015 GMT` as `2015-06-04`."""
    import ssl
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ssl.cert_time_to_seconds(when), UTC).strftime("%Y-%m-%d")
