"""A RunSpec as the body of POST /containers/create (Engine API 1.41, "ContainerCreate"; Podman's compat API takes it).

Raises WrongUse for a value that cannot be read. Looks at this process's environment for variables without a value, and
at nothing else.
"""

from __future__ import annotations

import os
import re
from typing import Any

from imagexplorer.core.errors import WrongUse
from imagexplorer.core.run_spec import RunSpec
from imagexplorer.core.run_values import bytes_of, nano_cpus, nanoseconds

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_LISTS = {
    "add-host": "ExtraHosts",
    "dns": "Dns",
    "dns-option": "DnsOptions",
    "dns-search": "DnsSearch",
    "group-add": "GroupAdd",
    "security-opt": "SecurityOpt",
    "volumes-from": "VolumesFrom",
}
_TEXTS = {
    "cgroupns": "CgroupnsMode",
    "cpuset-cpus": "CpusetCpus",
    "cpuset-mems": "CpusetMems",
    "ipc": "IpcMode",
    "pid": "PidMode",
    "runtime": "Runtime",
    "userns": "UsernsMode",
    "uts": "UTSMode",
}
_SIZES = {"memory-reservation": "MemoryReservation", "memory-swap": "MemorySwap", "shm-size": "ShmSize"}
_NUMBERS = {"cpu-shares": "CpuShares", "oom-score-adj": "OomScoreAdj", "pids-limit": "PidsLimit"}


def create_body(spec: RunSpec) -> dict[str, Any]:
    body: dict[str, Any] = {"Image": spec.image, "HostConfig": _host(spec)}
    texts = {"User": spec.user, "WorkingDir": spec.workdir, "Hostname": spec.hostname}
    body |= {key: value for key, value in texts.items() if value}
    if spec.command:
        body["Cmd"] = list(spec.command)
    if spec.entrypoint is not None:
        body["Entrypoint"] = [spec.entrypoint]  # [""] is how docker's own client says that there is to be none
    if spec.environment:
        body["Env"] = [_variable(name, value) for name, value in spec.environment]
    if spec.labels:
        body["Labels"] = dict(spec.labels)
    if spec.interactive:
        body |= {"OpenStdin": True, "AttachStdin": not spec.detach, "StdinOnce": not spec.detach}
    if spec.tty:
        body["Tty"] = True
    if health := _health(spec):
        body["Healthcheck"] = health
    if ports := _ports(spec):
        body["HostConfig"]["PortBindings"] = ports
        body["ExposedPorts"] = {port: {} for port in ports}
    for port in _all(spec, "expose"):
        body.setdefault("ExposedPorts", {})[port if "/" in port else f"{port}/tcp"] = {}
    for name, key in (("stop-signal", "StopSignal"), ("domainname", "Domainname")):
        if value := _last(spec, name):
            body[key] = value
    if value := _last(spec, "stop-timeout"):
        body["StopTimeout"] = _number(spec, "stop-timeout", value)
    binds, anonymous = _volumes(spec)
    if binds:
        body["HostConfig"]["Binds"] = binds
    if anonymous:
        body["Volumes"] = {target: {} for target in anonymous}
    aliases = _all(spec, "network-alias")
    if aliases and spec.networks:
        body["NetworkingConfig"] = {"EndpointsConfig": {spec.networks[0]: {"Aliases": aliases}}}
    return body


def _host(spec: RunSpec) -> dict[str, Any]:
    host: dict[str, Any] = {"AutoRemove": spec.remove}
    flags = {
        "Privileged": spec.privileged,
        "ReadonlyRootfs": spec.read_only,
        "PublishAllPorts": spec.publish_all,
        "Init": ("init", "") in spec.others,
    }
    host |= {key: True for key, on in flags.items() if on}
    host |= {key: list(each) for key, each in (("CapAdd", spec.cap_add), ("CapDrop", spec.cap_drop)) if each}
    if spec.networks:
        host["NetworkMode"] = spec.networks[0]
    if spec.restart:
        name, _, most = spec.restart.partition(":")
        host["RestartPolicy"] = {"Name": name, "MaximumRetryCount": int(most or 0)}
    if spec.memory:
        host["Memory"] = _size(spec, "memory", spec.memory)
    if spec.cpus:
        host["NanoCpus"] = _known(spec, "cpus", spec.cpus, nano_cpus(spec.cpus))
    if spec.devices:
        host["Devices"] = [_device(each) for each in spec.devices]
    if spec.tmpfs:
        host["Tmpfs"] = {target: options for target, _, options in (each.partition(":") for each in spec.tmpfs)}
    return host | _others(spec)


