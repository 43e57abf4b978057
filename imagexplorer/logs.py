"""The log: one bounded, rotating file, from which secrets are taken out before a line is written. Plain Python.

Installed once by `cli` or `app`. Knows how secrets look; must not know who logs.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import re
import sys
from collections.abc import Callable
from io import FileIO, TextIOWrapper
from pathlib import Path

MAX_BYTES = 1 << 20
KEPT_FILES = 3
MAX_LINE = 16_384

_HIDDEN = "***"
_SECRET_WORDS = r"(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|APIKEY|KEY|AUTH)"
# Each is (pattern, what stands for it). Bounded repetition only: a log line may come from a hostile image.
_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(
            r"(?i)\b((?:X-Registry-Auth|X-Registry-Config|Proxy-Authorization|Authorization|Identity-?Token)"
            r"[\"']?\s{0,4}[:=]\s{0,4})(?:b?[\"'][^\"'\r\n]{0,8192}[\"']|(?:Basic|Bearer|Digest)\s{1,4}[^\s,;\"'}]{1,8192}"
            r"|[^\s,;\"'}]{1,8192})"
        ),
        r"\1" + _HIDDEN,
    ),
    (re.compile(r"(?i)\b(Basic|Bearer)\s{1,4}[A-Za-z0-9+/=_.~-]{8,8192}"), r"\1 " + _HIDDEN),
    (re.compile(r"(?<=://)[^/@\s\"']{1,1024}@"), _HIDDEN + "@"),
    (
        # NAME=value, "NAME": "value", 'NAME': 'value' where the name says what it is.
        re.compile(
            r"(?i)(?<![A-Za-z0-9_.-])([A-Za-z0-9_.-]{0,128}"
            + _SECRET_WORDS
            + r"[A-Za-z0-9_]{0,64}[\"']?\s{0,4}[=:]\s{0,4})"
            r"(?:\"[^\"\r\n]{0,8192}\"|'[^'\r\n]{0,8192}'|[^\s,;\"'})\]]{1,8192})"
        ),
        r"\1" + _HIDDEN,
    ),
)


def redact(text: str) -> str:
    """The text without what looks like a secret; at most MAX_LINE characters of a line."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    if len(text) > MAX_LINE * 8:
        text = text[: MAX_LINE * 4] + " … " + text[-MAX_LINE * 4 :]
    return text


class RedactingFormatter(logging.Formatter):
    """Also what is in tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        text = redact(super().format(record))
        return text.encode("utf-8", "backslashreplace").decode()


def default_directory() -> Path:
    """The system's folder for logs (XDG_STATE_HOME honoured)."""
    import platformdirs

    return Path(platformdirs.user_log_dir("imagexplorer", appauthor=False))


def install(directory: Path | None = None, verbose: bool = False, to_stderr: bool = False) -> Path | None:
    """Send log records to the file (and, where asked, to standard error). Returns its path, None where it cannot be
    written: then only standard error is left. Calling it again replaces what it installed."""
    remove()
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for loud in ("urllib3", "docker", "requests", "asyncio"):
        logging.getLogger(loud).setLevel(logging.WARNING)
    formatter = RedactingFormatter("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s")
    folder = directory if directory is not None else default_directory()
    path: Path | None = folder / "imagexplorer.log"
    handlers: list[logging.Handler] = []
    try:
        handlers.append(_file(folder / "imagexplorer.log"))
    except OSError:
        path = None
    if to_stderr and sys.stderr is not None:
        handlers.append(logging.StreamHandler())
    for handler in handlers or [logging.NullHandler()]:
        handler.setFormatter(formatter)
        handler.set_name(_NAME)
        root.addHandler(handler)
    return path


def remove() -> None:
    """Take away what `install` installed."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if each.get_name() == _NAME]:
        root.removeHandler(handler)
        handler.close()


_NAME = "imagexplorer"


class _Quiet(logging.handlers.RotatingFileHandler):
    """A full disk or a folder that went away must not end in a traceback on standard error for every line."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(FileIO(handle, "ab"), self.encoding, self.errors, line_buffering=True)


def _file(path: Path) -> logging.Handler:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return _Quiet(path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", errors="backslashreplace")
