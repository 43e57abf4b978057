"""Which values are not for other eyes, and text and records without them: the one rule of the whole program.

A name tells it (TOKEN, PASSWORD, KEY ...): of an environment variable, a label, a build argument, a command's option.
Values are guessed at by their names only; nothing here looks at a value. Masking errs on the side of hiding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from imagexplorer.core.compare_config import ConfigDifference
from imagexplorer.core.entities import ContainerDetail, ImageDetail, Step

Detail = TypeVar("Detail", ImageDetail, ContainerDetail)
HIDDEN = "***"
LONG_CHARS = 64_000

_SECRET = re.compile(
    r"pass(word|wd|phrase)?|secret|token|api_?key|access_?key|private_?key|credential|auth(?!or)"
    r"|(^|[_-])(key|pw|pat)($|[_-])",
    re.IGNORECASE,
)
# One of them is in every text whose names look secret: most texts have none, and are not looked through.
_HINTS = ("pass", "secret", "token", "key", "credential", "auth", "pw")
_PAT = re.compile(r"pat(?![a-z])")
_URL_USER = re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://)[^/@\s]+@", re.IGNORECASE)

_NAME = r"(?P<name>[A-Za-z_-][\w.-]{0,200})"
_CLOSED = r"\"(?:\\.|[^\"\\])*\"|'[^']*'"
_OPEN = r"[\"'].*"  # a quote that nothing closes: all of it
# In a shell's line a value ends at a blank that is not quoted.
_ASSIGNED = re.compile(rf"(?<![\w.\-\"']){_NAME}=(?P<value>(?:{_CLOSED}|\\.|[^\s\"'\\])+|{_OPEN})", re.DOTALL)
# Builders write `ENV A=one word B=two` without quotes: there a value ends where the next name begins.
_LISTED = re.compile(
    rf"(?<![\w.-]){_NAME}[\"']?=(?P<value>{_CLOSED}|.+?(?=\s[\w.-]+=|\s/bin/(?:ba|da)?sh -c|\Z))", re.DOTALL
)
_QUOTED_PAIR = re.compile(rf"(?P<quote>[\"']){_NAME}=(?P<value>(?:\\.|(?!(?P=quote))[^\\])+)(?=(?P=quote))", re.DOTALL)
_JSON_PAIR = re.compile(r"\"(?P<name>[\w.-]{1,200})\"\s*:\s*(?P<value>\"(?:\\.|[^\"\\])*\"?)", re.DOTALL)
_OPTION = re.compile(rf"(?<![\w.-])--?{_NAME}\s+(?P<value>(?!-)(?:{_CLOSED}|[^\s\"']+))")
_HEADER = re.compile(r"(?i)\b((?:proxy-)?authorization\s*:\s*(?:(?:basic|bearer|token)\s+)?)[^\s\"']+")
_MADE = r"\s*(?:/bin/(?:ba|da)?sh -c )?(?:#\(nop\)\s*)?"  # what builders write before an instruction
_LISTING = re.compile(rf"\s*\|\d+ |{_MADE}(?:ENV|ARG|LABEL)\s")
_OLD_ENV = re.compile(rf"{_MADE}ENV\s+(?P<name>[A-Za-z_][\w.-]*)\s+(?P<value>[^\s=][^=]*)\Z")


def looks_secret(name: str) -> bool:
    """Whether the name of an environment variable or label says that its value is not for other eyes."""
    return _SECRET.search(name) is not None


def shown_value(name: str, value: str) -> str:
    """The value, or `***` where the name says that it is secret; user and password in a URL hidden always."""
    if value and looks_secret(name):
        return HIDDEN
    return _URL_USER.sub(rf"\1{HIDDEN}@", value)


def masked(text: str) -> str:
    """A line of a history, a command or a label with `***` in place of every value whose name looks secret:
    `NAME=value`, `--name value`, `ENV NAME value`, `Authorization: ...`, and users in URLs."""
    return _masked(text) if _may_hide(text) else text


def _may_hide(text: str) -> bool:
    folded = text.casefold()
    if any(hint in folded for hint in _HINTS) or ("@" in text and "://" in text):
        return True
    return "pat" in folded and _PAT.search(folded) is not None


def _masked(text: str) -> str:
    old = _OLD_ENV.match(text)
    if old is not None:
        return _hide(old)
    text = _HEADER.sub(rf"\1{HIDDEN}", text)
    text = _JSON_PAIR.sub(_hide, text)
    listing = _LISTING.match(text)
    text = _LISTED.sub(_hide, text) if listing else _ASSIGNED.sub(_hide, _QUOTED_PAIR.sub(_hide, text))
    text = _OPTION.sub(_hide, text)
    return _URL_USER.sub(rf"\1{HIDDEN}@", text)


def _hide(found: re.Match[str]) -> str:
    """The match with its value hidden; where the name says nothing, with what stands inside its quotes looked at."""
    whole, value = found[0], found["value"]
    start, end = found.start("value") - found.start(), found.end("value") - found.start()
    if looks_secret(found["name"]):
        return whole[:start] + HIDDEN + whole[end:]
    if len(value) > 2 and value[0] == value[-1] and value[0] in "\"'":
        return f"{whole[:start]}{value[0]}{masked(value[1:-1])}{value[-1]}{whole[end:]}"
    return whole


def masked_data(value: Any, name: str = "") -> Any:
    """JSON data with the same rule: by the keys of mappings, by `NAME=value` and options in lists and text. `name` is
    the key that it stands under."""
    if isinstance(value, Mapping):
        return {key: masked_data(each, _name_of(key, name)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return _masked_list(value, name)
    if isinstance(value, str):
        return HIDDEN if value and looks_secret(name) else masked(value)
    hidden = isinstance(value, int | float) and not isinstance(value, bool) and looks_secret(name)
    return HIDDEN if hidden else value


def _name_of(key: Any, above: str) -> str:
    """What stands under a secret name is secret all the way down."""
    return above if looks_secret(above) else str(key)


def _masked_list(values: list[Any] | tuple[Any, ...], name: str) -> list[Any] | tuple[Any, ...]:
    shown: list[Any] = []
    option = ""
    for value in values:
        # Of a command's words the one after `--password` is its value.
        follows = bool(option) and isinstance(value, str) and not value.startswith("-")
        shown.append(HIDDEN if follows and value else masked_data(value, name))
        bare = isinstance(value, str) and value.startswith("-") and "=" not in value and " " not in value
        option = value if bare and looks_secret(value.lstrip("-")) else ""
    return shown if isinstance(values, list) else tuple(shown)


def veiled(words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """The words of a command as `masked_data` shows them, and what each stands for that hides something: it is spelled
    as no other word is, so that each finds its own again wherever it is moved to."""
    shown: list[str] = []
    kept: dict[str, str] = {}
    for word, masked_word in zip(words, masked_data(list(words)), strict=True):
        if masked_word != word:
            spelled, number = masked_word, 2
            while spelled in kept or spelled in words:
                spelled, number = f"{masked_word}{number}", number + 1
            kept[spelled] = word
            masked_word = spelled
        shown.append(masked_word)
    return shown, kept


def masked_step(step: Step) -> Step:
    return replace(step, instruction=masked(step.instruction), comment=masked(step.comment))


def is_long(detail: ImageDetail | ContainerDetail) -> bool:
    """Whether there is so much text that hiding what is secret in it takes longer than a window may stand still."""
    steps: tuple[Step, ...] = detail.steps if isinstance(detail, ImageDetail) else ()
    left = LONG_CHARS - sum(len(step.instruction) + len(step.comment) for step in steps)
    waiting: list[Any] = [detail.config if isinstance(detail, ImageDetail) else detail.raw]
    while waiting and left > 0:
        value = waiting.pop()
        left -= 50  # a value costs, be it short
        if isinstance(value, Mapping):
            waiting += [*value, *value.values()]
        elif isinstance(value, list | tuple):
            waiting += value
        elif isinstance(value, str):
            left -= len(value)
    return left <= 0


def masked_image(detail: ImageDetail) -> ImageDetail:
    """As it may stand on a screen that others see."""
    return replace(detail, steps=tuple(map(masked_step, detail.steps)), config=masked_data(detail.config))


def masked_container(detail: ContainerDetail) -> ContainerDetail:
    return replace(detail, raw=masked_data(detail.raw), error=masked(detail.error))


def masked_detail(detail: Detail) -> Detail:
    return masked_image(detail) if isinstance(detail, ImageDetail) else masked_container(detail)


def masked_difference(row: ConfigDifference) -> ConfigDifference:
    name = row.key.partition(".")[2] or row.key
    return replace(row, a=masked_data(row.a, name), b=masked_data(row.b, name))
