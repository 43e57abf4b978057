"""Rules against a naive look at the layers; what each demands; how findings are told."""

from __future__ import annotations

import json
import tomllib
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imagexplorer.core.check import FINDINGS_MOST, Facts, Finding, Outcome, check
from imagexplorer.core.check_report import check_pieces, check_text, junit_pieces
from imagexplorer.core.control import Control
from imagexplorer.core.entities import Image, ImageDetail, Layer, LayerTotals, Problem
from imagexplorer.core.errors import WrongUse
from imagexplorer.core.file_tree import Version
from imagexplorer.core.overlay import stack
from imagexplorer.core.report_head import Asked
from imagexplorer.core.rules import ABOVE_BASE, ANYWHERE, BUILT_IN, RULES, Rules, demand, rules_of, rules_text
from imagexplorer.core.sizes import size_of
from imagexplorer.core.space import space
from tests.core.naive import Entry, Replay, build
from tests.core.stacks import STACKS

KEY = b"-----BEGIN RSA PRIVATE KEY-----\n"
Layers = Sequence[Sequence[Entry]]


def run(
    rules: Rules, layers: Layers = (), config: dict[str, Any] | None = None, head: bytes | None = b"", **more: Any
) -> dict[str, Outcome]:
    tree = stack([build(layer) for layer in layers])
    detail = ImageDetail(
        Image("x"), tuple(Layer(number, "") for number in range(len(layers))), config={"config": config or {}}
    )

    def heads(versions: Sequence[Version]) -> list[bytes | None]:
        return [head for _ in versions]

    return {each.rule: each for each in check(rules, Facts(detail, tree, space(tree), **more), heads, Control())}


def paths(outcome: Outcome) -> list[tuple[bytes | None, int | None]]:
    return [(each.path, each.layer) for each in outcome.findings]


MODES = st.sampled_from([0o644, 0o4755, 0o2755, 0o6711])


@settings(max_examples=150, deadline=None)
@given(STACKS, st.data())
def test_setuid_agrees_with_a_replay(layers: list[list[Entry]], data: st.DataObject) -> None:
    from dataclasses import replace

    layers = [
        [replace(entry, mode=data.draw(MODES)) if entry.kind == "file" else entry for entry in layer]
        for layer in layers
    ]
    outcome = run(Rules(no_setuid=ANYWHERE), layers)["no-setuid"]
    tree = stack([build(layer) for layer in layers])
    wanted = []
    for node in range(len(tree)):
        versions = tree.versions(node)
        if versions and versions[-1].what <= 1 and versions[-1].kind in (0, 3) and versions[-1].mode & 0o6000:
            wanted.append((tree.path(node), versions[-1].layer))
    assert sorted(paths(outcome)) == sorted(wanted)
    above = run(Rules(no_setuid="above-base"), layers)["no-setuid"]
    assert sorted(paths(above)) == sorted(each for each in wanted if each[1])


def test_setuid_of_the_lowest_layer_is_the_bases_own() -> None:
    base = [Entry(b"bin/su", mode=0o4755, size=1, hash=1), Entry(b"bin", "dir", mode=0o2755)]
    assert run(BUILT_IN, [base])["no-setuid"].passed
    again = run(BUILT_IN, [base, [Entry(b"bin/su", mode=0o4755, size=1, hash=2)]])["no-setuid"]
    assert paths(again) == [(b"bin/su", 1)], "another program under the same bit is another matter"
    gone = run(BUILT_IN, [base, [Entry(b"x", mode=0o4755)], [Entry(b"x", "whiteout")]])["no-setuid"]
    assert gone.passed
    allowed = run(Rules(no_setuid=ANYWHERE, allow=("/bin",)), [base])["no-setuid"]
    assert allowed.passed


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (b"root/.ssh/id_rsa", True),
        (b"ID_ED25519", True),
        (b"root/.ssh/id_rsa.pub", False),
        (b"etc/ssh/ssh_host_ed25519_key", True),
        (b"app/.env", True),
        (b"app/.env.example", False),
        (b"home/a/.docker/config.json", True),
        (b"app/config.json", False),
        (b"root/.aws/credentials", True),
        (b"root/.kube/config", True),
        (b"store.p12", True),
        (b"my_id_rsa", False),
        (b"etc/passwd", False),
    ],
)
def test_secrets_by_name(path: bytes, found: bool) -> None:
    assert run(BUILT_IN, [[Entry(path, size=5)]])["no-secrets"].passed == (not found)
    assert run(BUILT_IN, [[Entry(path, size=0)]])["no-secrets"].passed, "an empty file holds nothing"


