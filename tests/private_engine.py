"""Starting a container engine of the test run's own, that nothing outside of it sees or meets.

All its paths are below one temporary folder, its processes in namespaces of their own; it listens on a unix socket
there, and its registry on 127.0.0.1 inside its network namespace. It dies with the process that started it, however
that one ends. Linux, root.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("private_engine.sh")
PREFIX = "ixe."
_OWNER = "owner"
REGISTRY = "127.0.0.1:5000"
START_SECONDS = 45.0
_UNPACKED = Path(sys.prefix) / "unpacked" / "usr" / "bin"
"""Where packaging/set_up.py unpacks packages that are better not installed."""
KINDS = ("docker", "podman", "docker28g", "docker28c")


class NoEngineError(RuntimeError):
    """Why an engine cannot be started here, and what to do."""


@dataclass(frozen=True)
class Recipe:
    """What to start: `store` is graph or containerd for Docker versions that have both, "" otherwise."""

    kind: str
    command: tuple[str, ...]
    store: str = ""
    prefix: Path | None = None


def recipe(kind: str) -> Recipe:
    """Raises NoEngineError where the engine is not installed."""
    path = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
    if kind.startswith("docker28"):
        folder = os.environ.get("IMAGEXPLORER_DOCKER28", "")
        if not folder:
            raise NoEngineError(f"{kind}: say where it is: IMAGEXPLORER_DOCKER28=DIR (tests/fetch_engine.sh forky DIR)")
        prefix = Path(folder).resolve()
        store = "containerd" if kind.endswith("c") else "graph"
        return Recipe(kind, (str(prefix / "usr/sbin/dockerd"),), store, prefix)
    name = {"docker": "dockerd", "podman": "podman"}.get(kind)
    if name is None:
        raise NoEngineError(f"{kind}: no such engine; there are {', '.join(KINDS)}")
    found = shutil.which(name, path=path)
    if found is None:
        package = "docker.io" if kind == "docker" else "podman crun conmon"
        raise NoEngineError(f"{kind}: not installed: apt-get install --no-install-recommends {package} busybox-static")
    return Recipe(kind, (found,))


class PrivateEngine:
    """`location` is its address; `registry` that of its registry as the engine sees it, "" where none is installed."""

    def __init__(self, kind: str, room_mb: int = 0) -> None:
        """`room_mb`: all that it keeps fits into so much memory, and is gone with its processes."""
        self.kind, self._room_mb = kind, room_mb
        self._recipe = recipe(kind)
        if os.name != "posix" or os.geteuid() != 0:
            raise NoEngineError(f"{kind}: starting an engine needs root")
        for tool in ("unshare", "setpriv", "ip"):
            if shutil.which(tool) is None:
                raise NoEngineError(f"{kind}: {tool} is missing: apt-get install util-linux iproute2")
        _sweep()
        self.dir = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._owner = (self.dir / _OWNER).open("w")  # locked as long as this process lives
        fcntl.flock(self._owner, fcntl.LOCK_EX)
        self.socket = self.dir / "engine.sock"  # short: a socket's path ends at 107 bytes
        self.location = f"unix://{self.socket}"
        self._registry = shutil.which("docker-registry", path=f"{_UNPACKED}{os.pathsep}{os.environ['PATH']}") or ""
        self.registry = REGISTRY if self._registry else ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        for name in ("data", "exec", "over", "tmp", "conf", "registry"):
            (self.dir / name).mkdir(exist_ok=True)
        self.dir.chmod(0o711)
        (self.dir / "registry.yml").write_text(_REGISTRY.format(dir=self.dir, address=REGISTRY))
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("DOCKER_", "CONTAINER"))}
        environment["ENGINE_ROOM_MB"] = str(self._room_mb or "")
        command = self._podman(environment) if self.kind == "podman" else self._docker(environment)
        namespaces = [
            "--mount",
            "--propagation",
            "private",
            "--pid",
            "--fork",
            "--kill-child=KILL",
            "--mount-proc",
            "--net",
        ]
        with (self.dir / "start.log").open("wb") as log:
            wrapped = ["setpriv", "--pdeathsig", "KILL", "unshare", *namespaces]
            self._process = subprocess.Popen(
                [*wrapped, "sh", str(SCRIPT), str(self.dir), self._registry, *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log_text = "\n".join(self._tail("start.log") + self._tail("engine.log"))
                self.stop()
                raise NoEngineError(f"{self.kind} did not start:\n{log_text}")
            time.sleep(0.02)

    @property
    def data(self) -> Path:
        """Where it keeps everything, as it sees it itself."""
        return Path(f"/proc/{self._process.pid}/root{self.dir}/data") if self._process else self.dir / "data"

    def kill(self) -> None:
        """End all its processes at once, as a power cut would; the folder stays."""
        if self._process is not None:
            groups = _libpod_groups(self._process.pid) if self.kind == "podman" else []
            _thaw([f"/{self.dir.name}", *groups])
            self._process.kill()  # unshare takes process 1 inside with it, and that takes the rest
            self._process.wait(20)
            self._process = None
            _remove_groups([f"/{self.dir.name}", *groups])
            for parent in {group.rpartition("/")[0] for group in groups if group.count("/") > 1}:
                _remove_groups([parent], tries=1)  # shared with the engine of another test process: gone with the last

    def stop(self) -> None:
        self.kill()
        self._owner.close()
        shutil.rmtree(self.dir, onerror=_unless_gone)  # what ends takes its sockets with it, meanwhile

    def restart(self) -> None:
        """Start again on the same data, after `kill`."""
        shutil.rmtree(self.dir / "exec")  # what the killed one left of its containers: sockets, pids
        self.socket.unlink(missing_ok=True)
        (self.dir / "engine.pid").unlink(missing_ok=True)
        self.start()

    def _docker(self, environment: dict[str, str]) -> list[str]:
        config = {
            "hosts": [self.location],
            "data-root": str(self.dir / "data"),
            "exec-root": str(self.dir / "exec"),
            "pidfile": str(self.dir / "engine.pid"),
            "exec-opts": ["native.cgroupdriver=cgroupfs"],
            "cgroup-parent": f"/{self.dir.name}",
            "ip6tables": False,
            "shutdown-timeout": 2,
        }
        if self._recipe.store:
            config["features"] = {"containerd-snapshotter": self._recipe.store == "containerd"}
        (self.dir / "conf" / "daemon.json").write_text(json.dumps(config))
        command = [
            *self._recipe.command,
            "--config-file",
            str(self.dir / "conf" / "daemon.json"),
            "--group",
            str(os.getgid()),
        ]
        path = f"{environment.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
        if self._recipe.prefix is not None:  # its containerd and shims; the runtime stays the system's
            path = f"{self._recipe.prefix / 'usr/bin'}:{path}"
            proxy = self._recipe.prefix / "usr/sbin/docker-proxy"
            if proxy.exists():
                command += ["--userland-proxy-path", str(proxy)]
        environment["PATH"] = path
        return command

    def _podman(self, environment: dict[str, str]) -> list[str]:
        conf = self.dir / "conf"
        runtime = "crun" if shutil.which("crun") else "runc"
        (conf / "containers.conf").write_text(_CONTAINERS_CONF.format(dir=self.dir, runtime=runtime))
        (conf / "registries.conf").write_text(
            f'unqualified-search-registries = []\n[[registry]]\nlocation = "{REGISTRY}"\ninsecure = true\n'
        )
        environment["CONTAINERS_CONF"] = str(conf / "containers.conf")
        environment["CONTAINERS_REGISTRIES_CONF"] = str(conf / "registries.conf")
        roots = ["--root", str(self.dir / "data"), "--runroot", str(self.dir / "exec")]
        return [*self._recipe.command, *roots, "system", "service", "--time=0", self.location]

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
                return b" 200 " in connection.recv(64)
        except OSError:
            return False

    def _tail(self, name: str) -> list[str]:
        try:
            return (self.dir / name).read_text(errors="replace").splitlines()[-12:]
        except OSError:
            return []


_REGISTRY = """\
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage:
  filesystem: {{rootdirectory: {dir}/registry}}
  delete: {{enabled: true}}
