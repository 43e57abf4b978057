"""Which nodes of a tree match a filter: part of the path, glob or regular expression.

A path is seen as `/etc/passwd`. Names stand one after the other with slashes between, so a search runs over all of
them at once; what a pattern says of the folders above is put together over the tree. So text and globs take time
linear in the names. Regular expressions are Python's: those that could take for ever are refused, the rest is bounded.
"""

from __future__ import annotations

import re
import time
from itertools import pairwise
from typing import TYPE_CHECKING

from imagexplorer.core.control import Control
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.file_tree import FileTree
from imagexplorer.core.tree_view import ViewSpec

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags, Ints

PATTERNS = ("text", "glob", "regex")
MAX_PATTERN = 1000
REGEX_SECONDS = 20.0
REGEX_PATH = 4096
"""Limits: characters of a pattern; seconds that a regular expression may take; bytes of a path that it sees."""

_CHUNK = 4096


def matching(tree: FileTree, spec: ViewSpec, control: Control) -> Flags:
    """One flag a node. Raises WrongUse for a pattern that is none."""
    if spec.pattern not in PATTERNS:
        raise WrongUse(f"pattern {spec.pattern}", f"a pattern is {', '.join(PATTERNS)}")
    if len(spec.text) > MAX_PATTERN:
        raise WrongUse("the filter", f"it is longer than {MAX_PATTERN} characters")
    if spec.pattern == "regex":
        return _regex(tree, spec.text, control)
    names = _Names(tree)
    flags = _text(names, spec.text) if spec.pattern == "text" else _glob(names, spec.text)
    return names.and_below(flags)


class _Names:
    """The names of a tree, as bytes to search in."""

    def __init__(self, tree: FileTree) -> None:
        import numpy as np

        self.tree = tree
        self.start = np.asarray(tree["name_start"])
        self.parent = np.asarray(tree["parent"])
        self._low: bytes | None = None

    @property
    def low(self) -> bytes:
        """With ASCII letters in lower case."""
        if self._low is None:
            self._low = bytes(self.tree["names"]).lower()
        return self._low

    def containing(self, text: str) -> Flags:
        """Names with the text somewhere in it, whatever the case. The text has no slash."""
        import numpy as np

        if not text:
            return np.ones(len(self.tree), bool)
        if not text.isascii():
            tail = b"[^/]*/"
            return self.found(re.compile(b"".join(map(_any_case, text)) + tail, re.IGNORECASE))
        wanted = text.lower().encode()
        low = np.frombuffer(self.low, np.uint8)
        at = np.flatnonzero(low[: max(len(low) - len(wanted), 0)] == wanted[0])
        for offset, byte in enumerate(wanted[1:], 1):
            at = at[low[at + offset] == byte]
        return self._holding(at)

    def found(self, pattern: re.Pattern[bytes]) -> Flags:
        """Names in which the pattern begins to match."""
        import numpy as np

        names = self.low if pattern.flags & re.IGNORECASE else bytes(self.tree["names"])
        return self._holding(np.fromiter((match.start() for match in pattern.finditer(names)), np.int64))

    def _holding(self, at: Ints) -> Flags:
        import numpy as np

        flags = np.zeros(len(self.tree), bool)
        flags[np.searchsorted(self.start, at, "right") - 1] = True
        return flags

    def ending(self, text: str) -> Flags:
        return self._exactly(text, at_end=True)

    def beginning(self, text: str, whole: bool = False) -> Flags:
        return self._exactly(text, whole=whole)

    def _exactly(self, text: str, at_end: bool = False, whole: bool = False) -> Flags:
        import numpy as np

        if not text.isascii():
            before, after = b"" if at_end else b"(?<![^/])", b"(?=/)" if at_end or whole else b""
            return self.found(re.compile(before + b"".join(map(_any_case, text)) + after, re.IGNORECASE))
        low = np.frombuffer(self.low, np.uint8)
        size = len(text)
        length = self.start[1:] - self.start[:-1] - 1
        nodes = np.flatnonzero(length == size if whole else length >= size)
        first = self.start[nodes + 1] - (size + 1) if at_end else self.start[nodes]
        for offset, byte in enumerate(text.lower().encode()):
            good = low[first + offset] == byte
            nodes, first = nodes[good], first[good]
        flags = np.zeros(len(self.tree), bool)
        flags[nodes] = True
        return flags

    def inside(self, folders: Flags) -> Flags:
        """What lies directly in these folders."""
        flags: Flags = folders[self.parent]
        flags[0] = False
        return flags

    def and_below(self, flags: Flags) -> Flags:
        """These nodes and all below them."""
        for low, high in pairwise(self.tree["level"].tolist()[1:]):
            flags[low:high] |= flags[self.parent[low:high]]
        return flags


def _any_case(char: str) -> bytes:
    forms = {char, char.lower(), char.upper()}
    return b"(?:" + b"|".join(sorted(re.escape(form.encode("utf-8", "surrogateescape")) for form in forms)) + b")"


def _text(names: _Names, text: str) -> Flags:
    parts = text.split("/")
    if len(parts) == 1:
        return names.containing(text)
    flags = names.ending(parts[0])
    for part in parts[1:-1]:
        flags = names.beginning(part, whole=True) & names.inside(flags)
    return names.beginning(parts[-1]) & names.inside(flags)


