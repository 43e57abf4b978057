"""Certificates and keys are told by how they begin, and a lone certificate says whose it is.

The samples were made with openssl for this test; nothing trusts them.
"""

from __future__ import annotations

import base64
import hashlib
import ssl
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.control import Control
from imagexplorer.core.key_material import der_words, pem_words
from imagexplorer.core.recognise import BINARY, TEXT, recognise
from imagexplorer.indexing.certificate_facts import certificate_facts
from imagexplorer.indexing.previewing import preview

CA = base64.b64decode(
    "MIIBoTCCAUegAwIBAgIUIpZxAIFQ0Iri9z6Wcjy9cgBSsn8wCgYIKoZIzj0EAwIwJjESMBAGA1UEAwwJVGVzdCBSb290MRAwDgYD"
    "VQQKDAdFeGFtcGxlMB4XDTI2MTEyODAwMzMwNFoXDTM2MTEyNTAwMzMwNFowJjESMBAGA1UEAwwJVGVzdCBSb290MRAwDgYDVQQK"
    "DAdFeGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAES6lSRYeacUU6dkAD5M+QAW+zTtiMqhWY3Dl1IG/U9xHILmhYBR9o"
    "frSazhUlo+BnDqGbWOOXEr1z3GdWHaJ3SKNTMFEwHQYDVR0OBBYEFG9chn6juKAU0e7phr1d5y4ZGNTBMB8GA1UdIwQYMBaAFG9c"
    "hn6juKAU0e7phr1d5y4ZGNTBMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAIW4jQxl4jQHZgi4SyOqUk9aDBca"
    "gv/mE+phpesHlVczAiBSITxnPjbG8tVhp++UcF5RpGMTZRDfNFLTfAMeWFiTUg=="
)
LEAF = base64.b64decode(
    "MIIBjDCCATKgAwIBAgIUcHkjhlyYqqYPMMwcpfHwwE+jiOwwCgYIKoZIzj0EAwIwJjESMBAGA1UEAwwJVGVzdCBSb290MRAwDgYD"
    "VQQKDAdFeGFtcGxlMB4XDTI2MTEyODAwMzM0MFoXDTM2MTEyNTAwMzM0MFowFzEVMBMGA1UEAwwMbGVhZi5leGFtcGxlMFkwEwYH"
    "KoZIzj0CAQYIKoZIzj0DAQcDQgAEKmZY5Yjj7rK21e5DS3jZvgl3pxWfYLNDqOlR1d2+RgJKvmoIPrrZcr847xHG2ae6HFZMtJKk"
    "EmU6G3sc/jMkc6NNMEswCQYDVR0TBAIwADAdBgNVHQ4EFgQULKtL0HRm1lvBzyhFY600BcENaS4wHwYDVR0jBBgwFoAUb1yGfqO4"
    "oBTR7umGvV3nLhkY1MEwCgYIKoZIzj0EAwIDSAAwRQIgBFbwetto8A6LFpqbsGP9IzJ2nPRzqz7S5NFZ5Yp8wEACIQCPwpy1NcSG"
    "2Q4QsVu3zquAgK7Pt++WrfF/2UisiUD8nQ=="
)
REQUEST = base64.b64decode(
    "MIHQMHkCAQAwFzEVMBMGA1UEAwwMbGVhZi5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKmZY5Yjj7rK21e5DS3jZ"
    "vgl3pxWfYLNDqOlR1d2+RgJKvmoIPrrZcr847xHG2ae6HFZMtJKkEmU6G3sc/jMkc6AAMAoGCCqGSM49BAMCA0cAMEQCIAGpWO6u"
    "pB/GC1H6CCIfhJtkUCYizELDLFpx0Bp1uhB0AiAWZsscXheHj9gdjlLfcXm5A4CUAYICftPJfpIqMZwhgg=="
)
PKCS8 = base64.b64decode(
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwevFJcOSmmlxAQoLEhcmnfeMEpQSAuT7V2U6DVKitNahRANCAAQq"
    "ZljliOPusrbV7kNLeNm+CXenFZ9gs0Oo6VHV3b5GAkq+agg+utlyvzjvEcbZp7ocVky0kqQSZTobexz+MyRz"
)
EC_KEY = base64.b64decode(
    "MHcCAQEEIMHrxSXDkpppcQEKCxIXJp33jBKUEgLk+1dlOg1SorTWoAoGCCqGSM49AwEHoUQDQgAEKmZY5Yjj7rK21e5DS3jZvgl3"
    "pxWfYLNDqOlR1d2+RgJKvmoIPrrZcr847xHG2ae6HFZMtJKkEmU6G3sc/jMkcw=="
)
PUBLIC = base64.b64decode(
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKmZY5Yjj7rK21e5DS3jZvgl3pxWfYLNDqOlR1d2+RgJKvmoIPrrZcr847xHG2ae6"
    "HFZMtJKkEmU6G3sc/jMkcw=="
)
REVOKED = base64.b64decode(
    "MIGrMFIwCgYIKoZIzj0EAwIwJjESMBAGA1UEAwwJVGVzdCBSb290MRAwDgYDVQQKDAdFeGFtcGxlFw0yNjExMjgwMDMzMDRaFw0y"
    "NjEyMjgwMDMzMDRaMAoGCCqGSM49BAMCA0kAMEYCIQDGllFImo0pMp3BiUuMQ0J2WapM2WzDdqn3Pkdsk9YMggIhAJKttkraT5kt"
    "yzDMs2IQdNZK5E9mzBjuXb367phmthUS"
)
PKCS7 = base64.b64decode(
    "MIIBuwYJKoZIhvcNAQcCoIIBrDCCAagCAQExADALBgkqhkiG9w0BBwGgggGQMIIBjDCCATKgAwIBAgIUcHkjhlyYqqYPMMwcpfHw"
    "wE+jiOwwCgYIKoZIzj0EAwIwJjESMBAGA1UEAwwJVGVzdCBSb290MRAwDgYDVQQKDAdFeGFtcGxlMB4XDTI2MTEyODAwMzM0MFoX"
    "DTM2MTEyNTAwMzM0MFowFzEVMBMGA1UEAwwMbGVhZi5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKmZY5Yjj7rK2"
    "1e5DS3jZvgl3pxWfYLNDqOlR1d2+RgJKvmoIPrrZcr847xHG2ae6HFZMtJKkEmU6G3sc/jMkc6NNMEswCQYDVR0TBAIwADAdBgNV"
    "HQ4EFgQULKtL0HRm1lvBzyhFY600BcENaS4wHwYDVR0jBBgwFoAUb1yGfqO4oBTR7umGvV3nLhkY1MEwCgYIKoZIzj0EAwIDSAAw"
    "RQIgBFbwetto8A6LFpqbsGP9IzJ2nPRzqz7S5NFZ5Yp8wEACIQCPwpy1NcSG2Q4QsVu3zquAgK7Pt++WrfF/2UisiUD8nTEA"
)
FORMS = [
    (CA, "certificate (DER)"),
    (LEAF, "certificate (DER)"),
    (REQUEST, "certificate request (DER)"),
    (PKCS8, "private key (DER)"),
    (EC_KEY, "EC private key (DER)"),
    (PUBLIC, "public key (DER)"),
    (REVOKED, "certificate revocation list (DER)"),
    (PKCS7, "PKCS #7 container (DER)"),
]


