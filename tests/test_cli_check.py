"""`imagexplorer check` as a pipeline meets it: statuses, formats, rules from flags and files; on a real engine too."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from imagexplorer.cli import main
from imagexplorer.core.control import Control
from imagexplorer.indexing.reports import load_report
from tests import tars
from tests.engines import Engine

KEY = b"-----BEGIN PRIVATE KEY-----\nabc\n"
LAYERS = (
    tars.tar([tars.file("usr/bin/su", b"x", mode=0o4755), tars.file("etc/ca.pem", b"-----BEGIN CERTIFICATE-----\n")]),
    tars.tar([tars.file("app/server.key", KEY), tars.file("app/main.py", b"print()\n" * 100)]),
)
CLEAN = LAYERS[:1]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no.sock")
    monkeypatch.setenv("IMAGEXPLORER_CACHE", str(tmp_path / "cache"))

    def call(*arguments: object) -> tuple[int, str, str]:
        status = main(["check", *map(str, arguments)])
        out, err = capfdbinary.readouterr()
        return status, out.decode(), err.decode()

    return call


def archive(path: Path, layers: tuple[bytes, ...] = LAYERS, **config: object) -> Path:
    made = dict(tars.config(layers), config=config)
    path.write_bytes(tars.docker_archive(layers, made, ("app:1",)))
    return path


def broken(run: Run, *arguments: object) -> dict[str, list[str | None]]:
    """Rules that were broken, and the paths of their findings."""
    status, out, err = run(*arguments, "--json")
    found = json.loads(out)
    assert err == ""
    assert status == (0 if found["passed"] else 1)
    return {
        each["rule"]: [finding["path"] for finding in each["findings"]] for each in found["rules"] if not each["passed"]
    }


def test_the_built_in_set(run: Run, tmp_path: Path) -> None:
    assert broken(run, archive(tmp_path / "a.tar")) == {"no-secrets": ["app/server.key"]}
    assert broken(run, archive(tmp_path / "b.tar", CLEAN)) == {}
    status, out, _ = run(tmp_path / "a.tar")
    assert status == 1
    assert "/app/server.key (layer 1): a private key" in out


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("style", ["docker", "oci"])
def test_first_bytes_are_read_in_every_way_that_an_archive_is(
    run: Run, tmp_path: Path, style: str, cached: bool
) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(
        tars.docker_archive(LAYERS, tars.config(LAYERS), ("app:1",), style, "gzip" if style == "oci" else "")
    )
    for _ in range(2):
        assert broken(run, path, *([] if cached else ["--no-cache"])) == {"no-secrets": ["app/server.key"]}


def test_flags_are_rules_of_their_own(run: Run, tmp_path: Path) -> None:
    path = archive(tmp_path / "a.tar", User="app", Labels={"v": "1"})
    assert broken(run, path, "--not-root", "--max-size", "1 MB", "--require-label", "v=1") == {}
    assert broken(run, path, "--max-size", "100", "--forbid", "*.py", "--no-setuid", "anywhere") == {
        "max-size": [None],
        "forbidden-paths": ["app/main.py"],
        "no-setuid": ["usr/bin/su"],
    }
    assert broken(run, path, "--no-secrets", "--allow", "/app") == {}


@pytest.mark.parametrize("form", ["toml", "json"])
def test_a_rules_file(run: Run, tmp_path: Path, form: str) -> None:
    path = archive(tmp_path / "a.tar")
    rules = tmp_path / "rules"
    rules.write_text("not-root = true\nmax-layers = 1\n" if form == "toml" else '{"not-root": true, "max-layers": 1}')
    assert broken(run, path, "--rules-file", rules) == {"not-root": [None], "max-layers": [None]}
    assert broken(run, path, "--rules-file", rules, "--max-layers", "2") == {"not-root": [None]}, (
        "a flag goes before it"
    )


def test_the_rules_that_are_printed_are_a_rules_file(run: Run, tmp_path: Path) -> None:
    status, out, _ = run("--rules")
    assert status == 0
    rules = tmp_path / "rules.toml"
    rules.write_text(out)
    path = archive(tmp_path / "a.tar")
    assert broken(run, path, "--rules-file", rules) == broken(run, path)


def test_junit(run: Run, tmp_path: Path) -> None:
    path, report = archive(tmp_path / "a.tar"), tmp_path / "report.xml"
    status, out, _ = run(path, "--junit", report)
    assert status == 1
    assert out.startswith("app:1")
    root = ElementTree.parse(report).getroot()
    assert (root.get("tests"), root.get("failures")) == ("3", "1")
    status, out, _ = run(path, "--format", "junit")
    assert ElementTree.fromstring(out.encode()).get("failures") == "1"
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith(".part")] == []


def test_damage_is_a_broken_rule_and_no_image_is_a_failure(run: Run, tmp_path: Path) -> None:
    raw = bytearray(tars.docker_archive(LAYERS, tars.config(LAYERS), ("app:1",), "oci", "gzip"))
    at = raw.find(b"\x1f\x8b") + 40
    raw[at : at + 8] = b"\xff" * 8
    path = tmp_path / "a.tar"
    path.write_bytes(raw)
    assert "sound" in broken(run, path)
    (tmp_path / "b.tar").write_bytes(b"no tar at all" * 100)
    status, _, err = run(tmp_path / "b.tar")
    assert status == 1
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "TARGET"),
        (["x.tar", "--max-size", "much"], "is no size"),
        (["x.tar", "--rules-file", "nowhere"], "cannot be read"),
        (["x.tar", "--no-setuid", "sometimes"], "invalid choice"),
        (["x.tar", "--format", "html"], "invalid choice"),
        (["x.tar", "--json", "--format", "junit"], "says otherwise"),
        (["x.tar", "--allow", "/a", "--rules-file", "empty.toml"], "demands anything"),
        (["x.tar", "--rules-file", "odd.toml"], "no such rule"),
        (["x.tar", "--rules-file", "bad.toml"], "neither TOML nor JSON"),
    ],
)
def test_wrong_use(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str) -> None:
    monkeypatch.chdir(tmp_path)
    archive(tmp_path / "x.tar")
    (tmp_path / "empty.toml").write_text("# nothing\n")
    (tmp_path / "odd.toml").write_text("no-such-rule = true\n")
    (tmp_path / "bad.toml").write_text("]]\n")
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


def test_what_it_prints_is_no_image(run: Run, tmp_path: Path) -> None:
    _, out, _ = run(archive(tmp_path / "a.tar"), "--json")
    (tmp_path / "report.json").write_text(out)
    status, _, err = run(tmp_path / "report.json")
    assert status == 2
    assert "it is a report of imagexplorer" in err


@pytest.mark.parametrize("command", ["inspect", "check", "diff"])
def test_every_document_reads_again(capfdbinary: pytest.CaptureFixture[bytes], tmp_path: Path, command: str) -> None:
    a, b = archive(tmp_path / "a.tar"), archive(tmp_path / "b.tar", CLEAN, User="app")
    main([command, str(a), *([str(b)] if command == "diff" else []), "--json", "--no-cache"])
    (tmp_path / "report").write_bytes(capfdbinary.readouterr().out)
    report = load_report(str(tmp_path / "report"), Control())
    assert report.command == command
    assert report.title == ("app:1 and app:1" if command == "diff" else "app:1")
    rows = {table.title: table.total for table in report.tables}
    wanted = {"inspect": {"Layers": 2, "Steps": 2}, "check": {"Findings": 1, "Rules": 3}, "diff": {"Configuration": 1}}
    assert wanted[command].items() <= rows.items()


def test_no_engine(run: Run) -> None:
    assert run("app:1")[0] == 3


def test_a_junit_file_that_cannot_be_written(run: Run, tmp_path: Path) -> None:
    status, _, err = run(archive(tmp_path / "a.tar", CLEAN), "--junit", tmp_path / "no" / "such")
    assert status == 1
    assert "cannot be written" in err


@pytest.mark.engine
def test_an_image_on_an_engine(engine: Engine, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """By the engine's folder or through its export, the same is found; no container is left behind."""
    before = {each["Id"] for each in engine.api.containers(all=True)}
    list(engine.api.load_image(tars.docker_archive(LAYERS, tars.config(LAYERS), ("check/app:1",))))
    (name,) = [tag for row in engine.source.images(engine.control) for tag in row.tags if tag.endswith("check/app:1")]
    try:
        assert main(["check", name, "--json", "--no-cache", "--host", engine.private.location]) == 1
        found = json.loads(capfdbinary.readouterr().out)
        assert found["source"]["kind"] == "engine"
        assert [each["passed"] for each in found["rules"]] == [False, True, True]
        assert found["rules"][0]["findings"][0]["path"] == "app/server.key"
    finally:
        engine.api.remove_image(name)
    assert {each["Id"] for each in engine.api.containers(all=True)} == before
