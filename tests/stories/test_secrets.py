"""25 secrets where images, containers, engines and the user have them, and a run through the window: none is found
afterwards in what the program wrote, in a report, on a command line or in what is copied (goal 14).

A sample goes through once; `make torture` does so for ten minutes (IMAGEXPLORER_SECRETS_SECONDS).
"""

from __future__ import annotations

import base64
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from imagexplorer import logs
from imagexplorer.app import Hooks
from imagexplorer.core.entities import Address
from imagexplorer.core.errors import Refused
from imagexplorer.views.ask_dialog import AskDialog
from imagexplorer.views.record_page import RecordPage
from tests.http_engine import HttpEngine
from tests.stories.actors import Person, open_program

SECONDS = float(os.environ.get("IMAGEXPLORER_SECRETS_SECONDS", "600"))
ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
SECRETS = [f"Sek+ret{number:02}!zQ7&x" for number in range(25)]


def forms(secret: str) -> Iterator[bytes]:
    """Raw, URL-coded, and what base64 makes of it wherever it stands among other bytes."""
    raw = secret.encode()
    yield from {raw, quote(secret).encode(), quote(secret, safe="").encode()}
    yield json.dumps(secret)[1:-1].encode()
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        yield coded[4 if shift else 0 : -4]
        yield coded[4 if shift else 0 : -4].replace(b"+", b"-").replace(b"/", b"_")


FORMS = {secret: set(forms(secret)) for secret in SECRETS}


def found_in(data: bytes) -> list[str]:
    return [secret for secret, spelled in FORMS.items() if any(each in data for each in spelled)]


def plant(engine: HttpEngine, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All but two of them, which addresses hold; those are what is left over."""
    left = list(SECRETS)
    take = left.pop
    engine.image_config = {
        "Cmd": ["serve", "--password", take(), f"--api-token={take()}"],
        "Env": [
            "PATH=/bin",
            f"DB_PASSWORD={take()}",
            f"NPM_TOKEN={take()}",
            f"DATABASE_URL=postgres://app:{take()}@db/x",
        ],
        "Labels": {"com.acme.api-key": take()},
        "Healthcheck": {"Test": ["CMD-SHELL", f"PGPASSWORD={take()} pg_isready"]},
    }
    engine.history = [
        {"created_by": "COPY data /data"},
        {"created_by": f"ENV AWS_SECRET_ACCESS_KEY={take()}", "empty_layer": True},
        {"created_by": f"|1 GITHUB_TOKEN={take()} /bin/sh -c make", "empty_layer": True},
        {"created_by": f"RUN curl -H 'Authorization: Bearer {take()}' https://host", "empty_layer": True},
        {"created_by": f"RUN git clone https://me:{take()}@github.com/a/b", "empty_layer": True},
        {"created_by": f"LABEL deploy_secret={take()}", "empty_layer": True},
    ]
    engine.container_config = {
        "Env": [f"SESSION_SECRET={take()}", f"HTTP_PROXY=http://me:{take()}@proxy:3128", "A=1"],
        "Labels": {"auth_token": take()},
        "Cmd": ["run", "--client-secret", take()],
        "Entrypoint": ["/entry", f"--key-passphrase={take()}"],
    }
    engine.host_config = {"LogConfig": {"Type": "splunk", "Config": {"splunk-token": take()}}}
    # What the user has, which is read at most: the configuration of docker, a key, the environment.
    config = folder / "docker"
    config.mkdir()
    login = base64.b64encode(f"me:{take()}".encode()).decode()
    proxies = {"default": {"httpProxy": f"http://me:{take()}@proxy:1"}}
    (config / "config.json").write_text(
        json.dumps({"auths": {"registry.test": {"auth": login, "identitytoken": take()}}, "proxies": proxies})
    )
    (config / "key.pem").write_text(f"-----BEGIN PRIVATE KEY-----\n{take()}\n-----END PRIVATE KEY-----\n")
    monkeypatch.setenv("DOCKER_CONFIG", str(config))
    monkeypatch.setenv("REGISTRY_TOKEN", take())
    return left


class Seen:
    """What others could read: files that are written, command lines of processes, what is copied, and previews."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hits: list[str] = []
        self.looked = 0

    def look(self, where: str, data: bytes | str) -> None:
        self.looked += 1
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        self.hits += [f"{where}: {secret}" for secret in found_in(raw)]

    def files(self) -> None:
        for path in self.folder.rglob("*"):
            if path.is_file():
                self.look(str(path.relative_to(self.folder)), path.read_bytes())

    def command_lines(self) -> None:
        ours = {str(os.getpid())}
        for status in sorted(Path("/proc").glob("[0-9]*/status"), key=lambda each: int(each.parent.name)):
            try:
                parent = status.read_text().partition("PPid:")[2].split()[0]
                if parent in ours:
                    ours.add(status.parent.name)
                    self.look("command line", (status.parent / "cmdline").read_bytes())
            except (OSError, IndexError):
                continue

    def widgets(self, top: QWidget) -> None:
        for kind in (QLabel, QLineEdit, QPlainTextEdit):
            for each in top.findChildren(kind):
                text = each.toPlainText() if isinstance(each, QPlainTextEdit) else each.text()
                self.look(f"{type(top).__name__} {type(each).__name__}", f"{text}\n{each.toolTip()}")

        for view in top.findChildren(QAbstractItemView):
            if view.model() is not None:
                self.look(f"{type(top).__name__} {type(view).__name__}", rows_of(view.model()))

    def clipboard(self, what: str) -> None:
        self.look(what, QGuiApplication.clipboard().text())


def rows_of(model: QAbstractItemModel, above: QModelIndex | None = None) -> str:
    """All that a model says, to the eye, the pointer and the screen reader."""
    above = above or QModelIndex()
    parts: list[str] = []
    for row in range(model.rowCount(above)):
        for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount(above)):
            parts += [str(model.index(row, column, above).data(role)) for role in ROLES]
        parts.append(rows_of(model, model.index(row, 0, above)))
    return "\n".join(parts)


