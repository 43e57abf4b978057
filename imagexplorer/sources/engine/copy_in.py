"""Files of this machine put into a container: looked at first, then sent as one tar.

Knows PUT /containers/x/archive, and HEAD for what is there already. Must not know who was asked whether to replace it.
"""

from __future__ import annotations

from collections.abc import Sequence

from imagexplorer.core.control import Control
from imagexplorer.core.copy_plan import NAMED_MOST, CopyPlan
from imagexplorer.core.entities import short_id
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound, Refused
from imagexplorer.core.extraction import Report
from imagexplorer.core.text import plain
from imagexplorer.sources.engine.actions import quoted
from imagexplorer.sources.engine.changes import HEADS
from imagexplorer.sources.engine.container_files import NO_NAME, can_be_asked, stat_of
from imagexplorer.sources.engine.fields import Json, rows, section, text
from imagexplorer.sources.engine.wire import LONG_SECONDS, SHORT_SECONDS, Parameters, Wire, gone_is_not_found
from imagexplorer.sources.host_files import host_files, host_tar

_GO_DIRECTORY = 1 << 31
_GO_SYMLINK = 1 << 27


def copy_plan(wire: Wire, container: str, folder: str, chosen: Sequence[str], control: Control) -> CopyPlan:
    """What is there already is asked for below folders that are there, at most HEADS times. Raises Refused, in words,
    where it cannot be done; NotFound where the container is gone."""
    what = _what(container, folder)
    at = f"/containers/{quoted(container)}"
    inspect = wire.get(f"{at}/json", what=what, control=control)
    if not can_be_asked(folder):
        raise Refused(what, NO_NAME)
    _look_whether_writable(inspect, folder, what)
    if not (_mode(wire, at, folder, what, control) or 0) & (_GO_DIRECTORY | _GO_SYMLINK):
        raise Refused(what, "there is no such folder in the container", "Choose another one")
    report = Report()
    there: dict[str, bool] = {"": True}  # folders among what is copied: whether the container has them
    replaced: list[str] = []
    asked = files = folders = size = 0
    unsure = False
    for each in host_files(chosen, report, control):
        control.step(files, None, "looking what is there")
        files, folders = files + (each.kind == "file"), folders + (each.kind == "dir")
        size += each.status.st_size if each.kind == "file" else 0
        mode = 0
        if there.get(each.path.rpartition("/")[0]):
            told = None
            if asked < HEADS and can_be_asked(each.path):
                told, asked = _mode(wire, at, _joined(folder, each.path), what, control), asked + 1
            mode, unsure = told or 0, unsure or told is None
        is_dir = bool(mode & _GO_DIRECTORY)
        if mode and is_dir != (each.kind == "dir"):
            words = ("folder", "file") if is_dir else ("file", "folder")
            reason = f"{plain(_joined(folder, each.path), 300)} is a {words[0]} there and a {words[1]} here"
            raise Refused(what, reason, "Remove or rename one of them")
        there[each.path] = is_dir
        if mode and not is_dir and len(replaced) < NAMED_MOST:
            replaced.append(_joined(folder, each.path))
    if not files and not folders and report.skipped:
        raise Refused(what, f"{report.skipped[0].path}: {report.skipped[0].why}")
    return CopyPlan(folder, tuple(chosen), files, folders, size, tuple(replaced), unsure)


def copied_in(wire: Wire, container: str, plan: CopyPlan, control: Control) -> Report:
    """Raises NotFound where the container or the folder is gone, Refused in the engine's words. What had arrived before
    it went wrong, or was cancelled, stays: the error says so."""
    what = _what(container, plan.folder)
    at = f"/containers/{quoted(container)}"
    report = Report()
    params: Parameters = {"path": plan.folder, "noOverwriteDirNonDir": 1}
    try:
        with (
            gone_is_not_found(wire, f"{at}/json", what, control),
            wire.open(
                "PUT",
                f"{at}/archive",
                what=what,
                control=control,
                params=params,
                seconds=LONG_SECONDS,
                data=host_tar(plan.chosen, report, control, plan.size_bytes),
            ),
        ):
            pass
    except Cancelled:
        raise
    except ImagexplorerError as error:
        if report.files or report.folders:
            raise type(error)(error.what, error.reason, "What had arrived before stays there") from error
        raise
    return report


def _what(container: str, folder: str) -> str:
    return f"copy into {plain(folder, 200)} of container {short_id(container)}"


def _joined(folder: str, path: str) -> str:
    return f"{folder.rstrip('/')}/{path}"


def _mode(wire: Wire, at: str, path: str, what: str, control: Control) -> int | None:
    """Go's os.FileMode of a path, 0 where nothing is there, None where the engine does not say."""
    try:
        with wire.open(
            "HEAD", f"{at}/archive", what=what, control=control, params={"path": path}, seconds=SHORT_SECONDS
        ) as response:
            return stat_of(response.headers)[0]
    except NotFound:
        return 0
    except Refused:
        return None


def _look_whether_writable(inspect: Json, folder: str, what: str) -> None:
    state = text(section(inspect, "State"), "Status")
    if state in ("removing", "dead"):
        raise Refused(what, "the container is being removed")
    mounts = {
        text(mount, "Destination").rstrip("/"): mount.get("RW") is not False for mount in rows(inspect.get("Mounts"))
    }
    over = [place for place in mounts if folder == place or folder.startswith(place + "/")]
    if over:
        if not mounts[max(over, key=len)]:
            raise Refused(what, f"{plain(max(over, key=len), 200)} is mounted read-only")
    elif section(inspect, "HostConfig").get("ReadonlyRootfs") is True:
        raise Refused(what, "the container's file system is read-only", "Copy into one of its writable volumes")
