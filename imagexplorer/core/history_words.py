"""What one history entry says: which instruction made it, and its arguments as far as the builder kept them.

Knows how the classic builder, BuildKit, Podman and buildah write instructions; reads text only. What a builder threw
away (where the words of an exec form end, where a copied file came from) is not made up here: it is told by `exact`.

Sources: moby builder/dockerfile/dispatchers.go, buildkit frontend/dockerfile/dockerfile2llb/convert.go, imagebuilder
dispatchers.go, and recorded answers of Docker 20 to 29 and Podman 4 and 5.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

USUAL_SHELL = ("/bin/sh", "-c")
# fmt: off
WORDS = frozenset({
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD",
    "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
})
# fmt: on
_SHELLS = ("/bin/sh -c", "/bin/bash -c", "/bin/dash -c", "cmd /S /C", "powershell -Command")
# `/bin/bash -o pipefail -c #(nop) CMD ["sh"]`: the classic builder writes its shell before what it did not run.
_NOP = re.compile(r"(?:.{0,300}? )?#\(nop\)\s+(?P<said>.*)\Z", re.DOTALL)
# `|2 A=1 B=2 /bin/sh -c make`: build arguments stand before the shell.
_ARGUMENTS = re.compile(r"\|(\d{1,4}) ")
_SHELL_OF = re.compile(r"(?P<shell>(?:\S+ ){1,6}?(?:-\w*c|/C|-Command)) (?P<command>.+)\Z", re.DOTALL)
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_GO_STRING = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_NAME = re.compile(r'\s*("(?:\\.|[^"\\])*"|[^\s="]+)=')
_NEXT_NAME = re.compile(r"\s+[\w.-]+(?:/[\w.-]+)*=")


@dataclass(frozen=True, slots=True)
class Said:
    """`word` is the instruction, "" where the entry is none; `rest` what follows it. Of a RUN: `words` is its exec
    form, () for a command to the shell; `arguments` the build arguments as written, "" for none. `exact` False: the
    words of an exec form are parted where it seemed right."""

    word: str
    rest: str
    words: tuple[str, ...] = ()
    arguments: str = ""
    exact: bool = True


def said(raw: str, shell: Sequence[str] = USUAL_SHELL) -> Said:
    """`shell` is the one that the SHELL instructions so far have set."""
    text = raw.strip().removesuffix("# buildkit").rstrip()
    nop = _NOP.match(text)
    if nop is not None:
        text = nop["said"].strip()
    word, _, rest = text.partition(" ")
    if "\n" in word or "\t" in word:
        word = text.split(None, 1)[0]
        rest = text[len(word) :]
    if word == "RUN":
        return _run(rest.strip(" "), shell)
    if word in WORDS or nop is not None:
        return Said(word if word in WORDS else "", rest.strip() if word in WORDS else text)
    if _ARGUMENTS.match(text) or _shell_of(text, shell):
        return _run(text, shell)
    return Said("", text)


def _run(text: str, shell: Sequence[str]) -> Said:
    arguments, command = _without_arguments(text, shell)
    own = " ".join(shell)
    if command.startswith(own + " "):
        command = command[len(own) + 1 :].lstrip(" ")
        # Podman writes an exec form as a list behind the shell that it did not use.
        return Said("RUN", command, tuple(json_list(command) or ()), arguments)
    listed = json_list(command)
    if listed:
        return Said("RUN", command, tuple(listed), arguments)
    words = exec_words(command)
    if words:
        return Said("RUN", command, words, arguments, exact=False)
    return Said("RUN", command, (), arguments)  # other tools (kaniko) write the line as it stood


def exec_words(command: str) -> tuple[str, ...]:
    """The words of an exec form that was written without its ends: those of a shell with its command, or a program's
    path and what follows it; () for what looks like neither."""
    other = _SHELL_OF.match(command)
    if other is not None and "<<" not in command.split("\n", 1)[0]:
        return (*other["shell"].split(" "), other["command"])
    return tuple(command.split()) if command.startswith("/") else ()


def _shell_of(text: str, shell: Sequence[str]) -> str:
    """The shell that a command begins with, "" for none that is known as one."""
    for known in (" ".join(shell), *_SHELLS):
        if known and text.startswith(known + " "):
            return known
    return ""


def _without_arguments(text: str, shell: Sequence[str]) -> tuple[str, str]:
    """(build arguments, the rest). Values may hold blanks: cut at the shell where there is one, else after so many
    words."""
    count = _ARGUMENTS.match(text)
    if count is None:
        return "", text
    text = text[count.end() :]
    for known in dict.fromkeys((" ".join(shell), *_SHELLS)):
        at = text.find(f" {known} ")
        if at >= 0:
            return text[:at], text[at + 1 :]
        if text.startswith(f"{known} "):
            return "", text
    words = text.split(" ")
    number = int(count[1])
    return " ".join(words[:number]), " ".join(words[number:])


# -- lists and pairs ------------------------------------------------------------------------------


def json_list(text: str) -> list[str] | None:
    """A JSON list of words; None for anything else."""
    if not text.startswith("["):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and all(isinstance(each, str) for each in found) else None


def word_list(text: str, known: Sequence[Sequence[str]] = ()) -> tuple[list[str], bool] | None:
    """`["a","b"]` (JSON), `["a" "b"]` (Go, %q) or `[a b]` (Go, %v), which loses where words end: one of the `known`
    lists settles it. (words, exact); None for what is no list."""
    text = text.strip()
    listed = json_list(text)
    if listed is not None:
        return listed, True
    if not (text.startswith("[") and text.endswith("]")):
        return None
    inner = text[1:-1].strip()
    if not inner:
        return [], True
    quoted = list(_GO_STRING.finditer(inner))
    if quoted and " ".join(match[0] for match in quoted) == inner:
        return [go_text(match[1]) for match in quoted], True
    for each in known:
        if each and " ".join(each) == inner:
            return list(each), True
    return inner.split(), len(inner.split()) < 2


def known_words(text: str, words: Collection[str]) -> list[str]:
    """The text as a row of these words, which may hold blanks; [] where it is none."""
    longest = sorted(words, key=len, reverse=True)
    found: list[str] = []
    while text:
        word = next((each for each in longest if each and (text == each or text.startswith(f"{each} "))), None)
        if word is None:
            return []
        found.append(word)
        text = text[len(word) + 1 :]
    return found


def go_text(inner: str) -> str:
    """What stands between the quotes of a Go string (strconv.Quote)."""

    def one(match: re.Match[str]) -> str:
        hexadecimal = match[1] or match[2] or match[3]
        if hexadecimal:
            code = int(hexadecimal, 16)
            return chr(code) if code < 0x110000 else match[0]
        return chr(int(match[4], 8)) if match[4] else _ESCAPES.get(match[5], match[5])

    return _ESCAPE.sub(one, inner)


@dataclass(frozen=True, slots=True)
class Pair:
    """`raw` is the value as it was written where a builder kept that (Podman does), "" where it kept its meaning."""

    name: str
    value: str
    raw: str = ""


def pairs(text: str, known: Mapping[str, str]) -> tuple[list[Pair], bool]:
    """`A=1 B=two words`: A is `1`, B is `two words`, and whether that is certain: Docker leaves quotes out, so a value
    ends where the next name begins, or where the value that the configuration has of it ends."""
    found: list[Pair] = []
    exact = True
    at = 0
    while at < len(text):
        name = _NAME.match(text, at)
        if name is None:
            break
        key = go_text(name[1][1:-1]) if name[1].startswith('"') else name[1]
        start = name.end()
        value, at, sure = _value(text, start, known.get(key))
        written = text[start:at]
        # What Docker writes has been expanded: a dollar there is one in the configuration too.
        kept = written if value != written or ("$" in written and known.get(key, written) != written) else ""
        found.append(Pair(key, value, kept))
        exact = exact and sure
    if at < len(text) and text[at:].strip():
        exact = False
    return found, exact


def _value(text: str, start: int, known: str | None) -> tuple[str, int, bool]:
    """(value, where it ends, whether that is certain)."""
    if known is not None and text.startswith(known, start):
        end = start + len(known)
        if end == len(text) or _NEXT_NAME.match(text, end):
            return known, end, True
    if text.startswith('"', start):  # Podman quotes, Docker does not
        quoted = _GO_STRING.match(text, start)
        if quoted is not None and (quoted.end() == len(text) or text[quoted.end()].isspace()):
            return go_text(quoted[1]), quoted.end(), True
    following = _NEXT_NAME.search(text, start)
    end = following.start() if following is not None else len(text)
    value = text[start:end]
    return value, end, not re.search(r"\s", value)
