"""The house keeps its shape: imports run one way between rooms, and none makes a circle.

The rules are those of the map in `imagexplorer/__init__.py`. Imports inside functions count like all others, but for
the packages named in LAZY_ONLY.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "imagexplorer"

# room -> rooms that it may import
ALLOWED: dict[str, set[str]] = {
    "core": set(),
    "sources": {"core", "settings", "logs"},
    "indexing": {"core", "sources", "settings", "logs"},
    "output": {"core", "sources", "indexing", "settings", "logs"},
    "jobs": {"core", "settings", "logs"},
    "session": {"core", "indexing", "output", "jobs", "settings", "logs"},
    "models": {"core", "resources", "settings", "logs"},
    "actions": {"core", "session", "jobs", "settings", "logs", "resources"},
    "views": {"core", "session", "jobs", "models", "actions", "resources", "settings", "logs"},
    "resources": set(),
    "settings": set(),
    "logs": set(),
    "qt_guard": set(),
    "cli": {"core", "sources", "indexing", "output", "settings", "logs", "resources", "app"},
    "app": {
        "core", "indexing", "jobs", "session", "models", "actions", "views",
        "resources", "settings", "logs", "qt_guard",
    },
    "__main__": {"cli"},
    "__init__": set(),
}  # fmt: skip

NO_QT = {"core", "sources", "indexing", "output", "settings", "logs", "cli"}
WIDGETS = {"views", "app"}
WIDGET_FILES = {"actions/registry.py"}
# Heavy packages: never at the top of a module, so that a start pays for none of them.
LAZY_ONLY = {"docker", "numpy", "pygments", "multiprocessing"}
CORE_MUST_NOT = {"docker", "PySide6", "socket", "subprocess", "os", "io", "pathlib", "shutil", "tempfile", "requests"}


def room_of(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> Iterator[tuple[str, bool, bool]]:
    """(module, at the top of the file, for type checkers only) of every import in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            typing_only.update(child for statement in node.body for child in ast.walk(statement))
    top = set(tree.body)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            names = [module] if module != "imagexplorer" else [f"imagexplorer.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield name, node in top, node in typing_only


FILES = sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    room = room_of(path)
    assert room in ALLOWED, f"{room} is no room of the map"
    for name, at_top, typing_only in imports(path):
        first, _, rest = name.partition(".")
        if first == "imagexplorer":
            other = rest.partition(".")[0]
            assert other in {"", room, "__version__", *ALLOWED[room]}, f"{room} imports {name}"
            if room == "cli" and other == "app":
                assert not at_top, "cli imports app only inside the function that opens the window"
        if typing_only:
            continue
        if room in NO_QT:
            assert first != "PySide6", f"{room} imports {name}"
        if name == "PySide6.QtWidgets":
            relative = str(path.relative_to(PACKAGE))
            assert room in WIDGETS or relative in WIDGET_FILES, f"{relative} imports widgets"
        if first in LAZY_ONLY:
            assert not at_top, f"{path.name} imports {name} at its top"
        if room == "core":
            assert first not in CORE_MUST_NOT, f"core imports {name}"
        if room == "views":
            assert first not in {"docker", "tarfile"}, f"views import {name}"


def test_no_circle_between_rooms() -> None:
    graph = {room: {other for other in allowed if other != room} for room, allowed in ALLOWED.items()}
    done: set[str] = set()
    while len(done) < len(graph):
        free = {room for room, needs in graph.items() if room not in done and needs <= done}
        assert free, f"a circle among {sorted(set(graph) - done)}"
        done |= free


def test_resources_and_packaging_are_no_packages() -> None:
    for folder in ("resources", "packaging"):
        assert not list((PACKAGE.parent / folder).rglob("__init__.py"))
