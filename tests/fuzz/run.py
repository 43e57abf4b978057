"""Run a target under atheris: `python -m tests.fuzz.run NAME [options of libFuzzer]`, such as -runs=100000.

What is new goes to the folder of --keep, if one is named; an input that fails goes to the corpus. Needs atheris, which
is no dependency of the project.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

CORPUS = Path(__file__).with_name("corpus")


def main() -> None:
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["imagexplorer.sources", "imagexplorer.core", "imagexplorer.indexing"]):
        from tests.fuzz.targets import TARGETS

    keep = next((option[7:] for option in options if option.startswith("--keep=")), "")
    options = [option for option in options if not option.startswith("--keep=")]
    with tempfile.TemporaryDirectory() as scratch:
        arguments = [
            sys.argv[0],
            "-max_len=20000",
            "-timeout=20",
            "-rss_limit_mb=2000",
            f"-artifact_prefix={CORPUS / name}/",
        ]
        atheris.Setup([*arguments, *options, keep or scratch, str(CORPUS / name)], TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
