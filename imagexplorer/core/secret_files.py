"""Files that hold a key or a password: by their name alone, or by name and the first bytes together.

Names were taken from what programs themselves write: ssh, GnuPG, git, docker, kubectl, the clouds' and the package
managers' tools. Knows names and headers; reads nothing.
"""

from __future__ import annotations

import re

HEAD_BYTES = 65_536
"""So much of a file is looked at: a private key may stand behind its certificates."""

_STORES = r"\.(?:p12|pfx|jks|keystore|kdbx)"
# What the last name is -> what it is. The names are compared in lower case.
_NAMES: tuple[tuple[str, str], ...] = (
    (r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?", "a private key of ssh"),
    (r"ssh_host_(?:rsa|dsa|ecdsa|ed25519)_key", "a private host key of ssh, the same in every container"),
    (r"secring\.gpg|[0-9a-f]{40}\.key", "a private key of GnuPG"),
    (r"\.netrc|_netrc|\.pgpass|\.my\.cnf|\.git-credentials|\.dockercfg|\.vault-token", "passwords of a program's user"),
    (r"\.env(?:\.(?:local|production|prod|staging))?", "settings of an application, which hold its passwords"),
    (r"terraform\.tfstate", "the state of terraform, which holds passwords in clear"),
    (rf"[^/]+{_STORES}", "a store of keys"),
)
# The last two names.
_PLACES: tuple[tuple[str, str], ...] = (
    (r"\.docker/config\.json", "passwords of registries"),
    (r"\.aws/credentials", "keys of a cloud"),
    (r"\.kube/config", "keys of a cluster"),
    (r"gcloud/(?:application_default_credentials\.json|credentials\.db)", "keys of a cloud"),
)
# What tells only together with the first bytes.
_DOUBTFUL = (
    r"[^/]+\.(?:pem|key|ppk|asc|crt|cer|der)|\.npmrc|\.pypirc|\.htpasswd|credentials"
    r"|[^/]*service[-_]?account[^/]*\.json"
)

_HEADS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (
        re.compile(rb"-----BEGIN (?:[A-Z0-9]{1,20} ){0,2}PRIVATE KEY(?: BLOCK)?-----"),
        "a private key: its header says so",
    ),
    (re.compile(rb"\APuTTY-User-Key-File-\d"), "a private key of PuTTY: its header says so"),
    (re.compile(rb"(?m)^[^#\n]{0,200}_authToken\s*=\s*[^\s$]"), "a token of a package registry"),
    (re.compile(rb"(?m)^\s*password\s*[:=]\s*\S"), "a password in clear"),
    (re.compile(rb'"private_key"\s*:\s*"-----BEGIN'), "a private key of a service account"),
    (re.compile(rb"(?m)^\s*aws_secret_access_key\s*=\s*\S"), "a key of a cloud"),
)


def _group(rows: tuple[tuple[str, str], ...]) -> bytes:
    return "|".join(f"(?:{pattern})" for pattern, _ in rows).encode()


_LAST = rb"(?:%s|%s)" % (_group(_NAMES), _DOUBTFUL.encode())
_LAST_OF_TWO = rb"config\.json|credentials|config|application_default_credentials\.json|credentials\.db"
_ALONE = tuple((re.compile(pattern.encode()), what) for pattern, what in _NAMES)
_TWO = tuple((re.compile(pattern.encode()), what) for pattern, what in _PLACES)
_ANY = re.compile(_DOUBTFUL.encode())

# Found in a row of names, each with a slash behind it; what begins with a slash is the last name of a place.
CANDIDATE = re.compile(
    rb"(?<![^/])(?:%s|%s)(?=/)" % (_LAST, _LAST_OF_TWO),
    re.IGNORECASE,
)
# The same for what `by_name` may know, in a row of names in lower case with a slash before each: ten times as fast, as
# what it begins with is quickly found.
CERTAIN = (
    re.compile(rb"/(?:%s|%s)(?=/)" % (_group(_NAMES[:-1]), _LAST_OF_TWO)),
    re.compile(rb"%s(?=/)" % _STORES.encode()),
)


def by_name(path: bytes) -> str:
    """What a file of this path is, "" where the name alone does not tell."""
    parts = path.lower().rsplit(b"/", 2)
    for pattern, what in _ALONE:
        if pattern.fullmatch(parts[-1]):
            return what
    two = b"/".join(parts[-2:])
    return next((what for pattern, what in _TWO if pattern.fullmatch(two)), "")


def doubtful(path: bytes) -> bool:
    """Whether the first bytes of a file of this path should be looked at."""
    return _ANY.fullmatch(path.lower().rpartition(b"/")[2]) is not None


def by_head(head: bytes) -> str:
    """What the first HEAD_BYTES of a doubtful file say that it holds, "" where that is nothing to hide."""
    return next((what for pattern, what in _HEADS if pattern.search(head[:HEAD_BYTES])), "")
