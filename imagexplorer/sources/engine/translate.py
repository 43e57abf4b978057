"""Exceptions of the docker SDK, requests, urllib3 and the system become `core.errors`, here and nowhere else.

Knows which exceptions a call to an engine can raise. Must not know any route or record. The libraries are looked at
only once something failed, so importing this costs nothing.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.errors import Cancelled, Damaged, ImagexplorerError, NotFound, Refused, Unreachable

if TYPE_CHECKING:
    import ssl

WORDS_LIMIT = 4096
"""Bytes of an engine's sentence that are kept."""

RETRY = "Check that the engine runs, then retry"


@contextmanager
def translated(what: str, control: Control) -> Iterator[None]:
    """Raises core errors only, cause kept; an exception that no call to an engine should raise passes as it is (a bug).

    `what` names the thing that fails, such as `image alpine:3`.
    """
    try:
        yield
    except Cancelled:
        raise
    except ImagexplorerError as error:
        if control.cancelled and isinstance(error, Unreachable):
            raise Cancelled from error
        raise
    except Exception as error:
        if control.cancelled and _of_a_call(error):
            raise Cancelled from error
        meant = _meaning(what, error)
        if meant is None:
            raise
        raise meant from error


def refusal(what: str, status: int, body: bytes) -> ImagexplorerError:
    """The error for an answer whose status says no; its reason is the engine's own sentence."""
    words = sentence(body) or f"the engine answered with status {status} and no word"
    if status == 404:
        return NotFound(what, words)
    return Refused(what, words)


def sentence(body: bytes) -> str:
    """What an error answer says: Docker's `message`, Podman's `cause`, an error line of a stream, or plain text."""
    text = body[:65536].decode("utf-8", "replace").strip()
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        said = None
    if isinstance(said, dict):
        detail = said.get("errorDetail")
        nested = detail.get("message") if isinstance(detail, dict) else None
        for candidate in (said.get("message"), nested, said.get("error"), said.get("cause")):
            if isinstance(candidate, str) and candidate.strip():
                text = candidate.strip()
                break
    if text[:1] == "<":  # a page of a proxy: its markup helps nobody
        text = "the answer is a web page, not that of an engine"
    return text.encode("utf-8", "replace")[:WORDS_LIMIT].decode("utf-8", "ignore")


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error, and all that it wraps: causes, contexts and exceptions given as arguments (requests does that)."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [arg for arg in one.args if isinstance(arg, BaseException)]
        reason = getattr(one, "reason", None)
        waiting += [link for link in (reason, one.__cause__, one.__context__) if isinstance(link, BaseException)]


def _of_a_call(error: Exception) -> bool:
    import requests
    import urllib3
    from docker.errors import DockerException

    libraries = (DockerException, requests.RequestException, urllib3.exceptions.HTTPError)
    return isinstance(error, (*libraries, OSError, ValueError, AttributeError))


def _meaning(what: str, error: Exception) -> ImagexplorerError | None:
    import requests
    import urllib3
    from docker.errors import APIError, DockerException, InvalidVersion, TLSParameterError

    if isinstance(error, APIError) and error.response is not None:
        return refusal(what, error.response.status_code, error.response.content or b"")
    if isinstance(error, TLSParameterError):
        return Unreachable(what, f"its TLS files are not usable: {_words(error)}", "Check the certificate folder")
    if isinstance(error, InvalidVersion):
        return Refused(what, _words(error))
    if isinstance(error, (requests.RequestException, urllib3.exceptions.HTTPError, OSError)):
        return unreachable(what, error)
    if isinstance(error, DockerException):
        return Refused(what, _words(error))
    if isinstance(error, (json.JSONDecodeError, RecursionError, UnicodeDecodeError)):
        return Damaged(what, "the engine's answer is not readable JSON")
    return None


