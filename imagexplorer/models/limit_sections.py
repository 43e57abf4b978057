"""What a container may use and is allowed, and its networks, as headed pairs: where `config_sections` has the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagexplorer.core.text import human_size

Pair = tuple[str, str]


def _amount(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def limit_pairs(host: Mapping[str, Any]) -> list[Pair]:
    """That there is no limit is said for memory, processor and processes: it is what people look for."""
    memory, swap, nano, processes = (_amount(host, key) for key in ("Memory", "MemorySwap", "NanoCpus", "PidsLimit"))
    quota, period = _amount(host, "CpuQuota"), _amount(host, "CpuPeriod")
    cores = nano / 1e9 if nano else quota / period if quota and period else 0.0
    pairs = [
        ("Memory", human_size(memory) if memory else "no limit"),
        ("Memory and swap", human_size(swap) if swap else ""),
        ("Processor", f"{cores:g} cores" if cores else "no limit"),
        ("Processor shares", f"{_amount(host, 'CpuShares')}" if _amount(host, "CpuShares") else ""),
        ("Cores", str(host.get("CpusetCpus") or "")),
        ("Processes", f"{processes:,}" if processes else "no limit"),
        ("Shared memory", human_size(_amount(host, "ShmSize")) if _amount(host, "ShmSize") else ""),
        ("Privileged", "yes: it may do what root may on the host" if host.get("Privileged") is True else "no"),
        ("Capabilities added", _words(host.get("CapAdd"))),
        ("Capabilities dropped", _words(host.get("CapDrop"))),
        ("Security options", _words(host.get("SecurityOpt"))),
        ("Root file system", "read-only" if host.get("ReadonlyRootfs") is True else ""),
        ("Network mode", str(host.get("NetworkMode") or "")),
        ("Log driver", _log_driver(host)),
    ]
    return [(name, value) for name, value in pairs if value]


def _words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ""


def _log_driver(host: Mapping[str, Any]) -> str:
    log = host.get("LogConfig")
    return str(log.get("Type") or "") if isinstance(log, Mapping) else ""


def restart_words(policy: Mapping[str, Any]) -> str:
    """`on-failure, 3 times at most`; "no" is said: the container stays as it ended."""
    name, most = str(policy.get("Name") or "no"), _amount(policy, "MaximumRetryCount")
    return f"{name}, {most} times at most" if most else name


def network_words(network: Mapping[str, Any]) -> str:
    aliases = _words(network.get("Aliases"))
    pairs = [
        ("", str(network.get("IPAddress") or "")),
        ("", str(network.get("GlobalIPv6Address") or "")),
        ("gateway ", str(network.get("Gateway") or "")),
        ("MAC ", str(network.get("MacAddress") or "")),
        ("known as ", aliases),
    ]
    return ", ".join(f"{word}{value}" for word, value in pairs if value) or "–"
