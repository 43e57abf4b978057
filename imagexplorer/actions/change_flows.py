"""What a container changed, written as a Dockerfile, a tar or a patch, from the press of a button to the end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from imagexplorer.core.entities import Container, Selection
from imagexplorer.session import Session

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import Prompts
    from imagexplorer.session.from_changes import Draft

Once = Callable[[Callable[[], bool]], None]
"""One question at a time."""


class ChangeFlows:
    def __init__(self, session: Session, prompts: Prompts, once: Once) -> None:
        self._session, self._prompts, self._once = session, prompts, once

    def dockerfile(self, selection: Selection) -> None:
        """What would be written is read first, and shown before anything is."""
        container, source = selection.containers[0], selection.source
        failed = self._session.failed.emit

        def known(draft: Draft) -> None:
            self._once(lambda: ask(draft))

        def ask(draft: Draft) -> bool:
            answer = self._prompts.dockerfile(container, draft)
            if answer is not None:
                self._session.from_changes.write(source, container, draft, answer.flat, answer.folder, failed)
            return True

        self._session.from_changes.draft(source, container, known, failed)

    def tar(self, selection: Selection) -> None:
        container, source = selection.containers[0], selection.source
        path = self._prompts.save_path("Save changes as tar", f"{file_stem(container)}-changes.tar")
        if path:
            self._session.from_changes.write_tar(source, container, path, self._session.failed.emit)

    def patch(self, selection: Selection) -> None:
        container, source = selection.containers[0], selection.source
        path = self._prompts.save_path("Save changes as patch", f"{file_stem(container)}.patch")
        if path:
            self._session.from_changes.write_patch(source, container, path, self._session.failed.emit)


def file_stem(container: Container) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", container.name).strip("-.") or "container"
