from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from imagexplorer.core.errors import WrongUse
from imagexplorer.core.references import (
    find_name,
    names_to_give,
    parse,
    repository_fault,
    same_name,
    tag_fault,
    try_parse,
)
from imagexplorer.core.targets import EITHER, ENGINE, PATH, ambiguous, parse_target

DIGEST = "sha256:" + "a" * 64

COMPONENT = st.from_regex(r"[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,4}){0,2}", fullmatch=True)
REGISTRY = st.sampled_from(
    ["", "docker.io/", "index.docker.io/", "localhost/", "quay.io/", "a.b:5000/", "[::1]:80/", "HOST/"]
)
TAG = st.just("") | st.from_regex(r":[A-Za-z0-9_][A-Za-z0-9_.-]{0,12}", fullmatch=True)
NAMES = st.builds(
    lambda registry, parts, tag, digest: registry + "/".join(parts) + tag + digest,
    REGISTRY,
    st.lists(COMPONENT, min_size=1, max_size=3),
    TAG,
    st.sampled_from(["", "@" + DIGEST]),
)


@pytest.mark.parametrize(
    ("text", "familiar", "normalised"),
    [
        ("nginx", "nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "nginx:1.27", "docker.io/library/nginx:1.27"),
        ("someone/app", "someone/app", "docker.io/someone/app:latest"),
        ("docker.io/nginx", "nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/library/nginx", "nginx", "docker.io/library/nginx:latest"),
        ("localhost/app", "localhost/app", "localhost/app:latest"),
        ("localhost:5000/app:1", "localhost:5000/app:1", "localhost:5000/app:1"),
        (f"quay.io/a/b@{DIGEST}", f"quay.io/a/b@{DIGEST}", f"quay.io/a/b@{DIGEST}"),
        (f"nginx:1@{DIGEST}", f"nginx:1@{DIGEST}", f"docker.io/library/nginx:1@{DIGEST}"),
    ],
)
def test_two_spellings_of_one_name(text: str, familiar: str, normalised: str) -> None:
    reference = parse(text)
    assert (reference.familiar, reference.normalised) == (familiar, normalised)
    assert same_name(text, normalised)


@given(NAMES)
def test_normalising_twice_changes_nothing(text: str) -> None:
    reference = try_parse(text)
    assume(reference is not None)  # a first part like `0.0_0` looks like a registry and is none
    assert reference is not None
    for spelling in (reference.familiar, reference.normalised):
        assert parse(spelling).normalised == reference.normalised


@pytest.mark.parametrize(
    "text",
    ["", "Nginx", "a b", "a//b", "-a", "a:", "a:-x", "a@sha256:short", "a@", "/a", "a/", "a" * 300, "é", "http://x/y"],
)
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(WrongUse):
        parse(text)
    assert try_parse(text) is None


@given(st.text(max_size=40))
def test_any_text_is_a_name_or_wrong_use(text: str) -> None:
    reference = try_parse(text)
    assert reference is None or try_parse(reference.normalised) is not None


def test_an_exact_spelling_wins() -> None:
    names = ["docker.io/library/app:latest", "app:latest"]
    assert find_name("app:latest", names) == "app:latest"
    assert find_name("app", names) == names[0]
    assert find_name("other", names) is None


def test_faults_are_told_in_words() -> None:
    assert repository_fault("localhost:5000/app") == ""
    assert "small letters" in repository_fault("App")
    assert "tag" in repository_fault("app:1")
    assert tag_fault("1.0") == "" != tag_fault("-x")


@pytest.mark.parametrize(
    ("text", "kind", "inner"),
    [
        ("engine://nginx:1", ENGINE, "nginx:1"),
        ("archive://x.tar", "archive", "x.tar"),
        ("oci://./x", "oci", "./x"),
        ("/x", PATH, "/x"),
        ("./x", PATH, "./x"),
        ("../x", PATH, "../x"),
        ("~/x", PATH, "~/x"),
        ("..", PATH, ".."),
        ("nginx", EITHER, "nginx"),
        ("dir/x.tar", EITHER, "dir/x.tar"),
    ],
)
def test_targets(text: str, kind: str, inner: str) -> None:
    target = parse_target(text)
    assert (target.kind, target.text) == (kind, inner)


@pytest.mark.parametrize("text", ["", "engine://", "archive://", "oci://"])
def test_empty_targets(text: str) -> None:
    with pytest.raises(WrongUse):
        parse_target(text)


def test_prefixes_are_never_names() -> None:
    for text in ("engine://nginx", "archive://x", "oci://x"):
        assert try_parse(text) is None


def test_an_ambiguous_target_names_both_forms() -> None:
    assert "engine://app" in str(ambiguous("app"))
    assert "archive://app" in str(ambiguous("app"))


def test_names_of_files_that_an_engine_takes() -> None:
    assert names_to_give(("shop/web:1", "1.2", "quay.io:5000/a", "Not One", "x@y")) == (
        "shop/web:1", "1.2:latest", "quay.io:5000/a:latest",
    )  # fmt: skip
