"""The log is bounded and carries no secrets, whatever is logged."""

from __future__ import annotations

import base64
import json
import logging
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer import logs

SECRET = "s3cr3t-Zx9-hunter2"
ENCODED = base64.b64encode(SECRET.encode()).decode()

PLANTED = [
    f"X-Registry-Auth: {ENCODED}",
    f"headers={{'X-Registry-Auth': '{ENCODED}', 'Accept': '*/*'}}",
    f"{{'X-Registry-Auth': b'{ENCODED}'}}",
    f"Authorization: Basic {ENCODED}",
    f"'Authorization': 'Bearer {SECRET}'",
    f"authorization=Bearer {SECRET}",
    f"Proxy-Authorization: Digest {SECRET}",
    f"tcp://admin:{SECRET}@engine:2376/v1.41/info",
    f"https://{SECRET}@github.com/a/b",
    f"GITHUB_TOKEN={SECRET}",
    f"env: POSTGRES_PASSWORD={SECRET} PGUSER=me",
    f'"AWS_SECRET_ACCESS_KEY": "{SECRET}"',
    f"'API_KEY': '{SECRET} with blanks'",
    f"password: {SECRET}",
    f'{{"identitytoken": "{SECRET}"}}',
    f"--build-arg NPM_TOKEN={SECRET}",
    f"my-secret = {SECRET}",
    f"npm_config_auth={SECRET}",
    json.dumps({"Env": [f"DB_PASSWORD={SECRET}", "PATH=/bin"]}),
    json.dumps({"username": "me", "password": SECRET, "serveraddress": "registry"}),
]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    path = logs.install(tmp_path / "state")
    assert path is not None
    yield path
    logs.remove()
    logging.getLogger().setLevel(level)


@pytest.mark.parametrize("text", PLANTED)
def test_a_secret_is_never_written(log: Path, text: str) -> None:
    logging.getLogger("imagexplorer.test").info("before %s after", text)
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger("imagexplorer.test").info("failed", exc_info=True)
    written = log.read_text()
    assert "before" in written
    assert "Traceback" in written
    assert SECRET not in written
    assert ENCODED not in written


@pytest.mark.parametrize(
    "text",
    ["layer 3 of 12", "GET /v1.41/images/json?all=1", "unix:///run/docker.sock", "sha256:" + "ab" * 32, "PATH=/bin"],
)
def test_plain_words_stay(text: str) -> None:
    assert logs.redact(text) == text


@given(st.text(max_size=300))
def test_redacting_twice_is_redacting_once_and_any_text_passes(text: str) -> None:
    once = logs.redact(text)
    assert logs.redact(once) == once


@pytest.mark.parametrize("piece", ["TOKEN", "a=", "'\"", "://", "x" * 50 + "KEY", "Authorization: ", "Basic "])
def test_hostile_lines_take_no_long_time_and_no_room(piece: str) -> None:
    text = (piece * (2_000_000 // len(piece)))[:2_000_000]
    assert len(logs.redact(text)) <= logs.MAX_LINE * 8 + 10


def test_the_log_is_bounded(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3000):
        logging.getLogger("imagexplorer.test").info("%d %s", number, "x" * 2000)
    files = list(log.parent.iterdir())
    assert len(files) <= logs.KEPT_FILES + 1
    assert all(each.stat().st_size <= logs.MAX_BYTES for each in files)
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in files)
    assert "2999" in log.read_text()


def test_a_folder_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert logs.install(tmp_path / "file" / "below") is None
    logging.getLogger("imagexplorer.test").info("still here")
    logs.remove()


def test_text_that_is_no_utf8_is_written_escaped(log: Path) -> None:
    # Straight to the handler: what passes through the logger is kept by pytest, which cannot hand it on.
    record = logging.LogRecord("imagexplorer.test", logging.INFO, "", 0, "name a\udcff.txt", None, None)
    (handler,) = (each for each in logging.getLogger().handlers if each.get_name() == "imagexplorer")
    handler.handle(record)
    assert "a\\udcff.txt" in log.read_text()
