"""The command line: reads arguments, composes sources, indexing and core, prints a document. The window is `app`.

Headless: no Qt, and no docker where no engine is asked. Every failure ends as one line on standard error and a status:
0 printed, 1 nothing could be read or was refused, 2 wrong use, 3 no engine reachable.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

from imagexplorer.core.errors import Cancelled, ImagexplorerError, Unreachable, WrongUse

OK, FAILED, WRONG_USE, NO_ENGINE, INTERRUPTED = 0, 1, 2, 3, 130
COMMANDS = ("inspect", "changes")
_WITH_VALUE = ("--host", "--image", "--platform")

_DESCRIPTION = "Explore container images and containers: layers, history, files, changes, disk."
_EPILOG = """commands:
  imagexplorer [TARGET]               open the window, on TARGET's page if given
  imagexplorer inspect TARGET         print an image: layers, steps, totals
  imagexplorer changes CONTAINER      print what a container changed

TARGET is an image name or id on the engine, or a path to a docker-save archive, an OCI layout folder or an OCI archive.
Where it could be both, say engine://NAME, archive://PATH or oci://PATH."""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status."""
    # Before NumPy is there: starting a thread for every processor costs more than all that they would be used for.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    try:
        status = _run(list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_output()
        return OK
    except (KeyboardInterrupt, Cancelled):
        _forget_output()
        return INTERRUPTED
    except ImagexplorerError as error:
        _say(str(error))
        return _status(error)
    except OSError as error:
        _say(f"the output cannot be written: {error.strerror or error}")
        _forget_output()
        return FAILED
    except MemoryError:
        _say("there is not enough memory for this")
        return FAILED
    except Exception as error:
        if os.environ.get("IMAGEXPLORER_DEBUG"):
            raise
        _say(f"internal error: {type(error).__name__}: {error} (IMAGEXPLORER_DEBUG=1 shows where)")
        return FAILED
    return status


def _status(error: ImagexplorerError) -> int:
    if isinstance(error, WrongUse):
        return WRONG_USE
    return NO_ENGINE if isinstance(error, Unreachable) else FAILED


def _say(text: str) -> None:
    from imagexplorer.core.text import plain

    line = f"imagexplorer: {plain(text.strip())}\n"
    try:
        sys.stderr.buffer.write(line.encode("utf-8", "backslashreplace"))
        sys.stderr.flush()
    except (OSError, AttributeError, ValueError):
        pass  # nobody listens


def _forget_output() -> None:
    """What could not be written would be tried again, and complained about, at the end of the process."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass


# -- arguments ---------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise WrongUse(message, "", f"See {self.prog} --help")


def _command_of(arguments: list[str]) -> tuple[str, list[str]]:
    """The command ("" for the window) and the arguments without it: options may stand before and after it."""
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
    return "", arguments


def _parser(command: str) -> _Parser:
    from imagexplorer import __version__

    parser = _Parser(
        prog="imagexplorer" + (f" {command}" if command else ""),
        description=_DESCRIPTION,
        epilog=None if command else _EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"imagexplorer {__version__}")
    parser.add_argument("--host", metavar="URL", default="", help="the engine to use, as DOCKER_HOST has it")
    if command == "changes":
        parser.add_argument("target", metavar="CONTAINER", help="name or id")
        parser.add_argument("--json", action="store_true", help="the document imagexplorer.changes/1")
        return parser
    parser.add_argument("target", metavar="TARGET", nargs=None if command else "?", default="", help="image or path")
    parser.add_argument("--image", metavar="TAG|N", default="", help="one of several images in an archive")
    parser.add_argument("--platform", metavar="OS/ARCH", default="", help="one of several platforms of an image")
    if command == "inspect":
        parser.add_argument("--json", action="store_true", help="the document imagexplorer.inspect/1")
        parser.add_argument("--entries", action="store_true", help="with the entries of every layer, in archive order")
        parser.add_argument("--tree", action="store_true", help="with the visible files, sorted by path")
        parser.add_argument("--verify", action="store_true", help="read and hash every byte, compare all digests")
        parser.add_argument("--no-cache", action="store_true", help="neither read nor write the cache")
    return parser


def _run(arguments: list[str]) -> int:
    command, rest = _command_of(arguments)
    options = _parser(command).parse_args(rest)
    if command == "inspect":
        return _inspect(options)
    if command == "changes":
        return _changes(options)
    return _window(options)


# -- commands ----------------------------------------------------------------------------------------


def _inspect(options: argparse.Namespace) -> int:
    from imagexplorer.output.inspection import Question, inspect

    question = Question(
        target=options.target,
        host=options.host,
        image=options.image,
        platform=options.platform,
        json=options.json,
        entries=options.entries,
        tree=options.tree,
        verify=options.verify,
        cache=not options.no_cache,
        width=_width(),
    )
    return _print(inspect(question))


def _changes(options: argparse.Namespace) -> int:
    from imagexplorer.output.inspection import changes

    return _print(changes(options.target, options.host, options.json))


def _width() -> int:
    """Of the terminal; 0 where the output is no terminal, so that nothing is shortened."""
    if not sys.stdout.isatty():
        return 0
    import shutil

    return shutil.get_terminal_size().columns


def _print(pieces: Iterable[str]) -> int:
    """Write as it is made. Bytes that are no UTF-8 were made escapes by the reports."""
    out = getattr(sys.stdout, "buffer", None)
    for piece in pieces:
        if out is None:
            sys.stdout.write(piece)
        else:
            out.write(piece.encode("utf-8", "backslashreplace"))
    return OK


def _window(options: argparse.Namespace) -> int:
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
