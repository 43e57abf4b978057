"""`imagexplorer [TARGET]`: the window."""

from __future__ import annotations

import argparse
import os
import sys

from imagexplorer.cli.arguments import add_choice
from imagexplorer.core.errors import ImagexplorerError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", nargs="?", default="", help="image or path")
    add_choice(parser)


def run(options: argparse.Namespace) -> int:
    if sys.platform.startswith("linux") and not any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    ):
        raise ImagexplorerError(
            "there is no display to open a window on",
            "neither DISPLAY nor WAYLAND_DISPLAY is set",
            "Without one: imagexplorer inspect TARGET, imagexplorer changes CONTAINER",
        )
    if options.target or options.image or options.platform:
        from imagexplorer.output.asked import check_target

        check_target(options.target, options.host, options.image, options.platform)
    from imagexplorer import app

    return app.run(options.target, options.host, options.image, options.platform)
