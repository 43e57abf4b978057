"""From the press of Commit to the image's page: what changed is read first and shown; then the commit, or the build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from imagexplorer.actions.change_flows import ChangeFlows, Once
from imagexplorer.core.entities import CommitSpec, Container, Image, ImageDetail, Selection
from imagexplorer.core.errors import Cancelled, ImagexplorerError, NotFound
from imagexplorer.core.tree_view import MARK_ADDED, TreeView
from imagexplorer.session import Failed, Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts
    from imagexplorer.core.preview import Preview
    from imagexplorer.session.from_changes import Changed

Same = Callable[[Sequence[Container], Sequence[Container]], bool]


class CommitFlows:
    def __init__(
        self,
        session: Session,
        prompts: Prompts,
        once: Once,
        live: Callable[[str], bool],
        if_refused: Callable[[Callable[[str], None]], Failed],
        same: Same,
        changes: ChangeFlows,
    ) -> None:
        self._session, self._prompts, self._once = session, prompts, once
        self._live, self._if_refused, self._same, self._changes = live, if_refused, same, changes

    def commit(self, selection: Selection) -> None:
        """What cannot be read does not stand in the way: the commit is asked for without its preview."""
        source, chosen = selection.source, selection.containers[0]

        def known(changed: Changed) -> None:
            self._ask(source, chosen, changed.view, "", changed.config)

        def unknown(error: ImagexplorerError) -> None:
            if isinstance(error, NotFound):
                self._session.failed.emit(error)
            elif not isinstance(error, Cancelled):
                self._ask(source, chosen, None, error.reason or error.what, {})

        self._session.from_changes.changed(source, chosen, known, unknown)

    def _ask(
        self,
        source: str,
        chosen: Container,
        view: TreeView | None,
        unseen: str,
        config: Mapping[str, Any],
        given: CommitSpec | None = None,
        why: str = "",
    ) -> None:
        from imagexplorer.actions.prompts import CommitQuestion

        def ask() -> bool:
            records = [each for each in self._session.rows_of(source)[1] if each.id == chosen.id]
            if not records:
                self._session.failed.emit(NotFound(chosen.name, "it is not there any more"))
                return True
            record, images = records[0], self._session.rows_of(source)[0]
            spec = self._prompts.commit(
                CommitQuestion(
                    record,
                    view,
                    unseen,
                    config,
                    given,
                    why,
                    partial(self._show, source, record),
                    lambda: self._changes.dockerfile(Selection(source, True, containers=(record,))),
                    self._session.acts.program(source),
                )
            )
            if spec is None or not self._live(source):
                return True
            if not self._same([each for each in self._session.rows_of(source)[1] if each.id == chosen.id], records):
                return False
            if _holder(spec, self._session.rows_of(source)[0]) != _holder(spec, images):
                return False  # another's name would be taken from it
            failed = self._if_refused(lambda why: self._ask(source, chosen, view, unseen, config, spec, why))
            self._session.acts.commit(source, spec, record.name, lambda image: self._open(source, image), failed)
            return True

        self._once(ask)

    def _show(
        self,
        source: str,
        container: Container,
        path: bytes,
        mark: int,
        more: bool,
        done: Callable[[Preview], None],
        failed: Failed,
    ) -> None:
        self._session.load_change(
            "actions/commit_file",
            source,
            container.id,
            "" if mark == MARK_ADDED else container.image_id,
            "/" + path.decode("utf-8", "surrogateescape"),
            more,
            done,
            failed,
        )

    def _open(self, source: str, image: str) -> None:
        """The new image's page, which begins with its topmost layer."""

        def known(detail: ImageDetail) -> None:
            self._session.page_wanted.emit("image", detail.image)

        self._session.load_image("actions/committed", source, image, known, lambda _error: None)


def _holder(spec: CommitSpec, images: Sequence[Image]) -> str:
    """The id of the image that has the name which the new one is to get; Podman writes a registry before it."""
    name = f"{spec.repository}:{spec.tag or 'latest'}"
    return next((each.id for each in images if any(f"/{tag}".endswith(f"/{name}") for tag in each.tags)), "")
