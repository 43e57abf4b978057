"""What an image's own /etc/passwd and /etc/group call the numbers of users and groups. Pure functions.

Formats: passwd(5) and group(5), `name:password:number:...`, one a line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_BYTES = 1 << 20
_MOST_NAMES = 20_000
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Owners:
    """Names by number, as far as they are known."""

    users: Mapping[int, str] = field(default_factory=dict)
    groups: Mapping[int, str] = field(default_factory=dict)

    def words(self, uid: int, gid: int) -> str:
        """`root:staff`, with numbers where there is no name."""
        return f"{self.users.get(uid, uid)}:{self.groups.get(gid, gid)}"

    def exact(self, uid: int, gid: int) -> str:
        """`user root (0), group 1000`."""
        both = (("user", self.users, uid), ("group", self.groups, gid))
        return ", ".join(f"{what} {names[number]} ({number})" if number in names else f"{what} {number}"
                         for what, names, number in both)  # fmt: skip


NUMBERS = Owners()


def owners_of(passwd: bytes, group: bytes) -> Owners:
    """Lines that are none are passed over; of two names for a number the first counts, as it does for the C library."""
    return Owners(_names(passwd), _names(group))


def _names(text: bytes) -> dict[int, str]:
    names: dict[int, str] = {}
    for line in text[:MOST_BYTES].split(b"\n"):
        parts = line.split(b":")
        if len(parts) < 3 or not parts[0] or not parts[2].isdigit() or len(parts[2]) > 10 or len(names) >= _MOST_NAMES:
            continue
        names.setdefault(int(parts[2]), parts[0][:_LONGEST_NAME].decode("utf-8", "replace"))
    return names