@pytest.mark.parametrize(
    ("path", "head", "found"),
    [
        (b"a.pem", KEY, True),
        (b"a.pem", b"-----BEGIN CERTIFICATE-----\n" * 30 + KEY, True),
        (b"a.key", b"-----BEGIN PUBLIC KEY-----", False),
        (b"a.key", b"-----BEGIN ENCRYPTED PRIVATE KEY-----", True),
        (b"a.key", b"-----BEGIN OPENSSH PRIVATE KEY-----", True),
        (b"a.asc", b"-----BEGIN PGP PRIVATE KEY BLOCK-----", True),
        (b"a.ppk", b"PuTTY-User-Key-File-3: ssh-rsa", True),
        (b".npmrc", b"//registry.npmjs.org/:_authToken=abc", True),
        (b".npmrc", b"//registry.npmjs.org/:_authToken=${TOKEN}", False),
        (b".pypirc", b"[pypi]\npassword: abc", True),
        (b"a.key", None, True),  # it could not be read: nobody may call that passed
        (b"notes.txt", KEY, False),
    ],
)
def test_secrets_by_the_first_bytes(path: bytes, head: bytes | None, found: bool) -> None:
    assert run(BUILT_IN, [[Entry(path, size=9)]], head=head)["no-secrets"].passed == (not found)


def test_a_deleted_secret_is_still_one() -> None:
    layers = [[Entry(b"a/id_rsa", size=9)], [Entry(b"a", "whiteout")]]
    (finding,) = run(BUILT_IN, layers)["no-secrets"].findings
    assert (finding.path, finding.layer) == (b"a/id_rsa", 0)
    assert "hidden by layer 1" in finding.why


def test_a_secret_under_another_name_is_found_through_its_link() -> None:
    layers = [[Entry(b"data", size=9), Entry(b"id_rsa", "hardlink", link=b"data")]]
    assert paths(run(BUILT_IN, layers)["no-secrets"]) == [(b"id_rsa", 0)]


@settings(max_examples=100, deadline=None)
@given(STACKS, st.integers(0, 12), st.integers(0, 12))
def test_limits_are_absolute_and_agree_with_the_replay(layers: Layers, most: int, wasted: int) -> None:
    replay = Replay(layers)
    found = run(Rules(max_size=most, max_wasted=wasted, max_layers=2), layers)
    hidden = sum(size for _, _, size in replay.hidden)
    assert found["max-size"].passed == (replay.stored <= most)
    assert found["max-wasted"].passed == (hidden <= wasted)
    assert found["max-layers"].passed == (len(layers) <= 2)
    if not found["max-wasted"].passed:
        assert f"({hidden:,} bytes)" in found["max-wasted"].findings[0].why
        assert {each.layer for each in found["max-wasted"].findings[1:]} == {
            layer for layer, _, size in replay.hidden if size
        }


def test_forbidden_paths_are_told_at_their_top() -> None:
    layers = [[Entry(b"var/cache/a"), Entry(b"var/cache/b/c"), Entry(b"x.pyc")], [Entry(b"x.pyc", "whiteout")]]
    found = run(Rules(forbidden_paths=("/var/cache", "*.pyc")), layers)["forbidden-paths"]
    assert [each.path for each in found.findings] == [b"var/cache"]
    assert found.findings[0].why == "matches /var/cache"


@pytest.mark.parametrize(
    ("user", "root"),
    [
        ("", True),
        ("0", True),
        ("root", True),
        ("00:5", True),
        ("0:0", True),
        ("app", False),
        ("1000:0", False),
        (7, True),
    ],
)
def test_root(user: Any, root: bool) -> None:
    assert run(Rules(not_root=True), config={"User": user, "Cmd": ["x"]})["not-root"].passed == (not root)


def test_labels_and_base() -> None:
    rules = Rules(required_labels=("a", "b=1.*"), pinned_base=True)
    base = "org.opencontainers.image.base.name"
    good = run(rules, config={"Labels": {"a": "x", "b": "1.2", base: "debian:12"}})
    assert all(outcome.passed for outcome in good.values())
    bad = run(rules, config={"Labels": {"a": "", "b": "2", base: "debian"}})
    assert [len(outcome.findings) for outcome in bad.values()] == [1, 2]
    assert not run(rules, config={})["pinned-base"].passed, "what is not known is not called pinned"


def test_a_secret_in_the_environment_is_named_and_not_told() -> None:
    outcome = run(Rules(no_secret_env=True), config={"Env": ["DB_PASSWORD=hunter2", "PATH=/bin", "TOKEN=", 3]})
    assert [each.why for each in outcome["no-secret-env"].findings] == [
        "the environment variable DB_PASSWORD has a value"
    ]


def test_damage_breaks_soundness() -> None:
    problem = Problem("layer 0, offset 512", "is damaged")
    totals = [LayerTotals(0, 0, 0, 0, problems=(problem,))]
    found = run(BUILT_IN, totals=totals, problems=[problem, Problem("config", "odd")])["sound"]
    assert sorted((each.layer, each.why) for each in found.findings if each.layer is not None) == [
        (0, "layer 0, offset 512: is damaged")
    ]
    assert len(found.findings) == 2


