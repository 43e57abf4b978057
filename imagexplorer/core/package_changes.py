"""Package managers, recognised by what they leave behind: as RUN lines that might stand for their files. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

from imagexplorer.core.entities import ADDED, DELETED, Change
from imagexplorer.core.text import plain

NAMES_MOST = 200
_APT = re.compile(r"/var/lib/dpkg/info/([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9]+)?\.list\Z")
_PIP = re.compile(r"/(?:site|dist)-packages/([A-Za-z0-9][\w.]*)-([0-9][\w.+!]*)\.dist-info\Z")
_NPM = re.compile(r"\A(.*)/node_modules/((?:@[\w.~-]+/)?[\w.~-]+)/package\.json\Z")
_APK = "/lib/apk/db/installed"
_RPM = re.compile(r"/(?:var/lib/rpm|usr/lib/sysimage/rpm)/")
_APT_LINE = "RUN apt-get update && apt-get install -y --no-install-recommends {names} && rm -rf /var/lib/apt/lists/*"


def run_lines(changes: Sequence[Change]) -> tuple[str, ...]:
    """One line a package manager, with the names that its files tell. `pip` itself and the like are not told apart
    from what was asked for: dependencies stand among them."""
    added = [change.path for change in changes if change.kind == ADDED]
    lines = []
    if debs := _found(_APT, added):
        lines.append(_APT_LINE.format(names=" ".join(debs)))
    there = {change.path for change in changes if change.kind != DELETED}
    if _APK in there or f"/usr{_APK}" in there:
        lines.append("RUN apk add --no-cache …  # the names stand in /etc/apk/world of the container")
    if any(_RPM.match(path) for path in there):
        lines.append("RUN dnf install -y …  # `rpm -qa --last` in the container tells which")
    if wheels := [f"{m[1]}=={m[2]}" for path in added if (m := _PIP.search(path))]:
        lines.append("RUN pip install --no-cache-dir " + " ".join(_bounded(sorted(wheels))))
    modules = [m for path in added if (m := _NPM.match(path)) and "/node_modules" not in m[1]]
    for folder in sorted({m[1] for m in modules}):
        names = _bounded(sorted({m[2] for m in modules if m[1] == folder}))
        everywhere = folder in ("/usr/lib", "/usr/local/lib")
        where = "npm install -g" if everywhere else f"cd {shlex.quote(plain(folder, 200) or '/')} && npm install"
        lines.append(f"RUN {where} {' '.join(names)}")
    return tuple(lines)


def _found(pattern: re.Pattern[str], paths: Iterable[str]) -> list[str]:
    return _bounded(sorted({match[1] for path in paths if (match := pattern.match(path))}))


def _bounded(names: list[str]) -> list[str]:
    return names if len(names) <= NAMES_MOST else [*names[:NAMES_MOST], "…"]
