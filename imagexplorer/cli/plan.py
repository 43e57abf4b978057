"""`imagexplorer plan delete` and `plan prune`: a dry run, which never deletes."""

from __future__ import annotations

import argparse
import time

from imagexplorer.cli import OK
from imagexplorer.cli.printing import show
from imagexplorer.core.errors import WrongUse

_ABOUT = """what it would free is the engine's own measure, as its history reports it: on overlay2 each file once per
inode and the lengths of symbolic links. That may differ from the stored bytes of inspect. Nothing is ever deleted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _ABOUT
    parser.add_argument("what", choices=("delete", "prune"), help="delete the images named, or prune what is unused")
    parser.add_argument("images", metavar="IMAGE", nargs="*", help="tags or ids (delete)")
    parser.add_argument("--json", action="store_true", help="the document imagexplorer.plan/1")
    parser.add_argument("--dangling", action="store_true", help="images without a tag (prune; the usual)")
    parser.add_argument("--unused", action="store_true", help="all images that no container uses (prune)")
    parser.add_argument("--containers", action="store_true", help="containers that do not run (prune)")
    parser.add_argument(
        "--older-than", metavar="DAYS", type=float, help="of images only those made so long ago (prune)"
    )
    parser.add_argument("--like", metavar="PATTERN", default="", help="of images only those named so, 'ci/*' (prune)")
    parser.add_argument("--volumes", action="store_true", help="volumes that no container uses (prune)")
    parser.add_argument("--build-cache", action="store_true", help="the builder's cache that is not in use (prune)")


def run(options: argparse.Namespace) -> int:
    from imagexplorer.output.planning import delete_plan, prune_plan

    chosen = [name for name in ("dangling", "unused", "containers", "volumes", "build_cache") if getattr(options, name)]
    days = options.older_than
    if days is not None and not 0 <= days < 100_000:  # not a number is neither
        raise WrongUse("--older-than", "it takes a number of days")
    if options.what == "delete":
        chosen += [name for name in ("older_than", "like") if getattr(options, name) not in (None, "")]
        if chosen:
            raise WrongUse(f"--{chosen[0].replace('_', '-')}", "it goes with plan prune")
        if not options.images or not all(options.images):
            raise WrongUse("plan delete", "which images?", "Name tags or ids")
        show(delete_plan(options.images, options.host, options.json))
        return OK
    if options.images:
        raise WrongUse("plan prune", "it takes no images", "To delete some: imagexplorer plan delete IMAGE...")
    show(
        prune_plan(
            options.host,
            options.json,
            dangling=options.dangling or not chosen,
            unused=options.unused,
            containers=options.containers,
            volumes=options.volumes,
            build_cache=options.build_cache,
            before=None if days is None else round(time.time() - days * 86_400),
            like=options.like,
        )
    )
    return OK
