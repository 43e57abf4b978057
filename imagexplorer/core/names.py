"""What an image's names say and what they do not: whose they are, what they are easily taken for, what `latest` is.

A name proves nothing: anyone may give any. Knows names and rows of a list; asks no registry.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from imagexplorer.core.entities import Image
from imagexplorer.core.references import DEFAULT_NAMESPACE, DEFAULT_REGISTRY, DEFAULT_TAG, Reference, try_parse

OFFICIAL, LIKE_OFFICIAL, COMMUNITY, LOCAL, ELSEWHERE = "official", "like official", "community", "local", "elsewhere"
_LOCAL_HOSTS = ("localhost", "127.", "[::1]")
_LIKE = (("rn", "m"), ("vv", "w"), ("0", "o"), ("1", "l"))
"""Letters that are read as others."""
_LEAST = 5
"""Shorter names have too many neighbours: of those only two letters that changed places are told."""


@dataclass(frozen=True, slots=True)
class Known:
    """Names that are well known: of Docker Official Images, and of public registries."""

    official: Collection[str] = frozenset()
    registries: Collection[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose a name is by its repository, in a word and in a sentence."""

    kind: str
    words: str


def standing(name: str, digests: Iterable[str], known: Known) -> Standing:
    """`digests` are those of the image (`repository@sha256:...`): where one names the repository, the image was pulled
    from it or pushed there, says the engine."""
    found = try_parse(name)
    if found is None:
        return Standing(LOCAL, "not a name that a registry could have")
    if found.registry.startswith(_LOCAL_HOSTS):
        return Standing(LOCAL, f"of this machine: {found.registry} is no public registry")
    if found.registry != DEFAULT_REGISTRY:
        public = "a public registry" if found.registry in known.registries else "not one that this program knows"
        return Standing(ELSEWHERE, f"of the registry {found.registry}, {public}")
    namespace, _, rest = found.repository.partition("/")
    if namespace != DEFAULT_NAMESPACE:
        return Standing(COMMUNITY, f"of {namespace} on Docker Hub: whoever that is, it is not an official image")
    if rest not in known.official:
        return Standing(LOCAL, "no official image has this name: most likely built here")
    if any((of := try_parse(digest)) is not None and of.name == found.name for digest in digests):
        return Standing(OFFICIAL, "the name of a Docker Official Image, and the engine has a digest of its repository")
    return Standing(LIKE_OFFICIAL, "the name of a Docker Official Image; nothing here says that it came from there")


def look_alike(name: str, known: Known) -> str:
    """The well-known name that this one is a slip away from; "" for none."""
    found = try_parse(name)
    if found is None:
        return ""
    host, _, port = found.registry.partition(":")
    if host not in known.registries and not host.startswith(_LOCAL_HOSTS) and not port:
        near = next((each for each in sorted(known.registries) if _slip(host, each)), "")
        if near:
            return near
    namespace, _, last = found.repository.rpartition("/")
    if found.registry == DEFAULT_REGISTRY and namespace != DEFAULT_NAMESPACE and _slip(namespace, DEFAULT_NAMESPACE):
        return f"{DEFAULT_NAMESPACE}/{last}"
    if last in known.official:
        return ""
    return next((each for each in sorted(known.official) if _slip(last, each)), "")


def _slip(one: str, other: str) -> bool:
    """One letter more, less, another, or two that changed places (Damerau); or letters that look like others."""
    if one == other:
        return False
    if len(other) < _LEAST:
        return len(other) == _LEAST - 1 and _swapped(one, other)
    return _one_edit(one, other) or _swapped(one, other) or _read(one) == _read(other)


def _one_edit(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((at for at, letter in enumerate(short) if letter != long[at]), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def _swapped(one: str, other: str) -> bool:
    if len(one) != len(other):
        return False
    apart = [at for at, letter in enumerate(one) if letter != other[at]]
    return (
        len(apart) == 2
        and apart[1] == apart[0] + 1
        and one[apart[0]] + one[apart[1]] == other[apart[1]] + other[apart[0]]
    )


def _read(text: str) -> str:
    for written, read in _LIKE:
        text = text.replace(written, read)
    return text


# -- what `latest` is here ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """What a source has of one repository beside an image. `latest` is the image with that tag, None where none has
    it; `also` are the tags that it carries too; `newer` are images made later than this one, newest first."""

    repository: str
    latest: Image | None = None
    also: tuple[str, ...] = ()
    newer: tuple[tuple[Image, tuple[str, ...]], ...] = ()


def kept(image: Image, rows: Sequence[Image]) -> list[Kept]:
    """For each repository that the image has a tag in."""
    mine = {found.name: found for tag in image.tags if (found := try_parse(tag)) is not None}
    there: dict[str, list[tuple[Image, tuple[str, ...]]]] = {name: [] for name in mine}
    ends = {name.rpartition("/")[2] for name in mine}
    for row in rows:
        tags: dict[str, list[str]] = {}
        for tag in row.tags:
            if not any(end in tag for end in ends):  # names are many, and parsing them is dear
                continue
            found = try_parse(tag)
            if found is not None and found.name in there:
                tags.setdefault(found.name, []).append(found.tag or DEFAULT_TAG)
        for name, own in tags.items():
            there[name].append((row, tuple(own)))
    return [_kept(image, mine[name], found) for name, found in there.items()]


def _kept(image: Image, of: Reference, there: Sequence[tuple[Image, tuple[str, ...]]]) -> Kept:
    latest = next(((row, tags) for row, tags in there if DEFAULT_TAG in tags), None)
    born = image.created or 0
    newer = [(row, tags) for row, tags in there if row.id != image.id and born and (row.created or 0) > born]
    newer.sort(key=lambda each: -(each[0].created or 0))
    also = tuple(tag for tag in latest[1] if tag != DEFAULT_TAG) if latest else ()
    return Kept(of.familiar_name, latest[0] if latest else None, also, tuple(newer))
