"""Where the user has been, for back and forward. Knows names of places only."""

from __future__ import annotations

_KEPT = 50


class Places:
    """A place is any text. Visiting one from the middle forgets what was ahead, as browsers do."""

    def __init__(self) -> None:
        self._visited: list[str] = []
        self._at = -1

    def visit(self, place: str) -> None:
        if self._visited and self._visited[self._at] == place:
            return
        self._visited = [*self._visited[: self._at + 1], place][-_KEPT:]
        self._at = len(self._visited) - 1

    @property
    def can_go_back(self) -> bool:
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        return self._at + 1 < len(self._visited)

    def back(self) -> str:
        """The place before. Raises IndexError where there is none."""
        if not self.can_go_back:
            raise IndexError("no place before")
        self._at -= 1
        return self._visited[self._at]

    def forward(self) -> str:
        """The place after. Raises IndexError where there is none."""
        if not self.can_go_forward:
            raise IndexError("no place after")
        self._at += 1
        return self._visited[self._at]

    def forget(self, place: str) -> None:
        """It is closed. Where one stands stays, or becomes the place before it."""
        before = sum(visited == place for visited in self._visited[: self._at + 1])
        left = [visited for visited in self._visited if visited != place]
        self._at = min(self._at - before, len(left) - 1)
        # Two visits of one place, which the forgotten one parted, become one.
        merged: list[str] = []
        for number, visited in enumerate(left):
            if merged and merged[-1] == visited:
                if number <= self._at:
                    self._at -= 1
                continue
            merged.append(visited)
        self._visited = merged
        self._at = max(min(self._at, len(merged) - 1), 0 if merged else -1)
