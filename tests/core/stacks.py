"""Strategies: layers that meet each other in every way a stack can."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.core.naive import Entry

_NAMES = st.sampled_from([b"a", b"b", b"c", b"long-name-a", b"long-name-ab", b"\xff"])
_PATHS = st.lists(_NAMES, min_size=1, max_size=4).map(b"/".join)
_FEW = st.lists(st.sampled_from([b"a", b"b"]), min_size=1, max_size=3).map(b"/".join)
PATHS = _PATHS | _FEW
TARGETS = PATHS | PATHS.map(lambda path: b"/" + path) | st.sampled_from([b"..", b"/", b"../b", b"a/../b", b".", b"./a"])
_MODES = st.sampled_from([0o644, 0o755, 0o4711, 0o1777])

FILES = st.builds(Entry, PATHS, st.just("file"), st.integers(0, 3), st.integers(0, 2), _MODES)
DIRS = st.builds(Entry, PATHS | st.just(b""), st.just("dir"), mode=_MODES)
WHITEOUTS = st.builds(Entry, PATHS, st.just("whiteout"))
OPAQUES = st.builds(Entry, PATHS | st.just(b""), st.just("opaque"))
HARD_LINKS = st.builds(Entry, PATHS, st.just("hardlink"), link=TARGETS, mode=_MODES)
SYMLINKS = st.builds(Entry, PATHS, st.just("symlink"), link=TARGETS)
OTHERS = st.builds(Entry, PATHS, st.sampled_from(["fifo", "char"]))

PLAIN_STACKS = st.lists(st.lists(FILES | DIRS | WHITEOUTS | OPAQUES | HARD_LINKS | OTHERS, max_size=8), max_size=5)
STACKS = st.lists(st.lists(FILES | DIRS | WHITEOUTS | OPAQUES | HARD_LINKS | SYMLINKS, max_size=8), max_size=5)
