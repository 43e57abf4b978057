"""The line that would run a container like this one."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis import strategies as st

from imagexplorer.core.entities import Container, ContainerDetail, Mount
from imagexplorer.core.run_line import run_line, secret_names

IMAGE = {"Env": ["PATH=/bin", "A=1"], "Cmd": ["serve"], "Entrypoint": ["/entry"], "Labels": {"made": "here"}}


def detail(config: dict, host: dict | None = None, **more: object) -> ContainerDetail:
    container = Container("a" * 64, "web", "app:1", "sha256:i", "running", **more)
    return ContainerDetail(container, raw={"Config": config, "HostConfig": host or {}})


def test_what_the_image_says_is_left_out() -> None:
    config = {**IMAGE, "Env": ["PATH=/bin", "A=1", "B=two words"], "Labels": {"made": "here", "own": "x"}}
    line = run_line(detail(config), IMAGE)
    assert line == "docker run -d --name web --label own=x -e 'B=two words' app:1"
    assert run_line(detail({**IMAGE, "Cmd": ["other"]}), IMAGE).endswith("app:1 other")
    assert "--entrypoint=/x" in run_line(detail({**IMAGE, "Entrypoint": ["/x", "-y"]}), IMAGE)
    assert run_line(detail({**IMAGE, "Entrypoint": ["/x", "-y"]}), IMAGE).endswith("app:1 -y serve")


def test_secrets_come_from_the_environment_or_on_request() -> None:
    config = {"Env": ["DB_PASSWORD=hunter2", "URL=https://me:pw@host/", "PLAIN=1"], "Cmd": ["run", "--token", "abc"]}
    known = detail(config)
    line = run_line(known)
    assert "hunter2" not in line
    assert "me:pw" not in line
    assert "abc" not in line
    assert "-e DB_PASSWORD -e URL -e PLAIN=1" in line
    assert secret_names(known) == ["DB_PASSWORD", "URL"]
    assert "-e DB_PASSWORD=hunter2" in run_line(known, values=True)


def test_ports_mounts_limits_and_policies() -> None:
    host = {
        "PortBindings": {
            "80/tcp": [{"HostIp": "", "HostPort": "8080"}, {"HostIp": "127.0.0.1", "HostPort": "81"}],
            "53/udp": [{"HostIp": "::1", "HostPort": "53"}],
        },
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        "Memory": 256 << 20,
        "NanoCpus": 1_500_000_000,
        "CapAdd": ["NET_ADMIN"],
        "NetworkMode": "shop",
        "ReadonlyRootfs": True,
        "LogConfig": {"Type": "json-file"},
    }
    mounts = (Mount("volume", "data", "/data"), Mount("bind", "/srv/my conf", "/etc/app", False))
    line = run_line(detail({}, host, mounts=mounts), program="podman")
    for part in (
        "podman run",
        "-p 8080:80",
        "-p 127.0.0.1:81:80",
        "-p '[::1]:53:53/udp'",
        "--restart=on-failure:3",
        "--memory=268435456",
        "--cpus=1.5",
        "--cap-add=NET_ADMIN",
        "--network=shop",
        "--read-only",
        "-v data:/data",
        "-v '/srv/my conf:/etc/app:ro'",
    ):
        assert part in line, part
    assert "--log-driver" not in line


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda each: st.one_of(st.lists(each, max_size=3), st.dictionaries(st.text(max_size=8), each, max_size=3)),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "Env",
        "Cmd",
        "Labels",
        "PortBindings",
        "Ulimits",
        "Devices",
        "LogConfig",
        "RestartPolicy",
        "Memory",
        "Dns",
        "Tmpfs",
    ]
)


@given(st.dictionaries(KEYS, JSON), st.dictionaries(KEYS, JSON))
def test_whatever_an_engine_answers_gives_a_line_that_a_shell_reads(config: dict, host: dict) -> None:
    words = shlex.split(run_line(detail(config, host)))
    assert words[:5] == ["docker", "run", "-d", "--name", "web"]
