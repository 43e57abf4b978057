"""One instruction as a Dockerfile says it, from what a history entry said: quoted, broken into lines, its gaps named.

Grammar: Dockerfile reference; quoting: buildkit frontend/dockerfile/shell/lex.go. Knows one instruction at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.history_words import Pair, Said, go_text, json_list, known_words, pairs, word_list
from imagexplorer.core.shell_lines import WIDE, heredoc, laid_out

UNKNOWN = "…"
"""Stands where a Dockerfile would name what the history does not."""
_BARE = re.compile(r"[\w@%+=:,./~^-]+", re.ASCII)
# The classic builder writes `--chown=7:8multi:...`: no blank between.
_COPIED = re.compile(
    r"(?P<options>(?:--.*?)??)(?P<kind>file|dir|multi):(?P<hash>[0-9a-f]{16,}) in (?P<target>.+)", re.S
)
_MAP = re.compile(r"(?:map)?\[(.*)\]\Z", re.DOTALL)
# Go's %q of a HealthConfig: {["CMD-SHELL" "true"] "5s" "0s" "0s" '\x00'}; and %+v: {Test:[CMD-SHELL true] Interval:5s}
_CHECK = re.compile(
    r"&\{(?P<test>\[.*\]) (?P<times>\"[^\"]*\"(?: \"[^\"]*\"){2,3}) '(?P<retries>(?:\\.[^']*|[^'])*)'\}\Z", re.S
)
_CHECK_BARE = re.compile(r"&\{(?P<test>\[.*\]) (?P<times>(?:[0-9.a-zµ]+ ){3,4})(?P<retries>\d{1,9})\}\Z", re.DOTALL)
"""Docker 28's classic builder: values alone, in the order of the fields."""
_CHECK_NAMED = re.compile(r"&\{Test:(?P<test>\[.*\]) (?P<rest>Interval:\S+ .*)\}\Z", re.DOTALL)
_NO_TIME = ("", "0", "0s")
_SECONDS = {"h": 3600, "m": 60, "s": 1}


@dataclass(frozen=True, slots=True)
class Told:
    """`text` of the instruction, and what is to be said of it: what the history does not tell."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What settles doubts: values of the configuration at the end, and the shell at this point."""

    env: Mapping[str, str]
    labels: Mapping[str, str]
    lists: Sequence[Sequence[str]]
    volumes: Collection[str]
    shell: Sequence[str]


_BLANK_VALUES = "where its values end is not recorded: blanks in them may part others"


def told(found: Said, known: Known) -> Told:
    writer = _WRITERS.get(found.word)
    return writer(found, known) if writer is not None else Told(f"{found.word} {found.rest}".rstrip())


def quoted(value: str) -> str:
    """A value of ENV or LABEL so that a builder reads it as it is."""
    if _BARE.fullmatch(value):
        return value
    escaped = re.sub(r'([\\"$])', r"\\\1", value).replace("\n", r"\n")
    return f'"{escaped}"'


def exec_form(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False)


def assignments(word: str, values: Sequence[Pair]) -> str:
    """`ENV A=1 B=2`, one a line where they are long."""
    names = [quoted(each.name) if word == "LABEL" else each.name for each in values]
    written = [f"{name}={each.raw or quoted(each.value)}" for name, each in zip(names, values, strict=True)]
    line = " ".join([word, *written])
    if len(line) <= WIDE or len(written) < 2:
        return line
    return f"{word} " + f" \\\n{' ' * (len(word) + 1)}".join(written)


# -- one writer an instruction ----------------------------------------------------------------------


def _run(found: Said, _known: Known) -> Told:
    notes = []
    if found.arguments:
        notes.append(f"built with {found.arguments}")
    if found.words:
        if not found.exact:
            notes.append("an exec form: where its words end is not recorded")
        return Told(f"RUN {exec_form(found.words)}", tuple(notes))
    if "\n" in found.rest.strip():
        return Told(f"RUN {heredoc(found.rest)}", tuple(notes))
    return Told(f"RUN {laid_out(found.rest)}", tuple(notes))


def _copy(found: Said, _known: Known) -> Told:
    copied = _COPIED.match(found.rest)
    if copied is None:
        return Told(f"{found.word} {found.rest}")
    kind = {"file": "a file", "dir": "a folder", "multi": "several files"}[copied["kind"]]
    note = f"its source is not recorded: {kind} of the build context or of another stage, {copied['hash'][:12]}"
    words = [found.word, *copied["options"].split(), UNKNOWN, copied["target"].strip()]
    return Told(" ".join(words), (note,))


def _assigned(found: Said, known: Known) -> Told:
    values, exact = pairs(found.rest, known.env if found.word == "ENV" else known.labels)
    if not values:
        return Told(f"{found.word} {found.rest}")
    return Told(assignments(found.word, values), () if exact else (_BLANK_VALUES,))


def _argument(found: Said, _known: Known) -> Told:
    name, equals, value = found.rest.partition("=")
    if not equals or re.search(r"\s[\w.-]+(?:=|\s|\Z)", value) or re.search(r"\s", name):
        return Told(f"ARG {found.rest}")
    return Told(f"ARG {name}={quoted(value)}")


def _command(found: Said, known: Known) -> Told:
    listed = word_list(found.rest, known.lists)
    # Old builders left the quotes of a list out; a shell's test has brackets too.
    if listed is None or not (listed[1] or found.rest.startswith('["')):
        return Told(f"{found.word} {laid_out(found.rest)}")
    words, exact = listed
    notes = () if exact else ("where its words end is not recorded",)
    # Docker writes a shell form as the list that it makes of it, with blanks between; Podman as it stood.
    kept = json_list(found.rest) is not None and len(words) > 1
    shell_form = not kept and words[:-1] == list(known.shell) and words[-1].strip() and "\n" not in words[-1]
    if shell_form:
        return Told(f"{found.word} {laid_out(words[-1])}", notes)
    return Told(f"{found.word} {exec_form(words)}", notes)


