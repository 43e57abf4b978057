"""What a TARGET on the command line may mean. Asks no engine and no disk: the caller does, where it is open."""

from __future__ import annotations

from dataclasses import dataclass

from imagexplorer.core.errors import WrongUse

ENGINE, ARCHIVE, OCI, PATH, EITHER = "engine", "archive", "oci", "path", "either"
_PREFIXES = {"engine://": ENGINE, "archive://": ARCHIVE, "oci://": OCI}


@dataclass(frozen=True, slots=True)
class Target:
    """What a TARGET says of itself. `kind` is engine (a name or id on the engine), archive, oci or path (on disk), or
    either: a path if it exists, unless a reachable engine has an image of that name. `text` is without the prefix."""

    kind: str
    text: str

    @property
    def on_disk(self) -> bool:
        return self.kind in (ARCHIVE, OCI, PATH)


def parse_target(text: str) -> Target:
    """Raises WrongUse for an empty one."""
    for prefix, kind in _PREFIXES.items():
        if text.startswith(prefix):
            if len(text) == len(prefix):
                missing = "NAME" if kind == ENGINE else "PATH"
                raise WrongUse(f"{prefix} names nothing", f"what follows it is missing: {prefix}{missing}")
            return Target(kind, text[len(prefix) :])
    if not text:
        raise WrongUse("the target is empty", "an image name, an id or a path was expected")
    if text.startswith(("/", "./", "../", "~")) or text in (".", ".."):
        return Target(PATH, text)
    return Target(EITHER, text)


def ambiguous(text: str, path_kind: str = ARCHIVE) -> WrongUse:
    """`text` is an image on the engine and a path too: names both forms."""
    return WrongUse(
        f'"{text}" is an image on the engine and a path',
        f"say engine://{text} for the image or {path_kind}://{text} for the file",
    )