def unreachable(what: str, error: BaseException) -> Unreachable:
    """Why nothing answers, told by the innermost exception that says so."""
    import http.client
    import ssl

    import requests
    import urllib3

    from imagexplorer.sources.engine.ssh import SshError

    links = list(chain(error))
    for link in links:
        if isinstance(link, SshError):
            return Unreachable(what, link.reason, link.way_out)
    for link in links:
        if isinstance(link, ssl.SSLError):
            return Unreachable(what, *_tls_words(link))
    for link in links:
        if isinstance(link, FileNotFoundError):
            return Unreachable(what, "no such socket", "Start the engine")
        if isinstance(link, PermissionError):
            return Unreachable(what, "permission denied", "")
        if isinstance(link, ConnectionRefusedError):
            return Unreachable(what, "nothing listens there", "Start the engine")
        if isinstance(link, OSError) and link.errno in (errno.ENOTSOCK, errno.EPROTOTYPE, errno.ENOTDIR):
            return Unreachable(what, "not a socket", "")
        if getattr(link, "errno", 0) == errno.ENAMETOOLONG or "AF_UNIX path too long" in str(link):
            return Unreachable(what, "the path is too long for a socket", "")
    for link in links:
        if isinstance(link, urllib3.exceptions.NameResolutionError):
            return Unreachable(what, "no such host", "Check the spelling of the address")
        if isinstance(link, (urllib3.exceptions.ConnectTimeoutError, requests.ConnectTimeout)):
            return Unreachable(what, "did not accept a connection in 5 s", RETRY)
    for link in links:
        if isinstance(link, (urllib3.exceptions.ReadTimeoutError, requests.ReadTimeout, TimeoutError)):
            return Unreachable(what, "did not answer in time", RETRY)
    cut = (http.client.IncompleteRead, http.client.RemoteDisconnected, urllib3.exceptions.InvalidChunkLength)
    if any(isinstance(link, (*cut, ConnectionResetError, BrokenPipeError)) for link in links):
        return Unreachable(what, "it closed the connection", RETRY)
    return Unreachable(what, f"the connection broke ({_words(error)})", RETRY)


def _tls_words(error: ssl.SSLError) -> tuple[str, str]:
    """Reason and way out. Codes are OpenSSL's (x509_vfy.h): 9 and 10 the time, 18 to 21 nobody vouches, 62 to 64 the
    name."""
    code = getattr(error, "verify_code", 0)
    clock = "Whoever runs the engine has to renew it; look at your clock too"
    for codes, reason, way_out in (
        ((9, 10), "the engine's certificate has expired or is not good yet", clock),
        (
            (18, 19, 20, 21),
            "nobody who is trusted here vouches for the engine's certificate",
            "Choose its CA certificate",
        ),
        ((62, 63, 64), "the engine's certificate is one for another name", "Connect by the name that it is made for"),
    ):
        if code in codes:
            return f"TLS failed: {reason}", way_out
    said = str(error).upper().replace(" ", "_")
    for words, reason, way_out in (
        ("WRONG_VERSION", "it does not speak TLS", "Connect without TLS, or to its port for TLS (2376 as a rule)"),
        (
            "EOF_OCCURRED",
            "it broke off, and may want a certificate of yours",
            "Choose your certificate and key",
        ),
        ("CERTIFICATE_REQUIRED", "it wants a certificate of yours", "Choose your certificate and its key"),
        ("HANDSHAKE_FAILURE", "it wants another certificate, or none of yours", "Choose your certificate and its key"),
        ("UNKNOWN_CA", "it does not trust your certificate", "Choose the certificate that its CA made for you"),
        ("BAD_CERTIFICATE", "it does not take your certificate", "Choose the certificate that its CA made for you"),
        ("CERTIFICATE_EXPIRED", "your certificate has expired", "Have it renewed"),
    ):
        if words in said:
            return f"TLS failed: {reason}", way_out
    return f"TLS failed: {_words(error)}", "Check the certificates of the connection"


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:400]
