"""`imagexplorer changes CONTAINER`: what a container changed."""

from __future__ import annotations

import argparse

from imagexplorer.cli import OK
from imagexplorer.cli.printing import show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="CONTAINER", help="name or id")
    parser.add_argument("--json", action="store_true", help="the document imagexplorer.changes/1")


def run(options: argparse.Namespace) -> int:
    from imagexplorer.output.inspection import changes

    show(changes(options.target, options.host, options.json))
    return OK
