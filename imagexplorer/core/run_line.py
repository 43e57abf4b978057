"""The `docker run` line that would make a container like this one, from its inspect answer. Never run by this program.

What the image says already is left out where the image is known. A value that looks secret is `-e NAME`: the shell's
environment has it then, and the line still works. Reads dictionaries of which every field may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from imagexplorer.core.command_line import joined
from imagexplorer.core.entities import DOCKER, ContainerDetail
from imagexplorer.core.run_parse import parse_run
from imagexplorer.core.run_spec import RunSpec

_UNNAMED = re.compile(r"[0-9a-f]{64}|")
_DEFAULT_SHM = 64 << 20
_LOGS = ("", "json-file", "journald", "k8s-file", "local")
_NETWORKS = ("", "default", "bridge", "podman", "slirp4netns", "pasta")
_ENGINES_OWN = ("PATH", "HOSTNAME", "HOME", "TERM", "container")
"""Podman and Docker put these into an environment themselves."""


def run_line(
    detail: ContainerDetail,
    image: Mapping[str, Any] | None = None,
    program: str = DOCKER,
    values: bool = False,
    whole: bool = False,
) -> str:
    """`image`: the configuration of its image (`config`), None while it is not known. With `values`: secrets too.
    `whole`: one in its place, which also keeps volumes without a name and what compose wrote of it."""
    raw = detail.raw
    config, host = _part(raw, "Config"), _part(raw, "HostConfig")
    words = [program, "run", "-d", "--name", detail.container.name]
    words += _process(config, image or {}, detail.container.id, values, whole)
    entry = _texts(config.get("Entrypoint"))
    begins = image is not None and entry != _texts(image.get("Entrypoint")) and bool(entry)
    if begins:
        words.append(f"--entrypoint={entry[0]}")
    words += _environment(config, image, values)
    words += _health(_part(config, "Healthcheck"), _part(image or {}, "Healthcheck"))
    words += _limits(host)
    words += _outside(detail, host, _part(image or {}, "Volumes"), whole)
    words += _rights(host)
    words.append(detail.container.image or detail.container.image_id)
    words += [*(entry[1:] if begins else ()), *_command(config, None if begins else image, values)]
    return joined([each for each in words if each])


def secret_names(detail: ContainerDetail, image: Mapping[str, Any] | None = None) -> list[str]:
    """Variables that the line takes from the environment."""
    return [name for name, value in _own_variables(_part(detail.raw, "Config"), image) if _is_secret(name, value)]


def _part(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if value else []
    return [str(each) for each in value] if isinstance(value, Sequence) else []


def like(detail: ContainerDetail, image: Mapping[str, Any] | None = None, whole: bool = False) -> RunSpec:
    """What would make a container like this one, secrets included. Its name is another's to choose, unless `whole`."""
    spec = parse_run(run_line(detail, image, values=True, whole=whole)).spec
    return spec if whole else replace(spec, name="")


def _process(
    config: Mapping[str, Any], image: Mapping[str, Any], identifier: str, values: bool, whole: bool
) -> Iterator[str]:
    if config.get("OpenStdin") is True:
        yield "-i"
    if config.get("Tty") is True:
        yield "-t"
    for option, key in (("--user", "User"), ("--workdir", "WorkingDir"), ("--stop-signal", "StopSignal")):
        value = config.get(key)
        usual = image.get(key) or {"WorkingDir": "/", "StopSignal": "SIGTERM"}.get(key, "")
        if isinstance(value, str) and value and value != usual and not (key == "StopSignal" and value in ("15", usual)):
            yield from (option, value)
    hostname = config.get("Hostname")
    if isinstance(hostname, str) and hostname and not identifier.startswith(hostname):
        yield from ("--hostname", hostname)
    known = _part(image, "Labels")
    for name, value in sorted(_part(config, "Labels").items(), key=str):
        by_compose = str(name).startswith(("com.docker.compose.", "io.podman.compose."))
        if known.get(name) != value and (whole or not by_compose):
            from imagexplorer.core.secrets import shown_value

            yield from ("--label", f"{name}={value if values else shown_value(str(name), str(value))}")
    if domain := config.get("Domainname"):
        yield from ("--domainname", str(domain))
    timeout = config.get("StopTimeout")
    if isinstance(timeout, int) and not isinstance(timeout, bool) and timeout not in (10, image.get("StopTimeout")):
        yield f"--stop-timeout={timeout}"


