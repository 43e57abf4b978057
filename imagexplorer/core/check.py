"""An image held against rules: which are kept, and what breaks the others. Pure functions over a tree and its records.

Must not know where bytes come from: the first bytes of doubtful files are asked of a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from imagexplorer.core.control import Control
from imagexplorer.core.entities import ImageDetail, LayerTotals, Problem
from imagexplorer.core.file_tree import IMPLIED, REPEATED, WRITTEN, FileTree, Version
from imagexplorer.core.layer_index import FILE, HARDLINK
from imagexplorer.core.references import try_parse
from imagexplorer.core.rules import ABOVE_BASE, Rules
from imagexplorer.core.secret_files import CANDIDATE, by_head, by_name, doubtful
from imagexplorer.core.secrets import looks_secret
from imagexplorer.core.space import Space
from imagexplorer.core.text import human_size
from imagexplorer.core.tree_filter import matching
from imagexplorer.core.tree_view import ViewSpec

if TYPE_CHECKING:
    from imagexplorer.core.tree_nodes import Flags

FINDINGS_MOST = 1_000
_SETUID, _SETGID = 0o4000, 0o2000
_UNREAD = "its first bytes cannot be read, so what it holds is not known"
_BASE_NAME = "org.opencontainers.image.base.name"

Heads = Callable[[Sequence[Version]], Sequence[bytes | None]]
"""The first bytes of each of these versions (regular files), None where they cannot be had."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What breaks a rule. `path` is None where it is no path, `layer` (from 0, the lowest) where it is no layer."""

    path: bytes | None
    layer: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`left_out` counts findings beyond the limit."""

    rule: str
    findings: tuple[Finding, ...] = ()
    left_out: int = 0

    @property
    def passed(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Facts:
    """What is looked at. `problems` are those of the image as a whole; those of its layers stand in `totals`."""

    detail: ImageDetail
    tree: FileTree
    space: Space
    totals: Sequence[LayerTotals] = ()
    problems: Sequence[Problem] = ()


def check(rules: Rules, facts: Facts, heads: Heads, control: Control) -> tuple[Outcome, ...]:
    """One outcome for each rule that demands something. Raises WrongUse for a glob that is none."""
    work = _Work(rules, facts, heads, control)
    outcomes = []
    for number, name in enumerate(rules.names):
        control.step(number, len(rules.names), name)
        found: list[Finding] = getattr(work, name.replace("-", "_"))()
        outcomes.append(Outcome(name, tuple(found[:FINDINGS_MOST]), max(len(found) - FINDINGS_MOST, 0)))
    return tuple(outcomes)


class _Work:
    def __init__(self, rules: Rules, facts: Facts, heads: Heads, control: Control) -> None:
        self.rules, self.facts, self.heads, self.control = rules, facts, heads, control
        self.tree = facts.tree
        config = facts.detail.config.get("config")
        self.config: dict[str, Any] = dict(config) if isinstance(config, dict) else {}

    # -- files ----------------------------------------------------------------------------------

    def _matching(self, globs: Sequence[str]) -> Flags:
        import numpy as np

        flags = np.zeros(len(self.tree), bool)
        for glob in globs:
            flags |= matching(self.tree, ViewSpec(text=glob, pattern="glob"), self.control)
        return flags

    def _watched(self) -> Flags:
        """Nodes that no `allow` passes over."""
        flags: Flags = ~self._matching(self.rules.allow)
        return flags

    def _last(self) -> tuple[Any, Flags]:
        """The last version of each node, and whether it is to be seen."""
        import numpy as np

        start = np.asarray(self.tree["version_start"])
        has = start[1:] > start[:-1]
        last = np.where(has, start[1:] - 1, 0)
        return last, has & (np.asarray(self.tree["version_what"])[last] <= IMPLIED)

    def no_secrets(self) -> list[Finding]:
        import numpy as np

        names = bytes(self.tree["names"])
        starts = np.fromiter((found.start() for found in CANDIDATE.finditer(names)), np.int64)
        nodes = np.searchsorted(np.asarray(self.tree["name_start"]), starts, "right") - 1
        watched = self._watched()
        certain: list[tuple[int, Version, str]] = []
        asked: list[tuple[int, Version]] = []
        for node in np.unique(nodes).tolist():
            path = self.tree.path(node)
            if not watched[node] or not ((what := by_name(path)) or doubtful(path)):
                continue
            for version in self.tree.versions(node):
                content = self._content(version)
                if content is None or not content.size:
                    continue
                if what:
                    certain.append((node, version, what))
                    break
                asked.append((node, version))
        found = certain
        contents = [self._content(version) or version for _, version in asked]
        for (node, version), head in zip(asked, self.heads(contents), strict=True):
            if (
                what := "its first bytes cannot be read, so what it holds is not known"
                if head is None
                else by_head(head)
            ):
                found.append((node, version, what))
        told = [
            Finding(self.tree.path(node), version.layer, what + self._hidden(node)) for node, version, what in found
        ]
        return sorted(told, key=lambda each: (each.path or b"", each.layer or 0))

    def _content(self, version: Version) -> Version | None:
        """The version that holds the bytes of a file; None for what is none."""
        if version.what not in (WRITTEN, REPEATED) or version.kind not in (FILE, HARDLINK) or version.data is None:
            return None
        if version.data == version.number:
            return version
        others = self.tree.versions(self.tree.node_of(version.data))
        return next((each for each in others if each.number == version.data), None)

    def _hidden(self, node: int) -> str:
        last = self.tree.versions(node)[-1]
        return "" if last.what <= IMPLIED else f"; hidden by layer {last.layer}, and still in the image"

    def no_setuid(self) -> list[Finding]:
        import numpy as np

        last, seen = self._last()
        kind = np.asarray(self.tree["version_kind"])[last]
        bits = np.asarray(self.tree["version_mode"])[last] & (_SETUID | _SETGID)
        nodes = np.flatnonzero(seen & self._watched() & (bits > 0) & ((kind == FILE) | (kind == HARDLINK)))
        found = []
        for node in nodes.tolist():
            top = self.tree.versions(node)[-1]
            if self.rules.no_setuid == ABOVE_BASE and top.layer == 0:
                continue
            words = [word for bit, word in ((_SETUID, "setuid"), (_SETGID, "setgid")) if top.mode & bit]
            why = f"{' and '.join(words)}, mode {top.mode:04o}, owner {top.uid}:{top.gid}"
            found.append(Finding(self.tree.path(node), top.layer, why))
        return found

    def forbidden_paths(self) -> list[Finding]:
        import numpy as np

        last, seen = self._last()
        layers = np.asarray(self.tree["version_layer"])
        watched = self._watched() & seen
        found = []
        for glob in self.rules.forbidden_paths:
            hits = self._matching([glob])
            hits &= ~hits[np.asarray(self.tree["parent"])] | (np.arange(len(hits)) == 0)  # the topmost says it all
            found += [
                Finding(self.tree.path(node), int(layers[last[node]]), f"matches {glob}")
                for node in np.flatnonzero(hits & watched)[: FINDINGS_MOST * 2].tolist()
                if node
            ]
        return found

    # -- bytes ----------------------------------------------------------------------------------

    def max_size(self) -> list[Finding]:
        return _too_many(self.facts.space.stored_bytes, self.rules.max_size, "in all files of all layers")

    def max_wasted(self) -> list[Finding]:
        where = self.facts.space
        found = _too_many(where.wasted_bytes, self.rules.max_wasted, "hidden by later layers")
        if found:
            for each in where.by_layer:
                size = each.overwritten_bytes + each.deleted_bytes + each.rewritten_bytes
                instruction = self.facts.detail.instruction(each.layer)
                words = f"{human_size(size)} ({size:,} bytes) hidden by layer {each.layer}"
                found.append(Finding(None, each.layer, words + (f": {instruction[:200]}" if instruction else "")))
        return found

    def max_layers(self) -> list[Finding]:
        count, most = len(self.facts.detail.layers), self.rules.max_layers or 0
        return [Finding(None, None, f"{count} layers, at most {most} are allowed")] if count > most else []

    # -- configuration and soundness ------------------------------------------------------------

    def sound(self) -> list[Finding]:
        of_layers = [
            Finding(None, totals.index, f"{each.where}: {each.reason}")
            for totals in self.facts.totals
            for each in totals.problems
        ]
        known = {each.why for each in of_layers}
        words = dict.fromkeys(f"{each.where}: {each.reason}" for each in self.facts.problems)
        return [*(Finding(None, None, why) for why in words if why not in known), *of_layers]

    def no_secret_env(self) -> list[Finding]:
        env = self.config.get("Env")
        pairs = [each.partition("=") for each in env if isinstance(each, str)] if isinstance(env, list) else []
        return [
            Finding(None, None, f"the environment variable {name} has a value")
            for name, _, value in pairs
            if value and looks_secret(name)
        ]

    def not_root(self) -> list[Finding]:
        if not self.config:
            return [Finding(None, None, "the image has no configuration, so nothing names a user")]
        user = self.config.get("User")
        name = user.partition(":")[0].strip() if isinstance(user, str) else ""
        if not name:
            return [Finding(None, None, "no user is named, so it runs as root")]
        is_root = name == "root" or (name.lstrip("+").isascii() and name.lstrip("+").isdigit() and int(name) == 0)
        return [Finding(None, None, f"it runs as {user}")] if is_root else []

    def _labels(self) -> dict[str, Any]:
        labels = self.config.get("Labels")
        return labels if isinstance(labels, dict) else {}

    def required_labels(self) -> list[Finding]:
        found = []
        for wanted in self.rules.required_labels:
            name, has_glob, glob = wanted.partition("=")
            value = self._labels().get(name)
            if not isinstance(value, str) or not value:
                found.append(Finding(None, None, f"the label {name} is missing"))
            elif has_glob and not fnmatchcase(value[:10_000], glob):
                found.append(Finding(None, None, f"the label {name} is {value[:200]}, not {glob}"))
        return found

    def pinned_base(self) -> list[Finding]:
        name = self._labels().get(_BASE_NAME)
        if not isinstance(name, str) or not name:
            return [Finding(None, None, f"its base image is not known: the label {_BASE_NAME} is missing")]
        base = try_parse(name)
        if base is None:
            return [Finding(None, None, f"{name[:200]} is no name of an image")]
        if base.digest or (base.tag and base.tag != "latest"):
            return []
        return [Finding(None, None, f"its base image is {name[:200]}, which is another one every day")]


def _too_many(size: int, most: int | None, where: str) -> list[Finding]:
    if most is None or size <= most:
        return []
    why = f"{human_size(size)} ({size:,} bytes) {where}, at most {human_size(most)} ({most:,} bytes) are allowed"
    return [Finding(None, None, why)]
