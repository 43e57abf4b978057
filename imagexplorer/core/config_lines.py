"""What an image's configuration has that none of its instructions says: as instructions.

An image may be changed by `docker commit --change`, by tools that keep no history, by a squash. Knows instructions as
text (as `core.dockerfile` writes them) and the OCI image configuration (image-spec, config.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from imagexplorer.core.history_words import USUAL_SHELL, Pair, json_list, pairs
from imagexplorer.core.instruction_text import assignments, check_text, duration, exec_form
from imagexplorer.core.text import plain

_USUAL_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""What builders set by themselves where an image has no PATH."""
_CONTINUED = re.compile(r" \\\n\s*")
_EXPANDED = re.compile(r"(?<!\\)\$")
"""A value that builders fill in: what comes of it stands in the configuration."""


def unexplained(config: Mapping[str, Any], lines: Sequence[str]) -> list[str]:
    """The instructions that would have to follow `lines` for the configuration to come out."""
    return list(_missing(config, [_CONTINUED.sub(" ", line) for line in lines]))


def _missing(config: Mapping[str, Any], lines: Sequence[str]) -> Iterator[str]:
    env = [Pair(*each.partition("=")[::2]) for each in texts(config.get("Env")) if "=" in each and each != _USUAL_PATH]
    if env := _unsaid(env, _assigned("ENV", lines)):
        yield assignments("ENV", env)
    labels = [Pair(key, value) for key, value in record(config.get("Labels")).items() if isinstance(value, str)]
    labels = _unsaid(labels, _assigned("LABEL", lines))
    if labels:
        yield assignments("LABEL", labels)
    for word, key in (("USER", "User"), ("WORKDIR", "WorkingDir"), ("STOPSIGNAL", "StopSignal")):
        value = config.get(key)
        said = _last(word, lines)
        # A relative WORKDIR was joined with the one before it.
        explained = (
            said == value
            or (isinstance(value, str) and said == _literal(value))
            or (word == "WORKDIR" and said and not said.startswith("/"))
        )
        if isinstance(value, str) and value and not explained and (word != "WORKDIR" or value != "/" or said):
            yield f"{word} {_literal(value)}"
    ports = [port for port in record(config.get("ExposedPorts")) if port not in _ports(lines)]
    if ports:
        yield "EXPOSE " + " ".join(_literal(port.removesuffix("/tcp")) for port in ports)
    volumes = [each for each in record(config.get("Volumes")) if each not in _volumes(lines)]
    if volumes:
        yield f"VOLUME {exec_form(volumes)}"
    yield from _commands(config, lines)


def _literal(value: str) -> str:
    """What stands there, on one line: nothing in it is a line of its own, or a variable."""
    return plain(value).replace("$", "\\$")


def _commands(config: Mapping[str, Any], lines: Sequence[str]) -> Iterator[str]:
    shell = texts(config.get("Shell")) or list(USUAL_SHELL)
    if shell != list(USUAL_SHELL) and json_list(_last("SHELL", lines)) != shell:
        yield f"SHELL {exec_form(shell)}"
    check = record(config.get("Healthcheck"))
    if check and not _last("HEALTHCHECK", lines):
        names = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}
        names["start-interval"] = "StartInterval"
        options = [(name, duration(check.get(key))) for name, key in names.items() if duration(check.get(key))]
        retries = check.get("Retries")
        yield check_text(texts(check.get("Test")), options, retries if isinstance(retries, int) else 0)
    for each in texts(config.get("OnBuild")):
        if f"ONBUILD {each}" not in lines:
            yield f"ONBUILD {each}"
    for word, key in (("ENTRYPOINT", "Entrypoint"), ("CMD", "Cmd")):
        words, said = texts(config.get(key)), _last(word, lines)
        if words and not _same(words, said):
            yield f"{word} {exec_form(words)}"
        elif not words and said and said != "[]" and not (word == "CMD" and _last_of(lines, "ENTRYPOINT", "CMD")):
            yield f"{word} []"


def _same(words: Sequence[str], said: str) -> bool:
    if not said:
        return False
    listed = json_list(said)
    if listed is not None:
        return listed == list(words)
    # A shell form: whichever shell it was, the command stands last.
    return len(words) > 1 and _blanks(words[-1]) == _blanks(said)


def _blanks(text: str) -> str:
    return " ".join(text.split())


def _last_of(lines: Sequence[str], *words: str) -> bool:
    """Whether the first of these words stands last: ENTRYPOINT takes away the CMD of the base image."""
    last = next((line for line in reversed(lines) if line.split(" ", 1)[0] in words), "")
    return last.startswith(f"{words[0]} ")


def _last(word: str, lines: Sequence[str]) -> str:
    """What follows the word where it stands last."""
    return next((line[len(word) + 1 :] for line in reversed(lines) if line.startswith(f"{word} ")), "")


def _all(word: str, lines: Sequence[str]) -> Iterator[str]:
    return (line[len(word) + 1 :] for line in lines if line.startswith(f"{word} "))


def _assigned(word: str, lines: Sequence[str]) -> list[Pair]:
    return [each for rest in _all(word, lines) for each in pairs(rest, {})[0]]


def _unsaid(there: Sequence[Pair], told: Sequence[Pair]) -> list[Pair]:
    expanded = {each.name for each in told if _EXPANDED.search(each.raw or each.value)}
    said = {(each.name, each.value) for each in told}
    return [each for each in there if each.name not in expanded and (each.name, each.value) not in said]


def _ports(lines: Sequence[str]) -> set[str]:
    return {port if "/" in port else f"{port}/tcp" for rest in _all("EXPOSE", lines) for port in rest.split()}


def _volumes(lines: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for rest in _all("VOLUME", lines):
        found |= set(json_list(rest) or rest.split())
    return found


def record(value: Any) -> Mapping[str, Any]:
    """A part of a configuration, whose every field may be of another kind; empty then."""
    return value if isinstance(value, Mapping) else {}


def texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list | tuple) else []
