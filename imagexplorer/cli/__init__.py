"""The command line: reads arguments, composes sources, indexing and core, prints a document. The window is `app`.

Each command is a module of its own (`arguments.command`). Headless: no Qt, and no docker where no engine is asked.
Every failure ends as one line on standard error and a status: 0 printed, 1 nothing could be read or was refused (or
what the command asks about is not so), 2 wrong use, 3 no engine reachable.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from imagexplorer.core.errors import Cancelled, ImagexplorerError, Unreachable, WrongUse

OK, FAILED, WRONG_USE, NO_ENGINE, INTERRUPTED = 0, 1, 2, 3, 130


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


def _run(arguments: list[str]) -> int:
    from imagexplorer.cli.arguments import command, parsed, split

    name, rest = split(arguments)
    chosen = command(name)
    return chosen.run(parsed(name, chosen, rest))


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
