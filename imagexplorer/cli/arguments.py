"""Which command the arguments name, and what they say to it. Knows the commands' names, not what they do."""

from __future__ import annotations

import argparse
from typing import NoReturn, Protocol

from imagexplorer.core.errors import WrongUse

WINDOW = ""
"""The name of what runs where no command is named."""
COMMANDS = ("inspect", "changes", "check", "diff", "plan", "sources")
_WITH_VALUE = ("--host", "--image", "--platform")

_DESCRIPTION = "Explore container images and containers: layers, history, files, changes, disk."
_EPILOG = """commands:
  imagexplorer [TARGET]               open the window, on TARGET's page if given
  imagexplorer inspect TARGET         print an image: layers, steps, totals
  imagexplorer changes CONTAINER      print what a container changed
  imagexplorer diff A B               print how two images differ
  imagexplorer check TARGET           hold an image against rules; status 1 when one is broken
  imagexplorer plan delete IMAGE...   tell what deleting would do and free; never deletes
  imagexplorer plan prune             the same of all that is unused
  imagexplorer sources                list every place where an engine may be, live or not

TARGET is an image name or id on the engine, or a path to a docker-save archive, an OCI layout folder or an OCI archive.
Where it could be both, say engine://NAME, archive://PATH or oci://PATH."""


class Command(Protocol):
    """What a module of a command has."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> int:
        """The exit status. Raises core.errors."""
        ...


def command(name: str) -> Command:
    """Only the one that is asked for is imported."""
    if name == "inspect":
        from imagexplorer.cli import inspect

        return inspect
    if name == "changes":
        from imagexplorer.cli import changes

        return changes
    if name == "check":
        from imagexplorer.cli import check

        return check
    if name == "diff":
        from imagexplorer.cli import diff

        return diff
    if name == "plan":
        from imagexplorer.cli import plan

        return plan
    if name == "sources":
        from imagexplorer.cli import sources

        return sources
    from imagexplorer.cli import window

    return window


def split(arguments: list[str]) -> tuple[str, list[str]]:
    """The command (WINDOW for none) and the arguments without it: options of all commands may stand before it."""
    at = 0
    while at < len(arguments):
        word = arguments[at]
        if word == "--":
            break
        if not word.startswith("-") or word == "-":
            if word in COMMANDS:
                return word, arguments[:at] + arguments[at + 1 :]
            break
        at += 2 if word in _WITH_VALUE else 1
    return WINDOW, arguments


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongUse(message, "", f"See {self.prog} --help")


def parsed(name: str, chosen: Command, arguments: list[str]) -> argparse.Namespace:
    """Raises WrongUse."""
    from imagexplorer import __version__

    parser = _Parser(
        prog=f"imagexplorer {name}".rstrip(),
        description=_DESCRIPTION,
        epilog=None if name else _EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"imagexplorer {__version__}")
    parser.add_argument("--host", metavar="URL", default="", help="the engine to use, as DOCKER_HOST has it")
    chosen.add_arguments(parser)
    return parser.parse_args(arguments)


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Which of several images or platforms of a TARGET."""
    parser.add_argument("--image", metavar="TAG|N", default="", help="one of several images in an archive")
    parser.add_argument("--platform", metavar="OS/ARCH", default="", help="one of several platforms of an image")
