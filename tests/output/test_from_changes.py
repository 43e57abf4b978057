"""What a container changed, on disk: whole or not at all, and nobody else's file is touched."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from imagexplorer.core.container_dockerfile import Recipe
from imagexplorer.core.control import Control
from imagexplorer.core.errors import Refused
from imagexplorer.output.from_changes import write_folder, write_tar


class Host:
    """Writes a little, and lets somebody else act meanwhile."""

    def __init__(self, meanwhile: Any = None) -> None:
        self._meanwhile = meanwhile

    def written_tar(self, container: str, changes: object, control: Control) -> Iterator[bytes]:
        yield b"one"
        if self._meanwhile is not None:
            self._meanwhile()
        yield b"two"


def save(path: Path, meanwhile: Any = None) -> None:
    write_tar(Host(meanwhile), "c", [], str(path), Control())  # type: ignore[arg-type]


def test_two_that_save_the_same_do_not_take_each_others_file(tmp_path: Path) -> None:
    path = tmp_path / "a.tar"
    with pytest.raises(Refused, match=r"a\.tar"):
        save(path, lambda: save(path))
    assert path.read_bytes() == b"onetwo", "the first to end stands whole"
    assert list(tmp_path.iterdir()) == [path]


def test_where_no_links_are_it_is_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    save(tmp_path / "a.tar")
    assert (tmp_path / "a.tar").read_bytes() == b"onetwo"
    assert len(list(tmp_path.iterdir())) == 1


def test_the_folder_that_one_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    made = Recipe("FROM app:1\n\nADD changes.tar /\n")
    write_folder(Host(), "c", made, [], ".", Control())  # type: ignore[arg-type]
    assert sorted(each.name for each in (tmp_path / "here").iterdir()) == ["Dockerfile", "changes.tar"]
