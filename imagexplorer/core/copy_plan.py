"""What copying files into a container would do, before it is done. A record only."""

from __future__ import annotations

from dataclasses import dataclass

NAMED_MOST = 1000


@dataclass(frozen=True, slots=True)
class CopyPlan:
    """`chosen` are absolute paths of this machine, each copied with all below it into `folder`, an absolute path of the
    container. `replaced` are paths there that are files or links now and would be others then, at most NAMED_MOST of
    them; `unsure`: more may be, which were not looked at."""

    folder: str
    chosen: tuple[str, ...]
    files: int = 0
    folders: int = 0
    size_bytes: int = 0
    replaced: tuple[str, ...] = ()
    unsure: bool = False
