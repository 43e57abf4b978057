"""What a desktop needs to know of the program is valid, and the lists that packaging reads are whole."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGING = ROOT / "packaging"


def test_desktop_file_is_valid() -> None:
    tool = shutil.which("desktop-file-validate")
    assert tool, "desktop-file-utils is missing (packaging/system-packages.txt)"
    subprocess.run([tool, *PACKAGING.glob("*.desktop")], check=True)


def test_appstream_file_is_valid() -> None:
    tool = shutil.which("appstreamcli")
    assert tool, "appstream is missing (packaging/system-packages.txt)"
    subprocess.run([tool, "validate", "--no-net", *PACKAGING.glob("*.metainfo.xml")], check=True)


def test_constraints_pin_every_dependency_without_an_address() -> None:
    text = (PACKAGING / "constraints.txt").read_text()
    assert "://" not in text
    assert "index" not in text.replace("# Pinned", "").split("\n", 1)[1]
    pinned = {re.split("[=;]", line)[0].lower().replace("_", "-") for line in text.splitlines() if "==" in line}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[>=<;\s]", need)[0].lower().replace("_", "-") for need in wanted}
    assert names <= pinned


@pytest.mark.parametrize("section", ["venv", "qt", "window", "test", "unpacked"])
def test_system_packages_have_every_section(section: str) -> None:
    import importlib.util

    spec = importlib.util.spec_from_file_location("set_up", PACKAGING / "set_up.py")
    assert spec is not None
    assert spec.loader is not None
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    assert set_up.packages([section])


def test_set_up_can_be_read_by_an_old_python() -> None:
    import ast

    ast.parse((PACKAGING / "set_up.py").read_text(), feature_version=(3, 6))


def test_the_wheel_carries_the_resources(tmp_path: Path) -> None:
    import sys

    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet", "--no-deps"]
    subprocess.run([*command, "--wheel-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "imagexplorer/_resources/sample.tar" in names
    assert any(name.startswith("imagexplorer/_resources/icons/") for name in names)
    assert not any(name.startswith(("resources/", "packaging/", "tests/")) for name in names)
    assert wheel.stat().st_size < 2_000_000