http: {{addr: "{address}", debug: {{addr: ""}}}}
"""

_CONTAINERS_CONF = """\
[containers]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
runtime = "{runtime}"
events_logger = "file"
tmp_dir = "{dir}/exec/libpod"
"""


def _sweep() -> None:
    """Remove the folders of runs that were killed: their processes are gone, and so are their mounts."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            if folder.stat().st_uid != os.geteuid():
                continue
            with (folder / _OWNER).open() as owner:
                fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # not ours, or its owner lives
            continue
        if str(folder) not in Path("/proc/self/mountinfo").read_text():
            _remove_groups([f"/{folder.name}"])
            shutil.rmtree(folder, ignore_errors=True)


def _unless_gone(_function: object, _path: str, told: tuple[type[BaseException], BaseException, object]) -> None:
    if not isinstance(told[1], FileNotFoundError):
        raise told[1]


def _libpod_groups(root: int) -> list[str]:
    """Control groups of Podman's containers below a process: Podman gives them no parent of our choosing."""
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
    found: set[str] = set()
    for pid in parents:
        above = pid
        while above in parents and above != root:
            above = parents[above]
        if above == root:
            try:
                lines = Path(f"/proc/{pid}/cgroup").read_text().splitlines()
            except OSError:
                continue
            found |= {group for line in lines if "/libpod" in (group := line.split(":", 2)[2])}
    return sorted(found)


def _thaw(groups: list[str]) -> None:
    """What is paused would outlive its engine, and keep its control group."""
    for group in groups:
        for state in Path("/sys/fs/cgroup/freezer").glob(f"{group[1:]}/**/freezer.state"):
            with suppress(OSError):
                state.write_text("THAWED")


def _remove_groups(groups: list[str], tries: int = 40) -> None:
    """Remove empty control groups, in every hierarchy; a busy one goes once its processes are reaped."""
    for group in groups:
        for _ in range(tries):
            left = [
                path for base in ("/sys/fs/cgroup", "/sys/fs/cgroup/*") for path in Path("/").glob(f"{base[1:]}{group}")
            ]
            for path in left:
                for folder, _names, _files in os.walk(path, topdown=False):
                    try:
                        os.rmdir(folder)
                    except OSError:
                        continue
            if not any(path.exists() for path in left):
                break
            time.sleep(0.05)
