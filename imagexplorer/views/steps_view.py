"""Every step of an image as a table: what the stack draws, to sort and copy. Knows the STEPS columns only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QWidget

from imagexplorer.core.entities import LayerTotals, Step
from imagexplorer.models.steps_table import STEPS, numbered
from imagexplorer.views.records_view import RecordsView


class StepsView(RecordsView):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(STEPS, lambda row: str(row[0]), "Steps, oldest first", parent)

    def set_steps(self, steps: Sequence[Step], totals: Mapping[int, LayerTotals]) -> None:
        """`totals`: what reading the layers told so far, by their number."""
        self.set_records(numbered(steps, totals))
