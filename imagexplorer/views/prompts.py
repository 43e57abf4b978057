"""`actions.prompts.Prompts` with dialogs: each blocks until answered and gives a frozen answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from imagexplorer.core.entities import DOCKER

if TYPE_CHECKING:
    from imagexplorer.actions.prompts import (
        CommitQuestion,
        CopyQuestion,
        DeleteAnswer,
        DeleteItem,
        DockerfileAnswer,
        EditAnswer,
        PruneAnswer,
        RunQuestion,
        StopAnswer,
        TagAnswer,
        Told,
    )
    from imagexplorer.core.entities import CommitSpec, Container, Image
    from imagexplorer.core.run_spec import RunSpec
    from imagexplorer.core.world import World
    from imagexplorer.session.from_changes import Draft
    from imagexplorer.settings import Settings


class DialogPrompts:
    """`parent` gives the window that dialogs stand over; it is asked when one is needed, for it is made later.
    `settings` remember what was run of an image; without them nobody does."""

    def __init__(self, parent: Callable[[], QWidget | None] = lambda: None, settings: Settings | None = None) -> None:
        self._parent, self._settings = parent, settings
        self._folder = ""

    def run(self, question: RunQuestion) -> RunSpec | None:
        """Starts with what was run of this image last, unless the question says with what."""
        from imagexplorer.core.run_memory import remembered, with_run
        from imagexplorer.views.run_dialog import RunDialog  # when first asked: the window is painted before

        lines = self._settings.texts("run.lines") if self._settings is not None else ()
        if question.given is None:
            question = replace(question, given=remembered(lines, question.image))
        dialog = RunDialog(question, self._parent())
        if not _asked(dialog):
            return None
        spec = dialog.spec()
        if self._settings is not None:
            self._settings.set("run.lines", list(with_run(lines, spec)))
        return spec

    def edit(self, question: RunQuestion) -> EditAnswer | None:
        from imagexplorer.actions.prompts import EditAnswer
        from imagexplorer.views.run_dialog import RunDialog

        dialog = RunDialog(question, self._parent())
        return EditAnswer(dialog.spec(), dialog.delete_old.isChecked()) if _asked(dialog) else None

    def commit(self, question: CommitQuestion) -> CommitSpec | None:
        from imagexplorer.views.commit_dialog import CommitDialog

        dialog = CommitDialog(question, self._parent())
        return dialog.spec() if _asked(dialog) else None

    def stop(self, engine: str, containers: Sequence[Container], program: str = DOCKER) -> StopAnswer | None:
        from imagexplorer.views.life_dialogs import StopDialog

        dialog = StopDialog(engine, containers, self._parent(), program)
        return dialog.answer() if _asked(dialog) else None

    def kill(self, engine: str, containers: Sequence[Container], program: str = DOCKER) -> str | None:
        from imagexplorer.views.life_dialogs import KillDialog

        dialog = KillDialog(engine, containers, self._parent(), program)
        return dialog.answer() if _asked(dialog) else None

    def rename(self, container: Container, others: Sequence[Container], program: str = DOCKER) -> str | None:
        from imagexplorer.views.life_dialogs import RenameDialog

        dialog = RenameDialog(container, others, self._parent(), program)
        return dialog.answer() if _asked(dialog) else None

    def dockerfile(self, container: Container, draft: Draft) -> DockerfileAnswer | None:
        from imagexplorer.actions.change_flows import file_stem
        from imagexplorer.views.dockerfile_dialog import DockerfileDialog

        folder = Path(self._folder or Path.home()) / f"{file_stem(container)}-dockerfile"
        dialog = DockerfileDialog(container, draft, str(folder), self._parent())
        if not _asked(dialog):
            return None
        answer = dialog.answer()
        self._folder = str(Path(answer.folder).parent)
        return answer

    def delete(
        self,
        title: str,
        engine: str,
        items: Sequence[DeleteItem],
        commands: Sequence[str],
        verb: str,
        can_stop: bool,
        told: Callable[[DeleteAnswer], Told] | None = None,
        keep: bool | None = None,
    ) -> DeleteAnswer | None:
        from imagexplorer.views.delete_dialog import DeleteDialog

        dialog = DeleteDialog(title, engine, items, commands, verb, can_stop, self._parent(), told, keep)
        return dialog.answer() if _asked(dialog) else None

    def elsewhere(self, title: str, host: str) -> bool:
        from imagexplorer.views.elsewhere_dialog import ElsewhereDialog

        return _asked(ElsewhereDialog(title, host, self._parent()))

    def tag(self, image: Image, taken: Mapping[str, str], program: str = DOCKER) -> TagAnswer | None:
        from imagexplorer.views.tag_dialog import TagDialog

        dialog = TagDialog(image, taken, self._parent(), program)
        return dialog.answer() if _asked(dialog) else None

    def copy_image(self, question: CopyQuestion) -> str | None:
        from imagexplorer.views.copy_image_dialog import CopyImageDialog

        dialog = CopyImageDialog(question, self._parent())
        return dialog.answer() if _asked(dialog) else None

    def prune(
        self, world: World, engine: str, before: PruneAnswer | None = None, keep: bool | None = None
    ) -> PruneAnswer | None:
        from imagexplorer.views.prune_dialog import PruneDialog

        dialog = PruneDialog(world, engine, self._parent(), before, keep)
        return dialog.answer() if _asked(dialog) else None

    def open_path(self) -> str | None:
        from imagexplorer.views.open_dialog import OpenDialog

        dialog = OpenDialog(self._parent(), self._folder)
        if not _asked(dialog):
            return None
        path = dialog.path()
        if path:
            self._folder = str(Path(path).parent)
        return path or None

    def save_path(self, title: str, name: str) -> str | None:
        from PySide6.QtWidgets import QFileDialog

        path, _filter = QFileDialog.getSaveFileName(self._parent(), title, str(Path(self._folder) / name))
        if path:
            self._folder = str(Path(path).parent)
        return path or None


def _asked(dialog: QDialog) -> bool:
    try:
        return dialog.exec() == QDialog.DialogCode.Accepted
    finally:
        dialog.deleteLater()  # its fields stay readable until the event loop runs
