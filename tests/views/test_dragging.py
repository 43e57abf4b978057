"""Files that are dragged out: whoever asks waits until they are written, also several at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from imagexplorer.views.dragging import TakenFiles


def test_everybody_who_waits_gets_the_files(qtbot: QtBot, tmp_path: Path) -> None:
    """A program may ask a second time before the first answer: both waits end."""
    (tmp_path / "a b").write_bytes(b"")
    files = TakenFiles()
    answers: list[list[str]] = []

    def ask() -> None:
        answers.append([url.fileName() for url in files.urls()])

    QTimer.singleShot(0, ask)
    QTimer.singleShot(0, ask)
    QTimer.singleShot(20, lambda: files.finish(tmp_path))
    qtbot.waitUntil(lambda: len(answers) == 2)
    assert answers == [["a b"], ["a b"]]


def test_what_could_not_be_written_is_no_file(qtbot: QtBot) -> None:
    files = TakenFiles()
    files.finish(None)
    assert files.hasUrls()
    assert files.urls() == []
