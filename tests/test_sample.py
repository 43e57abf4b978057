"""The sample image is what its script makes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_script_makes_the_same_bytes(tmp_path: Path) -> None:
    made = tmp_path / "sample.tar"
    subprocess.run([sys.executable, ROOT / "packaging" / "make_sample.py", made], check=True)
    assert made.read_bytes() == (ROOT / "resources" / "sample.tar").read_bytes()
