"""What a report of a fault needs, as text: versions, engines and their state, the end of the log. No secret in it.

Knows the session's records and where the log is.
"""

from __future__ import annotations

import platform
import sys

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from imagexplorer import __version__, logs
from imagexplorer.core.engine_places import without_password
from imagexplorer.core.text import plain
from imagexplorer.session import Session

LINES_MOST = 200
_BYTES_MOST = 256 * 1024


def diagnostics(session: Session) -> str:
    lines = [
        f"imagexplorer {__version__}",
        f"Python {platform.python_version()}, Qt {qVersion()}, {QGuiApplication.platformName()}"
        + (", frozen" if getattr(sys, "frozen", False) else ""),
        platform.platform(),
        "",
    ]
    for source in session.sources:
        words = source.words if source.error is None else f"{source.words}: {source.error}"
        engine = ""
        if source.info is not None:
            info = source.info
            engine = f"; {info.product} {info.version}, API {info.api_version}, {info.store} store, {info.platform}"
        place = without_password(source.address.location) if source.is_engine else source.address.kind
        lines.append(f"{source.state}  {place}  {words}{engine}")
    lines += [f"tried  {without_password(each.address.location)}  {each.outcome}" for each in session.tried]
    lines += ["", f"The last lines of the log (at most {LINES_MOST}):", *_log()]
    return logs.redact("\n".join(plain(line, 2000) for line in lines)) + "\n"


def _log() -> list[str]:
    path = logs.default_directory() / "imagexplorer.log"
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _BYTES_MOST))
            text = file.read(_BYTES_MOST).decode("utf-8", "replace")
    except OSError as error:
        return [f"it cannot be read: {error.strerror}"]
    return text.splitlines()[-LINES_MOST:] or ["nothing"]
