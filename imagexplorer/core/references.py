"""Names of images and containers: what an engine takes, and in which words to say that it will not.

Grammar: distribution/reference, `reference.go` (name = [domain/]path-component[/...], tag = \\w[\\w.-]{0,127});
container names: moby `daemon/names`.
"""

from __future__ import annotations

import re

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_CONTAINER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_MAX_NAME = 255


def repository_fault(text: str) -> str:
    """Why this cannot be a repository, "" where it can. Empty text is fine: the image then has no name."""
    if not text:
        return ""
    if len(text) > _MAX_NAME:
        return f"A repository has at most {_MAX_NAME} characters"
    if "@" in text:
        return "A repository has no @: an image is not named by a digest of one's own"
    first, slash, rest = text.partition("/")
    domain = bool(slash) and ("." in first or ":" in first or first == "localhost" or first != first.lower())
    if domain:
        if not _DOMAIN.fullmatch(first):
            return f"“{first}” is no registry: expected host or host:port"
    else:
        rest = text
    if not rest:
        return "The repository's name is missing after the registry"
    if ":" in rest:
        return "The tag goes into its own field"
    for component in rest.split("/"):
        if component != component.lower():
            return "A repository is in small letters"
        if not component:
            return "There is an empty part between two slashes"
        if not _COMPONENT.fullmatch(component):
            return f"“{component}” is no part of a repository: small letters and digits, parted by . _ or -"
    if re.fullmatch(r"[0-9a-f]{64}", text):
        return "64 hexadecimal digits are an id, not a name"
    return ""


def tag_fault(text: str) -> str:
    """Why this cannot be a tag, "" where it can. Empty text is fine: engines take `latest`."""
    if not text or _TAG.fullmatch(text):
        return ""
    if len(text) > 128:
        return "A tag has at most 128 characters"
    if text[0] in ".-":
        return "A tag starts with a letter, a digit or _"
    return "A tag has letters, digits and _ . - only"


def container_name_fault(text: str) -> str:
    """Why this cannot be the name of a container, "" where it can. Empty text is fine: the engine makes one up."""
    if not text or _CONTAINER.fullmatch(text):
        return ""
    if len(text) == 1:
        return "A name has two characters or more"
    if not re.match(r"[a-zA-Z0-9]", text):
        return "A name starts with a letter or a digit"
    return "A name has letters, digits and _ . - only"
