"""What a commit says besides: instructions for the configuration, and what one would rather not keep."""

from __future__ import annotations

from imagexplorer.core.command_line import commit_command
from imagexplorer.core.commit_config import ConfigChange, expose_fault, instructions
from imagexplorer.core.commit_notes import CACHES, LOGS, SECRETS, notes
from imagexplorer.core.entities import CommitSpec


def test_instructions_as_a_builder_reads_them() -> None:
    change = ConfigChange(("a", 'b "c"'), (), (("A", '$x "y" \\'),), "1:2", "/w", (("k.l", "v w"),), ("80", "53/udp"))
    assert instructions(change) == (
        "ENTRYPOINT []",
        'CMD ["a", "b \\"c\\""]',
        'ENV A="\\$x \\"y\\" \\\\"',
        "USER 1:2",
        "WORKDIR /w",
        'LABEL "k.l"="v w"',
        "EXPOSE 80",
        "EXPOSE 53/udp",
    )
    assert 'ENV A="$x "y" \\"' in instructions(change, bare=True)
    assert instructions(ConfigChange()) == ()
    assert expose_fault(("80", "x")) != ""
    assert expose_fault(("80/tcp", "8000-8010")) == ""


def test_the_line_of_a_commit_shows_no_secret() -> None:
    change = ConfigChange(environment=(("API_TOKEN", "hush"), ("MODE", "x")))
    line = commit_command(CommitSpec("c" * 64, "app", "1", config=change), "web")
    assert "hush" not in line
    assert 'MODE="x"' in line
    line = commit_command(CommitSpec("c" * 64, "app", left_out=("/a",)), "web")
    assert line == "docker build -t app:latest FOLDER  # as Write Dockerfile makes it, without 1 path"


def test_what_one_would_rather_not_keep_is_named_by_its_path() -> None:
    files = [
        (b"root/.ssh/id_rsa", 10),
        (b"srv/.env", 1),
        (b"var/log/app/x", 20),
        (b"srv/debug.log", 2),
        (b"var/lib/apt/lists/y", 30),
        (b"home/me/.cache/pip/z", 3),
        (b"srv/__pycache__/a.pyc", 4),
        (b"srv/main.py", 99),
        (b"srv/catalog", 99),
        (b"srv/tmp/x", 99),
    ]
    found = {note.kind: note for note in notes(files)}
    assert found[SECRETS].paths == (b"root/.ssh/id_rsa", b"srv/.env")
    assert "private key" in found[SECRETS].why
    assert (found[LOGS].paths, found[LOGS].size_bytes) == ((b"var/log/app/x", b"srv/debug.log"), 22)
    assert (len(found[CACHES].paths), found[CACHES].size_bytes) == (3, 37)
    assert notes([(b"srv/main.py", 1)]) == ()