def _shell(found: Said, known: Known) -> Told:
    listed = word_list(found.rest, known.lists)
    if listed is None:
        return Told(f"SHELL {found.rest}")
    return Told(f"SHELL {exec_form(listed[0])}", () if listed[1] else ("where its words end is not recorded",))


def _volume(found: Said, known: Known) -> Told:
    listed = word_list(found.rest, (known_words(found.rest.strip()[1:-1], known.volumes),))
    if listed is None:
        return Told(f"VOLUME {found.rest}")
    words, exact = listed
    plain = all(_BARE.fullmatch(word) for word in words) and words
    text = " ".join(words) if plain else exec_form(words)
    return Told(f"VOLUME {text}", () if exact or len(words) < 2 else ("where its paths end is not recorded",))


def _expose(found: Said, _known: Known) -> Told:
    listed = _MAP.match(found.rest.strip())
    ports = (listed[1] if listed else found.rest).replace(":{}", "").split()
    return Told("EXPOSE " + " ".join(port.removesuffix("/tcp") for port in ports))


def _healthcheck(found: Said, known: Known) -> Told:
    rest = found.rest.strip()
    asked, named, bare = _CHECK.match(rest), _CHECK_NAMED.match(rest), _CHECK_BARE.match(rest)
    if asked is not None:
        times = re.findall(r'"([^"]*)"', asked["times"])
        names = ("interval", "timeout", "start-period", *(("start-interval",) if len(times) == 4 else ()))
        options = [(name, value) for name, value in zip(names, times, strict=True) if value not in _NO_TIME]
        retries = _go_rune(asked["retries"])
        listed = word_list(asked["test"], known.lists)
    elif bare is not None:
        times = bare["times"].split()
        names = ("interval", "timeout", "start-period", *(("start-interval",) if len(times) == 4 else ()))
        options = [(name, value) for name, value in zip(names, times, strict=True) if value not in _NO_TIME]
        retries = int(bare["retries"])
        inner = bare["test"][1:-1]
        shell = inner.removeprefix("CMD-SHELL ")
        listed = (["CMD-SHELL", shell], True) if shell != inner else word_list(bare["test"], known.lists)
    elif named is not None:
        values = dict(part.partition(":")[::2] for part in named["rest"].split())
        spelled = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}
        spelled["start-interval"] = "StartInterval"
        options = [(name, values[key]) for name, key in spelled.items() if values.get(key, "") not in _NO_TIME]
        retries = int(values["Retries"]) if values.get("Retries", "").isdigit() else 0
        inner = named["test"][1:-1]
        shell = inner.removeprefix("CMD-SHELL ")
        listed = (["CMD-SHELL", shell], True) if shell != inner else word_list(named["test"], known.lists)
    else:
        return Told(f"HEALTHCHECK {rest}")
    words, exact = listed or ([], True)
    return Told(check_text(words, options, retries), () if exact else ("where its words end is not recorded",))


def check_text(words: Sequence[str], options: Sequence[tuple[str, str]], retries: int) -> str:
    """`words` as a configuration has them: NONE, or CMD and words, or CMD-SHELL and a line."""
    if list(words[:1]) == ["NONE"] or not words:
        return "HEALTHCHECK NONE"
    flags = [f"--{name}={value}" for name, value in options]
    if retries:
        flags.append(f"--retries={retries}")
    command = words[1] if words[0] == "CMD-SHELL" and len(words) == 2 else exec_form(words[1:])
    head = " ".join(["HEALTHCHECK", *flags])
    if len(head) + len(command) > WIDE and flags:
        return f"{head} \\\n    CMD {laid_out(command, 8)}"
    return f"{head} CMD {command}"


def duration(nanoseconds: Any) -> str:
    """As Go writes it: 5000000000 -> `5s`, 90 s -> `1m30s`; "" for none."""
    if not isinstance(nanoseconds, int) or isinstance(nanoseconds, bool) or nanoseconds <= 0:
        return ""
    if nanoseconds % 1_000_000_000:
        return f"{nanoseconds / 1e6:g}ms"
    left, text = nanoseconds // 1_000_000_000, ""
    for unit, seconds in _SECONDS.items():
        count, left = divmod(left, seconds)
        if count or text:
            text += f"{count}{unit}"
    return text


def _go_rune(inner: str) -> int:
    """Retries are a number that Go wrote as a character: '\\x03'."""
    text = go_text(inner)
    return ord(text) if len(text) == 1 else 0


_WRITERS: dict[str, Callable[[Said, Known], Told]] = {
    "RUN": _run, "COPY": _copy, "ADD": _copy, "ENV": _assigned, "LABEL": _assigned, "ARG": _argument,
    "CMD": _command, "ENTRYPOINT": _command, "SHELL": _shell, "VOLUME": _volume, "EXPOSE": _expose,
    "HEALTHCHECK": _healthcheck,
}  # fmt: skip


def shell_after(found: Said, text: str, before: Sequence[str]) -> Sequence[str]:
    """The shell that a history names once this instruction stands: Podman, which writes it as JSON, goes on naming the
    usual one."""
    if found.word != "SHELL" or json_list(found.rest) is not None:
        return before
    return tuple(json_list(text[len("SHELL ") :]) or before)