def _own_variables(config: Mapping[str, Any], image: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    known = set(_texts((image or {}).get("Env")))
    pairs = [each.partition("=")[::2] for each in _texts(config.get("Env")) if each not in known]
    return [(name, value) for name, value in pairs if name not in _ENGINES_OWN]


def _is_secret(name: str, value: str) -> bool:
    from imagexplorer.core.secrets import shown_value  # its patterns take long to compile

    return shown_value(name, value) != value


def _environment(config: Mapping[str, Any], image: Mapping[str, Any] | None, values: bool) -> Iterator[str]:
    for name, value in _own_variables(config, image):
        yield "-e"
        yield f"{name}={value}" if values or not _is_secret(name, value) else name


def _amount(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _health(test: Mapping[str, Any], usual: Mapping[str, Any]) -> Iterator[str]:
    words = _texts(test.get("Test"))
    if not words or test == usual:
        return
    if words[0] == "NONE":
        yield "--no-healthcheck"
        return
    yield "--health-cmd"
    yield words[1] if words[0] == "CMD-SHELL" and len(words) == 2 else joined(words[words[0].startswith("CMD") :])
    for key, option in (("Interval", "interval"), ("Timeout", "timeout"), ("StartPeriod", "start-period")):
        if nano := _amount(test, key):
            yield f"--health-{option}={nano / 1e9:g}s"
    if retries := _amount(test, "Retries"):
        yield f"--health-retries={retries}"


def _limits(host: Mapping[str, Any]) -> Iterator[str]:
    if memory := _amount(host, "Memory"):
        yield f"--memory={memory}"
        swap = _amount(host, "MemorySwap")
        if swap and swap != 2 * memory:
            yield f"--memory-swap={swap}"
    if nano := _amount(host, "NanoCpus"):
        yield f"--cpus={nano / 1e9:g}"
    elif (quota := _amount(host, "CpuQuota")) and (period := _amount(host, "CpuPeriod")):
        yield f"--cpus={quota / period:g}"
    for key, option in (("CpuShares", "--cpu-shares"), ("PidsLimit", "--pids-limit")):
        value = _amount(host, key)
        if value and not (key == "PidsLimit" and value == 2048):  # Podman's own
            yield f"{option}={value}"
    for key, option in (("CpusetCpus", "--cpuset-cpus"), ("CpusetMems", "--cpuset-mems")):
        if isinstance(host.get(key), str) and host[key]:
            yield f"{option}={host[key]}"
    shm = _amount(host, "ShmSize")
    if shm and shm not in (_DEFAULT_SHM, 65_536_000):
        yield f"--shm-size={shm}"
    for each in host.get("Ulimits") or () if isinstance(host.get("Ulimits"), Sequence) else ():
        if isinstance(each, Mapping) and each.get("Name") and not str(each["Name"]).startswith("RLIMIT_"):
            yield f"--ulimit={each['Name']}={each.get('Soft')}:{each.get('Hard')}"


def _outside(
    detail: ContainerDetail, host: Mapping[str, Any], volumes: Mapping[str, Any], whole: bool
) -> Iterator[str]:
    restart = _part(host, "RestartPolicy")
    name, most = str(restart.get("Name") or ""), _amount(restart, "MaximumRetryCount")
    if name not in ("", "no"):
        yield f"--restart={name}:{most}" if most and name == "on-failure" else f"--restart={name}"
    if host.get("AutoRemove") is True:
        yield "--rm"
    for inner, outer in sorted(_part(host, "PortBindings").items(), key=str):
        for each in outer if isinstance(outer, Sequence) and not isinstance(outer, str) else ():
            if isinstance(each, Mapping):
                address = str(each.get("HostIp") or "")
                address = "" if address in ("0.0.0.0", "::") else f"[{address}]" if ":" in address else address
                port = str(each.get("HostPort") or "")
                inside = str(inner).removesuffix("/tcp")
                yield from ("-p", f"{address}:{port}:{inside}" if address else f"{port}:{inside}".lstrip(":"))
    for mount in detail.container.mounts:
        if mount.kind in ("volume", "bind") and mount.target:
            unnamed = mount.kind == "volume" and bool(_UNNAMED.fullmatch(mount.source)) and not (whole and mount.source)
            if unnamed and mount.target in volumes:
                continue
            source = f"{mount.source}:" if mount.source and not unnamed else ""
            yield from ("-v", f"{source}{mount.target}{'' if mount.writable else ':ro'}")
    for target, options in _part(host, "Tmpfs").items():
        yield from ("--tmpfs", f"{target}:{options}" if options else str(target))
    network = str(host.get("NetworkMode") or "")
    if network not in _NETWORKS:
        yield f"--network={network}"
    if host.get("PublishAllPorts") is True:
        yield "-P"
    for other in _part(_part(detail.raw, "NetworkSettings"), "Networks"):
        if network not in _NETWORKS and other != network and not network.startswith("container:"):
            yield f"--network={other}"
    for key, option in (
        ("Dns", "--dns"),
        ("DnsOptions", "--dns-option"),
        ("DnsSearch", "--dns-search"),
        ("ExtraHosts", "--add-host"),
    ):
        for value in _texts(host.get(key)):
            yield from (option, value)
    log = _part(host, "LogConfig")
    if str(log.get("Type") or "") not in _LOGS:
        yield f"--log-driver={log['Type']}"
    for name, value in sorted(_part(log, "Config").items(), key=str):
        if not (name == "max-size" and str(value) in ("", "0B", "-1")) and name != "path" and value:
            yield f"--log-opt={name}={value}"


def _rights(host: Mapping[str, Any]) -> Iterator[str]:
    if host.get("Privileged") is True:
        yield "--privileged"
    if host.get("ReadonlyRootfs") is True:
        yield "--read-only"
    if host.get("Init") is True:
        yield "--init"
    for key, option in (
        ("CapAdd", "--cap-add"),
        ("CapDrop", "--cap-drop"),
        ("SecurityOpt", "--security-opt"),
        ("GroupAdd", "--group-add"),
    ):
        for value in _texts(host.get(key)):
            yield f"{option}={value}"
    for name, value in sorted(_part(host, "Sysctls").items(), key=str):
        yield f"--sysctl={name}={value}"
    score = host.get("OomScoreAdj")
    if isinstance(score, int) and not isinstance(score, bool) and score:
        yield f"--oom-score-adj={score}"
    for each in host.get("Devices") or () if isinstance(host.get("Devices"), Sequence) else ():
        if isinstance(each, Mapping) and each.get("PathOnHost"):
            inside = each.get("PathInContainer") or each["PathOnHost"]
            rights = str(each.get("CgroupPermissions") or "rwm")
            at = str(each["PathOnHost"]) if inside == each["PathOnHost"] else f"{each['PathOnHost']}:{inside}"
            yield f"--device={at}" if set(rights) == set("rwm") else f"--device={at}:{rights}"
    for key, option in (("PidMode", "--pid"), ("IpcMode", "--ipc"), ("UTSMode", "--uts"), ("UsernsMode", "--userns")):
        value = str(host.get(key) or "")
        if value == "host" or value.startswith("container:"):
            yield f"{option}={value}"


def _command(config: Mapping[str, Any], image: Mapping[str, Any] | None, values: bool) -> list[str]:
    """What stands after the image: its command, where that is not the image's own. Entrypoints are before it."""
    own, usual = _texts(config.get("Cmd")), _texts((image or {}).get("Cmd"))
    words = [] if own == usual else own
    if values or not words:
        return words
    from imagexplorer.core.secrets import masked_data

    shown: list[str] = masked_data(words)
    return shown