def pem(label: str, content: bytes = b"x") -> bytes:
    lines = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n".encode()


@pytest.mark.parametrize(("content", "words"), FORMS)
def test_der_is_told_by_its_first_fields(content: bytes, words: str) -> None:
    assert recognise(content, len(content))[:2] == (BINARY, words)
    assert recognise(content[:200], len(content)).words == words, "its beginning is enough"
    assert recognise(content + b"\0", len(content) + 1).words == "binary data", "and its length counts"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (pem("CERTIFICATE", CA), "certificate (PEM)"),
        (pem("CERTIFICATE", CA) * 137, "137 certificates (PEM)"),
        (pem("CERTIFICATE", LEAF) + pem("CERTIFICATE", CA) + pem("PRIVATE KEY", PKCS8),
         "2 certificates and private key (PEM)"),
        (pem("CERTIFICATE REQUEST", REQUEST), "certificate request (PEM)"),
        (pem("EC PARAMETERS") + pem("EC PRIVATE KEY", EC_KEY), "EC private key (PEM)"),
        (pem("EC PARAMETERS"), "set of EC parameters (PEM)"),
        (pem("OPENSSH PRIVATE KEY"), "OpenSSH private key (PEM)"),
        (pem("ENCRYPTED PRIVATE KEY"), "encrypted private key (PEM)"),
        (pem("X509 CRL", REVOKED), "certificate revocation list (PEM)"),
        (b"# Root of tests\r\n\r\n" + pem("CERTIFICATE", CA).replace(b"\n", b"\r\n"), "certificate (PEM)"),
        (b"Certificate:\n    Data:\n" + pem("CERTIFICATE", CA), "certificate (PEM)"),
        (b"#!/bin/sh\ncat <<END\n" + pem("CERTIFICATE", CA), "script for sh, ASCII"),
        (b'key = """\n' + pem("PRIVATE KEY"), "text, ASCII"),
        (pem("SOMETHING ELSE"), "text, ASCII"),
    ],
)  # fmt: skip
def test_pem_is_told_by_its_labels(content: bytes, words: str) -> None:
    assert recognise(content, len(content))[:2] == (TEXT, words)


