"""`imagexplorer changes CONTAINER`: what a container changed, printed or written as a Dockerfile or a tar."""

from __future__ import annotations

import argparse
import sys

from imagexplorer.cli import OK
from imagexplorer.cli.printing import show
from imagexplorer.core.errors import WrongUse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="CONTAINER", help="name or id")
    parser.add_argument("--json", action="store_true", help="the document imagexplorer.changes/1")
    parser.add_argument(
        "--dockerfile", metavar="FOLDER", help="write a Dockerfile and its context that build what a commit would hold"
    )
    parser.add_argument(
        "--flatten", action="store_true", help="with --dockerfile: FROM scratch with the whole tree in one layer"
    )
    parser.add_argument("--tar", metavar="FILE", help="write what was added and modified into a tar")
    parser.add_argument(
        "--patch", metavar="FILE", help="write how text files and links differ, for git apply or patch -p1"
    )


def run(options: argparse.Namespace) -> int:
    if options.flatten and options.dockerfile is None:
        raise WrongUse("--flatten", "it goes with --dockerfile FOLDER")
    written = [name for name in ("dockerfile", "tar", "patch") if getattr(options, name) is not None]
    if options.json and written:
        raise WrongUse("--json", f"it prints, and --{written[0]} writes: ask for one of them")
    for name in written:
        if getattr(options, name) == "":
            raise WrongUse(f"--{name}", "a path was expected")
    if written:
        from imagexplorer.output.inspection import write_changes

        for line in write_changes(
            options.target, options.host, options.dockerfile, options.flatten, options.tar, options.patch
        ):
            print(f"imagexplorer: {line}", file=sys.stderr)
        return OK
    from imagexplorer.output.inspection import changes

    show(changes(options.target, options.host, options.json))
    return OK