def _others(spec: RunSpec) -> dict[str, Any]:
    host: dict[str, Any] = {}
    for name, value in spec.others:
        if name in _LISTS:
            host.setdefault(_LISTS[name], []).append(value)
        elif name in _TEXTS:
            host[_TEXTS[name]] = value
        elif name in _SIZES:
            host[_SIZES[name]] = -1 if value == "-1" else _size(spec, name, value)
        elif name in _NUMBERS:
            host[_NUMBERS[name]] = _number(spec, name, value)
    if driver := _last(spec, "log-driver"):
        host["LogConfig"] = {"Type": driver}
    if options := _all(spec, "log-opt"):
        host.setdefault("LogConfig", {"Type": ""})["Config"] = dict(each.partition("=")[::2] for each in options)
    if sysctls := _all(spec, "sysctl"):
        host["Sysctls"] = dict(each.partition("=")[::2] for each in sysctls)
    if limits := _all(spec, "ulimit"):
        host["Ulimits"] = [_limit(spec, each) for each in limits]
    return host


def _all(spec: RunSpec, name: str) -> list[str]:
    return [value for each, value in spec.others if each == name]


def _last(spec: RunSpec, name: str) -> str:
    return next(reversed(_all(spec, name)), "")


def _known(spec: RunSpec, option: str, text: str, value: int | None) -> int:
    if value is None:
        raise WrongUse(f"run {spec.image}", f"--{option}: “{text}” cannot be read")
    return value


def _size(spec: RunSpec, option: str, text: str) -> int:
    return _known(spec, option, text, bytes_of(text))


def _number(spec: RunSpec, option: str, text: str) -> int:
    return _known(spec, option, text, int(text) if re.fullmatch(r"-?\d{1,18}", text) else None)


def _limit(spec: RunSpec, text: str) -> dict[str, Any]:
    name, _, both = text.partition("=")
    soft, _, hard = both.partition(":")
    return {"Name": name, "Soft": _number(spec, "ulimit", soft), "Hard": _number(spec, "ulimit", hard or soft)}


def _variable(name: str, value: str | None) -> str:
    """Without a value here either it is said without one, which takes away what the image says."""
    value = os.environ.get(name) if value is None else value
    return name if value is None else f"{name}={value}"


def _device(text: str) -> dict[str, str]:
    outside, *rest = text.split(":")
    inside = rest.pop(0) if rest and rest[0].startswith("/") else outside
    return {"PathOnHost": outside, "PathInContainer": inside, "CgroupPermissions": rest[0] if rest else "rwm"}


def _health(spec: RunSpec) -> dict[str, Any]:
    if spec.no_healthcheck:
        return {"Test": ["NONE"]}
    health: dict[str, Any] = {"Test": ["CMD-SHELL", spec.health_cmd]} if spec.health_cmd else {}
    for key, option, text in (
        ("Interval", "health-interval", spec.health_interval),
        ("Timeout", "health-timeout", spec.health_timeout),
        ("StartPeriod", "health-start-period", spec.health_start_period),
    ):
        if text:
            health[key] = _known(spec, option, text, nanoseconds(text))
    if spec.health_retries:
        health["Retries"] = _number(spec, "health-retries", spec.health_retries)
    return health


def _ports(spec: RunSpec) -> dict[str, Any]:
    from docker.utils import convert_port_bindings
    from docker.utils.ports import build_port_bindings

    try:
        bindings: dict[str, Any] = convert_port_bindings(build_port_bindings(list(spec.ports)))
    except (ValueError, TypeError) as error:
        way_out = "Write 8080:80, 127.0.0.1:8080:80 or 53:53/udp"
        raise WrongUse(f"run {spec.image}", f"not a port: {error}", way_out) from error
    return bindings


def _volumes(spec: RunSpec) -> tuple[list[str], list[str]]:
    """`[source:]target[:options]` as docker spells it: bind mounts and named volumes, and anonymous volumes."""
    binds, anonymous = [], []
    for volume in spec.volumes:
        drive = volume[:2] if _DRIVE.match(volume) else ""
        source, colon, rest = volume[len(drive) :].partition(":")
        source = drive + source
        if not colon:
            if not source.startswith("/"):
                way_out = "Write /host/folder:/in/container or name:/in/container"
                raise WrongUse(f"run {spec.image}", f"not a volume: {volume}", way_out)
            anonymous.append(source)
            continue
        if not source or not rest.startswith("/"):
            raise WrongUse(f"run {spec.image}", f"not a volume: {volume}", "Its folder in the container starts with /")
        if source.startswith("~"):
            source = os.path.expanduser(source)
        elif source.startswith("."):
            source = os.path.abspath(source)
        binds.append(f"{source}:{rest}")
    return binds, anonymous
