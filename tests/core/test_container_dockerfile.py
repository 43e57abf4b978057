"""The Dockerfile of a container's changes as text; that it builds the same tree is shown on real engines."""

from __future__ import annotations

import json
from typing import Any

from imagexplorer.core.container_dockerfile import Recipe, Wanted, recipe
from imagexplorer.core.entities import ADDED, DELETED, MODIFIED, Change, Container, ContainerDetail, Image, ImageDetail
from imagexplorer.core.package_changes import run_lines

TOOLS = frozenset({"/bin/rm", "/bin/sh"})
DIGEST = "sha256:" + "a" * 64


def made(
    *changes: Change,
    image: Image | None = None,
    base: dict[str, Any] | None = None,
    config: dict[str, Any] | None = None,
    tools: frozenset[str] = TOOLS,
    flat: bool = False,
) -> Recipe:
    image = image or Image("sha256:1", ("app:1",))
    base = base or {"User": "web", "Env": ["A=1"]}
    detail = ContainerDetail(Container("c" * 64, "web", "app:1"), raw={"Config": base if config is None else config})
    return recipe(detail, ImageDetail(image, config={"config": base}), changes, tools, flat)


def test_from_names_a_digest_only_where_a_registry_gave_one() -> None:
    assert "\nFROM app:1\n" in made().text
    assert f"\nFROM app:1@{DIGEST}\n" in made(image=Image("sha256:1", ("app:1",), (f"app@{DIGEST}",))).text
    assert "\nFROM app:1\n" in made(image=Image("sha256:1", ("app:1",), (f"other/app@{DIGEST}",))).text
    without = made(image=Image("sha256:1"))
    assert "\nFROM sha256:1\n" in without.text
    assert "no tag" in without.warnings[0]


def test_deletions_are_one_run_as_root_and_the_user_comes_back() -> None:
    text = made(Change("/a b", DELETED), Change("/d", DELETED), Change("/d/x", DELETED), Change("/n\nl", DELETED)).text
    run = next(line for line in text.split("\n") if line.startswith("RUN "))
    assert json.loads(run[4:]) == ["/bin/rm", "-rf", "--", "/a b", "/d", "/n\nl"]
    assert text.index("USER 0") < text.index(run) < text.index("ADD changes.tar /") < text.index("USER web")


def test_a_name_that_is_no_text_is_made_by_a_shell() -> None:
    text = made(Change("/\udcff", DELETED)).text
    assert r"printf '\\057\\377x'" in text
    assert "shell" in made(Change("/\udcff", DELETED), tools=frozenset({"/bin/rm"})).missing


def test_without_rm_it_is_said_and_flattened_it_is_not_needed() -> None:
    assert "no rm" in made(Change("/x", DELETED), tools=frozenset()).missing
    assert not made(Change("/x", ADDED), tools=frozenset()).missing
    flat = made(Change("/x", DELETED), tools=frozenset(), flat=True)
    assert not flat.missing
    assert "FROM scratch" in flat.text
    assert "ADD tree.tar /" in flat.text
    assert "USER web" in flat.text


def test_an_entrypoint_does_not_take_the_command_away() -> None:
    base = {"Cmd": ["serve"], "Entrypoint": ["/old"]}
    text = made(base=base, config={"Cmd": ["serve"], "Entrypoint": ["/new"]}).text
    assert 'ENTRYPOINT ["/new"]\nCMD ["serve"]\n' in text
    assert "CMD" not in made(base=base, config=base).text


def test_secrets_and_what_no_dockerfile_can_say_are_warned_of() -> None:
    warnings = made(config={"Env": ["DB_PASSWORD=x", "LINES=a\nb"]}).warnings
    assert [part for part in ("DB_PASSWORD", "LINES", "variable A") if any(part in each for each in warnings)] == [
        "DB_PASSWORD",
        "LINES",
        "variable A",
    ]


def test_the_tar_holds_what_took_the_place_of_something_deleted() -> None:
    wanted = Wanted([Change("/d", DELETED), Change("/a/b/new", ADDED), Change("/etc/hosts", ADDED, engines=True)])
    assert [path for path in ("/a", "/a/b", "/a/b/new", "/a/c", "/d", "/d/x", "/etc/hosts") if wanted(path)] == [
        "/a",
        "/a/b",
        "/a/b/new",
        "/d",
        "/d/x",
    ]


def test_package_managers_are_recognised() -> None:
    added = (
        "/var/lib/dpkg/info/curl.list", "/var/lib/dpkg/info/libc6:amd64.list", "/lib/apk/db/x",
        "/usr/lib/python3/dist-packages/requests-2.31.0.dist-info", "/app/node_modules/@a/b/package.json",
        "/app/node_modules/@a/b/node_modules/c/package.json", "/usr/lib/node_modules/npm/package.json",
        "/my app;x/node_modules/d/package.json",
    )  # fmt: skip
    lines = run_lines([*(Change(path, ADDED) for path in added), Change("/lib/apk/db/installed", MODIFIED),
                       Change("/var/lib/rpm/rpmdb.sqlite", MODIFIED)])  # fmt: skip
    assert "install -y --no-install-recommends curl libc6 &&" in lines[0]
    assert lines[1].startswith("RUN apk add")
    assert lines[2].startswith("RUN dnf install")
    assert lines[3:] == (
        "RUN pip install --no-cache-dir requests==2.31.0", "RUN cd /app && npm install @a/b",
        "RUN cd '/my app;x' && npm install d", "RUN npm install -g npm",
    )  # fmt: skip
    assert "\n# RUN pip install" in made(Change(added[3], ADDED)).text
    assert run_lines([Change("/etc/x", ADDED)]) == ()


def test_nothing_in_a_configuration_becomes_an_instruction() -> None:
    text = made(Change("/x", DELETED), base={"User": "0\nRUN evil $HOME"}).text
    assert text.rstrip().endswith("USER 0\\x0aRUN evil \\$HOME")
    assert not any(line.startswith("RUN evil") for line in text.splitlines())
    assert "\nFROM sha256:1\n" in made(image=Image("sha256:1", ("a\nRUN evil",))).text


def test_a_run_stays_below_what_builders_read_as_one_line() -> None:
    text = made(*(Change(f"/{number:03}" + "\U0001f600" * 22, DELETED) for number in range(900))).text
    runs = [line for line in text.splitlines() if line.startswith("RUN ")]
    assert max(map(len, runs)) < 65_536
    assert sum(len(json.loads(line[4:])) - 3 for line in runs) == 900
