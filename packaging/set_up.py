"""Make the virtual environment that `make` works in, on a machine that has never seen the project.

usage: python3 packaging/set_up.py [--test] [--venv DIR]

Finds a Python that is new enough, names what this machine lacks in one line each, installs Debian/Ubuntu packages
when run by root (otherwise prints the command to run), makes the environment and installs the project with pinned
dependencies. A second run with nothing changed does nothing. Written to be read by any Python 3.6 or newer, so that
an old one is told, not hit by a syntax error. Knows nothing of the program itself.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
OLDEST = (3, 11)
NEWEST_KNOWN = 14
# PySide6-Essentials has wheels for these, and for a glibc of at least this on Linux (aarch64 wheels need a newer one).
WHEELS = {
    ("Linux", "x86_64"): (2, 34),
    ("Linux", "aarch64"): (2, 39),
    ("Darwin", "x86_64"): None,
    ("Darwin", "arm64"): None,
    ("Windows", "AMD64"): None,
    ("Windows", "ARM64"): None,
}


def stop(sentence):
    sys.exit("set-up: " + sentence)


def newer_python():
    """The path of a Python on PATH that is new enough, or None."""
    for minor in range(NEWEST_KNOWN, OLDEST[1] - 1, -1):
        path = shutil.which("python3.{}".format(minor))
        if (
            path
            and subprocess.call([path, "-c", "import venv"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
        ):
            return path
    return None


def check_python(arguments):
    if sys.version_info >= OLDEST:
        return
    found = newer_python()
    if found:
        sys.exit(subprocess.call([found, os.path.abspath(__file__)] + arguments))
    stop(
        "Python {}.{} is too old: imagexplorer needs 3.{} or newer (name one with: make PYTHON=python3.x ...)".format(
            sys.version_info[0], sys.version_info[1], OLDEST[1]
        )
    )


def check_machine():
    system, machine = platform.system(), platform.machine()
    if (system, machine) not in WHEELS or sys.maxsize < 2**32:
        stop(
            "there are no PySide6 wheels for {} on {}: use x86_64 (Linux, Windows, macOS) or arm64".format(
                system, machine
            )
        )
    needed = WHEELS[system, machine]
    if needed:
        name, version = platform.libc_ver()
        if name != "glibc":
            stop(
                "PySide6 wheels need glibc {}.{}; this system has {}".format(
                    needed[0], needed[1], name or "another C library"
                )
            )
        if tuple(int(part) for part in version.split(".")[:2]) < needed:
            stop(
                "PySide6 wheels for {} need glibc {}.{}; this system has {}".format(
                    machine, needed[0], needed[1], version
                )
            )


def packages(sections):
    wanted, section = [], ""
    with open(os.path.join(HERE, "system-packages.txt"), encoding="utf-8") as lines:
        for line in lines:
            line = line.strip()
            if line.startswith("["):
                section = line.strip("[]")
            elif line and not line.startswith("#") and section in sections:
                wanted.append(line)
    return wanted


def is_installed(package):
    answer = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status}", package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    return b"ok installed" in answer.stdout


def satisfied_elsewhere(package):
    """A Python that was not installed by the system brings its own venv; t64 names are Ubuntu's and Debian 13's."""
    if package == "python3-venv":
        code = "import ensurepip, venv"
        return subprocess.call([sys.executable, "-c", code], stderr=subprocess.DEVNULL) == 0
    return is_installed(package + "t64")


def install_system_packages(sections):
    if not (shutil.which("dpkg-query") and shutil.which("apt-get")):
        return
    missing = [name for name in packages(sections) if not is_installed(name) and not satisfied_elsewhere(name)]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends"] + missing
    if os.geteuid() != 0:
        print(
            "set-up: these system packages are missing; install them with:\n  sudo " + " ".join(command),
            file=sys.stderr,
        )
        if "python3-venv" in missing:
            stop("no virtual environment can be made before that")
        return
    print("set-up: installing " + " ".join(missing), file=sys.stderr)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    quiet = ["apt-get", "-qq"]
    subprocess.call(quiet + ["update"], env=environment)
    known = [
        name
        for name in missing
        if subprocess.call(["apt-cache", "show", name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    ]
    for name in sorted(set(missing) - set(known)):
        print("set-up: this release has no package " + name, file=sys.stderr)
    result = subprocess.call(
        quiet + ["install", "-y", "--no-install-recommends"] + known, env=environment, stdout=subprocess.DEVNULL
    )
    if result:
        stop("apt-get could not install {} (exit status {})".format(" ".join(known), result))


def unpack_packages(names, folder):
    """Files of Debian packages below `folder`, for programs that the tests start themselves."""
    if not (shutil.which("dpkg-deb") and shutil.which("apt-get")):
        return
    for name in names:
        done = os.path.join(folder, name + ".unpacked")
        if os.path.exists(done):
            continue
        with tempfile.TemporaryDirectory() as scratch:
            download = ["apt-get", "-qq", "-o", "APT::Sandbox::User=", "download", name]
            if subprocess.call(download, cwd=scratch, stderr=subprocess.DEVNULL):
                if os.geteuid() == 0:  # perhaps the lists are missing or old
                    subprocess.call(["apt-get", "-qq", "update"])
                if subprocess.call(download, cwd=scratch):
                    print("set-up: apt-get could not download {}; its words are above".format(name), file=sys.stderr)
                    continue
            for package in os.listdir(scratch):
                subprocess.check_call(["dpkg-deb", "-x", os.path.join(scratch, package), folder])
        open(done, "w").close()


def environment_python(folder):
    return os.path.join(folder, "Scripts", "python.exe") if os.name == "nt" else os.path.join(folder, "bin", "python")


def state(extra):
    """What the environment was made from; another value makes it again."""
    digest = hashlib.sha256(("{} {}".format(sys.version, extra)).encode())
    for name in (
        "pyproject.toml",
        os.path.join("packaging", "constraints.txt"),
        os.path.join("packaging", "set_up.py"),
    ):
        with open(os.path.join(ROOT, name), "rb") as file:
            digest.update(file.read())
    return digest.hexdigest()


def make_environment(folder, extra):
    stamp = os.path.join(folder, "set-up.sha256")
    wanted = state(extra)
    if os.path.exists(stamp):
        with open(stamp, encoding="ascii") as file:
            if file.read() == wanted:
                return
    python = environment_python(folder)
    if not os.path.exists(python):
        print("set-up: making the virtual environment", file=sys.stderr)
        if subprocess.call([sys.executable, "-m", "venv", folder]):
            stop("python3 -m venv failed; on Debian and Ubuntu it needs the package python3-venv")
    print("set-up: installing Python packages (the first time takes a minute)", file=sys.stderr)
    target = ROOT + ("[{}]".format(extra) if extra else "")
    pip = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    if subprocess.call(pip + ["-c", os.path.join(HERE, "constraints.txt"), "-e", target]):
        stop("pip could not install the packages; its words are above")
    # pip compiles what it copies, but not a checkout; where bytecode may not be written, each start would do it again.
    subprocess.call([python, "-m", "compileall", "-q", os.path.join(ROOT, "imagexplorer")])
    with open(stamp, "w", encoding="ascii") as file:
        file.write(wanted)


def main(arguments):
    check_python(arguments)
    parser = argparse.ArgumentParser(description="make the virtual environment of a checkout")
    parser.add_argument("--test", action="store_true", help="also what the tests need: engines, linters")
    parser.add_argument("--torture", action="store_true", help="also what the long runs need: a fuzzer, umoci")
    parser.add_argument("--venv", default=os.path.join(ROOT, ".venv"))
    options = parser.parse_args(arguments)
    check_machine()
    more = (["test"] if options.test else []) + (["torture"] if options.torture else [])
    install_system_packages(["venv", "qt", "window"] + more)
    # One environment for both: the stamp of a test environment also serves a plain run.
    extra = "dev" if options.test or os.path.exists(os.path.join(options.venv, "with-dev")) else ""
    make_environment(options.venv, extra)
    if options.test:
        unpack_packages(packages(["unpacked"]), os.path.join(options.venv, "unpacked"))
        open(os.path.join(options.venv, "with-dev"), "w").close()
    if options.torture:
        pip = [environment_python(options.venv), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        if subprocess.call(pip + ["-c", os.path.join(HERE, "constraints.txt"), "atheris"]):
            stop("pip could not install atheris; its words are above")


if __name__ == "__main__":
    main(sys.argv[1:])
