"""The ticks of a delete question: one for each thing and for each step of it. Knows rows of a tree, no dialog."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QTreeWidgetItem

from imagexplorer.actions.prompts import DeleteItem
from imagexplorer.core.removal_steps import STOP, TAG, USER, VOLUMES, Step
from imagexplorer.core.text import human_size, plain

_WHAT, _CONSEQUENCE, _SIZE = range(3)
_ON, _OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class StepTicks(QObject):
    """What is unticked takes with it what depends on it; what is done at a risk is never ticked beforehand."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._things: list[tuple[DeleteItem, QTreeWidgetItem]] = []
        self._steps: list[tuple[DeleteItem, Step, QTreeWidgetItem]] = []
        self._quiet = False

    def add(self, item: DeleteItem, row: QTreeWidgetItem) -> None:
        if item.id:
            row.setCheckState(_WHAT, _ON)
            self._things.append((item, row))
        for step in item.steps:
            size = "" if step.bytes is None else human_size(step.bytes)
            line = QTreeWidgetItem([plain(step.title, 200), plain(step.consequence, 600), size])
            # In the middle of the lines, where the style draws the box to tick.
            line.setTextAlignment(_SIZE, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            line.setCheckState(_WHAT, _OFF if step.risky else _ON)
            row.addChild(line)
            self._steps.append((item, step, line))

    def hear(self, row: QTreeWidgetItem) -> None:
        """A tick of the tree was changed. The same step of another thing follows: it is done once, or not."""
        if self._quiet:
            return
        self._quiet = True
        state = row.checkState(_WHAT)
        key = next(((step.kind, step.id) for _item, step, line in self._steps if line is row), None)
        for _item, step, line in self._steps:
            if (step.kind, step.id) == key:
                line.setCheckState(_WHAT, state)
        self._enable()
        self._quiet = False
        self.changed.emit()

    def tick_all(self, ticked: bool) -> None:
        """What is in the way of all of them."""
        self._quiet = True
        for _item, step, line in self._steps:
            if step.kind in (USER, STOP):
                line.setCheckState(_WHAT, _ON if ticked else _OFF)
        self._enable()
        self._quiet = False

    def _enable(self) -> None:
        """Steps of what is left out, and of what only loses some of its tags, are not done."""
        for item, row in self._things:
            goes = row.checkState(_WHAT) == _ON
            steps = [(step, line) for each, step, line in self._steps if each is item]
            whole = all(line.checkState(_WHAT) == _ON for step, line in steps if step.kind == TAG)
            for step, line in steps:
                line.setDisabled(not goes or (step.kind == USER and not whole))

    # -- what is ticked -----------------------------------------------------------------------------

    def kept(self) -> frozenset[str]:
        """Ids and tags of what was unticked."""
        things = {item.id for item, row in self._things if row.checkState(_WHAT) != _ON}
        steps = {
            step.id
            for _item, step, line in self._steps
            if step.kind in (TAG, USER, STOP) and line.checkState(_WHAT) != _ON
        }
        return frozenset(things | steps)

    def volumes(self) -> frozenset[str]:
        """Ids of containers whose nameless volumes were ticked."""
        return frozenset(
            step.id for _item, step, line in self._steps if step.kind == VOLUMES and line.checkState(_WHAT) == _ON
        )

    def has_stops(self) -> bool:
        return any(step.kind in (USER, STOP) for _item, step, _line in self._steps)

    def any_stop(self) -> bool:
        return any(step.kind in (USER, STOP) and line.checkState(_WHAT) == _ON for _item, step, line in self._steps)

    def left_out(self, item: DeleteItem) -> bool:
        return any(each is item and row.checkState(_WHAT) != _ON for each, row in self._things)

    def goes(self, item: DeleteItem, ticked: bool) -> bool:
        """Whether anything of it is done. `ticked` clears the way of what has no steps of its own."""
        if self.left_out(item):
            return False
        steps = [(step.kind, line.checkState(_WHAT) == _ON) for each, step, line in self._steps if each is item]
        tags = [on for kind, on in steps if kind == TAG]
        if tags and not all(tags):
            return any(tags)  # only names are taken off: nothing is in the way of that
        stops = [on for kind, on in steps if kind in (USER, STOP)]
        return not item.blocked or (not item.final and (all(stops) if stops else ticked))
