"""`imagexplorer diff A B`: how two images differ, in files, layers and configuration."""

from __future__ import annotations

import argparse

from imagexplorer.cli import FAILED, OK
from imagexplorer.cli.printing import show


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("a", metavar="A", help="image or path")
    parser.add_argument("b", metavar="B", help="image or path")
    for side in "ab":
        title = f"one of several images in an archive, for {side.upper()}"
        parser.add_argument(f"--image-{side}", metavar="TAG|N", default="", help=title)
    parser.add_argument("--platform", metavar="OS/ARCH", default="", help="one of several platforms, of both")
    parser.add_argument("--json", action="store_true", help="the document imagexplorer.diff/1")
    parser.add_argument("--html", metavar="FILE", default="", help="write it as a page too")
    parser.add_argument("--exit-code", action="store_true", help="exit status 1 where there is any difference")
    parser.add_argument("--times", action="store_true", help="a time of change that differs is a difference too")
    parser.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")


def run(options: argparse.Namespace) -> int:
    from imagexplorer.output.differing import HTML, JSON, TEXT, DiffQuestion, diff
    from imagexplorer.output.writing import write_text

    images = (options.image_a, options.image_b)
    cache = not options.no_cache
    found = diff(DiffQuestion(options.a, options.b, options.host, options.platform, cache, images, options.times))
    if options.html:
        write_text(options.html, found.pieces(HTML))
    show(found.pieces(JSON if options.json else TEXT))
    return FAILED if options.exit_code and found.differs else OK
