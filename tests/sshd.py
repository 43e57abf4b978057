"""An sshd of our own on 127.0.0.1, and a client that knows nothing but it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

_UNPACKED = Path(sys.prefix) / "unpacked"
"""Where packaging/set_up.py unpacks packages that are better not installed."""
SSHD = shutil.which(
    "sshd", path=os.pathsep.join([str(_UNPACKED / "usr/sbin"), os.environ.get("PATH", ""), "/usr/sbin"])
)
# Root's sshd wants a folder in /run and a user of its own: it gets both where nobody else sees them.
_ALONE = """
mount -t tmpfs none /run && mkdir /run/sshd || exit
grep -q '^sshd:' /etc/passwd || { echo 'sshd:x:65533:65534::/run/sshd:/bin/false' | cat /etc/passwd - > "$0" &&
    mount --bind "$0" /etc/passwd; } || exit
exec "$@"
"""


class Sshd:
    """Its keys, configuration and log are in `folder`; who logs in with the client's key is who runs the test, and
    finds `environment`. `bin` has an `ssh` that reads nothing of this user's own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        assert SSHD is not None, "no sshd here: make set-up-test unpacks one"
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir(parents=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        for name in ("host", "client", "stranger"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        shutil.copy(folder / "client.pub", folder / "authorized")
        given = " ".join(f'"{name}={value}"' for name, value in environment.items())
        (folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
            f"AuthorizedKeysFile {folder}/authorized\n"
            f"StrictModes no\nUsePAM no\nPidFile none\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
            + (f"SetEnv {given}\n" if given else "")
            + "".join(  # the one of OpenSSH 10 runs others, which are unpacked too
                f"{option} {path}\n"
                for option, name in (("SshdSessionPath", "sshd-session"), ("SshdAuthPath", "sshd-auth"))
                if (path := _UNPACKED / "usr/lib/openssh" / name).exists()
            )
        )
        self.use_key("client")
        real = shutil.which("ssh")
        (self.bin / "ssh").write_text(f'#!/bin/sh\nexec {real} -F {folder}/config "$@"\n')
        (self.bin / "ssh").chmod(0o755)
        command = [SSHD, "-D", "-f", str(folder / "sshd_config"), "-E", str(folder / "log")]
        if os.geteuid() == 0:
            command = ["unshare", "--mount", "sh", "-c", _ALONE, str(folder / "passwd"), *command]
        libraries = os.pathsep.join(str(path) for path in _UNPACKED.glob("usr/lib/*-linux-*"))
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, env={**os.environ, "LD_LIBRARY_PATH": libraries}
        )
        self._wait()

    @property
    def location(self) -> str:
        return f"ssh://127.0.0.1:{self.port}"

    def use_key(self, name: str) -> None:
        (self.folder / "config").write_text(
            f"Host *\n IdentityFile {self.folder}/{name}\n IdentitiesOnly yes\n IdentityAgent none\n"
            f" UserKnownHostsFile {self.folder}/known\n GlobalKnownHostsFile none\n HashKnownHosts no\n"
        )

    def know(self, key: str = "host") -> None:
        """As a user who compared the fingerprint does."""
        public = (self.folder / f"{key}.pub").read_text()
        (self.folder / "known").write_text(f"[127.0.0.1]:{self.port} {public}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(10)

    def _wait(self) -> None:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError((self.folder / "log").read_text())
