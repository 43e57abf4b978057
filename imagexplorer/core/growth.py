"""How fast writable layers grow, from sizes that were weighed now and then. Pure."""

from __future__ import annotations

from collections.abc import Mapping

GROWTH_WINDOW_S = 120.0
FAST_BYTES_A_MINUTE = 10_000_000


class Growth:
    """How fast writable layers grow, from sizes that were weighed now and then."""

    def __init__(self) -> None:
        self._weighed: dict[str, list[tuple[float, int]]] = {}

    def put(self, sizes: Mapping[str, int], now: float) -> None:
        """`sizes` of all containers by id; what is not among them is forgotten."""
        fresh: dict[str, list[tuple[float, int]]] = {}
        for identifier, size in sizes.items():
            before = [each for each in self._weighed.get(identifier, ()) if now - each[0] <= GROWTH_WINDOW_S]
            fresh[identifier] = [*before, (now, size)]
        self._weighed = fresh

    def a_minute(self, identifier: str) -> float:
        """Bytes; 0 where it does not grow, or was weighed only once."""
        weighed = self._weighed.get(identifier, [])
        if len(weighed) < 2:
            return 0.0
        (first, small), (last, large) = weighed[0], weighed[-1]
        return max((large - small) / (last - first) * 60, 0.0) if last > first else 0.0
