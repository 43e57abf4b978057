"""Settings survive damage, odd values and failed writes; they hold no secrets."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.settings import Settings, default_path

LEAVES = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.json"
    settings = Settings(path)
    settings.set("images.columns", ("name", "size"))
    settings.set("images.widths", {"name": 320, "size": 90})
    settings.set("window.maximised", True)
    settings.set("cache.limit_bytes", 5 << 30)
    settings.set("source.last", "unix:///run/docker.sock")
    assert settings.save()
    again = Settings(path)
    assert again.texts("images.columns") == ("name", "size")
    assert again.numbers("images.widths") == {"name": 320, "size": 90}
    assert again.flag("window.maximised")
    assert again.number("cache.limit_bytes") == 5 << 30
    assert again.text("source.last") == "unix:///run/docker.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_the_usual_place_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_path() == tmp_path / "imagexplorer" / "settings.json"


@given(st.dictionaries(st.sampled_from(["a", "b.c", "d_1.e"]), VALUES, max_size=3))
def test_a_getter_gives_its_own_type_whatever_stands_there(values: dict[str, Any]) -> None:
    settings = Settings(Path("/nonexistent/settings.json"))
    for key, value in values.items():
        settings.set(key, value)
    for key in ("a", "b.c", "d_1.e", "absent"):
        assert isinstance(settings.text(key), str)
        assert type(settings.number(key)) is int
        assert isinstance(settings.flag(key), bool)
        assert all(isinstance(each, str) for each in settings.texts(key))
        assert all(type(each) is int for each in settings.numbers(key).values())


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x00" * 100, b"{", b"[]", b"null", b"\xff\xfe", b'{"format": 1, "a": ' + b"[" * 100_000, b"x" * (2 << 20)],
)
def test_a_damaged_file_gives_the_defaults_and_is_kept_beside(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(raw)
    settings = Settings(path)
    assert settings.text("a", "default") == "default"
    settings.set("a", "new")
    assert settings.save()
    assert Settings(path).text("a") == "new"
    assert (tmp_path / "settings.json.damaged").read_bytes() == raw


def test_a_later_version_is_not_misread(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"format": 99, "window.maximised": True}))
    assert not Settings(path).flag("window.maximised")


def test_a_failed_write_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "settings.json"
    settings = Settings(path)
    settings.set("a", "old")
    assert settings.save()
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("imagexplorer.settings.os.fsync", full)
    settings.set("a", "new")
    assert not settings.save()
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["settings.json"]


def test_addresses_are_kept_without_passwords(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    settings.set(
        "source.recent", ["tcp://me:hunter2@box:2376", "tcp://hunter2@box:1", "ssh://me:hunter2@box", "ssh://root@box"]
    )
    assert settings.save()
    assert "hunter2" not in settings.path.read_text()
    assert settings.texts("source.recent") == ("tcp://box:2376", "tcp://box:1", "ssh://box", "ssh://root@box")


def test_only_plain_values_and_names(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "settings.json")
    with pytest.raises(TypeError):
        settings.set("a", object())
    with pytest.raises(ValueError):
        settings.set("Not A Key", 1)
