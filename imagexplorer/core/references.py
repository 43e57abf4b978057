"""Names of images and containers: what they mean, what an engine takes, and in which words to say that it will not.

Grammar: distribution/reference, `reference.go` (name = [domain/]path-component[/...], tag = \\w[\\w.-]{0,127}); docker
has two spellings of one name: familiar (`nginx`) and normalised (`docker.io/library/nginx:latest`). Container names:
moby `daemon/names`. Asks no engine and no disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from imagexplorer.core.errors import WrongUse

DEFAULT_REGISTRY = "docker.io"
DEFAULT_NAMESPACE = "library"
DEFAULT_TAG = "latest"
_OLD_DEFAULT_REGISTRY = "index.docker.io"

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = re.compile(rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])(?::[0-9]+)?")
_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_CONTAINER = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class Reference:
    """`registry` is a host with an optional port, `repository` the path below it; the rest is "" where not given."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""

    @property
    def name(self) -> str:
        """Registry and repository: `docker.io/library/nginx`."""
        return f"{self.registry}/{self.repository}"

    @property
    def familiar_name(self) -> str:
        """As people write it: `nginx`, `someone/app`, `quay.io/app`."""
        if self.registry != DEFAULT_REGISTRY:
            return self.name
        prefix, _, rest = self.repository.partition("/")
        if prefix == DEFAULT_NAMESPACE and rest and "/" not in rest:
            return rest
        # `docker.io/a.b/c` without its registry would name another one.
        return self.name if rest and _names_a_registry(prefix) else self.repository

    @property
    def familiar(self) -> str:
        return self.familiar_name + self._suffix(self.tag)

    @property
    def normalised(self) -> str:
        """The one spelling to compare: `docker.io/library/nginx:latest`; no tag is made up beside a digest."""
        return self.name + self._suffix(self.tag or ("" if self.digest else DEFAULT_TAG))

    def _suffix(self, tag: str) -> str:
        return (f":{tag}" if tag else "") + (f"@{self.digest}" if self.digest else "")


def names_to_give(tags: Iterable[str]) -> tuple[str, ...]:
    """Those of an image's names that an engine takes, each with its tag. Files have others, such as a tag alone."""
    found = []
    for tag in tags:
        try:
            parsed = parse(tag)
        except WrongUse:
            continue
        found.append(tag if parsed.tag else f"{tag}:{DEFAULT_TAG}")
    return tuple(found)


def parse(text: str) -> Reference:
    """Raises WrongUse for what cannot name an image."""
    rest, at, digest = text.partition("@")
    if at and not _DIGEST.fullmatch(digest):
        raise WrongUse(f'"{text}" is not an image name', "what follows @ is not a digest")
    head, colon, tag = rest.rpartition(":")
    if colon and "/" not in tag:
        rest = head
        if not _TAG.fullmatch(tag):
            raise WrongUse(f'"{text}" is not an image name', "what follows : is not a tag")
    else:
        tag = ""
    registry, slash, path = rest.partition("/")
    if not slash or not _names_a_registry(registry):
        registry, path = DEFAULT_REGISTRY, rest
    if registry == _OLD_DEFAULT_REGISTRY:
        registry = DEFAULT_REGISTRY
    if registry == DEFAULT_REGISTRY and path and "/" not in path:
        path = f"{DEFAULT_NAMESPACE}/{path}"
    if not _DOMAIN.fullmatch(registry):
        raise WrongUse(f'"{text}" is not an image name', "its registry is not a host name")
    if not all(map(_COMPONENT.fullmatch, path.split("/"))):
        reason = "names are in small letters" if path != path.lower() else "its repository is not a valid path"
        raise WrongUse(f'"{text}" is not an image name', reason)
    if len(registry) + 1 + len(path) > _MAX_NAME:
        raise WrongUse(f'"{text[:40]}…" is not an image name', f"names have at most {_MAX_NAME} characters")
    return Reference(registry, path, tag, digest)


def _names_a_registry(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost" or part != part.lower()


def try_parse(text: str) -> Reference | None:
    try:
        return parse(text)
    except WrongUse:
        return None


def same_name(one: str, other: str) -> bool:
    """Do both name the same image, whichever spelling they use?"""
    if one == other:
        return True
    first, second = try_parse(one), try_parse(other)
    return first is not None and second is not None and first.normalised == second.normalised


def find_name(wanted: str, names: Iterable[str]) -> str | None:
    """The first of `names` that `wanted` names, exact spelling before normalised."""
    known = list(names)
    if wanted in known:
        return wanted
    return next((name for name in known if same_name(wanted, name)), None)


def repository_fault(text: str) -> str:
    """Why this cannot be a repository, "" where it can. Empty text is fine: the image then has no name."""
    if not text:
        return ""
    if len(text) > _MAX_NAME:
        return f"A repository has at most {_MAX_NAME} characters"
    if "@" in text:
        return "A repository has no @: an image is not named by a digest of one's own"
    first, slash, rest = text.partition("/")
    if slash and _names_a_registry(first):
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
