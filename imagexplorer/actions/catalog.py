"""Every action of the program, once; what belongs to the window alone (palette, filter, back) the window adds itself.

Knows the session and the questions that may be asked; must not know a widget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imagexplorer.actions import rules
from imagexplorer.actions.action import Action
from imagexplorer.actions.flows import Flows
from imagexplorer.core.entities import EVERYTHING, Selection
from imagexplorer.session import Session, of_all

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts


def catalog(session: Session, prompts: Prompts) -> tuple[Action, ...]:
    """In the order in which menus show them."""
    flows = Flows(session, prompts)

    def kind(selection: Selection) -> str:
        return source_kind(session, selection)

    def busy(selection: Selection) -> frozenset[str]:
        return session.acts.busy_on(selection.source)

    return (
        # -- file -----------------------------------------------------------------------------------
        Action("file.open", "&Open an archive or layout…", flows.open_path, "open", ("Ctrl+O",), "&File"),
        Action(
            "file.sample", "Explore the &sample image", lambda _selection: session.open_sample(), "image", (), "&File"
        ),
        Action(
            "file.close",
            "&Close this file",
            lambda _selection: session.close_source(session.current.key if session.current is not None else ""),
            "close",
            ("Ctrl+Shift+W",),
            "&File",
            0,
            lambda _selection: close_blocked(session),
        ),
        Action(
            "source.retry",
            "&Look for an engine again",
            lambda _selection: flows.retry(),
            "refresh",
            ("Ctrl+Shift+F5",),
            "&File",
            1,
            lambda _selection: retry_blocked(session),
        ),
        Action(
            "source.lock",
            "Change &nothing on this engine",
            lambda _selection: flows.lock(),
            "padlock",
            (),
            "&File",
            1,
            lambda _selection: lock_blocked(session),
            checked=lambda: session.current is not None and session.current.locked,
        ),
        *flows.trash.actions(),
        # -- images ---------------------------------------------------------------------------------
        Action(
            "image.open",
            "&Open image",
            flows.open_image,
            "layers",
            (),
            "&Image",
            0,
            rules.open_image,
            shown_key="Enter",
        ),
        Action(
            "image.run",
            "&Run image…",
            flows.runs.run_image,
            "run",
            ("Ctrl+R",),
            "&Image",
            0,
            lambda selection: rules.run_image(selection, kind(selection)),
        ),
        Action(
            "image.compare",
            "Co&mpare",
            flows.compare_images,
            "compare",
            ("Ctrl+D",),
            "&Image",
            1,
            rules.compare_images,
        ),
        Action(
            "image.dockerfile_copy",
            "&Copy Dockerfile",
            flows.origins.copy,
            "copy",
            ("Ctrl+Alt+C",),
            "&Image",
            1,
            rules.one_image,
        ),
        Action(
            "image.dockerfile_save",
            "&Save Dockerfile…",
            flows.origins.save,
            "save",
            ("Ctrl+S",),
            "&Image",
            1,
            rules.one_image,
        ),
        Action(
            "image.tag",
            "&Tag…",
            flows.names.tag,
            "tag",
            ("F2",),
            "&Image",
            2,
            lambda selection: rules.tag_image(selection, kind(selection), busy(selection)),
        ),
        Action(
            "image.copy_to",
            "Copy to an &engine…",
            flows.copies.copy,
            "copy",
            (),
            "&Image",
            2,
            lambda selection: rules.copy_image(selection, kind(selection), copy_targets(session, selection)),
        ),
        Action(
            "engine.prune",
            "Pru&ne…",
            flows.prunes.prune,
            "delete",
            ("Ctrl+Shift+Del",),
            "&Image",
            3,
            lambda selection: rules.needs_engine(kind(selection), "prune it"),
        ),
        Action(
            "image.delete",
            "&Delete image…",
            flows.deletes.images,
            "delete",
            ("Del",),
            "&Image",
            2,
            lambda selection: rules.delete_images(selection, kind(selection), busy(selection)),
        ),
        # -- containers -----------------------------------------------------------------------------
        Action(
            "container.open",
            "&Open container",
            flows.open_container,
            "container",
            (),
            "&Container",
            0,
            rules.open_container,
            shown_key="Enter",
        ),
        Action(
            "container.start",
            "&Start container",
            flows.start,
            "play",
            ("Ctrl+Shift+S",),
            "&Container",
            1,
            lambda selection: rules.start(selection, kind(selection), busy(selection)),
        ),
        Action(
            "container.stop",
            "S&top container",
            flows.stop,
            "stop",
            ("Ctrl+Shift+X",),
            "&Container",
            1,
            lambda selection: rules.stop(selection, kind(selection), busy(selection)),
        ),
        Action(
            "container.restart",
            "&Restart container",
            flows.restart,
            "restart",
            ("Ctrl+Shift+R",),
            "&Container",
            1,
            lambda selection: rules.restart(selection, kind(selection), busy(selection)),
        ),
        *flows.life.actions(kind, busy),
        Action(
            "container.again",
            "Run a&gain like this one…",
            flows.runs.again,
            "run",
            ("Ctrl+Shift+G",),
            "&Container",
            2,
            lambda selection: rules.run_like(selection, kind(selection)),
        ),
        Action(
            "container.edit",
            "&Edit container…",
            flows.runs.edit,
            "run",
            ("Ctrl+E",),
            "&Container",
            2,
            lambda selection: rules.edit_container(selection, kind(selection), busy(selection)),
        ),
        Action(
            "container.commit",
            "&Commit container…",
            flows.commits.commit,
            "commit",
            ("Ctrl+Shift+M",),
            "&Container",
            2,
            lambda selection: rules.commit(selection, kind(selection), busy(selection)),
        ),
        Action(
            "container.dockerfile",
            "&Write Dockerfile…",
            flows.changes.dockerfile,
            "save",
            ("Ctrl+Shift+K",),
            "&Container",
            2,
            lambda selection: rules.write_changes(selection, kind(selection)),
        ),
        Action(
            "container.tar",
            "Save c&hanges as tar…",
            flows.changes.tar,
            "archive",
            (),
            "&Container",
            2,
            lambda selection: rules.write_changes(selection, kind(selection)),
        ),
        Action(
            "container.patch",
            "Save changes as &patch…",
            flows.changes.patch,
            "save",
            (),
            "&Container",
            2,
            lambda selection: rules.write_changes(selection, kind(selection)),
        ),
        Action(
            "container.delete",
            "&Delete container…",
            flows.deletes.containers,
            "delete",
            ("Del",),
            "&Container",
            3,
            lambda selection: rules.delete_containers(selection, kind(selection), busy(selection)),
        ),
        Action(
            "volume.delete",
            "Delete &volume…",
            flows.deletes.volumes,
            "delete",
            ("Del",),
            "&Container",
            3,
            lambda selection: rules.delete_volumes(selection, kind(selection), busy(selection)),
        ),
        # -- view -----------------------------------------------------------------------------------
        Action(
            "view.refresh",
            "&Refresh",
            lambda _selection: session.refresh(EVERYTHING),
            "refresh",
            ("F5",),
            "&View",
            1,
            lambda _selection: refresh_blocked(session),
        ),
    )


def source_kind(session: Session, selection: Selection) -> str:
    """What the selection's source is, in the words of `rules`."""
    state = next((each for each in session.sources if each.key == selection.source), session.current)
    if state is None:
        return rules.NONE
    if of_all(state):
        return rules.SEVERAL
    if not state.is_engine:
        return rules.FILE
    if state.live and state.locked:
        return rules.LOCKED
    return {"live": rules.ENGINE, "lost": rules.LOST, "connecting": rules.CONNECTING}.get(state.state, rules.NONE)


def copy_targets(session: Session, selection: Selection) -> int:
    return sum(each.live and not each.locked and each.key != selection.source for each in session.sources)


def lock_blocked(session: Session) -> str:
    current = session.current
    if current is None or not current.is_engine:
        return "Only an engine could be changed: choose one at the left"
    return "Choose one engine at the left" if of_all(current) else ""


def close_blocked(session: Session) -> str:
    current = session.current
    return "Only a file is closed: choose one at the left" if current is None or current.is_engine else ""


def retry_blocked(session: Session) -> str:
    if session.looking:
        return "An engine is being looked for"
    return "The engine is connected" if any(each.live for each in session.sources) else ""


def refresh_blocked(session: Session) -> str:
    if session.current is None:
        return "Nothing is open yet"
    return "" if session.current.state in ("live", "file") else "The lists are read again when the engine is back"
