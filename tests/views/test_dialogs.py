"""Questions: what they say, what they check while one types, and that none is answered by accident."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, Qt, QTimer
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import CommitQuestion, DeleteItem, RunQuestion
from imagexplorer.core.entities import CommitSpec, Container, Image, Mount
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.run_values import port_fault, volume_fault
from imagexplorer.views.ask_dialog import ARMED_AFTER_MS, AskDialog, CommandText
from imagexplorer.views.commit_dialog import CommitDialog
from imagexplorer.views.delete_dialog import DeleteDialog
from imagexplorer.views.open_dialog import OpenDialog, holds_image
from imagexplorer.views.prompts import DialogPrompts
from imagexplorer.views.run_dialog import RunDialog

IMAGE = Image("sha256:" + "ab" * 32, ("myapp:dev",), size_bytes=204_000_000)
CONTAINER = Container(
    "c" * 64,
    "web",
    "myapp:dev",
    IMAGE.id,
    "running",
    mounts=(Mount("volume", "data", "/data"),),
    writable_bytes=11_800_000,
)
CONFIG = {
    "Cmd": ["nginx", "-g", "daemon off;"],
    "Entrypoint": ["/start.sh"],
    "Env": ["PATH=/bin", "DB_PASSWORD=hunter2"],
    "ExposedPorts": {"80/tcp": {}},
    "Volumes": {"/data": {}},
}
ITEMS = (
    DeleteItem("image nginx:1.27", "5 layers go", bytes=192_000_000),
    DeleteItem("image myapp:dev", "2 layers go", "container web (running) uses it", 12_000_000),
)


def shown(qtbot: QtBot, dialog: AskDialog) -> AskDialog:
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog._armed)
    return dialog


def run_dialog(qtbot: QtBot) -> RunDialog:
    dialog = RunDialog(RunQuestion(IMAGE, CONFIG), None)
    shown(qtbot, dialog)
    return dialog


def delete_dialog(qtbot: QtBot, items: tuple[DeleteItem, ...] = ITEMS, can_stop: bool = False) -> DeleteDialog:
    dialog = DeleteDialog("Delete 2 images?", "local", items, ["docker rmi a b"], "Delete 2 images", can_stop, None)
    shown(qtbot, dialog)
    return dialog


# -- run -------------------------------------------------------------------------------------------


def test_run_gives_exactly_what_was_typed(qtbot: QtBot) -> None:
    dialog = run_dialog(qtbot)
    qtbot.keyClicks(dialog.name, "web")
    qtbot.keyClicks(dialog.command, "sh -c 'echo hi; sleep 1'")
    qtbot.keyClicks(dialog.ports, "8080:80, 127.0.0.1:5353:53/udp")
    dialog.environment.setPlainText("MODE=a=b\nEMPTY=\n\n")
    dialog.volumes.setPlainText("data:/data:ro")
    dialog.remove.setChecked(True)
    spec = dialog.spec()
    assert spec.image == "myapp:dev"
    assert spec.command == ("sh", "-c", "echo hi; sleep 1")
    assert spec.ports == ("8080:80", "127.0.0.1:5353:53/udp")
    assert spec.environment == (("MODE", "a=b"), ("EMPTY", ""))
    assert spec.volumes == ("data:/data:ro",)
    assert (spec.detach, spec.remove, spec.name) == (True, True, "web")
    assert dialog.verb.isEnabled()


def test_what_was_refused_stands_there_again_with_the_reason(qtbot: QtBot) -> None:
    spec = RunSpec(
        "myapp:dev",
        "web",
        ("sh", "-c", "echo 'a b'; sleep 1"),
        ("8080:80", "127.0.0.1:5353:53/udp"),
        (("MODE", "a=b"), ("EMPTY", "")),
        ("data:/data:ro",),
        detach=False,
        remove=True,
    )
    why = f"web: <b>Conflict</b>. The name is in use by {'f' * 64}. You have to remove (or rename) that container"
    dialog = RunDialog(RunQuestion(IMAGE, CONFIG, given=spec, why=why), None)
    shown(qtbot, dialog)
    assert dialog.spec() == spec
    assert dialog.verb.isEnabled()
    assert why in [label.text() for label in dialog.findChildren(QLabel)]
    assert all(edit.height() >= edit.minimumHeight() for edit in dialog.findChildren(QPlainTextEdit))
    fields = [dialog.name, dialog.command, dialog.ports, dialog.environment, dialog.volumes]
    assert all(field.parentWidget().rect().contains(field.geometry()) for field in fields), "none is cut off"
    commit = CommitSpec(CONTAINER.id, "saved", "1", "me", "why", pause=False)
    other = CommitDialog(CommitQuestion(CONTAINER, given=commit, why="no space left on device"), None)
    shown(qtbot, other)
    assert other.spec() == commit
    assert other.verb.isEnabled()


def test_run_shows_the_images_defaults_and_no_secret(qtbot: QtBot) -> None:
    dialog = run_dialog(qtbot)
    assert dialog.command.placeholderText() == "nginx -g 'daemon off;'"
    assert "8080:80" in dialog.ports.placeholderText()
    dialog.environment.setPlainText("API_TOKEN=s3cret\nMODE=dev")
    everything = [edit.toPlainText() + edit.placeholderText() for edit in dialog.findChildren(QPlainTextEdit)]
    everything.remove("API_TOKEN=s3cret\nMODE=dev" + dialog.environment.placeholderText())
    assert all("s3cret" not in text and "hunter2" not in text for text in everything)
    assert "hunter2" not in dialog.environment.placeholderText()
    assert "-e API_TOKEN -e" in dialog.shown_command.edit.toPlainText()
    assert "MODE=dev" in dialog.shown_command.edit.toPlainText()
    assert dict(dialog.spec().environment)["API_TOKEN"] == "s3cret"


def test_ports_that_are_offered_go_together(qtbot: QtBot) -> None:
    dialog = RunDialog(
        RunQuestion(Image("sha256:1", ("app:1",)), {"ExposedPorts": {"53/udp": {}, "8080/tcp": {}, "80/tcp": {}}}), None
    )
    qtbot.addWidget(dialog)
    assert dialog.ports.placeholderText() == "8053:53/udp, 8080:80, 8081:8080"
    assert all(port_fault(port) == "" for port in dialog.ports.placeholderText().split(", "))


def test_captions_stand_beside_the_first_line_of_their_field(qtbot: QtBot) -> None:
    dialog = run_dialog(qtbot)
    for name in ("name", "command", "ports", "environment", "volumes"):
        editor = getattr(dialog, name)
        label = next(each for each in dialog.findChildren(QLabel) if each.buddy() is editor)
        text = label.mapTo(dialog, QPoint(0, label.contentsMargins().top())).y()
        top = editor.mapTo(dialog, QPoint(0, 0)).y()
        assert 0 <= text - top <= 6, name
        assert label.alignment() & Qt.AlignmentFlag.AlignTop


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("name", "-x", "starts with a letter"),
        ("command", "sh 'open", "quotes"),
        ("ports", "99999:80", "65535"),
        ("ports", "80:x", "no port"),
        ("environment", "=x", "name before ="),
        ("environment", "99999:80", "no name of a variable"),
        ("environment", "A=1\n1A=s3cret", "“1A” is no name of a variable"),
        ("volumes", "/a:b", "starts with /"),
        ("volumes", "only", "no volume"),
    ],
)
def test_run_complains_at_the_field_and_keeps_the_verb_back(
    qtbot: QtBot, field: str, text: str, complaint: str
) -> None:
    dialog = run_dialog(qtbot)
    editor = getattr(dialog, field)
    height = dialog.form.fields[field].height()
    editor.setText(text) if isinstance(editor, QLineEdit) else editor.setPlainText(text)
    assert complaint in dialog.form.fields[field].note.text()
    assert dialog.form.fields[field].height() == height  # nothing jumps
    assert not dialog.verb.isEnabled()
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert dialog.isVisible()
    editor.clear()
    assert dialog.verb.isEnabled()


@given(st.integers(1, 65535), st.integers(1, 65535), st.sampled_from(["", "/tcp", "/udp", "/sctp"]))
def test_ports_as_docker_spells_them_pass(host: int, inner: int, protocol: str) -> None:
    for text in (
        f"{inner}",
        f"{host}:{inner}",
        f"127.0.0.1:{host}:{inner}",
        f"[::1]:{host}:{inner}",
        f"0.0.0.0::{inner}",
    ):
        assert port_fault(text + protocol) == ""


@given(st.text(max_size=30))
def test_no_text_breaks_the_checks(text: str) -> None:
    assert isinstance(port_fault(text), str)
    assert isinstance(volume_fault(text), str)


# -- commit ----------------------------------------------------------------------------------------


def test_commit_checks_names_as_typed_and_says_what_is_not_included(qtbot: QtBot) -> None:
    dialog = CommitDialog(CommitQuestion(CONTAINER), None)
    shown(qtbot, dialog)
    assert "/data" in dialog.volumes.text()
    assert dialog.verb.text() == "&Commit 11.8 MB"
    qtbot.keyClicks(dialog.tag, "v2")
    assert not dialog.verb.isEnabled()
    qtbot.keyClicks(dialog.repository, "MyApp")
    assert "small letters" in dialog._repository_field.note.text()
    dialog.repository.setText("localhost:5000/team/app")
    dialog.message.setText("with a cache")
    dialog.pause.setChecked(False)
    assert dialog.verb.isEnabled()
    spec = dialog.spec()
    assert (spec.container_id, spec.repository, spec.tag, spec.pause) == (
        CONTAINER.id,
        "localhost:5000/team/app",
        "v2",
        False,
    )
    assert dialog.shown_command.edit.toPlainText() == (
        "docker commit -m 'with a cache' --pause=false web localhost:5000/team/app:v2"
    )


# -- delete ----------------------------------------------------------------------------------------


def test_delete_names_what_goes_and_cancel_is_the_default(qtbot: QtBot) -> None:
    dialog = delete_dialog(qtbot)
    assert dialog.windowTitle() == "Delete 2 images?"
    assert dialog.tree.topLevelItemCount() == 2
    assert dialog.tree.topLevelItem(1).child(0).text(1) == "container web (running) uses it"
    assert "local" in dialog.total.text()
    assert "1 of 2 blocked" in dialog.total.text()
    assert dialog.cancel.isDefault()
    assert dialog.focusWidget() is dialog.cancel
    assert dialog.verb.text() == "Delete 2 images"
    assert not dialog.shown_commands.edit.isVisible()
    qtbot.mouseClick(dialog.shown_commands.toggle, Qt.MouseButton.LeftButton)
    assert dialog.shown_commands.edit.toPlainText() == "docker rmi a b"


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Space])
def test_no_key_at_hand_deletes(qtbot: QtBot, key: Qt.Key) -> None:
    dialog = delete_dialog(qtbot)
    qtbot.keyClick(dialog.focusWidget(), key)
    assert dialog.result() == QDialog.DialogCode.Rejected
    assert not dialog.isVisible()


def test_a_click_meant_for_what_was_there_before_does_nothing(qtbot: QtBot) -> None:
    dialog = DeleteDialog("Delete?", "local", ITEMS, [], "Delete", False, None)
    qtbot.addWidget(dialog)
    dialog.show()
    assert ARMED_AFTER_MS == 300
    assert not dialog.verb.isEnabled()
    qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    dialog.buttons.accepted.emit()
    assert dialog.isVisible()
    qtbot.waitUntil(dialog.verb.isEnabled)
    qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton)
    assert dialog.result() == QDialog.DialogCode.Accepted


def test_stopping_first_is_offered_only_where_it_can_be_and_is_never_ticked_before(qtbot: QtBot) -> None:
    blocked = (ITEMS[1],)
    without = delete_dialog(qtbot, blocked)
    assert not without.stop_first.isVisible()
    assert not without.verb.isEnabled()
    assert not without.answer().stop_first
    with_it = delete_dialog(qtbot, blocked, can_stop=True)
    assert not with_it.stop_first.isChecked()
    assert not with_it.verb.isEnabled()
    assert "Tick" in with_it.total.text()
    with_it.stop_first.setChecked(True)
    assert with_it.verb.isEnabled()
    assert with_it.answer().stop_first


def test_a_long_reason_is_read_in_full(qtbot: QtBot) -> None:
    words = "in use by " + " and ".join(f"container number-{number} (running)" for number in range(12))
    dialog = delete_dialog(qtbot, (DeleteItem("image a", "untags a", blocked=words),), can_stop=True)
    line = dialog.tree.fontMetrics().height()
    index = dialog.tree.indexFromItem(dialog.tree.topLevelItem(0).child(0), 1)
    room = dialog.tree.visualRect(index)
    needed = dialog.tree.fontMetrics().boundingRect(
        QRect(0, 0, room.width() - 8, 10_000), Qt.TextFlag.TextWordWrap, words
    )
    assert needed.height() > line
    assert room.height() >= needed.height() - line  # where exactly a line breaks is the style's


def test_many_things_are_listed_and_scroll(qtbot: QtBot) -> None:
    items = tuple(DeleteItem(f"container c{number}", "lost", bytes=1_000) for number in range(500))
    dialog = delete_dialog(qtbot, items)
    assert dialog.tree.topLevelItemCount() == 500
    assert dialog.height() < 700
    assert dialog.tree.verticalScrollBar().maximum() > 0


def test_hostile_names_are_shown_as_they_are(qtbot: QtBot) -> None:
    evil = "<b>x</b>\u202e\x1b[31m\n&File"
    dialog = DeleteDialog(evil, evil, (DeleteItem(evil, evil, evil, 1),), [evil], evil, True, None)
    shown(qtbot, dialog)
    item = dialog.tree.topLevelItem(0)
    for text in (dialog.windowTitle(), item.text(0), item.text(1), dialog.total.text()):
        assert "\u202e" not in text
        assert "\x1b" not in text
        assert "\n" not in text
    assert "&&File" in dialog.verb.text()


# -- all -------------------------------------------------------------------------------------------


def test_everything_is_reached_by_tab_and_has_a_name(qtbot: QtBot) -> None:
    for dialog in (
        run_dialog(qtbot),
        delete_dialog(qtbot, can_stop=True),
        shown(qtbot, CommitDialog(CommitQuestion(CONTAINER), None)),
    ):
        dialog.activateWindow()
        wanted = {
            widget
            for kind in (QLineEdit, QPlainTextEdit, QCheckBox)
            for widget in dialog.findChildren(kind)
            if widget.isVisible() and widget.isEnabled()
        } | {dialog.verb, dialog.cancel}
        reached = set()
        for _ in range(60):
            qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Tab)
            reached.add(dialog.focusWidget())
        assert wanted <= reached
        for widget in wanted:
            if isinstance(widget, QLineEdit | QPlainTextEdit):
                assert widget.accessibleName()


def answered(qtbot: QtBot, press: Callable[[AskDialog], None]) -> None:
    """The dialog that `exec` shows next is driven once it is ready."""

    def drive() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, AskDialog) and dialog._armed:
            press(dialog)
        else:
            QTimer.singleShot(20, drive)

    QTimer.singleShot(0, drive)


def test_prompts_give_the_answer_or_none(qtbot: QtBot) -> None:
    prompts = DialogPrompts()
    answered(qtbot, lambda dialog: qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton))
    spec = prompts.run(RunQuestion(IMAGE, CONFIG))
    assert spec is not None
    assert spec.image == "myapp:dev"
    answered(qtbot, lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Escape))
    assert prompts.run(RunQuestion(IMAGE)) is None
    answered(qtbot, lambda dialog: qtbot.mouseClick(dialog.verb, Qt.MouseButton.LeftButton))
    answer = prompts.delete("Delete?", "local", ITEMS[:1], [], "Delete", False)
    assert answer is not None
    assert not answer.stop_first
    answered(qtbot, lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Return))
    assert prompts.delete("Delete?", "local", ITEMS[:1], [], "Delete", False) is None
    answered(qtbot, lambda dialog: qtbot.keyClick(dialog, Qt.Key.Key_Escape))
    assert prompts.commit(CommitQuestion(CONTAINER)) is None


def test_the_open_dialog_takes_layout_folders(qtbot: QtBot, tmp_path) -> None:
    (tmp_path / "layout").mkdir()
    (tmp_path / "layout" / "oci-layout").write_text("{}")
    (tmp_path / "plain").mkdir()
    dialog = OpenDialog(None, str(tmp_path / "plain"))
    qtbot.addWidget(dialog)
    assert not dialog._this_folder.isEnabled()
    dialog.setDirectory(str(tmp_path / "layout"))
    dialog._look("")
    assert dialog._this_folder.isEnabled()
    dialog._this_folder.click()
    assert dialog.result() == QDialog.DialogCode.Accepted
    assert dialog.path() == str(tmp_path / "layout")


@pytest.mark.parametrize(
    ("manifest", "image"),
    [
        (b'[{"Config": "c.json"}]', True),
        (b"\xef\xbb\xbf \n[]", True),
        (b'{"name": "a web site"}', False),
        (None, False),
    ],
)
def test_an_unpacked_archive_is_told_from_other_folders(
    qtbot: QtBot, tmp_path, manifest: bytes | None, image: bool
) -> None:
    if manifest is None:
        (tmp_path / "manifest.json").mkdir()
    else:
        (tmp_path / "manifest.json").write_bytes(manifest)
    assert holds_image(str(tmp_path)) == image
    dialog = OpenDialog(None, str(tmp_path))
    qtbot.addWidget(dialog)
    assert dialog._this_folder.isEnabled() == image


@pytest.mark.parametrize("rows", [2, 3, 5])
def test_a_box_of_lines_shows_whole_lines(qtbot: QtBot, rows: int) -> None:
    box = CommandText("Command line", rows)
    qtbot.addWidget(box)
    box.set_text("\n".join(f"line {number}" for number in range(20)))
    box.show()
    edit = box.edit
    first = edit.firstVisibleBlock()
    block, shown, half = first, 0, 0
    while block.isValid():
        place = edit.blockBoundingGeometry(block).translated(edit.contentOffset())
        shown += place.bottom() <= edit.viewport().height() + 1
        half += place.top() + 2 < edit.viewport().height() < place.bottom() - 1
        block = block.next()
    assert (shown, half) == (rows, 0)
