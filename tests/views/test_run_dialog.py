"""The form of a run: it holds all of a RunSpec, takes lines and files, and knows what is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from imagexplorer.actions.prompts import RunQuestion
from imagexplorer.core.command_line import run_command
from imagexplorer.core.entities import Container, Image, Port
from imagexplorer.core.run_memory import remembered, with_run
from imagexplorer.core.run_parse import parse_run
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.settings import Settings
from imagexplorer.views.run_dialog import RunDialog

IMAGE = Image("sha256:" + "ab" * 32, ("app:1", "app:latest"))
WEB = Container(
    "c" * 64, "web", "app:1", IMAGE.id, "running", ports=(Port(80, "tcp", 8080, "0.0.0.0"),), writable_bytes=11_800_000
)
WHOLE = RunSpec(
    "app:1",
    "other",
    ("sh", "-c", "echo 'a b'; sleep 1"),
    ("8081:80", "127.0.0.1:5353:53/udp"),
    (("MODE", "a=b"), ("EMPTY", ""), ("API_TOKEN", "s3cret words"), ("LINES", "one\ntwo")),
    ("data:/data:ro", "/srv/my site:/srv", "/nameless"),
    entrypoint="/bin/tini",
    interactive=True,
    tty=True,
    publish_all=True,
    tmpfs=("/run:size=1m,mode=700",),
    networks=("front", "back"),
    hostname="here",
    user="1000:1000",
    workdir="/srv",
    restart="on-failure:3",
    memory="512m",
    cpus="1.5",
    read_only=True,
    privileged=True,
    cap_add=("NET_ADMIN", "SYS_TIME"),
    cap_drop=("ALL",),
    devices=("/dev/fuse", "/dev/a:/dev/b:r"),
    labels=(("made.by", "me"), ("note", "two words")),
    health_cmd="curl -f http://localhost/ || exit 1",
    health_interval="30s",
    health_timeout="5s",
    health_retries="2",
    health_start_period="1m30s",
    no_healthcheck=True,
    others=(("init", ""), ("dns", "192.0.2.1"), ("sysctl", "net.a=1 2")),
)


def dialog(qtbot: QtBot, question: RunQuestion) -> RunDialog:
    made = RunDialog(question, None)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("spec", [WHOLE, RunSpec("app:1"), RunSpec("app:1", entrypoint="", detach=False, remove=True)])
def test_the_form_gives_what_it_was_given_and_its_line_says_the_same(qtbot: QtBot, spec: RunSpec) -> None:
    form = dialog(qtbot, RunQuestion(IMAGE, given=spec))
    assert form.spec() == spec
    assert parse_run(run_command(form.spec(), values=True)).spec == spec
    assert form._ready, form._why_not
    shown = form.environment.toPlainText() + form.shown_command.edit.toPlainText()
    assert "s3cret" not in shown


def test_secrets_of_a_command_are_kept_beside_it(qtbot: QtBot) -> None:
    spec = RunSpec(
        "app:1",
        command=("--api-token=s3cret1", "run", "--client-secret", "s3cret2", "--password", "s3cret2"),
        health_cmd="PGPASSWORD=s3cret3 pg_isready",
        others=(("log-opt", "splunk-token=s3cret4"), ("dns", "192.0.2.1")),
    )
    made = dialog(qtbot, RunQuestion(IMAGE, given=spec))
    texts = [each.text() if hasattr(each, "text") else each.toPlainText() for each in made.form.editors.values()]
    assert "s3cret" not in "\n".join([*texts, made.shown_command.edit.toPlainText()])
    assert "out of sight" in made.form.fields["command"].note.text()
    assert made.spec() == spec
    # Each goes with its word, wherever that is moved to, and what is typed in its place is taken.
    line = made.form.line("command")
    words = line.text().split()
    line.setText(" ".join(["-v", *words[4:], *words[1:3], "--api-token=new"]))
    assert made.spec().command == ("-v", "--password", "s3cret2", "run", "--client-secret", "--api-token=new")
    made.form.fill(RunSpec("app:1", command=("sh",)))
    line.setText(" ".join(words))
    assert "s3cret2" not in made.spec().command


@pytest.mark.parametrize(
    ("field", "text", "complaint"),
    [
        ("name", "web", "There is a container web already"),
        ("ports", "127.0.0.1:8080:80", "8080 is taken by the container web"),
        ("ports", "8079-8081:79-81", "8080 is taken"),
        ("ports", "81:80 81:82", "81 is published twice"),
        ("environment", "NOWHERE_TOKEN", "has no value yet"),
        ("volumes", "$PWD:/srv", "only a shell knows"),
        ("entrypoint", "/bin/sh -c", "One program only"),
        ("restart", "often", "unless-stopped"),
        ("memory", "many", "no size"),
        ("memory", "1m", "6m or more"),
        ("cpus", "0", "number of CPUs"),
        ("workdir", "srv", "starts with /"),
        ("devices", "fuse", "no device"),
        ("cap_add", "NET-ADMIN", "no capability"),
        ("health_interval", "30", "no time"),
        ("health_retries", "x", "no number"),
        ("tmpfs", "run", "expected /path"),
        ("labels", "=x", "missing"),
        ("others", "--gpus all", "not understood"),
        ("others", "--rm", "field of its own"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(qtbot: QtBot, field: str, text: str, complaint: str) -> None:
    form = dialog(qtbot, RunQuestion(IMAGE, {}, (WEB,)))
    editor = form.form.editors[field]
    before = editor.text() if hasattr(editor, "text") else editor.toPlainText()
    editor.setText(text) if hasattr(editor, "setText") else editor.setPlainText(text)
    assert complaint in form.form.fields[field].fault
    assert not form._ready
    editor.setText(before) if hasattr(editor, "setText") else editor.setPlainText(before)
    assert form._ready


def test_what_is_wrong_out_of_sight_is_said_beside_the_button(qtbot: QtBot) -> None:
    form = dialog(qtbot, RunQuestion(IMAGE, {}))
    form.form.line("memory").setText("5x")
    assert form.wrong.isVisibleTo(form)
    assert form.wrong.text().startswith("Memory: ")
    assert form.wrong.text() in form.verb.toolTip()
    form.name.setText("-")
    assert form.wrong.isHidden(), "that one can be seen"
    form.name.setText("")
    form.form.line("memory").setText("64m")
    assert form.wrong.isHidden()
    assert not form.verb.toolTip()


def test_the_fields_of_all_groups_begin_below_each_other(qtbot: QtBot) -> None:
    form = dialog(qtbot, RunQuestion(IMAGE, {}))
    form.form.unfold(True)
    form.show()
    left = {editor.mapTo(form, editor.rect().topLeft()).x() for editor in form.form.editors.values()}
    assert len(left) == 1
    content = form.form.widget()
    assert content.width() <= form.form.viewport().width(), "nothing is cut at the right"


def test_a_pasted_line_fills_the_form_and_says_what_it_could_not(qtbot: QtBot) -> None:
    form = dialog(qtbot, RunQuestion(IMAGE))
    line = "docker run -it --rm -e MODE=dev \\\n --gpus all --env-file x.env -m 1g app:1 sh"
    QGuiApplication.clipboard().setText(line)
    form.paste.click()
    spec = form.spec()
    assert (spec.interactive, spec.tty, spec.remove, spec.detach) == (True, True, True, True)
    assert (spec.environment, spec.memory, spec.command) == ((("MODE", "dev"),), "1g", ("sh",))
    assert "--gpus all" in form.told.text()
    assert "x.env" in form.told.text()
    QGuiApplication.clipboard().setText("echo no")
    form.paste.click()
    assert "does not begin with docker run" in form.told.text()
    assert form.spec() == spec


def test_a_line_in_a_field_is_taken_as_a_line(qtbot: QtBot) -> None:
    form = dialog(qtbot, RunQuestion(IMAGE))
    QGuiApplication.clipboard().setText("docker run -d \\\n -p 81:80 app:1")
    form.name.setFocus()
    form.name.paste()
    qtbot.waitUntil(lambda: form.spec() == RunSpec("app:1", ports=("81:80",)))
    form.command.setFocus()
    qtbot.keyClicks(form.command, "docker run -p 1:1 x")
    assert form.spec().command == ("docker", "run", "-p", "1:1", "x"), "what is typed is not taken in the middle"


def test_an_env_file_and_a_folder(qtbot: QtBot, tmp_path: Path) -> None:
    form = dialog(qtbot, RunQuestion(IMAGE, {"Volumes": {"/data": {}}}))
    form.environment.setPlainText("MODE=old\nKEEP=1")
    file = tmp_path / ".env"
    file.write_text("MODE=new\nDB_PASSWORD='hush hush'\n=bad\n")
    form.import_env(str(file))
    assert form.spec().environment == (("KEEP", "1"), ("MODE", "new"), ("DB_PASSWORD", "hush hush"))
    assert "hush" not in form.environment.toPlainText() + form.shown_command.edit.toPlainText()
    assert "lines 3" in form.told.text()
    file.write_bytes(b"\xff\xfe")
    form.import_env(str(file))
    assert "Not imported" in form.told.text()
    form.bind_folder("/srv/site")
    form.bind_folder("/srv/logs")
    assert form.spec().volumes == ("/srv/site:/data", "/srv/logs:/mnt/logs")


def test_what_was_run_is_remembered_without_secrets(tmp_path: Path) -> None:
    lines = with_run((), WHOLE)
    assert "s3cret" not in lines[0]
    kept = remembered(lines, IMAGE)
    assert kept is not None
    assert dict(kept.environment)["API_TOKEN"] is None
    assert (kept.memory, kept.ports, kept.labels) == (WHOLE.memory, WHOLE.ports, WHOLE.labels)
    assert remembered(lines, Image("sha256:" + "cd" * 32, ("other:1",))) is None
    lines = with_run(with_run(lines, RunSpec("other:1", command=("x", "--password", "hush"))), RunSpec("app:1"))
    assert [parse_run(line).spec for line in lines] == [RunSpec("app:1"), RunSpec("other:1")]
    settings = Settings(tmp_path / "settings.json")
    settings.set("run.lines", list(with_run((), WHOLE)))
    assert settings.save()
    assert "s3cret" not in (tmp_path / "settings.json").read_text()
    assert remembered(Settings(tmp_path / "settings.json").texts("run.lines"), IMAGE) == kept


def test_editing_says_what_becomes_of_the_old_one_and_keeps_it_unless_asked(qtbot: QtBot) -> None:
    spec = RunSpec("app:1", "web", ports=("8080:80",))
    form = dialog(qtbot, RunQuestion(IMAGE, {}, (WEB,), spec, replaces=WEB))
    assert form._ready, "its own name and ports are not taken"
    assert not form.delete_old.isChecked()
    assert form.spec() == spec
