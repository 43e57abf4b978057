"""What the program remembers between runs: geometry, columns, last source, choices. One JSON file, plain Python.

Keys are names with dots (`images.columns`); columns stand by key, never by position. Must not hold secrets: no
passwords, no tokens, no environment values; addresses are kept without user information.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

logger = logging.getLogger(__name__)

FORMAT = 1
_MAX_BYTES = 1 << 20
_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*\Z")
# Who one is on another machine is no secret; anything else before an @ may be one.
_USERINFO = re.compile(r"(?<=://)(?<!ssh://)[^/@\s]*@|(?<=://)[^/@\s:]*:[^/@\s]*@")


def default_path() -> Path:
    """`settings.json` in the system's folder for configuration (XDG_CONFIG_HOME honoured)."""
    import platformdirs

    return Path(platformdirs.user_config_dir("imagexplorer", appauthor=False)) / "settings.json"


class Settings:
    """`path` None means `default_path()`. A file that is absent, damaged or of another version gives the defaults; a
    damaged one is kept beside as `settings.json.damaged`. Each getter gives its default for a value of another type.

    Values are bool, int, float, str, and lists and maps of them. Any thread may use it.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path if path is not None else default_path()
        self._lock = Lock()
        self._values: dict[str, Any] = self._read()
        self._saved = dict(self._values)

    @property
    def path(self) -> Path:
        return self._path

    # -- reading --------------------------------------------------------------------------------
    def text(self, key: str, default: str = "") -> str:
        value = self._values.get(key)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: int = 0, low: int | None = None, high: int | None = None) -> int:
        """Within `low` and `high` where they are given."""
        value = self._values.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            return default
        if low is not None:
            value = max(low, value)
        return min(high, value) if high is not None else value

    def flag(self, key: str, default: bool = False) -> bool:
        value = self._values.get(key)
        return value if isinstance(value, bool) else default

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        value = self._values.get(key)
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        return default

    def numbers(self, key: str) -> dict[str, int]:
        """A map of numbers, such as widths by column key; what is no number is left out."""
        value = self._values.get(key)
        if not isinstance(value, Mapping):
            return {}
        return {name: each for name, each in value.items() if isinstance(each, int) and not isinstance(each, bool)}

    # -- writing --------------------------------------------------------------------------------
    def set(self, key: str, value: Any) -> None:
        """Remember; `save` writes it. User information in addresses is dropped, but for a bare user of ssh. None
        forgets."""
        if not _KEY.match(key):
            raise ValueError(f"not a key of settings: {key!r}")
        value = _plain(value)
        with self._lock:
            if value is None:
                self._values.pop(key, None)
            else:
                self._values[key] = value

    def save(self) -> bool:
        """Write if something changed: beside, then renamed, so that the old file stays whole if this fails (then it is
        said in the log, and False)."""
        with self._lock:
            values = dict(self._values)
            if values == self._saved:
                return True
        import json

        document = {"format": FORMAT, **{key: values[key] for key in sorted(values)}}
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.{os.urandom(4).hex()}.part")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(part, self._path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            logger.info("settings are not kept: %s: %s", self._path, error.strerror or error)
            return False
        with self._lock:
            self._saved = values
        return True

    def _read(self) -> dict[str, Any]:
        try:
            with open(self._path, "rb") as file:
                raw = file.read(_MAX_BYTES + 1)
        except FileNotFoundError:
            return {}
        except OSError as error:
            logger.info("settings cannot be read: %s: %s", self._path, error.strerror or error)
            return {}
        import json  # a first start has nothing to read

        try:
            if len(raw) > _MAX_BYTES:
                raise ValueError("too large")
            document = json.loads(raw)
            if not isinstance(document, dict):
                raise ValueError("no object")
        except (ValueError, RecursionError) as error:
            logger.info("settings are damaged, the defaults are used: %s: %s", self._path, error)
            with suppress(OSError):
                os.replace(self._path, self._path.with_name(self._path.name + ".damaged"))
            return {}
        if document.pop("format", None) != FORMAT:
            return {}
        return {key: value for key, value in document.items() if _KEY.match(key)}


def _plain(value: Any) -> Any:
    """The value as JSON has it. Raises TypeError for anything else."""
    if isinstance(value, str):
        return _USERINFO.sub("", value).encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {name: _plain(each) for name, each in value.items()}
    raise TypeError(f"settings hold plain values, not {type(value).__name__}")
