"""A pasted `docker run ...` line as a RunSpec. What is not understood is named, never dropped without a word.

Options as docker reads them (spf13/pflag): `--name value`, `--name=value`, `-p8080:80`, `-itd`; they end at the first
word that is none, which is the image. Reads no file and no environment, expands nothing.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from imagexplorer.core.errors import WrongUse
from imagexplorer.core.run_spec import FIELDS, FLAG, MANY, OTHERS, PAIRS, SPELLED, TAKES_VALUE, TEXT, Option, RunSpec

_BEGINS = re.compile(r"\s*(?:[$#]\s+)?(?:sudo\s+)?(?:docker|podman|nerdctl)\s+(?:container\s+)?(?:run|create)(?=\s|\Z)")
_CONTINUED = re.compile(r"'[^']*'|\"(?:\\.|[^\"\\])*\"|\\\r?\n|\\.", re.DOTALL)
_LONGEST = 200_000
_BY_NAME = {option.name: option for option in (*FIELDS, *OTHERS)}
_BY_SHORT = {option.short: option for option in (*FIELDS, *OTHERS) if option.short}
_SHORT_VALUED = "a"  # -a, --attach


@dataclass(frozen=True, slots=True)
class RunLine:
    """`env_files` are to be read by whoever may; `left_out` are the options that nobody here understands."""

    spec: RunSpec
    env_files: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def is_run_line(text: str) -> bool:
    return _BEGINS.match(text) is not None


def parse_run(text: str) -> RunLine:
    """Raises WrongUse, which says what is wrong with it."""
    begin = _BEGINS.match(text)
    if begin is None:
        raise WrongUse("the line", "it does not begin with docker run")
    if len(text) > _LONGEST:
        raise WrongUse("the line", f"it has more than {_LONGEST:,} characters")
    found = _Reading(_words(text[begin.end() :]))
    if not found.rest or not found.rest[0]:
        raise WrongUse("the line", "it names no image")
    image, *command = found.rest
    spec = RunSpec(image, command=tuple(command), others=tuple(found.others), **found.fields())
    return RunLine(spec, tuple(found.env_files), tuple(found.left_out))


def parse_others(text: str) -> tuple[tuple[str, str], ...]:
    """Options that have no field of their own, as text. Raises WrongUse for all else."""
    found = _Reading(_words(text))
    if found.rest:
        raise WrongUse(f"“{found.rest[0]}”", "an option begins with --")
    if found.left_out:
        raise WrongUse(found.left_out[0], "is not understood here")
    if found.env_files or found.values:
        names = ["--env-file"] if found.env_files else [f"--{each}" for each in found.seen]
        raise WrongUse(names[0], "has a field of its own")
    return tuple(found.others)


def _words(text: str) -> list[str]:
    joined = _CONTINUED.sub(lambda found: " " if found[0] in ("\\\n", "\\\r\n") else found[0], text)
    try:
        return shlex.split(joined)
    except ValueError as error:
        raise WrongUse("the line", f"its quotes do not close ({error})") from error


class _Reading:
    """Words read as options, up to the first that is none."""

    def __init__(self, words: Sequence[str]) -> None:
        self.values: dict[str, Any] = {}
        self.others: list[tuple[str, str]] = []
        self.env_files: list[str] = []
        self.left_out: list[str] = []
        self.seen: list[str] = []
        self.rest: list[str] = []
        self._words = list(words)
        while self._words:
            word = self._words.pop(0)
            if word == "--":
                self.rest, self._words = self._words, []
            elif word.startswith("--"):
                self._long(word[2:])
            elif word.startswith("-") and len(word) > 1:
                self._short(word[1:])
            else:
                self.rest, self._words = [word, *self._words], []

    def fields(self) -> dict[str, Any]:
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in self.values.items()}
        return {"detach": False, **values}

    def _next(self) -> str:
        return self._words.pop(0) if self._words else ""

    def _long(self, text: str) -> None:
        name, equals, value = text.partition("=")
        name = SPELLED.get(name, name)
        option = _BY_NAME.get(name)
        if option is not None and option.kind == FLAG:
            self._take(option, value.lower() if equals else "true")
        elif option is not None:
            self._take(option, value if equals else self._next())
        elif name == "env-file":
            self.env_files.append(value if equals else self._next())
        elif name == "mount":
            self._mount(value if equals else self._next())
        elif not equals and name in TAKES_VALUE:
            self.left_out.append(f"--{name} {self._next()}".rstrip())
        else:
            self.left_out.append(f"--{text}")

    def _short(self, letters: str) -> None:
        """`-it`, `-d`, `-p 80:80`, `-p80:80`, `-p=80:80`."""
        while letters:
            letter, letters = letters[0], letters[1:]
            option = _BY_SHORT.get(letter)
            if option is not None and option.kind == FLAG:
                given = letters[1:].lower() if letters.startswith("=") else ""
                self._take(option, given or "true")
                letters = "" if given else letters
            elif option is not None or letter in _SHORT_VALUED:
                value = letters.removeprefix("=") if letters else self._next()
                letters = ""
                if option is not None:
                    self._take(option, value)
                else:
                    self.left_out.append(f"-{letter} {value}")
            else:
                self.left_out.append(f"-{letter}")

    def _take(self, option: Option, value: str) -> None:
        if option.kind == FLAG and value not in ("true", "1", "t", "false", "0", "f"):
            self.left_out.append(f"--{option.name}={value}")
            return
        on = value in ("true", "1", "t")
        if not option.field:
            if option.kind == FLAG and not on:
                return
            if option.kind != MANY:
                self.others = [each for each in self.others if each[0] != option.name]
            self.others.append((option.name, "" if option.kind == FLAG else value))
            return
        self.seen.append(option.name)
        if option.kind == FLAG:
            self.values[option.field] = on
        elif option.kind == TEXT:
            self.values[option.field] = value
        elif option.kind == MANY:
            self.values.setdefault(option.field, []).append(value)
        elif option.kind == PAIRS:
            name, equals, content = value.partition("=")
            missing = None if option.field == "environment" else ""
            self.values.setdefault(option.field, []).append((name, content if equals else missing))

    def _mount(self, text: str) -> None:
        """`type=bind,source=/a,target=/b,readonly` as the volume or tmpfs that it is."""
        keys: dict[str, str] = {}
        for part in text.split(","):
            name, equals, value = part.partition("=")
            name = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly"}.get(name, name)
            keys[name] = value if equals else "true"
        kind, target, source = keys.pop("type", "volume"), keys.pop("target", ""), keys.pop("source", "")
        only = keys.pop("readonly", "false") in ("true", "1")
        if kind == "tmpfs" and target and not only and set(keys) <= {"tmpfs-size", "tmpfs-mode"}:
            options = ",".join(f"{name.removeprefix('tmpfs-')}={value}" for name, value in keys.items())
            self.values.setdefault("tmpfs", []).append(f"{target}:{options}" if options else target)
        elif kind in ("bind", "volume") and target and not keys and (source or not only) and ":" not in source:
            volume = f"{source}:{target}" if source else target
            self.values.setdefault("volumes", []).append(f"{volume}:ro" if only else volume)
        else:
            self.left_out.append(f"--mount {text}")
            return
        self.seen.append("mount")
