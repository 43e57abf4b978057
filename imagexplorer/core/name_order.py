"""Names inside a blob of bytes, compared and sorted eight bytes at a time. Knows bytes only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[Any]
    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.uint64]

_WORDS_COMPARED = 64  # names are sorted by this many words of 8 bytes, the rare longer ones as Python bytes


class Words:
    """Eight bytes at any place of a blob, as numbers that sort as the bytes do."""

    def __init__(self, blob: NDArray[np.uint8]) -> None:
        import numpy as np

        self._view = np.ndarray((len(blob) - 7,), "<u8", buffer=blob.data, strides=(1,))
        self._mask = np.array([(1 << 8 * i) - 1 for i in range(9)], np.uint64)

    def raw(self, at: Ints) -> Numbers:
        words: Numbers = self._view[at]
        return words

    def first(self, at: Ints, items: Ints) -> Numbers:
        """The first `items` (at most 8) bytes at each place, zeros behind."""
        import numpy as np

        words: Numbers = self._view[np.minimum(at, len(self._view) - 1)] & self._mask[np.clip(items, 0, 8)]
        return words

    def equal(self, a: Ints, b: Ints, items: Ints) -> Flags:
        """Whether the `items` bytes at a and at b are the same."""
        import numpy as np

        same: Flags = self.first(a, items) == self.first(b, items)
        rows = np.flatnonzero(same & (items > 8))
        if len(rows):  # the end differs most often: look there first
            end = items[rows] - 8
            good = self.raw(a[rows] + end) == self.raw(b[rows] + end)
            same[rows[~good]] = False
            rows = rows[good]
        done = 8
        while len(rows := rows[items[rows] > done + 8]):
            good = self.raw(a[rows] + done) == self.raw(b[rows] + done)
            same[rows[~good]] = False
            rows = rows[good]
            done += 8
        return same


def sorted_names(words: Words, folder: Ints, at: Ints, length: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Rows by (folder, name), and where in that order another (folder, name) begins. Equal ones keep their order."""
    import numpy as np

    key = words.first(at, length).byteswap()
    order = np.lexsort((key, folder)).astype(np.int32)
    new = np.ones(len(order), bool)
    in_order = key[order]
    np.not_equal(in_order[1:], in_order[:-1], out=new[1:])
    in_order = folder[order]
    new[1:] |= in_order[1:] != in_order[:-1]
    del key, in_order
    done = 8
    places = np.arange(len(order), dtype=np.int32)
    while True:
        # Places in the order that are tied with a neighbour and have bytes left to tell them apart.
        begins = new[places]
        tied = ~begins
        tied[:-1] |= tied[1:]
        places = places[tied]
        if not len(places):
            return order, new
        group = np.cumsum(new[places], dtype=np.int32)
        rows = order[places]
        left = length[rows] - done
        longest = np.maximum.reduceat(left, np.flatnonzero(new[places]))
        more = longest[group - 1] > 0
        if done > 8 * _WORDS_COMPARED:
            _sort_long(words, order, new, places[more], at, length)
            more[:] = False
        ended = places[~more]
        if len(ended):  # the same bytes but for zeros behind: the shorter one first
            _split_ties(order, new, ended, length[order[ended]])
        places, rows, left = places[more], rows[more], left[more]
        if not len(places):
            return order, new
        _split_ties(order, new, places, words.first(at[rows] + done, left).byteswap())
        done += 8


def _split_ties(order: Ints, new: NDArray[np.bool_], places: Ints, key: Any) -> None:
    """Sort each tied group of places by the key, and mark where the key differs."""
    import numpy as np

    begins = new[places]
    group = np.cumsum(begins, dtype=np.int32)
    within = group[1:] == group[:-1]
    if bool(np.any((key[1:] < key[:-1]) & within)):
        by = np.lexsort((key, group))
        order[places] = order[places][by]
        key = key[by]
    differs = np.zeros(len(places), bool)
    differs[1:] = within & (key[1:] != key[:-1])
    new[places[differs]] = True


def _sort_long(words: Words, order: Ints, new: NDArray[np.bool_], places: Ints, at: Ints, length: Ints) -> None:
    import numpy as np

    if not len(places):
        return
    rows = order[places]
    names = [
        words.raw(np.arange(a, a + size)).astype(np.uint8).tobytes()
        for a, size in zip(at[rows].tolist(), length[rows].tolist(), strict=True)
    ]
    rank = {name: i for i, name in enumerate(sorted(set(names)))}
    _split_ties(order, new, places, np.array([rank[name] for name in names], np.int64))