def _glob(names: _Names, text: str) -> Flags:
    """`*`, `?` and `[...]` inside a name, `**` for any folders; from the root where the pattern begins with a slash,
    else from anywhere."""
    import numpy as np

    anchored = text.startswith("/")
    flags = np.zeros(len(names.tree), bool)
    flags[0] = True
    parts = [part for part in text.split("/") if part]
    if not anchored:
        parts.insert(0, "**")
    for part in parts:
        if part == "**":
            names.and_below(flags)
        else:
            flags = names.found(_component(part)) & names.inside(flags)
    return flags


def _component(part: str) -> re.Pattern[bytes]:
    """A glob for one name, as a pattern over names. What stands between two stars is found at its first place and never
    looked for again (an atomic group), so that no pattern takes more than linear time."""
    raw = part.encode("utf-8", "surrogateescape")
    pieces: list[bytes] = [b""]
    at = 0
    while at < len(raw):
        char = raw[at : at + 1]
        at += 1
        if char == b"*":
            pieces.append(b"")
        elif char == b"?":
            pieces[-1] += rb"(?:[\xc0-\xff][\x80-\xbf]*|[^/\xc0-\xff])"  # one character of UTF-8, or an odd byte
        elif char == b"[" and (end := raw.find(b"]", at + 1 + (raw[at : at + 1] in (b"!", b"^")))) > 0:
            refused = b"^/" if raw[at : at + 1] in (b"!", b"^") else b""
            inside = refused + re.sub(rb"[\\\][^&~|]", rb"\\\g<0>", raw[at + len(refused[:1]) : end])
            pieces[-1] += b"[" + inside + b"]"
            at = end + 1
        else:
            pieces[-1] += re.escape(char)
    first, *rest = pieces
    pattern = b"(?<![^/])" + first
    if rest:
        *middle, last = rest
        pattern += b"".join(b"(?>[^/]*?" + piece + b")" for piece in middle if piece)
        pattern += b"[^/]*" + last  # at its last place: it ends the name
    try:
        return re.compile(pattern + b"(?=/)")
    except re.error as error:
        raise WrongUse(f"pattern {part}", str(error)) from error


def _regex(tree: FileTree, text: str, control: Control) -> Flags:
    import numpy as np

    try:
        expression = re.compile(text.encode("utf-8", "surrogateescape"))
    except (re.error, OverflowError, RecursionError) as error:
        raise WrongUse(f"regular expression {text}", str(error)) from error
    if _explodes(text):
        reason = "a repeat or a choice inside a repeat could take for ever"
        raise WrongUse(f"regular expression {text}", reason, "Write it without.")
    names = _Names(tree)
    literal = _literal(text)
    candidates = np.flatnonzero(names.and_below(names.containing(literal))).tolist() if literal else range(len(tree))
    all_names = bytes(tree["names"])
    start, parent = tree["name_start"], tree["parent"]
    paths = {0: b""}

    def path_of(node: int) -> bytes:
        missing = []
        while node not in paths:
            missing.append(node)
            node = parent[node]
        path = paths[node]
        for node in reversed(missing):
            path = paths[node] = path + b"/" + all_names[start[node] : start[node + 1] - 1]
        return path

    flags = np.zeros(len(tree), bool)
    search = expression.search
    until = time.monotonic() + REGEX_SECONDS
    for low in range(0, len(candidates), _CHUNK):
        control.step(1, 5, "searching")
        for node in candidates[low : low + _CHUNK]:
            folder = path_of(parent[node])
            path = folder + b"/" + all_names[start[node] : start[node + 1] - 1]
            if search(path[:REGEX_PATH]):
                flags[node] = True
        if time.monotonic() > until:
            raise WrongUse(f"regular expression {text}", f"it takes more than {REGEX_SECONDS:.0f} seconds here")
    flags[0] = False
    return flags


_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[^)]*?[:=!>)]|[()|*+?]|\{\d*,?\d*\}|.", re.DOTALL)


def _explodes(text: str) -> bool:
    """Is there a repeat without end of a group that repeats or chooses itself? Such can take exponential time."""
    groups = [False]  # by open group: whether it repeats or chooses
    closed = False  # whether the last token closed a group that does
    for token in _TOKEN.findall(text):
        if token[0] == "(" and token[-1] != ")":
            groups.append(False)
        elif token == ")":
            closed = groups.pop() if len(groups) > 1 else False
            groups[-1] |= closed
            continue
        elif token in ("*", "+", "?", "|") or (token[0] == "{" and len(token) > 1):
            if closed and token != "?" and token != "|":
                return True
            groups[-1] = True
        closed = False
    return False


def _literal(text: str) -> str:
    """The longest text that every match must contain, "" where that is not plain to see."""
    if "(" in text or "|" in text:
        return ""
    runs = [""]
    for token in _TOKEN.findall(text):
        if len(token) == 1 and token not in ".^$*+?/" and token.isascii():
            runs[-1] += token
        elif len(token) == 2 and token[0] == "\\" and token[1] in ".-_+":
            runs[-1] += token[1]
        elif token in ("*", "?") or token[0] == "{":
            runs[-1] = runs[-1][:-1]
            runs.append("")
        else:
            runs.append("")
    return max(runs, key=len)
