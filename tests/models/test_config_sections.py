"""Configuration is read whatever an engine or an archive put there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import Container, ContainerDetail, Image, ImageDetail, Layer, Mount, Port
from imagexplorer.models.config_sections import RAW_MOST, container_sections, image_sections, raw_json, words

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
    raw_json(data)


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
    assert sections["Process"] == [("Command", 'nginx -g "daemon off;"'), ("Exposed ports", "80/tcp")]
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


def test_raw_json_is_bounded():
    text = raw_json({"a": "x" * (RAW_MOST + 10)})
    assert len(text) < RAW_MOST + 100
    assert "cut here" in text


def test_words():
    assert words(["a", "b c", ""]) == 'a "b c" ""'
    assert words(True) == "yes"
    assert words(None) == ""
    assert words({"a": 1}) == '{"a": 1}'
