"""The question before the window closes while something is under way. Stops nothing by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow, QMessageBox

from imagexplorer.core.text import plain
from imagexplorer.jobs import Jobs
from imagexplorer.views.theme import message_box

_NAMED = 8


class Leaving:
    """`sure`: nobody is asked (any more)."""

    def __init__(self, window: QMainWindow, jobs: Jobs) -> None:
        self._window, self._jobs = window, jobs
        self._box: QMessageBox | None = None
        self.sure = False

    def may_close(self) -> bool:
        """False where it was asked instead; who says yes there closes the window."""
        cut = self._jobs.unfinished()
        if self.sure or not cut:
            return True
        if self._box is None:
            names = [f"{plain(state.title, 100)}{' (waits)' if state.text == 'waiting' else ''}" for state in cut]
            more = [f"and {len(names) - _NAMED} more"] if len(names) > _NAMED else []
            self._box = message_box(
                self._window,
                QMessageBox.Icon.Question,
                "Quit while something is under way?",
                "\n".join(
                    [
                        *names[:_NAMED],
                        *more,
                        "",
                        "An engine finishes the step that it was asked for; further steps and what waits are not done, "
                        "and files that are being written stay unfinished. No container is stopped or removed by it.",
                    ]
                ),
            )
            leave = self._box.addButton("&Quit anyway", QMessageBox.ButtonRole.DestructiveRole)
            stay = self._box.addButton("&Keep running", QMessageBox.ButtonRole.RejectRole)
            self._box.setDefaultButton(stay)
            self._box.setEscapeButton(stay)
            self._box.buttonClicked.connect(lambda button: self._leave() if button is leave else None)
            self._box.finished.connect(self._forget)
            self._box.open()
        self._box.raise_()
        return False

    def _leave(self) -> None:
        self.sure = True
        self._window.close()

    def _forget(self) -> None:
        if self._box is not None:
            self._box.deleteLater()
            self._box = None
