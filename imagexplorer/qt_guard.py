"""Whether a window can be opened here at all, said in one line before Qt ends the process in its own way."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Mapping

HEADLESS = "imagexplorer inspect TARGET and imagexplorer changes CONTAINER work without one"
_NO_SCREEN_NEEDED = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs", "vkkhrdisplay")


def complaint() -> str:
    """Why no window can be opened, "" where one can."""
    try:
        import PySide6
    except ImportError as error:
        return f"the window needs PySide6-Essentials, which cannot be loaded: {error}"
    return bad_pair(tuple(PySide6.__version_info__[:2]), sys.version_info[:2]) or no_display(os.environ, sys.platform)


def plain_imports() -> None:
    """After Qt was loaded: imports as they were before. PySide's own read the source text of every module, to switch
    features that nothing here uses: a tenth of the time to the first window."""
    builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)


def bad_pair(pyside: tuple[int, ...], python: tuple[int, ...]) -> str:
    """PySide6 6.12 on CPython before 3.12 loses a reference of None with every call and dies after a few thousand."""
    if pyside < (6, 12) or python >= (3, 12):
        return ""
    version = ".".join(map(str, pyside))
    return (
        f"PySide6 {version} crashes on Python {python[0]}.{python[1]}: "
        "install 'PySide6-Essentials<6.12', or use Python 3.12 or newer"
    )


def no_display(environment: Mapping[str, str], platform: str) -> str:
    """Only where Qt would abort: on X11 and Wayland systems without a reachable display."""
    if platform in ("win32", "darwin"):
        return ""
    wanted = environment.get("QT_QPA_PLATFORM", "").partition(":")[0]
    if wanted in _NO_SCREEN_NEEDED:
        return ""
    if environment.get("WAYLAND_DISPLAY") and not wanted.startswith("xcb"):
        return ""
    display = environment.get("DISPLAY", "")
    if not display:
        return f"there is no display to open a window on; {HEADLESS}"
    return "" if _answers(display) else f"the display {display} does not answer; {HEADLESS}"


def _answers(display: str) -> bool:
    """Whether an X server listens there. What cannot be judged is left to Qt."""
    import socket

    host, _, rest = display.rpartition(":")
    number = rest.partition(".")[0]
    if not number.isdigit() or "/" in host:
        return True
    try:
        if host in ("", "unix"):
            for address in (f"/tmp/.X11-unix/X{number}", f"\0/tmp/.X11-unix/X{number}"):
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.settimeout(2)
                    if probe.connect_ex(address) == 0:
                        return True
            host = "localhost"
        with socket.create_connection((host, 6000 + int(number)), 2):
            return True
    except OSError:
        return False