def round_trip(person: Person, engine: HttpEngine, seen: Seen, kept: list[str]) -> None:
    """Pages, dialogs, acts that are refused, a mistake, the diagnostics."""
    window, session = person.window, person.session
    for kind, record in (("image", session.images[0]), ("container", session.containers[0])):
        window.open_page(kind, record)
        page = window.current_page
        assert isinstance(page, RecordPage)
        person.sees(lambda page=page: page.detail is not None)
        for number in range(page.tabs.count()):
            page.tabs.setCurrentIndex(number)
            person.qtbot.wait(60)
            if page.tabs.tabText(number).replace("&", "") not in ("Terminal", "Logs"):
                seen.widgets(page)
        if kind == "image":
            person.trigger("image.dockerfile_copy")
            seen.clipboard("copied Dockerfile")
        for identifier in ("image.run",) if kind == "image" else ("container.again", "container.commit"):
            assert person.program.registry.blocked(identifier) == ""
            looked = person.answers(AskDialog, seen.widgets, accept=False)
            person.trigger(identifier)
            person.sees(lambda a=looked: a)
        person.qtbot.wait(60)
        window.close_page()
    for secret in kept:  # in addresses, and in an engine's own words
        session.engines.connect_to(
            Address("engine", f"tcp://me:{secret}@127.0.0.1:1", "far"), lambda: None, person.errors.append
        )
    session.failed.emit(Refused("run", f"unauthorized: password={kept[0]}, Authorization: Bearer {kept[1]}"))
    try:
        raise RuntimeError(f"GET https://me:{kept[0]}@host/ API_TOKEN={kept[1]}")
    except RuntimeError as error:
        person.hooks._caught(RuntimeError, error, error.__traceback__)  # type: ignore[attr-defined]
        logging.getLogger("imagexplorer").warning("failed: %s", error, exc_info=True)
    person.trigger("help.diagnostics")
    seen.clipboard("diagnostics")
    for deed in session.activity.everything:
        seen.look("activity", f"{deed}")
    seen.command_lines()


@pytest.mark.parametrize(
    "seconds", [pytest.param(0.0, id="once"), pytest.param(SECONDS, marks=pytest.mark.torture, id="minutes")]
)
def test_no_secret_is_written_shown_or_reported(
    qapp: QApplication,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    expected_log: list[str],
    seconds: float,
) -> None:
    expected_log += ["a mistake in this program", "failed: "]
    home = tmp_path / "home"
    path = logs.install(home / "state")
    seen = Seen(home)
    with HttpEngine(tmp_path / "engine.sock") as engine:
        kept = plant(engine, tmp_path, monkeypatch)
        assert len(kept) == 2
        person = open_program(qapp, home, qtbot, engine.location)
        person.hooks = Hooks(person.session)  # type: ignore[attr-defined]
        try:
            person.sees(lambda: person.session.images_known and person.session.containers_known)
            until, rounds = time.monotonic() + seconds, 0
            while not rounds or time.monotonic() < until:
                round_trip(person, engine, seen, kept)
                rounds += 1
        finally:
            person.hooks.remove()  # type: ignore[attr-defined]
            person.window.close()
            person.program.close()
            person.window.deleteLater()
            logs.remove()
    assert path is not None
    assert "a mistake in this program" in path.read_text()
    seen.files()
    print(f"\n25 secrets, {rounds} rounds: {seen.looked} places looked at, {len(seen.hits)} hits")
    assert not sorted(set(seen.hits))


def test_the_search_finds_what_is_there() -> None:
    secret = SECRETS[3]
    for text in (secret, quote(secret), base64.b64encode(f"me:{secret}".encode()).decode(), json.dumps([secret])):
        assert found_in(f"before {text} after".encode()) == [secret]
    assert found_in(b"nothing") == []
