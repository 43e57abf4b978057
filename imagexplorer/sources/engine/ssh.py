"""An engine on another machine, reached through the system's own ssh: agents, config, jump hosts and known hosts work.

Each call's connection is `docker system dial-stdio` (or podman's) on that machine, as the docker command has it; all
share one connection of ssh, its control master. ssh never asks anything here: what it would ask is told as an error.
Knows ssh's command line and words; not what is said over the connection.
"""

from __future__ import annotations

import os
import re
import select
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from imagexplorer.core.errors import Unreachable
from imagexplorer.core.text import plain

CONNECT_SECONDS = 20
"""Until ssh has to be through: jump hosts and slow lines included."""

_OPTIONS = ("BatchMode=yes", f"ConnectTimeout={CONNECT_SECONDS}", "ServerAliveInterval=15", "ServerAliveCountMax=3")
_WORDS_LIMIT = 8192
_STEP = 0.05
_END_SECONDS = 1.0
_DIAL = (
    "if command -v docker >/dev/null 2>&1; then exec docker {docker}system dial-stdio; "
    "elif command -v podman >/dev/null 2>&1; then exec podman {podman}system dial-stdio; "
    "else echo 'neither docker nor podman is on the PATH of that user' >&2; exit 127; fi"
)


class SshError(OSError):
    """Why ssh did not get through, and what helps."""

    def __init__(self, reason: str, way_out: str = "") -> None:
        super().__init__(reason)
        self.reason, self.way_out = reason, way_out


