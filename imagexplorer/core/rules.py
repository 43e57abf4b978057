"""The rules of `imagexplorer check`: what they are called, how a rules file spells them, what each demands.

A rules file is TOML or JSON with one key a rule. Limits are absolute (bytes, counts), never shares. Knows no tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from imagexplorer.core.errors import WrongUse
from imagexplorer.core.sizes import size_of
from imagexplorer.core.text import counted, exact_size, plain
from imagexplorer.core.tree_filter import MAX_PATTERN

ABOVE_BASE, ANYWHERE = "above-base", "anywhere"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is demanded: a field that is False, None or empty demands nothing. `allow` are globs of paths that the rules
    about files pass over."""

    no_secrets: bool = False
    no_setuid: str = ""
    sound: bool = False
    no_secret_env: bool = False
    not_root: bool = False
    pinned_base: bool = False
    max_size: int | None = None
    max_wasted: int | None = None
    max_layers: int | None = None
    forbidden_paths: tuple[str, ...] = ()
    required_labels: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Those that demand something, in their order here."""
        return [key for key in RULES if key != "allow" and _demands(getattr(self, field_of(key)))]


BUILT_IN = Rules(no_secrets=True, no_setuid=ABOVE_BASE, sound=True)
"""What is checked where nothing is said."""

RULES: dict[str, str] = {
    "no-secrets": "no file that holds a key or a password, by its name or its first bytes, in any layer",
    "no-setuid": f'no visible file with a setuid or setgid bit: "{ABOVE_BASE}" written by a layer above the lowest, or '
    f'"{ANYWHERE}"',
    "sound": "nothing is damaged, unreadable or doubtful",
    "no-secret-env": "no environment variable with a value whose name looks secret",
    "not-root": "the image names a user, and it is not root",
    "pinned-base": "the image names its base image (org.opencontainers.image.base.name), and that is not latest",
    "max-size": "at most so many bytes in all files of all layers",
    "max-wasted": "at most so many bytes hidden by later layers",
    "max-layers": "at most so many layers",
    "forbidden-paths": "globs that no visible path may match",
    "required-labels": "labels that are there, each NAME or NAME=GLOB of its value",
    "allow": "globs of paths that no-secrets, no-setuid and forbidden-paths pass over",
}
_EXAMPLES = {
    "no-secrets": True,
    "no-setuid": ANYWHERE,
    "sound": True,
    "no-secret-env": True,
    "not-root": True,
    "pinned-base": True,
    "max-size": "500 MB",
    "max-wasted": "20 MB",
    "max-layers": 40,
    "forbidden-paths": ["/var/lib/apt/lists/*", "*.pyc"],
    "required-labels": ["org.opencontainers.image.source", "version=1.*"],
    "allow": ["/usr/share/doc"],
}
_MOST = 1_000


def demand(key: str, rules: Rules) -> str:
    """What a rule of these demands, in words."""
    if key == "no-setuid" and rules.no_setuid == ABOVE_BASE:
        return "no visible file with a setuid or setgid bit that a layer above the lowest wrote"
    if key == "no-setuid" and rules.no_setuid == ANYWHERE:
        return "no visible file with a setuid or setgid bit"
    value = getattr(rules, field_of(key), None)
    if value is not None and key == "max-size":
        return f"at most {exact_size(value)} in all files of all layers"
    if value is not None and key == "max-wasted":
        return f"at most {exact_size(value)} hidden by later layers"
    if value is not None and key == "max-layers":
        return f"at most {counted(value, 'layer')}"
    if key == "forbidden-paths":
        return f"no visible path that matches {plain(' or '.join(rules.forbidden_paths), 300)}"
    if key == "required-labels":
        return f"labels that are there: {plain(', '.join(rules.required_labels), 300)}"
    return RULES.get(key, "")


def field_of(key: str) -> str:
    """Of Rules, for a key of a rules file."""
    return key.replace("-", "_")


def _demands(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", ())


def rules_of(data: Any, where: str) -> Rules:
    """The rules of a rules file. Raises WrongUse, which names the key."""
    if not isinstance(data, Mapping):
        raise WrongUse(where, "it should hold rules, one key each")
    found: dict[str, Any] = {}
    for key, value in data.items():
        if key not in RULES:
            raise WrongUse(f"{where}: {plain(str(key), 80)}", "there is no such rule", f"There are: {', '.join(RULES)}")
        found[field_of(key)] = _value(key, value, f"{where}: {key}")
    return Rules(**found)


def _value(key: str, value: Any, where: str) -> Any:
    if key == "no-setuid":
        words = {True: ABOVE_BASE, False: "", ABOVE_BASE: ABOVE_BASE, ANYWHERE: ANYWHERE}
        if not isinstance(value, bool | str) or value not in words:
            raise WrongUse(where, f'should be true, false, "{ABOVE_BASE}" or "{ANYWHERE}"')
        return words[value]
    if key in ("max-size", "max-wasted"):
        return size_of(value, where)
    if key == "max-layers":
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise WrongUse(where, "should be a number of layers")
        return value
    if isinstance(_EXAMPLES[key], list):
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) and each for each in value):
            raise WrongUse(where, "should be a list of words")
        if len(value) > _MOST or any(len(each) > MAX_PATTERN for each in value):
            raise WrongUse(where, f"is too long: at most {_MOST} words of {MAX_PATTERN} characters")
        return tuple(value)
    if not isinstance(value, bool):
        raise WrongUse(where, "should be true or false")
    return value


def rules_text(rules: Rules) -> str:
    """A rules file (TOML) with these rules; those that demand nothing stand in it as comments."""
    lines = ["# Rules of imagexplorer check. A rule that is not here, or is false, demands nothing.", ""]
    for key, about in RULES.items():
        value = getattr(rules, field_of(key))
        line = f"{key} = {_toml(value if _demands(value) else _EXAMPLES[key])}"
        lines += [f"# {about}", line if _demands(value) else f"# {line}", ""]
    return "\n".join(lines)


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(_toml_char(char) for char in value) + '"'
    return "[" + ", ".join(_toml(each) for each in value) + "]"


def _toml_char(char: str) -> str:
    """A basic string of TOML 1.0: quotes, backslashes and control characters escaped."""
    if char in '"\\':
        return "\\" + char
    return char if char >= " " and char != "\x7f" else f"\\u{ord(char):04x}"


assert {field_of(key) for key in RULES} == {each.name for each in fields(Rules)}
assert RULES.keys() == _EXAMPLES.keys()
