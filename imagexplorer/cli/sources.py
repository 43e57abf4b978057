"""`imagexplorer sources`: every place where an engine of this user may be, and what is there."""

from __future__ import annotations

import argparse

from imagexplorer.cli import OK
from imagexplorer.cli.printing import show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the document imagexplorer.sources/1")


def run(options: argparse.Namespace) -> int:
    from imagexplorer.output.places import sources

    show(sources(options.host, options.json))
    return OK
