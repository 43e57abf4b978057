"""The documents are JSON whatever they hold, and say what the records say."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import (
    Change,
    Container,
    Image,
    ImageDetail,
    Layer,
    LayerTotals,
    Platform,
    Problem,
    Step,
)
from imagexplorer.core.layer_index import NO_TIME, LayerIndex
from imagexplorer.core.overlay import stack
from imagexplorer.core.report import Inspection, changes_pieces, inspect_pieces
from imagexplorer.core.report_head import Asked
from imagexplorer.core.report_rows import rfc3339, rfc3339_ns
from imagexplorer.core.report_text import changes_text, inspect_text
from imagexplorer.core.summary import summary
from imagexplorer.core.tree_view import ViewSpec
from imagexplorer.core.tree_viewing import view
from tests import tars
from tests.scanning import scan_bytes

LAYERS = (
    [
        tars.folder("etc"),
        tars.file("etc/a", "one", mode=0o4755, uid=7, gid=8, mtime=1_700_000_000),
        tars.file(b'etc/\xff"\n', "two"),
        tars.symlink("etc/link", "../a\x1b[31m"),
        tars.hardlink("etc/hard", "etc/a"),
        tars.fifo("pipe"),
        tars.device("dev", "block"),
        tars.file("./x/../y", "three", style="pax", mtime=1.5, pax={"mtime": "1.5"}),
    ],
    [tars.whiteout("etc/a"), tars.opaque("deep"), tars.file("deep/er/f", "12345")],
)


def inspection(layers: tuple[list[tars.Entry], ...] = LAYERS, **more: Any) -> tuple[Inspection, Any]:
    indexes = [scan_bytes(tars.tar(entries)) for entries in layers]
    tree = stack(indexes)
    shown = view(tree, ViewSpec())
    detail = ImageDetail(
        Image("sha256:" + "1" * 64, ("app:1",), created=0, platform=Platform("linux", "amd64")),
        tuple(Layer(number, "") for number in range(len(indexes))),
        (
            Step("ADD x", 1_700_000_000, layer=0, empty=False),
            Step("ENV", empty=True),
            Step("RUN", layer=1, empty=False),
        ),
        {"config": {"Cmd": ["\udcff"]}},
        "sha256:" + "1" * 64,
        **more,
    )
    totals = tuple(
        LayerTotals(number, sum(index["size"]), bytes(index["kind"]).count(0), len(index))
        for number, index in enumerate(indexes)
    )
    problems = (Problem("layer 0", "odd\n\x1b"),)
    numbers = summary(tree)
    asked = Asked("t", "docker-archive", "/x", detail, ("app:1", "other\x1b:2"))
    return Inspection(asked, totals, numbers.counts, numbers.space, problems, indexes), shown


def document(**options: Any) -> Any:
    found, shown = inspection()
    view_ = shown if options.pop("tree", False) else None
    text = "".join(inspect_pieces(found, view=view_, **options))
    text.encode("ascii")
    return json.loads(text)


def test_the_document_has_the_documented_fields_in_their_order() -> None:
    found = document()
    assert list(found) == ["schema", "target", "source", "image", "layers", "steps", "tree", "space", "problems"]
    assert found["schema"] == "imagexplorer.inspect/1"
    for key in ("id", "tags", "digests", "created", "platform", "config", "config_digest"):
        assert key in found["image"]
    for key in ("index", "diff_id", "verified", "stored_bytes", "files", "instruction"):
        assert key in found["layers"][0]
    assert found["image"]["created"] == "1970-01-01T00:00:00Z"
    assert found["steps"][1] == {
        "instruction": "ENV", "created": None, "comment": "", "author": "", "empty": True, "layer": None,
    }  # fmt: skip
    assert found["problems"] == [{"where": "layer 0", "reason": "odd\n\x1b"}]
    assert "entries" not in found["layers"][0]
    assert "files" not in found


def test_entries_stand_in_archive_order_with_their_spelling() -> None:
    entries = document(entries=True)["layers"][0]["entries"]
    assert [entry["path"] for entry in entries] == [
        "etc", "etc/a", 'etc/\udcff"\n', "etc/link", "etc/hard", "pipe", "dev", "y",
    ]  # fmt: skip
    assert entries[1] == {
        "path": "etc/a", "kind": "file", "size": 3, "mode": 0o4755, "uid": 7, "gid": 8,
        "mtime": "2023-11-14T22:13:20Z", "link": None,
    }  # fmt: skip
    assert entries[3]["link"] == "../a\x1b[31m"
    assert entries[4]["link"] == "etc/a"
    assert entries[7]["stored"] == "./x/../y"
    assert entries[7]["mtime"] == "1970-01-01T00:00:01.5Z"
    assert "stored" not in entries[1]
    assert [entry["kind"] for entry in entries] == [
        "dir", "file", "file", "symlink", "hardlink", "fifo", "block", "file",
    ]  # fmt: skip


def test_markers_are_the_paths_that_they_speak_of() -> None:
    entries = document(entries=True)["layers"][1]["entries"]
    assert [(entry["path"], entry["kind"]) for entry in entries[:2]] == [("etc/a", "whiteout"), ("deep", "opaque")]


def test_files_are_what_is_visible_sorted_by_path() -> None:
    found = document(tree=True)
    paths = [each["path"] for each in found["files"]]
    assert paths == sorted(paths, key=lambda path: path.encode("utf-8", "surrogateescape"))
    files = {each["path"]: each for each in found["files"]}
    assert "etc/a" not in files
    assert files["deep"] == {
        "path": "deep",
        "kind": "dir",
        "size": 0,
        "mode": files["deep"]["mode"],
        "link": None,
        "layer": None,
    }
    assert files["deep/er/f"]["layer"] == 1
    assert files["deep/er/f"]["size"] == 5
    assert files["etc/link"]["link"] == "../a\x1b[31m"
    counts = found["tree"]
    assert counts["files"] + counts["dirs"] + counts["symlinks"] + counts["other"] == len(paths)
    assert counts["visible_bytes"] == found["space"]["visible_bytes"]


def test_space_adds_up() -> None:
    found = document()["space"]
    causes = found["overwritten_bytes"] + found["deleted_bytes"] + found["rewritten_bytes"]
    assert found["wasted_bytes"] == found["stored_bytes"] - found["visible_bytes"] == causes
    assert sum(each["deleted_bytes"] for each in found["by_layer"]) == found["deleted_bytes"]


def test_files_of_names_around_the_slash_are_sorted() -> None:
    names = ["a", "a-b", "a.b/c", "a/x", "a/x!/y", "a/x/z", "a0", "b"]
    found, shown = inspection(([tars.file(name, "1") for name in names if name not in ("a", "a/x")], []))
    paths = [each["path"] for each in json.loads("".join(inspect_pieces(found, view=shown)))["files"]]
    assert paths == sorted(paths)
    assert set(names) <= set(paths)


NAMES = st.binary(min_size=1, max_size=20).filter(lambda name: b"\0" not in name and b"/" not in name)


@given(st.lists(NAMES, max_size=30), st.integers(0, 8))
def test_any_names_make_json(names: list[bytes], cut: int) -> None:
    found, shown = inspection(([tars.file(name, name) for name in names[cut:]], [tars.file(n) for n in names[:cut]]))
    read = json.loads("".join(inspect_pieces(found, True, shown)))
    index: LayerIndex = found.layers[0]
    told = [entry["path"].encode("utf-8", "surrogateescape") for entry in read["layers"][0]["entries"]]
    assert told == [index.path(row) for row in range(len(index))]
    files = [each["path"].encode("utf-8", "surrogateescape") for each in read["files"]]
    assert files == sorted(files)
    assert len(files) == sum(read["tree"][kind] for kind in ("files", "dirs", "symlinks", "other"))


@given(st.integers(-62_135_596_800, 253_402_300_799))
def test_times_are_rfc3339(seconds: int) -> None:
    text = rfc3339(seconds)
    assert text is not None
    assert len(text) == 20
    assert datetime.fromisoformat(text) == datetime.fromtimestamp(seconds, UTC)


@given(st.integers(-(2**63), 2**63 - 1))
def test_nanoseconds_keep_their_fraction(nanoseconds: int) -> None:
    text = rfc3339_ns(nanoseconds)
    if nanoseconds == NO_TIME:
        assert text is None
        return
    assert text is not None
    seconds, fraction = divmod(nanoseconds, 10**9)
    whole, _, rest = text[:-1].partition(".")
    assert int((rest or "0").ljust(9, "0")) == fraction
    assert rfc3339(seconds) == whole + "Z"


@pytest.mark.parametrize("seconds", [None, -(10**12), 10**12])
def test_what_has_no_spelling_is_none(seconds: int | None) -> None:
    assert rfc3339(seconds) is None


def test_changes() -> None:
    container = Container("c" * 64, "web", "nginx:1")
    changes = [Change("/b", "deleted"), Change("/a\udcff", "added", 5), Change("/a", "modified", 0)]
    read = json.loads("".join(changes_pieces(container, changes)))
    assert read == {
        "schema": "imagexplorer.changes/1",
        "container": {"id": "c" * 64, "name": "web", "image": "nginx:1"},
        "changes": [
            {"path": "/a", "kind": "modified", "size": 0},
            {"path": "/a\udcff", "kind": "added", "size": 5},
            {"path": "/b", "kind": "deleted", "size": None},
        ],
    }
    assert json.loads("".join(changes_pieces(container, ())))["changes"] == []
    assert "nothing was changed" in "\n".join(changes_text(container, []))
    assert len(list(changes_text(container, changes))) == 5


@pytest.mark.parametrize("width", [0, 40, 120])
def test_text_has_no_control_characters_and_keeps_the_width_of_tables(width: int) -> None:
    found, shown = inspection()
    for line in inspect_text(found, width, True, shown):
        assert line.isprintable() or not line, line
    table = [line for line in inspect_text(found, width) if line.startswith(("  ", "✓", "!"))]
    assert table