class Ssh:
    """The way to one machine. `location` is ssh://[user@]host[:port][/path/of/the/engine's/socket]. `identity` is the
    file of a key to be tried beside those that ssh has.

    Raises Unreachable for what is no such address; nothing is connected before the first `connect`.
    """

    def __init__(self, location: str, identity: str = "") -> None:
        parts = urlsplit(location)
        try:
            port = parts.port
        except ValueError:
            port = -1
        self.host = parts.hostname or ""
        if port == -1 or not re.fullmatch(r"[A-Za-z0-9_.:%][A-Za-z0-9_.:%-]*", self.host) or parts.query:
            raise Unreachable(location, "not an address of ssh", "Write ssh://user@host")
        if parts.password is not None:
            raise Unreachable(
                f"ssh://{self.host}", "a password does not belong into an address", "Use a key: ssh-copy-id, ssh-add"
            )
        self._user, self._port, self._socket = unquote(parts.username or ""), port, parts.path.rstrip("/")
        self._identity = identity
        self._lock = threading.Lock()
        self._master: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None

    def connect(self, note: Callable[[socket.socket], None]) -> Connection:
        """A connection to the engine. `note` gets the socket before anything is waited for: shutting it down ends the
        wait. Raises SshError."""
        plain_end, theirs = socket.socketpair()
        ours = Connection(plain_end, self)
        try:
            with theirs:
                note(ours)
                control = str(self._control_path(ours))
                ours.process = self._start(
                    ["-S", control, *self._target(), self._remote()], theirs.fileno(), theirs.fileno()
                )
        except BaseException:
            ours.close()
            raise
        return ours

    def close(self) -> None:
        """End the shared connection, and with it all that runs over it."""
        with self._lock:
            self._end_master()

    def explained(self, words: str) -> SshError:
        """What ssh said, in words that help."""
        machine = self.host if not self._user else f"{self._user}@{self.host}"
        command = f"ssh {machine}" if self._port is None else f"ssh -p {self._port} {machine}"
        if "IDENTIFICATION HAS CHANGED" in words:
            name = self.host if self._port is None else f"[{self.host}]:{self._port}"
            return SshError(
                "the machine's host key is not the one that is known: it was set up anew, or someone is in between",
                f"If you know why it changed: ssh-keygen -R {shlex.quote(name)}, then {command} once",
            )
        if "Host key verification failed" in words or "host key is known" in words:
            return SshError(
                "the host key of the machine is not known here",
                f"Compare and accept its fingerprint in a terminal: {command}",
            )
        if "Permission denied" in words or "Too many authentication failures" in words:
            return SshError(
                f"{machine} did not let us in: {_last(words)}",
                f"Load your key into the agent (ssh-add); try: {command}",
            )
        for said, reason in (
            ("Could not resolve hostname", "no such host"),
            ("Connection refused", "nothing listens there for ssh"),
            ("timed out", "ssh got no answer in time"),
        ):
            if said in words:
                return SshError(reason, f"Try in a terminal: {command}")
        return SshError(_last(words) or "ssh ended without a word", f"Try in a terminal: {command}")

    # -- the shared connection --------------------------------------------------------------------
    def _control_path(self, waiting: socket.socket) -> Path:
        """Of a master that is there. Raises SshError, and ConnectionAbortedError once `waiting` is shut down."""
        with self._lock:
            if self._master is not None and self._master.poll() is None and self._folder is not None:
                return self._folder / "s"
            self._end_master()
            self._folder = Path(tempfile.mkdtemp(prefix="imagexplorer-ssh-"))
            path = self._folder / "s"
            options = ["-M", "-S", str(path), "-o", "ControlPersist=no"]
            # It lives as long as its input is open: when this program dies, however it does, `cat` ends and so does it.
            self._master = self._start([*options, *self._target(), "cat"], subprocess.PIPE, subprocess.DEVNULL)
            until = time.monotonic() + CONNECT_SECONDS + 5
            while not path.exists():
                if self._master.poll() is not None:
                    raise self.explained(_said(self._master))
                if select.select([waiting], [], [], _STEP)[0]:
                    self._end_master()
                    raise ConnectionAbortedError("given up")
                if time.monotonic() > until:
                    self._end_master()
                    raise SshError("ssh got no answer in time", "")
            return path

    def _end_master(self) -> None:
        if self._master is not None:
            _end(self._master)
            self._master = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _start(self, arguments: list[str], stdin: int, stdout: int) -> subprocess.Popen[bytes]:
        command = ["ssh", "-T", *(part for option in _OPTIONS for part in ("-o", option)), *arguments]
        try:
            return subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE)
        except FileNotFoundError as error:
            raise SshError("the program ssh is not installed", "Install OpenSSH's client") from error

    def _target(self) -> list[str]:
        port = [] if self._port is None else ["-p", str(self._port)]
        user = ["-l", self._user] if self._user else []
        key = ["-i", self._identity] if self._identity else []
        return [*port, *user, *key, "--", self.host]

    def _remote(self) -> str:
        if not self._socket:
            return _DIAL.format(docker="", podman="")
        url = shlex.quote(f"unix://{unquote(self._socket)}")
        return _DIAL.format(docker=f"--host {url} ", podman=f"--url {url} ")


class Connection(socket.socket):
    """Our end of one call; closing it ends the ssh that carries it."""

    def __init__(self, end: socket.socket, ssh: Ssh) -> None:
        super().__init__(fileno=end.detach())
        self.process: subprocess.Popen[bytes] | None = None
        self._ssh = ssh

    def failure(self) -> SshError | None:
        """Why nothing came over it, where ssh said why. Waits a little for its last words."""
        if self.process is None:
            return None
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_END_SECONDS)
        words = _said(self.process)
        return self._ssh.explained(words) if words.strip() else None

    def close(self) -> None:
        super().close()
        if self.process is not None:
            _end(self.process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stderr is not None:
        process.stderr.close()


def _said(process: subprocess.Popen[bytes]) -> str:
    """What is there of its complaints; never waits for more."""
    if process.stderr is None or process.stderr.closed:
        return ""
    words = b""
    while len(words) < _WORDS_LIMIT and select.select([process.stderr], [], [], 0)[0]:
        piece = os.read(process.stderr.fileno(), _WORDS_LIMIT)
        if not piece:
            break
        words += piece
    return words.decode("utf-8", "replace")


def _last(words: str) -> str:
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return plain(lines[-1], 300) if lines else ""
