"""Configuration is read whatever an engine or an archive put there."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import Container, ContainerDetail, Image, ImageDetail, Layer, Mount, Port
from imagexplorer.models.config_sections import container_sections, image_sections, web_address, words

OUTER = ("config", "Config", "HostConfig", "NetworkSettings", "Networks", "RestartPolicy", "Healthcheck", "author")
INNER = ("Env", "Cmd", "Labels", "ExposedPorts", "Volumes", "Test", "Name", "OnBuild", "IPAddress")
KEYS = st.sampled_from((*OUTER, *INNER))
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, anything, max_size=6))
def test_any_shape(data):
    for sections in (
        image_sections(ImageDetail(Image("x"), config=data)),
        container_sections(ContainerDetail(Container("x", "n", "i"), raw=data)),
    ):
        for title, pairs in sections:
            assert title
            assert pairs
            assert all(isinstance(name, str) and isinstance(value, str) for name, value in pairs)


def test_an_image():
    config = {
        "config": {
            "Cmd": ["nginx", "-g", "daemon off;"],
            "Env": ["PATH=/bin", "ODD"],
            "ExposedPorts": {"80/tcp": {}},
            "Labels": {"b": "2", "a": "1"},
        }
    }
    sections = dict(image_sections(ImageDetail(Image("sha256:1", ("a:1",)), (Layer(0, "sha256:d"),), config=config)))
    assert sections["Image"] == [("ID", "sha256:1"), ("Tag", "a:1")]
    assert sections["Process"] == [
        ("Runs", "nginx -g 'daemon off;'"),
        ("  from the command", "nginx -g 'daemon off;'"),
        ("Working directory", "/"),
        ("User", "root (none is named)"),
        ("Stop signal", "SIGTERM (none is named)"),
        ("Exposed ports", "80/tcp"),
    ]
    assert sections["Environment"] == [("PATH", "/bin"), ("ODD", "")]
    assert sections["Labels"] == [("a", "1"), ("b", "2")]
    assert sections["Layers, base first"] == [("0", "sha256:d")]


def test_a_container():
    container = Container(
        "c", "web", "nginx", state="exited", ports=(Port(80, "tcp", 8080), Port(53, "udp")),
        mounts=(Mount("bind", "/a", "/b", False),), project="shop", service="web",
    )  # fmt: skip
    sections = dict(container_sections(ContainerDetail(container, exit_code=137, error="oops")))
    assert ("Exit code", "137") in sections["Container"]
    assert ("Error", "oops") in sections["Container"]
    assert ("Compose", "shop/web") in sections["Container"]
    assert sections["Ports"] == [("80/tcp", "*:8080"), ("53/udp", "–")]
    assert sections["Mounts"] == [("/b", "bind /a, read-only")]


def process(config):
    return dict(image_sections(ImageDetail(Image("x"), config={"config": config})))["Process"]


def test_what_runs_says_which_part_is_from_where():
    pairs = process({"Entrypoint": ["/run me", "-x"], "Cmd": ["a", "it's"]})
    assert pairs[:3] == [
        ("Runs", "'/run me' -x a 'it'\"'\"'s'"),
        ("  from the entrypoint", "'/run me' -x"),
        ("  from the command", "a 'it'\"'\"'s'"),
    ]
    assert process({"User": "app"})[0] == ("Runs", "nothing: a command has to be given")
    shell = process({"Entrypoint": ["/bin/sh", "-c", "exec app"], "Cmd": ["x"]})
    assert "takes no notice" in dict(shell)["  note"]


words_of_a_command = st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"])), min_size=1, max_size=5)


@given(words_of_a_command, words_of_a_command)
def test_the_line_that_runs_is_what_a_shell_would_take_apart_again(entrypoint, command):
    pairs = dict(process({"Entrypoint": entrypoint, "Cmd": command}))
    assert shlex.split(pairs["Runs"]) == [*entrypoint, *command]


def test_a_health_check_in_words():
    check = {"Test": ["CMD-SHELL", "curl -f localhost || exit 1"], "Interval": 30_000_000_000, "Retries": 3}
    pairs = dict(process({"Healthcheck": check}))
    assert pairs["Health check"] == "curl -f localhost || exit 1"
    assert pairs["  how often"] == "every 30 s, unhealthy after 3"
    assert "switched off" in dict(process({"Healthcheck": {"Test": ["NONE"]}}))["Health check"]


def test_who_made_it_in_its_own_words():
    labels = {"org.opencontainers.image.source": "https://example.org/x", "io.buildah.version": "1.30"}
    config = {"author": "Ann", "config": {"Labels": labels}}
    sections = dict(image_sections(ImageDetail(Image("x"), config=config)))
    assert sections["Made by, as the image says of itself"] == [
        ("Author", "Ann"),
        ("Source", "https://example.org/x"),
        ("Built with", "buildah 1.30"),
    ]


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://localhost:8080/", True),
        ("see https://example.org", False),
        ("https://example.org evil", False),
        ("https://exa\u202emple.org", False),
        ("https://a\nb", False),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://" + "a" * 3000, False),
        ("", False),
    ],
)
def test_only_a_whole_web_address_is_one(value, is_one):
    assert web_address(value) == (value if is_one else "")


def test_words():
    assert words(["a", "b c", ""]) == "a 'b c' ''"
    assert words(True) == "yes"
    assert words(None) == ""
    assert words({"a": 1}) == '{"a": 1}'