def test_findings_are_bounded_and_counted() -> None:
    layer = [Entry(f"{number}/id_rsa".encode(), size=1) for number in range(FINDINGS_MOST + 5)]
    outcome = run(BUILT_IN, [layer])["no-secrets"]
    assert (len(outcome.findings), outcome.left_out) == (FINDINGS_MOST, 5)


# -- the rules file -----------------------------------------------------------------------------------

RULE_SETS = st.builds(
    Rules,
    no_secrets=st.booleans(),
    no_setuid=st.sampled_from(["", "above-base", ANYWHERE]),
    sound=st.booleans(),
    no_secret_env=st.booleans(),
    not_root=st.booleans(),
    pinned_base=st.booleans(),
    max_size=st.none() | st.integers(0, 10**15),
    max_wasted=st.none() | st.integers(0, 10**15),
    max_layers=st.none() | st.integers(0, 200),
    forbidden_paths=st.lists(
        st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=9), max_size=3
    ).map(tuple),
    allow=st.lists(st.sampled_from(['a"b', "c\\d", "e\nf"]), max_size=2).map(tuple),
)


@given(RULE_SETS)
def test_what_is_printed_is_read_again(rules: Rules) -> None:
    assert rules_of(tomllib.loads(rules_text(rules)), "x") == rules


def test_every_example_in_it_is_a_rule() -> None:
    text = "\n".join(line.removeprefix("# ") if " = " in line else line for line in rules_text(Rules()).split("\n"))
    assert rules_of(tomllib.loads(text), "x").names == [key for key in RULES if key != "allow"]


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (5, 5),
        ("5", 5),
        ("5 B", 5),
        ("1kB", 1000),
        ("1 KiB", 1024),
        ("1.5 GB", 1_500_000_000),
        ("2gib", None),
        ("2GiB", 2 << 30),
    ],
)
def test_sizes(text: Any, size: int | None) -> None:
    if size is None:
        with pytest.raises(WrongUse):
            size_of(text, "x")
    else:
        assert size_of(text, "x") == size


@given(
    st.dictionaries(
        st.sampled_from([*RULES, "other"]),
        st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), st.lists, max_leaves=12),
    )
)
def test_any_data_is_rules_or_wrong_use(data: dict[str, Any]) -> None:
    try:
        rules = rules_of(data, "x")
    except WrongUse:
        return
    assert set(rules.names) <= set(data)


# -- how it is told -----------------------------------------------------------------------------------

ODD = "a\u202eb\x1b[31m<&\"']]>\x00\udcff"
TOLD = (
    Outcome("sound"),
    Outcome("no-secrets", (Finding(ODD.encode("utf-8", "surrogateescape"), 3, ODD), Finding(None, None, ODD)), 7),
)
ASKED = Asked(ODD, "docker-archive", "/x", ImageDetail(Image("sha256:1", (ODD,)), config_digest="sha256:1"))


def test_the_document() -> None:
    text = "".join(check_pieces(ASKED, TOLD, [Problem("a", "b")]))
    text.encode("ascii")
    found = json.loads(text)
    assert list(found) == ["schema", "target", "source", "image", "passed", "rules", "problems"]
    assert found["schema"] == "imagexplorer.check/1"
    assert found["target"] == ODD
    assert found["passed"] is False
    assert found["rules"][0] == {"rule": "sound", "passed": True, "findings": []}
    assert found["rules"][1]["findings"][0] == {"path": ODD, "layer": 3, "why": ODD}
    assert found["rules"][1]["left_out"] == 7


def test_junit_is_xml_whatever_a_path_holds() -> None:
    root = ElementTree.fromstring("".join(junit_pieces(ASKED, TOLD)))
    (suite,) = root
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite] == ["sound", "no-secrets"]
    (failure,) = suite[1]
    assert "9 findings" in (failure.get("message") or "")
    assert "\\u202e" in (failure.text or "")


def test_the_text_has_one_line_a_finding() -> None:
    lines = list(check_text(ASKED, TOLD))
    assert len(lines) == 7
    assert all(line.isprintable() for line in lines)
    assert lines[-1] == "1 of 2 rules broken"


def test_what_a_rule_demands_is_said_with_its_own_value() -> None:
    rules = Rules(
        no_secrets=True, no_setuid=ABOVE_BASE, max_size=5_000_000, max_layers=1, forbidden_paths=("*.pyc", "/x")
    )
    assert "a layer above the lowest wrote" in demand("no-setuid", rules)
    assert "lowest" not in demand("no-setuid", Rules(no_setuid=ANYWHERE))
    assert "5,000,000 bytes" in demand("max-size", rules)
    assert demand("max-layers", rules) == "at most 1 layer"
    assert demand("forbidden-paths", rules).endswith("*.pyc or /x")
    assert demand("no-secrets", rules) == RULES["no-secrets"]
    assert demand("of another version", rules) == ""