def test_a_lone_certificate_says_whose_it_is() -> None:
    printed = hashlib.sha256(CA).hexdigest().upper()
    for content in (CA, pem("CERTIFICATE", CA), b"# no ASCII: \xc3\xa9\n" + pem("CERTIFICATE", CA)):
        told = certificate_facts(content)
        assert told == f"subject Test Root, issuer the same, valid 2026-11-28 to 2036-11-25, SHA-256 {printed}"
    assert ssl.PEM_cert_to_DER_cert(pem("CERTIFICATE", CA).decode()) == CA


def test_so_does_one_that_is_no_authoritys() -> None:
    told = "subject leaf.example, issuer Test Root, valid 2026-11-28 to 2036-11-25, SHA-256 "
    assert certificate_facts(LEAF) == told + hashlib.sha256(LEAF).hexdigest().upper()


def test_an_authoritys_is_told_as_openssl_tells_it() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=CA)
    (told,) = context.get_ca_certs()
    days = [datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told[key])), UTC) for key in ("notBefore", "notAfter")]
    assert f"valid {days[0]:%Y-%m-%d} to {days[1]:%Y-%m-%d}" in certificate_facts(CA)


@given(st.integers(0, len(LEAF) - 1), st.binary(min_size=1, max_size=4), st.integers(0, 4))
def test_any_damage_is_read_without_fault(at: int, put: bytes, cut: int) -> None:
    told = certificate_facts(LEAF[:at] + put + LEAF[at + cut :])
    assert not told or told.count(", ") >= 3


def test_of_a_very_long_one_nothing_is_told() -> None:
    assert certificate_facts(CA + bytes(200_000)) == ""


@pytest.mark.parametrize("damaged", [CA[:-9], pem("CERTIFICATE", b"no certificate"), pem("CERTIFICATE", CA)[:-30], b""])
def test_one_that_cannot_be_read_says_nothing(damaged: bytes) -> None:
    assert certificate_facts(damaged) == ""


def test_the_preview_tells_it() -> None:
    content = pem("CERTIFICATE", CA)
    told = preview(lambda start, length: content[start : start + length], "a.crt", len(content), Control())
    assert told.words == "certificate (PEM)"
    assert told.about == certificate_facts(content)
    assert told.text == content.decode()


@given(st.binary(max_size=40).map(lambda rest: b"0" + rest), st.integers(0, 300))
def test_any_beginning_is_read_without_fault(head: bytes, size: int) -> None:
    der_words(head, size)
    pem_words(b"-----BEGIN " + head)
