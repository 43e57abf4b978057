"""A shell command on as many lines as it reads best, the same command to a Dockerfile's reader and to the shell.

A builder joins continued lines and keeps their indentation: long runs of blanks in a history are the line ends of the
Dockerfile that it was. Where there are none, chains (`&&`, `||`, `;`) are broken. Never inside quotes, and never so
that a line begins with `#`, which a Dockerfile's reader would drop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

WIDE = 80
"""Characters of a command that stays on its line, however it is chained."""
_INDENT = "    "
_BLANKS = re.compile(r"[ \t]+")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_CONTINUED = " \\\n"


def laid_out(command: str, before: int = 4) -> str:
    """`before`: characters that stand on the first line already."""
    command = command.strip()
    if "\n" in command:
        return command
    lines = list(_as_written(command))
    if len(lines) == 1 and len(command) + before <= WIDE:
        return command
    broken: list[str] = []
    for number, line in enumerate(lines):
        indent = _indent(line) if number else ""
        pieces = _chained(line.lstrip(" \t")) if len(line) > WIDE or len(lines) == 1 else [line.lstrip(" \t")]
        deeper = indent if number else _INDENT
        broken += [(indent if at == 0 else deeper) + piece for at, piece in enumerate(pieces)]
    return _CONTINUED.join(broken)


def heredoc(command: str) -> str:
    """A command of several lines as a RUN takes it: as a here-document, unless it brings its own."""
    if _HEREDOC.search(command.split("\n", 1)[0]):
        return command
    end = "EOF"
    while end in command:
        end += "_"
    return f"<<{end}\n{command.rstrip(chr(10))}\n{end}"


def _indent(line: str) -> str:
    found = _BLANKS.match(line)
    return (found[0].replace("\t", _INDENT) if found else "") or _INDENT


def _as_written(command: str) -> Iterator[str]:
    """Cut before what was a line's indentation."""
    start = 0
    for at, end in _outside_quotes(command):
        run = command[at:end]
        if not run.isspace() or (len(run) < 3 and "\t" not in run):
            continue
        if end < len(command) and command[end] != "#":
            yield command[start:at].rstrip()
            # One of the blanks stood before the backslash.
            start = at + 1 if run[0] == " " and len(run) > 1 else at
    yield command[start:].rstrip()


def _chained(command: str) -> list[str]:
    """Cut before && and ||, and after ;"""
    cuts: list[int] = []
    depth = 0
    for at, end in _outside_quotes(command):
        piece = command[at:end]
        if piece in ("(", "{"):
            depth += 1
        elif piece in (")", "}"):
            depth = max(0, depth - 1)
        elif depth == 0 and piece in ("&&", "||"):
            cuts.append(at)
        elif depth == 0 and piece in (";", ";;"):
            cuts.append(end)
    pieces = []
    start = 0
    for cut in cuts:
        piece, rest = command[start:cut].strip(), command[cut:].lstrip()
        if piece and rest and not rest.startswith("#"):
            pieces.append(piece)
            start = cut
    pieces.append(command[start:].strip())
    return pieces


_TOKENS = re.compile(
    r"""
      \\.                          # an escaped character
    | '[^']*'? | "(?:\\.|[^"\\])*"?  # quotes, also those that nothing closes
    | `(?:\\.|[^`\\])*`?
    | [ \t]+
    | && | \|\| | ;;? | [(){}]
    """,
    re.VERBOSE | re.DOTALL,
)


def _outside_quotes(command: str) -> Iterator[tuple[int, int]]:
    """Blanks and operators that no quotes hold, as (start, end)."""
    for token in _TOKENS.finditer(command):
        if token[0][0] not in "\\'\"`":
            yield token.start(), token.end()
