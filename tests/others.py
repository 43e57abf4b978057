"""The archives of other projects, where their folder is there: cases by `expect`, and how a reading is compared.

The folder is IMAGEXPLORER_ARCHIVES, else `shared/data/archives` beside the checkout; its README says what the fields
mean. Without it there are no cases, and the project's own generated ones stand in.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FOLDER = Path(
    os.environ.get("IMAGEXPLORER_ARCHIVES") or Path(__file__).parent.parent.parent / "shared" / "data" / "archives"
)
_KINDS = {"reg": "file", "other:S": "file"}


def cases(*kinds: str) -> list[dict[str, Any]]:
    index = FOLDER / "INDEX.json"
    if not index.exists():
        return []
    return [
        case
        for case in json.loads(index.read_text())
        if case["kind"] in kinds and os.path.lexists(FOLDER / case["file"])
    ]


def expected(case: dict[str, Any]) -> Any:
    return json.loads((FOLDER / case["expected"]).read_text())


def placed(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def tree_differs(files: list[dict[str, Any]], wanted: Any) -> str:
    """What differs from the last tree that the case accepts, nothing where the files are one of them."""
    image = wanted["images"][0]
    trees = [tree["tree"] for tree in image.get("trees", []) if tree.get("accept")]
    spec = image.get("tree_spec") or {}
    if not trees and spec:
        trees = [{path: _spec_node(node) for path, node in spec.items()}]
    implied = {path for path, node in spec.items() if node.get("implicit")}
    found = {placed(file["path"]): file for file in files}
    fault = ""
    for tree in trees:
        fault = _differs(found, tree, implied)
        if not fault:
            return ""
    return fault


def _spec_node(node: dict[str, Any]) -> tuple[str, int, str]:
    kind = node["type"]
    if kind == "hardlink" and node.get("resolved_type"):
        kind = "hardlink"
    return kind, node.get("size", 0), node.get("linkname", "")


def _differs(found: dict[str, dict[str, Any]], tree: dict[str, Any], implied: set[str]) -> str:
    known = {placed(path) for path in tree}
    above = {"/".join(path.split("/")[:end]) for path in known for end in range(1, path.count("/") + 1)}
    for path, (kind, size, link) in tree.items():
        name, kind = placed(path), _KINDS.get(kind, kind)
        file = found.get(name)
        if file is None:
            if path in implied or (kind == "dir" and name in above):
                continue
            return f"{path} is missing"
        if "hardlink" in (file["kind"], kind):
            continue
        if file["kind"] != kind:
            return f"{path} is a {file['kind']}, not a {kind}"
        if kind == "file" and file["size"] != size:
            return f"{path} has {file['size']} bytes, not {size}"
        if kind == "symlink" and (file["link"] or "") != link:
            return f"{path} leads to {file['link']}, not {link}"
    for name, file in found.items():
        if name and name not in known and not (file["kind"] == "dir" and name in above):
            return f"{name} is there and should not be"
    return ""
