"""A rules file from the disk: TOML, or JSON where it begins with a brace. What its rules mean says `core.rules`."""

from __future__ import annotations

import tomllib

from imagexplorer.core.entities import Problem
from imagexplorer.core.errors import Damaged, WrongUse
from imagexplorer.core.rules import Rules, rules_of
from imagexplorer.core.text import plain
from imagexplorer.sources.documents import load

_RULES_BYTES = 1 << 20


def read_rules(path: str) -> Rules:
    """Raises WrongUse, which names the file and the key."""
    shown = plain(path, 300)
    try:
        with open(path, "rb") as file:
            raw = file.read(_RULES_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or str(error)
        raise WrongUse(f"the rules file {shown}", f"it cannot be read: {reason}") from error
    if len(raw) > _RULES_BYTES:
        raise WrongUse(f"the rules file {shown}", f"it is longer than {_RULES_BYTES:,} bytes")
    if raw.lstrip()[:1] == b"{":
        problems: list[Problem] = []
        try:
            data = load(raw, shown, problems)
        except Damaged as error:
            raise WrongUse(f"the rules file {shown}", error.reason) from error
        if problems:
            raise WrongUse(f"the rules file {shown}", problems[0].reason)
        return rules_of(data, shown)
    try:
        return rules_of(tomllib.loads(raw.decode("utf-8")), shown)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongUse(f"the rules file {shown}", f"it is neither TOML nor JSON: {plain(str(error), 200)}") from error
