"""What a run needs, in docker's own spelling of its options: the form, its command line and the engine share it."""

from __future__ import annotations

from dataclasses import dataclass

FLAG, TEXT, MANY, PAIRS = "flag", "text", "many", "pairs"


@dataclass(frozen=True, slots=True)
class RunSpec:
    """Text as `docker run` takes it: `ports` are `[host_ip:]host:container[/protocol]`, `volumes`
    `[source:]target[:options]`, `memory` `512m`, times `30s`. "" and () leave it to the image or the engine.

    A variable whose value is None takes it from the environment of who runs it (`-e NAME`). `entrypoint` is None where
    the image's own applies, "" where there is to be none. `others` are options without a field of their own
    (`core.run_options.OTHERS`), flags with "" as their value.
    """

    image: str
    name: str = ""
    command: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    environment: tuple[tuple[str, str | None], ...] = ()
    volumes: tuple[str, ...] = ()
    detach: bool = True
    remove: bool = False
    entrypoint: str | None = None
    interactive: bool = False
    tty: bool = False
    publish_all: bool = False
    tmpfs: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    hostname: str = ""
    user: str = ""
    workdir: str = ""
    restart: str = ""
    memory: str = ""
    cpus: str = ""
    read_only: bool = False
    privileged: bool = False
    cap_add: tuple[str, ...] = ()
    cap_drop: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    health_cmd: str = ""
    health_interval: str = ""
    health_timeout: str = ""
    health_retries: str = ""
    health_start_period: str = ""
    no_healthcheck: bool = False
    others: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """An option of `docker run`: `field` of RunSpec that holds it, "" where it is one of `others`. `many` of the
    others may stand several times."""

    name: str
    kind: str = TEXT
    field: str = ""
    short: str = ""


FIELDS = (
    Option("detach", FLAG, "detach", "d"),
    Option("rm", FLAG, "remove"),
    Option("interactive", FLAG, "interactive", "i"),
    Option("tty", FLAG, "tty", "t"),
    Option("name", TEXT, "name"),
    Option("publish", MANY, "ports", "p"),
    Option("publish-all", FLAG, "publish_all", "P"),
    Option("env", PAIRS, "environment", "e"),
    Option("volume", MANY, "volumes", "v"),
    Option("tmpfs", MANY, "tmpfs"),
    Option("network", MANY, "networks"),
    Option("hostname", TEXT, "hostname", "h"),
    Option("user", TEXT, "user", "u"),
    Option("workdir", TEXT, "workdir", "w"),
    Option("restart", TEXT, "restart"),
    Option("memory", TEXT, "memory", "m"),
    Option("cpus", TEXT, "cpus"),
    Option("read-only", FLAG, "read_only"),
    Option("privileged", FLAG, "privileged"),
    Option("cap-add", MANY, "cap_add"),
    Option("cap-drop", MANY, "cap_drop"),
    Option("device", MANY, "devices"),
    Option("label", PAIRS, "labels", "l"),
    Option("health-cmd", TEXT, "health_cmd"),
    Option("health-interval", TEXT, "health_interval"),
    Option("health-timeout", TEXT, "health_timeout"),
    Option("health-retries", TEXT, "health_retries"),
    Option("health-start-period", TEXT, "health_start_period"),
    Option("no-healthcheck", FLAG, "no_healthcheck"),
    Option("entrypoint", TEXT, "entrypoint"),
)
"""In the order in which a line has them."""

OTHERS = (
    Option("add-host", MANY),
    Option("cgroupns"),
    Option("cpu-shares", short="c"),
    Option("cpuset-cpus"),
    Option("cpuset-mems"),
    Option("dns", MANY),
    Option("dns-option", MANY),
    Option("dns-search", MANY),
    Option("domainname"),
    Option("expose", MANY),
    Option("group-add", MANY),
    Option("init", FLAG),
    Option("ipc"),
    Option("log-driver"),
    Option("log-opt", MANY),
    Option("memory-reservation"),
    Option("memory-swap"),
    Option("network-alias", MANY),
    Option("oom-score-adj"),
    Option("pid"),
    Option("pids-limit"),
    Option("runtime"),
    Option("security-opt", MANY),
    Option("shm-size"),
    Option("stop-signal"),
    Option("stop-timeout"),
    Option("sysctl", MANY),
    Option("ulimit", MANY),
    Option("userns"),
    Option("uts"),
    Option("volumes-from", MANY),
)

SPELLED = {"net": "network", "dns-opt": "dns-option", "net-alias": "network-alias"}
"""Older spellings that docker still takes."""

TAKES_VALUE = frozenset(
    """annotation attach authfile blkio-weight blkio-weight-device cert-dir cgroup-parent cgroups chrootdirs cidfile
    conmon-pidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime creds detach-keys
    device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops gidmap gpus group-entry
    health-on-failure health-start-interval hostuser image-volume io-maxbandwidth io-maxiops ip ip6 isolation
    kernel-memory label-file link link-local-ip mac-address memory-swappiness passwd-entry personality pidfile platform
    pod pod-id-file preserve-fds pull rdt-class requires retry retry-delay sdnotify seccomp-policy secret storage-opt
    subgidname subuidname systemd timeout tz uidmap umask unsetenv variant volume-driver""".split()  # noqa: SIM905
)
"""Options of `docker run` and `podman run` that are not understood here but have a value, which is no image then."""


def kept_name(name: str, identifier: str) -> str:
    """What a container is called once another has taken its name."""
    return f"{name}-old-{identifier[:6]}"
