"""What the user made of the sources: their names, colours and order, by key. Plain; kept as lines for the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

COLOURS = ("", "red", "orange", "green", "blue", "purple", "grey")
KEPT = 100


@dataclass(frozen=True, slots=True)
class Look:
    """ "" is what the source itself has."""

    name: str = ""
    colour: str = ""


class Looks:
    def __init__(self) -> None:
        self._looks: dict[str, Look] = {}  # in the user's order

    def of(self, key: str) -> Look:
        return self._looks.get(key, Look())

    def place(self, key: str) -> int:
        """What sources are sorted by: those that were never ordered come last, as they came."""
        return list(self._looks).index(key) if key in self._looks else len(self._looks)

    def give(self, key: str, look: Look) -> None:
        self._looks[key] = look

    def order(self, keys: Sequence[str]) -> None:
        """These first and so; what is not there now keeps its place behind."""
        rest = {key: look for key, look in self._looks.items() if key not in keys}
        self._looks = {**{key: self.of(key) for key in keys}, **rest}

    def lines(self) -> list[str]:
        return ["\n".join((key, look.name, look.colour)) for key, look in list(self._looks.items())[:KEPT]]

    def read(self, lines: Sequence[str]) -> None:
        """What is no such line is passed over."""
        for line in lines[:KEPT]:
            parts = line.split("\n")
            if len(parts) == 3 and parts[0]:
                self._looks[parts[0]] = Look(parts[1], parts[2] if parts[2] in COLOURS else "")
