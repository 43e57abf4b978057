"""Digests of blobs: checked before one is ever used as a path, a name or a key.

Knows the two algorithms of the OCI image specification (descriptor.md, "Registered algorithms"); reads no file.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import _Hash

_LENGTHS = {"sha256": 64, "sha512": 128}
_HEX = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Digest:
    """`algorithm` is sha256 or sha512, `hex` has exactly its length in lower case: safe as a file name."""

    algorithm: str
    hex: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.hex}"

    def new(self) -> _Hash:
        """A hash object of this digest's algorithm."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def of(self, content: bytes) -> Digest:
        """The digest of `content` by the same algorithm, to compare."""
        hasher = self.new()
        hasher.update(content)
        return Digest(self.algorithm, hasher.hexdigest())


def parse_digest(text: object) -> Digest | None:
    """None for all that is not a well-formed sha256 or sha512 digest."""
    if not isinstance(text, str):
        return None
    algorithm, _, value = text.partition(":")
    if len(value) != _LENGTHS.get(algorithm, -1) or not _HEX.fullmatch(value):
        return None
    return Digest(algorithm, value)


def sha256_of(content: bytes) -> Digest:
    return Digest("sha256", hashlib.sha256(content, usedforsecurity=False).hexdigest())


def digest_in_name(name: str) -> Digest | None:
    """The digest that a member's name claims for it: `blobs/sha256/<hex>`, `<hex>.json`, `sha256:<hex>`."""
    parts = name.split("/")
    last = parts[-1]
    if len(parts) >= 2 and (found := parse_digest(f"{parts[-2]}:{last}")):
        return found
    return parse_digest(last) or parse_digest("sha256:" + last.removesuffix(".json"))
